"""The register's pages and the dossier in a browser: by mouse, by keyboard, without a script."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.web.conftest import Open, accessible, shot
from tests.web.stand import WORD, Stand

ONE = "EE-2025-09-19"
OWN = "web-2025-11-03"


@pytest.fixture(scope="module")
def draft(stand: Stand) -> str:
    """An incident of two revisions, written over HTTP as a desk would."""
    import httpx2

    told: dict[str, object] = {
        "id": OWN,
        "what": "Two aircraft without transponders over the bay",
        "domain": "air",
        "states": ["EE"],
        "when": {"begin": "2025-11-03T06:58Z", "end": "2025-11-03T07:10Z"},
        "where": {"text": "Narva Bay", "lat_deg": 59.6, "lon_deg": 27.6, "radius_m": 5000.0},
        "sources": [{"title": "a release", "date": "2025-11-03", "grade": "B2"}],
        "tlp": "CLEAR",
        "synthetic": True,
    }
    with httpx2.Client(base_url=stand.url, timeout=60, trust_env=False) as client:
        client.post("/api/session", json={"name": "analyst", "password": WORD})
        token = client.get("/api/session").json()["csrf"]
        more = {"x-csrf-token": token, "origin": stand.url}
        body: dict[str, object] = {"incident": told, "reason": "as first told"}
        added = client.post("/api/incidents", json=body, headers=more)
        assert added.status_code == 201, added.text
        changed = told | {"what": "Three aircraft without transponders over the bay"}
        body = {"incident": changed, "reason": "a third was seen later", "base": 1}
        edited = client.post(f"/api/incidents/{OWN}/edit", json=body, headers=more)
        assert edited.status_code == 200, edited.text
    return OWN


def _rows(page: Any) -> int:
    count: int = page.locator("[data-rows] tbody tr").count()
    return count


def _drawn(page: Any) -> None:
    """Wait until the run chart is there."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if page.evaluate("() => document.querySelector('figure img').naturalWidth > 0"):
            return
        time.sleep(0.1)
    raise AssertionError("the run chart did not come")


def test_filters_calendar_chart_and_saved(open_page: Open) -> None:
    """By mouse: a filter narrows, its address keeps it, a saved one comes back and goes."""
    page = open_page("/register", "analyst")
    all_rows = _rows(page)
    assert all_rows > 20
    assert page.locator("#calendar ~ .scroll svg rect").count() > 20
    chart = page.locator("img[src^='/register/chart.svg']")
    chart.scroll_into_view_if_needed()
    _drawn(page)
    page.evaluate("() => scrollTo(0, 0)")
    shot(page, "register-dark-1440")
    assert accessible(page) == []

    page.locator("#f-state").fill("EE")
    page.locator("#f-domain").select_option("air")
    page.locator("#f-year").fill("2025")
    page.locator("button:has-text('Show')").click()
    page.wait_for_url("**/register?*state=EE*")
    assert page.locator(".answer .big").inner_text().startswith("4 counted")
    assert 0 < _rows(page) < all_rows
    assert page.locator("#f-state").input_value() == "EE"
    page.locator("#save-name").fill("Estonia 2025")
    page.locator("button:has-text('Save')").click()
    page.wait_for_selector("a:has-text('Estonia 2025')")
    page.locator("a:has-text('Clear')").click()
    page.wait_for_selector(f"h2:has-text('of {all_rows}'), .answer")
    assert page.locator("#f-state").input_value() == ""
    page.locator("a:has-text('Estonia 2025')").click()
    page.wait_for_url("**/register?*state=EE*")
    assert page.locator(".answer .big").inner_text().startswith("4 counted")
    page.locator("button[aria-label='Forget Estonia 2025']").click()
    page.wait_for_selector("a:has-text('Estonia 2025')", state="detached")


def test_by_keyboard_from_a_row_to_the_incident_and_back(open_page: Open) -> None:
    page = open_page("/register?state=EE&domain=air&year=2025", "reader", expect=("status of 404",))
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert "next row" in page.locator("dialog").inner_text()
    shot(page, "register-help")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.id") == "f-text"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "f-state"
    page.locator("h1").click()
    page.keyboard.press("j")
    first = page.evaluate("() => document.activeElement.getAttribute('href')")
    page.keyboard.press("j")
    second = page.evaluate("() => document.activeElement.getAttribute('href')")
    assert first != second
    page.keyboard.press("k")
    assert page.evaluate("() => document.activeElement.getAttribute('href')") == first
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")
    assert page.locator("h1").count() == 1
    page.keyboard.press("T")
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/register")
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"  # it is kept
    _drawn(page)
    assert "theme=light" in page.locator("figure img").get_attribute("src")
    shot(page, "register-light-1440")
    assert accessible(page) == []


