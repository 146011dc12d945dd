"""What lies beyond every part of a limit: nobody's airspace, a neighbour's, or a dispute.

A place on the limit is *shared* with a neighbour where going straight out from it leads into the
neighbour's volume within the tolerance, and where it lies inside the neighbour's volume already.
The tolerance is what the two files leave open between them, three sigma of both lines:

    3 sqrt(sigma_a^2 + sigma_b^2), and at least `LEAST_M`

so a sliver between two drawings of one border is not taken for the open sea, not even at the tip
of a wedge, where the whole tolerance leads straight through it and back into the volume.

Going out, and not merely being near, keeps the end of a border sharp: where a sea limit leaves it
at a right angle or more, the first metre of the sea limit is open; at an angle of 30 degrees the
first 1.7 tolerances of it are taken for shared.

It is *disputed* where another hypothesis of the same volume draws no limit within the tolerance, or
where it lies inside a neighbour's volume by more than the tolerance.

Places are asked at both ends of every piece and no further than `STEP_M` apart; between two
answers that differ the change is found to `FINE_M` by halving.  A part shorter than `STEP_M` in
the middle of a piece may be missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.boundary import Boundary, put_together
from tocsin.incursion.inside import Sides, sides, within
from tocsin.incursion.nearest import Balls, balls, nearest
from tocsin.incursion.path import Ints
from tocsin.schema import Floats, Outline

LEAST_M = 0.25  # two files that agree still differ by rounding and by how edges are cut up
STEP_M = 200.0
FINE_M = 0.1
_END_M = 0.25  # from a vertex: on it, two pieces meet
_SECTIONS = 16
_OPEN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Facing:
    """The limit of one volume in parts, each with what lies beyond it; clipped pieces are left out.

    Parts run from a to b in the order of the outline.
    """

    outline: Outline
    a_lon_deg: Floats  # (P,)
    a_lat_deg: Floats
    b_lon_deg: Floats
    b_lat_deg: Floats
    piece: Ints  # (P,) of the outline
    beyond: Ints  # (P,) index into `names`; -1 for nobody's
    disputed: NDArray[np.bool_]  # (P,)
    names: tuple[str, ...]  # of the neighbours asked about
    tolerance_m: float  # the largest that was used; 0 without neighbours and rivals


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Somebody's volume, ready to be asked."""

    line: Boundary
    balls: Balls  # those that the limit in question comes near
    sides: Sides
    tolerance_m: float

    def away_m(self, points_m: Floats) -> Floats:
        return nearest(points_m, np.zeros(len(points_m), np.int64), self.balls, self.line)[0]

    def comes_near(self, own: Boundary, piece: Ints) -> bool:
        """Return whether any of some pieces may lie within the tolerance, or inside."""
        middle = own.middle_m[piece]
        reach = self.tolerance_m + own.half_m[piece]
        return bool((self.away_m(middle) <= reach).any() or self.holds(middle).any())

    def holds(self, points_m: Floats) -> NDArray[np.bool_]:
        lon, lat = geo.lonlat(points_m)
        out = np.zeros(len(lon), np.bool_)
        some = np.flatnonzero((lat >= self.sides.bottom_deg) & (lat <= self.sides.top_deg))
        out[some] = within(lon[some], lat[some], geo.ecef(lon[some], lat[some]), self.sides)
        return out


