"""The incident screen on the reference case that ships with the demo: by mouse and by keyboard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Open, accessible, rested, shot
from tests.web.stand import Stand

PATH = "/i/EE-2025-09-19"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A server with the case that ships, and no watch."""
    shipped = Path(str(files("tocsin"))) / "data" / "demo"
    made = Stand(tmp_path_factory.mktemp("cases"), 0, cases=shipped).start()
    yield made
    made.stop()


@pytest.fixture
def screen(open_page: Open, demo: Stand) -> Any:
    """The screen of the case; its map may still be drawing, for time does not wait for it."""
    page = open_page(PATH, "reader", at=demo)
    page.wait_for_selector("[role=slider]")
    return page


def t_of(page: Any) -> float:
    return float(page.evaluate("() => window.tocsin.replay.t"))


def until(holds: Callable[[], bool], within_s: float = 20.0) -> None:
    """Wait until something holds; a busy machine draws few frames a second."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.1)


def sources(page: Any, name: str) -> int:
    """Return how many features a source of the map holds."""
    return int(
        page.evaluate(
            """async (name) => {
              const data = await window.tocsin.map.getSource(name).getData();
              return data.features.length;
            }""",
            name,
        )
    )


def test_the_strip_is_the_scrubber(screen: Any) -> None:
    """It opens at the entry; a click on the strip moves time, and all that is told with it."""
    rested(screen)
    p = screen.locator("section p.p").first
    assert "roughly even chance" in p.inner_text()  # of being inside, at the median entry
    slider = screen.get_by_role("slider")
    box = slider.bounding_box()
    assert box is not None
    screen.mouse.click(box["x"] + 76 + (box["width"] - 90) * 0.5, box["y"] + 40)
    assert ">99 %" in p.inner_text() and "almost certain inside Estonia" in p.inner_text()
    middle = t_of(screen)
    screen.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40)
    screen.mouse.down()
    screen.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + 40, steps=3)
    screen.mouse.up()
    assert t_of(screen) > middle + 600
    assert "<1 %" in p.inner_text() and "almost no chance" in p.inner_text()
    assert "almost no chance" in str(slider.get_attribute("aria-valuetext"))
    # What stands in the result: 11:58 inside, with its interval, under each boundary.
    rows = screen.locator("table.results tbody tr")
    assert rows.count() == 3
    assert "06:58:0" in rows.first.inner_text() and "± " in rows.first.inner_text()
    shot(screen, "incident-dark-1440")
    assert accessible(screen) == []


def test_by_keyboard(screen: Any) -> None:
    """Entry, exit, seconds, plots, speed and play, without a mouse."""
    keys = screen.keyboard
    keys.press("x")
    leave = t_of(screen)
    keys.press("e")
    entry = t_of(screen)
    assert leave - entry == pytest.approx(717.5, abs=5)
    keys.press(".")
    assert 0 < t_of(screen) - entry <= 1.0
    keys.press(",")
    keys.press(",")
    assert t_of(screen) < entry
    before = t_of(screen)
    keys.press("j")
    assert 0 < t_of(screen) - before < 12  # two radars: a plot every few seconds
    assert screen.evaluate(
        """() => {
          const { track, t } = window.tocsin.replay;
          return track.plots.some((each) => each.t_s.includes(t));
        }"""
    )
    keys.press("k")
    assert t_of(screen) <= before
    keys.press("[")
    assert screen.evaluate("() => window.tocsin.replay.speed") == 4
    keys.press("]")
    keys.press("]")
    assert screen.evaluate("() => window.tocsin.replay.speed") == 16
    started = t_of(screen)
    keys.press("Space")
    until(lambda: t_of(screen) > started + 1)
    keys.press("Space")
    stopped = t_of(screen)
    screen.wait_for_timeout(300)
    assert t_of(screen) == stopped
    screen.get_by_role("slider").focus()
    keys.press("Home")
    assert t_of(screen) < entry - 500
    keys.press("ArrowRight")
    keys.press("h")
    assert "h=sk42" in wait_url(screen, "h=sk42")
    keys.press("2")
    assert screen.get_by_role("tab", name="Claims").get_attribute("aria-selected") == "true"


def wait_url(page: Any, part: str) -> str:
    until(lambda: part in address(page))
    return address(page)


def address(page: Any) -> str:
    return str(page.evaluate("() => location.href"))


def test_the_other_side_has_a_track_of_its_own(screen: Any) -> None:
    """The toggle draws the second corridor and says what it costs to believe it."""
    rested(screen)
    assert sources(screen, "inc-other") == 0
    screen.get_by_role("button", name="Show the track it would need").click()
    until(lambda: sources(screen, "inc-other") > 1)
    text = screen.locator("section[aria-labelledby=inc-other]").inner_text()
    assert "σ together" in text and "never inside" in text and "radar-b primary azimuth" in text
    assert "o=ru-1" in wait_url(screen, "o=ru-1")
    shot(screen, "incident-other-side-1440")
    screen.get_by_role("tab", name="Claims").click()
    screen.locator("#claim-ru-1 summary").click()
    told = screen.locator("#claim-ru-1").inner_text()
    for part in ("contradicted", "D4", "never inside(EE)", "7.5 km further", "over neutral waters"):
        assert part in told
    assert accessible(screen) == []


def test_as_known_at_hides_what_came_later(screen: Any) -> None:
    """At 07:02 the desk had scans, no statement and no verdict; the strip ends there."""
    screen.keyboard.press("e")
    screen.evaluate("() => window.tocsin.replay.seek(1020)")
    screen.keyboard.press("n")
    assert "scans so far" in screen.locator("p.held").inner_text()
    assert "Nothing yet" in screen.locator("section[aria-labelledby=inc-result]").inner_text()
    assert "u=cursor" in wait_url(screen, "u=cursor")
    assert screen.locator("[role=slider] svg").get_by_text("not yet known").count() == 1
    screen.get_by_role("tab", name="Claims").click()
    claims = screen.locator("section[aria-labelledby=inc-claims]").inner_text()
    assert "came out later" in claims and "contradicted" not in claims
    shot(screen, "incident-as-known-1440")
    assert accessible(screen) == []
    # Two days later the whole track is there, and what came out by then.
    screen.get_by_label("As known").select_option(label="by 20 Sep 2025: 9 more")
    assert "the whole track" in screen.locator("p.held").inner_text()
    later = screen.locator("section[aria-labelledby=inc-claims]").inner_text()
    assert "contradicted" in later and "came out later" in later
    screen.get_by_role("button", name="Show everything").click()
    assert screen.locator("p.held").count() == 0
    screen.get_by_role("tab", name="Now").click()
    found = screen.locator("section[aria-labelledby=inc-result]").inner_text()
    assert "Deepest is measured from the " in found


def test_an_address_means_one_moment_and_two_windows_go_together(
    open_page: Open, demo: Stand
) -> None:
    """A permalink opens the same moment, limit and tab; a second window follows the first."""
    query = "?t=2025-09-19T07:05:00Z&u=2025-09-21T00:00:00Z&h=overlap&tab=context#8.5/59.8/25.6"
    first = open_page(PATH + "@1" + query, "reader", at=demo)
    first.wait_for_selector("[role=slider]")
    assert t_of(first) == 1200.0
    assert first.get_by_role("button", name="overlap").get_attribute("aria-pressed") == "true"
    assert first.get_by_role("tab", name="Context").get_attribute("aria-selected") == "true"
    assert "EE-2025-09-19@1" in first.locator(".title").inner_text()
    assert address(first).endswith("#8.5/59.8/25.6")
    second = first.context.new_page()
    second.goto(demo.url + PATH + "@1")
    second.wait_for_selector("[role=slider]")
    first.evaluate("() => window.tocsin.replay.seek(1500)")
    until(lambda: t_of(second) == 1500.0)
    second.close()


def test_every_fact_of_the_map_is_in_a_table_and_light_reads_as_well(
    screen: Any, tmp_path: Path
) -> None:
    """Track, plots, limits and places as rows; the light theme; paper."""
    screen.keyboard.press("5")
    panel = screen.get_by_role("tabpanel")
    text = panel.inner_text()
    for part in ("radar-a", "Vaindloo", "St Petersburg FIR", "sovereign, surface to unlimited"):
        assert part in text
    row = screen.locator("section[aria-labelledby=inc-table-track] tbody button").nth(4)
    row.click()
    assert row.inner_text()[:7] in screen.locator("output.clock").inner_text()
    screen.evaluate("() => document.activeElement.blur()")
    screen.keyboard.press("T")
    assert accessible(screen) == []
    shot(screen, "incident-light-tables-1440")
    paper = tmp_path / "incident.pdf"
    screen.pdf(path=str(paper), format="A4", print_background=True)
    assert paper.stat().st_size > 40_000
