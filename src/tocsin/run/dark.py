"""What only radar saw, judged from joint samples with the case's seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tocsin.run import radar
from tocsin.run.case import Case
from tocsin.run.context import Context
from tocsin.run.evidence import Weighed, calibration_notes, incursions, weigh
from tocsin.run.radar import DarkTrack
from tocsin.run.sources import Gathered, Say
from tocsin.schema import Outline

UNKNOWN = "cannot tell"  # until the context says


@dataclass(frozen=True, slots=True, eq=False)
class Dark:
    """Radar tracks against every volume, the findings they make, and what was learned first."""

    tracks: tuple[DarkTrack, ...] = ()
    weighed: tuple[Weighed, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


def judged(
    case: Case, gathered: Gathered, outlines: Sequence[Outline], beside: Context, say: Say
) -> Dark:
    """Return what radar alone saw; nothing where the case has no radar."""
    if not gathered.radars:
        return Dark()
    say("sampling tracks that only radar saw")
    sensors = {sensor.id: sensor for _, sensor in gathered.radars}
    plots = radar.rows_of(gathered.radars, case.qnh, case.window_ns)
    known = radar.learned(plots, sensors, gathered.co_operative)
    rng = np.random.default_rng(case.seed)
    made = radar.dark_tracks(plots, sensors, case.height, known, rng)
    tracks = tuple(_counted(track, beside) for track in made)
    say("weighing them against every volume")
    weighed = tuple(weigh(tracks, outlines, rng))
    rows = incursions(weighed, UNKNOWN, [done.sha256 for done in gathered.inputs])
    return Dark(tracks, weighed, tuple(rows), calibration_notes(known))


def _counted(track: DarkTrack, beside: Context) -> DarkTrack:
    """Return the track with as many aircraft as those counted who make no claim in the case."""
    made = track.posterior
    seen = beside.counted(made.track, beside.claimants)
    if made.aircraft_count is not None or seen.count is None:
        return track
    by = " and ".join(seen.by)
    counted = replace(made, aircraft_count=seen.count, aircraft_count_source=by)
    return replace(track, posterior=counted)