def facing(
    outline: Outline,
    neighbours: Sequence[tuple[str, Outline]],
    rivals: Sequence[Outline] = (),
) -> Facing:
    """Return what lies beyond each part of an outline.

    neighbours  the volumes of others by name; a name may come more than once
    rivals      the same volume under other hypotheses
    """
    own = put_together([outline])
    names = tuple(dict.fromkeys(name for name, _ in neighbours))
    sigma_m = outline.volume.sigma_m
    piece = np.flatnonzero(~own.clip)
    asked = [(names.index(name), _asked(other, own, sigma_m)) for name, other in neighbours]
    asked = [(number, one) for number, one in asked if one.comes_near(own, piece)]
    asking = _Asking(
        own,
        _asked(outline, own, sigma_m),
        [one for _, one in asked],
        np.array([number for number, _ in asked], np.int64),
        [_asked(other, own, sigma_m) for other in rivals],
    )
    chord = np.sqrt(geo.dot(own.b_m - own.a_m, own.b_m - own.a_m))
    node_piece, node_f = _nodes(piece, chord)
    code = asking.codes(node_piece, node_f)
    return _parts(outline, own, asking, names, (node_piece, node_f, code), chord)


def _asked(outline: Outline, own: Boundary, own_sigma_m: float) -> _Asked:
    line = put_together([outline])
    tolerance_m = max(LEAST_M, 3 * float(np.hypot(outline.volume.sigma_m, own_sigma_m)))
    whole = balls(line, np.zeros(1, np.int64))
    centre = (own.a_m.min(axis=0) + own.a_m.max(axis=0)) / 2
    reach = np.sqrt(((own.a_m - centre) ** 2).sum(axis=1)).max() + 2 * tolerance_m
    off = whole.centre_m - centre
    some = np.sqrt(geo.dot(off, off)) <= reach + whole.radius_m
    near = Balls(
        whole.pieces[some],
        whole.centre_m[some],
        whole.radius_m[some],
        np.array([0, np.count_nonzero(some)]),
    )
    return _Asked(line, near, sides(line, 0), tolerance_m)


@dataclass(frozen=True, slots=True, eq=False)
class _Asking:
    """All that places on a limit are asked about."""

    own: Boundary
    itself: _Asked
    others: Sequence[_Asked]
    number: Ints  # of the name of each of the others
    rivals: Sequence[_Asked]

    def codes(self, piece: Ints, f: Floats) -> Ints:
        """Return what places are, (N,): twice who lies beyond, and one more where disputed.

        piece, f  which piece of the limit, and how far along it
        """
        a, b = self.own.a_m[piece], self.own.b_m[piece]
        at, normal = a + f[:, None] * (b - a), self.own.normal[piece]
        disputed = np.zeros(len(at), np.bool_)
        for rival in self.rivals:
            disputed |= rival.away_m(at) > rival.tolerance_m
        away = np.array([other.away_m(at) for other in self.others])
        mine = np.array([other.holds(at) for other in self.others])
        tolerance = np.array([other.tolerance_m for other in self.others])[:, None]
        beyond = np.full(len(at), _OPEN)
        if len(self.others):
            near = mine | (away <= tolerance)
            disputed |= (mine & (away > tolerance)).any(axis=0)
            some = np.flatnonzero(near.any(axis=0))
            first_m = self._first_m(at[some], normal[some], near[:, some], mine[:, some])
            # At the tip of a spike both ways out lead straight back in: then the nearest it is.
            first_m = np.where(np.isnan(first_m), away[:, some], first_m)
            met = np.isfinite(first_m).any(axis=0)
            # Where three meet two may begin at one step out: the one whose line is nearer.
            beyond[some[met]] = self.number[np.argmin(first_m + 1e-6 * away[:, some], axis=0)[met]]
        return 2 * beyond + disputed

    def _first_m(
        self,
        at: Floats,
        normal: Floats,
        near: NDArray[np.bool_],
        mine: NDArray[np.bool_],
    ) -> Floats:
        """Return how far straight out from places the first of the others begins, (others, N).

        inf for those that do not begin there, NaN for all of a place from which no way leads out
        of the volume within the tolerance.
        """
        most = max(other.tolerance_m for other in self.others)
        first_m = np.where(mine, 0.0, np.inf)
        goes_out = np.zeros(len(at), np.bool_)
        for far in _reaches(most):
            rest = np.flatnonzero(~np.isfinite(first_m).any(axis=0))  # nobody is met later
            for side in (far, -far):
                point = at[rest] + side * normal[rest]
                out = ~self.itself.holds(point)
                if far == most:  # nearer by, it may be a sliver between two drawings
                    goes_out[rest] |= out
                for k, other in enumerate(self.others):
                    ask = np.flatnonzero(out & near[k, rest] & (far <= other.tolerance_m))
                    if len(ask):
                        first_m[k, rest[ask[other.holds(point[ask])]]] = far
        stuck = ~goes_out & ~np.isfinite(first_m).any(axis=0)
        first_m[:, stuck] = np.nan
        return first_m


