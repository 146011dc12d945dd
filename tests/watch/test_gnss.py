"""Interference: several neighbours at the same time, never one aircraft alone."""

from __future__ import annotations

import numpy as np

from tests.watch.world import DEG_M, START_NS, batch, engine, rule
from tocsin.schema.live import Alert, AlertKind, AlertState, Jamming
from tocsin.watch.engine import Engine

S = 1_000_000_000
FLEET = 8


def air(
    machine: Engine,
    seconds: range,
    *,
    nacp: list[int] | None = None,
    hidden: tuple[int, ...] = (),
    witness: str = "rx",
    kind: str = "adsb",
    offset_m: float = 0.0,
) -> tuple[list[Alert], list[tuple[Jamming, ...]]]:
    """Fly eight aircraft to the north, a few km apart; return alerts and spells of jamming."""
    told: list[Alert] = []
    jammed: list[tuple[Jamming, ...]] = []
    for t in seconds:
        shown = np.array([k not in hidden for k in range(FLEET)])
        lat = 59.3 + t * 150.0 / DEG_M + 0.01 * np.arange(FLEET) + offset_m / DEG_M
        lon = 24.8 + 0.05 * np.arange(FLEET)
        step = machine.step(
            batch(
                witness,
                source_kind=kind,
                icao24=0x400000 + np.arange(FLEET),
                t_applicability=[START_NS + t * S] * FLEET,
                lon_deg=[float(x) if s else None for x, s in zip(lon, shown, strict=True)],
                lat_deg=[float(y) if s else None for y, s in zip(lat, shown, strict=True)],
                nacp=[9] * FLEET if nacp is None else nacp,
            ),
            START_NS + t * S,
        )
        told += step.alerts
        if step.jamming is not None:
            jammed.append(step.jamming)
    return told, jammed


def watched() -> Engine:
    return engine(rules=[rule(kinds=["gnss"])])


def test_navigation_that_fails_for_half_of_the_neighbours_is_interference() -> None:
    machine = watched()
    assert air(machine, range(30)) == ([], [])
    told, jammed = air(machine, range(30, 60), nacp=[0] * 5 + [9] * 3)
    (opened,) = told
    assert opened.kind is AlertKind.GNSS and opened.track is None
    assert "5 of 8 aircraft" in opened.why
    (spell,) = jammed[0]
    assert (spell.affected, spell.aircraft, spell.until_ns) == (5, 8, None)
    assert spell.area == opened.area and spell.radius_m < 60_000


def test_it_is_over_a_minute_after_all_is_sound() -> None:
    machine = watched()
    air(machine, range(30))
    air(machine, range(30, 60), nacp=[0] * 8)
    told, jammed = air(machine, range(60, 200))
    assert [a.state for a in told] == [AlertState.CLOSED]
    assert jammed[-1] == ()
    # 30 s for the last report to fade, a minute of quiet.
    assert 140 <= (told[0].changed_ns - START_NS) / S <= 160


def test_one_aircraft_alone_or_two_of_eight_are_no_interference() -> None:
    for poor in (1, 2):
        machine = watched()
        air(machine, range(30))
        told, jammed = air(machine, range(30, 90), nacp=[0] * poor + [9] * (FLEET - poor))
        assert (told, jammed) == ([], [])


def test_who_never_navigated_well_has_not_lost_it() -> None:
    assert air(watched(), range(60), nacp=[0] * 8) == ([], [])


def test_positions_that_fall_silent_while_the_aircraft_are_heard_are_interference() -> None:
    machine = watched()
    air(machine, range(30))
    told, _ = air(machine, range(30, 75), hidden=(0, 1, 2, 3, 4))
    assert [a.kind for a in told] == [AlertKind.GNSS]


def test_all_neighbours_leaping_at_once_are_interference() -> None:
    machine = watched()
    air(machine, range(30))
    told, _ = air(machine, range(30, 40), offset_m=60_000.0)
    assert [a.kind for a in told] == [AlertKind.GNSS]


def test_a_doubtful_position_is_no_evidence_of_an_entry() -> None:
    machine = engine(rules=[rule(id="in", kinds=["inside"]), rule(id="nav", kinds=["gnss"])])
    # South of the limit first, then poor navigation, and positions that drift inside.
    for begin, end, poor, shift in ((0, 20, 9, -50_000.0), (20, 60, 0, -50_000.0)):
        told, _ = air(machine, range(begin, end), nacp=[poor] * 8, offset_m=shift)
    assert {a.kind for a in told} == {AlertKind.GNSS}
    told, _ = air(machine, range(60, 220), nacp=[0] * 8, offset_m=-40_000.0)
    assert [a.kind for a in told if a.kind is AlertKind.INSIDE] == []
    rows = [row for row in machine.rows() if row[14] == "EE"]
    assert rows and all(row[15] is None for row in rows)  # cannot be told: not 0, not 1


def test_radar_beside_it_makes_the_position_good_again() -> None:
    machine = engine(rules=[rule(id="in", kinds=["inside"]), rule(id="nav", kinds=["gnss"])])
    air(machine, range(30))
    air(machine, range(30, 60), nacp=[0] * 8)
    air(machine, range(60, 90), nacp=[0] * 8, witness="radar-a", kind="psr_ssr")
    assert len(machine.rows()) == 8
    assert all(row[15] is not None and row[15] > 0.9 for row in machine.rows())
