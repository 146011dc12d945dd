"""The whole path on real recordings, with the answers known from elsewhere."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from tocsin.airspace.bundled import bundled_volumes
from tocsin.incursion.find import Passages, find
from tocsin.run.airspaces import Airspaces, AirspaceSpec, load
from tocsin.run.doubt import left_out, naive_tracks, not_established, unobserved
from tocsin.run.sources import Gathered, Spec, gather
from tocsin.schema import Volume
from tocsin.settings import FindSettings

pytestmark = pytest.mark.data
MAX_GAP_S = 60.0


def recording(shared: Path, name: str, states: str = "") -> tuple[Gathered, Airspaces, Passages]:
    path = str(shared / "data" / "opensky" / name)
    gathered = gather([Spec(name, path)], FindSettings())
    airspaces = load([AirspaceSpec(f"bundled:sovereign{states}", "")])
    outlines = airspaces.outlines(gathered.tracks, 0.05)
    return gathered, airspaces, find(gathered.tracks, outlines, max_gap_s=MAX_GAP_S)


def clock(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%H:%M:%S")


def test_bornholm_six_crossings_of_the_danish_limit(shared: Path) -> None:
    """Times to the second from the issue; to 0.2 s from a planar solution a metre wide."""
    _, _, found = recording(shared, "bornholm.json.gz", "/DK")
    rows = found.table.to_pylist()
    expected = [
        (None, "10:36:08"),
        ("10:37:40", "10:38:32"),
        ("10:39:31", "10:40:41"),
        ("10:43:47", None),
    ]
    for row, ends in zip(rows, expected, strict=True):
        for end, wanted in zip(("entry_t", "exit_t"), ends, strict=True):
            if wanted is None:
                assert row[end] is None
                continue
            about = datetime.fromisoformat(f"2018-11-26T{wanted}+00:00")
            assert abs((row[end] - about).total_seconds()) < 1.0
    got = [row[end].timestamp() for row in rows for end in ("entry_t", "exit_t") if row[end]]
    assert np.abs(np.sort(got) - planar_times(found)).max() < 0.2


def planar_times(found: Passages) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Crossing times by shapely, legs and limit straight in longitude and latitude.

    Every edge here is shorter than 5 km and every leg than 500 m: the difference from geodesics
    is below 2 m, and a crossing at 70 m/s below 0.05 s.
    """
    path, limit = found.path, found.boundary
    edges = shapely.linestrings(
        np.stack(
            [
                np.stack([limit.a_lon_deg, limit.a_lat_deg], 1),
                np.stack([limit.b_lon_deg, limit.b_lat_deg], 1),
            ],
            1,
        )
    )
    points = np.stack([path.lon_deg, path.lat_deg], 1)
    legs = shapely.linestrings(np.stack([points[:-1], points[1:]], 1))
    at, edge = shapely.STRtree(edges).query(legs, predicate="crosses")
    meet = shapely.intersection(legs[at], edges[edge])
    share = shapely.length(
        shapely.linestrings(
            np.stack([points[at], np.stack([shapely.get_x(meet), shapely.get_y(meet)], 1)], 1)
        )
    ) / shapely.length(legs[at])
    times = path.t0_ns / 1e9 + path.t_s[at] + share * (path.t_s[at + 1] - path.t_s[at])
    return np.sort(times)


