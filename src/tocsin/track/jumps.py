"""Positions that no aircraft reaches from its neighbours: single ones, and broken legs."""

from __future__ import annotations

import numpy as np

from tocsin.track.limits import IntegritySettings, Reals, furthest_m
from tocsin.track.motion import Bools, Ints, Legs, Motion, fast_mps

GROUND_MPS = 110.0  # take-off roll of a fast jet
GROUND_MPS2 = 5.0
AMID = 1.1  # a lone outlier stands out twice as far as its neighbours; two aircraft under one
# address alternate, and each stands out alike
SILENCE_S = 60.0
SLOW_MPS = 120.0  # an aircraft never seen faster than this (helicopter, glider, light) ...


def strain(m: Motion, leg: Legs, settings: IntegritySettings) -> Reals:
    """Return how much of the slack of each leg it takes up, (N - 1,): 0 as expected, 1 the most.

    (d - v t) / (furthest - v t), with d the way flown in t.  The speed v is the faster of what
    was reported and what was flown over the last three legs, at the slower end of the leg:
    speed cannot leap from one end to the other.  No aircraft flies a leg with more than 1.
    Legs between two tracks have 0.
    """
    before = np.fmax(m.gs_mps, leg.before_mps)[:-1]
    after = np.fmax(m.gs_mps, leg.after_mps)[1:]
    reach_m = reachable_m(
        leg.dt_s, np.fmin(before, after), np.minimum(leg.span_s[:-1], leg.span_s[1:]), settings
    )
    if (leg.same & (leg.dt_s > SILENCE_S)).any():
        reach_m = np.minimum(reach_m, own_reach_m(leg.dt_s, fast_mps(m, leg)[1:]))
    reach_m += slack_m(m.sigma_m[:-1], m.sigma_m[1:], settings)
    rolling = m.on_ground[:-1] & m.on_ground[1:]
    if rolling.any():
        speed = np.minimum(
            1.2 * np.nan_to_num(np.fmin(before, after)) + 15 + GROUND_MPS2 * leg.dt_s, GROUND_MPS
        )
        on_ground_m = speed * (leg.dt_s + settings.time_error_s)
        on_ground_m += slack_m(m.sigma_m[:-1], m.sigma_m[1:], settings)
        reach_m = np.where(rolling, np.minimum(on_ground_m, reach_m), reach_m)
    usual_m = np.nan_to_num(np.fmin(before, after)) * leg.dt_s
    slack = np.maximum(reach_m - usual_m, 1.0)
    share: Reals = np.where(leg.same, (leg.d_m - usual_m) / slack, 0.0)
    # The quotient alone would call a leg bad whose reach is cut below what is usual.
    over = leg.same & (leg.d_m > reach_m)
    return np.where(over, np.maximum(share, 1.0 + 1e-6), np.minimum(share, 1.0))


def reachable_m(dt_s: Reals, speed_mps: Reals, span_s: Reals, settings: IntegritySettings) -> Reals:
    """Return how far the aircraft may get, knowing its speed (NaN: not known) to `span_s`."""
    speed = settings.speed_factor * speed_mps + settings.speed_margin_mps
    speed = np.nan_to_num(speed + settings.along_mps2 * span_s, nan=settings.fastest_mps)
    return furthest_m(np.maximum(dt_s, 0.0) + settings.time_error_s, speed, settings)


def leaps(m: Motion, leg: Legs, settings: IntegritySettings) -> Bools:
    """Return the legs over which speed leaps, flown and (if reported) reported, (N - 1,)."""
    found = leg.same & (np.abs(leg.after_mps[1:] - leg.before_mps[:-1]) > settings.speed_margin_mps)
    a = np.flatnonzero(found)
    found[a] = leaping(m, leg, a, a + 1, settings)
    return found


