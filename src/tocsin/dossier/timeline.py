"""The figures over time: P(inside) strips and altitude profiles, whole and from near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tocsin.dossier.axis import gaps, windows
from tocsin.dossier.data import DossierData, DrawnTrack, Strip
from tocsin.dossier.doubt import Stretches, not_credible
from tocsin.dossier.format import NBSP, Quantiles, day, height, instants, span, zulu
from tocsin.dossier.panel import Panel
from tocsin.dossier.profile import profile
from tocsin.dossier.sentences import Findings, named, ordered
from tocsin.dossier.strip import strip

TRACKS_AT_MOST = 4
STRIPS_AT_MOST = 5
LEAST_P = 0.01  # a volume that never gets this likely gets no row

MARGINAL = (
    "P(inside) is the probability at each instant taken alone. It is never multiplied or added "
    "up over time; the probability of the whole passage is in the table."
)
JOINT = "P(inside) at each instant is the share of joint samples of the track that are inside then."


def over_time(
    findings: Findings, data: DossierData, titles: Mapping[str, str]
) -> tuple[list[Panel], list[str], list[Panel], list[str]]:
    """Return the strips with their notes, and the profiles with theirs."""
    incursions = ordered(findings)
    by_id = {str(i.get("id")): i for i in incursions}
    tracks, left_out = _worth_drawing(findings, data)
    when: list[Panel] = []
    high: list[Panel] = []
    when_notes = [JOINT if data.joint else MARGINAL]
    high_notes: list[str] = []
    labels = {t.track: t.label for t in data.tracks}
    for n, track in enumerate(tracks):
        who = named(track.track, labels)
        one = _OneTrack(n, who, track, data, titles, by_id, not_credible(findings, track))
        quiet = one.quiet()
        if quiet:
            when_notes.append(
                f"Wherever {who} was observed and credible, P(inside) stays below 1{NBSP}% "
                f"for: {', '.join(quiet)}."
            )
        views = one.views()
        if len(tracks) == 1 and len(views) == 2:
            views = views[::-1]  # what the finding is about comes first
        when += [panel for k, view in enumerate(views) if (panel := one.strip(k, view, views))]
        high += [panel for k, view in enumerate(views) if (panel := one.profile(k, view, views))]
        if not np.isfinite(track.h_pressure_m).any():
            high_notes.append(f"{who} reported no pressure altitude.")
    if left_out:
        note = f"Drawn for the first {TRACKS_AT_MOST} tracks; {left_out} more are in the tables."
        when_notes.append(note)
        high_notes.append(note)
    return when, when_notes, high, high_notes


class _OneTrack:
    """What the figures over time of one track share."""

    def __init__(
        self,
        n: int,
        who: str,
        track: DrawnTrack,
        data: DossierData,
        titles: Mapping[str, str],
        by_id: Mapping[str, Any],
        doubtful: Stretches,
    ) -> None:
        self.n, self.who, self.track, self.data = n, who, track, data
        self.titles, self.by_id = titles, by_id
        self.extent = (float(track.t_s[0]), float(track.t_s[-1]))
        self.passages = [p for p in data.passages if p.track == track.track and p.id in by_id]
        self.unobserved = gaps(track, data.max_gap_s)
        self.refused = doubtful
        own = [s for s in data.strips if s.track == track.track]
        loud = [s for s in own if np.isfinite(s.p).any() and np.nanmax(s.p) >= LEAST_P]
        self.silent = [s for s in own if all(s is not x for x in loud)]
        self.strips = loud[:STRIPS_AT_MOST] or own[:1]
        self.several = len({s.hypothesis for s in own}) > 1

    def quiet(self) -> list[str]:
        """Return the names of volumes where the track never was, as far as anyone saw."""
        seen = [s for s in self.silent if np.isfinite(s.p).any()]
        return sorted({self.titles.get(s.volume, s.volume) for s in seen})

    def views(self) -> list[tuple[float, float]]:
        ends = [p.from_s for p in self.passages if p.entry_observed]
        ends += [p.to_s for p in self.passages if p.exit_observed]
        return windows(self.extent, ends)

    def strip(
        self, k: int, view: tuple[float, float], views: Sequence[tuple[float, float]]
    ) -> Panel | None:
        whole = view == self.extent
        rows = [s for s in self.strips if whole or _alive(s, view)] or self.strips[:1]
        if not rows:
            return None
        text = f"{self.who}, {_view(view, whole=whole)}."
        svg = strip(
            rows,
            view,
            unobserved=self.unobserved,
            refused=self.refused,
            crossings=self._crossings(),
            titles={f"{s.volume}|{s.hypothesis}": self._title(s) for s in rows},
            name=f"strip{self.n}-{k}",
            title=f"Probability of being inside over time. {text}",
            row_pt=42.0 if whole and len(views) > 1 else 62.0,
            close=[v for v in views if v != self.extent] if whole else (),
        )
        return Panel(svg, text)

    def profile(
        self, k: int, view: tuple[float, float], views: Sequence[tuple[float, float]]
    ) -> Panel | None:
        whole = view == self.extent
        text = f"{self.who}, {_view(view, whole=whole)}. {_heights(self.track, view)}"
        volumes = {p.volume for p in self.passages} or {v.volume for v in self.data.limits}
        svg = profile(
            self.track,
            view,
            limits=[v for v in self.data.limits if v.volume in volumes],
            inside=[(p.from_s, p.to_s) for p in self.passages],
            unobserved=self.unobserved,
            refused=self.refused,
            name=f"profile{self.n}-{k}",
            title=f"Pressure altitude over time. {text}",
            max_gap_s=self.data.max_gap_s,
            height_pt=120.0 if whole and len(views) > 1 else 160.0,
        )
        if any(p.from_s < view[1] and p.to_s > view[0] for p in self.passages):
            text += " Shaded: inside."
        return Panel(svg, text) if svg else None

    def _crossings(self) -> dict[str, list[tuple[Quantiles, Quantiles]]]:
        found: dict[str, list[tuple[Quantiles, Quantiles]]] = {}
        for p in self.passages:
            i = self.by_id[p.id]
            key = f"{p.volume}|{i.get('hypothesis', 'as-given')}"
            pair = (instants(i.get("entry_utc")), instants(i.get("exit_utc")))
            found.setdefault(key, []).append(pair)
        return found

    def _title(self, one: Strip) -> str:
        title = self.titles.get(one.volume, one.volume)
        return f"{title}, boundary “{one.hypothesis}”" if self.several else title


def _worth_drawing(findings: Findings, data: DossierData) -> tuple[list[DrawnTrack], int]:
    """Return the tracks that a finding names, else all; at most a few, and how many more."""
    rows = [*ordered(findings), *findings.get("not_established", ())]
    order = list(dict.fromkeys(str(x.get("track")) for x in rows))
    tracks = {t.track: t for t in data.tracks if len(t.t_s) > 1}
    chosen = [tracks[name] for name in order if name in tracks] or list(tracks.values())
    return chosen[:TRACKS_AT_MOST], max(0, len(chosen) - TRACKS_AT_MOST)


def _alive(one: Strip, view: tuple[float, float]) -> bool:
    p = one.p[(one.t_s >= view[0]) & (one.t_s <= view[1])]
    return bool((p >= LEAST_P).any())


def _view(view: tuple[float, float], *, whole: bool) -> str:
    word = "the whole track" if whole else "close view"
    return f"{word}, {day(view[0])}, {zulu(view[0])} to {zulu(view[1])} ({span(view[1] - view[0])})"


def _heights(track: DrawnTrack, view: tuple[float, float]) -> str:
    within = (track.t_s >= view[0]) & (track.t_s <= view[1]) & track.trusted
    h_m = track.h_pressure_m[within & np.isfinite(track.h_pressure_m)]
    if not len(h_m):
        return "No credible height was reported."
    low, high = float(h_m.min()), float(h_m.max())
    if round(low, -2) == round(high, -2):
        return f"Pressure altitude {height(high)} throughout."
    return f"Pressure altitude between {height(low)} and {height(high)}."
