"""A month of civil infringements: every table with its unknown, equal bytes for equal reports."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.register.made import incident
from tocsin.dossier import infringements
from tocsin.errors import UsageError
from tocsin.register.report import as_json, filter_of, months_of, period_of, report
from tocsin.run.register_report import dated, page_of
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
    assert tables["weekday"] == {
        "Wednesday": 1,
        "Thursday": 1,
        "Friday": 1,
        "Saturday": 1,
        "unknown": 0,
    }
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
        if tag not in ("meta", "link", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_pages_stand_alone_and_hide_nothing() -> None:
    gap = {"state": "", "domain": "", "period": "2025-09", "why": "nobody <looked>"}
    trend = [{"period": each, "count": 2, "undecided": 1} for each in months_of(2025, 9)]
    made = report("2025-09", "EE", MONTH[:2], [MONTH[3]], gaps=[gap], trend=trend, as_of="2025-10")
    values = page_of(made)
    text = infringements.page(values)
    assert text == infringements.page(page_of(made))
    tags = Tags()
    tags.feed(text)
    assert tags.open == [] and not tags.seen & {"script", "img", "iframe"}
    outside = [each for each in re.findall(r'(?:src|href)="([^"]*)"', text) if each[0] != "#"]
    assert outside == ["data:,"]  # the empty icon; all else is within the page
    assert "nobody &lt;looked&gt;" in text and "Tartu &lt;TMA&gt;" in text
    assert "Not decided" in text and "TLP:CLEAR" in text and "SYNTHETIC" not in text
    assert text.count("2 + 1") == 12  # every month of the figure, with what is undecided
    assert dated(made) == datetime(2025, 10, 31, 23, 59, 59, tzinfo=UTC)
    pdf = infringements.paper(values, dated(made))
    assert pdf.startswith(b"%PDF") and pdf == infringements.paper(values, dated(made))


def test_a_synthetic_incident_marks_the_whole_report() -> None:
    made = report("2025-09", "EE", [("s@1", incident("s", synthetic=True, civil={}))], as_of="2026")
    assert made.synthetic and "SYNTHETIC DATA" in infringements.page(page_of(made))


def test_many_areas_are_summed_in_the_figure_and_whole_in_the_table() -> None:
    areas = [one(f"n{k}", "2025-09-03", f"area {k:02}") for k in range(15)]
    text = infringements.page(page_of(report("2025-09", "EE", areas, as_of="2026")))
    assert "3 others" in text and all(f"<td>area {k:02}</td>" in text for k in range(15))
    assert "none stands out" in text  # fifteen areas with one each


def test_periods() -> None:
    assert period_of(2025, 9) == "2025-09" and period_of(2025, None) == "2025"
    assert months_of(2025, 2)[0] == "2024-03" and months_of(2025, 2)[-1] == "2025-02"
    assert months_of(2025, None) == [f"2025-{n:02}" for n in range(1, 13)]
    assert filter_of("2025-12", "EE").end_ns == Moment.of("2026").earliest_ns
    with pytest.raises(UsageError, match="no month"):
        period_of(2025, 13)
