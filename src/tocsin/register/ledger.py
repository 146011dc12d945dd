"""The one sequence through everything a store holds, each entry sealed to the one before.

    seal_n = sha256(n, kind, subject, hash_n, seal_(n-1))        seal_0 = 64 zeros

Revisions of an incident form a chain of their own; without this one, its last revisions, or a
whole incident, could be taken away unseen.  Its own last entries can be taken away together
with the store's note of its head: to catch that, keep `head` elsewhere (`register audit` prints
it) and give it back with `--expect`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.register.canonical import sha256
from tocsin.register.record import Record
from tocsin.register.revision import Revision

GENESIS = "0" * 64
REVISION = "revision"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger."""

    seq: int = 0
    seal: str = GENESIS
    recorded_ns: int = -(2**62)

    def __str__(self) -> str:
        return f"{self.seq}:{self.seal}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger with what it seals."""

    seq: int
    kind: str
    subject: str
    hash: str
    previous: str
    seal: str
    item: Revision | Record | None  # None: the store has lost it


def seal_of(seq: int, kind: str, subject: str, hash_: str, previous: str) -> str:
    """Return the seal of an entry."""
    return sha256(f"{seq}\n{kind}\n{subject}\n{hash_}\n{previous}")


def enter(item: Revision | Record, head: Head) -> tuple[Entry, Head]:
    """Return the entry of an item that follows `head`, and the head after it."""
    kind, subject = (
        (REVISION, str(item.link)) if isinstance(item, Revision) else (item.kind, item.subject)
    )
    seq = head.seq + 1
    seal = seal_of(seq, kind, subject, item.hash, head.seal)
    entry = Entry(seq, kind, subject, item.hash, head.seal, seal, item)
    return entry, Head(seq, seal, item.recorded_ns)
