"""What integrity finds in flights with known faults, and what it leaves alone in true ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.track.flights import FAULTS, Flight, flag_words, fly, silent, table
from tests.track.lines import line
from tocsin.feed.accuracy import position_sigma_m
from tocsin.feed.formats import read
from tocsin.feed.source import ReadOptions
from tocsin.schema import TRACK, Distrust, Flag
from tocsin.track import assemble, check, trusted
from tocsin.track.integrity import from_trackers

KINDS = (
    "jet",
    "cruise",
    "airport",
    "helicopter",
    "glider",
    "wave",
    "balloon",
    "drone",
    "fighter",
)
SPACINGS_S = (0.5, 1.0, 4.0, 12.0)


def flown(fault: str, kind: str, spacing_s: float, seed: int = 7, count: int = 5) -> list[Flight]:
    rng = np.random.default_rng(seed)
    return [FAULTS[fault](rng, fly(rng, kind, 60, spacing_s)) for _ in range(count)]


def checked(
    flights: list[Flight], *, velocity: bool = True
) -> tuple[pa.Table, tuple[Distrust, ...], np.ndarray]:
    """Return the checked table, its intervals and the true error of every position in metres."""
    named = {f"{k:06x}-1": flight for k, flight in enumerate(flights)}
    out, told = check(assemble(table(named, velocity=velocity), 20.0, "default"))
    return out, told, np.concatenate([flight.error_m() for flight in flights])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("velocity", [True, False])
def test_a_true_flight_of_any_kind_loses_no_fix(kind: str, velocity: bool) -> None:
    for spacing_s in SPACINGS_S:
        rng = np.random.default_rng(5)
        flights = [fly(rng, kind, 30, spacing_s) for _ in range(4)]
        flights += [silent(rng, fly(rng, kind, 60, spacing_s)) for _ in range(2)]
        out, told, _ = checked(flights, velocity=velocity)
        lost = {k: v for k, v in flag_words(out.column("flags").to_numpy()).items() if v}
        assert (lost, told) == ({}, ())
        assert not out.column("break_before").to_numpy().any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS), st.sampled_from(SPACINGS_S))
def test_nor_does_any_other_such_flight(seed: int, kind: str, spacing_s: float) -> None:
    out, told, _ = checked([fly(np.random.default_rng(seed), kind, 20, spacing_s)])
    assert trusted(out.column("flags")).all()
    assert told == ()


#: Share of false positions (over 1 km wrong) that may stay, and of true ones that may be lost.
#: Where a contradiction has one side only, 20 minutes beside it are refused on purpose.
@pytest.mark.parametrize(
    ("fault", "kinds", "leak", "lost"),
    [
        ("teleport", ("cruise", "fighter", "helicopter"), 0.0, 0.002),
        ("burst", ("cruise", "fighter", "helicopter"), 0.0, 0.1),
        ("glitch", ("cruise", "fighter"), 0.0, 0.002),
        ("stale", ("cruise", "fighter"), 0.005, 0.01),
        ("offset", ("cruise", "fighter", "helicopter", "glider"), 0.0, 0.002),
        ("offset_twice", ("cruise", "helicopter"), 0.0, 0.25),
        ("offset_to_end", ("cruise", "fighter", "helicopter"), 0.0, 0.55),
        ("offset_from_start", ("cruise", "fighter", "helicopter"), 0.0, 0.55),
        ("offset_for_long", ("cruise", "fighter", "helicopter"), 0.0, 1.0),
        ("pull_off", ("cruise", "jet", "helicopter"), 0.02, 0.15),
        ("spot", ("cruise", "jet", "fighter", "helicopter"), 0.0, 0.002),
        ("spot_true_speed", ("cruise", "jet", "helicopter"), 0.0, 0.03),
        ("circle", ("cruise", "jet", "helicopter"), 0.0, 0.002),
        ("drift", ("cruise", "jet", "fighter", "helicopter"), 0.0, 0.002),
        ("drift_in_jamming", ("cruise", "jet", "fighter"), 0.0, 0.01),
        ("frozen_jet", ("cruise", "jet"), 0.01, 0.01),
    ],
)
def test_a_fault_is_found_and_costs_few_true_fixes(
    fault: str, kinds: tuple[str, ...], leak: float, lost: float
) -> None:
    for kind in kinds:
        for spacing_s in (1.0, 5.0, 12.0):
            out, told, error_m = checked(flown(fault, kind, spacing_s))
            good = trusted(out.column("flags"))
            false = error_m > 1000.0
            where = (fault, kind, spacing_s)
            assert false.any(), where
            assert (false & good).sum() <= leak * false.sum(), where
            assert (~false & ~good).sum() <= lost * (~false).sum() + 2, where
            assert told, where


@pytest.mark.parametrize("fault", ["offset", "spot", "drift", "circle", "drift_in_jamming"])
def test_a_spoofed_stretch_is_one_interval_with_its_reason_and_a_break_after_it(fault: str) -> None:
    (flight,) = flown(fault, "cruise", 1.0, count=1)
    out, told, error_m = checked([flight])
    (got,) = (d for d in told if d.reason == "spoofed")
    t_ns = out.column("t").cast(pa.int64()).to_numpy()
    false = np.flatnonzero(error_m > 1000.0)
    assert (got.from_ns, got.to_ns) == (t_ns[false[0]], t_ns[false[-1]])
    assert got.fixes == len(false)
    assert np.flatnonzero(out.column("break_before").to_numpy()).tolist() == [false[-1] + 1]


def test_a_wrong_fix_between_right_ones_leaves_the_leg_over_it_to_use() -> None:
    out, _ = check(line(range(9), [k * 240.0 + (9e4 if k == 4 else 0) for k in range(9)]))
    assert out.column("flags").to_pylist() == [0] * 4 + [int(Flag.TELEPORT)] + [0] * 4
    assert not any(out.column("break_before").to_pylist())


def test_two_aircraft_under_one_address_are_not_told_apart_by_guessing() -> None:
    rng = np.random.default_rng(3)
    one, two = fly(rng, "cruise", 40, 1.0), fly(rng, "cruise", 40, 1.0)
    two = replace(two, t_s=two.t_s + 0.5)
    order = np.argsort(np.r_[one.t_s, two.t_s], kind="stable")
    parts = {name: np.r_[getattr(one, name), getattr(two, name)][order] for name in one.__slots__}
    out, told, _ = checked([Flight(**parts)])
    assert not trusted(out.column("flags")).any()
    assert told


@pytest.mark.parametrize("fault", ["offset", "teleport", "drift_in_jamming", "burst"])
def test_the_leap_of_a_tracker_is_refused_and_is_no_spoofing(fault: str) -> None:
    """Its positions are its own, not the aircraft's: the same rows, under another name."""
    named = {f"1.2-{k}-1": flight for k, flight in enumerate(flown(fault, "cruise", 5.0))}
    tracks = assemble(table(named), 100.0, "default")
    obs = tracks.column("obs_id").to_numpy()
    said, _ = check(tracks)
    out, told = check(tracks, tracker_obs=obs)
    flags, as_if_said = out.column("flags").to_numpy(), said.column("flags").to_numpy()
    leap = int(Flag.SPOOFED | Flag.TELEPORT)
    assert not (flags & (leap | int(Flag.JAMMED))).any()
    assert (((flags & int(Flag.TRACKER_JUMP)) != 0) == ((as_if_said & leap) != 0)).all()
    jammed = as_if_said == int(Flag.JAMMED | Flag.POSITION)
    assert (trusted(flags) == trusted(as_if_said)).all() and not trusted(flags[jammed]).any()
    assert {d.reason for d in told} <= {"tracker-jump", "position", "stale"}
    assert "tracker corrected itself" in next(d for d in told if d.reason == "tracker-jump").detail
    assert out.column("break_before").equals(said.column("break_before"))


