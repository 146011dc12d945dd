"""Several sources as one table."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from tocsin.feed.columns import fixes
from tocsin.feed.merge import clock_offsets, merge
from tocsin.feed.rows import utc
from tocsin.schema import FIX, Flag, Input, Reading

START = 1758265000 * 10**9
M_PER_DEG = 111_320.0


def reading(
    name: str,
    seconds: ArrayLike,
    lat: ArrayLike,
    lon: float = 26.0,
    icao24: int = 0x4AB179,
    **columns: object,
) -> Reading:
    t_ns = START + np.rint(np.asarray(seconds, np.float64) * 1e9).astype(np.int64)
    count = len(t_ns)
    table = fixes(
        name.encode().ljust(32, b"\0"),
        np.arange(count, dtype=np.uint64),
        {
            "source_kind": "adsb", "source_id": name, "t_applicability": utc(t_ns),
            "lat_deg": np.array(lat, np.float64), "lon_deg": np.full(count, lon),
            "icao24": pa.array([icao24] * count, pa.uint32()),
        } | columns,
    )  # fmt: skip
    return Reading(Input(name, "", "x", count, count, 0), table)


def north(seconds: ArrayLike, mps: float = 200.0) -> NDArray[np.float64]:
    return 59.0 + np.asarray(seconds, np.float64) * (mps / M_PER_DEG)


def duplicates(table: pa.Table) -> int:
    if "flags" not in table.column_names:
        return 0
    return int(pc.sum(pc.equal(table["flags"], int(Flag.DUPLICATE))).as_py() or 0)


def test_two_receivers_of_one_aircraft() -> None:
    s = np.arange(0, 50, 0.5)
    table = merge([reading("a", s, north(s)), reading("b", s + 0.2, north(s))])
    assert table.num_rows == 200
    assert duplicates(table) == 100
    kept = table.filter(pc.equal(table["flags"], 0))
    assert set(kept["source_id"].to_pylist()) == {"a"}  # the first named is kept
    assert set(table["track"].to_pylist()) == {"4ab179-1"}


def test_other_aircraft_and_other_places_are_no_copies() -> None:
    s = np.arange(0, 50, 1.0)
    a = reading("a", s, north(s))
    assert duplicates(merge([a, reading("b", s, north(s), icao24=0x4AB17A)])) == 0
    assert duplicates(merge([a, reading("b", s, north(s), lon=26.01)])) == 0
    assert duplicates(merge([a, reading("b", s + 0.5, north(s + 0.5))])) == 0  # its own messages


def test_an_aircraft_that_hovers_is_not_its_own_copy() -> None:
    s = np.arange(0, 20, 1.0)
    hover = [59.0] * len(s)
    assert duplicates(merge([reading("a", s, hover)])) == 0
    assert duplicates(merge([reading("a", s, hover), reading("b", s + 0.5, hover)])) == 20
    assert duplicates(merge([reading("a", [*s, 3.0], [*hover, 59.0])])) == 1  # a row twice


def test_a_distrusted_fix_does_not_displace_a_good_one() -> None:
    stale = pa.array([int(Flag.STALE)], pa.uint32())
    table = merge([reading("a", [0.0], [59.0], flags=stale), reading("b", [0.1], [59.0])])
    assert table["flags"].to_pylist() == [int(Flag.STALE), None]


def test_columns_of_one_source_are_null_in_the_other() -> None:
    a = reading("a", [0.0], [59.0], h_pressure_m=np.array([1000.0]))
    table = merge([a, reading("b", [9.0], [59.1])])
    assert table["h_pressure_m"].to_pylist() == [1000.0, None]
    assert table.column_names == [n for n in FIX.names if n in table.column_names]


def test_rows_without_position_stay() -> None:
    table = merge([reading("a", [0.0, 1.0], [59.0, float("nan")]), reading("b", [1.0], [59.002])])
    assert table.num_rows == 3
    assert duplicates(table) == 0


def test_nothing_to_merge() -> None:
    with pytest.raises(ValueError, match="nothing to merge"):
        merge([])


@given(st.permutations(range(12)), st.permutations(range(12)))
def test_the_order_of_rows_does_not_matter(one: list[int], two: list[int]) -> None:
    s = np.arange(12) * 1.0

    def mixed(name: str, order: list[int], shift: float) -> Reading:
        return reading(name, s[order] + shift, north(s)[order])

    plain = merge([mixed("a", list(range(12)), 0.0), mixed("b", list(range(12)), 0.3)])
    other = merge([mixed("a", one, 0.0), mixed("b", two, 0.3)])
    for column in ("t_applicability", "lat_deg", "source_id", "flags", "track"):
        assert plain[column].to_pylist() == other[column].to_pylist()


@given(st.integers(-8000, 8000))
def test_a_clock_offset_is_found_and_not_applied(offset_ms: int) -> None:
    offset_s = offset_ms / 1000.0
    s, late = np.arange(0, 200, 1.0), np.arange(30.3, 170, 2.0)
    a, b = reading("a", s, north(s)), reading("b", late + offset_s, north(late))
    (found,) = clock_offsets([a, b])
    assert found.offset_s == pytest.approx(offset_s, abs=0.02)
    assert (found.source, found.reference, found.determined) == ("b", "a", True)
    times = merge([a, b]).filter(pc.equal(merge([a, b])["source_id"], "b"))["t_applicability"]
    assert times[0].as_py().timestamp() == pytest.approx(START / 1e9 + 30.3 + offset_s, abs=1e-5)


def test_noise_widens_the_offset_and_few_fixes_do_not_determine_it() -> None:
    generator = np.random.default_rng(1)
    s, late = np.arange(0, 600, 1.0), np.arange(30.3, 570, 2.0)
    noisy = north(late) + generator.normal(0, 60 / M_PER_DEG, len(late))
    (found,) = clock_offsets([reading("a", s, north(s)), reading("b", late + 1.5, noisy)])
    assert abs(found.offset_s - 1.5) < 4 * found.sigma_s
    # 60 m at 200 m/s is 0.3 s; the median of n = 270 of them has 1.2533 * 0.3 / sqrt(n)
    assert found.sigma_s == pytest.approx(1.2533 * 0.3 / np.sqrt(270), rel=0.2)
    few = clock_offsets([reading("a", s, north(s)), reading("b", late[:5], north(late[:5]))])
    assert not few[0].determined


def test_a_slow_or_unseen_aircraft_tells_no_time() -> None:
    s = np.arange(0, 100, 1.0)
    assert clock_offsets([reading("a", s, north(s, 10)), reading("b", s, north(s, 10))]) == ()
    assert clock_offsets([reading("a", s, north(s)), reading("b", s + 1e4, north(s))]) == ()
