"""ASTERIX framing: items to records, records to data blocks (EUROCONTROL SPEC-0149, part 1).

A record is its field specification, seven presence bits to a byte with a continuation bit, then
the items in the order of their field reference numbers.  A block is category, length, records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DAY_S = 86_400
LARGEST_BLOCK = 1_400  # bytes; one UDP datagram on Ethernet
LETTERS = "?ABCDEFGHIJKLMNOPQRSTUVWXYZ????? ???????????????0123456789??????"


@dataclass(frozen=True, slots=True)
class Message:
    """One record and when it leaves the station."""

    t_s: float
    category: int
    record: bytes


def record(items: Mapping[int, bytes]) -> bytes:
    """Return a record of items by field reference number."""
    most = max(items)
    presence = bytearray((most + 6) // 7)
    for number in items:
        presence[(number - 1) // 7] |= 0x80 >> (number - 1) % 7
    for k in range(len(presence) - 1):
        presence[k] |= 1
    return bytes(presence) + b"".join(items[number] for number in sorted(items))


def stream(messages: Iterable[Message]) -> bytes:
    """Return messages in the order of time as data blocks, neighbours of one category together."""
    out = bytearray()
    waiting, category = bytearray(), -1
    for message in sorted(messages, key=lambda m: (m.t_s, m.category)):
        full = len(waiting) + len(message.record) + 3 > LARGEST_BLOCK
        # A station sends a sector's plots after its sector message: 034 stands alone.
        if waiting and (message.category != category or full):
            out += _block(category, waiting)
            waiting = bytearray()
        category = message.category
        waiting += message.record
    return bytes(out + (_block(category, waiting) if waiting else b""))


def _block(category: int, records: bytearray) -> bytes:
    return bytes([category]) + (len(records) + 3).to_bytes(2, "big") + bytes(records)


def pack(*fields: tuple[int, int]) -> bytes:
    """Return (value, bits) one after the other; negative values in two's complement.

    Raises ValueError for a value that its bits do not hold.
    """
    word, total = 0, 0
    for value, bits in fields:
        if not -(1 << (bits - 1)) <= value < 1 << bits:
            raise ValueError(f"{value} does not fit into {bits} bits")
        word, total = word << bits | value & ((1 << bits) - 1), total + bits
    if total % 8:
        raise ValueError(f"{total} bits are no whole bytes")
    return word.to_bytes(total // 8, "big")


def signed(value: float, lsb: float, bits: int) -> tuple[int, int]:
    """Return a quantity as (steps, bits), held to what two's complement has room for."""
    top = (1 << (bits - 1)) - 1
    return max(-top - 1, min(top, round(value / lsb))), bits


def unsigned(value: float, lsb: float, bits: int) -> tuple[int, int]:
    """Return a quantity as (steps, bits), held to what is there."""
    return max(0, min((1 << bits) - 1, round(value / lsb))), bits


def angle(degrees: float, bits: int) -> tuple[int, int]:
    """Return an angle as (steps, bits): a full circle is 2^bits steps."""
    return round(degrees / 360.0 * (1 << bits)) % (1 << bits), bits


def time_of_day(t_s: float, start_ns: int) -> bytes:
    """Return a time as seconds of its UTC day in steps of 1/128 s, three bytes."""
    midnight_ns = start_ns % (DAY_S * 1_000_000_000)
    steps = round((midnight_ns / 1e9 + t_s) * 128) % (DAY_S * 128)
    return steps.to_bytes(3, "big")


def identification(name: str) -> bytes:
    """Return a call sign as eight letters of six bits (ICAO Annex 10 vol. IV, table 3-8)."""
    return pack(*((LETTERS.index(letter), 6) for letter in name.ljust(8)))
