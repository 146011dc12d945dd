"""`register:` tests of a case answered from its register, as of the case's date.

The register is asked once; what it says is frozen (`register_extract`) and every answer comes from
there, whether a store, the shipped lists or a bundle stood behind it.  So what a dossier says is
what its bundle can say again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from tocsin.claims.evidence import Gap, Told
from tocsin.claims.tree import Node, Register, leaves
from tocsin.errors import ClaimError, IncidentError, UsageError
from tocsin.register.query import Standing, matches
from tocsin.register.shelf import standing_for
from tocsin.register.workflow import State
from tocsin.run.case import Case
from tocsin.run.casekeys import ns_of
from tocsin.run.register_extract import (
    EXTRACT,
    Count,
    Extract,
    Held,
    Missing,
    extracted,
    filter_of,
    opened,
    read_extract,
)
from tocsin.run.register_figures import figure
from tocsin.schema import Answer, Input, Moment

Json = dict[str, Any]
NAMED = 12  # rows in a sentence; all stand in `rests_on`
_GAPS = {"gap": "not covered", "differs": "reported otherwise", "partial": "covered in part"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A register that was asked for a case."""

    extract: Extract
    _said: dict[str, Told] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, question: Register) -> Told:
        """Return what it says to one test."""
        key = str(question)
        if key not in self._said:
            answer = count if question.function == "count" else figure
            self._said[key] = answer(self.extract, question)
        return self._said[key]


def ask(
    case: Case,
    trees: Mapping[str, Node],
    store: str | None = None,
    moved: Mapping[str, Path] | None = None,
) -> Asked | None:
    """Return what the register of a case says to its claims; None where it has none.

    trees  the test of each claim by its id
    store  a register that takes the place of the one the case names
    moved  the files of a bundle: then the extract among them is the register, and no store is
           opened, whatever the case names

    Raises ClaimError for a question about what no register has, RegisterError for a store that
    cannot be read.
    """
    questions = {
        name: [leaf for leaf in leaves(tree) if isinstance(leaf, Register)]
        for name, tree in trees.items()
    }
    for name, own in questions.items():
        for one in own:
            _check(one, case.path, name)
    every = [one for own in questions.values() for one in own]
    if moved is not None:
        return Asked(read_extract(moved[EXTRACT])) if EXTRACT in moved else None
    url, folder = (store, Path()) if store else (case.register, Path(case.path).parent)
    if not url or not every:
        return None
    as_of_ns = None if case.as_of is None else ns_of(case.as_of)
    as_of = "" if case.as_of is None else f"{case.as_of:%Y-%m-%dT%H:%M:%SZ}"
    with opened(url, folder) as register:
        return Asked(extracted(register, every, as_of_ns, as_of))


def inputs(asked: object) -> tuple[Input, ...]:
    """Return what was taken from a register as an input of the case; nothing without one."""
    return (asked.extract.input,) if isinstance(asked, Asked) else ()


def _check(one: Register, path: str, claim: str) -> None:
    try:
        filter_of(one) if one.function == "count" else Moment.of(dict(one.where).get("year", ""))
    except (IncidentError, UsageError) as error:
        raise ClaimError(
            error.problem,
            test=str(one),
            at=0,
            nearest=error.hint,
            path=path,
            place=f"claim {claim}",
        ) from None


