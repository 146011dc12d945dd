"""The SVG writer: well-formed, the same bytes, readable without colour or sight."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.pattern.figures.elements import COLOURS, short, words
from tocsin.pattern.figures.panel import Panel
from tocsin.pattern.figures.scale import Scale, counts, days, linear, logarithmic, number, years
from tocsin.pattern.figures.svg import document, wrap

SVG = "{http://www.w3.org/2000/svg}"


def drawn(label: str = "time (days)") -> str:
    panel = Panel((60, 60, 400, 150), linear(0, 10), counts(5), x_label=label, y_label="incidents")
    panel.bars([0, 1], [1, 2], [3, 5], name="record")
    panel.line([0, float("nan"), 2, 3], [1, 1, 2, 3], "orange", name="a <line>")
    panel.band([0, 5], [1, 1], [2, 3], name="interval")
    panel.interval(3, 1, 4)
    panel.points([1], [2], tips=["tip & more"])
    panel.unseen(4, 6, text="nobody looked")
    panel.rule(7, text="change")
    return document([panel], name="f", title="A & B", desc="two", size=(500, 280), notes=["note"])


def test_it_is_well_formed_named_and_repeats() -> None:
    text = drawn()
    assert text == drawn()
    root = ET.fromstring(text)  # noqa: S314
    assert root.get("role") == "img"
    named = {root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")}  # type: ignore[union-attr]
    assert set((root.get("aria-labelledby") or "").split()) == named
    said = [element.text for element in root.iter(f"{SVG}text")]
    for wanted in ("time (days)", "incidents", "a <line>", "nobody looked", "note", "A & B"):
        assert wanted in said
    assert "nan" not in text


def test_ids_are_the_figures_own() -> None:
    root = ET.fromstring(drawn())  # noqa: S314
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(set(ids)) == len(ids) and all(i and i.startswith("f-") for i in ids)


def test_every_colour_has_a_dark_one() -> None:
    text = drawn()
    for light, dark in COLOURS.values():
        assert f'[fill="{light}"]{{fill:{dark}}}' in text


@given(st.text())
def test_any_text_is_xml(text: str) -> None:
    ET.fromstring(f"<a>{words(text)}</a>")  # noqa: S314
    ET.fromstring(drawn(text))  # noqa: S314


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_linear_scales_hold_their_range_with_even_ticks(lo: float, width: float) -> None:
    scale = linear(lo, lo + width)
    slack = 1e-6 * width + 1e-12 * abs(lo)  # the second: what a double can tell apart there
    assert scale.lo <= lo + slack and scale.hi >= lo + width - slack
    steps = [b - a for (a, _), (b, _) in pairwise(scale.ticks)]
    assert 1 <= len(steps) <= 12
    assert max(steps) - min(steps) <= 1e-6 * max(abs(scale.lo), abs(scale.hi), width)


def test_scales_say_what_people_expect() -> None:
    assert [text for _, text in counts(4).ticks] == ["0", "1", "2", "3", "4"]
    assert [text for _, text in years(1851, 1963).ticks] == [
        "1860",
        "1880",
        "1900",
        "1920",
        "1940",
        "1960",
    ]
    assert [text for _, text in days(20089, 20454).ticks] == [
        "Jan 2025",
        "Mar 2025",
        "May 2025",
        "Jul 2025",
        "Sep 2025",
        "Nov 2025",
        "Jan 2026",
    ]
    assert [text for _, text in logarithmic(0.01, 30).ticks] == ["0.01", "0.1", "1", "10"]
    assert number(-0.5, 0.5) == "\N{MINUS SIGN}0.5"
    assert (short(-0.04), short(12.0), short(0.55, 2)) == ("0", "12", "0.55")
    assert wrap("one two three", 40) == ["one", "two", "three"]


@pytest.mark.parametrize("ends", [(1.0, 1.0), (2.0, 1.0), (float("nan"), 1.0)])
def test_an_axis_without_a_range_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="axis"):
        Scale(*ends, ())