def test_the_spoofed_airliner_was_never_shown_to_be_in_ukraine(shared: Path) -> None:
    gathered, airspaces, found = recording(shared, "noisy_spoofing.json.gz")
    outlines = airspaces.outlines(gathered.tracks, 0.05)
    rows = found.table.to_pylist()
    by_state = {
        state: [r for r in rows if r["volume"] == state] for state in ["BG", "RO", "PL", "SE"]
    }
    assert "UA" not in {r["volume"] for r in rows}
    assert not {"HU", "SK"} & {r["volume"] for r in rows}
    (bulgaria,), (romania,), (poland,), (sweden,) = by_state.values()
    assert bulgaria["entry_observed"] and bulgaria["exit_observed"]
    assert romania["entry_observed"] and romania["exit_t"] is None
    assert poland["entry_t"] is None and poland["exit_observed"]
    assert sweden["entry_observed"]

    spoofed = [d for d in gathered.distrust if d.reason == "spoofed"]
    begin = min(d.from_ns for d in spoofed) / 1e9
    end = max(d.to_ns for d in spoofed) / 1e9
    assert begin == pytest.approx(datetime(2024, 9, 17, 9, 24, 25, tzinfo=UTC).timestamp(), abs=2)
    assert end == pytest.approx(datetime(2024, 9, 17, 9, 58, 10, tzinfo=UTC).timestamp(), abs=2)
    assert [d for d in gathered.distrust if d.reason == "jammed"]

    (naive,) = not_established(gathered.tracks, gathered.distrust, outlines, found)
    assert naive["volume"] == "UA" and "spoofed" in naive["why"]
    longest = max(unobserved(found, outlines, MAX_GAP_S), key=lambda x: x["to_utc"])
    assert {"HU", "SK", "PL"} <= set(longest["states_between"])


def test_the_glider_along_the_czech_border_never_leaves_germany(shared: Path) -> None:
    gathered, _, found = recording(shared, "danube_valley.json.gz")
    (row,) = found.table.to_pylist()
    assert row["volume"] == "DE" and row["entry_t"] is None and row["exit_t"] is None
    assert not gathered.distrust


def test_switzerland_every_raw_crossing_is_an_event_or_listed(shared: Path) -> None:
    """Raw crossings by shapely = events + crossings in gaps + crossings on distrusted legs."""
    states = ["CH", "DE", "FR", "AT", "IT"]
    gathered, airspaces, found = recording(shared, "switzerland.json.gz", "/" + ",".join(states))
    outlines = airspaces.outlines(gathered.tracks, 0.05)
    events = Counter[str]()
    for row in found.table.to_pylist():
        events[row["volume"]] += (row["entry_t"] is not None) + (row["exit_t"] is not None)
    listed = left_out(gathered.tracks, outlines, MAX_GAP_S)
    # Straight lines over an hour's silence bend by kilometres: compared up to ten minutes.
    short = [
        x
        for x in listed
        if (
            datetime.fromisoformat(x["to_utc"]) - datetime.fromisoformat(x["from_utc"])
        ).total_seconds()
        <= 600
    ]
    raw = {v.name: raw_crossings(gathered, v) for v in bundled_volumes("sovereign", states)}
    left = Counter(x["volume"] for x in short)
    assert {s: events[s] + left[s] for s in states} == raw
    assert sum(raw.values()) > 11_000
    assert all(x["why"] for x in listed)


def raw_crossings(gathered: Gathered, volume: Volume) -> int:
    """Count crossings of raw legs up to ten minutes long, straight in longitude and latitude."""
    table, _, _ = naive_tracks(gathered.tracks)
    code = table["track"].combine_chunks().indices.to_numpy()
    t_s = table["t"].cast("int64").to_numpy() / 1e9
    points = np.stack([table["lon_deg"].to_numpy(), table["lat_deg"].to_numpy()], 1)
    leg = np.flatnonzero((code[1:] == code[:-1]) & (np.diff(t_s) <= 600))
    a, b = points[leg], points[leg + 1]
    c = np.concatenate([np.stack([r.lon_deg, r.lat_deg], 1) for r in volume.rings])
    d = np.concatenate(
        [np.roll(np.stack([r.lon_deg, r.lat_deg], 1), -1, axis=0) for r in volume.rings]
    )
    tree = shapely.STRtree(shapely.linestrings(np.stack([c, d], 1)))
    i, j = tree.query(shapely.linestrings(np.stack([a, b], 1)))

    def left(p: Any, q: Any, r: Any) -> Any:
        return (q[:, 0] - p[:, 0]) * (r[:, 1] - p[:, 1]) > (q[:, 1] - p[:, 1]) * (r[:, 0] - p[:, 0])

    a, b, c, d = a[i], b[i], c[j], d[j]
    return int(np.sum((left(c, d, a) != left(c, d, b)) & (left(a, b, c) != left(a, b, d))))
