"""Questions: three answers, two kinds of time, and the same answer in SQL and in plain Python."""

from __future__ import annotations

import os
import random
from functools import cache
from typing import Any

import pytest

from tests.register.made import CLOCK_NS, HOUR_NS, act, add, incident
from tocsin.errors import UsageError
from tocsin.register.coverage import gap
from tocsin.register.query import NOW, Counted, Filter, Standing, Times, matches, standing, window
from tocsin.register.revision import Draft, Revision
from tocsin.register.sql.check import projection
from tocsin.register.sql.facts import known
from tocsin.register.sql.store import SqlStore
from tocsin.register.workflow import Action, State
from tocsin.schema import Answer, Domain, Incident, Tlp, Verification


def year(text: str, **more: Any) -> Filter:
    begin_ns, end_ns = window(text)
    return Filter(begin_ns=begin_ns, end_ns=end_ns, **more)


def links(answer: Counted, decided: bool) -> list[str]:
    return [row.link for row in answer.rows if row.decided is decided]


def test_a_count_names_what_it_rests_on_and_what_could_not_decide(store: SqlStore) -> None:
    for name, begin, more in (
        ("in", "2025-05-13", {}),
        ("month", "2025-11", {}),
        ("whole-year", "2025", {}),
        ("over-new-year", "2024-12-30/2025-01-02", {}),
        ("since", "2019/..", {}),
        ("before", "2024-12-31", {}),
        ("undated", "unknown", {}),
        ("no-state", "2025-06-01", {"states": []}),
        ("finnish", "2025-06-01", {"states": ["FI"]}),
        ("both", "2025-06-01", {"states": ["FI", "EE"]}),
        ("control", "2025-06-01", {"control": True}),
        ("made-up", "2025-06-01", {"synthetic": True}),
        ("drone", "2025-06-01", {"domain": "drone"}),
    ):
        add(store, incident(name, when={"begin": begin}, **more))
    answer = store.count(year("2025", state="EE", domain=Domain.AIR))
    assert links(answer, True) == ["whole-year@1", "in@1", "both@1", "month@1"]
    assert links(answer, False) == ["since@1", "over-new-year@1", "no-state@1"]
    assert (answer.count, answer.undecided) == (4, 3)
    assert {row.link: row.standing.value for row in answer.excluded} == {
        "undated@1": "undated",
        "control@1": "control",
        "made-up@1": "synthetic",
    }
    wider = year("2025", state="EE", include=frozenset({Standing.CONTROL, Standing.UNDATED}))
    assert store.count(wider).count == 6 and store.count(wider).undecided == 4
    # Without a window an undated one is as good as any.
    assert store.count(Filter(state="EE")).count == 9


def test_a_place_that_only_touches_the_box_is_undecided(store: SqlStore) -> None:
    box = (26.0, 59.0, 27.0, 60.0)
    for name, where in (
        ("inside", {"lat_deg": 59.5, "lon_deg": 26.5, "radius_m": 5000}),
        ("edge", {"lat_deg": 59.99, "lon_deg": 26.5, "radius_m": 5000}),
        ("outside", {"lat_deg": 58.0, "lon_deg": 26.5, "radius_m": 5000}),
        ("point", {"lat_deg": 59.5, "lon_deg": 26.5}),
        ("nowhere", {}),
        ("outline", {"outline_deg": [[26.1, 59.1], [26.2, 59.1], [26.2, 59.2]]}),
    ):
        add(store, incident(name, where=where))
    answer = store.count(Filter(box=box))
    assert sorted(links(answer, True)) == ["inside@1", "outline@1"]
    assert sorted(links(answer, False)) == ["edge@1", "nowhere@1", "point@1"]


def test_as_of_a_day_before_a_source_is_dated_it_was_not_known(store: SqlStore) -> None:
    days = ["2025-05-13", "2025-06-22", "2025-09-07", "2025-09-19"]
    for day, known_on in zip(days, ["2025-05-14", "2025-06-25", "2025-09-08", "2025-09-19"],
                             strict=True):  # fmt: skip
        source = {"title": "press", "date": known_on}
        add(store, incident(f"EE-{day}", when={"begin": day}, sources=[source]))
    asked = year("2025", state="EE", domain=Domain.AIR)
    by = [(day, store.count(asked, Times(as_of_ns=window(day)[1])).count) for day in (
        "2025-05-13", "2025-05-14", "2025-09-10", "2025-09-18", "2025-09-19"
    )]  # fmt: skip
    assert by == [("2025-05-13", 0), ("2025-05-14", 1), ("2025-09-10", 3), ("2025-09-18", 3),
                  ("2025-09-19", 4)]  # fmt: skip
    vague = incident("EE-month", sources=[{"title": "press", "date": "2025-07"}])
    add(store, vague)
    answer = store.count(asked, Times(as_of_ns=window("2025-07-10")[1]))
    assert (answer.count, answer.undecided) == (2, 1)
    assert links(answer, False) == ["EE-month@1"]


