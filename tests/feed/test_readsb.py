"""readsb and dump1090 JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import FeedError
from tocsin.feed import formats
from tocsin.feed.accuracy import EPU95_SIGMA, position_sigma_m
from tocsin.schema import Flag, Reading
from tocsin.units import FT_M


def read(path: Path, value: Any) -> Reading:
    path.write_text(json.dumps(value))
    return formats.read(path)


def trace(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"icao": "4ab179", "timestamp": 1758265000.5, **more, "trace": list(rows)}


def test_trace_row_by_hand(tmp_path: Path) -> None:
    craft = {
        "type": "adsb_icao",
        "flight": "CFL12 ",
        "nac_p": 9,
        "nic": 8,
        "rc": 186,
        "squawk": "0416",
    }
    reading = read(
        tmp_path / "a",
        trace(
            [1.25, 59.5, 25.0, 1000, 100.0, 90.0, 0, 64, craft, "adsb_icao", 1100, 0, None, None],
            [5.0, 59.5, 25.1, "ground", 10.0, 90.0, 1, 0, None, "mlat", None, 0, None, None],
            [90.0, 59.5, 25.2, 1200, 10.0, 90.0, 8, 0, None, "adsb_icao", None, 0, None, None],
        ),
    )
    first, second, third = reading.fixes.to_pylist()
    assert first["t_applicability"].isoformat() == "2025-09-19T06:56:41.750000+00:00"
    assert first["h_pressure_m"] == pytest.approx(1000 * FT_M)
    assert first["h_hae_m"] == pytest.approx(1100 * FT_M)
    assert first["gs_mps"] == pytest.approx(51.444, abs=1e-3)
    assert (first["icao24"], first["callsign"], first["squawk"]) == (0x4AB179, "CFL12", 416)
    assert (first["nacp"], first["nic"], first["pos_rc_m"]) == (9, 8, 186.0)
    assert first["on_ground"] is False
    sigma, basis = position_sigma_m(reading.fixes)  # NACp 9: EPU 30 m (DO-260B, table 2-71)
    assert (sigma[0], basis[0].as_py()) == (pytest.approx(30 / EPU95_SIGMA), "derived_code")
    # carried on with its age; the altitude "ground" is a place, not 0 ft
    assert (second["nacp"], second["quality_age_s"]) == (9, 3.75)
    assert (second["on_ground"], second["h_pressure_m"], second["source_kind"]) == (
        True,
        None,
        "mlat",
    )
    assert second["flags"] & Flag.STALE
    # too old to carry; flag 8 makes the altitude geometric
    assert (third["nacp"], third["quality_age_s"]) == (None, None)
    assert (third["h_pressure_m"], third["h_hae_m"]) == (None, pytest.approx(1200 * FT_M))


def test_snapshot_in_both_dialects(tmp_path: Path) -> None:
    old = {"hex": "4ab179", "lat": 59.5, "lon": 25.0, "seen_pos": 2.5, "seen": 0.1,
           "altitude": 1000, "speed": 100, "vert_rate": -64, "track": 90,
           "mlat": ["lat", "lon"]}  # fmt: skip
    new = {"hex": "~4ab17a", "type": "tisb_other", "lat": 59.5, "lon": 25.0, "seen_pos": 0.0,
           "seen": 0.0, "alt_baro": "ground", "gs": 5.0}  # fmt: skip
    heard = {"hex": "4ab17b", "seen": 30.0, "altitude": 500}
    fixes = read(tmp_path / "a", {"now": 1758265000.0, "aircraft": [old, new, heard]}).fixes
    a, b, c = fixes.to_pylist()
    assert a["t_applicability"].timestamp() == 1758265000.0 - 2.5
    assert (a["pos_age_s"], a["source_kind"]) == (2.5, "mlat")
    assert (b["icao24_kind"], b["source_kind"], b["on_ground"]) == ("non_icao", "tisb", True)
    assert (c["lat_deg"], c["lon_deg"]) == (None, None)
    assert c["t_applicability"].timestamp() == 1758265000.0 - 30.0


def test_bad_rows_are_quarantined_one_by_one(tmp_path: Path) -> None:
    reading = read(
        tmp_path / "a",
        trace(
            [0, 59.5, 25.0, 1000],
            [1, 139.8, 35.5, 1000],
            [2, 59.5, 25.0, "FL35O"],
            "nonsense",
            [3, 59.5, None, 1000],
            [None, 59.5, 25.0, 1000],
        ),
    )
    assert reading.input.reasons == {
        "half-position": 1, "no-time": 1, "not-a-number": 1, "not-a-record": 1,
        "swapped-coordinates": 1,
    }  # fmt: skip
    assert (reading.input.records, reading.input.decoded, reading.fixes.num_rows) == (6, 1, 1)
    assert {r.place for r in reading.refusals} == {f"trace[{n}]" for n in range(1, 6)}


def test_wrong_shapes(tmp_path: Path) -> None:
    for value, problem in (
        ({"icao": "4ab179", "timestamp": 1.0, "trace": []}, "unknown shape"),
        ({"icao": "xyz", "timestamp": 1.0, "trace": [[0, 1, 2]]}, "six hexadecimal"),
        ({"now": 5, "aircraft": []}, "no records"),
        ({"aircraft": [{"hex": "4ab179"}]}, "now"),
    ):
        with pytest.raises(FeedError, match=problem):
            read(tmp_path / "a", value)


def test_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(json.dumps(trace([0, 59.5, 25.0, 1000], [1, 59.5, 25.0, 1000]))[:-20])
    with pytest.raises(FeedError, match=r"line 1 column \d+: the JSON ends too early"):
        formats.read(path)


@pytest.mark.data
def test_real_trace(shared: Path) -> None:
    reading = formats.read(shared / "data/readsb/trace_full_ac671b.json")
    rows = reading.fixes.to_pylist()
    assert sum(bool(row["flags"] & Flag.STALE) for row in rows) == 38
    assert sum(bool(row["on_ground"]) for row in rows) == 165
    assert not any(row["on_ground"] and row["h_pressure_m"] is not None for row in rows)
    assert rows[3]["callsign"] == "DAL1812"
