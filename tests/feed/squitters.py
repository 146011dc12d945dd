"""Synthetic frames: an encoder written from DO-260B apart from the decoder under test."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import rs1090

from tocsin.feed.hexlines import HexLines
from tocsin.feed.parity import seal
from tocsin.feed.source import ReadOptions, Source, open_source
from tocsin.schema import Reading

ADDRESS = 0x4AB179


def longitude_zones(lat_deg: float) -> int:
    """NL by the closed form (DO-260B, A.1.7.2 d), where the decoder uses a table of edges."""
    if abs(lat_deg) >= 87:
        return 1 if abs(lat_deg) > 87 else 2
    if lat_deg == 0:
        return 59
    ratio = (1 - math.cos(math.pi / 30)) / math.cos(math.radians(abs(lat_deg))) ** 2
    return math.floor(2 * math.pi / math.acos(1 - ratio))


def encode(lat_deg: float, lon_deg: float, odd: bool, span_deg: float = 360.0) -> tuple[int, int]:
    """Return the codes YZ, XZ of a position (DO-260B, A.1.7)."""
    step = span_deg / (60 - odd)
    y = math.floor(2**17 * (lat_deg % step) / step + 0.5)
    seen = step * (y / 2**17 + math.floor(lat_deg / step))
    step = span_deg / max(longitude_zones(seen) - odd, 1)
    x = math.floor(2**17 * (lon_deg % step) / step + 0.5)
    return y % 2**17, x % 2**17


def pack(*fields: tuple[int, int]) -> bytes:
    """Return 7 bytes of an ME field from (value, bits) in order."""
    word, total = 0, 0
    for value, bits in fields:
        assert 0 <= value < 1 << bits
        word, total = word << bits | value, total + bits
    return (word << (56 - total)).to_bytes(7, "big")


def ac12(feet: int) -> int:
    """Return an altitude in steps of 25 ft as 12 bits, Q bit set."""
    n = (feet + 1000) // 25
    return (n & 0x7F0) << 1 | 0x10 | n & 0xF


def squitter(me: bytes, address: int = ADDRESS, first: int = 0x8D) -> str:
    return seal(bytes([first]) + address.to_bytes(3, "big") + me).hex()


def airborne(
    lat_deg: float,
    lon_deg: float,
    odd: bool,
    tc: int = 11,
    feet: int = 35000,
    address: int = ADDRESS,
    first: int = 0x8D,
    bit8: int = 0,
) -> str:
    y, x = encode(lat_deg, lon_deg, odd)
    code = ac12(feet)
    me = pack((tc, 5), (0, 2), (bit8, 1), (code, 12), (0, 1), (odd, 1), (y, 17), (x, 17))
    return squitter(me, address, first)


def surface(lat_deg: float, lon_deg: float, odd: bool, address: int = ADDRESS) -> str:
    y, x = encode(lat_deg, lon_deg, odd, 90.0)
    me = pack((7, 5), (31, 7), (1, 1), (32, 7), (0, 1), (odd, 1), (y, 17), (x, 17))
    return squitter(me, address, 0x8C)


def velocity(
    east_kt: int,
    north_kt: int,
    fpm: int = 0,
    above_ft: int = 0,
    subtype: int = 1,
    address: int = ADDRESS,
    nacv: int = 2,
) -> str:
    unit = 4 if subtype == 2 else 1
    ew, ns = abs(east_kt) // unit + 1, abs(north_kt) // unit + 1
    me = pack(
        (19, 5),
        (subtype, 3),
        (0, 2),
        (nacv, 3),
        (east_kt < 0, 1),
        (ew, 10),
        (north_kt < 0, 1),
        (ns, 10),
        (1, 1),
        (fpm < 0, 1),
        (abs(fpm) // 64 + 1, 9),
        (0, 2),
        (above_ft < 0, 1),
        (abs(above_ft) // 25 + 1, 7),
    )
    return squitter(me, address)


def operational_status(
    version: int = 2, nacp: int = 9, nic_a: int = 0, sil: int = 3, gva: int = 2, sda: int = 2
) -> str:
    me = pack(
        (31, 5),
        (0, 3),
        (0, 16),
        (0, 6),
        (sda, 2),
        (0, 8),
        (version, 3),
        (nic_a, 1),
        (nacp, 4),
        (gva, 2),
        (sil, 2),
        (1, 1),
        (0, 1),
        (1, 1),
        (0, 1),
    )
    return squitter(me)


def callsign(name: str, address: int = ADDRESS) -> str:
    letters = "?ABCDEFGHIJKLMNOPQRSTUVWXYZ????? ???????????????0123456789??????"
    me = pack((4, 5), (0, 3), *((letters.index(c), 6) for c in name.ljust(8)))
    return squitter(me, address)


def reply(df: int, code13: int, address: int = ADDRESS, field: int = 0) -> str:
    """Return a short reply (DF 0, 4, 5) whose parity is overlaid with the address."""
    body = bytes([df << 3 | field, 0, code13 >> 8, code13 & 0xFF])
    return overlay(body, address)


def overlay(body: bytes, address: int) -> str:
    sealed = seal(body)
    tail = int.from_bytes(sealed[-3:], "big") ^ address
    return (sealed[:-3] + tail.to_bytes(3, "big")).hex()


def all_call(address: int = ADDRESS, interrogator: int = 0) -> str:
    return overlay(bytes([11 << 3 | 5]) + address.to_bytes(3, "big"), interrogator)


def source(data: bytes = b"", name: str = "made.raw") -> Source:
    return Source(name, data, b"\x11" * 32)


def read_frames(
    frames: list[tuple[float, str]], options: ReadOptions | None = None, padded: bool = False
) -> Reading:
    """Return what frames with their times in seconds give."""
    lines = HexLines(source(), options or ReadOptions(), "made")
    for number, (time_s, text) in enumerate(frames, 1):
        lines.add(number, time_s, text)
    return lines.reading(padded=padded)


def by_rs1090(frame: str) -> dict[str, Any]:
    """Return what rs1090 reads in one frame: another code base, for comparison."""
    answers: Any = rs1090.decode([frame])
    return dict(answers[0])


def column(reading: Reading, name: str) -> list[Any]:
    values: list[Any] = reading.fixes[name].to_pylist()
    return values


def numbers(reading: Reading, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(reading.fixes[name].to_numpy(), np.float64)


def opened(path: Path) -> Source:
    """Return a recording under its bare name, so that nothing depends on where it lies."""
    return replace(open_source(path), path=path.name)
