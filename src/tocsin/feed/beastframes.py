"""Beast binary framing: where each message stands in the bytes, and what it holds.

    0x1a, type, 6 bytes of counter, 1 byte of signal, payload

with 0x1a doubled wherever it stands after the type.  Types and payloads: '1' Mode A/C, 2 bytes;
'2' Mode S short, 7; '3' Mode S long, 14; '4' receiver status, 14.  De facto standard of the
Mode-S Beast, kept by dump1090, readsb and Radarcape.

In a run of 0x1a bytes each two are one byte of data, so that a run of odd length ends in the
start of a message: all messages of a file are found at once.  Every byte belongs to exactly one
message or one refused stretch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.feed.frames import LONG_BYTES, Bytes, Ints

ESCAPE = 0x1A
MODE_AC, MODE_S_SHORT, MODE_S_LONG, STATUS = b"1234"
HEAD_BYTES = 7  # counter and signal
_BODY = np.full(256, -1, np.int64)
_BODY[[MODE_AC, MODE_S_SHORT, MODE_S_LONG, STATUS]] = [2, 7, 14, 14]


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """M whole messages, in the order of the file."""

    offset: Ints  # (M,) of the 0x1a
    span: Ints  # (M,) bytes in the file, escapes counted
    kind: Bytes  # (M,) type byte
    stamp: Ints  # (M,) the 48-bit counter
    signal: Bytes  # (M,)
    payload: Bytes  # (M, 14), padded with zeros


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes that are no message."""

    offset: int
    span: int
    reason: str
    detail: str


def split(data: bytes) -> tuple[Messages, list[Stretch]]:
    """Return all whole messages of a byte stream, and the stretches between that are none."""
    raw = np.frombuffer(data, np.uint8)
    start, second = _starts(raw)
    bounds = np.append(start, len(raw))
    kept = np.cumsum(~second)  # bytes after unescaping, up to and with each
    flat = raw[~second]
    kind = np.where(start + 1 < len(raw), raw[np.minimum(start + 1, max(len(raw) - 1, 0))], 0)
    kind = kind.astype(np.uint8) if len(raw) else np.zeros(0, np.uint8)
    begin = kept[start] + 1 if len(start) else start  # first byte after the type, in `flat`
    have = np.diff(np.append(kept[start] - 1, len(flat))) - 2
    want = _BODY[kind] + HEAD_BYTES
    known = (_BODY[kind] > 0) & (start + 1 < len(raw))
    whole = known & (have >= want)

    rows = np.flatnonzero(whole)
    head = flat[begin[rows, None] + np.arange(HEAD_BYTES)].astype(np.int64)
    stamp = head[:, :6] @ (1 << np.arange(40, -1, -8, dtype=np.int64))
    payload = np.zeros((len(rows), LONG_BYTES), np.uint8)
    for size in (2, 7, 14):
        some = np.flatnonzero(_BODY[kind[rows]] == size)
        at = begin[rows[some], None] + HEAD_BYTES + np.arange(size)
        payload[some, :size] = flat[at]
    end = _end_in_file(second, begin[rows] + want[rows])
    messages = Messages(
        start[rows], end - start[rows], kind[rows], stamp, head[:, 6].astype(np.uint8), payload
    )
    return messages, _stretches(raw, start, bounds, kind, known, have, want, rows, end)


def _starts(raw: Bytes) -> tuple[Ints, NDArray[np.bool_]]:
    """Return where messages start, and which bytes are the second of a doubled 0x1a."""
    escape = raw == ESCAPE
    edge = np.diff(escape.astype(np.int8), prepend=0, append=0)
    first, past = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    odd = (past - first) % 2 == 1
    run = np.maximum.accumulate(np.where(edge[:-1] == 1, np.arange(len(raw)), 0))
    rank = np.arange(len(raw)) - run  # place in its run, for bytes that are 0x1a
    return past[odd] - 1, escape & (rank % 2 == 1)


def _end_in_file(second: NDArray[np.bool_], end_in_flat: Ints) -> Ints:
    """Return the offsets in the file just past bytes counted in the unescaped stream."""
    places = np.flatnonzero(~second)  # in the file, of each unescaped byte
    last = places[end_in_flat - 1]
    doubled = np.append(second, False)[last + 1]
    return np.asarray(last + 1 + doubled, np.int64)


def _stretches(
    raw: Bytes,
    start: Ints,
    bounds: Ints,
    kind: Bytes,
    known: NDArray[np.bool_],
    have: Ints,
    want: Ints,
    rows: Ints,
    end: Ints,
) -> list[Stretch]:
    found: list[Stretch] = []
    lead = int(bounds[0])
    if lead:
        found.append(Stretch(0, lead, "garbage", f"{lead} bytes before the first message"))
    past = bounds[1:].copy()
    past[rows] = end
    for i in np.flatnonzero(~np.isin(np.arange(len(start)), rows)).tolist():
        span = int(bounds[i + 1] - start[i])
        if span < 2 or known[i]:
            last = i == len(start) - 1
            detail = f"message of {max(int(have[i]), 0)} bytes after its type"
            detail += f"; type '{chr(kind[i])}' has {int(want[i])}" if known[i] else ""
            reason = "truncated" if last else "bad-length"
        else:
            reason, detail = "unknown-type", f"type 0x{int(kind[i]):02x} is none of '1' to '4'"
        found.append(Stretch(int(start[i]), span, reason, detail))
    for i in rows[past[rows] < bounds[rows + 1]].tolist():
        span = int(bounds[i + 1] - past[i])
        detail = f"{span} bytes between two messages that belong to neither"
        found.append(Stretch(int(past[i]), span, "garbage", detail))
    return sorted(found, key=lambda stretch: stretch.offset)


def join(kind: int, stamp: int, signal: int, payload: bytes) -> bytes:
    """Return one message as it stands in a file: for synthetic recordings."""
    body = stamp.to_bytes(6, "big") + bytes([signal]) + payload
    return bytes([ESCAPE, kind]) + body.replace(b"\x1a", b"\x1a\x1a")
