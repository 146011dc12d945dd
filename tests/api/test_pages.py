"""Pages without a script: what stands on them, their forms, and that they can be read by all."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Sign
from tests.api.made import PASSWORDS, told
from tocsin.api.pages import calendar
from tocsin.api.pages.difference import changes
from tocsin.schema import Moment

VOID = {"meta", "link", "input", "img", "br", "path", "rect", "col", "hr"}


class Page(HTMLParser):
    """What a page holds, and whether its tags are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in VOID:
            self.wrong.append(tag)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def read(answer: Any, status: int = 200) -> Page:
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"].startswith("text/html")
    return Page(answer.text)


PAGES = ("/?f=html", "/register", "/register?year=2025", "/register/EE-2025-09-19", "/login",
         "/register/EE-2025-09-19/diff?a=1&b=1")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_read_by_all(demo_client: TestClient, path: str) -> None:
    page = read(demo_client.get(path))
    assert not page.wrong and not page.open
    assert page.all("html")[0]["lang"] == "en" and len(page.all("h1")) == 1
    assert len(page.all("main")) == 1 and page.all("header") and page.all("footer")
    assert all(nav.get("aria-label") for nav in page.all("nav"))
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    labelled = {label["for"] for label in page.all("label")}
    for tag in ("input", "select", "textarea"):
        for each in page.all(tag):
            assert each.get("type") == "hidden" or each.get("id") in labelled, each
    names = [each["id"] for _, each in page.tags if each.get("id")]
    assert len(names) == len(set(names))
    assert all(each.get("alt") for each in page.all("img"))
    assert all(each.get("scope") for each in page.all("th"))
    for each in page.all("section"):
        assert each.get("aria-labelledby") in names
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]  # the policy forbids it


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_nothing_from_elsewhere(demo_client: TestClient, path: str) -> None:
    page = read(demo_client.get(path))
    for tag, name in (("script", "src"), ("link", "href"), ("img", "src")):
        for each in page.all(tag):
            assert (each[name] or "").startswith("/"), each
    style = demo_client.get("/pages/pages.css").text
    assert not re.search(r"https?:|@import", style)
    assert demo_client.get("/pages/plex.ttf").content[:4] == b"\x00\x01\x00\x00"


def test_the_register_says_what_its_count_rests_on(demo_client: TestClient) -> None:
    text = demo_client.get("/register?state=EE&domain=air&year=2025").text
    assert re.search(r'<p class="big">4 ', text)  # as the claims of the reference case have it
    assert "EE-2025-09-19@1" in text and "not counted" not in text
    assert "limits of what the register covers" in text or "No gap in its coverage" in text
    early = demo_client.get("/register?state=EE&domain=air&year=2025&as_of=2025-06-01").text
    assert "EE-2025-09-19@1" not in early and "as of 2025-06-01" in early


def test_filters_are_the_address_and_stand_in_the_form(demo_client: TestClient) -> None:
    page = read(demo_client.get("/register?domain=drone&text=lake&order=oldest"))
    inputs = {each.get("name"): each.get("value") for each in page.all("input")}
    assert inputs["text"] == "lake"
    assert {"selected"} <= {k for each in page.all("option") for k in each}
    assert any("domain=drone" in (each.get("href") or "") for each in page.all("a"))
    assert demo_client.get("/register?domain=submarine").status_code == 400
    link = re.compile(r'<th scope="row"><a href="/register/([^"]+)"')
    first = link.findall(demo_client.get("/register?domain=gnss").text)
    last = link.findall(demo_client.get("/register?domain=gnss&order=oldest").text)
    assert len(first) > 1 and first == last[::-1]


def test_the_run_chart_shows_the_effort(demo_client: TestClient) -> None:
    answer = demo_client.get("/register/chart.svg?state=EE&domain=air")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "reporting effort" in answer.text and "prefers-color-scheme" not in answer.text
    nothing = demo_client.get("/register/chart.svg?state=XX")
    assert nothing.status_code == 404


