"""What the pages of a run draw, begun as soon as it is known: no figure waits for the claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tocsin.dossier.compose import Pictures, pictures
from tocsin.dossier.data import DossierData
from tocsin.incursion.find import Passages
from tocsin.run import pages
from tocsin.run.aside import Aside
from tocsin.run.case import Case
from tocsin.run.darkpages import with_dark
from tocsin.run.evidence import Weighed
from tocsin.run.sources import Gathered
from tocsin.schema import Outline


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What is drawn, and what waits for the figures."""

    data: DossierData
    pictures: Callable[[], Pictures]


def begun(
    aside: Aside,
    max_gap_s: float,
    case: Case,
    gathered: Gathered,
    outlines: Sequence[Outline],
    found: Passages,
    findings: dict[str, Any],
    weighed: Sequence[Weighed],
) -> Shown:
    """Return the data of a case's figures, and begin to draw them beside this process."""
    data = pages.drawn(case, gathered, outlines, found, findings, max_gap_s)
    data = with_dark(data, weighed, findings)
    # As the findings are now: what the claims add to them meanwhile is on no figure.
    return Shown(data, aside.ask(pictures, deepcopy(findings), data))
