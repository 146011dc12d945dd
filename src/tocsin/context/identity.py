"""Whether a record and a track are of one aircraft: points for and against, with reasons.

Points are in bans (powers of ten of a likelihood ratio), judged, not fitted:

    24-bit address   +4 same    -3 other    one transponder in a thousand is set wrong
    registration     +4 same    -3 other
    call sign        +3 same    -2 other    reused every day, mistyped, changed between legs
    departure        +1 same    -1 other    many flights share an aerodrome, or an operator
    destination      +0.7 same  -0.7 other  diversions
    time             +0.5 overlap; a record of another time is of another flight

Without one of the first three in common nothing is identified, whatever else agrees.  A match
counts when it has `ENOUGH` and leads the next record by `MARGIN`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tocsin.context.moments import MINUTE_NS
from tocsin.schema import Report

ENOUGH = 2.5
MARGIN = 1.0
#: A plan stands for some time around its times: a delay of less than an hour needs no message
#: (Doc 4444 4.4.2.3: 30 min controlled, 60 min uncontrolled); a departure may be early.
EARLY_NS = 15 * MINUTE_NS
LATE_NS = 60 * MINUTE_NS


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a track; empty means unknown, never "none"."""

    track: str = ""
    icao24: int | None = None
    callsigns: tuple[str, ...] = ()
    registrations: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    departure: str = ""
    destination: str = ""
    state_aircraft: bool | None = None
    conditions_met: tuple[str, ...] = ()  # conditions of a clearance that were checked and held

    @property
    def identified(self) -> bool:
        """Whether there is anything by which to look it up."""
        return bool(self.icao24 is not None or self.callsigns or self.registrations)


@dataclass(frozen=True, slots=True)
class Match:
    """One record against one track."""

    report: Report
    bans: float
    reasons: tuple[str, ...]
    shared: bool  # an identifier is the same
    excluded: bool = False  # another time


@dataclass(frozen=True, slots=True)
class Best:
    """The record that fits best, by how much, and whether that is enough."""

    match: Match | None
    margin: float
    accepted: bool
    why: str
    rivals: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """Records by what identifies them, so that a track meets only those it could be."""

    reports: tuple[Report, ...]
    by_key: dict[str, tuple[int, ...]] = field(repr=False)
    nameless: tuple[int, ...] = field(default=(), repr=False)  # that name nobody: about any track

    @classmethod
    def of(cls, reports: Iterable[Report]) -> Index:
        rows = tuple(reports)
        by_key: dict[str, list[int]] = {}
        for k, row in enumerate(rows):
            subject = _subject(row)
            for key in (*_keys(*_names(row)), *([f"s{subject}"] if subject else [])):
                by_key.setdefault(key, []).append(k)
        nameless = tuple(k for k, row in enumerate(rows) if not names_somebody(row))
        return cls(rows, {key: tuple(found) for key, found in by_key.items()}, nameless)

    def near(self, facts: Facts) -> list[Report]:
        """Return the records that share an identifier with a track, in file order."""
        return [self.reports[k] for k in sorted(self._near(facts))]

    def about(self, facts: Facts) -> list[Report]:
        """Return those, and the records that name nobody, in file order."""
        return [self.reports[k] for k in sorted(self._near(facts) | set(self.nameless))]

    def _near(self, facts: Facts) -> set[int]:
        address = (facts.icao24,) if facts.icao24 is not None else ()
        keys = _keys(address, facts.callsigns, facts.registrations)
        keys += [f"s{name}" for name in _all_names(facts)]
        return {k for key in keys for k in self.by_key.get(key, ())}


