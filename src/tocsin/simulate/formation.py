"""Aircraft that fly together: the paths of the members about that of the formation."""

from __future__ import annotations

import numpy as np

from tocsin.schema import Floats
from tocsin.simulate.geometry import axes, to_geodetic
from tocsin.simulate.path import Flown

SHAPES = ("wedge", "trail", "abreast")


def members(flown: Flown, count: int, shape: str, spacing_m: float) -> tuple[Flown, ...]:
    """Return the path of every member; their mean place is the path itself.

    shape  "wedge" (leader ahead, the others behind to both sides), "trail" (one behind the
           other) or "abreast" (side by side)
    """
    if count == 1:
        return (flown,)
    right, back = offsets(count, shape, spacing_m)
    lon, lat, _ = to_geodetic(flown.xyz_m)
    up = axes(lon, lat)[:, 2]
    v = flown.v_mps - np.sum(flown.v_mps * up, axis=1, keepdims=True) * up
    ahead = v / np.linalg.norm(v, axis=1, keepdims=True)
    aside = np.cross(ahead, up)
    out = []
    for k in range(count):
        xyz = flown.xyz_m + right[k] * aside - back[k] * ahead
        out.append(Flown(flown.t_s, xyz, np.gradient(xyz, flown.t_s, axis=0, edge_order=2)))
    return tuple(out)


def offsets(count: int, shape: str, spacing_m: float) -> tuple[Floats, Floats]:
    """Return how far right of and behind the mean place each member flies, (count,) in metres."""
    k = np.arange(count, dtype=np.float64)
    right: Floats
    back: Floats
    if shape == "trail":
        right, back = np.zeros(count), k * spacing_m
    elif shape == "abreast":
        right, back = k * spacing_m, np.zeros(count)
    else:
        rank = (k + 1) // 2
        right, back = np.where(k % 2 == 1, -1, 1) * rank * spacing_m, rank * spacing_m
    return np.asarray(right - right.mean()), np.asarray(back - back.mean())
