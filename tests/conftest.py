"""What tests share: the folder of real recordings, and what may not be skipped."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import workers

# As the command line does, before numpy is loaded: workers have no core to spare for threads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# `make test` tries the same examples each time, so that a red run can be repeated; new ones are
# looked for by `make test-all`.  No deadline: a busy machine is no reason to fail.
settings.register_profile("quick", max_examples=20, deadline=None, derandomize=True)
settings.register_profile("full", max_examples=2000, deadline=None)
settings.load_profile("full" if os.environ.get("TOCSIN_FULL") else "quick")


def pytest_configure() -> None:
    """Collect without looking for garbage: a third of what collecting takes."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for it from here on, less often, and not among modules and tests: they stay."""
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest is begun first."""
    workers.longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """A file at a time, and all that need a browser together."""
    return workers.scheduler(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the project with real recordings, or a skip that names it."""
    if (SHARED / "data" / "MANIFEST.csv").is_file():
        return SHARED
    reason = "needs the recordings in ../shared/data, which are not part of this project"
    if "data" in os.environ.get("TOCSIN_REQUIRE", "").split(","):
        pytest.fail(f"TOCSIN_REQUIRE names data, but this test {reason}")
    pytest.skip(reason)
