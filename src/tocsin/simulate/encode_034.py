"""A radar's own messages in ASTERIX category 034, edition 1.29 (EUROCONTROL SPEC-0149-2b).

North markers with the time of rotation, the station's state and where it stands, and sector
crossings.  The category has no mark for simulated data: it stands beside category 048 in the
same file, which has.
"""

from __future__ import annotations

import numpy as np

from tocsin.simulate.asterix import Message, pack, record, signed, time_of_day, unsigned
from tocsin.simulate.radar import Biases
from tocsin.simulate.scenario import Radar
from tocsin.simulate.target import within

CATEGORY = 34
I010, I000, I030, I020, I041, I050, I120 = 1, 2, 3, 4, 5, 6, 11
NORTH, SECTOR = 1, 2
SECTORS = 16
PLACE_DEG = 180 / 2**23
WHOLE_TURN = 256  # I034/020 counts 360 / 2^8 degrees


def messages(radar: Radar, biases: Biases, length_s: float, start_ns: int) -> list[Message]:
    """Return north markers and sector crossings from time 0 to `length_s`."""
    turns = np.arange(-1, np.ceil(length_s / radar.rotation_s) + 1)
    t = biases.north_s + (turns[:, None] + np.arange(SECTORS) / SECTORS) * radar.rotation_s
    rank = np.broadcast_to(np.arange(SECTORS), t.shape)
    rows = (t >= 0) & (t <= length_s) & ~within(t, radar.outages)
    out = []
    for when, sector in zip(t[rows].tolist(), rank[rows].tolist(), strict=True):
        reported = when + biases.time_s
        if sector == 0:
            out.append(Message(reported, CATEGORY, _north(radar, reported, start_ns)))
        out.append(Message(reported, CATEGORY, _sector(radar, reported, sector, start_ns)))
    return out


def _north(radar: Radar, t_s: float, start_ns: int) -> bytes:
    items = _head(radar, NORTH, t_s, start_ns)
    items[I041] = pack(unsigned(radar.rotation_s, 1 / 128, 16))
    items[I050] = _state(radar)
    items[I120] = pack(
        signed(radar.h_hae_m, 1.0, 16),
        signed(radar.lat_deg, PLACE_DEG, 24),
        signed(radar.lon_deg, PLACE_DEG, 24),
    )
    return record(items)


def _sector(radar: Radar, t_s: float, sector: int, start_ns: int) -> bytes:
    items = _head(radar, SECTOR, t_s, start_ns)
    items[I020] = bytes([sector * WHOLE_TURN // SECTORS])
    return record(items)


def _head(radar: Radar, kind: int, t_s: float, start_ns: int) -> dict[int, bytes]:
    return {
        I010: pack((radar.sac, 8), (radar.sic, 8)),
        I000: bytes([kind]),
        I030: time_of_day(t_s, start_ns),
    }


def _state(radar: Radar) -> bytes:
    """Return I034/050: released for use, channel A of each sensor that there is."""
    psr, ssr = radar.channels != "ssr", radar.channels != "psr"
    mode_s = ssr and radar.mode_s
    present = 0x80 | 0x10 * psr | 0x08 * (ssr and not mode_s) | 0x04 * mode_s
    fields = b"\x00"
    if psr or (ssr and not mode_s):
        fields += b"\x20" * (psr + (ssr and not mode_s))
    if mode_s:
        fields += b"\x20\x00"
    return bytes([present]) + fields
