"""Whether everything a store holds is what was written: walk the ledger, name the first break.

Nothing a store says of itself is believed: hashes are recomputed from the text, states from the
steps, approvals from who wrote what, signatures from the keys they name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tocsin.errors import RegisterError
from tocsin.register import sign
from tocsin.register.canonical import sha256
from tocsin.register.ledger import REVISION, Entry, Head, enter
from tocsin.register.link import Link, link_of
from tocsin.register.record import DISSENT, SIGNATURE, Record
from tocsin.register.revision import Revision
from tocsin.register.trust import TrustList
from tocsin.register.workflow import APPROVALS, CHANGES, Action, State, person_key, step
from tocsin.schema.moment import utc

_COUNTED = (REVISION, SIGNATURE, DISSENT)


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that does not hold."""

    seq: int  # of the ledger; 0: no entry of it
    subject: str
    problem: str

    def __str__(self) -> str:
        where = f"entry {self.seq} ({self.subject})" if self.seq else self.subject
        return f"{where}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What an audit found."""

    entries: int
    incidents: int
    revisions: int
    signatures: int
    dissents: int
    head: Head
    broken: Break | None


@dataclass(slots=True)
class _Line:
    """What is known of one incident while walking."""

    number: int = 0
    hash: str = ""
    state: State | None = None
    content_sha256: str = ""
    writers: frozenset[str] = frozenset()


Lookup = Callable[[Link], Revision | None]


@dataclass(slots=True)
class Walk:
    """A verification that goes on from entry to entry; `broken` stops it.

    lookup    finds the revision that a signature or a dissent speaks of
    trust     whose signatures count; None: any that hold
    expected  `SEQ:SEAL` that somebody kept: the ledger must pass through it
    """

    lookup: Lookup
    trust: TrustList | None = None
    expected: str = ""
    head: Head = field(default_factory=Head)
    broken: Break | None = None
    _lines: dict[str, _Line] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    _passed: bool = False

    def follow(self, entries: Iterable[Entry]) -> Walk:
        """Check entries in order up to the first that does not hold."""
        for entry in entries:
            self.check(entry)
            if self.broken is not None:
                break
        return self

    def done(self, head: Head | None = None) -> Verified:
        """Return the result; `head` is where the store says its ledger ends."""
        if self.broken is None and head is not None and str(head) != str(self.head):
            self._break(
                self.head.seq + 1,
                f"the store noted {head.seq} entries, ending {head.seal[:12]}, "
                f"and has {self.head.seq}, ending {self.head.seal[:12]}",
            )
        if self.broken is None and self.expected and not self._passed:
            self._break(self.head.seq + 1, f"it never passed through {self.expected}")
        return Verified(
            entries=self.head.seq,
            incidents=len(self._lines),
            revisions=self._counts[REVISION],
            signatures=self._counts[SIGNATURE],
            dissents=self._counts[DISSENT],
            head=self.head,
            broken=self.broken,
        )

    def check(self, entry: Entry) -> None:
        """Check the next entry; set `broken` where it does not hold."""
        problem = self._problem(entry)
        if problem:
            self.broken = Break(entry.seq, entry.subject, problem)
            return
        self.head = Head(entry.seq, entry.seal, entry.item.recorded_ns if entry.item else 0)
        self._passed |= str(self.head) == self.expected
        if entry.kind in self._counts:
            self._counts[entry.kind] += 1

    def _break(self, seq: int, problem: str) -> None:
        self.broken = Break(seq, "the end of the ledger", problem)

    def _problem(self, entry: Entry) -> str:
        if entry.seq != self.head.seq + 1:
            gone = f"{self.head.seq + 1}"
            return f"entry {gone} is missing" if entry.seq > self.head.seq else "is out of order"
        if entry.previous != self.head.seal:
            return "is not sealed to the entry before it"
        if entry.item is None:
            return "what it seals is gone"
        if entry.item.hash != entry.hash:
            return "what it seals was changed: its hash is another"
        again, _ = enter(entry.item, self.head)
        if again != entry:
            return "its seal is wrong"
        if entry.item.recorded_ns < self.head.recorded_ns:
            return "is recorded before the entry before it"
        if isinstance(entry.item, Revision):
            return self._revision(entry.item)
        return self._record(entry.item)

    def _revision(self, revision: Revision) -> str:
        line = self._lines.setdefault(revision.incident, _Line())
        if revision.number != line.number + 1:
            return f"revision {line.number + 1} is missing"
        if revision.previous != line.hash:
            return "its previous hash is not that of the revision before it"
        if sha256(revision.content) != revision.content_sha256:
            return "its content is not what was hashed"
        problem = _step_problem(revision, line)
        if problem:
            return problem
        key = person_key(revision.author)
        wrote = revision.content_sha256 != line.content_sha256
        self._lines[revision.incident] = _Line(
            revision.number,
            revision.hash,
            State(revision.state),
            revision.content_sha256,
            line.writers | {key} if wrote else line.writers,
        )
        return ""

    def _record(self, record: Record) -> str:
        if record.kind not in (SIGNATURE, DISSENT):
            return ""
        revision = self.lookup(link_of(record.subject))
        if revision is None:
            return "the revision it speaks of is not there"
        if not sign.holds(record, revision):
            return f"the {record.kind} does not hold"
        if self.trust is not None:
            public_key = record.body["public_key"]
            if not self.trust.signer(public_key, utc(record.recorded_ns, 9)):
                return f"signed with {public_key}, which is not trusted"
        return ""


def _step_problem(revision: Revision, line: _Line) -> str:
    try:
        action = Action(revision.action)
        after = step(line.state, action, revision.incident)
    except (ValueError, RegisterError):
        return f"the step {revision.action} is not possible here"
    if after != revision.state:
        return f"{revision.action} does not lead to {revision.state}"
    if action in APPROVALS and person_key(revision.author) in line.writers:
        return f"{revision.author} approved what they wrote"
    if action not in CHANGES and revision.content_sha256 != line.content_sha256:
        return f"{revision.action} changed the content"
    try:
        named = revision.record["id"]
    except (KeyError, TypeError, json.JSONDecodeError):
        return "its content is no incident"
    return "" if named == revision.incident else f"its content is that of {named}"
