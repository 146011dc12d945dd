"""Records of text that each hold a frame in hexadecimal, on their way to fixes.

The formats differ in how a line or row gives time and frame; what follows is the same for all:
digits and lengths are checked before any decoder sees them, bad records are refused by number.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tocsin.feed.clock import Timing
from tocsin.feed.frames import LONG_BYTES, SHORT_BYTES, Frames, from_hex, unix_time
from tocsin.feed.modes import decode
from tocsin.feed.quarantine import Quarantine
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading


@dataclass(slots=True)
class HexLines:
    """The frames of one file of text while it is read."""

    source: Source
    options: ReadOptions
    fmt: str
    place: str = "line"
    numbers: list[int] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    claims: list[int] = field(default_factory=list)
    quarantine: Quarantine = field(init=False)

    def __post_init__(self) -> None:
        self.quarantine = Quarantine(self.source.path)

    def add(self, number: int, time_s: float, text: str, claim: int = -1) -> None:
        """Keep one record: Unix seconds (NaN: none), digits, and the address stated beside it."""
        self.numbers.append(number)
        self.times_s.append(time_s)
        self.texts.append(text)
        self.claims.append(claim)

    def refuse(self, number: int, reason: str, detail: str, raw: bytes | str = "") -> None:
        """Refuse one record before its frame is looked at."""
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        self.quarantine.add(f"{self.place} {number}", reason, detail, text.strip())

    def reading(
        self,
        *,
        padded: bool = False,
        timing: Timing | None = None,
        notes: tuple[str, ...] = (),
        more: int = 0,
    ) -> Reading:
        """Return what all records give.

        padded   short frames come with 14 bytes, of which the last 7 mean nothing
        timing   the time of all added records where they have counters in place of Unix time
        more     records that are understood and hold no frame
        """
        records = len(self.texts) + len(self.quarantine.refusals) + more
        data, digits, good = from_hex(self.texts)
        for i in np.flatnonzero(~good).tolist():
            text = self.texts[i]
            if digits[i] in (2 * SHORT_BYTES, 2 * LONG_BYTES):
                reason, detail = (
                    "bad-hex",
                    f'"{text}" is not hexadecimal throughout',
                )
            else:
                reason = "bad-length"
                detail = f"{len(text)} digits; a Mode S frame has 14 or 28"
            self.refuse(self.numbers[i], reason, detail, text)
        length = digits // 2
        if padded:
            short = (data[:, 0] >> 3) < 16
            length = np.where(short, SHORT_BYTES, length)
            data[short, SHORT_BYTES:] = 0
        times_s = np.array(self.times_s, np.float64)
        frames = Frames(
            data,
            length,
            np.array(self.numbers, np.uint64),
            unix_time(times_s) if timing is None else timing.t,
            times_s if timing is None else timing.clock_s,
            self.place,
            claimed=np.array(self.claims, np.int64),
        ).take(good)
        quality = "host" if timing is None else timing.quality
        done = decode(self.source, self.options, frames, self.quarantine, quality)
        notes = notes + (timing.notes if timing else ()) + done.notes
        return self.quarantine.reading(self.source.sha256, self.fmt, records, done.table, notes)