def leaping(m: Motion, leg: Legs, a: Ints, b: Ints, settings: IntegritySettings) -> Bools:
    """Return whether speed leaps from fixes a to fixes b, flown and (if reported) reported.

    Nothing brakes or speeds up at 2 g over the time between and the time that the speeds are
    averaged over, by 50 m/s more.  Flown speed is blurred by errors of time and place: where
    no report stands beside it, they are taken in full.
    """
    span = np.minimum(leg.span_s[a], leg.span_s[b])
    before, after = leg.before_mps[a], leg.after_mps[b]
    over_s = m.t_s[b] - m.t_s[a] + leg.span_s[a] + leg.span_s[b]
    limit = 2 * settings.along_mps2 * over_s + settings.speed_margin_mps
    late = np.fmax(before, after) * np.minimum(1.0, settings.time_error_s / (2 * span + 1e-9))
    aside = 4 * (m.sigma_m[a] + m.sigma_m[b] + 10.0) / (2 * span + 1e-9)
    change = np.abs(m.gs_mps[b] - m.gs_mps[a])
    blur = np.where(np.isnan(change), late + aside, late / 3)
    found: Bools = (np.abs(after - before) > limit + blur) & ~(change <= limit)
    return found


def own_reach_m(dt_s: Reals, fast_mps: Reals) -> Reals:
    """Return how far an aircraft gets that its whole track shows to be a slow one.

    Never seen at `SLOW_MPS` or more, it does not average over twice its fastest and 50 m/s
    in a silence; over short legs, and for faster aircraft, nothing is claimed.
    """
    slow = (fast_mps > 0) & (fast_mps < SLOW_MPS) & (dt_s > SILENCE_S)
    reach: Reals = np.where(slow, (2 * fast_mps + 50.0) * dt_s, np.inf)
    return reach


def slack_m(sigma0_m: Reals, sigma1_m: Reals, settings: IntegritySettings) -> Reals:
    """Return the distance that position errors at both ends may add: 4 sigma and a constant."""
    slack: Reals = 4.0 * np.hypot(sigma0_m, sigma1_m) + settings.position_error_m
    return slack


def outliers(m: Motion, leg: Legs, settings: IntegritySettings) -> Bools:
    """Return single fixes that stand aside from neighbours that agree with each other, (N,).

    The fix is compared with the straight line between its neighbours.  A turn at
    `across_mps2` bows by half of it times both legs; a late time moves a fix along the
    line only, so that an error across it shows much sooner.
    """
    found = np.zeros(len(m), np.bool_)
    if len(m) < 3:
        return found
    dt0, dt1 = leg.dt_s[:-1], leg.dt_s[1:]
    near = leg.same[:-1] & leg.same[1:] & (dt0 + dt1 <= 2 * settings.leg_s)
    way_e, way_n = leg.east_m[:-1] + leg.east_m[1:], leg.north_m[:-1] + leg.north_m[1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = dt0 / (dt0 + dt1)
    east, north = leg.east_m[:-1] - share * way_e, leg.north_m[:-1] - share * way_n
    free_m = settings.across_mps2 * dt0 * dt1 / 2 + settings.position_error_m * 0.6
    aside = near & (east * east + north * north > free_m * free_m)  # few: the rest is in line
    mid = np.flatnonzero(aside) + 1
    if not len(mid):
        return found
    east, north, way_e, way_n = (v[mid - 1] for v in (east, north, way_e, way_n))
    dt0, dt1 = dt0[mid - 1], dt1[mid - 1]
    way_m = np.hypot(way_e, way_n)
    safe_m = np.maximum(way_m, 1e-3)
    along_m = np.abs(east * way_e + north * way_n) / safe_m
    across_m = np.abs(east * way_n - north * way_e) / safe_m
    sigma = np.sqrt(m.sigma_m[mid] ** 2 + (m.sigma_m[mid - 1] ** 2 + m.sigma_m[mid + 1] ** 2) / 4)
    free_m = free_m[mid - 1] + 5 * sigma
    speed = way_m / (dt0 + dt1)
    late_m = settings.time_error_s * np.fmax(speed, m.gs_mps[mid])
    score = np.maximum(across_m / free_m, along_m / (free_m + late_m))
    plausible = way_m <= settings.fastest_mps * (dt0 + dt1 + settings.time_error_s)
    worst = np.zeros(len(m))
    worst[mid[plausible]] = score[plausible]
    found[1:-1] = (worst[1:-1] > 1) & (worst[1:-1] > AMID * np.maximum(worst[:-2], worst[2:]))
    return found
