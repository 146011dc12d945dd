"""An aircraft that answers radar and sends nothing itself is tracked by its plots."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from tests.run.boxes import tocsin, write
from tests.run.test_left import RADAR, SCENARIO
from tocsin.run.addressed import told
from tocsin.run.flow import study
from tocsin.settings import FindSettings


def test_it_is_judged_beside_another_that_flies_far_away(tmp_path: Path) -> None:
    answers = 'id = "one"\ntransponder = "mode_s"\nicao24 = "abc123"\ncallsign = "TEST1"\n'
    (tmp_path / "passage.toml").write_text(SCENARIO.replace('id = "one"\n', answers))
    assert tocsin(tmp_path, "simulate", "passage.toml", "-o", "out").returncode == 0
    path = write(tmp_path, RADAR)
    (tmp_path / "north.ast").write_bytes((tmp_path / "out" / "north.ast").read_bytes())
    track = tmp_path / "track.csv"
    rows = track.read_text().splitlines()
    far = [",".join([*row.split(",")[:2], "84.3", *row.split(",")[3:]]) for row in rows[1:]]
    track.write_text("\n".join([rows[0], *far]) + "\n")
    found = study(path, FindSettings()).findings
    (row,) = found["incursions"]
    assert (row["track"], row["volume"]) == ("abc123-1", "EE")
    assert row["p_inside"] > 0.99
    (claim,) = found["claims"]
    assert claim["verdict"] == "contradicted"


def test_who_tells_its_position_is_known_by_its_address() -> None:
    tracks = pa.table({"track": pa.array(["4a81c3-1", "primary-1", "0.1-7-1", "abc123-2"])})
    assert told(tracks, None) == {0x4A81C3, 0xABC123}
