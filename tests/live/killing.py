"""Run a watch and kill it at random moments: a program of its own, for it forks.

    python killing.py CONFIG KILLS SEED

The modules are loaded once; each child is a whole watch in a process of its own, ended by SIGKILL
within 0.5 s of having begun, one in five while it begins.  The last one is left to work off what
there is, and stops cleanly.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from random import Random

import tocsin.run.live.sinks.register as register_sink
from tests.live.traffic import INSIDE, frames, message
from tocsin.run.live import areas, service
from tocsin.run.live.config import read_config
from tocsin.run.live.core import Core
from tocsin.run.live.segment import Kind, Record

LOADED = (register_sink,)


def warm(config: Path) -> None:
    """Judge an aircraft, so that what is made at the first use is made before the forks."""
    told = read_config(config)
    core = Core(told, areas.load(told.areas, told.path).areas)
    for k in range(3):
        data = b"".join(message(frame, k) for frame in frames(0x4A0000, *INSIDE))
        core.take(Record(2 * k + 1, 10**18 + k * 10**9, Kind.DATA, "rx", data))
        core.take(Record(2 * k + 2, 10**18 + k * 10**9, Kind.TICK, "", b""))


def child(config: Path, ready: int, seconds: float | None) -> None:
    watch = service.Watch.of(config)
    watch.start()
    os.write(ready, b"x")
    if seconds is None:
        time.sleep(60)
        os._exit(3)  # nobody killed us
    time.sleep(seconds)
    done = watch.stop(40.0)
    sys.stderr.write(f"stopped in time: {done}; {watch.error!r}")
    sys.stderr.flush()
    os._exit(0 if done and watch.error is None else 1)


def born(config: Path, seconds: float | None) -> tuple[int, int]:
    """Return a child and what it writes to once it runs."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        child(config, write, seconds)
    os.close(write)
    return pid, read


def main(config: Path, kills: int, seed: int) -> int:
    rng = Random(seed)
    warm(config)
    for k in range(kills):
        pid, ready = born(config, None)
        if k % 5 < 4:
            os.read(ready, 1)
        time.sleep(rng.uniform(0.0, 0.5))
        os.kill(pid, signal.SIGKILL)
        os.close(ready)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            sys.stderr.write(f"a watch ended by itself: {status}\n")
            return 1
    pid, ready = born(config, 2.0)
    _, status = os.waitpid(pid, 0)
    os.close(ready)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
