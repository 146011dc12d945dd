"""How long the engine of the watch takes for 5,000 updates, beside a peer that does less.

    python benchmarks/live.py [--batches 200] [--tracks 25000] [--runs 3] [--out out/bench]

Flights over a box of Europe against 50 outlines of 2,000 vertices, all from one seed: every
aircraft tells its position twice a second, so that 50,000 updates a second come as ten batches.
Two settings: the engine as it is delivered (with predicted entries), and with the rule `inside`
alone (state, P(inside), hysteresis).  An alert is written when somebody reads it: that time is
told apart.  Python looks for garbage between batches, as it does in the service, by the same
module: that time is told apart too.  Every run does the same to the last bit, so that what a batch
costs is the least of its times: what is more is the machine's.  What each run by itself showed at
p99 stands beside it.  The peer asks for every update in which of the outlines it lies, in plain
degrees and by points alone: no state, no error, no duplicate told apart.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from functools import partial
from pathlib import Path

import numpy as np
import shapely

from tocsin.airspace.edges import outline
from tocsin.run.live.garbage import Garbage
from tocsin.schema import Edge, Ring, Volume
from tocsin.schema.live import AlertKind
from tocsin.watch.area import Area, area_of
from tocsin.watch.batch import Batch
from tocsin.watch.engine import Engine
from tocsin.watch.rules import Rule
from tocsin.watch.settings import WatchSettings

BATCH, PERIOD_S, SPEED_MPS = 5_000, 0.1, 230.0
VOLUMES, VERTICES = 50, 2_000
WARM_UP = 60  # batches before the clock counts: every track is known, its surroundings are made
M_PER_DEG = 111_195.0
START_NS = 1_758_261_600_000_000_000


def areas(rng: np.random.Generator) -> list[Area]:
    """Return outlines as wide as small countries and control zones, half a degree to two."""
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    out = []
    for k in range(VOLUMES):
        size, phase = rng.uniform(0, 0.25, 3), rng.uniform(0, 6, 3)
        waves = [size[i] / n * np.sin(n * angle + phase[i]) for i, n in enumerate((2, 5, 9))]
        radius = rng.uniform(0.3, 1.2) * (1 + np.sum(waves, axis=0))
        lat = rng.uniform(48, 62) + radius * np.sin(angle)
        lon = rng.uniform(5, 30) + radius * np.cos(angle) / np.cos(np.radians(lat))
        ring = Ring(lon, lat, (Edge.GEODESIC,) * VERTICES)
        out.append(area_of(outline(Volume(f"V{k:02}", (ring,), layer="sovereign", sigma_m=50.0))))
    return out


class Traffic:
    """Aircraft that fly on and turn a little, and tell where they are with 30 m of noise."""

    def __init__(self, rng: np.random.Generator, tracks: int) -> None:
        self._rng = rng
        self.lat, self.lon = rng.uniform(48, 62, tracks), rng.uniform(5, 30, tracks)
        self._course = rng.uniform(0, 2 * np.pi, tracks)
        self._turn = rng.normal(0, 0.0005, tracks)
        self._at_s = np.zeros(tracks)
        self._order = rng.permutation(tracks)
        self._next = 0
        self._t_s = 0.0

    def batch(self) -> tuple[Batch, int]:
        """Return the updates of the next 0.1 s, and the time at which they are at hand."""
        self._t_s += PERIOD_S
        count = len(self.lat)
        who = self._order[(self._next + np.arange(BATCH)) % count]
        self._next = (self._next + BATCH) % count
        t_s = self._t_s - self._rng.uniform(0, PERIOD_S, BATCH)
        dt = np.maximum(t_s - self._at_s[who], 0.0)
        self._course[who] += self._turn[who] * dt
        north, east = np.cos(self._course[who]), np.sin(self._course[who])
        self.lat[who] += SPEED_MPS * dt * north / M_PER_DEG
        self.lon[who] += SPEED_MPS * dt * east / M_PER_DEG / np.cos(np.radians(self.lat[who]))
        self._at_s[who] = t_s
        noise = self._rng.normal(0, 30 / M_PER_DEG, (2, BATCH))
        none = np.full(BATCH, np.nan)
        untold = np.full(BATCH, -1, np.int8)
        height = np.full((4, BATCH), np.nan)
        height[0] = 10_000.0
        made = Batch(
            feed="bench",
            witness="bench",
            key=0x400000 + who,
            t_ns=START_NS + np.round(t_s * 1e9).astype(np.int64),
            lon_deg=self.lon[who] + noise[0] / np.cos(np.radians(self.lat[who])),
            lat_deg=self.lat[who] + noise[1],
            sigma_m=np.full(BATCH, 30.0),
            ve_mps=SPEED_MPS * east,
            vn_mps=SPEED_MPS * north,
            h_m=height,
            h_sigma_m=none,
            vrate_mps=none,
            kind=np.zeros(BATCH, np.int8),
            answers=np.ones(BATCH, np.int8),
            grounded=np.zeros(BATCH, np.int8),
            plan=untold,
            nacp=np.full(BATCH, 9, np.int8),
            nic=np.full(BATCH, 8, np.int8),
            callsign=np.full(BATCH, -1, np.int32),
            callsigns=(),
            type=np.full(BATCH, -1, np.int32),
            types=(),
        )
        return made, START_NS + round(self._t_s * 1e9)


class Looks:
    """When Python looked for garbage, and how long it took."""

    def __init__(self) -> None:
        self.within = False  # a batch whose time counts
        self._began = 0.0
        self._took: dict[bool, list[float]] = {True: [], False: []}
        gc.callbacks.append(self)

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self._took[self.within].append(time.perf_counter() - self._began)

    def told(self) -> str:
        """Return how often and how long at most."""
        within, between = (self._took[each] for each in (True, False))
        longest_ms = 1e3 * max(between, default=0.0)
        return (
            f"garbage looked for {len(between)} times between batches, {longest_ms:.1f} ms "
            f"at most, {len(within)} times within one"
        )


def told(name: str, wall_s: list[float], cpu_s: list[float], note: str) -> dict[str, object]:
    """Print one line of the table; return it."""
    wall, cpu = np.array(wall_s) * 1e3, np.array(cpu_s) * 1e3
    p50, p99, most = np.percentile(wall, 50), np.percentile(wall, 99), wall.max()
    c50, c99 = np.percentile(cpu, 50), np.percentile(cpu, 99)
    print(
        f"{name:38} {p50:7.2f} {p99:7.2f} {most:7.2f} ms by the clock, {c50:6.2f} {c99:6.2f} ms "
        f"of the processor  {note}"
    )
    return {
        "name": name,
        "p50_ms": round(float(p50), 3),
        "p99_ms": round(float(p99), 3),
        "max_ms": round(float(most), 3),
        "cpu_p50_ms": round(float(c50), 3),
        "cpu_p99_ms": round(float(c99), 3),
        "note": note,
    }


def run(
    kinds: tuple[AlertKind, ...], batches: int, tracks: int
) -> tuple[list[float], list[float], str]:
    """Return the times of batches through an engine, and what came of them."""
    rng = np.random.default_rng(20250919)
    world = areas(rng)
    rule = Rule("all", kinds, layers=("sovereign",))
    engine = Engine(world, [rule], WatchSettings(), synthetic=True)
    squares = engine.warm(400_000)
    traffic = Traffic(rng, tracks)
    wall, cpu, alerts, reading_s = [], [], 0, 0.0
    garbage = Garbage()
    garbage.begin()
    looks = Looks()
    for n in range(WARM_UP + batches):
        batch, now_ns = traffic.batch()
        looks.within = n >= WARM_UP
        with garbage:
            begin, used = time.perf_counter(), time.process_time()
            step = engine.step(batch, now_ns)
            ended, spent = time.perf_counter(), time.process_time()
            looks.within = False
        if n >= WARM_UP:
            wall.append(ended - begin)
            cpu.append(spent - used)
            begin = time.perf_counter()
            alerts += len(tuple(step.alerts))  # written now
            reading_s += time.perf_counter() - begin
        garbage.settle()
    garbage.end()
    gc.callbacks.remove(looks)
    each_us = 1e6 * reading_s / max(alerts, 1)
    told = f"{alerts} alerts, each written in {each_us:.0f} us when it is read"
    note = f"{len(engine.tracks):,} tracks, {told}, {looks.told()}, {squares:,} squares"
    return wall, cpu, note


def peer(batches: int, tracks: int) -> tuple[list[float], list[float], str]:
    """Return the times of the same batches through shapely's STRtree of prepared outlines."""
    rng = np.random.default_rng(20250919)
    shapes = [
        shapely.Polygon(np.column_stack([area.a_lon_deg, area.a_lat_deg])) for area in areas(rng)
    ]
    shapely.prepare(shapes)
    tree = shapely.STRtree(shapes)
    traffic = Traffic(rng, tracks)
    wall, cpu, pairs = [], [], 0
    for _ in range(batches):
        batch, _ = traffic.batch()
        begin, used = time.perf_counter(), time.process_time()
        points = shapely.points(batch.lon_deg, batch.lat_deg)
        pairs += tree.query(points, predicate="within").shape[1]
        wall.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - used)
    return wall, cpu, f"{pairs // batches:,} points inside an outline a batch"


