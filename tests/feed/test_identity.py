"""Names of tracks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tocsin.feed.columns import fixes
from tocsin.feed.identity import TRACK_GAP_S, assign_tracks
from tocsin.feed.rows import utc

START = 1758265000 * 10**9


def table(seconds: Sequence[float], **columns: object) -> pa.Table:
    t_ns = START + (np.array(seconds) * 1e9).astype(np.int64)
    count = len(seconds)
    given: dict[str, object] = {
        "source_kind": "file", "source_id": "log.csv.gz", "t_applicability": utc(t_ns),
        "lat_deg": np.full(count, 59.0), "lon_deg": np.full(count, 26.0),
    }  # fmt: skip
    return fixes(bytes(32), np.arange(count, dtype=np.uint64), given | columns)


def names(fixes_: pa.Table) -> list[str]:
    return list(assign_tracks(fixes_)["track"].to_pylist())


def test_a_new_track_after_a_long_silence() -> None:
    icao24 = pa.array([0x4AB179] * 3 + [None], pa.uint32())
    callsign = pa.array([None, "X", None, "CFL12"])
    gap = TRACK_GAP_S
    found = names(table([0, gap, 2 * gap + 1, 5], icao24=icao24, callsign=callsign))
    assert found == ["4ab179-1", "4ab179-1", "4ab179-2", "CFL12-1"]


def test_without_identity_the_file_names_the_track() -> None:
    assert names(table([0, 1, 8000])) == ["log-1", "log-1", "log-2"]


def test_an_address_that_is_not_icaos_is_another_aircraft() -> None:
    icao24 = pa.array([0x4AB179] * 2, pa.uint32())
    kind = pa.array([None, "non_icao"])
    assert names(table([0, 1], icao24=icao24, icao24_kind=kind)) == ["4ab179-1", "~4ab179-1"]


def test_a_given_name_is_kept_as_it_stands() -> None:
    icao24 = pa.array([0x4AB179] * 3, pa.uint32())
    track = pa.array(["My Track", "My Track", None])
    assert names(table([0, 9e4, 1], icao24=icao24, track=track)) == [
        "My Track", "My Track", "4ab179-1",
    ]  # fmt: skip


def test_no_fixes_no_tracks() -> None:
    assert names(table([])) == []


@given(st.permutations(range(8)))
def test_the_order_of_the_rows_does_not_matter(order: list[int]) -> None:
    seconds = [0, 10, 8000, 8010, 20000, 5, 7300, 7310]
    icao24 = [1, 1, 1, 1, 1, 2, 2, 2]
    plain = names(table(seconds, icao24=pa.array(icao24, pa.uint32())))
    mixed = table(
        [seconds[i] for i in order], icao24=pa.array([icao24[i] for i in order], pa.uint32())
    )
    assert names(mixed) == [plain[i] for i in order]