def match(facts: Facts, report: Report, interval_ns: tuple[int, int] | None = None) -> Match:
    """Return the points for one record being of one track, observed over an interval."""
    addresses, callsigns, registrations = _names(report)
    reasons: list[str] = []
    bans, shared = 0.0, False
    own = (facts.icao24,) if facts.icao24 is not None else ()
    for label, mine, theirs, same, other in (
        ("24-bit address", [f"{n:06x}" for n in own], [f"{n:06x}" for n in addresses], 4.0, -3.0),
        ("registration", list(facts.registrations), list(registrations), 4.0, -3.0),
        ("call sign", list(facts.callsigns), list(callsigns), 3.0, -2.0),
    ):
        if not mine or not theirs:
            continue
        both = sorted({_plain(name) for name in mine} & {_plain(name) for name in theirs})
        shared = shared or bool(both)
        bans += same if both else other
        reasons.append(
            f"{label} {next(name for name in mine if _plain(name) in both)} is the same"
            if both
            else f"{label} {', '.join(theirs)} is not {', '.join(mine)}"
        )
    subject = _subject(report)
    if subject and (facts.identified or subject in _all_names(facts)):
        shared = subject in _all_names(facts)
        bans += 4.0 if shared else -2.0
        reasons.append(f"{report.subject} is " + ("the same" if shared else "another"))
    for label, here, points in (
        ("departure", facts.departure, 1.0),
        ("destination", facts.destination, 0.7),
    ):
        there = value(report, label)
        if here and there:
            bans += points if here == there else -points
            reasons.append(
                f"{label} {there} is " + ("the same" if here == there else f"not {here}")
            )
    operators = all_values(report, "operator")
    if facts.operators and operators:
        both = sorted(set(facts.operators) & set(operators))
        bans += 1.0 if both else -1.0
        reasons.append(f"operator {' '.join(operators)} is " + ("the same" if both else "another"))
    excluded = False
    if interval_ns is not None and (report.t_ns is not None or report.until_ns is not None):
        excluded = not overlaps(report, interval_ns)
        bans += 0.0 if excluded else 0.5
        reasons.append("of another time" if excluded else "of the same time")
    return Match(report, bans, tuple(reasons), shared, excluded)


def best(
    facts: Facts, records: Index | Sequence[Report], interval_ns: tuple[int, int] | None = None
) -> Best:
    """Return the best match among records, with its margin over the next.

    Only records that share an identifier and are of the same time count, so that any other
    record changes nothing.
    """
    index = records if isinstance(records, Index) else Index.of(records)
    found = [match(facts, report, interval_ns) for report in index.near(facts)]
    found = sorted((m for m in found if m.shared and not m.excluded), key=lambda m: -m.bans)
    if not found:
        return Best(None, 0.0, False, "no record shares an identifier and the time with it")
    first, rest = found[0], found[1:]
    margin = first.bans - max([0.0, *(m.bans for m in rest)])
    reasons = "; ".join(first.reasons)
    if first.bans < ENOUGH:
        return Best(first, margin, False, f"too little agrees ({reasons})", tuple(rest))
    if margin < MARGIN:
        why = f"{1 + len(rest)} records fit about as well ({reasons})"
        return Best(first, margin, False, why, tuple(rest))
    return Best(first, margin, True, reasons, tuple(rest))


def overlaps(report: Report, interval_ns: tuple[int, int]) -> bool:
    """Return whether a record's time, with the slack of a plan, meets an interval."""
    early, late = (EARLY_NS, LATE_NS) if report.kind == "flight_plan" else (0, 0)
    begin, end = interval_ns
    return not (
        (report.t_ns is not None and report.t_ns - early > end)
        or (report.until_ns is not None and report.until_ns + late < begin)
    )


def value(report: Report, key: str) -> str:
    """Return the first property of that name, "" where there is none."""
    return next((text for name, text in report.properties if name == key), "")


def all_values(report: Report, key: str) -> tuple[str, ...]:
    return tuple(text for name, text in report.properties if name == key)


def names_somebody(report: Report) -> bool:
    """Return whether a record says of whom it speaks."""
    return bool(report.subject or any(_names(report)) or all_values(report, "operator"))


def _names(report: Report) -> tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    """Return a record's addresses, call signs and registrations, as far as they are typed."""
    addresses = [int(text, 16) for text in all_values(report, "icao24") if _is_hex(text)]
    return tuple(addresses), all_values(report, "callsign"), all_values(report, "registration")


def _subject(report: Report) -> str:
    """Return the subject where nothing typed says whose name it is: "ABC123" may be either."""
    return "" if any(_names(report)) else _plain(report.subject)


def _all_names(facts: Facts) -> set[str]:
    address = [f"{facts.icao24:06x}"] if facts.icao24 is not None else []
    track = [facts.track] if facts.track else []
    return {_plain(n) for n in (*track, *address, *facts.callsigns, *facts.registrations)}


def _is_hex(text: str) -> bool:
    return len(text) == 6 and set(text.lower()) <= set("0123456789abcdef")


def _plain(name: str) -> str:
    return name.replace("-", "").strip().upper()


def _keys(
    addresses: Iterable[int], callsigns: Iterable[str], registrations: Iterable[str]
) -> list[str]:
    return [
        *(f"a{number:06x}" for number in addresses),
        *(f"c{_plain(name)}" for name in callsigns),
        *(f"r{_plain(name)}" for name in registrations),
    ]
