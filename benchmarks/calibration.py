"""Are the intervals as wide as they should be?  Simulated tracks, judged and held to their truth.

    python benchmarks/calibration.py [--tracks 200] [--pictures DIR] [--keep FILE]

A 90 % interval is honest if it holds the truth nine times in ten.  `--tracks` is how many true
violations the main study has; the settings that break what the model assumes get a sixteenth of
it each.  Prints Markdown; the page docs/explanation/calibration.md has the figures of a long run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from calibration_draws import Result, Setting, one
from calibration_pictures import draw

SAMPLES = 400
BASE = Setting("as assumed")
IGNORED = Setting("sensor biases ignored", ignore_biases=True)
BROKEN = (
    Setting("limit's error ignored", ignore_boundary=True),
    Setting("heavy-tailed noise (Student t, 3)", tails="student"),
    Setting("manoeuvres outside the modes", manoeuvres="heavy"),
    Setting("clocks 1 s slow", time_bias_s=1.0),
    Setting("biases twice their prior", bias_factor=2.0),
    Setting("at 14 km, prior 1 to 11 km", height_m=14_000.0),
    Setting("every other plot missed", detection_probability=0.5),
)
LIMITS_S = (0.0, 60.0, 180.0, 600.0, 1e9)  # of the bins of time inside


def _one(task: tuple[Setting, int]) -> Result | None:
    return one(*task, SAMPLES)


def study(setting: Setting, inside: int, workers: int, keep: Path | None) -> list[Result]:
    """Return draws until so many of them are true violations; those kept already count."""
    begin = time.perf_counter()
    found = [result for result in _kept(keep) if result.setting == setting.name]
    held = sum(result.true_s > 0 for result in found)
    first = max((result.seed for result in found), default=-1) + 1
    if held >= inside:
        return found
    with get_context("spawn").Pool(workers) as pool:
        for result in pool.imap(_one, _tasks(setting, first), chunksize=4):
            if result is None:
                continue
            found.append(result)
            held += result.true_s > 0
            if keep:
                with keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(result)) + "\n")
            if sys.stderr.isatty():
                print(f"\r{setting.name}: {held} of {inside}", end="", file=sys.stderr)
            if held >= inside:
                break
        pool.terminate()
    took = time.perf_counter() - begin
    print(f"{setting.name}: {len(found)} tracks in {took:.0f} s", file=sys.stderr)
    return found


def _tasks(setting: Setting, first: int) -> Iterator[tuple[Setting, int]]:
    yield from ((setting, seed) for seed in range(first, 1_000_000))


def _kept(keep: Path | None) -> list[Result]:
    if keep is None or not keep.exists():
        return []
    return [Result(**json.loads(line)) for line in keep.read_text(encoding="utf-8").splitlines()]


def covered(ranks: Sequence[float], level: float = 0.9) -> tuple[int, int]:
    """Return how many truths lie in the central interval, and of how many."""
    known = np.array([rank for rank in ranks if np.isfinite(rank)])
    tail = (1 - level) / 2
    return int(np.count_nonzero((known >= tail) & (known <= 1 - tail))), len(known)


def told(hits: int, count: int) -> str:
    """Return a share with its binomial 95 % band (Wilson)."""
    if not count:
        return "-"
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(p * (1 - p) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    return f"{p:.3f} ({middle - half:.3f} to {middle + half:.3f})"


def row(name: str, results: Sequence[Result]) -> str:
    inside = [r for r in results if r.true_s > 0]
    duration = covered([r.rank_s for r in inside])
    depth = covered([r.rank_m for r in inside])
    wide = [
        f"{np.nanmedian([getattr(r, key) for r in inside]):.0f}" for key in ("width_s", "width_m")
    ]
    return (
        f"| {name} | {len(inside)} | {told(*duration)} | {told(*depth)} "
        f"| {wide[0]} s | {wide[1]} m |"
    )


def table(rows: Sequence[str]) -> str:
    head = (
        "| | violations | time inside: held by its 90 % interval | depth: held by its 90 % interval"
        " | median width | |"
    )
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def main() -> None:
    """Run the studies, print the tables, draw the pictures."""
    parser = argparse.ArgumentParser(description="calibration of the intervals")
    parser.add_argument("--tracks", type=int, default=200, metavar="N", help="true violations")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pictures", type=Path, metavar="DIR")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        help="every draw as JSON lines; a run goes on from them",
    )
    options = parser.parse_args()
    keep, workers = options.keep, options.workers
    base = study(BASE, options.tracks, workers, keep)
    ignored = study(IGNORED, max(options.tracks // 4, 20), workers, keep)
    broken = [study(s, max(options.tracks // 16, 20), workers, keep) for s in BROKEN]
    every = [base, ignored, *broken]
    print(table([row(r[0].setting, r) for r in every]), end="\n\n")
    rows = []
    for low, high in pairwise(LIMITS_S):
        some = [r for r in base if low < r.true_s <= high]
        name = f"{low:.0f} to {high:.0f} s" if high < 1e6 else f"over {low:.0f} s"
        rows.append(row(name, some))
    rows += [row(name, [r for r in base if r.sensors == name]) for name in _layouts(base)]
    print(table(rows))
    if options.pictures:
        draw(base, ignored, options.pictures)


def _layouts(results: Sequence[Result]) -> list[str]:
    return sorted({r.sensors for r in results})


if __name__ == "__main__":
    main()
