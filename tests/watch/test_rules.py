"""Rules from tables: what they mean, and what is refused with its key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.watch.world import area, engine, limit_of, rule
from tocsin.errors import UsageError
from tocsin.schema import Datum
from tocsin.schema.live import AlertKind
from tocsin.watch.rules import rules_of

FRIDAY_NS = 1_758_261_600_000_000_000  # 2025-09-19T06:00Z
HOUR_NS = 3_600_000_000_000


def test_a_whole_rule() -> None:
    made = rule(
        id="night-low",
        title="Low at night",
        kinds=["inside", "predicted"],
        layers=["sovereign"],
        severity=3,
        lower="GND",
        upper="FL95",
        cooperative=False,
        sources=["psr"],
        callsigns=["rff*"],
        addresses=["ae0000-afffff", "4ab179"],
        days=["fri"],
        hours=["22:00-06:30"],
        look_ahead_s=120,
    )
    assert made.kinds == (AlertKind.INSIDE, AlertKind.PREDICTED)
    assert made.upper is not None and made.upper.datum is Datum.PRESSURE
    assert made.callsigns == ("RFF*",) and made.addresses[1] == (0x4AB179, 0x4AB179)
    assert made.hours_s == ((79_200, 23_400),)
    assert made.watches(area()) and not made.watches(area("FIR", layer="fir"))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"id": "a b"}, "id = 'a b'"),
        ({"kinds": ["in"]}, "kinds = 'in'"),
        ({"kinds": []}, "raises nothing"),
        ({"kinds": "inside"}, "write a list"),
        ({"severity": 5}, "severity = 5"),
        ({"severity": True}, "severity = True"),
        ({"areas": [1]}, "areas = 1"),
        ({"p_on": 0.1}, "above p_off"),
        ({"soon_on": 2}, "soon_on = 2"),
        ({"dwell_s": -1}, "dwell_s = -1"),
        ({"dwell_s": float("nan")}, "dwell_s = nan"),
        ({"hours": ["25:00-26:00"]}, "hours look like"),
        ({"hours": ["08:00-08:00"]}, "empty"),
        ({"days": ["friday"]}, "days are mon"),
        ({"addresses": ["af0000-ae0000"]}, "ends before it begins"),
        ({"addresses": ["xyz"]}, "addresses look like"),
        ({"cooperative": "no"}, "true or false"),
        ({"colour": 1}, "no such key"),
    ],
)
def test_what_is_refused_names_the_table_and_the_key(table: dict[str, Any], words: str) -> None:
    told = {"id": "r", "kinds": ["inside"]} | table
    with pytest.raises(UsageError, match=r"\[\[rule\]\] 1") as caught:
        rules_of([told], limit_of, path="gulf.toml")
    assert words in str(caught.value) and str(caught.value).startswith("gulf.toml")
    assert caught.value.exit_code == 2


def test_two_rules_of_one_name_are_refused() -> None:
    table = {"id": "r", "kinds": ["inside"]}
    with pytest.raises(UsageError, match="stands twice"):
        rules_of([table, table], limit_of)


def test_a_rule_about_an_area_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match='"LV", which is not there'):
        engine([area()], [rule(areas=["LV"])])


def test_a_rule_about_what_is_lost_needs_a_coverage() -> None:
    with pytest.raises(UsageError, match="no coverage"):
        engine([area()], [rule(kinds=["lost"])])


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    made = rule(days=["fri"], hours=["22:00-06:30"])
    assert not made.is_on(FRIDAY_NS)  # Friday 06:00 belongs to Thursday night
    assert made.is_on(FRIDAY_NS + 17 * HOUR_NS)  # Friday 23:00
    assert made.is_on(FRIDAY_NS + 24 * HOUR_NS)  # Saturday 06:00
    assert not made.is_on(FRIDAY_NS + 25 * HOUR_NS)


def test_days_alone_and_hours_alone() -> None:
    assert rule(days=["fri"]).is_on(FRIDAY_NS) and not rule(days=["sat"]).is_on(FRIDAY_NS)
    assert rule(hours=["06:00-07:00"]).is_on(FRIDAY_NS)
    assert not rule(hours=["06:00-07:00"]).is_on(FRIDAY_NS + HOUR_NS)


def test_who_is_meant() -> None:
    made = rule(addresses=["ae0000-afffff"], except_callsigns=["RCH*"], types=["C17", "K35*"])
    assert made.names(0xAE1234, "SNAKE1", "c17")
    assert not made.names(0xAE1234, "RCH101", "C17")
    assert not made.names(0x4AB179, "SNAKE1", "C17")
    assert not made.names(None, "SNAKE1", "C17")
    assert not made.names(0xAE1234, "SNAKE1", None)
