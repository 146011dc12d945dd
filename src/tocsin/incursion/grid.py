"""Which legs come near which boundary pieces: a hashed grid over longitude and latitude.

Both are chopped into steps of at most half a cell, so that the box of a step touches at most
two cells each way, and steps that share a cell are paired.  Columns wrap round the globe, so
the antimeridian needs no care.  A piece's box is widened by its bulge: a great ellipse of
length L leaves the chord in longitude and latitude by L^2 tan(lat) / 8R at most.
"""

from __future__ import annotations

import numpy as np

from tocsin.geo import R_MEAN_M, wrap_deg
from tocsin.incursion.path import Ints
from tocsin.schema import Floats

_BLOCK = 250_000  # legs at a time: bounds memory, costs no time


def cell_deg(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> float:
    """Return a cell size that suits these segments: twice their typical extent."""
    if not len(lon0):
        return 0.1
    step = max(1, len(lon0) // 10_000)
    extent = np.maximum(np.abs(lon1 - lon0)[::step], np.abs(lat1 - lat0)[::step])
    wanted = 2.0 * float(np.quantile(extent, 0.75))
    return 360.0 / int(360.0 / min(max(wanted, 0.01), 5.0))


def pairs(legs: tuple[Floats, ...], pieces: tuple[Floats, ...], cell: float) -> tuple[Ints, Ints]:
    """Return (leg, piece) index pairs whose boxes overlap; a pair may come more than once.

    legs, pieces  (lon0, lat0, lon1, lat1), degrees, lon1 within 180 degrees of lon0
    """
    columns = round(360.0 / cell)
    piece_index, piece_cell = _cells(pieces, cell, columns)
    order = np.argsort(piece_cell, kind="stable")
    piece_index, piece_cell = piece_index[order], piece_cell[order]
    occupied, first = np.unique(piece_cell, return_index=True)
    count = np.diff(np.append(first, len(piece_cell)))
    widened = _widen(pieces)
    found: list[tuple[Ints, Ints]] = []
    for start in range(0, len(legs[0]), _BLOCK):
        block = tuple(part[start : start + _BLOCK] for part in legs)
        leg_index, leg_cell = _cells(block, cell, columns)
        at = np.searchsorted(occupied, leg_cell)
        at[at == len(occupied)] = 0
        known = np.flatnonzero(occupied[at] == leg_cell) if len(occupied) else np.zeros(0, int)
        at, leg_index = at[known], leg_index[known]
        n = count[at]
        leg = np.repeat(leg_index, n)
        offset = np.arange(len(leg)) - np.repeat(np.cumsum(n) - n, n)
        piece = piece_index[np.repeat(first[at], n) + offset]
        near = _overlap(block, leg, pieces, piece, widened)
        found.append((leg[near] + start, piece[near]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def _cells(segments: tuple[Floats, ...], cell: float, columns: int) -> tuple[Ints, Ints]:
    """Return (segment, cell key) for every cell that a segment's steps touch."""
    lon0, lat0, lon1, lat1 = segments
    dlon, dlat = lon1 - lon0, lat1 - lat0
    steps = np.ceil(np.maximum(np.abs(dlon), np.abs(dlat)) / (cell / 2)).astype(np.int64)
    steps = np.maximum(steps, 1)
    index = np.repeat(np.arange(len(lon0)), steps)
    k = np.arange(len(index)) - np.repeat(np.cumsum(steps) - steps, steps)
    f0, f1 = k / steps[index], (k + 1) / steps[index]
    margin = _widen(segments)[index]
    x0, x1 = lon0[index] + f0 * dlon[index], lon0[index] + f1 * dlon[index]
    y0, y1 = lat0[index] + f0 * dlat[index], lat0[index] + f1 * dlat[index]
    i0 = np.floor((np.minimum(x0, x1) - margin) / cell).astype(np.int64)
    i1 = np.floor((np.maximum(x0, x1) + margin) / cell).astype(np.int64)
    j0 = np.floor((np.minimum(y0, y1) - margin) / cell).astype(np.int64)
    j1 = np.floor((np.maximum(y0, y1) + margin) / cell).astype(np.int64)
    wide, high = i1 - i0 + 1, j1 - j0 + 1
    cells = wide * high
    which = np.repeat(np.arange(len(index)), cells)
    n = np.arange(len(which)) - np.repeat(np.cumsum(cells) - cells, cells)
    i = (i0[which] + n % wide[which]) % columns
    j = j0[which] + n // wide[which]
    return index[which], j * columns + i


def _widen(segments: tuple[Floats, ...]) -> Floats:
    """Return how far in degrees a great ellipse may leave its chord, with a hair to spare."""
    lon0, lat0, lon1, lat1 = segments
    lat = np.minimum(np.maximum(np.abs(lat0), np.abs(lat1)), 89.9)
    east = np.radians(lon1 - lon0) * np.cos(np.radians(np.minimum(np.abs(lat0), np.abs(lat1))))
    arc = np.hypot(east, np.radians(lat1 - lat0))
    bulge = np.degrees(arc**2 * np.tan(np.radians(lat)) / 8)
    hair = np.degrees(0.01 / R_MEAN_M)
    return np.asarray(2 * bulge / np.cos(np.radians(lat)) + hair)


def _overlap(
    legs: tuple[Floats, ...], leg: Ints, pieces: tuple[Floats, ...], piece: Ints, widened: Floats
) -> Ints:
    margin = widened[piece]
    p_lat0, p_lat1 = pieces[1][piece], pieces[3][piece]
    l_lat0, l_lat1 = legs[1][leg], legs[3][leg]
    near = (np.maximum(p_lat0, p_lat1) + margin >= np.minimum(l_lat0, l_lat1)) & (
        np.minimum(p_lat0, p_lat1) - margin <= np.maximum(l_lat0, l_lat1)
    )
    some = np.flatnonzero(near)
    leg, piece, margin = leg[some], piece[some], margin[some]
    p0 = pieces[0][piece]
    p1 = pieces[2][piece]
    l0 = p0 + wrap_deg(legs[0][leg] - p0)  # both on the same turn of the globe
    l1 = l0 + (legs[2][leg] - legs[0][leg])
    near = (np.maximum(p0, p1) + margin >= np.minimum(l0, l1)) & (
        np.minimum(p0, p1) - margin <= np.maximum(l0, l1)
    )
    return some[near]
