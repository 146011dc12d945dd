"""The bell's screen: a threshold to drag, two policies, beliefs, sign-off and dissent."""

from __future__ import annotations

import re
from typing import Any

from tests.web.conftest import Open, accessible, shot

CASE = "/bell?incident=EE-2025-09-19"


def _figure(page: Any, name: str) -> list[str]:
    cells: list[str] = page.locator(f"tr:has(th:has-text('{name}')) td").all_inner_texts()
    return cells


def test_bell_by_mouse_and_keyboard(open_page: Open) -> None:
    """The threshold moves what it does with it; the address keeps it; a dissent is recorded."""
    page = open_page(CASE, "analyst")
    page.wait_for_selector(".handle.a")
    page.wait_for_selector("text=Nearest past cases")
    text = page.locator(".bell").inner_text()
    assert "An assessment to support a decision" in text
    assert not re.search(r"Article \d (is|was) (met|triggered|justified)", text)
    assert "illustrative" in text
    assert "Consulted" in text
    assert "Not consulted, or not found" in text
    assert page.locator("section:has(#s-factors) tbody tr").count() >= 12
    assert page.locator(".box rect.box, rect.box").count() == 2  # both parties on the map

    # By mouse: to the left is more false rings.
    before = _figure(page, "False rings a year")[0]
    grip = page.locator(".handle.a .grip").first.bounding_box()
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=4)
    page.mouse.up()
    dragged = _figure(page, "False rings a year")[0]
    assert float(dragged.split(",")[0]) > float(before.split(",")[0])

    # By keyboard: one step, to the end, back to the least cost.
    page.keyboard.press("h")
    h = float(page.locator(".handle.a").first.get_attribute("aria-valuenow"))
    page.keyboard.press("ArrowRight")
    assert float(page.locator(".handle.a").first.get_attribute("aria-valuenow")) > h
    page.keyboard.press("End")
    assert "J " in page.locator(".handle.a").first.get_attribute("aria-valuetext")
    page.keyboard.press("e")
    assert re.search(r"[?&]h=3\.25\b", page.url)

    # A second policy, beside the first.
    page.keyboard.press("b")
    page.wait_for_selector(".handle.b")
    assert len(_figure(page, "Average delay")) == 3
    assert re.search(r"[?&]b=1\.9\b", page.url)
    assert page.locator("text=Without fatigue").count() == 1

    page.keyboard.press("d")  # the field has the focus now
    page.keyboard.type("The third aircraft was seen by one source only.")
    shot(page, "bell-dark-1440")
    page.locator("button:has-text('Dissent')").click()
    page.wait_for_selector("blockquote:has-text('third aircraft')")
    assert "analyst" in page.locator("blockquote footer").first.inner_text()
    assert page.locator("button:has-text('Approve')").is_disabled()
    page.locator("#s-sign").scroll_into_view_if_needed()
    shot(page, "bell-sign-off")
    assert accessible(page) == []


def test_bell_terms_light_and_print(open_page: Open) -> None:
    """Other terms make another curve; a bad one and a wrong incident are said in one line."""
    page = open_page(CASE + "&phi=0", "reader", (1920, 1080), expect=("status of 4",))
    page.wait_for_selector(".handle.a")
    page.wait_for_selector("text=With fatigue φ = 0")
    # Without fatigue both charts are the same.
    assert _figure(page, "Cost J a year, with φ") == _figure(page, "Cost J a year, φ = 0")
    page.locator("summary:has-text('Try other terms')").click()
    page.locator("#term-phi").fill("7")
    page.wait_for_selector("[role=alert]:has-text('phi')")
    page.locator("#term-phi").fill("0.4")
    page.wait_for_selector("text=With fatigue φ = 0.4")
    page.locator("#incident").fill("NO-SUCH-CASE")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]:has-text('NO-SUCH-CASE')")
    page.locator("#incident").fill("PL-2025-09-10")
    page.keyboard.press("Enter")
    page.wait_for_selector(".case:has-text('PL-2025-09-10')")
    page.locator("#incident").blur()
    page.keyboard.press("j")
    assert page.evaluate("() => document.activeElement.id") == "s-level"
    page.keyboard.press("T")
    page.wait_for_selector("html[data-theme=light]")
    shot(page, "bell-light-1920")
    assert accessible(page) == []
    page.emulate_media(media="print")
    shot(page, "bell-print")