def test_gaps_in_coverage_are_part_of_every_answer(store: SqlStore) -> None:
    add(store, incident())
    store.append(
        [
            gap("2026-07/2026-11", "not searched", state="EE"),
            gap("2023", "numbers not found", state="EE", domain="air"),
            gap("2020", "closed since", state="EE"),
            gap("2020", "searched", state="EE", closed=True),
            gap("2025", "another state", state="RO"),
        ],
        CLOCK_NS,
    )
    told = [g["period"] for g in store.count(Filter(state="EE", domain=Domain.AIR)).coverage_gaps]
    assert told == ["2026-07-01T00:00:00Z/2026-12-01T00:00:00Z", "2023"]
    assert store.count(year("2025", state="EE")).coverage_gaps == ()
    assert len(store.count(year("2026", domain=Domain.DRONE)).coverage_gaps) == 1
    with pytest.raises(UsageError, match="a gap has a period"):
        gap("unknown", "x")


def test_words_are_found_whatever_they_hold(store: SqlStore) -> None:
    add(store, incident("EE-1", what="Su-27 100% sure_thing"))
    add(store, incident("EE-2", what="ÄMARI \\ harbour", where={"text": "Ämari"}))
    found = {
        text: [row.incident for row in store.find(Filter(text=text))]
        for text in ("su-27", "100%", "%", "sure_thing", "sure-thing", "ämari", "\\", "'; --")
    }
    assert found == {
        "su-27": ["EE-1"], "100%": ["EE-1"], "%": ["EE-1"], "sure_thing": ["EE-1"],
        "sure-thing": [], "ämari": ["EE-2"], "\\": ["EE-2"], "'; --": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"), [("unknown", "no window"), ("../..", "no window"), ("soon", "is no date")]
)
def test_a_window_that_is_none(text: str, says: str) -> None:
    with pytest.raises(Exception, match=says):
        window(text)


DATES = [
    "2023", "2024", "2024-02", "2024-12-31", "2024-12-31T23:59Z", "2025-01-01", "2025-06-15",
    "2024-12-30/2025-01-02", "2010/..", "../2024-06-01", "unknown", "2025-06-15T12:00:07Z",
    "2020/2026", "1990-05-05", "2024-01-01/2024-12-31",
]  # fmt: skip
PLACES: list[dict[str, Any]] = [
    {}, {"lat_deg": 59.5, "lon_deg": 26.5}, {"lat_deg": 59.5, "lon_deg": 26.5, "radius_m": 10_000},
    {"lat_deg": 60.0, "lon_deg": 27.0, "radius_m": 30_000},
    {"lat_deg": -17.0, "lon_deg": 179.9, "radius_m": 30_000},
    {"lat_deg": -17.0, "lon_deg": 178.0, "radius_m": 20_000},
    {"lat_deg": 89.99, "lon_deg": 0.0, "radius_m": 20_000},
    {"outline_deg": [[26.1, 59.1], [26.2, 59.1], [26.2, 59.2]]},
    {"outline_deg": [[179.5, -17], [-179.5, -17], [-179.5, -16.5]]},
]  # fmt: skip


def made(chance: random.Random, name: str, extra: int = 0) -> Incident:
    sources = [{"title": f"s{n}", "date": chance.choice(DATES)} for n in range(1 + extra)]
    return incident(
        name,
        what=chance.choice(["Su-27 off Vaindloo", "drone", "jamming"]) + f" {extra}",
        domain=chance.choice(["air", "drone"]),
        states=chance.choice([[], ["EE"], ["FI"], ["EE", "FI"], ["FI", "LV", "EE"]]),
        when={"begin": chance.choice(DATES)},
        where=chance.choice(PLACES),
        actors=[{"name": n} for n in chance.choice([[], ["Russia"], ["RUSSIA", "Belarus"]])],
        sources=sources,
        verification=chance.choice(["press", "official"]),
        tlp=chance.choice(["CLEAR", "AMBER"]),
        control=chance.random() < 0.1,
        synthetic=chance.random() < 0.1,
    )


