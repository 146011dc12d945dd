"""The table of tracks: its order, its times, and what is refused from the start."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.track.flights import START_NS, Flight, fly, table
from tocsin.schema import TRACK, UTC_NS, Flag
from tocsin.track import assemble, trusted


def small(t_s: list[float | None], lat: list[float | None], tracks: list[str]) -> pa.Table:
    """Return a few fixes; the id of a fix is its place in the list."""
    count = len(t_s)
    stamps = [None if t is None else START_NS + round(t * 1e9) for t in t_s]
    return pa.table(
        {
            "obs_id": pa.array(range(count), pa.uint64()),
            "track": pa.array(tracks).dictionary_encode(),
            "source_kind": pa.array(["adsb"] * count).dictionary_encode(),
            "file_sha256": pa.array([b"\0" * 32] * count, pa.binary(32)),
            "t_applicability": pa.array(stamps, pa.int64()).cast(UTC_NS),
            "lat_deg": pa.array(lat, pa.float64()),
            "lon_deg": pa.array([10.0] * count),
        }
    )


def test_rows_are_sorted_by_track_name_and_time_and_those_without_time_come_last() -> None:
    fixes = small([2, 1, None, 5, 0], [50, 50, 50, 50, 50], ["b", "b", "a", "a", "a"])
    got = assemble(fixes, 30.0, "default")
    assert got.schema.equals(TRACK)
    assert got.column("obs_id").to_pylist() == [4, 3, 2, 1, 0]
    assert trusted(got.column("flags")).tolist() == [True, True, False, True, True]


@pytest.mark.parametrize("lat", [None, float("nan"), 91.0])
def test_a_row_without_a_position_on_this_earth_stays_and_says_so(lat: float | None) -> None:
    got = assemble(small([0, 1, 2], [50.0, lat, 50.1], ["a"] * 3), 30.0, "default")
    assert got.column("flags").to_pylist() == [0, int(Flag.POSITION), 0]
    assert len(got) == 3


def test_of_fixes_at_one_time_the_most_accurate_stays() -> None:
    fixes = small([0, 1, 1, 1, 2], [50.0, 50.1, 50.2, 50.3, 50.4], ["a"] * 5)
    got = assemble(fixes, np.array([30, 30, 10, 20, 30.0]), "default")
    kept = got.filter(pa.array(trusted(got.column("flags"))))
    assert kept.column("obs_id").to_pylist() == [0, 2, 4]


def test_a_copy_stands_at_the_time_it_was_heard() -> None:
    fixes = small([0, 0, 0], [50.0] * 3, ["a"] * 3)
    flags = pa.array([0, int(Flag.STALE), int(Flag.STALE)], pa.uint32())
    fixes = fixes.append_column("flags", flags)
    fixes = fixes.append_column("pos_age_s", pa.array([0.5, 4.0, 9.0], pa.float32()))
    got = assemble(fixes, 30.0, "default")
    since = (got.column("t").cast(pa.int64()).to_numpy() - START_NS) / 1e9
    assert since.tolist() == [0.0, 4.0, 9.0]


def test_a_time_of_reception_serves_where_there_is_no_other() -> None:
    fixes = small([None, 3], [50.0, 50.1], ["a", "a"])
    heard = pa.array([START_NS, START_NS], pa.int64()).cast(UTC_NS)
    got = assemble(fixes.append_column("t_reception", heard), 30.0, "default")
    since = (got.column("t").cast(pa.int64()).to_numpy() - START_NS) / 1e9
    assert since.tolist() == [0.0, 3.0]


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_fixes_does_not_matter(random: object) -> None:
    flights: dict[str, Flight] = {
        "b": fly(np.random.default_rng(1), "jet", 3, 4.0),
        "a": fly(np.random.default_rng(2), "helicopter", 3, 4.0),
    }
    fixes = table(flights)
    order = list(range(len(fixes)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert assemble(fixes.take(order), 20.0, "default").equals(assemble(fixes, 20.0, "default"))


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("ab")), max_size=30))
def test_time_strictly_increases_among_trusted_rows(rows: list[tuple[int, str]]) -> None:
    fixes = small([t for t, _ in rows], [50.0] * len(rows), [name for _, name in rows])
    got = assemble(fixes, 30.0, "default")
    kept = got.filter(pa.array(trusted(got.column("flags"))))
    pairs = list(
        zip(
            kept.column("track").to_pylist(),
            kept.column("t").cast(pa.int64()).to_pylist(),
            strict=True,
        )
    )
    assert pairs == sorted(set(pairs))
    assert len(pairs) == len(set(rows))


def test_a_table_without_tracks_is_a_wrong_call() -> None:
    fixes = small([0], [50.0], ["a"]).drop_columns(["track"])
    with pytest.raises(ValueError, match="needs track"):
        assemble(fixes, 30.0, "default")
