"""Fixes that report their own accuracy as lost, while the track otherwise had it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: From here the position is good to 185 m (NACp 7, DO-260B table 2-71) or 370 m (NIC 7).
SOUND = 7
#: From here on down it is worse than 1 NM (NACp 4 is 1,852 m) or 2 NM (NIC 4 is 3,704 m).
LOST = 4
LEAST = 5  # sound reports before a fall means something


def collapsed(
    track: NDArray[np.int32], nacp: pa.ChunkedArray | None, nic: pa.ChunkedArray | None
) -> NDArray[np.bool_]:
    """Return which fixes report NACp or NIC of 4 or less in a track that mostly has 7 or more.

    track  (N,) codes; nacp, nic (N,) uint8 columns or None where no such thing is reported

    An aircraft that reports 0 all along has an old or a plain installation: that is its
    accuracy, not a collapse.  The codes are the aircraft's own word; under spoofing they lie.
    """
    found = np.zeros(len(track), np.bool_)
    if not len(track):
        return found
    for column in (nacp, nic):
        if column is None or column.null_count == len(column):
            continue
        value = column.to_numpy().astype(np.float64)
        with np.errstate(invalid="ignore"):
            sound, lost = value >= SOUND, value <= LOST
        of_sound = np.bincount(track, weights=sound)
        of_lost = np.bincount(track, weights=lost)
        mostly = (of_sound > of_lost) & (of_sound >= LEAST)
        found |= lost & mostly[track]
    return found
