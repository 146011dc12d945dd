"""An aircraft that answers radar and sends nothing itself is tracked by its plots."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from tests.run.boxes import tocsin, write
from tests.run.test_left import RADAR, SCENARIO
from tocsin.run.addressed import MOST_INSIDE, MOST_NEAR, away, chosen, told, tracked
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
    assert told(tracks) == {0x4A81C3, 0xABC123} and told(None) == set()


def _tracks(inside: int, near: int) -> list[tuple[float, str, int]]:
    deep = [(-100.0 * (k + 1), f"in-{k:03}", k) for k in range(inside)]
    return deep + [(50.0 * k, f"near-{k:03}", k) for k in range(near)]


def test_who_comes_inside_is_judged_however_many_are_near() -> None:
    kept, notes = chosen(_tracks(60, 30))
    names = [name for _, name, _ in kept]
    assert names == sorted(names) and len(kept) == 60 + MOST_NEAR
    assert [name for name in names if name.startswith("in-")] == [f"in-{k:03}" for k in range(60)]
    (note,) = notes
    assert "Of 90 tracks" in note and "the 80 that come deepest" in note
    assert all(f"near-{k:03}" in note for k in range(MOST_NEAR, 30)) and "in-" not in note


def test_of_more_than_can_be_held_the_deepest_are_judged_and_the_others_named() -> None:
    kept, (note,) = chosen(_tracks(MOST_INSIDE + 2, 5))
    assert len(kept) == MOST_INSIDE and "in-000" not in {name for _, name, _ in kept}
    assert "in-000, " in note and "in-001" in note and "near-004" in note
    assert chosen(_tracks(3, MOST_NEAR)) == (sorted(_tracks(3, MOST_NEAR), key=lambda t: t[1]), [])


def test_who_stops_telling_or_is_not_trusted_is_judged_by_the_radar_again() -> None:
    """Only trusted fixes, and a minute about each, are a track that somebody else judges."""
    second = 1_000_000_000
    table = pa.table(
        {
            "track": pa.array(["4a81c3-1"] * 3 + ["abc123-1", "4a81c3-2"]).dictionary_encode(),
            "t": pa.array([0, 10 * second, 20 * second, 5 * second, 500 * second]),
            "flags": pa.array([0, 0, 4, 4, 0], pa.uint32()),
        }
    )
    found = tracked(table)
    assert found[0x4A81C3].tolist() == [0, 10 * second, 500 * second]
    assert found[0xABC123].tolist() == []  # all of it distrusted
    seen = second * np.array([-61, -60, 30, 70, 71, 439, 440, 560, 561])
    far = [True, False, False, False, True, True, False, False, True]
    assert away(seen, found[0x4A81C3]).tolist() == far
    assert away(seen, found[0xABC123]).all()
