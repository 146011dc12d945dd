"""Frames as receivers write them: Beast binary, and jet1090 JSON lines with absolute times.

A Beast counter of 12 MHz runs from an unknown start, so that it gives differences and no time of
day; a Radarcape stamps nanoseconds of the UTC day instead and says so in a status message.  Beast
has no place for a mark: its files are called synthetic.  In JSON lines every line says so.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tocsin.simulate.adsb import Heard

ESCAPE = b"\x1a"
LONG, STATE = ord("3"), ord("4")
COUNTER_HZ = 12e6
GPS_SETTINGS = 0x10  # Radarcape: stamps are GPS time of day
DAY_NS = 86_400_000_000_000


def jet1090(heard: Heard, start_ns: int) -> bytes:
    """Return JSON lines with `timestamp` in Unix seconds and `frame` in hexadecimal."""
    return b"".join(_lines(heard, start_ns))


def _lines(heard: Heard, start_ns: int) -> Iterator[bytes]:
    micros = np.rint(heard.t_s * 1e6).astype(np.int64) + start_ns // 1000
    digits = heard.frame.tobytes().hex()
    for k, stamp in enumerate(micros.tolist()):
        frame = digits[28 * k : 28 * k + 28]
        yield (
            f'{{"timestamp":{stamp // 1_000_000}.{stamp % 1_000_000:06d},'
            f'"frame":"{frame}","synthetic":true}}\n'
        ).encode()


def beast(heard: Heard, first_tick: int) -> bytes:
    """Return Beast binary with a free-running counter that stood at `first_tick` at time 0."""
    ticks = (np.rint(heard.t_s * COUNTER_HZ).astype(np.int64) + first_tick) % (1 << 48)
    return b"".join(_messages(heard, ticks.tolist()))


def beast_gps(heard: Heard, start_ns: int) -> bytes:
    """Return Beast binary with GPS stamps, a status message first."""
    ns = (np.rint(heard.t_s * 1e9).astype(np.int64) + start_ns) % DAY_NS
    stamps = (ns // 1_000_000_000 << 30 | ns % 1_000_000_000).tolist()
    first = stamps[0] if stamps else 0
    state = _message(STATE, first, 0, bytes([GPS_SETTINGS]) + bytes(13))
    return state + b"".join(_messages(heard, stamps))


def _messages(heard: Heard, stamps: list[int]) -> Iterator[bytes]:
    # Signal level falls with the distance; 255 is the strongest.
    signal = np.clip(255 * 5_000 / np.maximum(heard.range_m, 5_000), 2, 255).astype(np.int64)
    raw = heard.frame.tobytes()
    for k, (stamp, level) in enumerate(zip(stamps, signal.tolist(), strict=True)):
        yield _message(LONG, stamp, level, raw[14 * k : 14 * k + 14])


def _message(kind: int, stamp: int, signal: int, payload: bytes) -> bytes:
    body = stamp.to_bytes(6, "big") + bytes([signal]) + payload
    return ESCAPE + bytes([kind]) + body.replace(ESCAPE, ESCAPE * 2)
