"""An incident of the register as factors of an assessment, by rules that look at its fields.

Each score names the fields it rests on, as `ID@REV#field`, so that it can be opened.  What the
register leaves unknown stays unknown, [0, 4]; so do effect and immediacy, of which no field
speaks.  The rules, and what they take each value for, are in docs/reference/bundled-register.md.
Earlier incidents are those of the same register; it is never complete, so the upper end of what
is counted from it is one more than it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.policy.threshold.assess import Dissent
from tocsin.policy.threshold.factors import Score, gather
from tocsin.policy.threshold.load import Earlier, Load, as_score, loads
from tocsin.policy.threshold.scale import HIGHEST
from tocsin.register.link import link_of
from tocsin.register.match_words import types
from tocsin.register.query import NOW, Filter, Standing, Times
from tocsin.register.record import DISSENT
from tocsin.register.store import Store
from tocsin.run import assess
from tocsin.run.register import found
from tocsin.schema import Answer, Domain, Incident, Moment, Span, Verification

BY = "tocsin, by rule from the fields of the register"
DAY_NS = 86_400_000_000_000
FLYING = (Domain.AIR, Domain.DRONE, Domain.MISSILE, Domain.BALLOON)
#: Nothing that crosses a border and turns back flies faster for long: half the time in, half out.
FASTEST_M_S = 400.0
_DEEP_M, _LONG_S = (1_000.0, 5_000.0, 20_000.0), (60.0, 300.0, 1_200.0)  # the steps of the scale
_STRAY = re.compile(r"stray|off course|unintended|diverted|astray|not aimed|accident")
_SUSPECTED = re.compile(r"suspected|likely|probably|via ")
_COMBAT, _TRANSPORT, _BORDER = (
    ("su-", "mig-", "il-20", "jas-"),
    ("il-", "tu-", "an-"),
    ("mi-", "ka-"),
)
_MEASURED = {
    Verification.UNVERIFIED: (0.0, 1.0),
    Verification.REFUTED: (0.0, 1.0),
    Verification.DISPUTED: (1.0, 2.0),
    Verification.PRESS: (1.0, 2.0),
    Verification.OFFICIAL: (2.0, 3.0),
    Verification.INVESTIGATED: (2.0, 4.0),
    Verification.ESTABLISHED: (3.0, 4.0),
}


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier incident: its link, its age in days, and whether it surely counts."""

    link: str
    incident: Incident
    age_d: tuple[float, float]
    sure: bool


def assessed(store: Store, name: str, times: Times = NOW) -> assess.Incident:
    """Return what an assessment needs of an incident of the register.

    name  ID or ID@REV; raises RegisterError where there is none
    """
    revision = found(store, link_of(name), times)
    incident, link = revision.read(), str(revision.link)
    before = list(earlier(store, incident, times))
    mine, past = _loads(incident, before)
    scores = [*_own(incident, link), *_others(incident, link, before, mine)]
    dissents = tuple(
        Dissent(
            str(record.body["by"]), str(record.body["says"]), str(record.body["finding"]), (link,)
        )
        for record in store.records(DISSENT, incident.id)
    )
    notes = [f"{BY}; {link}, {revision.state}, {incident.verification.value}"]
    if incident.response.text:
        notes.append(f"response on record: {incident.response.text}")
    if incident.count_of_objects.least is not None:
        notes.append(f"objects: {_told(incident.count_of_objects.least, incident)}")
    notes += [f"not dated, so nothing earlier is counted: {link}"] * (not _dated(incident))
    return assess.Incident(
        id=incident.id,
        factors=gather(scores),
        title=incident.what,
        loads=past,
        dissent=dissents,
        known_evidence=frozenset(item for score in scores for item in score.evidence) | {link},
        notes=tuple(notes),
        date=str(incident.when.begun) if _dated(incident) else "",
    )


