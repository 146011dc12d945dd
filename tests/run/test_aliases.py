"""Whoever is known by an address is one aircraft, however a radar plots it."""

from __future__ import annotations

from pathlib import Path

from tests.run.boxes import tocsin, write
from tests.run.test_left import RADAR, SCENARIO
from tocsin.run.flow import study
from tocsin.settings import FindSettings

RECEIVER = """
[[source]]
path = "rx-synthetic-gps.beast"
date = 2025-09-19
[source.sensor]
kind = "adsb"
lat_deg = 59.4
lon_deg = 24.8
h_hae_m = 50
"""
LISTENS = """
[[receiver]]
id = "rx"
lat_deg = 59.4
lon_deg = 24.8
h_hae_m = 50
formats = ["beast_gps"]
"""
HEAD, _, REST = SCENARIO.partition("[[aircraft]]")
AIRCRAFT, _, STATION = REST.partition("[[radar]]")


def craft(name: str, lat: float, more: str) -> str:
    one = AIRCRAFT.replace('id = "one"\n', f'id = "{name}"\n{more}').replace("59.7", f"{lat}")
    return "[[aircraft]]" + one


def answers(address: str, *, adsb: bool) -> str:
    told = f'transponder = "mode_s"\nicao24 = "{address}"\ncallsign = "TEST1"\n'
    return told + ("adsb = true\n" if adsb else "")


def tracks(
    folder: Path, aircraft: str, radar: str = "", *, receiver: bool
) -> tuple[list[str], str]:
    """Return the tracks with a finding, and the notes of the case."""
    scenario = HEAD + aircraft + "[[radar]]" + STATION + radar + (LISTENS if receiver else "")
    (folder / "passage.toml").write_text(scenario)
    assert tocsin(folder, "simulate", "passage.toml", "-o", "out").returncode == 0
    path = write(folder, RADAR + (RECEIVER if receiver else ""))
    for name in ("north.ast", "rx-synthetic-gps.beast"):
        if receiver or name == "north.ast":
            (folder / name).write_bytes((folder / "out" / name).read_bytes())
    told = folder / "track.csv"  # the aircraft of the case flies elsewhere
    rows = [row.split(",") for row in told.read_text().splitlines()]
    moved = [rows[0], *([*row[:2], "84.3", *row[3:]] for row in rows[1:])]
    told.write_text("\n".join(",".join(row) for row in moved) + "\n")
    done = study(path, FindSettings()).findings
    return sorted(row["track"] for row in done["incursions"]), " ".join(done["limits"])


def test_a_primary_radar_sees_the_airliner_and_the_intruder_and_there_are_two(
    tmp_path: Path,
) -> None:
    aircraft = craft("liner", 59.7, answers("abc001", adsb=True)) + craft("dark", 59.6, "")
    found, notes = tracks(tmp_path, aircraft, 'channels = "psr"\n', receiver=True)
    assert found == ["abc001-1", "primary-1"]
    assert "plots without an address lie where abc001 was at the time" in notes


def test_replies_that_were_missed_make_no_aircraft(tmp_path: Path) -> None:
    """Of two aircraft a kilometre apart a quarter of the replies is missed: 25 plots of nobody."""
    aircraft = craft("a", 59.7, answers("abc001", adsb=False))
    aircraft += craft("b", 59.71, answers("abc002", adsb=False))
    radar = "ssr_detection_probability = 0.75\n"
    found, notes = tracks(tmp_path, aircraft, radar, receiver=False)
    assert found == ["abc001-1", "abc002-1"]
    assert "taken as seen once more" in notes


def test_who_falls_silent_is_still_plotted_and_may_be_the_one_who_spoke(tmp_path: Path) -> None:
    silent = "silent = [[2025-09-19T07:01:00Z, 2025-09-19T07:10:00Z]]\n"
    aircraft = craft("a", 59.7, answers("abc001", adsb=True) + silent)
    found, notes = tracks(tmp_path, aircraft, 'channels = "psr"\n', receiver=True)
    assert found == ["abc001-1", "primary-1"]
    assert "primary-1 may be abc001 for a part of the way" in notes