def least(runs: list[tuple[list[float], list[float], str]]) -> tuple[list[float], list[float], str]:
    """Return the least time of each batch over runs that did the same, and what each run showed."""
    wall, cpu = (np.min([one[k] for one in runs], axis=0).tolist() for k in (0, 1))
    alone_ms = sorted(1e3 * float(np.quantile(one[0], 0.99)) for one in runs)
    shown = ", ".join(f"{ms:.2f}" for ms in alone_ms)
    return wall, cpu, f"p99 of each run by itself {shown} ms, {runs[-1][2]}"


def main() -> None:
    """Run engine and peer, print the table and keep it as JSON."""
    parser = argparse.ArgumentParser(description="time the engine of the watch beside its peer")
    parser.add_argument("--batches", type=int, default=200, metavar="N")
    parser.add_argument("--tracks", type=int, default=25_000, metavar="N")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="of each, all alike")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR")
    options = parser.parse_args()
    inside, soon = (AlertKind.INSIDE,), (AlertKind.INSIDE, AlertKind.PREDICTED)
    print(f"{BATCH:,} updates a batch, {VOLUMES} outlines of {VERTICES:,} vertices: p50, p99, max")
    rows = [
        told(name, *least([way(options.batches, options.tracks) for _ in range(options.runs)]))
        for name, way in (
            ("engine: state, P(inside), hysteresis", partial(run, inside)),
            ("engine: and predicted entries", partial(run, soon)),
            ("shapely STRtree, prepared outlines", peer),
        )
    ]
    base = rows[-1]["p50_ms"]
    for row in rows[:-1]:
        print(
            f"{row['name']:38} {float(str(row['p50_ms'])) / float(str(base)):5.2f} times the peer"
        )
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(rows, indent=1) + "\n"
    (options.out / "live.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
