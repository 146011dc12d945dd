"""A watch that goes on and on: its memory."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tocsin.run.live.service import Watch

DEMO = ROOT / "examples" / "watch" / "gulf-demo.toml"


@pytest.mark.parametrize("seconds", [120, pytest.param(1350, marks=pytest.mark.full)])
def test_memory_is_flat_at_64_times_the_pace(tmp_path: Path, seconds: int) -> None:
    """Two hours of the gulf and more, in a loop; with `full`, a day."""
    fast = ["feed.rx.speed=64", "feed.radar.speed=64", "watch.checkpoint_s=600"]
    sizes: list[int] = []
    with Watch.of(DEMO, fast, journal=tmp_path / "journal") as watch:
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            time.sleep(seconds / 20)
            sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
        assert watch.error is None
    half = sizes[len(sizes) // 2 :]
    assert max(half) - half[0] < 40 << 20, [size >> 20 for size in sizes]