def earlier(store: Store, incident: Incident, times: Times = NOW) -> Iterator[Before]:
    """Yield the incidents of the store that began before this one, or may have."""
    own = incident.when.begun
    if own.earliest_ns is None or own.latest_ns is None:
        return
    wanted = Filter(begin_ns=own.earliest_ns - 3 * 365 * DAY_NS, end_ns=own.latest_ns)
    for row, revision in store.opened(store.find(wanted, times)):
        if row.incident == incident.id or row.standing is not Standing.COUNTED:
            continue
        other = revision.read()
        begun = other.when.begun
        if begun.earliest_ns is None or begun.latest_ns is None:
            continue
        age = (
            (own.earliest_ns - begun.latest_ns) / DAY_NS,
            (own.latest_ns - begun.earliest_ns) / DAY_NS,
        )
        if age[1] > 0 and other.verification is not Verification.REFUTED:
            sure = age[0] >= 0 and other.verification is not Verification.DISPUTED
            yield Before(row.link, other, age, sure and row.decided)


def _own(incident: Incident, link: str) -> Iterator[Score]:
    """Yield the scores that rest on the incident's own fields."""
    for made in (_invasiveness, _military, _measured, _attribution, _legality, _hails):
        score = made(incident, link)
        if score is not None:
            yield score
    said = " ".join(actor.text for actor in incident.actors)
    if _STRAY.search(said):
        for factor in ("directness", "intent"):
            yield _score(factor, (0.0, 1.0), link, "actors", why=said)


def _invasiveness(incident: Incident, link: str) -> Score | None:
    depth, long = incident.depth_m, incident.duration_s
    if _open(depth) and _open(long):
        return None
    fields = [name for name, span in (("depth_m", depth), ("duration_s", long)) if not _open(span)]
    deepest = depth.most
    if _open(depth) and long.most is not None:
        deepest = FASTEST_M_S * long.most / 2
    low = max(_step(depth.least or 0.0, _DEEP_M), _step(long.least or 0.0, _LONG_S))
    ends = [
        HIGHEST if most is None else _step(most, cuts)
        for most, cuts in ((deepest, _DEEP_M), (long.most, _LONG_S))
    ]
    why = ", ".join(
        f"{_range(span)} {unit}"
        for span, unit in ((depth, "m deep"), (long, "s"))
        if not _open(span)
    )
    return _score("invasiveness", (low, max(ends)), link, *fields, why=why)


def _military(incident: Incident, link: str) -> Score | None:
    if incident.domain is Domain.BALLOON:
        return _score("military", (0.0, 0.0), link, "domain", why="balloon")
    if incident.domain is Domain.MISSILE:
        return _score("military", (4.0, 4.0), link, "domain", why="missile")
    named = types(incident.what)
    for marks, span in (
        (_COMBAT, (3.0, 4.0)), (_BORDER, (2.0, 3.0)), (_TRANSPORT, (1.0, 2.0))
    ):  # fmt: skip
        if any(name.startswith(marks) for name in named):
            why = ", ".join(sorted(named))
            return _score("military", span, link, "what", why=why)
    return None


def _measured(incident: Incident, link: str) -> Score:
    span = _MEASURED[incident.verification]
    grades = ", ".join(source.grade for source in incident.sources)
    why = f"{incident.verification.value}; sources graded {grades}"
    return _score("measurability", span, link, "verification", "sources", why=why)


def _attribution(incident: Incident, link: str) -> Score:
    if not incident.actors:
        return _score("attribution", (0.0, 1.0), link, "actors", why="nobody is named")
    actor = incident.actors[0]
    why = f"{actor.name}, by {actor.by or 'nobody named'}" + f": {actor.text}" * bool(actor.text)
    if actor.name == actor.by:
        span = (4.0, 4.0)  # says so itself
    elif actor.denied is Answer.YES:
        span = (2.0, 3.0)
    elif _SUSPECTED.search(actor.text):
        span = (1.0, 2.0)
    else:
        span = (3.0, 3.0) if actor.denied is Answer.NO else (1.0, 3.0)
    return _score("attribution", span, link, "actors", why=why)


