"""The discrete Frechet distance of two tracks: the shortest leash on which both can be walked.

    F(i, j) = max( d(i, j), min( F(i-1, j), F(i-1, j-1), F(i, j-1) ) )

(Eiter and Mannila 1994, TR CD-TR 94/64, table 1.)  It minds the order of the points, unlike the
Hausdorff distance, and not their times.  It is too long by up to half the longest step of either
track, so tracks are resampled first.  Cells of one antidiagonal do not depend on each other and are
worked out together.
"""

from __future__ import annotations

import numpy as np

from tocsin.geo import WGS84
from tocsin.schema import Floats

MOST_POINTS = 400  # of a track, after resampling: 160,000 distances


def discrete_frechet(distance: Floats) -> float:
    """Return the distance of two tracks from the (N, M) distances of their points."""
    n, m = distance.shape
    if not n or not m:
        raise ValueError("a track without points has no distance")
    leash = np.full((n + 1, m + 1), np.inf)
    leash[0, 0] = -np.inf  # before the first points no leash is needed
    for k in range(n + m - 1):
        i = np.arange(max(0, k - m + 1), min(k, n - 1) + 1)
        j = k - i
        before = np.minimum(np.minimum(leash[i, j + 1], leash[i, j]), leash[i + 1, j])
        leash[i + 1, j + 1] = np.maximum(distance[i, j], before)
    return float(leash[n, m])


def tracks_km(a_deg: Floats, b_deg: Floats) -> float:
    """Return the discrete Frechet distance of two tracks, in km.

    a_deg, b_deg  (N, 2) longitude and latitude in order of flight; geodesics on WGS-84
    """
    a, b = _resampled(a_deg), _resampled(b_deg)
    i, j = np.meshgrid(np.arange(len(a)), np.arange(len(b)), indexing="ij")
    _, _, metres = WGS84.inv(a[i.ravel(), 0], a[i.ravel(), 1], b[j.ravel(), 0], b[j.ravel(), 1])
    return discrete_frechet(np.asarray(metres).reshape(i.shape) / 1000.0)


def _resampled(track_deg: Floats) -> Floats:
    """Return points spaced evenly along a track: one that lingers must not weigh more."""
    track = np.asarray(track_deg, dtype=np.float64)
    if track.ndim != 2 or track.shape[1] != 2 or not np.isfinite(track).all():
        raise ValueError("a track is rows of longitude and latitude, all known")
    if len(track) < 2:
        return track
    _, _, steps = WGS84.inv(track[:-1, 0], track[:-1, 1], track[1:, 0], track[1:, 1])
    gone = np.concatenate([[0.0], np.cumsum(np.asarray(steps))])
    if gone[-1] == 0:
        return track[:1]
    at = np.linspace(0.0, gone[-1], MOST_POINTS // 4)
    at = np.union1d(at, gone) if len(gone) <= MOST_POINTS // 2 else at
    lon = np.degrees(np.unwrap(np.radians(track[:, 0])))  # across the antimeridian
    return np.column_stack([np.interp(at, gone, lon), np.interp(at, gone, track[:, 1])])
