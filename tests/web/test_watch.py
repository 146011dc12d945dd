"""The watch's screen, by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Open, accessible, rested, shot
from tests.web.stand import Stand


def _rows(page: Any) -> list[str]:
    rows: list[str] = page.locator("ol[aria-label^='Alerts in force'] .subject").all_inner_texts()
    return rows


def test_rail_feeds_and_map(open_page: Open) -> None:
    """All that is told is on the screen: alerts in order, silent feeds loud, tracks on the map."""
    page = open_page("/watch", "reader")
    rested(page)
    page.wait_for_selector("#alert-al-predicted")
    assert _rows(page)[:3] == ["a-1042", "XSY77 · 43c6f1", "a-2210"]
    row = page.locator("#alert-al-predicted").inner_text()
    for part in ("Predicted entry", "Estonia", "inside within 5 min", "ETA", "2 sources", "plot"):
        assert part in row
    feeds = page.locator("section.strip")
    assert "NO DATA" in feeds.locator("li.wrong").inner_text()
    assert "radar-b" in feeds.locator("li.wrong").inner_text()
    assert "1 of 3 without data" in feeds.inner_text()
    assert page.locator(".synthetic").is_visible()
    # What is drawn can be clicked: the track that is furthest from the others.
    at = page.evaluate(
        """() => { const { map, fleet } = window.tocsin; const p = map.project(fleet.at('b-0007'));
        const b = map.getContainer().getBoundingClientRect(); return [p.x + b.x, p.y + b.y]; }"""
    )
    page.mouse.click(*at)
    page.wait_for_selector("section.card")
    card = page.locator("section.card").inner_text()
    assert "b-0007" in card
    assert "cannot be told" in card  # unobserved is never no
    assert "not known" in card
    # A reader sees why the buttons are shut.
    page.locator("#alert-al-predicted button.head").click()
    shut = page.locator("#alert-al-predicted .actions button.primary")
    assert shut.is_disabled()
    assert "Needs the role analyst" in page.locator("#alert-al-predicted .actions").inner_text()
    shot(page, "watch-dark-1440")
    assert accessible(page) == []


def test_handling_by_keyboard(open_page: Open) -> None:
    """Choose, acknowledge with a reason, snooze with an end, reopen: nothing leaves the screen."""
    page = open_page("/watch", "analyst", (1920, 1080))
    rested(page)
    page.wait_for_selector("#alert-al-inside")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert "alert=al-inside" in page.url
    page.keyboard.press("a")
    page.wait_for_selector("dialog[open] textarea")
    send = page.locator("dialog[open] button.primary")
    assert send.is_disabled()  # not without a reason
    page.keyboard.type("Under observation")
    shot(page, "watch-acknowledge-1920")
    assert accessible(page) == []
    send.click()
    page.wait_for_selector("#alert-al-inside.acknowledged")
    assert (
        "analyst: acknowledge — Under observation" in page.locator("#alert-al-inside").inner_text()
    )
    page.keyboard.press("a")
    page.wait_for_selector(".said:has-text('acknowledged')")  # there is nothing to acknowledge
    page.keyboard.press("s")
    page.wait_for_selector("dialog[open] select")
    page.locator("dialog[open] select").select_option(index=0)
    page.locator("dialog[open] .chip").first.click()
    page.locator("dialog[open] button.primary").click()
    page.wait_for_selector("ol[aria-label='Snoozed alerts'] #alert-al-inside")
    assert "until" in page.locator("#alert-al-inside .badge").inner_text()
    page.keyboard.press("o")
    page.locator("dialog[open] textarea").fill("Situation changed")
    page.locator("dialog[open] button.primary").click()
    page.wait_for_selector("ol[aria-label^='Alerts in force'] #alert-al-inside.open")
    page.keyboard.press("y")
    page.locator("dialog[open] textarea").fill("start of shift")
    page.locator("dialog[open] button.primary").click()
    page.wait_for_selector(".kind:has-text('Test')")


def test_tables_units_palette(open_page: Open) -> None:
    """Every fact of the map is in a table; keys change units, forms and theme; search finds."""
    page = open_page("/watch", "reader")
    page.wait_for_selector("#alert-al-predicted")
    page.keyboard.press("t")
    table = page.locator("section.tables")
    table.wait_for()
    assert "page 1 of 2" in table.inner_text()
    first = table.locator("tbody tr").first.inner_text()
    assert "XSY77" in first  # the highest P within 5 minutes comes first
    assert "FL 320" in first
    assert "N 02" in first
    table.locator("input[type=search]").fill("a-10")
    table.locator("tbody tr:has-text('a-1042')").wait_for()
    assert table.locator("tbody tr").count() == 1
    table.locator("input[type=search]").fill("")
    table.locator("input[type=search]").blur()
    page.keyboard.press("u")
    table.locator("td:has-text('9 750 m std')").first.wait_for()
    page.keyboard.press("m")
    page.keyboard.press("m")
    table.locator("td:has-text('35V')").first.wait_for()
    table.locator("button:has-text('Jammed')").click()
    assert "6 of 9" in table.inner_text()
    table.locator("button:has-text('Areas 2')").click()
    assert "Tallinn FIR" in table.inner_text()
    shot(page, "watch-tables")
    assert accessible(page) == []
    page.keyboard.press("t")
    page.keyboard.press("Control+k")
    page.locator("dialog[open] input").fill("a-1042")
    page.locator("[role=option]:has-text('Track')").first.wait_for()
    assert accessible(page) == []
    page.keyboard.press("Enter")
    page.wait_for_selector("section.card:has-text('a-1042')")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]:has-text('Keys and help')")
    shot(page, "help")
    assert accessible(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("T")
    page.wait_for_selector("html[data-theme=light]")
    rested(page)
    shot(page, "watch-light")
    assert accessible(page) == []
    page.emulate_media(media="print")
    shot(page, "watch-print")
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/bell**")


def test_a_server_that_goes_is_told_loudly(open_page: Open, tmp_path: Path) -> None:
    """The picture stays, and says since when it is old; when the server is back, it goes on."""
    made = Stand(tmp_path, 12).start()
    # What the browser says of a server that is gone; "Error" is the map's, for a piece of it.
    lost = (
        "ERR_", "Failed to load resource", "Failed to fetch", "EventSource", "console: Error",
    )  # fmt: skip
    page = open_page("/watch", "reader", at=made, expect=lost)
    try:
        page.wait_for_selector("#alert-al-predicted")
        made.cut()
        page.wait_for_selector(".down:has-text('NOT CONNECTED since')")
        assert page.locator("#alert-al-predicted").is_visible()
        shot(page, "watch-not-connected")
        page.locator(".down button").click()  # nobody answers yet
        made.again()
        page.wait_for_selector(".down", state="detached")
        page.wait_for_selector("#alert-al-predicted")
    finally:
        made.stop()


@pytest.mark.parametrize("path", ["/watch", "/bell", "/i/EE-2025-09-19"])
def test_screens_need_somebody(open_page: Open, path: str) -> None:
    """Who is not signed in is led to the form."""
    page = open_page(path, None)
    page.wait_for_selector("input[type=password]")
