"""The example cases, run one after the other into dossiers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tocsin.errors import SourceError
from tocsin.run.aside import Aside, processes
from tocsin.run.case import read_case
from tocsin.run.examples import examples, prepare
from tocsin.run.flow import Outcome, run_case
from tocsin.run.samples import fetch
from tocsin.run.sources import Say, quiet


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What the demo made, and what it could not make and why."""

    outcomes: tuple[Outcome, ...]
    left_out: tuple[str, ...]


def demonstrate(out: Path, say: Say = quiet) -> Shown:
    """Run every example case whose recordings can be had, into `out`/<case id>."""
    samples = fetch(out / "recordings", say)
    outcomes, left_out = [], []
    with Aside(processes() - 1) as aside:
        for name in examples():
            try:
                case_file = prepare(name, out / "cases", samples)
            except SourceError as error:
                left_out.append(f"{name}: {error.problem}")
                continue
            say(f"running {name}")
            made = run_case(case_file, out / read_case(case_file).id, say=say, aside=aside)
            outcomes.append(made)
    return Shown(tuple(outcomes), tuple(left_out))
