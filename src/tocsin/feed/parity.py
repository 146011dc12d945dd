"""The 24-bit Mode S parity of whole blocks of frames.

Generator G(x) = 1FFF409 hex, ICAO Annex 10 vol. IV, 3.1.2.3.3.  The remainder of a frame is
  0                       for a sound extended squitter (DF 17, 18),
  the interrogator code   for an all-call reply (DF 11): below 128 (3.1.2.3.3.2),
  the aircraft address    for all others, where parity is overlaid with it.
Only the first two can be checked: any 24 bits are an address.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.feed.frames import Bytes

GENERATOR = 0xFFF409  # without the leading one
INTERROGATOR_CODES = 128  # IC and CL fields: 7 bits


def _table() -> NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32) << np.uint32(16)
    for _ in range(8):
        carry = (table & 0x800000) != 0
        table = (table << np.uint32(1)) & np.uint32(0xFFFFFF)
        table = np.where(carry, table ^ np.uint32(GENERATOR), table)
    return table


_TABLE = _table()


def remainder(data: Bytes) -> NDArray[np.uint32]:
    """Return the remainder (N,) of frames (N, 7) or (N, 14), all of one length."""
    crc = np.zeros(len(data), np.uint32)
    for column in data[:, :-3].T:
        crc = (crc << np.uint32(8)) & np.uint32(0xFFFFFF) ^ _TABLE[(crc >> np.uint32(16)) ^ column]
    tail = data[:, -3:].astype(np.uint32)
    return crc ^ (tail[:, 0] << np.uint32(16) | tail[:, 1] << np.uint32(8) | tail[:, 2])


def seal(message: bytes) -> bytes:
    """Return a message with parity appended, so that its remainder is 0: for synthetic frames."""
    block = np.frombuffer(message + b"\0\0\0", np.uint8)[None, :]
    return message + int(remainder(block)[0]).to_bytes(3, "big")