def _reaches(tolerance_m: float) -> list[float]:
    """Return how far out to look, the nearest first: a border may bend on any scale."""
    count = int(np.ceil(np.log(tolerance_m / (LEAST_M / 2)) / np.log(2.5))) + 1
    return [float(far) for far in np.geomspace(LEAST_M / 2, tolerance_m, count)]


def _nodes(piece: Ints, chord: Floats) -> tuple[Ints, Floats]:
    """Return the places at which pieces are asked: piece and fraction along it, in order."""
    length = chord[piece]
    count = 2 + np.floor(length / STEP_M).astype(np.int64)
    which = np.repeat(piece, count)
    step = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    end = np.minimum(_END_M / np.maximum(chord[which], 1e-9), 0.25)
    share = step / (np.repeat(count, count) - 1)
    return which, end + share * (1 - 2 * end)


def _parts(
    outline: Outline,
    own: Boundary,
    asking: _Asking,
    names: tuple[str, ...],
    nodes: tuple[Ints, Floats, Ints],
    chord: Floats,
) -> Facing:
    piece, f, code = nodes
    same = piece[1:] == piece[:-1]
    change = np.flatnonzero(same & (code[1:] != code[:-1]))
    low, high = f[change].copy(), f[change + 1].copy()
    while len(change) and float(((high - low) * chord[piece[change]]).max()) > FINE_M:
        step = (high - low)[:, None] / _SECTIONS
        between = low[:, None] + step * np.arange(1, _SECTIONS)  # few large questions are cheap
        asked = asking.codes(np.repeat(piece[change], _SECTIONS - 1), between.ravel())
        same_as_low = asked.reshape(between.shape) == code[change, None]
        passed = np.logical_and.accumulate(same_as_low, axis=1).sum(axis=1)
        low = low + passed * step[:, 0]
        high = low + step[:, 0]
    # A part begins with every piece and with every change within one.
    starts = np.sort(np.concatenate([[0], np.flatnonzero(~same) + 1, change + 1]))
    starts = starts[starts < len(piece)].astype(np.int64)
    begin = np.zeros(len(starts))
    begin[np.isin(starts, change + 1)] = (low + high) / 2
    follows = np.append(piece[starts[1:]] == piece[starts[:-1]], False)
    end = np.where(follows, np.append(begin[1:], 1.0), 1.0)
    mine = piece[starts]
    a_lon, a_lat = _at(own, mine, begin)
    b_lon, b_lat = _at(own, mine, end)
    used = [one.tolerance_m for one in (*asking.others, *asking.rivals)]
    return Facing(
        outline,
        a_lon,
        a_lat,
        b_lon,
        b_lat,
        mine,
        code[starts] // 2,
        code[starts] % 2 == 1,
        names,
        max(used, default=0.0),
    )


def _at(own: Boundary, piece: Ints, f: Floats) -> tuple[Floats, Floats]:
    """Return places along pieces; their ends are the vertices to the last bit."""
    a, b = own.a_m[piece], own.b_m[piece]
    lon, lat = geo.lonlat(a + f[:, None] * (b - a))
    first, last = f == 0, f == 1
    lon = np.where(first, own.a_lon_deg[piece], np.where(last, own.b_lon_deg[piece], lon))
    lat = np.where(first, own.a_lat_deg[piece], np.where(last, own.b_lat_deg[piece], lat))
    return lon, lat
