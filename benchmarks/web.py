"""How soon the watch's map rests, and how many frames a second 20,000 aircraft have.

    python -m benchmarks.web [--runs 5] [--aircraft 20000]

Headless Chromium with software rendering (SwiftShader), the real server on the loopback, a made-up
world whose changes are prepared beforehand.  The first figure is from the start of the navigation
to the first `idle` of the map (median of the runs, each in a fresh browser profile); the second
counts the pictures of the fleet that were drawn in ten seconds, 60 % of the tracks being renewed
in each second.  Processor seconds stand beside both, for a machine that does other things too.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from tests.web.conftest import FLAGS, rested
from tests.web.stand import Stand

SECONDS = 10.0
AHEAD_S = 90


def main() -> None:
    """Print both figures."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--aircraft", type=int, default=20_000)
    ask.add_argument("--chromium", default="/usr/bin/chromium")
    asked = ask.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
        few = Stand(Path(scratch), 120, demo=True).start()
        firsts, spent = [], []
        for _ in range(asked.runs):
            browser = play.chromium.launch(executable_path=asked.chromium, args=FLAGS)
            before = _cpu_s()
            firsts.append(rested(_opened(browser, few)))
            spent.append(_cpu_s() - before)
            browser.close()
        few.stop()
        runs = ", ".join(f"{each / 1000:.1f}" for each in firsts)
        print(
            f"first picture at rest: median {statistics.median(firsts) / 1000:.1f} s ({runs}); "
            f"{statistics.median(spent):.1f} processor seconds; load {os.getloadavg()[0]:.1f}"
        )

        many = Stand(Path(scratch), asked.aircraft, demo=True, ahead_s=AHEAD_S).start()
        browser = play.chromium.launch(executable_path=asked.chromium, args=FLAGS)
        page = _opened(browser, many)
        rested(page)
        time.sleep(2)
        frames, began, before = _frames(page), time.monotonic(), _cpu_s()
        time.sleep(SECONDS)
        drawn, took_s = _frames(page) - frames, time.monotonic() - began
        cpu_s = _cpu_s() - before
        shown = page.evaluate("() => document.querySelector('section.strip').innerText")
        browser.close()
        many.stop()
        print(
            f"{asked.aircraft} aircraft: {drawn / took_s:.1f} frames a second, "
            f"{1000 * cpu_s / max(1, drawn):.0f} processor milliseconds a frame; "
            f"load {os.getloadavg()[0]:.1f}"
        )
        print(" ".join(shown.split()))


def _opened(browser: Any, stand: Stand) -> Any:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{stand.url}/watch")
    return page


def _frames(page: Any) -> int:
    drawn: int = page.evaluate("() => window.tocsin.fleet.frames")
    return drawn


def _cpu_s() -> float:
    """Return the processor seconds of all processes below this one, without itself."""
    times: dict[int, tuple[int, float]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended
                continue
            ticks = int(told[11]) + int(told[12])
            times[int(entry.name)] = (int(told[1]), ticks / os.sysconf("SC_CLK_TCK"))
    below, total = {os.getpid()}, 0.0
    for _ in range(8):  # no deeper than that
        below |= {pid for pid, (parent, _) in times.items() if parent in below}
    for pid in below - {os.getpid()}:
        total += times.get(pid, (0, 0.0))[1]
    return total


if __name__ == "__main__":
    main()
