"""Factors of a register's incident: each from its fields, unknown where they are silent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.register.conftest import sqlite_url
from tests.register.made import CLOCK_NS, add, incident
from tocsin.policy.threshold.factors import Score
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore
from tocsin.run.assess import Incident as Assessed
from tocsin.run.assess import assess_incident
from tocsin.run.factors import assessed
from tocsin.run.register_import import import_bundled


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    url = sqlite_url(tmp_path_factory.mktemp("factors") / "r.db")
    with open_store(url) as store:
        import_bundled(store)
        yield store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with open_store(sqlite_url(tmp_path / "r.db")) as opened:
        yield opened


def factor(made: Assessed, name: str) -> tuple[float, float]:
    score: Score = made.factors[name]
    return score.low, score.high


def of(store: SqlStore, **more: Any) -> Assessed:
    add(store, incident("X", **more), at_ns=CLOCK_NS)
    return assessed(store, "X")


def test_19_september_by_hand(bundled: SqlStore) -> None:
    made = assessed(bundled, "EE-2025-09-19")
    assert factor(made, "invasiveness") == (3, 3)  # 600 to 780 s: up to 20 minutes; up to 10 km
    assert factor(made, "military") == (3, 4)  # a MiG-31
    assert factor(made, "legality") == (3, 3)  # no permission, silent three times
    assert factor(made, "hails") == (3, 3)  # "did not follow"
    assert factor(made, "attribution") == (2, 3)  # named and denied
    assert factor(made, "repetition") == (3, 4)  # the fourth; one more may be missing
    for name in ("effect", "immediacy", "directness", "intent"):
        assert factor(made, name) == (0, 4)
    assert made.factors["invasiveness"].evidence == (
        "EE-2025-09-19@1#depth_m", "EE-2025-09-19@1#duration_s"
    )  # fmt: skip
    assert "EE-2025-09-07@1" in made.factors["repetition"].evidence
    # 3 of Estonia in 2025 and a drone: 12, 26, 89 and 129 days before; tau 30 d.
    low = min(load.low for load in made.loads)
    assert low == pytest.approx(1.14, abs=0.05)


def test_its_own_case_is_set_aside(bundled: SqlStore) -> None:
    found = assess_incident(assessed(bundled, "EE-2025-09-19"))
    assert found.set_aside == ("long-armed-and-repeated",)
    near = (*found.nearest.consulted, *found.nearest.not_consulted)
    assert near and all(each.precedent.id != "EE-2025-09-19" for each in near)


def test_unknown_stays_unknown(store: SqlStore) -> None:
    made = of(store)
    for name in ("effect", "invasiveness", "immediacy", "directness", "military", "legality",
                 "hails", "intent"):  # fmt: skip
        assert factor(made, name) == (0, 4), name
    assert factor(made, "attribution") == (0, 1)  # nobody is named
    assert factor(made, "repetition") == (0, 1)


@pytest.mark.parametrize(
    ("fields", "name", "span"),
    [
        ({"depth_m": {"most": 900}, "duration_s": {"most": 50}}, "invasiveness", (1, 1)),
        ({"depth_m": {"least": 6000}}, "invasiveness", (3, 4)),
        ({"duration_s": {"least": 30, "most": 30}}, "invasiveness", (1, 3)),  # at most 6 km deep
        ({"authorised": {"answer": "yes"}}, "legality", (0, 0)),
        ({"authorised": {"answer": "no"}}, "legality", (2, 3)),
        ({"transponder": {"answer": "no"}, "radio": {"answer": "no"}}, "legality", (1, 3)),
        (
            {n: {"answer": "yes"} for n in ("transponder", "flight_plan", "radio")},
            "legality",
            (0, 2),
        ),
        ({"domain": "missile"}, "military", (4, 4)),
        ({"domain": "balloon"}, "military", (0, 0)),
        ({"what": "a Su-27"}, "military", (3, 4)),
        ({"what": "an Il-76"}, "military", (1, 2)),
        ({"what": "a Mi-8"}, "military", (2, 3)),
        ({"actors": [{"name": "Y", "denied": "yes"}]}, "attribution", (2, 3)),
        ({"actors": [{"name": "Y", "by": "Y"}]}, "attribution", (4, 4)),
        ({"actors": [{"name": "Y", "text": "via Z, likely unintended"}]}, "intent", (0, 1)),
        ({"verification": "established"}, "measurability", (3, 4)),
        ({"radio": {"answer": "no", "text": "ignored calls"}}, "hails", (3, 3)),
    ],
)
def test_rules(
    store: SqlStore, fields: dict[str, Any], name: str, span: tuple[float, float]
) -> None:
    assert factor(of(store, **fields), name) == span


def test_more_of_a_field_is_never_less_of_a_factor(store: SqlStore) -> None:
    last = 0.0
    for n, depth in enumerate((500, 3000, 15_000, 50_000)):
        add(store, incident(f"D{n}", depth_m={"least": depth, "most": depth}))
        low, _ = factor(assessed(store, f"D{n}"), "invasiveness")
        assert low >= last
        last = low


def test_earlier_ones_count_and_doubtful_ones_may(store: SqlStore) -> None:
    add(store, incident("E1", when={"begin": "2025-03-01"}))
    add(store, incident("E2", when={"begin": "2025-05-10"}, verification="disputed"))
    add(store, incident("E3", when={"begin": "2025-05-11"}, states=["FI"]))
    add(store, incident("E4", when={"begin": "2025-05-12"}, control=True))
    add(store, incident("E5", when={"begin": "2025-06-01"}))
    made = of(store)  # 13 May
    assert factor(made, "repetition") == (1, 3)  # E1 surely, E2 perhaps, one unlisted perhaps
    assert factor(made, "coordination") == (1, 2)  # E3
    assert made.factors["repetition"].evidence == ("X@1", "E1@1", "E2@1")
