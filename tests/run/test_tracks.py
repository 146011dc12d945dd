"""`tocsin track`: recordings and tables to smoothed tracks, and how it ends when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.run import boxes
from tests.track.workload import workload
from tocsin.run.sources import Spec, gather
from tocsin.run.tracks import STATES, parquet, track
from tocsin.settings import FindSettings
from tocsin.track.mercator import placed

M_PER_DEG = 111_195.0
SIGMA_M = 60.0
EXAMPLE = Path(__file__).parents[2] / "examples" / "vaindloo-2025-09-19"
SENSOR = """
["radar-a.ast"]
lat_deg = 59.39
lon_deg = 24.83
h_hae_m = 60
["radar-b.ast"]
lat_deg = 59.10
lon_deg = 26.90
h_hae_m = 130
"""


def tocsin(*words: str | Path, cwd: Path | None = None) -> boxes.Done:
    return boxes.tocsin(cwd or Path.cwd(), *map(str, words))


@pytest.fixture
def flown(tmp_path: Path) -> tuple[Path, pl.DataFrame]:
    """A table of twelve noisy flights, and where they truly were."""
    rng = np.random.default_rng(4)
    xy = workload(12, 200, rng)
    count = xy.shape[0] * xy.shape[1]
    lon0 = np.repeat(rng.uniform(20, 30, 12), 200)
    lon, lat, _ = placed(xy[..., 0].ravel(), xy[..., 1].ravel() + 59 * M_PER_DEG, lon0)
    t = np.tile(np.arange(200) * 4.0, 12) + 1.7e9
    frame = pl.DataFrame(
        {
            "t": t,
            "track": np.repeat([f"{0x400000 + k:06x}-1" for k in range(12)], 200),
            "lon": lon + rng.normal(0, SIGMA_M, count) / (M_PER_DEG * np.cos(np.radians(lat))),
            "lat": lat + rng.normal(0, SIGMA_M, count) / M_PER_DEG,
            "sigma_m": np.full(count, SIGMA_M),
        }
    )
    path = tmp_path / "fixes.parquet"
    frame.write_parquet(path)
    return path, frame.with_columns(true_lon=pl.Series(lon), true_lat=pl.Series(lat))


def test_a_table_of_fixes_comes_out_nearer_to_the_truth(
    flown: tuple[Path, pl.DataFrame], tmp_path: Path
) -> None:
    path, truth = flown
    done = tocsin("track", path, "-o", tmp_path / "tracks.parquet", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert list(said) == ["inputs", "tracks", "states", "output"]
    assert (said["tracks"], said["states"]) == (12, truth.height)
    made = pl.read_parquet(tmp_path / "tracks.parquet")
    assert made.columns == STATES.names
    truth = truth.sort("track", "t")
    made = made.sort("track", "t")
    east = (made["lon_deg"] - truth["true_lon"]).to_numpy() * M_PER_DEG
    east *= np.cos(np.radians(truth["true_lat"].to_numpy()))
    north = (made["lat_deg"] - truth["true_lat"]).to_numpy() * M_PER_DEG
    assert np.sqrt(np.mean(east**2 + north**2)) < 0.55 * SIGMA_M * np.sqrt(2)
    ee, en, nn = (made[name].to_numpy() for name in ("c_ee_m2", "c_en_m2", "c_nn_m2"))
    c = np.stack([ee, en, en, nn], axis=-1).reshape(-1, 2, 2)
    off = np.stack([east, north], -1)
    nees = np.einsum("ni,nij,nj->n", off, np.linalg.inv(c), off)
    assert 1.0 < nees.mean() < 2.2  # straights are straighter than the model allows for
    speed = made.select((pl.col("ve_mps") ** 2 + pl.col("vn_mps") ** 2).sqrt()).to_numpy()
    assert 110 < np.median(speed) < 250


def test_the_radars_of_the_reference_case_see_what_was_flown(tmp_path: Path) -> None:
    """Primary plots without a height are linked to one track, and the truth lies within."""
    (tmp_path / "sensors.toml").write_text(SENSOR)
    out = tmp_path / "tracks.parquet"
    sources = [EXAMPLE / name for name in ("radar-a.ast", "radar-b.ast")]
    words: list[str | Path] = [
        *sources,
        "--date",
        "2025-09-19",
        "--sensor",
        tmp_path / "sensors.toml",
        "-o",
        out,
    ]
    done = tocsin("track", *words)
    assert done.returncode == 0, done.stderr
    first = out.read_bytes()
    assert tocsin("track", *words).returncode == 0
    assert out.read_bytes() == first  # the same sources, the same bytes
    dark = pl.read_parquet(out).filter((pl.col("track") == "plots-1") & pl.col("smoothed"))
    assert dark.height > 300
    truth = json.loads((EXAMPLE / "truth.json").read_text())
    path, begin = truth["path"]["mig-31"], truth["start_utc"]
    t_s = (
        dark["t"] - pl.Series([begin]).str.to_datetime(time_zone="UTC")[0]
    ).dt.total_microseconds()
    t = t_s.to_numpy() / 1e6
    lat = np.interp(t, path["t_s"], path["lat_deg"])
    lon = np.interp(t, path["t_s"], path["lon_deg"])
    north = (dark["lat_deg"].to_numpy() - lat) * M_PER_DEG
    east = (dark["lon_deg"].to_numpy() - lon) * M_PER_DEG * np.cos(np.radians(lat))
    assert np.mean(np.abs(north) < 2.5 * np.sqrt(dark["c_nn_m2"].to_numpy())) > 0.9
    assert np.mean(np.abs(east) < 2.5 * np.sqrt(dark["c_ee_m2"].to_numpy())) > 0.9


def test_gaps_part_segments_and_are_not_filled(flown: tuple[Path, pl.DataFrame]) -> None:
    path, truth = flown
    holed = truth.filter(~((pl.col("t") - 1.7e9).is_between(200, 400))).drop("true_lon", "true_lat")
    holed.write_parquet(path)
    done = track([Spec("fixes", str(path))], FindSettings(max_gap_s=60.0))
    table = pl.from_arrow(done.table)
    assert isinstance(table, pl.DataFrame)
    assert table.height == holed.height  # one row a fix: none is made up
    assert set(table["segment"].unique()) == {1, 2}
    assert parquet(done.table) == parquet(track([Spec("fixes", str(path))], FindSettings()).table)


def test_what_is_distrusted_stays_as_it_was_measured(flown: tuple[Path, pl.DataFrame]) -> None:
    path, truth = flown
    wild = truth.drop("true_lon", "true_lat").with_row_index()
    wild = wild.with_columns(
        lat=pl.col("lat") + pl.when(pl.col("index") == 100).then(2.0).otherwise(0.0)
    )
    wild.drop("index").write_parquet(path)
    table = pl.from_arrow(track([Spec("fixes", str(path))], FindSettings()).table)
    assert isinstance(table, pl.DataFrame)
    aside = table.filter(~pl.col("smoothed"))
    assert aside.height == 1 and aside["flags"][0] > 0 and aside["ve_mps"][0] is None
    assert aside["lat_deg"][0] == pytest.approx(wild["lat"][100])


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["fixes.parquet", "-o", "tracks.csv"], 2, "tracks are .parquet"),
        (["missing.parquet", "-o", "t.parquet"], 3, "missing.parquet"),
        (["fixes.parquet", "-o", "t.parquet", "--max-gap", "0"], 2, "--max-gap"),
        (["fixes.parquet", "-o", "t.parquet", "--sensor", "none.toml"], 3, "no such file"),
        (["fixes.parquet", "-o", "t.parquet", "--sensor", "odd.toml"], 2, "no source is called"),
        (["fixes.parquet", "-o", "t.parquet", "--sensor", "bare.toml"], 3, "has no site"),
    ],
)
def test_how_it_ends(
    flown: tuple[Path, pl.DataFrame], tmp_path: Path, words: list[str], code: int, says: str
) -> None:
    (tmp_path / "odd.toml").write_text("[other]\nlat_deg = 1.0\nlon_deg = 2.0\n")
    (tmp_path / "bare.toml").write_text("range_sigma_m = 60\n")
    done = tocsin("track", *words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert says in done.stderr and "Traceback" not in done.stderr


@pytest.mark.data
def test_a_recording_is_smoothed_and_stays_where_it_was_flown(shared: Path) -> None:
    """Bornholm, 2018: fixes every 5 s; states are as near to them as their error allows."""
    path = shared / "data" / "opensky" / "bornholm.json.gz"
    done = track([Spec("bornholm", str(path))], FindSettings())
    table = pl.from_arrow(done.table)
    assert isinstance(table, pl.DataFrame)
    assert done.tracks == 1 and done.states == table.height == 2572
    assert table["track"].cast(pl.String).unique().to_list() == ["4ab179-1"]
    speed = table.select((pl.col("ve_mps") ** 2 + pl.col("vn_mps") ** 2).sqrt()).to_series()
    assert 40 < speed.quantile(0.05) < speed.quantile(0.95) < 280  # type: ignore[operator]
    # No accuracy is reported: 250 m a fix.  Corners sharper than the modes fly come out wide.
    assert table["c_ee_m2"].quantile(0.5) < 200.0**2  # type: ignore[operator]
    fixes = pl.from_arrow(gather([Spec("bornholm", str(path))], FindSettings()).tracks)
    assert isinstance(fixes, pl.DataFrame)
    north = (table["lat_deg"] - fixes["lat_deg"]).to_numpy() * M_PER_DEG
    assert np.mean(np.abs(north) < 2 * 250.0) > 0.95


@pytest.mark.data
def test_tracker_output_counts_for_less_than_plots(shared: Path) -> None:
    folder = shared / "data" / "asterix"
    done = track([Spec("c", str(folder / "croatia_cat_062_065.pcap"))], FindSettings())
    table = pl.from_arrow(done.table)
    assert isinstance(table, pl.DataFrame)
    assert set(table["source_kind"].cast(pl.String)) == {"track"}
    assert done.tracks > 0 and table.height > 0