def test_only_the_rows_of_the_tracker_get_its_reason() -> None:
    """One track from both: what the aircraft said itself stays spoofed."""
    tracks = assemble(table({"a": flown("offset", "cruise", 1.0, count=1)[0]}), 20.0, "default")
    obs = tracks.column("obs_id").to_numpy()
    all_said, _ = check(tracks)
    spoofed = np.flatnonzero(all_said.column("flags").to_numpy() & int(Flag.SPOOFED))
    half = spoofed[: len(spoofed) // 2]
    flags = check(tracks, tracker_obs=obs[half])[0].column("flags").to_numpy()
    assert (flags[half] == int(Flag.TRACKER_JUMP)).all()
    assert (flags[spoofed[len(half) :]] == int(Flag.SPOOFED)).all()


def test_what_a_reader_marked_in_a_tracker_s_row_stays() -> None:
    tracks = line(range(9), [k * 240.0 + (9e4 if k == 4 else 0) for k in range(9)])
    given_flags = np.zeros(9, np.uint32)
    given_flags[2] = int(Flag.SPOOFED)
    place = TRACK.get_field_index("flags")
    tracks = tracks.set_column(place, TRACK.field("flags"), pa.array(given_flags))
    out, _ = check(tracks, tracker_obs=np.arange(9, dtype=np.uint64))
    wanted = [0, 0, int(Flag.SPOOFED), 0, int(Flag.TRACKER_JUMP), 0, 0, 0, 0]
    assert out.column("flags").to_pylist() == wanted


def test_fixes_from_trackers_are_known_by_their_kind() -> None:
    kinds = pa.array(["adsb", "track", None, "track"]).dictionary_encode()
    fixes = pa.table({"obs_id": pa.array([5, 6, 7, 8], pa.uint64()), "source_kind": kinds})
    assert from_trackers(fixes).tolist() == [6, 8]
    assert from_trackers(fixes).dtype == np.uint64


def test_flags_of_the_reader_stay_and_nothing_trusted_is_added() -> None:
    rng = np.random.default_rng(4)
    tracks = assemble(table({"a": fly(rng, "cruise", 10, 1.0)}), 20.0, "default")
    given_flags = np.zeros(len(tracks), np.uint32)
    given_flags[50:60] = int(Flag.CPR_REFERENCE)  # no reason to distrust
    given_flags[70:75] = int(Flag.BAD_RANGE)
    place = TRACK.get_field_index("flags")
    tracks = tracks.set_column(place, TRACK.field("flags"), pa.array(given_flags))
    out, told = check(tracks)
    assert out.column("flags").to_pylist() == given_flags.tolist()
    assert [(d.reason, d.fixes) for d in told] == [("bad-range", 5)]


def test_checking_what_was_checked_changes_nothing() -> None:
    for fault in ("offset", "teleport", "stale", "drift_in_jamming"):
        out, told, _ = checked(flown(fault, "cruise", 5.0))
        again, retold = check(out)
        assert again.equals(out)
        assert len(retold) == len(told)


def test_one_track_is_judged_alike_alone_and_in_company() -> None:
    first, second = flown("offset", "cruise", 5.0, count=2)
    alone, _, _ = checked([first])
    both, _, _ = checked([first, second])
    assert both.slice(0, len(alone)).column("flags").equals(alone.column("flags"))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_short_tables_pass(count: int) -> None:
    out, told = check(line(range(count), [k * 200.0 for k in range(count)]))
    assert (len(out), told) == (count, ())
    assert out.schema.equals(TRACK)


def test_random_positions_support_nothing_and_end() -> None:
    rng = np.random.default_rng(6)
    out, _ = check(line(range(5000), rng.uniform(-5e6, 5e6, 5000), rng.uniform(-5e6, 5e6, 5000)))
    assert not trusted(out.column("flags")).any()


def test_another_schema_is_a_wrong_call() -> None:
    with pytest.raises(ValueError, match="TRACK"):
        check(line([0, 1], [0, 1]).drop_columns(["sigma_m"]))


def recorded(path: Path, without: tuple[str, ...] = ()) -> tuple[pa.Table, tuple[Distrust, ...]]:
    """Return a recording, checked, one track per ICAO address, some columns left out."""
    fixes = read(path).fixes.drop_columns(list(without))
    if "track" not in fixes.column_names:
        names = [f"{address:06x}" for address in fixes.column("icao24").to_pylist()]
        fixes = fixes.append_column("track", pa.array(names).dictionary_encode())
    return check(assemble(fixes, *position_sigma_m(fixes)))


def ns(clock: str) -> int:
    return int(np.datetime64(f"2024-09-17T{clock}", "ns").astype(np.int64))


@pytest.mark.data
def test_thy9bp_is_spoofed_over_lviv_and_true_before_and_after(shared: Path) -> None:
    out, told = recorded(shared / "data" / "opensky" / "noisy_spoofing.json.gz")
    (spoofed,) = (d for d in told if d.reason == "spoofed")
    assert ns("09:24:24") <= spoofed.from_ns <= ns("09:24:25")
    assert ns("09:58:09") <= spoofed.to_ns <= ns("09:58:10.588")
    assert "26 m/s at 11582 m" in spoofed.detail

    jammed = [d for d in told if d.reason == "jammed"]
    assert any(d.from_ns < ns("09:05") and d.to_ns > ns("09:24") for d in jammed)
    assert sum(ns("08:47:30") < d.from_ns < ns("09:01") for d in jammed) >= 5

    good = out.filter(pa.array(trusted(out.column("flags"))))
    t_ns = good.column("t").cast(pa.int64()).to_numpy()
    assert not ((t_ns > ns("09:04:51")) & (t_ns < ns("09:58:10.5"))).any()
    before, after = np.flatnonzero(t_ns < ns("09:05"))[-1], np.searchsorted(t_ns, ns("09:58:10"))
    lat = good.column("lat_deg").to_numpy()
    assert lat[before] == pytest.approx(47.43686, abs=1e-4)
    assert lat[after] == pytest.approx(53.57858, abs=1e-4)
    assert good.column("break_before").to_pylist()[after]


@pytest.mark.data
@pytest.mark.parametrize(
    "without",
    [
        ("h_pressure_m",),
        ("gs_mps", "track_deg"),
        ("h_pressure_m", "gs_mps", "track_deg"),
        ("h_pressure_m", "gs_mps", "track_deg", "flags", "pos_age_s"),
    ],
)
def test_thy9bp_is_found_from_less_than_all_its_columns(
    shared: Path, without: tuple[str, ...]
) -> None:
    path = shared / "data" / "opensky" / "noisy_spoofing.json.gz"
    out, told = recorded(path, without)
    good = out.filter(pa.array(trusted(out.column("flags"))))
    t_ns = good.column("t").cast(pa.int64()).to_numpy()
    assert not ((t_ns > ns("09:04:51")) & (t_ns < ns("09:58:10.5"))).any()
    assert (t_ns < ns("09:05")).sum() > 2300
    assert (t_ns > ns("09:58:10")).sum() > 1500
    assert "spoofed" in {d.reason for d in told}


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("bornholm.json.gz", 0),
        ("danube_valley.json.gz", 0),
        ("border_control.json.gz", 0),
        ("noisy_ground.json.gz", 0),  # beyond the copies that its reader marks
        ("rega_zh.json.gz", 0),
        ("sv_RYR2RG_20220202.parquet", 0),
        # 297 copies on the runway at the end, others while positions were filled forward.
        ("inflight_refuelling.json.gz", 330),
        # 149 fixes of 6 aircraft on lines drawn over silences, 233 positions filled forward.
        ("switzerland.json.gz", 390),
        # 137 of 11,778: single late fixes among many receivers, and filled positions.
        ("JL516_granular.csv", 150),
    ],
)
def test_true_recordings_lose_few_fixes(shared: Path, name: str, most: int) -> None:
    path = shared / "data" / "opensky" / name
    fixes = read(path).fixes
    given_out = np.zeros(len(fixes), np.uint32)
    if "flags" in fixes.column_names:
        given_out = fixes.column("flags").fill_null(0).to_numpy()
    out, told = recorded(path)
    own = (~trusted(out.column("flags"))).sum() - (~trusted(given_out)).sum()
    assembled = out.column("flags").to_numpy() & np.uint32(Flag.DUPLICATE | Flag.POSITION)
    assert own - np.count_nonzero(assembled) <= most
    assert not {d.reason for d in told} & {"spoofed", "jammed", "envelope"}


@pytest.mark.data
def test_system_tracks_are_never_called_spoofed(shared: Path) -> None:
    """Half an hour of CAT062: a tracker corrects itself, and nobody is accused of it."""
    path = shared / "data" / "asterix" / "jade_cat062_30min.ff"
    fixes = read(path, options=ReadOptions(date=date(2025, 9, 19))).fixes
    mine = from_trackers(fixes)
    assert len(mine) == len(fixes) == 34_957
    out, told = check(assemble(fixes, *position_sigma_m(fixes)), tracker_obs=mine)
    assert {d.reason for d in told} == {"tracker-jump"}
    assert (len(told), sum(d.fixes for d in told)) == (27, 616)
    flags = out.column("flags").to_numpy()
    assert np.count_nonzero(flags & int(Flag.TRACKER_JUMP)) == 616
    assert not (flags & int(Flag.SPOOFED | Flag.TELEPORT | Flag.JAMMED)).any()
