"""The simulation studies run, and their parts do what their names say."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "pattern_studies.py"


@pytest.fixture(scope="module")
def studies() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pattern_studies", PATH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_series_have_about_as_many_incidents_as_asked(studies: ModuleType) -> None:
    rng = np.random.default_rng(0)
    makers = (studies.constant, studies.seasonal, studies.monthly, studies.stepped)
    for series in (*makers, studies.campaign, studies.wandering, studies.exciting(0.5)):
        counts = [len(series(rng, 20)) for _ in range(150)]
        assert 16 < np.mean(counts) < 24, series


def test_looking_always_cries_wolf_and_the_correction_does_not(studies: ModuleType) -> None:
    nominal, corrected = (row[1:] for row in studies.rate_rows(np.random.default_rng(1), 60))
    assert float(nominal[-1].split()[0]) > 0.1
    assert all(float(cell.strip("<").split()[0]) < 0.15 for cell in corrected)


def test_shares_are_printed_with_their_error(studies: ModuleType) -> None:
    assert studies.share([True, False, False, False]) == "0.250 ± 0.217"
    assert studies.share([False] * 30) == "<0.100"
