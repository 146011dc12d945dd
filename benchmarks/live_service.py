"""Fix to alert through the whole service, and its memory over a long replay.

    python benchmarks/live_service.py [--rate 50000] [--seconds 60] [--volumes 50] [--soak 60]

Load: as many updates a second against so many volumes of 2,000 vertices, from a recording that is
played at its own pace through journal (with fsync), decoder, engine, outbox (with fsync) and a
sink.  Twenty aircraft a second appear inside a volume; latency is from the time of an aircraft's
first fix to the moment its alert is handed to the sink, the wait for the batch included.

Soak: the simulated Gulf hour at 64 times its pace, in a loop; resident memory every few seconds.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.feed.columns import fixes
from tocsin.run.live.outbox import Letter
from tocsin.run.live.service import Watch

ROOT = Path(__file__).resolve().parents[1]
VERTICES = 2000
UPDATE_HZ = 5  # of one aircraft
NEW_HZ = 20  # aircraft that appear inside
FIRST_NEW = 0x800000
START_NS = 1_760_702_400_000_000_000

CONFIG = """
[watch]
id = "bench"
synthetic = true
journal = "journal"
quota_mb = 4096
warm_s = 10
[engine]
capacity = 65536
[[feed]]
name = "load"
kind = "replay"
path = "load.parquet"
format = "fixes"
[[area]]
path = "volumes.geojson"
[[rule]]
id = "in"
kinds = ["inside"]
addresses = ["800000-ffffff"]
dwell_s = 0
"""


class Timing:
    """A sink that takes the time of every alert."""

    def __init__(self) -> None:
        self.watch: Watch | None = None
        self.latency_s: list[float] = []

    async def deliver(self, letter: Letter) -> None:
        assert self.watch is not None
        track = letter.alert.track
        if track is None or letter.alert.revision != 1:
            return
        first_ns = START_NS + (int(track, 16) - FIRST_NEW) * 1_000_000_000 // NEW_HZ
        self.latency_s.append((self.watch.clock.now_ns() - first_ns) / 1e9)

    async def close(self) -> None:
        """Nothing is held."""


def volumes(count: int, folder: Path, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Write wavy discs of 20 to 60 km over Europe; return their middles."""
    turn = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    middles, features = [], []
    for k in range(count):
        lon, lat = float(rng.uniform(5, 30)), float(rng.uniform(45, 62))
        radius = rng.uniform(0.2, 0.5) * (1 + 0.05 * np.sin(9 * turn))
        ring = np.stack(
            [lon + radius * np.cos(turn) / np.cos(np.radians(lat)), lat + radius * np.sin(turn)], 1
        )
        closed = [*ring.tolist(), ring[0].tolist()]
        features.append(
            {
                "type": "Feature",
                "properties": {"volume": f"V{k}", "sigma_m": 50, "edge": "geodesic"},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [closed],
                },
            }
        )
        middles.append((lon, lat))
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "volumes.geojson").write_text(json.dumps(collection))
    return middles


def recording(
    rate: int, seconds: float, middles: list[tuple[float, float]], rng: np.random.Generator
) -> pa.Table:
    """Return the fixes of the load, in order of time."""
    craft = rate // UPDATE_HZ
    rounds = int(seconds * UPDATE_HZ)
    lon0, lat0 = rng.uniform(5, 30, craft), rng.uniform(45, 62, craft)
    course, speed = rng.uniform(0, 2 * np.pi, craft), 230.0
    offset_s = rng.uniform(0, 1 / UPDATE_HZ, craft)
    t_s = (np.arange(rounds)[:, None] / UPDATE_HZ + offset_s).ravel()
    along_deg = speed * t_s.reshape(rounds, craft) / 111_320.0
    lat = (lat0 + along_deg * np.cos(course)).ravel()
    lon = (lon0 + along_deg * np.sin(course) / np.cos(np.radians(lat0))).ravel()
    address = np.tile(np.arange(craft) + 0x400000, rounds)
    new = np.arange(int(seconds * NEW_HZ))
    middle = np.array(middles)[new % len(middles)]
    t_s = np.concatenate([t_s, new / NEW_HZ])
    lon, lat = np.concatenate([lon, middle[:, 0]]), np.concatenate([lat, middle[:, 1]])
    address = np.concatenate([address, new + FIRST_NEW])
    order = np.argsort(t_s, kind="stable")
    t_ns = START_NS + np.rint(t_s[order] * 1e9).astype(np.int64)
    count = len(order)
    columns = {
        "source_kind": "adsb",
        "t_applicability": pa.array(t_ns).cast(pa.timestamp("ns", "UTC")),
        "lon_deg": lon[order],
        "lat_deg": lat[order],
        "h_pressure_m": np.full(count, 10_000.0),
        "icao24": pa.array(address[order], pa.uint32()),
        "nacp": pa.array(np.full(count, 9), pa.uint8()),
        "pos_epu95_m": np.full(count, 30.0),
    }
    return fixes(bytes(32), np.arange(count, dtype=np.uint64), columns)


def latency(rate: int, seconds: float, count: int) -> None:
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        middles = volumes(count, folder, rng)
        pq.write_table(recording(rate, seconds, middles, rng), folder / "load.parquet")
        path = folder / "watch.toml"
        path.write_text(CONFIG + '[[sink]]\nname = "timing"\nkind = "stdout"\n')
        timing = Timing()
        watch = Watch.of(path, sinks={"timing": timing}, say=lambda text: print(f"  {text}"))
        timing.watch = watch
        begun_s, cpu_s = time.monotonic(), time.process_time()
        watch.start()
        watch.wait(seconds * 10)
        took_s, used_s = time.monotonic() - begun_s, time.process_time() - cpu_s
        watch.stop(10)
        print(f"  {watch.judge.done:,} records judged, engine counts {watch.core.engine.counts}")
        # The first half makes the surroundings of every limit, which is done once a start.
        found = np.array(timing.latency_s[len(timing.latency_s) // 2 :])
        print(f"{rate:,} updates/s against {count} volumes of {VERTICES:,} vertices, {seconds:g} s")
        print(f"  took {took_s:.1f} s of the clock and {used_s:.1f} s of one core")
        if len(found):
            p50, p99 = np.quantile(found, (0.5, 0.99)) * 1e3
            print(
                f"  fix to alert, {len(found)} alerts: p50 {p50:.0f} ms, p99 {p99:.0f} ms, "
                f"max {found.max() * 1e3:.0f} ms (aim: p99 below 150 ms)"
            )


def soak(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        fast = ["feed.rx.speed=64", "feed.radar.speed=64"]
        demo = ROOT / "examples" / "watch" / "gulf-demo.toml"
        watch = Watch.of(demo, fast, journal=Path(name))
        sizes: list[float] = []
        with watch:
            end_s = time.monotonic() + seconds
            while time.monotonic() < end_s:
                time.sleep(seconds / 12)
                sizes.append(_rss_mb())
        print(f"64x for {seconds:g} s ({64 * seconds / 3600:.1f} h of the recording)")
        print("  resident MB: " + ", ".join(f"{size:.0f}" for size in sizes))
        print(f"  growth over the second half: {sizes[-1] - sizes[len(sizes) // 2]:+.0f} MB")


def _rss_mb() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--volumes", type=int, default=50)
    parser.add_argument("--soak", type=float, default=60)
    told = parser.parse_args()
    if told.seconds:
        latency(told.rate, told.seconds, told.volumes)
    if told.soak:
        soak(told.soak)


if __name__ == "__main__":
    main()