def asked(chance: random.Random) -> Filter:
    def maybe(*values: Any) -> Any:
        return chance.choice((None, None, *values))

    begin, end = chance.choice([(None, None), window("2024"), window("2025-06")])
    if begin is not None and chance.random() < 0.2:
        begin, end = chance.choice([(begin, None), (None, end)])
    return Filter(
        state=maybe("EE", "FI"),
        domain=maybe(Domain.AIR),
        begin_ns=begin,
        end_ns=end,
        actor=maybe("Russia", "belarus"),
        verification=maybe(Verification.PRESS),
        tlp=maybe(Tlp.AMBER),
        workflow=maybe(State.DRAFT, State.REVIEWED),
        text=maybe("VAINDLOO", "drone"),
        box=maybe((26, 59, 27, 60), (178.5, -18, -179, -16), (-180, -90, 180, 90)),
        include=chance.choice([frozenset(), frozenset(Standing)]),
    )


def current(history: list[Revision], times: Times) -> tuple[Revision | None, bool]:
    """Return the revision a question meets, and whether that it was known by then is sure."""
    held = [r for r in history if times.recorded_ns is None or r.recorded_ns <= times.recorded_ns]
    if times.as_of_ns is None or not held:
        return (held[-1] if held else None), True
    sure = [r for r in held if known(r)[1] <= times.as_of_ns]
    perhaps = [r for r in held if known(r)[0] < times.as_of_ns]
    return (sure[-1], True) if sure else (perhaps[-1] if perhaps else None, False)


@cache
def opened(revision: Revision) -> Incident:
    return revision.read()


def by_hand(
    histories: dict[str, list[Revision]], wanted: Filter, times: Times
) -> dict[str, tuple[str, str]]:
    """Return link -> (sure or undecided, standing) of all that a question possibly meets."""
    told = {}
    for history in histories.values():
        revision, sure = current(history, times)
        if revision is None:
            continue
        one, state = opened(revision), State(revision.state)
        answer = matches(wanted, one, state)
        if answer is Answer.NO:
            continue
        kept = standing(one, state)
        if kept is Standing.COUNTED and wanted.dated and not one.when.begun.known:
            kept = Standing.UNDATED
        if kept in wanted.include:
            kept = Standing.COUNTED
        word = "sure" if sure and answer is Answer.YES else "undecided"
        told[str(revision.link)] = (word, kept.value)
    return told


#: The SQL is one; what a second database could get wrong shows in fewer.
_FULL = bool(os.environ.get("TOCSIN_FULL"))
QUESTIONS = {"sqlite": 150 if _FULL else 80, "postgresql": 150 if _FULL else 40}


def test_sql_answers_as_plain_python_does(store: SqlStore) -> None:
    chance = random.Random(4)
    clock = CLOCK_NS
    for n in range(60):
        clock += HOUR_NS
        add(store, made(chance, f"X-{n:03d}"), at_ns=clock)
    for extra in (1, 2):
        for n in range(0, 60, 2 * extra):
            clock += HOUR_NS
            changed = made(chance, f"X-{n:03d}", extra)
            store.append([Draft(changed.id, Action.EDIT, "ann", changed)], clock)
    for n in range(0, 60, 5):
        act(store, f"X-{n:03d}", Action.APPROVE, "bob", at_ns=clock)
    for n in range(0, 60, 7):
        act(store, f"X-{n:03d}", Action.SUPERSEDE, "bob", "merged", at_ns=clock)
    assert projection(store) is None
    histories = {f"X-{n:03d}": store.history(f"X-{n:03d}") for n in range(60)}
    met = 0
    for _ in range(QUESTIONS[store.engine.dialect.name]):
        wanted = asked(chance)
        as_of = chance.choice([None, None, "2024", "2024-12-31", "2025-06-15", "2026"])
        recorded = chance.choice([None, None, None, CLOCK_NS + 40 * HOUR_NS, clock - 9 * HOUR_NS])
        times = Times(window(as_of)[1] if as_of else None, recorded)
        hand = by_hand(histories, wanted, times)
        answer = store.count(wanted, times)
        rows = {row.link: "sure" if row.decided else "undecided" for row in answer.rows}
        assert rows == {k: w for k, (w, s) in hand.items() if s == "counted"}, (wanted, times)
        out = {row.link: row.standing.value for row in answer.excluded}
        assert out == {k: s for k, (_, s) in hand.items() if s != "counted"}, (wanted, times)
        assert answer.count == sum(w == "sure" for w in rows.values())
        assert answer.undecided == len(rows) - answer.count
        met += len(rows)
    assert met > 3 * QUESTIONS[store.engine.dialect.name]  # the questions do meet something
    assert times is not NOW
