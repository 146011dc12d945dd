"""Where each statement of a dossier comes from: statements by id, and what each rests on.

A statement is a sentence that the page says in its own words; claims and passages have ids of
their own.  `tocsin why ID` walks from any of them to the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tocsin.dossier import sentences
from tocsin.dossier.sentences import Findings, Said, anchor, ordered

Row = dict[str, Any]
NAMED_AT_MOST = 6  # of what a statement rests on, in the table; `why` names all


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the dossier, and what it was made from."""

    id: str  # s1, s2, ... in the order of the page
    text: str
    incursions: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()  # where no incursion is: what was not seen, or not credible
    reports: tuple[str, ...] = ()  # "case.toml [[report]] 3"


def statements(
    findings: Findings, headline: str, said: Sequence[Said], allowed: str, seen: Mapping[str, Any]
) -> list[Statement]:
    """Return the statements of a page; the first is the headline, those of `said` follow."""
    incursions = ordered(findings)
    every = tuple(str(i.get("id", "")) for i in incursions)
    doubtful = iter([str(x.get("track", "")) for x in findings.get("not_established", ())])
    unseen = iter(dict.fromkeys(str(x.get("track", "")) for x in findings.get("unobserved", ())))
    made = [Statement("s1", headline, every)]
    for one in said:
        name = f"s{len(made) + 1}"
        if one.kind == "found":
            first = next(i for i in incursions if str(i.get("id", "")) == one.id)
            group = [i for i in incursions if sentences._alike(i) == sentences._alike(first)]
            made.append(Statement(name, one.head, tuple(str(i.get("id", "")) for i in group)))
        elif one.kind == "not-established":
            made.append(Statement(name, one.head, tracks=(next(doubtful, ""),)))
        elif one.kind == "unobserved":
            made.append(Statement(name, one.head, tracks=(next(unseen, ""),)))
        else:
            made.append(Statement(name, one.head))
    context = findings.get("context") or {}
    about = str(context.get("about") or "")
    if about:
        told = context.get("authorisation") or {}
        places = [_place(row) for row in told.get("sources") or ()]
        reports = tuple(dict.fromkeys(place for place in places if place))
        made.append(Statement(f"s{len(made) + 1}", allowed, (about,), reports=reports))
        if seen:
            made.append(Statement(f"s{len(made) + 1}", str(seen["answer"]), (about,)))
    return made


def section(
    findings: Findings,
    made: Sequence[Statement],
    said: Sequence[Said],
    code: Mapping[str, Any] | None,
) -> Row:
    """Return what the page's section on provenance shows.

    code  what made the pages: `sha256` of the program, `libraries` with their versions, and
          `withheld`, what was left out before this left the house
    """
    told = dict(code or {})
    return {
        "said": [one.id for one in made[1 : 1 + len(said)]],
        "statements": [{**asdict(one), "rests": _rests(one)} for one in made],
        "claims": [
            {"id": str(c.get("id", "")), "anchor": f"claim-{k}"}
            for k, c in enumerate(findings.get("claims", ()), 1)
        ],
        "code_sha256": str(told.get("sha256", "")),
        "libraries": ", ".join(f"{k} {v}" for k, v in (told.get("libraries") or {}).items()),
        "withheld": list(told.get("withheld") or ()),
    }


def _rests(one: Statement) -> list[Row]:
    rows = [{"text": name, "anchor": anchor(name)} for name in one.incursions]
    rows += [{"text": name, "anchor": ""} for name in (*one.tracks, *one.reports) if name]
    if len(rows) > NAMED_AT_MOST:
        more = {"text": f"and {len(rows) - NAMED_AT_MOST} more", "anchor": ""}
        rows = [*rows[:NAMED_AT_MOST], more]
    return rows


def _place(row: Mapping[str, Any]) -> str:
    return " ".join(str(row[key]) for key in ("path", "place") if row.get(key))