def _legality(incident: Incident, link: str) -> Score | None:
    conduct = {
        name: getattr(incident, name).answer for name in ("transponder", "flight_plan", "radio")
    }
    told = [name for name, answer in conduct.items() if answer is not Answer.UNKNOWN]
    silent = sum(answer is Answer.NO for answer in conduct.values())
    permitted = incident.authorised.answer
    fields = (*told, *(["authorised"] if permitted is not Answer.UNKNOWN else []))
    why = ", ".join(
        f"{name.replace('_', ' ')} {getattr(incident, name).answer.value}" for name in fields
    )
    if permitted is Answer.YES:
        return _score("legality", (0.0, 0.0), link, "authorised", why=why)
    if not fields:
        return None
    high = 3.0 if silent or len(told) < 3 else 2.0
    if permitted is Answer.NO:
        return _score("legality", (3.0 if silent >= 2 else 2.0, high), link, *fields, why=why)
    # Nobody says whether it was permitted: non-cooperative alone is no violation.
    return _score("legality", (1.0 if silent else 0.0, high), link, *fields, why=why)


def _hails(incident: Incident, link: str) -> Score | None:
    radio = incident.radio
    if radio.answer is Answer.UNKNOWN:
        return None
    span = (0.0, 1.0) if radio.answer is Answer.YES else (1.0, 2.0)
    if "did not follow" in radio.text or "ignored" in radio.text:
        span = (3.0, 3.0)
    return _score("hails", span, link, "radio", why=radio.text or radio.answer.value)


def _loads(incident: Incident, before: list[Before]) -> tuple[list[Before], tuple[Load, ...]]:
    """Return the earlier incidents that weigh on the same state, and the load they make."""
    mine = [
        each
        for each in before
        if each.incident.domain in FLYING and set(each.incident.states) & set(incident.states)
    ]
    faded = [Earlier(each.link, each.age_d, (1.0 if each.sure else 0.0, 1.0)) for each in mine]
    return mine, loads(faded) if faded else ()


def _others(
    incident: Incident, link: str, before: list[Before], mine: list[Before]
) -> Iterator[Score]:
    """Yield the scores that rest on the rest of the register."""
    if not _dated(incident):
        return
    same, near = [], []
    for each in before:
        other = each.incident
        alike = other.domain is incident.domain and bool(set(other.states) & set(incident.states))
        if alike and each.age_d[0] <= 365:
            same.append(each)
        elif not alike and each.age_d[0] <= 7:
            near.append(each)
    yield _counted("repetition", same, 365, link)
    yield _counted("coordination", near, 7, link)
    faded = [Earlier(each.link, each.age_d, (1.0 if each.sure else 0.0, 1.0)) for each in mine]
    low, high = as_score(loads(faded))
    why = f"{len(faded)} earlier in three years, severity 1 each; one more may be missing"
    evidence = (link, *(each.link for each in mine))
    yield Score("cumulative", round(low, 3), min(round(high + 1, 3), HIGHEST), evidence, why, BY)


def _counted(factor: str, found: list[Before], days: int, link: str) -> Score:
    sure = sum(each.sure and each.age_d[1] <= days for each in found)
    evidence = (link, *(each.link for each in found))
    why = f"{sure} to {len(found)} in the {days} days before; one more may be missing"
    return Score(factor, min(sure, HIGHEST), min(len(found) + 1.0, HIGHEST), evidence, why, BY)


def _score(factor: str, span: tuple[float, float], link: str, *fields: str, why: str = "") -> Score:
    return Score(factor, *span, tuple(f"{link}#{name}" for name in fields), why, BY)


def _step(value: float, cuts: tuple[float, float, float]) -> float:
    return 1.0 + sum(value > cut for cut in cuts)


def _open(span: Span) -> bool:
    return span.least is None and span.most is None


def _dated(incident: Incident) -> bool:
    begun: Moment = incident.when.begun
    return begun.earliest_ns is not None and begun.latest_ns is not None


def _range(span: Span) -> str:
    if span.least == span.most:
        return f"{span.least:g}"
    low = "0" if span.least is None else f"{span.least:g}"
    return f"{low} to {span.most:g}" if span.most is not None else f"{low} or more"


def _told(least: int, incident: Incident) -> str:
    most = incident.count_of_objects.most
    return f"{least}" if most == least else f"{least} to {'more' if most is None else most}"
