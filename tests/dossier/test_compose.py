"""The page as a whole: safe, whole, the same twice."""

from __future__ import annotations

import builtins
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from tests.dossier.case import T0, incursion
from tocsin.dossier import DossierData, DrawnTrack, Outline, render
from tocsin.errors import TocsinError, UsageError

VOID = {"meta", "link", "br", "img", "hr", "input", "col"}


class Structure(HTMLParser):
    """Collects what is unbalanced, every id, and everything that could load from elsewhere."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text.append(data)

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href" and tag in ("a", "use"):
                self.links.append(value or "")
            elif name in ("src", "srcset", "href", "data", "poster", "action") or name[:2] == "on":
                self.loads.append(f"{tag} {name}={value}")


def parse(html: str) -> Structure:
    found = Structure()
    found.feed(html)
    found.close()
    return found


def drawn(*columns: Any) -> DrawnTrack:
    """A track whose every fix is trusted: times, longitudes, latitudes, heights, sigmas."""
    t_s, lon, lat, h_m, sigma_m = (np.asarray(column, dtype=np.float64) for column in columns)
    yes = np.ones(len(t_s), dtype=bool)
    return DrawnTrack("x-1", t_s, lon, lat, h_m, sigma_m, yes, ~yes)


def test_the_page_is_balanced_and_its_ids_are_its_own(html: str) -> None:
    found = parse(html)
    assert found.wrong == []
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links if link.startswith("#")} <= set(found.ids)


def test_every_reference_inside_a_figure_is_answered(html: str) -> None:
    asked = set(re.findall(r"url\(#([^)]+)\)", html))
    assert asked
    assert asked <= set(parse(html).ids)


def test_nothing_is_loaded_from_anywhere(html: str) -> None:
    found = parse(html)
    assert found.loads == ["link href=data:,"]
    assert not found.tags & {"script", "iframe", "img", "object", "embed", "foreignobject"}
    assert "@import" not in html
    assert "http" not in html
    assert all(ref.startswith("#") for ref in re.findall(r"url\(([^)]+)\)", html))


def test_the_same_input_gives_the_same_bytes(
    findings: dict[str, Any], data: DossierData, html: str
) -> None:
    assert render(findings, data) == html


def test_the_input_is_left_as_it_was(findings: dict[str, Any], data: DossierData) -> None:
    before = repr(findings), data.tracks[0].lon_deg.copy()
    render(findings, data)
    assert repr(findings) == before[0]
    assert np.array_equal(data.tracks[0].lon_deg, before[1])


def test_sections_come_in_their_order(html: str) -> None:
    heads = [re.sub("<[^>]+>", "", h) for h in re.findall(r"<h2[^>]*>.*?</h2>", html)]
    assert heads == [
        "What was found",
        "1Where",
        "2When, and how surely",
        "3How high",
        "4Passages",
        "5Where the track is not to be trusted",
        "6What each side says",
        "7Inputs",
        "8Airspace used",
        "9Settings",
        "10Where each statement comes from",
        "11Limits of the method",
    ]


def test_nothing_is_certain_and_likelihood_never_meets_confidence(html: str) -> None:
    text = " ".join(parse(html).text).replace("\u00a0", " ")
    assert re.search(r"(?<![\d.>])100 %", text) is None
    assert re.search(r"(?<![\d.<])0 %", text) is None
    assert ">99 %" in text
    assert "confidence" not in text.lower()


def test_facts_stand_on_the_page(html: str) -> None:
    text = " ".join(" ".join(parse(html).text).replace("\u00a0", " ").split())
    for fact in (
        "It is almost certain (>99 %) that 4ab179-1 (CFL12) was inside the sovereign airspace of "
        "Denmark from 10:37:40 Z (±1 s) to 10:38:32 Z (±1 s) on 26 Nov 2018",
        "inside is not yet a violation",
        "Not established: 4ab179-1 (CFL12) inside Denmark",
        "Nobody observed 4ab179-1 (CFL12)",
        "cd" * 32,
        "naive-time: 1",
        "© OpenStreetMap contributors, ODbL 1.0",
        "surface to FL115 (pressure altitude)",
        "Would need a sensor bias of 9.4 sigma.",
        "One receiver heard this aircraft.",
        "never multiplied or added up over time",
        "TLP:AMBER",
    ):
        assert fact in text, fact


def test_synthetic_stands_on_the_page_the_printed_page_and_every_map(
    findings: dict[str, Any], data: DossierData, html: str
) -> None:
    assert 'content: "SYNTHETIC DATA"' in html
    maps = re.findall(r'<svg [^>]*aria-label="(?:Plan|Close plan).*?</svg>', html, re.S)
    assert len(maps) >= 2
    assert all("SYNTHETIC DATA" in one for one in maps)
    assert "SYNTHETIC" not in render({**findings, "synthetic": False}, data)


def test_every_figure_is_told_in_words(html: str) -> None:
    figures = re.findall(r"<figure>\s*<svg ([^>]*)>", html)
    assert len(figures) >= 5
    assert all('role="img"' in one and 'aria-label="' in one for one in figures)


EVIL = '<script>alert("x")</script></style>\\"};--><svg onload=y>'


def test_no_text_of_a_user_becomes_markup(findings: dict[str, Any], data: DossierData) -> None:
    def poison(value: Any, key: str = "") -> Any:
        fixed = {"tlp", "from_utc", "to_utc", "as_of", "window", "entry_utc", "exit_utc", "track"}
        if key in fixed or isinstance(value, (int, float)):
            return value
        if isinstance(value, dict):
            keys = {"naive-time": EVIL, "seed": EVIL}
            return {keys.get(k, k): poison(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [poison(v, key) for v in value]
        return EVIL

    track = replace(data.tracks[0], label=EVIL)
    outline = replace(data.outlines[0], volume=EVIL, layer=EVIL, title=EVIL)
    strip = replace(data.strips[0], volume=EVIL, hypothesis=EVIL)
    passage = replace(data.passages[0], id=EVIL, volume=EVIL)
    place = replace(data.places[0], name=EVIL)
    limit = replace(data.limits[0], volume=EVIL)
    context = DossierData(
        (track,), (outline,), data.background, (passage,), (strip,), (limit,), (place,)
    )
    html = render(poison(findings), context)
    found = parse(html)
    assert "script" not in found.tags
    assert found.wrong == []
    assert found.loads == ["link href=data:,"]
    assert html.count("</style>") == 1


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_case_with_next_to_nothing_has_a_page(size: int) -> None:
    t_s = T0 + 4.0 * np.arange(size)
    nan = np.full(size, np.nan)
    track = drawn(t_s, 10 + t_s - T0, 0 * t_s + 50, nan, nan)
    html = render({"case": "empty"}, DossierData(tracks=(track,)))
    assert parse(html).wrong == []
    assert "No passage was established." in html


def test_only_refused_fixes_still_make_a_map(
    findings: dict[str, Any], data: DossierData, track: DrawnTrack
) -> None:
    doubt = replace(track, trusted=np.zeros(len(track.t_s), dtype=bool))
    html = render({**findings, "incursions": []}, replace(data, tracks=(doubt,), passages=()))
    assert "position not credible" in html
    assert "No passage was established" in html


def test_a_track_over_the_date_line_is_drawn_in_one_piece(findings: dict[str, Any]) -> None:
    t_s = T0 + 10.0 * np.arange(100)
    lon = np.asarray((179.0 + 0.02 * np.arange(100) + 180) % 360 - 180, dtype=np.float64)
    track = drawn(t_s, lon, 0 * lon + 60, 0 * lon, 0 * lon + 50)
    ring = np.array([179.5, -179.5, -179.5, 179.5]), np.array([59.5, 59.5, 60.5, 60.5])
    case = {**findings, "incursions": [], "not_established": [], "integrity": []}
    html = render(case, DossierData((track,), (Outline("RU", (ring,), "sovereign"),)))
    assert "180°00" in html
    bar = re.search(r"([\d.]+)\u00a0?\s?NM \(", html)
    assert bar is not None
    assert float(bar[1]) <= 20  # 60 NM of track, not half the globe


def test_two_hypotheses_are_both_reported(findings: dict[str, Any], data: DossierData) -> None:
    other = incursion(id="other", hypothesis="treaty-2005", p_inside=0.4)
    passages = (data.passages[0], replace(data.passages[0], id="other"))
    case = {**findings, "incursions": [*findings["incursions"], other]}
    html = render(case, replace(data, passages=passages))
    assert "This holds for the boundary “treaty-2005”." in html
    assert "It is unlikely (40" in html


def test_an_unknown_tlp_label_is_an_error(findings: dict[str, Any], data: DossierData) -> None:
    with pytest.raises(UsageError, match="AMBER\\+STRICT"):
        render({**findings, "tlp": "WHITE"}, data)


def test_without_matplotlib_the_error_names_the_extra(
    findings: dict[str, Any], data: DossierData, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(name)
        return real(name, *args, **more)

    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(TocsinError, match=re.escape("tocsin[figures]")):
        render(findings, data)


def test_a_long_track_stays_small(findings: dict[str, Any], data: DossierData) -> None:
    n = 60_000
    t_s = T0 + np.arange(n, dtype=np.float64)
    turn = np.cumsum(np.where(np.arange(n) % 3000 < 200, 0.002, 0.0))
    lon = np.asarray(10 + np.cumsum(np.cos(turn)) * 0.002 % 15, dtype=np.float64)
    lat = np.asarray(50 + np.sin(turn) + 1e-5 * np.arange(n), dtype=np.float64)
    h_m = np.asarray(9000 + 1000 * np.sin(np.arange(n) / 500), dtype=np.float64)
    track = replace(drawn(t_s, lon, lat, h_m, np.full(n, 60.0)), track="4ab179-1")
    case = {**findings, "incursions": [], "not_established": [], "integrity": []}
    assert len(render(case, replace(data, tracks=(track,), passages=()))) < 1_500_000


def test_arrays_of_unequal_length_are_an_error(track: DrawnTrack) -> None:
    with pytest.raises(UsageError, match="sigma_m has 3 values"):
        replace(track, sigma_m=np.ones(3))
    with pytest.raises(UsageError, match="not decrease"):
        replace(track, t_s=track.t_s[::-1])
