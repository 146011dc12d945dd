"""How long `tocsin find` takes on a million fixes, beside simpler ways in the same run.

    python benchmarks/find_passages.py [--tracks 1000] [--out out/bench]

1,000 tracks of 1,000 fixes against 50 outlines of 2,000 vertices, all from one seed.  Every
contender is a process of its own, imports and reading included; wall time and peak memory are
those the operating system reports.  The peers answer *less*: they know degrees and no ellipsoid,
no error, no integrity, no gaps.  Each line of the table says what it yields.
"""

from __future__ import annotations

# The standard library only: a child's peak memory counts from what its parent held at the fork.
import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

CONTENDERS = Path(__file__).with_name("contenders.py")
PEERS = {
    "points": "shapely.contains_xy, every fix",
    "sjoin": "geopandas.sjoin, every fix",
    "loop": "shapely, one leg at a time",
}


def timed(command: list[str], log: Path) -> tuple[float, float]:
    """Run a process; return its wall time in seconds and its peak memory in MB."""
    begin = time.perf_counter()
    with log.open("wb") as out:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        _, status, usage = os.wait4(child.pid, 0)
    wall_s = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)}\n{log.read_text(encoding='utf-8')}")
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    return wall_s, usage.ru_maxrss / unit


def main() -> None:
    """Make the input, run every contender, print the table and keep it as JSON."""
    parser = argparse.ArgumentParser(description="time `tocsin find` beside its peers")
    parser.add_argument("--tracks", type=int, default=1000, metavar="N", help="of 1,000 fixes each")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR")
    options = parser.parse_args()
    folder: Path = options.out
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log.txt"

    def contender(name: str, *more: str) -> list[str]:
        return [sys.executable, str(CONTENDERS), name, str(folder), *more]

    timed(contender("make", str(options.tracks)), log)
    program = str(Path(sys.executable).with_name("tocsin"))
    find = [program, "find", str(folder / "fixes.parquet")]
    find += ["--airspace", str(folder / "volumes.geojson"), "-o", str(folder / "events.parquet")]
    rows: list[tuple[str, float, float, str]] = []
    wall_s, peak_mb = timed(find, log)
    timed(contender("tocsin"), log)
    said = json.loads(log.read_text(encoding="utf-8"))
    rows.append(("tocsin find", wall_s, peak_mb, said["yields"]))
    for name, title in PEERS.items():
        if name == "sjoin" and not importlib.util.find_spec("geopandas"):
            continue
        wall_s, peak_mb = timed(contender(name), log)
        said = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
        rows.append((title, wall_s + said["rest_s"], peak_mb, said["yields"]))

    print(f"{options.tracks * 1000:,} fixes, 50 outlines of 2,000 vertices")
    for title, wall_s, peak_mb, yields in rows:
        print(f"{title:31} {wall_s:7.1f} s {peak_mb:6.0f} MB  {yields}")
    names = ("name", "wall_s", "peak_mb", "yields")
    result = [dict(zip(names, row, strict=True)) for row in rows]
    text = json.dumps(result, indent=1) + "\n"
    (folder / "find_passages.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