def test_a_person_signs_in_saves_a_filter_and_signs_out(client: TestClient) -> None:
    asked = client.get("/register?state=EE", follow_redirects=False)
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=%2Fregister%3Fstate%3DEE"
    page = read(client.get(asked.headers["location"]))
    next_ = next(each["value"] for each in page.all("input") if each.get("name") == "next")
    wrong = client.post("/login", data={"name": "Rea", "password": "no", "next": next_})
    assert wrong.status_code == 401 and "are no pair" in wrong.text
    form = {"name": "Rea", "password": PASSWORDS["Rea"], "next": next_}
    done = client.post("/login", data=form, follow_redirects=False)
    assert done.status_code == 303 and done.headers["location"] == "/register?state=EE"
    page = read(client.get("/register?state=EE"))
    csrf = next(each["value"] for each in page.all("input") if each.get("name") == "csrf")
    kept = {"csrf": csrf, "name": "mine & yours", "query": "state=EE&year=2025"}
    assert client.post("/register/saved", data=kept).status_code == 200
    text = client.get("/register").text
    assert 'href="/register?state=EE&amp;year=2025">mine &amp; yours</a>' in text
    gone = {"csrf": csrf, "forget": "mine & yours", "query": ""}
    assert "mine &amp; yours" not in client.post("/register/saved", data=gone).text
    for nasty in ("a=1\r\nset-cookie: x=y", "ä=ö", "a b", "\u2028"):
        answer = client.post(
            "/register/saved", data={**gone, "query": nasty}, follow_redirects=False
        )
        assert answer.headers["location"] == "/register?"
        kept["query"] = nasty
        assert client.post("/register/saved", data=kept).status_code == 400
    out = client.post("/logout", data={"csrf": csrf}, follow_redirects=False)
    assert out.status_code == 303
    assert client.get("/register", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/\\evil.example", "x"])
def test_a_sign_in_leads_nowhere_else(client: TestClient, path: str) -> None:
    form = {"name": "Rea", "password": PASSWORDS["Rea"], "next": path}
    done = client.post("/login", data=form, follow_redirects=False)
    assert done.headers["location"] == "/"


def test_the_workflow_goes_by_forms(sign: Sign) -> None:
    client = sign("Ana")
    csrf = client.headers.pop("x-csrf-token")
    page = read(client.get("/draft"))
    assert page.all("textarea")
    nasty = told("FORM", what="<script>alert(1)</script> & more")

    done = client.post(
        "/draft", data={"csrf": csrf, "text": json.dumps(nasty), "reason": "first"},
        follow_redirects=False,
    )  # fmt: skip
    assert done.headers["location"] == "/register/FORM@1"
    text = client.get("/register/FORM@1").text
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)" in text
    assert "Approve" not in text  # an analyst's page has no such button
    edited = {**nasty, "what": "three aircraft", "states": ["EE", "FI"]}
    form = {"csrf": csrf, "incident": "FORM", "base": "1", "text": json.dumps(edited)}
    assert client.post("/draft", data=form).status_code == 200
    stale = client.post("/draft", data=form)
    assert stale.status_code == 409 and "has moved on" in stale.text
    assert "three aircraft" in stale.text  # what was typed is not lost
    diff = client.get("/register/FORM/diff?a=1&b=2").text
    assert "<del>&lt;script&gt;" in diff and "<ins>three aircraft</ins>" in diff
    assert "<ins>FI</ins>" in diff
    said = {"csrf": csrf, "says": "it was one aircraft"}
    assert "it was one aircraft" in client.post("/register/FORM@2/dissent", data=said).text
    old = client.get("/register/FORM@1").text
    assert "the newest is" in old
    client = sign("Apo")
    csrf = client.headers.pop("x-csrf-token")
    assert "Approve" in client.get("/register/FORM").text
    after = client.post("/register/FORM@2/approve", data={"csrf": csrf, "reason": ""})
    assert after.status_code == 200 and "reviewed" in after.text
    refused = client.post("/register/FORM@2/approve", data={"csrf": csrf},
                          headers={"accept": "text/html"})  # fmt: skip
    assert refused.status_code == 409 and "moved on" in refused.text
    read(refused, 409)


def test_who_wrote_it_sees_why_they_cannot_approve(sign: Sign) -> None:
    client = sign("Apo")
    client.post("/api/incidents", json={"incident": told("OWN")})
    text = client.get("/register/OWN").text
    assert "you wrote it: ask somebody else" in text and "disabled" in text


def test_a_page_is_marked_as_strictly_as_what_stands_on_it(sign: Sign) -> None:
    client = sign("Ana")
    assert "TLP:AMBER+STRICT" in client.get("/register").text
    assert "TLP:CLEAR" in client.get("/register?tlp=CLEAR").text
    for path in ("/register/M-AMBER", "/draft?incident=M-AMBER", "/register/M-AMBER/diff?a=1&b=1"):
        assert ">TLP:AMBER<" in client.get(path).text
    assert "SYNTHETIC" in client.get("/register/MADE").text
    assert "SYNTHETIC" not in client.get("/register/M-CLEAR").text


def test_a_person_is_told_by_a_page_and_a_program_by_a_problem(demo_client: TestClient) -> None:
    page = read(demo_client.get("/register/NONE", headers={"accept": "text/html"}), 404)
    assert page.all("h1")
    read(demo_client.get("/none", headers={"accept": "text/html"}), 404)
    program = demo_client.get("/api/incidents/NONE", headers={"accept": "text/html"})
    assert program.headers["content-type"] == "application/problem+json"


def test_dossiers_run_nothing(demo_client: TestClient) -> None:
    for name in ("EE-2025-09-19", "EE-2025-05-13"):
        answer = demo_client.get(f"/dossier/{name}")
        if answer.status_code == 404:
            continue
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'") and "script" not in policy
    assert "Vaindloo" in demo_client.get("/dossier/EE-2025-09-19").text


def test_a_calendar_spreads_nothing_that_is_vague() -> None:
    begun = [Moment.of(text) for text in
             ("2025-09-19", "2025-09", "2025", "2024-12-31/2025-01-02", "unknown")]  # fmt: skip
    months = calendar.by_month(begun)
    assert months.cells == {("2025", "Sep"): 2}
    assert months.vague == {"2025": 1} and months.outside == 2
    days = calendar.by_day(2025, begun)
    assert days.cells == {("Sep", "19"): 1} and days.vague == {"Sep": 1}
    assert ("Feb", "29") not in days.cell_period and days.outside == 3
    picture = calendar.svg(months, "/register?a=1&", ["2025-01"])
    assert 'href="/register?a=1&amp;year=2025-09"' in picture
    assert "2025-01: not covered, which is not none" in picture
    assert "2025-02: 0 incidents" in picture


def test_what_differs_is_told_field_by_field() -> None:
    before = {"a": 1, "b": {"c": "x", "d": None}, "e": ["p", "q"], "f": True}
    after = {"a": 1, "b": {"c": "y", "d": "z"}, "e": ["q", "r"], "f": False}
    told_ = [(c.field, c.before, c.after) for c in changes(before, after)]
    assert told_ == [
        ("b.c", "x", "y"),
        ("b.d", "", "z"),
        ("e", "p", ""),
        ("e", "", "r"),
        ("f", "yes", "no"),
    ]
    assert changes(before, before) == []
    assert changes({"e": ["p", "q"]}, {"e": ["q", "p"]})[0].before == "in another order"
