"""What parties say over an interval of time, put together: yes, no, or cannot tell.

A party's later word replaces its earlier one from then on (a clearance that is withdrawn); its word
counts from its time until its end, without either for always.  What parties say is then compared:
where one says yes and another no, the answer is "cannot tell" and names both.  Nothing here counts
heads: saying it twice adds nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tocsin.context.fir import Weighed, Weight
from tocsin.context.moments import text_of
from tocsin.schema import Report


class Value(StrEnum):
    """The four answers; the fourth is "nobody said", which is never "no"."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"
    NOT_IN_FEED = "not in this feed"


AS_SAID = Weighed(Weight.FULL, "")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with whose word it is, why, and the rows it rests on."""

    value: Value
    by: tuple[str, ...]
    why: str
    rows: tuple[Report, ...] = ()
    weighed: Weighed = AS_SAID


@dataclass(frozen=True, slots=True)
class Complete:
    """A declaration that a feed holds everything of a kind, for a place and a time."""

    kind: str  # flight_plan, clearance, radio, transponder
    by: str
    from_ns: int
    until_ns: int
    volumes: tuple[str, ...] = ()  # none: everywhere
    refused: int = 0  # records of it that could not be read: what is lost may be the one

    def covers(self, kind: str, volume: str, interval_ns: tuple[int, int]) -> bool:
        return (
            self.kind == kind
            and not self.refused
            and (not self.volumes or volume in self.volumes)
            and self.from_ns <= interval_ns[0]
            and interval_ns[1] <= self.until_ns
        )


Row = tuple[Report, str]  # a report and what it says: yes, no, unknown


@dataclass(frozen=True, slots=True)
class Party:
    """What one party says over the interval."""

    by: str
    said: frozenset[str]  # of yes, no, unknown, "" (says nothing for a part)
    why: str


def combine(rows: Sequence[Row], interval_ns: tuple[int, int], *, events: bool = False) -> Answer:
    """Return one answer from rows that all concern the track, the volume and the interval.

    events  the rows are events (calls on the radio): one yes is a yes, whenever it was
    """
    by: dict[str, list[Row]] = {}
    for row in rows:
        by.setdefault(row[0].by, []).append(row)
    parties = [
        _events(name, said) if events else _standing(name, said, interval_ns)
        for name, said in sorted(by.items())
    ]
    yes = [p for p in parties if "yes" in p.said]
    no = [p for p in parties if "no" in p.said]
    reports = tuple(row[0] for row in rows)
    if yes and no:
        both = [*yes, *(p for p in no if p not in yes)]
        why = "words conflict: " if len(both) > 1 else ""
        return Answer(Value.CANNOT_TELL, _names(both), why + _whys(both), reports)
    whole = [p for p in yes if p.said == {"yes"}]
    if whole:
        return Answer(Value.YES, _names(whole), _whys(whole), reports)
    if no:
        return Answer(Value.NO, _names(no), _whys(no), reports)
    if not parties:
        return Answer(Value.NOT_IN_FEED, (), "nobody said so far")
    return Answer(Value.CANNOT_TELL, _names(parties), _whys(parties), reports)


def _names(parties: Sequence[Party]) -> tuple[str, ...]:
    return tuple(p.by or "unnamed" for p in parties)


def _whys(parties: Sequence[Party]) -> str:
    return "; ".join(p.why for p in parties)


def _events(by: str, rows: Sequence[Row]) -> Party:
    words = {word for _, word in rows}
    word = "yes" if "yes" in words else "no" if "no" in words else "unknown"
    times = sorted(row.t_ns for row, said in rows if said == word and row.t_ns is not None)
    when = f" ({', '.join(text_of(t) for t in times)})" if times else ""
    return Party(by, frozenset({word}), f"{by or 'unnamed'} says {word}{when}")


def _standing(by: str, rows: Sequence[Row], interval_ns: tuple[int, int]) -> Party:
    begin, end = interval_ns
    cuts = {begin, end}
    for row, _ in rows:
        cuts |= {t for t in (row.t_ns, row.until_ns) if t is not None and begin < t < end}
    edges = sorted(cuts)
    pieces = list(itertools.pairwise(edges)) or [(begin, end)]
    said: list[tuple[str, int, int]] = []
    for a, b in pieces:
        word = _governing(rows, a, b)
        if said and said[-1][0] == word:
            said[-1] = (word, said[-1][1], b)
        else:
            said.append((word, a, b))
    name = by or "unnamed"
    if len(said) == 1:
        return Party(by, _flat(said[0][0]), f"{name} says {said[0][0] or 'nothing'}")
    spans = ", ".join(f"{w or 'nothing'} {text_of(a)} to {text_of(b)}" for w, a, b in said)
    return Party(by, frozenset().union(*(_flat(w) for w, _, _ in said)), f"{name} says {spans}")


def _governing(rows: Sequence[Row], begin: int, end: int) -> str:
    """Return the party's latest word that holds over a piece; "yes and no" where it says both."""
    holds = [
        (row.t_ns, word)
        for row, word in rows
        if (row.t_ns is None or row.t_ns <= begin) and (row.until_ns is None or row.until_ns >= end)
    ]
    if not holds:
        return ""
    latest = max((t for t, _ in holds if t is not None), default=None)
    words = {word for t, word in holds if t == latest}
    if len(words) > 1:
        words.discard("unknown")
    return "yes and no" if len(words) > 1 else words.pop()


def _flat(word: str) -> frozenset[str]:
    return frozenset({"yes", "no"}) if word == "yes and no" else frozenset({word})