def count(extract: Extract, question: Register) -> Told:
    """Return a count of an extract, counted again from its rows."""
    mine = next((each for each in extract.counts if each.query == question.query), None)
    if mine is None:
        return Told(gap=Gap("the register was not asked this"))
    wanted, by_link = filter_of(question), {held.link: held for held in extract.incidents}
    sure: list[Json] = []
    open_: list[Json] = []
    apart: list[Json] = []
    for held in (by_link[link] for link in mine.rows):
        state = State(held.state)
        answer = matches(wanted, held.incident, state)
        standing = standing_for(wanted, held.incident, state)
        if answer is Answer.NO:
            continue
        if standing is not Standing.COUNTED:
            apart.append(_row(held) | {"why": f"not counted: {standing.value}"})
        elif answer is Answer.UNKNOWN:
            open_.append(_row(held) | {"why": "its date or its state does not decide"})
        elif not held.known:
            open_.append(_row(held) | {"why": f"known on {held.known_on}: perhaps not by then"})
        else:
            sure.append(_row(held))
    blind = [gap for gap in mine.missing if gap.kind == "gap" and _before(gap, extract.as_of)]
    least, most = len(sure), len(sure) + len(open_)
    bounded = not blind and not mine.left_out
    return Told(
        spans=((least, most if bounded else inf),),
        gap=_why(mine, question, least, most, blind),
        notes=tuple(_count_notes(extract, question, mine, sure, open_, apart)),
        rests_on=tuple(sure),
        could_not_decide=(*open_, *apart, *_beside(mine)),
    )


def _why(mine: Count, question: Register, least: int, most: int, blind: list[Missing]) -> Gap:
    """Return why a count may leave a test open."""
    parts = []
    if most > least:
        parts.append(f"between {least} and {most} as what cannot be decided is taken")
    if mine.left_out:
        parts.append(f"{mine.left_out} more rows than can be named: narrow the question")
    parts += [f"nobody looked in {_period(gap)}" for gap in blind]
    return Gap(f"{question.query}: {'; '.join(parts)}", looked=True)


def _before(gap: Missing, as_of: str) -> bool:
    """Return whether a gap lies in the window of its question and before its date."""
    first = Moment.of(gap.period).earliest_ns
    until = Moment.of(as_of).earliest_ns
    return gap.in_window and (first is None or until is None or first < until)


def _count_notes(
    extract: Extract,
    question: Register,
    mine: Count,
    sure: list[Json],
    open_: list[Json],
    apart: list[Json],
) -> list[str]:
    when = f", as of {extract.as_of.replace('T00:00:00Z', '')}" if extract.as_of else ""
    number = str(len(sure)) if not open_ else f"{len(sure)} to {len(sure) + len(open_)}"
    noun = "incident" if number == "1" else "incidents"
    where = " of " * bool(question.where)
    where += ", ".join(f"{name} {value}" for name, value in question.where)
    notes = [f"the register has {number} {noun}{where}{when}{_named(sure)}"]
    if open_:
        notes.append(f"undecided{_named(open_)}")
    if apart:
        notes.append("; ".join(f"{row['why']} {row['link']}" for row in apart[:NAMED]))
    for gap in mine.missing:
        if gap.in_window:
            about = " ".join(part for part in (gap.state, gap.domain) if part) or "all"
            notes.append(f"{_GAPS[gap.kind]}: {about} {_period(gap)}: {gap.why}")
    return notes


def _period(gap: Missing) -> str:
    return gap.period.replace("T00:00:00Z", "")


def _named(rows: list[Json]) -> str:
    if not rows:
        return ""
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return ": " + ", ".join(row["link"] for row in rows[:NAMED]) + more


def _beside(mine: Count) -> list[Json]:
    """Return what the register does not cover, and counts of others, as rows."""
    told = [asdict(gap) for gap in mine.missing]
    return told + [
        {"kind": "reported", **asdict(each), "why": "reported by somebody; never added to the rows"}
        for each in mine.reported
    ]


def _row(held: Held) -> Json:
    """Return an incident as a claim that rests on it shows it."""
    incident = held.incident
    return {
        "kind": "incident",
        "id": incident.id,
        "link": held.link,
        "begin": str(incident.when.begun),
        "states": list(incident.states),
        "domain": incident.domain.value,
        "what": incident.what,
        "state": held.state,
        "verification": incident.verification.value,
        "known_on": held.known_on,
        "tlp": incident.tlp.value,
        "content_sha256": held.content_sha256,
        "sources": [
            {"title": one.title, "url": one.url, "date": str(one.date), "grade": one.grade}
            for one in incident.sources
        ],
    }
