"""What the ledger holds beside revisions: signatures, dissent, coverage, reported figures.

A record has a kind, a subject (an incident's link, or whatever the kind speaks of) and a body;
it is never changed, only followed by another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tocsin.errors import RegisterError
from tocsin.register.canonical import canonical, sha256
from tocsin.schema.moment import utc

SIGNATURE = "signature"
DISSENT = "dissent"
#: Where nobody looked, or what was looked for: {"state", "domain", "from", "until", "why", ...}.
COVERAGE = "coverage"


@dataclass(frozen=True, slots=True)
class Note:
    """A record that somebody wants to write."""

    kind: str
    subject: str
    body: dict[str, Any]

    def __post_init__(self) -> None:
        if not self.kind.isidentifier() or self.kind == "revision":
            raise RegisterError(f'"{self.kind}" is no kind of record')


@dataclass(frozen=True)
class Record:
    """A record as it stands in a store."""

    kind: str
    subject: str
    text: str = field(repr=False)  # canonical text of the body
    recorded_ns: int

    @cached_property
    def hash(self) -> str:
        head = {"kind": self.kind, "subject": self.subject, "recorded_at": utc(self.recorded_ns, 9)}
        return sha256(canonical({**head, "body_sha256": sha256(self.text)}))

    @cached_property
    def body(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.text)
        return value


def seal_note(note: Note, recorded_ns: int) -> Record:
    """Return the record that a note becomes."""
    return Record(note.kind, note.subject, canonical(note.body), recorded_ns)