def test_one_incident_its_permalink_and_its_dossier(open_page: Open) -> None:
    page = open_page(f"/register/{ONE}@1", "reader", (1440, 1000))
    text = page.locator("main").inner_text()
    assert re.search(r"\bRussia\b", text) and "Estonia" in text
    assert page.url.endswith(f"/{ONE}@1")  # a revision that stays
    shot(page, "register-incident-1440")
    assert accessible(page) == []
    page.locator("a.button:has-text('Dossier')").click()
    page.wait_for_url("**/dossier/**")
    assert page.locator("h1").count() == 1
    assert "TLP:GREEN" in page.locator("body").inner_text()
    shot(page, "dossier-1440")
    assert accessible(page) == []
    page.emulate_media(media="print")
    shot(page, "dossier-print")


def test_two_revisions_beside_each_other(open_page: Open, draft: str) -> None:
    page = open_page(f"/register/{draft}", "analyst")
    assert page.locator(".synthetic").is_visible()
    page.locator("#a").select_option("1")
    page.locator("#b").select_option("2")
    page.locator("button:has-text('Compare')").click()
    page.wait_for_url("**/diff?a=1&b=2")
    assert "Two aircraft" in page.locator("del").first.inner_text()
    assert "Three aircraft" in page.locator("ins").first.inner_text()
    assert "a third was seen later" in page.locator("thead").inner_text()
    shot(page, "register-diff-1440")
    assert accessible(page) == []


def test_a_dissent_by_keyboard_and_four_eyes(open_page: Open, draft: str) -> None:
    """Whoever wrote a revision does not approve it; a dissent stays on the page."""
    page = open_page(f"/register/{draft}", "analyst")
    page.keyboard.press("d")
    page.keyboard.type("One source only for the third.")
    page.keyboard.press("Enter")
    page.locator("main").get_by_text("One source only for the third.").first.wait_for()
    blocked = page.locator(".review button:has-text('Approve')")
    assert blocked.count() == 0 or blocked.is_disabled()
    other = open_page(f"/register/{draft}", "approver")
    other.keyboard.press("a")
    assert other.evaluate("() => document.activeElement.id").startswith("why-")
    shot(other, "register-review-1440")
    assert accessible(other) == []


def test_without_a_script(open_page: Open, stand: Stand) -> None:
    """Sign in, filter, read, compare, open the dossier: forms and links alone."""
    page = open_page("/register", None, java_script_enabled=False, expect=("status of 40",))
    assert "/login" in page.url
    page.locator("#name").fill("reader")
    page.locator("#password").fill("not the word")
    page.locator("main button").click()
    assert page.locator("[role='alert']").is_visible()
    page.locator("#name").fill("reader")
    page.locator("#password").fill(WORD)
    page.locator("main button").click()
    page.wait_for_url("**/register")
    page.locator("#f-year").fill("2025")
    page.locator("#f-state").fill("EE")
    page.locator("#f-domain").select_option("air")
    page.locator("button:has-text('Show')").click()
    assert page.locator(".answer .big").inner_text().startswith("4 counted")
    page.locator("summary").first.click()
    page.locator(f"a[href^='/register/{ONE}']").first.click()
    page.wait_for_url(f"**/register/{ONE}*")
    page.locator("a.button:has-text('Dossier')").click()
    page.wait_for_url("**/dossier/**")
    assert "Vaindloo" in page.locator("body").inner_text()


@pytest.mark.parametrize(
    ("width", "name"), [(390, "phone"), pytest.param(768, "tablet", marks=pytest.mark.full)]
)
def test_on_a_narrow_window_nothing_is_cut_off(open_page: Open, width: int, name: str) -> None:
    for path, what in (
        ("/register?state=EE", "register"),
        (f"/register/{ONE}", "register-incident"),
        ("/watch", "watch"),
        (f"/bell?incident={ONE}", "bell"),
    ):
        page = open_page(path, "reader", (width, 844))
        page.wait_for_selector("h1, section.strip")
        assert page.locator(".tlp").first.bounding_box()["x"] < width - 60  # in sight
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"
        shot(page, f"{what}-{name}")
        page.close()  # a map that nobody looks at any more need not move on


def test_on_paper_and_at_the_door(open_page: Open) -> None:
    page = open_page("/register?state=EE&domain=air", "reader", (1120, 1500))
    _drawn(page)
    page.emulate_media(media="print")
    assert not page.locator("form.filters").is_visible()
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    shot(page, "register-print")
    door = open_page("/login", None)
    shot(door, "login-1440")
    assert accessible(door) == []
    assert door.evaluate("() => document.activeElement.id") == "name"
