"""A month of civil infringements: every table with its unknown, equal bytes for equal reports."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.register.made import incident
from tocsin.errors import UsageError
from tocsin.register.report import as_json, filter_of, period_of, report
from tocsin.register.report_page import page
from tocsin.schema import Incident, Moment


def one(name: str, begin: str, area: str = "", **civil: Any) -> tuple[str, Incident]:
    made = incident(name, when={"begin": begin}, where={"text": area}, civil=civil)
    return f"{name}@1", made


MONTH = [
    one("a", "2025-09-03T10:15Z", "Tallinn CTR",
        airspace_class="C", causes=["navigation"], severity="C"),
    one("b", "2025-09-04T10:40Z", "Tallinn CTR",
        airspace_class="C", causes=["height", "weather"], severity="E"),
    one("c", "2025-09-05", "", airspace_class="D"),
    one("d", "2025-09-06T22:50Z/2025-09-06T23:10Z", "Tartu <TMA>", separation_lost="yes"),
]  # fmt: skip


def test_a_worked_month() -> None:
    made = report("2025-09", "EE", [*MONTH, ("e@1", incident("e"))], as_of="2025-10-01")
    told = as_json(made)
    assert told["count"] == 4 and told["title"] == "Airspace infringements, September 2025, EE"
    tables = {
        name: {row["value"]: row["count"] for row in rows} for name, rows in told["tables"].items()
    }
    assert tables["area"] == {"Tallinn CTR": 2, "Tartu <TMA>": 1, "unknown": 1}
    assert tables["hour"] == {"10": 2, "unknown": 2}  # a day and a span over two hours
    assert tables["airspace_class"] == {"C": 2, "D": 1, "unknown": 1}
    assert tables["cause"] == {"height": 1, "navigation": 1, "weather": 1, "unknown": 2}
    assert tables["severity"] == {"C": 1, "E": 1, "unknown": 2}
    assert tables["separation_lost"] == {"yes": 1, "unknown": 3}
    assert any("1 incidents of the period are no civil" in note for note in told["notes"])


def test_unknown_has_a_row_even_where_nothing_is() -> None:
    made = report("2025-09", None, [])
    assert all(table.rows == (("unknown", 0),) for table in made.tables)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, _: Any) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_hides_nothing() -> None:
    gap = {"state": "", "domain": "", "period": "2025-09", "why": "nobody <looked>"}
    made = report("2025-09", "EE", MONTH[:2], [MONTH[3]], gaps=[gap], as_of="2025-10-01")
    text = page(made)
    assert text == page(made)
    tags = Tags()
    tags.feed(text)
    assert tags.open == [] and not tags.seen & {"script", "link", "img", "iframe"}
    assert not re.search(r"(src|href)=", text)
    assert "nobody &lt;looked&gt;" in text and "Tartu &lt;TMA&gt;" in text
    assert "Not decided" in text and "TLP:CLEAR" in text
    assert '<tr class="unknown"><th scope="row">unknown</th>' in text


def test_periods() -> None:
    assert period_of(2025, 9) == "2025-09" and period_of(2025, None) == "2025"
    assert filter_of("2025-12", "EE").end_ns == Moment.of("2026").earliest_ns
    with pytest.raises(UsageError, match="no month"):
        period_of(2025, 13)
