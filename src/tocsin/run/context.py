"""What other records say of the passages found: `context` in findings.json.

Each question is answered for every incursion; what stands at the top of a question is the answer
for the principal one: in sovereign airspace before any other layer, then the likeliest.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.context import identity
from tocsin.context.correlate import concerning, flight_plan
from tocsin.context.identity import Facts, Index
from tocsin.context.logs import STEPS
from tocsin.context.moments import text_of
from tocsin.context.timeline import Timeline, timeline
from tocsin.context.words import Value
from tocsin.run import observers, service
from tocsin.run.asked import Known, concerns, facts_of, questions, sources
from tocsin.run.case import Case
from tocsin.run.claims import claim_of
from tocsin.run.firs import Firs
from tocsin.run.hours import Hours, activity
from tocsin.run.records import Records
from tocsin.run.stays import Stay
from tocsin.run.whose import party, state_of
from tocsin.schema import Report

Json = dict[str, Any]
ANSWERS = ("authorisation", "flight_plan", "transponder", "radio")


@dataclass(frozen=True, slots=True)
class Counted:
    """How many aircraft people saw in a track, and who; None where they differ or nobody did."""

    count: int | None
    by: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """The context of a case, ready to be asked."""

    case: Case
    records: Records
    firs: Firs
    hours: Hours
    labels: dict[str, str]
    heard: tuple[Report, ...] = ()  # what the sensors say of transponders
    _facts: dict[str, Facts] = field(default_factory=dict, repr=False, compare=False)

    @property
    def reports(self) -> tuple[Report, ...]:
        return (*self.records.reports, *self.heard)

    def facts(self, track: str) -> Facts:
        if track not in self._facts:
            self._facts[track] = facts_of(track, self.labels.get(track, ""), self.records.reports)
        return self._facts[track]

    def counted(self, track: str, without: Iterable[str] = ()) -> Counted:
        """Return how many aircraft the visual reports count in a track.

        without  parties whose word does not count: who makes claims is no witness to them
        """
        left_out = set(without)
        told: dict[int, dict[str, None]] = {}
        for report in self.records.reports:
            number = identity.value(report, "count")
            if number and party(report.by) not in left_out and concerns(self.facts(track), report):
                told.setdefault(int(number), {})[report.by or "unnamed"] = None
        if len(told) == 1:
            ((count, names),) = told.items()
            return Counted(count, tuple(names))
        if not told:
            return Counted(None)
        words = "; ".join(f"{n} by {', '.join(names)}" for n, names in sorted(told.items()))
        return Counted(None, (), f"Words conflict on how many aircraft {track} is: {words}.")

    def for_claims(self, track: str, volumes: Sequence[str]) -> tuple[Json, ...]:
        """Return the reports that a claim on a track may be judged by, as a case file has them.

        What is only not in a feed is no report; a plan counts where it is of this flight.
        """
        facts, window = self.facts(track), self.case.window_ns or (0, 2**62)
        kept: list[Report] = []
        for kind in ("clearance", "radio", "transponder"):
            kept += concerning(kind, facts, self.reports, volumes, window)
        rows = flight_plan(facts, self.reports, next(iter(volumes), ""), window)
        kept += [r for r in self.reports if r.kind in ("response", "statement")]
        if rows.value is not Value.NOT_IN_FEED:
            kept += [r for r in rows.rows if identity.value(r, "value") in ("yes", "no")]
        return tuple(_written(report) for report in kept)

    @property
    def claimants(self) -> frozenset[str]:
        named = (*(claim_of(item).by for item in self.case.claims), *self.case.parties)
        return frozenset(map(party, named)) - {""}


def found(context: Context, stays: Sequence[Stay], rows: Sequence[Json]) -> Json:
    """Return `context` of findings.json."""
    known = Known(
        context.reports, Index.of(context.reports), context.records.complete, context.firs
    )
    codes = [state_of(stay.volume, context.case.states) for stay in stays]
    answers = [
        questions(stay, context.facts(stay.track), known, code)
        for stay, code in zip(stays, codes, strict=True)
    ]
    chief = _principal(stays, rows)
    out: Json = {"about": stays[chief].id if chief is not None else None}
    for name in ANSWERS:
        if chief is None:
            out[name] = _unasked(name, context)
            continue
        out[name] = answers[chief][name] | {
            "each": [
                {"incursion": s.id} | {k: a[name][k] for k in ("answer", "why", "by", "weight")}
                for s, a in zip(stays, answers, strict=True)
            ]
        }
    _served(out["radio"], context, codes[chief] if chief is not None else "")
    out["activation"] = _activation(context, stays, chief)
    out["response"] = response(context.reports, stays[chief] if chief is not None else None)
    out["coverage"] = _coverage(context, stays, chief)
    out["aircraft"] = _aircraft(context, stays, chief)
    return out


def _served(radio: Json, context: Context, code: str) -> None:
    """Add to the answer on the radio who served the airspace, and by which file."""
    near = service.places(
        context.case.places, context.firs, code, service.name_of(code, context.firs)
    )
    radio["places"] = near
    lacking = radio["answer"] != str(Value.YES)
    told = service.says(near, radio.get("regions", ()), radio.get("weight", "unknown"))
    radio["says"] = told if lacking else []
    if radio["says"]:
        radio["why"] = " ".join([f"{radio['why']}.", *radio["says"]])
    radio["sources"] += [
        {"path": done.path, "sha256": done.sha256, "what": "flight information regions"}
        for done in context.firs.inputs
    ]


def apply(rows: Sequence[Json], context: Context, told: Json) -> list[Json]:
    """Return the incursions with what their context says: whether authorised, and by whose word."""
    allowed = {one["incursion"]: one for one in told["authorisation"].get("each", ())}
    out = []
    for row in rows:
        answer = allowed[row["id"]]
        word = answer["answer"] if answer["answer"] in ("yes", "no") else "cannot tell"
        new: Json = {}
        for key, value in row.items():
            new[key] = value
            if key == "authorised":
                new["authorised"] = word
                new["authorised_by"] = "; ".join(answer["by"]) or None
        counted = context.counted(row["track"])
        if counted.count is not None and row["aircraft_count"] in (None, counted.count):
            new["aircraft_count"] = counted.count
            new["aircraft_count_source"] = "; ".join(counted.by)
        out.append(new)
    return out


def response(reports: Iterable[Report], stay: Stay | None) -> Json:
    """Return the steps of the response with their bounds, and the time between them."""
    line = timeline(reports)
    steps = [
        {
            "step": step.name,
            "from_utc": _text(step.earliest_ns),
            "to_utc": _text(step.latest_ns),
            "by": list(step.by),
            "who": list(dict.fromkeys(name for r in step.rows if (name := _who(r)))),
            "after_entry_s": _after(step.earliest_ns, step.latest_ns, stay),
            "sources": sources(step.rows),
        }
        for step in line.steps
    ]
    known = [s for s in steps if s["from_utc"] or s["to_utc"]]
    why = f"{len(steps)} of 6 steps are recorded, {len(known)} of them with a time"
    return {
        "answer": "yes" if steps else str(Value.NOT_IN_FEED),
        "why": why if steps else "no record of a response is in this case",
        "steps": steps,
        "between": [_between(line, *pair) for pair in _pairs(line)],
        "missing": list(line.missing),
        "order": list(line.violations),
        "sources": sources([row for step in line.steps for row in step.rows]),
    }


def limits(context: Context, stays: Sequence[Stay]) -> list[str]:
    """Return what the reader must know of how the context was used."""
    tracks = dict.fromkeys(stay.track for stay in stays)
    notes = [counted.note for t in tracks if (counted := context.counted(t)).note]
    timed = dict.fromkeys(s.volume.name for s in stays if s.sampled and s.volume.active)
    notes += [
        f"The hours of {name} are not in the probability of being inside it: whether it was "
        "active is said beside it."
        for name in timed
    ]
    return notes


def _principal(stays: Sequence[Stay], rows: Sequence[Json]) -> int | None:
    if not stays:
        return None

    def rank(k: int) -> tuple[bool, float, int]:
        return stays[k].volume.layer != "sovereign", -(rows[k]["p_inside"] or 0.0), k

    return min(range(len(stays)), key=rank)


def _unasked(name: str, context: Context) -> Json:
    kind = {"authorisation": "clearance"}.get(name, name)
    reports = [r for r in context.reports if r.kind == kind]
    return {
        "answer": str(Value.CANNOT_TELL if reports else Value.NOT_IN_FEED),
        "why": "no passage was found to ask it about",
        "by": [],
        "sources": sources(reports),
        "each": [],
    }


def _activation(context: Context, stays: Sequence[Stay], chief: int | None) -> Json:
    each = []
    for stay in stays:
        row = activity(stay, context.hours)
        each.append(
            {"incursion": stay.id, "volume": stay.volume.name}
            | {"answer": row["answer"], "why": row["why"], "sources": sources(row["reports"])}
        )
    if chief is None:
        why = "; ".join(context.hours.notes) or "no passage was found to ask it about"
        return {"answer": str(Value.CANNOT_TELL), "why": why, "sources": [], "each": []}
    return {key: each[chief][key] for key in ("answer", "why", "sources")} | {"each": each}


def _coverage(context: Context, stays: Sequence[Stay], chief: int | None) -> Json:
    case = context.case
    sensors = list({s.id: s for one in case.sources if (s := one.sensor) is not None}.values())
    height = (case.height.q05_m, case.height.q95_m) if case.height is not None else None
    each = [
        observers.coverage(sensors, stay, case.places, case.outages, height) for stay in stays
    ] or [observers.coverage(sensors, None, case.places, case.outages, height)]
    top = each[chief or 0]
    return top | {
        "each": [
            {"incursion": stay.id} | {key: row[key] for key in ("answer", "why", "share")}
            for stay, row in zip(stays, each, strict=False)
        ]
    }


def _aircraft(context: Context, stays: Sequence[Stay], chief: int | None) -> Json:
    """Return what witnesses say of the aircraft themselves: how many, of which type."""
    seen = [r for r in context.records.reports if r.kind == "visual"]
    if chief is not None:
        seen = [r for r in seen if concerns(context.facts(stays[chief].track), r)]
    counted = context.counted(stays[chief].track) if chief is not None else Counted(None)
    types = dict.fromkeys(t for r in seen if (t := identity.value(r, "aircraft")))
    facts = context.facts(stays[chief].track) if chief is not None else Facts()
    why = f"counted by {'; '.join(counted.by)}" if counted.count else counted.note
    return {
        "answer": counted.count,
        "why": why if counted.count or seen else "no witness is in this case",
        "types": list(types),
        "state_aircraft": facts.state_aircraft,
        "by": list(counted.by),
        "sources": sources(seen),
    }


def _written(report: Report) -> Json:
    row = {"kind": report.kind, "authorised": report.authorised, "by": report.by}
    row |= {"grade": report.grade, "volume": report.volume, "subject": report.subject}
    names = ("value", "from", "source_title", "source_url", "source_date")
    more = {key: identity.value(report, key) for key in names}
    more |= {"step": report.step, "text": report.text}
    return row | {key: text for key, text in more.items() if text}


def _after(earliest: int | None, latest: int | None, stay: Stay | None) -> list[float | None]:
    if stay is None:
        return [None, None]
    entry = stay.interval_ns[0]
    return [None if t is None else round((t - entry) / 1e9, 1) for t in (earliest, latest)]


def _pairs(line: Timeline) -> list[tuple[str, str]]:
    """Return neighbouring steps, and those with a time that stand next to each other."""
    timed = [s.name for s in line.steps if s.earliest_ns is not None or s.latest_ns is not None]
    pairs = [*itertools.pairwise(STEPS), *itertools.pairwise(timed)]
    return sorted(dict.fromkeys(pairs), key=lambda p: (STEPS.index(p[0]), STEPS.index(p[1])))


def _between(line: Timeline, first: str, then: str) -> Json:
    """Return the least and the greatest time between two steps; null is unknown."""
    found = line.from_to(first, then)
    least, most = (None, None) if found is None else (found.min_s, found.max_s)
    return {"first": first, "then": then, "min_s": least, "max_s": most}


def _who(report: Report) -> str:
    """Return who took a step, and from where."""
    start = identity.value(report, "from")
    return f"{report.subject} from {start}" if report.subject and start else report.subject


def _text(ns: int | None) -> str | None:
    return None if ns is None else text_of(ns)
