"""Even and odd position frames that belong together, and where the pairs put the aircraft."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.feed import cpr
from tocsin.feed.carry import Order
from tocsin.feed.frames import Bools, Ints
from tocsin.schema import Floats

PAIR_S = 10.0  # DO-260B, A.1.7: longest wait between the two of an airborne pair
#: Farthest an aircraft may fly between the two: 3 NM, past which the pair is a zone off, less a
#: margin.  It asks for a shorter wait above 500 m/s, which ten seconds of a MiG-31 can exceed.
PAIR_M = 5000.0
FASTEST_MPS = 1000.0  # Mach 3.3, what an aircraft of unknown speed may fly: a wait of 5 s


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """N coded positions, sorted by aircraft and clock."""

    aircraft: Ints
    clock_s: Floats  # NaN: no clock, so that nothing is known of the frames before
    surface: Bools
    odd: Bools
    y: Ints
    x: Ints
    speed_mps: Floats  # last reported; NaN: unknown

    def after(self, other: Codes) -> Codes:
        """Return these with others before them: sorted no more, which pairing does not ask."""
        names = list(self.__dataclass_fields__)
        return Codes(*(np.concatenate([getattr(other, n), getattr(self, n)]) for n in names))


def pair_solutions(codes: Codes) -> tuple[Floats, Floats]:
    """Return for each airborne frame the place that it and the newest other parity give (N,).

    NaN on the surface, where there is no such frame within PAIR_S and PAIR_M, and where the two
    lie in different longitude bands.
    """
    lane = codes.aircraft * 2 + codes.surface  # airborne and surface codes make no pair
    order = Order.of(lane, codes.clock_s)
    rank = np.arange(len(lane))
    odd = codes.odd[order.row]
    newest_even = np.maximum.accumulate(np.where(odd, -1, rank))
    newest_odd = np.maximum.accumulate(np.where(odd, rank, -1))
    other = np.where(odd, newest_even, newest_odd)
    partner = np.full(len(lane), -1, np.int64)
    partner[order.row] = np.where(other >= order.start, order.row[np.maximum(other, 0)], -1)
    wait_s = codes.clock_s - codes.clock_s[np.maximum(partner, 0)]
    speed_mps = np.where(np.isnan(codes.speed_mps), FASTEST_MPS, codes.speed_mps)
    limit_s = np.minimum(PAIR_S, PAIR_M / np.maximum(speed_mps, 1.0))
    mine = np.flatnonzero((partner >= 0) & ~codes.surface & (wait_s <= limit_s))
    code = np.stack([codes.y, codes.x], axis=1)
    is_odd, own, theirs = codes.odd[mine, None], code[mine], code[partner[mine]]
    lat, lon = np.full(len(lane), np.nan), np.full(len(lane), np.nan)
    lat[mine], lon[mine] = cpr.from_pair(
        np.where(is_odd, theirs, own), np.where(is_odd, own, theirs), codes.odd[mine]
    )
    return lat, lon
