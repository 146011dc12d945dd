"""Mode S frames as one block of bytes: what every raw format hands to `modes.decode`.

A frame is 7 bytes (56 bits: DF 0-15) or 14 bytes (112 bits: DF 16-31), ICAO Annex 10 vol. IV,
3.1.2.3.  Shorter frames are padded with zeros on the right so that a file is one matrix.
Hexadecimal text is checked here, as whole columns, before anything else sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats

SHORT_BYTES, LONG_BYTES = 7, 14
NO_TIME = np.datetime64("NaT", "ns")

Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_NIBBLE = np.full(256, 255, np.uint8)
for _digit in range(16):
    _NIBBLE[ord(f"{_digit:x}")] = _NIBBLE[ord(f"{_digit:X}")] = _digit


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """N frames of one file, in the order of the file."""

    data: Bytes  # (N, 14), short frames padded with zeros
    length: Ints  # (N,) bytes as received
    index: NDArray[np.uint64]  # (N,) byte offset, line or row number
    t: NDArray[np.datetime64]  # (N,) datetime64[ns] UTC, NaT: no absolute time
    clock_s: Floats  # (N,) a clock that can be trusted for differences; NaN: none
    place: str = "line"  # what `index` counts: "byte", "line", "row"
    mlat: Bools | None = None  # (N,) positions computed by multilateration, not reported
    span: Ints | None = None  # (N,) bytes of the file that each frame takes, framing included
    claimed: Ints | None = None  # (N,) the address that the file states beside the frame; -1: none

    def __len__(self) -> int:
        return len(self.data)

    def hex(self, i: int) -> str:
        """Return frame i as lower-case hexadecimal text."""
        return self.data[i, : int(self.length[i])].tobytes().hex()

    def take(self, keep: Bools) -> Frames:
        """Return the frames where `keep` (N,) is true."""
        mlat = None if self.mlat is None else self.mlat[keep]
        span = None if self.span is None else self.span[keep]
        claimed = None if self.claimed is None else self.claimed[keep]
        return Frames(
            self.data[keep],
            self.length[keep],
            self.index[keep],
            self.t[keep],
            self.clock_s[keep],
            self.place,
            mlat,
            span,
            claimed,
        )


def from_hex(texts: Sequence[str]) -> tuple[Bytes, Ints, Bools]:
    """Return the bytes (N, 14), the lengths in digits (N,) and which are hexadecimal (N,).

    A text of another length than 14 or 28 digits keeps its length and zero bytes; the caller
    refuses it.  Digits of either case are read.
    """
    count = len(texts)
    digits = np.fromiter(map(len, texts), np.int64, count)
    data = np.zeros((count, LONG_BYTES), np.uint8)
    good = np.zeros(count, np.bool_)
    for size in (SHORT_BYTES, LONG_BYTES):
        rows = np.flatnonzero(digits == 2 * size)
        joined = "".join([texts[i] for i in rows.tolist()]).encode("ascii", "replace")
        nibbles = _NIBBLE[np.frombuffer(joined, np.uint8)].reshape(-1, size, 2)
        good[rows] = (nibbles < 16).all(axis=(1, 2))
        data[rows, :size] = (nibbles[..., 0] << 4 | nibbles[..., 1] & 15) * good[rows, None]
    return data, digits, good


def unix_time(seconds: Floats) -> NDArray[np.datetime64]:
    """Return Unix seconds (N,) as UTC to the microsecond; NaN gives NaT.

    A float64 holds a present-day Unix time to 0.24 microseconds: further digits are noise.
    """
    known = np.isfinite(seconds)
    micros = np.round(np.where(known, seconds, 0.0) * 1e6).astype(np.int64)
    return np.where(known, (micros * 1000).astype("datetime64[ns]"), NO_TIME)
