"""Whether a leg crosses a boundary piece, and at what fraction of the leg.

Both are great ellipses, so the side of a point p on a line (a, b) is the sign of the triple
product p . (a x b).  It is computed from differences, (p - a) . (a x (b - a)), whose rounding
error is relative to the small distances involved and not to the radius of the Earth.  A leg
(p, q) and a piece (a, b) cross where p and q lie on different sides of the piece *and* a and b
on different sides of the leg.

Ties, such as a fix exactly on a vertex, are broken as if the whole track were shifted by a
vanishing vector e1 h + e2 h^2 + e3 h^3.  The shift is one and the same for all legs and pieces:
a rule per piece loses or repeats crossings where a fix and a corner coincide.  To first order
the shift turns p . (a x b) into e . (a x b), and a . (p x q) into a . (e x (q - p)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.geo import cross, dot
from tocsin.schema import Floats

#: The directions e1, e2, e3 of the shift: orthogonal, and along no line that data follows.
_SHIFT = np.linalg.qr(np.array([[1.0, 0.3, -0.2], [0.4, 1.1, 0.7], [-0.6, 0.5, 1.3]]))[0]


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """The pairs that cross, of those asked about."""

    pair: NDArray[np.int64]  # (H,) index of the pair
    s: Floats  # (H,) fraction of the leg, 0..1
    closing: Floats  # (H,) metres of distance to the piece's line covered over the whole leg


def hits(p: Floats, q: Floats, a: Floats, b: Floats) -> Hit:
    """Return which legs (p, q) cross which pieces (a, b); all are (N, 3) in metres."""
    normal = cross(a, b - a)
    d_p = dot(p - a, normal)
    d_q = dot(q - a, normal)
    splits_leg = _left(d_p, normal) != _left(d_q, normal)
    some = np.flatnonzero(splits_leg)  # the costlier half only where it matters
    p, q, a, b = p[some], q[some], a[some], b[some]
    leg = q - p
    plane = cross(p, leg)
    left_a = _left_of_leg(dot(a - p, plane), a, leg)
    left_b = _left_of_leg(dot(b - p, plane), b, leg)
    cut = left_a != left_b
    pair = some[cut]
    d_p, d_q = d_p[pair], d_q[pair]
    span = d_q - d_p
    with np.errstate(invalid="ignore", divide="ignore"):
        s = np.where(span != 0, -d_p / span, 0.5)
    length = np.linalg.norm(normal[pair], axis=1)
    closing = np.abs(span) / np.where(length > 0, length, 1.0)
    return Hit(pair, np.clip(s, 0.0, 1.0), closing)


def _left(side: Floats, normal: Floats) -> NDArray[np.bool_]:
    """Return whether the triple product is positive, ties by the shift."""
    left = side > 0
    for k in np.flatnonzero(side == 0):
        left[k] = _first_sign(_SHIFT @ normal[k])
    return np.asarray(left)


def _left_of_leg(side: Floats, vertex: Floats, leg: Floats) -> NDArray[np.bool_]:
    left = side > 0
    for k in np.flatnonzero(side == 0):
        left[k] = _first_sign(cross(_SHIFT, np.broadcast_to(leg[k], (3, 3))) @ vertex[k])
    return np.asarray(left)


def _first_sign(values: Floats) -> bool:
    nonzero = values[values != 0]
    return bool(len(nonzero) and nonzero[0] > 0)
