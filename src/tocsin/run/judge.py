"""The claims of a case alone: what `tocsin judge` prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tocsin.run.flow import study
from tocsin.run.sources import Gathered, Say, quiet
from tocsin.settings import FindSettings

KEPT = ("case", "title", "version", "settings_sha256", "synthetic", "inputs", "claims")


def judge_case(
    case_path: str | Path, settings: FindSettings, say: Say = quiet, store: str | None = None
) -> tuple[dict[str, Any], Gathered]:
    """Return the claims and their compatibility as `findings.json` has them, and the inputs.

    The way to them is that of `run_case`: the same verdicts, with nothing drawn or written.
    """
    done = study(case_path, settings, say, store=store)
    kept = {key: done.findings[key] for key in KEPT}
    return kept | {
        "compatibility": done.findings["compatibility"],
        "limits": done.findings["limits"],
    }, done.gathered
