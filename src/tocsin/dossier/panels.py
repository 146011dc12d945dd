"""Which figures a dossier has: an overview, close views of its passages, strips, heights.

A continental flight with a stay of 52 seconds needs both: the overview would draw the stay
as a dot, the close view alone would hide where it lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.dossier import draw
from tocsin.dossier.data import DossierData, DrawnPassage, DrawnTrack
from tocsin.dossier.doubt import crossed_out, not_credible, positions
from tocsin.dossier.format import NBSP, Quantiles, instants, length, quantiles, time_text, zulu
from tocsin.dossier.panel import Panel
from tocsin.dossier.plan import Marks, Plan, plan
from tocsin.dossier.plane import Frame, Plane, middle
from tocsin.dossier.sentences import Findings, ordered
from tocsin.dossier.timeline import over_time
from tocsin.dossier.views import (
    CLOSE_VIEWS_AT_MOST,
    close_views,
    doubtful,
    overview_frame,
)
from tocsin.dossier.words import count

LEGEND = (
    "limit-sovereign",
    "limit-custom",
    "limit-restricted",
    "limit-eez",
    "limit-fir",
    "limit-adiz",
    "volume",
    "background",
    "outside",
    "inside",
    "corridor",
    "unobserved",
    "refused",
    "crossing",
)


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """All figures, and what the page says about them."""

    where: tuple[Panel, ...] = ()
    legend: tuple[str, ...] = ()
    where_notes: tuple[str, ...] = ()
    when: tuple[Panel, ...] = ()
    when_notes: tuple[str, ...] = ()
    high: tuple[Panel, ...] = ()
    high_notes: tuple[str, ...] = ()


def figures(findings: Findings, data: DossierData, titles: Mapping[str, str]) -> Figures:
    """Return every figure of the dossier."""
    tracks = [t for t in data.tracks if len(positions(t, np.ones(len(t.t_s), dtype=bool)))]
    if not tracks:
        return Figures()
    where, used, where_notes = _Where(findings, data, titles, tracks).panels()
    when, when_notes, high, high_notes = over_time(findings, data, titles)
    legend = tuple(key for key in LEGEND if key in used)
    return Figures(
        tuple(where),
        legend,
        tuple(where_notes),
        tuple(when),
        tuple(when_notes),
        tuple(high),
        tuple(high_notes),
    )


class _Where:
    """The plan views of one case, drawn one after the other."""

    def __init__(
        self,
        findings: Findings,
        data: DossierData,
        titles: Mapping[str, str],
        tracks: Sequence[DrawnTrack],
    ) -> None:
        incursions = ordered(findings)
        self.findings, self.data, self.titles, self.tracks = findings, data, titles, tracks
        self.by_id = {str(i.get("id")): i for i in incursions}
        self.number = {str(i.get("id")): k + 1 for k, i in enumerate(incursions)}
        self.passages = [p for p in data.passages if p.id in self.number]
        self.doubtful = {t.track: not_credible(findings, t) for t in tracks}
        self.painted = _painted(self.passages, self.by_id)
        self.drawn: list[Plan] = []

    def panels(self) -> tuple[list[Panel], set[str], list[str]]:
        """Return the panels in their order, the legend keys they use, and notes."""
        fixes = np.vstack([positions(t, t.trusted) for t in self.tracks])
        if not len(fixes):
            fixes = np.vstack([positions(t, ~t.trusted) for t in self.tracks])
        plane = middle(fixes[:, 0], fixes[:, 1])
        bad = [positions(t, crossed_out(t, self.doubtful[t.track])) for t in self.tracks]
        whole = overview_frame(plane, fixes, np.vstack(bad))
        close = close_views(self.passages, self.number, self.data, whole)
        left_out = max(0, len(close) - CLOSE_VIEWS_AT_MOST)
        close = close[:CLOSE_VIEWS_AT_MOST]
        near = [
            self._close(f"close{k}", group, at, shown, half=len(close) > 1)
            for k, (group, (at, shown)) in enumerate(close)
        ]
        doubt = [
            self._doubt(f"doubt{k}", caption, at, shown)
            for k, (caption, at, shown) in enumerate(
                doubtful(self.findings, self.data, self.titles, whole)
            )
        ]
        shown_near = {p.id for group, _ in close for p in group}
        over = self._overview(plane, whole, shown_near, alone=not (near or doubt))
        # One close view is the picture; several are details of the overview.
        panels = [*near, over, *doubt] if len(near) == 1 else [over, *near, *doubt]
        used = {key for one in self.drawn for key in one.used}
        return panels, used, self._notes(used, left_out)

    def _plan(self, shown: Frame, plane: Plane, marks: Marks, name: str, **look: Any) -> str:
        synthetic = bool(self.findings.get("synthetic"))
        drawn = plan(self.data, shown, plane, marks, name=name, synthetic=synthetic, **look)
        self.drawn.append(drawn)
        return drawn.svg

    def _overview(self, plane: Plane, whole: Frame, near: set[str], *, alone: bool) -> Panel:
        rest = [p for p in self.passages if p.id not in near]
        marks = self._marks(rest)
        dots = {p.id: str(self.number[p.id]) for p in self.passages if p.id in near}
        depth = marks.depth if len(rest) == 1 and alone else {}
        marks = Marks({**marks.entry, **dots}, marks.exit, depth, self.painted, self.doubtful)
        found = count(len(self.number), "passage")
        title = (
            f"Plan view of {count(len(self.tracks), 'track')} and the volumes tested. "
            f"{found[0].upper()}{found[1:]}, listed in the table of passages."
        )
        svg = self._plan(whole, plane, marks, "plan", title=title)
        return Panel(svg, "" if alone else "Overview.")

    def _close(
        self, name: str, group: Sequence[DrawnPassage], at: Plane, shown: Frame, *, half: bool
    ) -> Panel:
        about = self._about(group)
        width_in = 3.42 if half else draw.WIDTH_IN
        title = f"Close plan view. {about}"
        svg = self._plan(shown, at, self._marks(group), name, title=title, width_in=width_in)
        return Panel(svg, about, half)

    def _doubt(self, name: str, caption: str, at: Plane, shown: Frame) -> Panel:
        marks = Marks({}, {}, {}, self.painted, self.doubtful)
        svg = self._plan(shown, at, marks, name, title=f"Close plan view. {caption}")
        return Panel(svg, caption)

    def _marks(self, passages: Sequence[DrawnPassage]) -> Marks:
        entry, leave, depth = {}, {}, {}
        for p in passages:
            i = self.by_id[p.id]
            tag = f"{self.number[p.id]}{NBSP}" if len(self.number) > 1 else ""
            entry[p.id] = f"{tag}Entry {_clock(instants(i.get('entry_utc')))}"
            leave[p.id] = f"{tag}Exit {_clock(instants(i.get('exit_utc')))}"
            q = quantiles(i.get("max_depth_m"))
            if q.q50 is not None:
                depth[p.id] = f"{tag}Depth {length(q.q50, q.half).partition(' (')[0]}"
        return Marks(entry, leave, depth, self.painted, self.doubtful)

    def _about(self, group: Sequence[DrawnPassage]) -> str:
        parts = []
        for p in sorted(group, key=lambda p: self.number[p.id]):
            i = self.by_id[p.id]
            q = quantiles(i.get("max_depth_m"))
            deep = f", up to {length(q.q50, q.half)} deep" if q.q50 is not None else ""
            under = f", boundary “{i['hypothesis']}”" if i.get("hypothesis") else ""
            parts.append(
                f"Passage {self.number[p.id]}: {p.track} in "
                f"{self.titles.get(p.volume, p.volume)}{under}, "
                f"{zulu(p.from_s)} to {zulu(p.to_s)}{deep}."
            )
        return " ".join(parts[:3]) + (" …" if len(parts) > 3 else "")

    def _notes(self, used: set[str], left_out: int) -> list[str]:
        most_m = max(one.tolerance_m for one in self.drawn)
        notes = [
            f"Lines are thinned for drawing only, by less than {length(most_m, most_m / 2)}; "
            "no number here is measured from a picture."
        ]
        if "corridor" not in used and any(np.isfinite(t.sigma_m).any() for t in self.tracks):
            notes.append("The ±2 sigma corridor is narrower than the drawn line.")
        if left_out:
            notes.append(
                f"Close views are drawn for the first {CLOSE_VIEWS_AT_MOST} of "
                f"{CLOSE_VIEWS_AT_MOST + left_out}; the table has all passages."
            )
        return notes


def _painted(passages: Sequence[DrawnPassage], by_id: Mapping[str, Any]) -> frozenset[str]:
    """Return the passages that colour the track: where a sovereign layer is, only that one.

    A track inside an EEZ or a FIR all day is no finding, and would hide the one that is.
    """
    layers = {str(by_id[p.id].get("layer")) for p in passages}
    strong = layers - {"eez", "fir", "adiz"} or layers
    return frozenset(p.id for p in passages if str(by_id[p.id].get("layer")) in strong)


def _clock(q: Quantiles) -> str:
    return time_text(q).replace(" (", "\n").rstrip(")") if q.q50 is not None else ""
