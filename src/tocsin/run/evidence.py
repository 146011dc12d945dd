"""What the joint posteriors of radar tracks say of every volume: findings, strips, distances."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.random import Generator

from tocsin.incursion.boundary import Boundary, put_together
from tocsin.incursion.field import signed_distance_m
from tocsin.incursion.joint import Episode, Judged, judge
from tocsin.incursion.outward import Limits, Outward
from tocsin.incursion.outward_samples import SIGMAS, deepest, outward_m
from tocsin.run.findings import utc
from tocsin.run.heights import room_m, within
from tocsin.run.outward import depth_from
from tocsin.run.radar import DarkTrack
from tocsin.schema import Floats, Outline, Posterior
from tocsin.track.branches import BiasPrior

Json = dict[str, Any]
LEAST_P = 0.01  # below it an incursion is not listed; the probability is still in the strips

WORDS = {
    "noise": "the noise of single plots and the manoeuvres between them",
    "bias": "the biases of the sensors",
    "height": "the unknown height of the target",
    "boundary": "the error of the boundary",
}


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """One track against one outline."""

    track: DarkTrack
    outline: Outline
    judged: Judged
    limit: Outward | None = None  # from which depth is measured; None: nobody asked, every edge


def weigh(
    tracks: Sequence[DarkTrack],
    outlines: Sequence[Outline],
    rng: Generator,
    limits: Limits | None = None,
) -> list[Weighed]:
    """Return every track judged against every outline.

    limits  the outward limit of an outline, asked for where anything may be inside

    Outlines are measured and judged side by side, for numpy lets threads run: each draws from a
    chance of its own.
    """
    alone = [put_together([outline]) for outline in outlines]
    out: list[Weighed] = []
    workers = os.cpu_count() or 1  # and no more at a time: each takes as much memory as its track
    with ThreadPoolExecutor(workers) as pool:
        for track in tracks:
            chances = rng.spawn(len(outlines))
            far = pool.map(partial(_measured, track, limits), outlines, alone, chances)
            told = list(far)  # before any is judged: a long one is then not left to the end
            weighing = partial(_weighed, track)
            out += pool.map(weighing, outlines, told, chances)
    return out


def _measured(
    track: DarkTrack, limits: Limits | None, outline: Outline, alone: Boundary, rng: Generator
) -> tuple[Floats, Floats | None, Outward | None]:
    """Return distances from a limit, and from its outward part, and that part."""
    made, sigma_m = track.posterior, outline.volume.sigma_m
    flat = signed_distance_m(made.lon_deg, made.lat_deg, 0, alone)
    signed = within(flat, room_m(outline, made.h_hae_m, track.heights, rng))
    limit = far = None
    if limits is not None and (signed > -SIGMAS * sigma_m).any():
        limit = limits(outline)
        far = outward_m(made.lon_deg, made.lat_deg, flat, sigma_m, limit) if limit else None
    return signed, far, limit


def _weighed(
    track: DarkTrack,
    outline: Outline,
    told: tuple[Floats, Floats | None, Outward | None],
    rng: Generator,
) -> Weighed:
    signed, far, limit = told
    sigma_m = outline.volume.sigma_m
    found = judge(track.posterior, signed, sigma_m, rng, far, in_place=True)
    return Weighed(track, outline, found, limit)


def incursions(weighed: Sequence[Weighed], allowed: str, inputs: Sequence[str]) -> list[Json]:
    """Return one finding an episode, in the shape of findings.json."""
    rows = []
    for one in weighed:
        for episode in one.judged.episodes:
            if episode.p_inside >= LEAST_P:
                rows.append(_row(one, episode, allowed, inputs))
    return rows


def _row(one: Weighed, episode: Episode, allowed: str, inputs: Sequence[str]) -> Json:
    made, volume = one.track.posterior, one.outline.volume
    begin, end = int(made.t_ns[episode.begin]), int(made.t_ns[episode.end])
    entry, leave = _moments(made, episode.entry_s, begin), _moments(made, episode.exit_s, begin)
    open_ = {(True, True): "both", (True, False): "entry", (False, True): "exit"}.get(
        (entry is None, leave is None), "none"
    )
    told = "|".join([*sorted(inputs), made.track, volume.name, volume.hypothesis, utc(begin)])
    shares = episode.shares
    largest = max(shares, key=lambda name: shares[name]) if shares else ""
    return {
        "id": "i-" + hashlib.sha256(told.encode()).hexdigest()[:12],
        "track": made.track,
        "volume": volume.name,
        "layer": volume.layer,
        "hypothesis": volume.hypothesis,
        "p_inside": _short_of_certain(episode.p_inside, len(one.judged.signed_m)),
        "authorised": allowed,
        "entry_utc": entry,
        "exit_utc": leave,
        "duration_s": _quantiles(episode.duration_s),
        "max_depth_m": _quantiles(episode.depth_m),
        "depth_from": _depth_from(one, episode),
        "path_inside_m": _quantiles(episode.path_m),
        "aircraft_count": made.aircraft_count,
        "open": open_,
        "coverage": round(episode.coverage, 4),
        "dominant_uncertainty": WORDS.get(largest, "")
        if open_ == "none"
        else "a gap in observation",
        "shares_of_variance": shares,
        "from_utc": utc(begin),
        "to_utc": utc(end),
        "fixes_inside": _plots_between(one.track, begin, end),
    }


def _depth_from(one: Weighed, episode: Episode) -> Json | None:
    """Return from which edge the depth is measured, as findings.json has it."""
    if one.limit is None:
        return None
    window = slice(episode.begin, episode.end + 1)
    made = one.track.posterior
    inside = (one.judged.signed_m[:, window] > 0) & made.observed[window]
    ever = np.flatnonzero(inside.any(axis=1))
    depth = np.where(inside, one.judged.depth_m[:, window], -np.inf)[ever]
    at = depth.argmax(axis=1)
    lon, lat = (each[ever, at + episode.begin] for each in (made.lon_deg, made.lat_deg))
    found = deepest(lon, lat, depth.max(axis=1), one.limit)
    every = None if episode.every_depth_m is None else _quantiles(episode.every_depth_m)
    return depth_from(
        one.limit, found.faced, (found.lon_deg, found.lat_deg), every=every, share=found.share
    )


def _short_of_certain(p: float, samples: int) -> float:
    """Return P, at most what M samples can show: none of them outside leaves 3/M."""
    return min(p, 1 - min(3 / samples, 0.5))


def _plots_between(track: DarkTrack, begin_ns: int, end_ns: int) -> int:
    t = track.t0_ns + track.plots.t_s * 1e9
    return int(np.count_nonzero((t >= begin_ns) & (t <= end_ns)))


def _moments(made: Posterior, seconds: Floats | None, begin_ns: int) -> Json | None:
    """Return quantiles of a time as text; they count from the window's first instant."""
    if seconds is None or not np.isfinite(seconds).all():
        return None
    at = [utc(int(made.t_ns[0]) + round(float(s) * 1e9)) for s in seconds]
    return dict(zip(("q05", "q50", "q95"), at, strict=True))


def _quantiles(values: Floats) -> Json:
    return {
        name: round(float(value), 3) if np.isfinite(value) else None
        for name, value in zip(("q05", "q50", "q95"), values, strict=True)
    }


def calibration_notes(known: BiasPrior | None) -> tuple[str, ...]:
    """Return what calibration found, a sentence a bias."""
    if known is None:
        return ()
    units = {"range": "m", "azimuth": "degrees", "time": "s", "scale": ""}
    sd = np.sqrt(np.diagonal(known.cov))
    return tuple(
        f"Calibrated on co-operative traffic: {name} bias {mean:+.3g} {units[name.split()[-1]]} "
        f"(one sigma {sigma:.2g})."
        for name, mean, sigma in zip(known.names, known.mean, sd, strict=True)
    )
