"""What ships, in memory, answers as a store does that it was imported into."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.register.made import CLOCK_NS, bundled, incident
from tocsin.register.coverage import gap
from tocsin.register.query import NOW, Filter, Standing, Times
from tocsin.register.record import COVERAGE
from tocsin.register.shelf import Shelf, known_then
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore
from tocsin.run.register_extract import shipped
from tocsin.schema import Answer, Domain, Moment


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    path = tmp_path_factory.mktemp("shelf") / "r.db"
    path.write_bytes(bundled().read_bytes())
    with open_store(f"sqlite:///{path}") as made:
        yield made


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return shipped()


def year(text: str) -> tuple[int | None, int | None]:
    moment = Moment.of(text)
    return moment.earliest_ns, moment.latest_ns


QUESTIONS = [
    Filter(),
    Filter(state="EE", domain=Domain.AIR, begin_ns=year("2025")[0], end_ns=year("2025")[1]),
    Filter(state="EE"),
    Filter(domain=Domain.DRONE, begin_ns=year("2025-09")[0]),
    Filter(begin_ns=year("2018-07")[0], end_ns=year("2018-07")[1]),
    Filter(state="EE", include=frozenset({Standing.CONTROL, Standing.UNDATED})),
    Filter(text="vaindloo"),
]


@pytest.mark.parametrize("wanted", QUESTIONS, ids=range(len(QUESTIONS)))
@pytest.mark.parametrize("as_of", ["", "2018-12-31", "2025-09-10", "2025-09-23"])
def test_the_same_rows_in_the_same_order(
    wanted: Filter, as_of: str, shelf: Shelf, store: SqlStore
) -> None:
    times = Times(as_of_ns=Moment.of(as_of).earliest_ns) if as_of else NOW
    assert shelf.count(wanted, times) == store.count(wanted, times)


def test_opened_rows_are_first_revisions_of_the_same_content(shelf: Shelf, store: SqlStore) -> None:
    rows = shelf.count(Filter(state="EE")).rows
    theirs = {row.link: revision for row, revision in store.opened(rows)}
    for row, revision in shelf.opened(rows):
        assert revision.content_sha256 == theirs[row.link].content_sha256
        assert revision.known_on == theirs[row.link].known_on


def test_what_has_no_date_is_known_when_it_was_recorded() -> None:
    assert known_then("unknown", CLOCK_NS, CLOCK_NS) is Answer.YES
    assert known_then("unknown", CLOCK_NS, CLOCK_NS - 1) is Answer.UNKNOWN
    assert known_then("2025-05-14", CLOCK_NS, CLOCK_NS) is Answer.YES
    begin = Moment.of("2025-05-14").earliest_ns or 0
    assert known_then("2025-05-14", CLOCK_NS, begin) is Answer.NO
    assert known_then("2025-05-14", CLOCK_NS, begin + 1) is Answer.UNKNOWN
    assert known_then("2025-05-14", CLOCK_NS, None) is Answer.YES


def test_rows_beyond_the_most_are_counted_all_the_same() -> None:
    made = [incident(f"EE-{k}") for k in range(5)]
    shelf = Shelf(made, [gap("2025", "why")], by="ann", why="", at_ns=CLOCK_NS)
    answer = shelf.count(Filter(), NOW, 2)
    assert (answer.count, len(answer.rows)) == (5, 2)
    assert len(answer.coverage_gaps) == len(shelf.records(COVERAGE)) == 1
    assert shelf.records(COVERAGE, "nobody") == []
