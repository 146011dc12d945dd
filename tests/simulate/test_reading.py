"""What is wrong with a scenario is said by table and key."""

from __future__ import annotations

import pytest

from tests.simulate.scenes import FLIGHT, HEAD, RADAR, made, scene
from tocsin.errors import CaseError
from tocsin.simulate.reading import parse
from tocsin.simulate.scenario import Radar

WRONG = [
    ("", "has no [scenario] table"),
    ("[scenario]\nid = ", "is not TOML"),
    ('[scenario]\nid = "x"', "[scenario]: start is missing; write 2025-09-19T06:45:00Z"),
    (
        '[scenario]\nid = "x"\nstart = 2025-09-19T06:45:00\nend = 2025-09-19T07:00:00Z',
        "[scenario]: start = 2025-09-19T06:45:00 has no zone",
    ),
    (
        '[scenario]\nid = "x"\nstart = 2025-09-19T06:45:00Z\nend = 2025-09-19T06:40:00Z',
        "[scenario]: end is not within a day after start",
    ),
    (HEAD, "names no [[aircraft]]"),
    (HEAD + "seeed = 3\n" + FLIGHT, '[scenario]: "seeed" means nothing here; did you mean seed?'),
    (HEAD + FLIGHT + "[radars]", '"radars" means nothing here; did you mean radar?'),
    (HEAD + '[[aircraft]]\nid = "x"', "[[aircraft]] 1: has no path; give one of"),
    (HEAD + FLIGHT + RADAR.replace("lat_deg = 59.39\n", ""), "[[radar]] 1: needs lat_deg"),
    (
        HEAD + FLIGHT + RADAR.replace("59.39", "159.39"),
        "[[radar]] 1: lat_deg = 159.39 is not within -89.9 to 89.9",
    ),
    (
        HEAD + FLIGHT + RADAR + "range_sgima_m = 3",
        '"range_sgima_m" means nothing here; did you mean range_sigma_m?',
    ),
    (
        HEAD + FLIGHT + RADAR + 'range_sigma_m = "60"',
        "[[radar]] 1: range_sigma_m = '60' is not a number",
    ),
    (HEAD + FLIGHT + RADAR + "range_sigma_m = nan", "range_sigma_m = nan is not finite"),
    (HEAD + FLIGHT + RADAR + "range_sigma_m = -1", "range_sigma_m = -1 is not within 0 to inf"),
    (HEAD + FLIGHT + RADAR + "mode_s = 1", "mode_s = 1 is neither true nor false"),
    (HEAD + FLIGHT + RADAR.replace("7", "7.5"), "sac = 7.5 is not a whole number"),
    (
        HEAD + FLIGHT + RADAR + 'channels = "both"',
        '[[radar]] 1: channels = "both" does not exist; use psr, ssr, psr_ssr',
    ),
    (
        HEAD + FLIGHT + RADAR + "outages = [[2025-09-19T06:50:00Z]]",
        "[[radar]] 1: outages is a list of pairs of times",
    ),
    (
        HEAD + FLIGHT + RADAR + "outages = [[2025-09-19T06:50:00Z, 2025-09-19T06:49:00Z]]",
        "outages has a pair that ends before it begins",
    ),
    (HEAD + FLIGHT + RADAR + RADAR, 'id "radar-a" is given twice'),
    (HEAD + FLIGHT.replace("f01234", "f0123"), 'icao24 = "f0123"; write six hexadecimal digits'),
    (HEAD + FLIGHT.replace("2041", "2841"), 'squawk = "2841"; write four octal digits'),
    (HEAD + FLIGHT.replace("SYN1", "syn 1"), 'callsign = "syn 1"; write at most eight capitals'),
    (
        HEAD + FLIGHT.replace('"mode_s"', '"off"'),
        '[[aircraft]] 1: adsb needs transponder = "mode_s"',
    ),
    (
        HEAD + FLIGHT + '[[tracker]]\nid = "t"\nlat_deg = 59\nlon_deg = 25\nradars = ["x"]',
        '[[tracker]] 1: radars names "x"; there are none',
    ),
    (
        HEAD + FLIGHT + "[[aircraft.spoof]]\nbegin = 2025-09-19T06:50:00Z\n"
        "end = 2025-09-19T06:55:00Z\neast_m = 100",
        "[[aircraft]] 1 spoof 1: is neither an offset nor a drift",
    ),
    (
        HEAD + FLIGHT.replace("speed_mps = 220", "speed_mps = 220\nbank = 3", 1),
        '[[aircraft]] 1 waypoint 1: "bank" means nothing here',
    ),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_an_error_names_the_table_and_the_key(text: str, said: str) -> None:
    with pytest.raises(CaseError) as caught:
        parse(text, "scenario.toml")
    assert str(caught.value).startswith("scenario.toml")
    assert said in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_path_that_cannot_be_flown_names_its_aircraft() -> None:
    sharp = FLIGHT.replace("lat_deg = 59.9\nlon_deg = 28.5", "lat_deg = 59.51\nlon_deg = 24.03")
    with pytest.raises(CaseError, match=r"scenario.toml \[\[aircraft\]\] 1: .*waypoint"):
        made(sharp)


def test_defaults_are_those_of_the_dataclasses() -> None:
    (radar,) = scene(FLIGHT, RADAR).radars
    assert radar == Radar("radar-a", 59.39, 24.83, 60.0, sac=7, sic=9, rotation_s=12.0)


def test_times_are_seconds_since_the_start_in_any_zone() -> None:
    text = RADAR + "outages = [[2025-09-19T09:50:00+03:00, 2025-09-19T06:51:00Z]]"
    (radar,) = scene(FLIGHT, text).radars
    assert radar.outages == ((300.0, 360.0),)
    assert scene(FLIGHT).start_ns == 1_758_264_300 * 10**9
    assert scene(FLIGHT).length_s == 900.0
