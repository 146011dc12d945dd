"""Flightradar24 playback and granular files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from tocsin.errors import FeedError
from tocsin.feed import formats
from tocsin.units import FT_M

HEADER = (
    "network_time,receiver_time,hex,callsign,latitude,longitude,no_position,altitude,squawk,speed,"
    "track,vspeed,on_ground,flags,position_class,,,\n"
)
GOOD = (
    "2024-01-02 07:41:03Z.515,2024-01-02 07:41:02Z.997,0x8467d8,JAL516,41.57648,141.66208,P,26650,"
    "416,401,192,1728,A,4,ADS-B,P:8,S:ADS-B,GPSA:26075\n"
)


def test_granular_line_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(HEADER + GOOD + GOOD.replace(",P,", ",N,").replace("41.57648,141.66208", "0,0"))
    first, second = formats.read(path).fixes.to_pylist()
    assert first["t_applicability"].isoformat() == "2024-01-02T07:41:02.997000+00:00"
    assert first["t_reception"].isoformat() == "2024-01-02T07:41:03.515000+00:00"
    assert (first["icao24"], first["squawk"], first["nic"]) == (0x8467D8, 416, 8)
    assert first["h_pressure_m"] == pytest.approx(26650 * FT_M)
    assert first["h_hae_m"] == pytest.approx(26075 * FT_M)
    assert (second["lat_deg"], second["lon_deg"]) == (None, None)


def test_receivers_without_a_clock_are_quarantined(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(
        HEADER
        + GOOD
        + GOOD.replace("2024-01-02 07:41:02Z.997", "1970-01-01 00:00:00Z.000")
        + GOOD.replace("07:41:02Z.997", "09:41:02Z.997")
        + GOOD.replace("07:41:02Z.997", "07:41:02.997")
        + "2024-01-02 07:41:03Z.515,too,short\n"
    )
    reading = formats.read(path)
    assert reading.input.reasons == {
        "impossible-time": 1, "naive-time": 1, "ragged-row": 1, "receiver-clock": 1,
    }  # fmt: skip
    assert (reading.input.records, reading.input.decoded) == (5, 1)


def test_playback_zeros_are_not_reported(tmp_path: Path) -> None:
    point = {"latitude": 47.4, "longitude": 8.5, "altitude": {"feet": 0}, "speed": {"kts": 4},
             "verticalSpeed": {"fpm": 0}, "heading": 95, "squawk": "0", "timestamp": 1712400353,
             "ems": None}  # fmt: skip
    later = point | {"altitude": {"feet": 1000}, "timestamp": 1712400360, "squawk": "3016",
                     "ems": {"ts": 1712400362, "altGPS": 1150}}  # fmt: skip
    flight = {
        "identification": {"callsign": "EDW24"},
        "aircraft": {"identification": {"modes": "4B1901"}},
        "track": [point, later],
    }
    path = tmp_path / "a"
    path.write_text(json.dumps({"result": {"response": {"data": {"flight": flight}}}}))
    first, second = formats.read(path).fixes.to_pylist()
    assert (first["h_pressure_m"], first["squawk"], first["icao24"]) == (None, None, 0x4B1901)
    assert (second["squawk"], second["callsign"]) == (3016, "EDW24")
    assert second["h_hae_m"] == pytest.approx(1150 * FT_M)
    path.write_text('{"flight": {"identification": {"callsign": "EDW24"}}}')
    with pytest.raises(FeedError, match='no list "track"'):
        formats.read(path)


@pytest.mark.data
def test_receiver_time_fits_the_motion_better_than_network_time(shared: Path) -> None:
    fixes = formats.read(shared / "data/opensky/JL516_granular.csv").fixes
    fixes = fixes.filter(pc.is_valid(fixes["lat_deg"])).slice(0, 4000)  # straight, southbound
    lat_m = fixes["lat_deg"].to_numpy() * 111_200.0
    misfit = {}
    for name in ("t_applicability", "t_reception"):
        t_s = fixes[name].cast("int64").to_numpy() / 1e9
        order = np.argsort(t_s, kind="stable")
        t_s, y_m = t_s[order] - t_s[0], lat_m[order]
        errors_s = []
        for middle in range(20, len(t_s) - 20, 10):
            part = slice(middle - 15, middle + 16)
            slope, at = np.polyfit(t_s[part] - t_s[middle], y_m[part], 1)
            errors_s.append(abs((y_m[middle] - at) / slope))
        misfit[name] = float(np.median(errors_s))
    assert misfit["t_applicability"] < 0.7 * misfit["t_reception"]
