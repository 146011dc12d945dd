"""Which frames stand, by format, length and parity, and whose they are.

ICAO Annex 10 vol. IV, 3.1.2.3: downlink formats 0 to 15 have 56 bits, the others 112.  Only
extended squitters and all-call replies can be found to be damaged; the parity of any other reply
is overlaid with the address, so that damage shows as an address that nobody has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.feed import parity
from tocsin.feed.frames import LONG_BYTES, SHORT_BYTES, Frames, Ints
from tocsin.feed.quarantine import Quarantine

SHORT_DF, LONG_DF = (0, 4, 5, 11), (16, 17, 18, 20, 21)


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Frames that stand, with what their headers and parity say."""

    frames: Frames
    df: Ints
    field: Ints  # CA, CF, FS or VS: bits 6 to 8
    icao24: Ints


def vet(frames: Frames, quarantine: Quarantine) -> Sound:
    """Return the frames that stand; refuse the others, each with its reason."""
    df = (frames.data[:, 0] >> 3).astype(np.int64)
    field = (frames.data[:, 0] & 7).astype(np.int64)
    known = np.isin(df, SHORT_DF + LONG_DF)
    wanted = np.where(df < 16, SHORT_BYTES, LONG_BYTES)
    fits = frames.length == wanted
    rest = np.zeros(len(frames), np.int64)
    for size in (SHORT_BYTES, LONG_BYTES):
        rows = frames.length == size
        rest[rows] = parity.remainder(frames.data[rows, :size])
    plain = np.isin(df, (11, 17, 18))
    broken = plain & np.where(df == 11, rest >= parity.INTERROGATOR_CODES, rest != 0)
    word = frames.data[:, 1:4].astype(np.int64)
    icao24 = np.where(plain, word[:, 0] << 16 | word[:, 1] << 8 | word[:, 2], rest)
    relayed = (df == 18) & np.isin(field, (3, 4, 7))

    claimed = icao24 if frames.claimed is None else frames.claimed
    other = (claimed >= 0) & (claimed != icao24)

    refused = ~known | ~fits | broken | relayed | other | (icao24 == 0)
    for i in np.flatnonzero(refused).tolist():
        d, place = int(df[i]), f"{frames.place} {int(frames.index[i])}"
        if not known[i]:
            reason = "unsupported-df"
            detail = f"downlink format {d} is not 0, 4, 5, 11, 16, 17, 18, 20 or 21"
        elif not fits[i]:
            reason = "bad-length"
            detail = f"{int(frames.length[i])} bytes; downlink format {d} has {int(wanted[i])}"
        elif broken[i]:
            reason = "bad-crc"
            detail = f"parity leaves {int(rest[i]):06x}; nothing in a damaged frame can be used"
        elif relayed[i]:
            reason = "unsupported-cf"
            detail = f"DF 18 with CF {int(field[i])} is coarse TIS-B or management, not a report"
        elif other[i]:
            reason = "address-mismatch"
            detail = f"the frame bears {int(icao24[i]):06x}, the file says {int(claimed[i]):06x}"
        else:
            reason = "null-address"
            detail = "address 000000 is assigned to no aircraft; the frame is blank or noise"
        quarantine.add(place, reason, detail, frames.hex(i))
    keep = ~refused
    return Sound(frames.take(keep), df[keep], field[keep], icao24[keep])
