"""Beast binary recordings of dump1090, readsb, Radarcape and the Mode-S Beast.

A recording holds no date and as a rule no time of day: see `clock` for what its counter is worth.
The stamps count as GPS time of day if the receiver says so in a status message (type '4', bit 4
of its first byte) and every stamp can be read that way; without a status message, if they show it
themselves (`stampkind`).  Mode A/C replies ('1') carry no address:
they are counted as decoded, with a note, and give no fix.  Frames with the stamp "\\xff\\0MLAT"
were made by multilateration and are marked so.
"""

from __future__ import annotations

import numpy as np

from tocsin.feed import beastframes, clock
from tocsin.feed.beastframes import ESCAPE, MODE_AC, MODE_S_LONG, MODE_S_SHORT, STATUS
from tocsin.feed.frames import LONG_BYTES, SHORT_BYTES, Frames
from tocsin.feed.modes import decode
from tocsin.feed.quarantine import Quarantine
from tocsin.feed.source import ReadOptions, Source
from tocsin.feed.stampkind import Evidence, StampKind
from tocsin.schema import Reading

NAME = "beast"
TITLE = "Beast binary (dump1090, readsb, Radarcape)"

GPS_BIT = 0x10  # of the settings byte of a Radarcape
_RAW_BYTES = 40  # of a refused stretch, kept for a person
_SNIFF_BYTES = 4096


def sniff(head: bytes) -> bool:
    """Return whether most of the first bytes are whole Beast messages."""
    head = head[:_SNIFF_BYTES]
    if ESCAPE not in head:
        return False
    messages, stretches = beastframes.split(head)
    lost = sum(s.span for s in stretches if s.reason != "truncated")
    return len(messages.offset) > 0 and int(messages.span.sum()) > lost


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of a Beast recording.

    Bytes that are no message are quarantined by offset: "truncated" for the last, "bad-length",
    "unknown-type", or "garbage" between messages.
    """
    quarantine = Quarantine(source.path)
    messages, stretches = beastframes.split(source.data)
    for lost in stretches:
        raw = source.data[lost.offset : lost.offset + min(lost.span, _RAW_BYTES)]
        quarantine.add(f"byte {lost.offset}", lost.reason, lost.detail, raw)

    status = messages.kind == STATUS
    real = messages.stamp[~status & (messages.stamp != clock.MLAT_STAMP)]
    if status.any():
        said = bool((messages.payload[status, 0] & GPS_BIT).any())
        gps, plain = said and bool(clock.is_gps(real).all()), True
    else:
        kind = Evidence().take(real)
        gps, plain = kind is StampKind.GPS, kind is not StampKind.UNKNOWN
    mode_s = np.isin(messages.kind, (MODE_S_SHORT, MODE_S_LONG))
    timing = clock.timing(messages.stamp[mode_s], options.date, gps)
    frames = Frames(
        messages.payload[mode_s],
        np.where(messages.kind[mode_s] == MODE_S_LONG, LONG_BYTES, SHORT_BYTES),
        messages.offset[mode_s].astype(np.uint64),
        timing.t,
        timing.clock_s,
        "byte",
        messages.stamp[mode_s] == clock.MLAT_STAMP,
        messages.span[mode_s],
    )
    done = decode(source, options, frames, quarantine, timing.quality)
    notes = timing.notes + done.notes
    if len(real) and not plain:
        notes += ("stamps are read as those of a counter; they are too few to rule out GPS time",)
    for count, text in (
        (int((messages.kind == MODE_AC).sum()), "Mode A/C reply (no address, no fix)"),
        (int(status.sum()), "receiver status message"),
    ):
        if count:
            notes += (f"{count:,} x {text}",)
    records = len(messages.offset) + len(stretches)
    return quarantine.reading(source.sha256, NAME, records, done.table, notes)
