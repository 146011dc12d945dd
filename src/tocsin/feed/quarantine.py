"""What was refused, counted by reason, with its place and the sentence for a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa

from tocsin.schema import Input, Reading, Refusal

RAW_CHARS = 120  # of a refused record, enough to find and judge it


@dataclass(slots=True)
class Quarantine:
    """Collects the refused records of one file while it is read."""

    path: str
    refusals: list[Refusal] = field(default_factory=list)

    def add(self, place: str, reason: str, detail: str, raw: str | bytes = "") -> None:
        """Keep one refused record.

        place   "line 812", "byte 4096", "row 17": where a person finds it
        reason  the short code that is counted, such as "bad-crc"
        detail  value, rule and what to do, in one sentence
        """
        text = raw.hex() if isinstance(raw, bytes) else raw
        self.refusals.append(Refusal(self.path, place, reason, detail, text[:RAW_CHARS]))

    def reading(
        self, sha256: bytes, fmt: str, records: int, fixes: pa.Table, notes: tuple[str, ...] = ()
    ) -> Reading:
        """Return the reading of a file of `records` records, all but the refused ones decoded."""
        reasons = Counter(refusal.reason for refusal in self.refusals)
        refused = len(self.refusals)
        if refused > records:
            raise ValueError(f"{self.path}: {refused} refusals of only {records} records")
        done = Input(
            path=self.path,
            sha256=sha256.hex(),
            format=fmt,
            records=records,
            decoded=records - refused,
            quarantined=refused,
            reasons=dict(sorted(reasons.items())),
            notes=notes,
        )
        return Reading(done, fixes, tuple(self.refusals))
