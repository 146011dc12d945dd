"""How long `tocsin run` takes for the reference case, from the command to the last file.

    python benchmarks/reference_case.py [--runs 5] [--out out/bench]

Each run is a process of its own, as a user starts it: imports, sources, posterior, claims, dossier
and bundle.  One run goes before, so that byte code and files are there; then, in turn, with as
many processes as tocsin takes by itself and with one.  Seconds by the clock, and of all processors.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tocsin.run.aside import PROCESSES, processes

CASE = Path(__file__).parents[1] / "examples/vaindloo-2025-09-19/case.toml"


def once(count: int, out: Path) -> tuple[float, float]:
    """Return how long one run took, by the clock and of the processors."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "tocsin", "run", str(CASE), "-o", str(out), "--json"]
    before, began = _processors_s(), time.perf_counter()
    subprocess.run(
        command, env=environment | {PROCESSES: str(count)}, check=True, capture_output=True
    )
    return time.perf_counter() - began, _processors_s() - before


def _processors_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the medians, and leave every run as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    given = parser.parse_args()
    counts = sorted({1, processes()}, reverse=True)
    told: dict[int, list[tuple[float, float]]] = {count: [] for count in counts}
    with tempfile.TemporaryDirectory() as folder:
        once(counts[0], Path(folder) / "out")
        for _ in range(given.runs):
            for count in counts:
                told[count].append(once(count, Path(folder) / "out"))
    print(f"{'processes':>10}{'clock s':>10}{'fastest':>10}{'processor s':>14}")
    for count, runs in told.items():
        clock, used = ([run[k] for run in runs] for k in (0, 1))
        print(
            f"{count:>10}{statistics.median(clock):>10.1f}{min(clock):>10.1f}"
            f"{statistics.median(used):>14.1f}"
        )
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "reference_case.json").write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
