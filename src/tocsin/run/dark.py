"""What only radar saw, judged from joint samples with the case's seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tocsin.incursion.joint import EPISODE_P
from tocsin.incursion.outward import Limits
from tocsin.run import addressed, aliases, onward, radar
from tocsin.run.case import Case
from tocsin.run.context import Context
from tocsin.run.evidence import Weighed, calibration_notes, incursions, weigh
from tocsin.run.findings import utc
from tocsin.run.heights import above_ground
from tocsin.run.radar import DarkTrack
from tocsin.run.sources import Gathered, Say
from tocsin.schema import Outline, Sensor
from tocsin.track.accounted import accounted_parts, is_another
from tocsin.track.branches import BiasPrior

UNKNOWN = "cannot tell"  # until the context says


@dataclass(frozen=True, slots=True, eq=False)
class Dark:
    """Radar tracks against every volume, the findings they make, and what was learned first."""

    tracks: tuple[DarkTrack, ...] = ()
    weighed: tuple[Weighed, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    flown: tuple[Weighed, ...] = ()  # for the claims: tracks that may be one flight are one
    unseen: tuple[dict[str, Any], ...] = ()  # the gaps within that flight


def judged(
    case: Case,
    gathered: Gathered,
    outlines: Sequence[Outline],
    limits: Limits,
    beside: Context,
    say: Say,
) -> Dark:
    """Return what radar alone saw; nothing where the case has no radar."""
    if not gathered.radars:
        return Dark()
    say("sampling tracks that only radar saw")
    sensors = {sensor.id: sensor for _, sensor in gathered.radars}
    plots = radar.rows_of(gathered.radars, case.qnh, case.window_ns)
    known = radar.learned(plots, sensors, gathered.co_operative)
    rng = np.random.default_rng(case.seed)
    made, seen = _alone(plots, sensors, case, gathered, known, rng)
    own, always = addressed.tracked(gathered.tracks), addressed.told(gathered.co_operative)
    rng_own = np.random.default_rng([case.seed, 2])
    more, left = addressed.addressed_tracks(
        plots, own, always, outlines, sensors, case.height, None, rng_own, case.qnh
    )
    tracks = tuple(_counted(track, beside) for track in (*made, *more))
    say("weighing them against every volume")
    weighed = tuple(weigh(tracks, outlines, rng, limits))
    rows = incursions(weighed, UNKNOWN, [done.sha256 for done in gathered.inputs])
    notes = (*calibration_notes(known), *seen, *left, *(above_ground(outlines) if tracks else ()))
    found = Dark(tracks, weighed, tuple(rows), notes, weighed)
    if not case.claims or len(tracks) < 2:
        return found
    likeliest = max(weighed, key=lambda one: one.judged.p_ever).track if weighed else tracks[0]
    parts = [tracks[k] for k in onward.chain(tracks, tracks.index(likeliest))]
    if len(parts) < 2:
        return found
    say("putting together what may be one flight")
    rng = np.random.default_rng([case.seed, 1])  # of its own: it changes nothing above
    name = likeliest.posterior.track
    whole = onward.joined(parts, name, sensors, case.height, known, rng)
    whole = _counted(whole, beside)
    one = weigh([whole], outlines, rng, limits)
    rest = [other for other in weighed if other.track not in parts]
    names = " and ".join(part.posterior.track for part in parts)
    gaps = onward.gaps_ns(parts)
    length_s = sum(b - a for a, b in gaps) / 1e9
    note = (
        f"{names} may be one flight: claims are tested on both, {length_s:.0f} s were not observed."
    )
    return replace(
        found,
        notes=(*found.notes, note),
        flown=(*one, *rest),
        unseen=tuple(_unseen(one, name, *gap) for gap in gaps),
    )


def _alone(
    plots: radar.RadarRows,
    sensors: Mapping[str, Sensor],
    case: Case,
    gathered: Gathered,
    known: BiasPrior | None,
    rng: np.random.Generator,
) -> tuple[list[DarkTrack], list[str]]:
    """Return the tracks of plots without an address, and a note on those that are nobody's own."""
    parts = radar.dark_plots(plots, sensors, case.height)
    if not parts:
        return [], []
    t0_ns = int(plots.t_ns[plots.address < 0][0])
    others = aliases.known_aircraft(plots, sensors, gathered.tracks, gathered.co_operative)
    begin_ns = int(plots.t_ns[0])
    every = [aliases.seen_of(part, begin_ns) for part in parts]
    who, off_m = accounted_parts(every, others, sensors)
    prior = case.height or radar.ANY_HEIGHT
    tracks, notes = list[DarkTrack](), list[str]()
    met, far_m = [], []
    for part, which, off in zip(parts, who, off_m, strict=True):
        if not is_another(which, others):
            met.append(which)
            far_m.append(off)
            continue
        name = f"primary-{len(tracks) + 1}"
        given = name, part, t0_ns, sensors, prior, known, rng, case.qnh
        tracks.append(radar.sampled(*given))
        notes += aliases.doubt(name, others, which)
    if met:
        notes.insert(0, aliases.note(others, np.concatenate(met), np.concatenate(far_m)))
    return tracks, notes


def _unseen(whole: Sequence[Weighed], name: str, begin_ns: int, end_ns: int) -> dict[str, Any]:
    """Return a gap within a flight as a row of `unobserved`, with what may lie on the way."""
    between = []
    for one in whole:
        t_ns = one.track.posterior.t_ns
        inside = one.judged.signed_m[:, (t_ns > begin_ns) & (t_ns < end_ns)] > 0
        if inside.size and inside.any(axis=1).mean() > EPISODE_P:
            between.append(one.outline.volume.name)
    return {
        "track": name,
        "from_utc": utc(begin_ns),
        "to_utc": utc(end_ns),
        "why": f"no plot for {(end_ns - begin_ns) / 1e9:.0f} s",
        "states_between": list(dict.fromkeys(between)),
    }


def _counted(track: DarkTrack, beside: Context) -> DarkTrack:
    """Return the track with as many aircraft as those counted who make no claim in the case."""
    made = track.posterior
    seen = beside.counted(made.track, beside.claimants)
    if made.aircraft_count is not None or seen.count is None:
        return track
    by = " and ".join(seen.by)
    counted = replace(made, aircraft_count=seen.count, aircraft_count_source=by)
    return replace(track, posterior=counted)
