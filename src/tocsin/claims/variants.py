"""Flights that might have been: the mean flight moved, turned and stretched, always alike."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from tocsin import geo
from tocsin.claims.evidence import Evidence
from tocsin.claims.shifts import place_m
from tocsin.schema import Posterior

#: Variants: how far the flight is moved each way, turned about its middle, and stretched.
MOVES = np.linspace(-1.0, 1.0, 13)
REACH_M = 42_000.0  # of a move, or more where a volume is deeper
TURNS_DEG = (0.0, 60.0, 120.0)
STRETCHES = (0.5, 1.0, 2.0)
TIMES = 60  # times that a variant keeps


def reach_m(evidence: Evidence) -> float:
    """Return how far variants are moved: far enough to leave what the flight was deep inside."""
    deepest = [float(np.nanmax(d, initial=0.0)) for d in evidence.signed_distance_m.values()]
    return max(REACH_M, 1.5 * max(deepest, default=0.0))


def variants(evidence: Evidence, posterior: Posterior) -> Evidence:
    """Return the mean flight moved, turned and stretched, measured anew; the same every time."""
    keep = np.unique(np.linspace(0, len(posterior.t_ns) - 1, TIMES).astype(np.int64))
    start = posterior.lon_deg[:1, keep]
    lon = (start + geo.wrap_deg(posterior.lon_deg[:, keep] - start)).mean(axis=0)
    lat = posterior.lat_deg[:, keep].mean(axis=0)
    lon0, lat0 = float(lon.mean()), float(lat.mean())
    # A plane through the middle of the flight: variants need to be flights, not this one.
    degree_m = np.pi / 180 * geo.R_MEAN_M
    east, north = (lon - lon0) * degree_m * np.cos(np.radians(lat0)), (lat - lat0) * degree_m
    moves = np.array(list(product(MOVES, MOVES, np.radians(TURNS_DEG), STRETCHES)))
    moves[:, :2] *= reach_m(evidence)
    by_east, by_north, turn, stretch = (column[:, None] for column in moves.T)
    x = by_east + stretch * (np.cos(turn) * east - np.sin(turn) * north)
    y = by_north + stretch * (np.sin(turn) * east + np.cos(turn) * north)
    lon_v, lat_v = lon0 + x / degree_m / np.cos(np.radians(lat0)), lat0 + y / degree_m
    cloud = replace(
        posterior,
        t_ns=posterior.t_ns[keep],
        lon_deg=lon_v,
        lat_deg=lat_v,
        h_hae_m=np.broadcast_to(posterior.h_hae_m[:, keep].mean(axis=0), lon_v.shape),
        observed=np.ones(len(keep), np.bool_),
        bias_names=(),
        bias_sigmas=np.zeros((0, 0)),
    )
    measure = evidence.rough_distance or evidence.signed_distance
    measured = {key: at(lon_v, lat_v) for key, at in measure.items()}
    places = {name: place_m(lon_v, lat_v, *at) for name, at in evidence.places.items()}
    return replace(
        evidence,
        posterior=cloud,
        signed_distance_m=measured,
        place_distance_m=places,
        outward=evidence.rough_outward or evidence.outward,
    )
