"""From an id in a dossier to the bytes it rests on, as a tree.

An id is that of an incursion (`i-...`), of a claim, of a pair of claims (`a+b`), or of a
statement of the dossier (`s1`, `s2`, ...).  The tree names the observations with their place in
their file where the feed kept one, the boundary, the settings and the program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

from tocsin.dossier.rests import stands_beside
from tocsin.errors import UsageError
from tocsin.run.bundleread import Opened, case_of
from tocsin.run.whyplaces import observed

Json = dict[str, Any]
NUMBERS = ("p_inside", "entry_utc", "exit_utc", "duration_s", "max_depth_m", "path_inside_m")
CLAIMED = ("id", "by", "says", "test", "reading", "verdict", "verdicts", "p", "why", "grade")


@dataclass(frozen=True, slots=True)
class Node:
    """One step on the way: what it is, in words and as facts, and what it rests on."""

    what: str
    facts: Json = field(default_factory=dict)
    rests_on: tuple[Node, ...] = ()

    def as_json(self) -> Json:
        """Return the tree as plain objects."""
        return asdict(self)


def why(opened: Opened, identity: str) -> Node:
    """Return the tree of one id; raise UsageError, with the nearest id, where there is none."""
    findings = opened.findings
    for row in findings.get("incursions", ()):
        if row["id"] == identity:
            return _incursion(opened, row)
    for row in findings.get("claims", ()):
        if row["id"] == identity:
            return _claim(opened, row)
    for row in findings.get("compatibility", ()):
        if identity in (_pair(row), f"{row['b']}+{row['a']}"):
            return _together(opened, row)
    for row in opened.statements:
        if row["id"] == identity:
            return _statement(opened, row)
    known = list(ids(opened))
    near = get_close_matches(identity, known, 1, 0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known[:20])}"
    if identity.startswith("s") and not opened.statements:
        hint = "statements stand in bundle.zip, which is not there"
    raise UsageError(f'nothing here is called "{identity}"', path=opened.path, hint=hint)


def ids(opened: Opened) -> Iterator[str]:
    """Yield every id that `why` can walk from."""
    yield from (str(row["id"]) for row in opened.statements)
    yield from (str(row["id"]) for row in opened.findings.get("incursions", ()))
    yield from (str(row["id"]) for row in opened.findings.get("claims", ()))
    yield from (_pair(row) for row in opened.findings.get("compatibility", ()))


def _statement(opened: Opened, row: Mapping[str, Any]) -> Node:
    rests = [
        _incursion(opened, i) for i in opened.findings["incursions"] if i["id"] in row["incursions"]
    ]
    rests += [Node(f"track {name}: no passage of it was established", {"track": name})
              for name in row["tracks"] if name]  # fmt: skip
    rests += [Node(f"report: {text}", {"report": text}) for text in row["reports"]]
    if not rests:
        rests = [_input(one) for one in opened.inputs]
    return Node(f"statement {row['id']}: {row['text']}", dict(row), (*rests, _made(opened)))


def _incursion(opened: Opened, row: Mapping[str, Any]) -> Node:
    told = {name: row.get(name) for name in NUMBERS}
    what = (
        f"incursion {row['id']}: {row['track']} in {row['volume']} ({row['layer']}, boundary "
        f"{row['hypothesis']}), {_middle(row['entry_utc'])} to {_middle(row['exit_utc'])}"
    )
    return Node(
        what,
        {
            "id": row["id"],
            **told,
            "depth_from": row.get("depth_from"),
            "dominant_uncertainty": row.get("dominant_uncertainty"),
        },
        (
            *_observations(opened, row),
            *_boundary(opened, row["volume"], row["hypothesis"]),
            *_beside(opened),
            *_authorised(opened, row),
            _made(opened),
        ),
    )


def _claim(opened: Opened, row: Mapping[str, Any]) -> Node:
    source = row.get("source") or {}
    said = ", ".join(str(source[key]) for key in ("title", "date", "url") if source.get(key))
    what = f"claim {row['id']} by {row.get('by') or 'nobody named'}: {row['verdict']}"
    facts = {key: row.get(key) for key in CLAIMED}
    rests = [Node(f"said in {said}", dict(source))] if said else []
    rests.append(Node(f"tested as {row['test']}", {"test": row["test"]}))
    looked = list(_looked_at(opened, row.get("rests_on") or ()))
    rests += looked or [Node("nothing could be looked at")]
    rests += [
        Node(f"{'beside it' if stands_beside(one) else 'could not decide'}: {_row(one)}", dict(one))
        for one in row.get("could_not_decide", ())
    ]
    return Node(what, facts, (*rests, _made(opened)))


def _looked_at(opened: Opened, rows: Sequence[Mapping[str, Any]]) -> Iterator[Node]:
    """Yield what a claim was tested on: passages of its track, rows of reports and registers."""
    for row in rows:
        if row.get("kind") != "track":
            yield Node(_row(row), dict(row))
            continue
        mine = [i for i in opened.findings["incursions"] if i["track"] == row.get("track")]
        what = f"track {row.get('track')}, {row.get('samples')} joint samples"
        yield Node(what, dict(row), tuple(_incursion(opened, one) for one in mine))


def _row(row: Mapping[str, Any]) -> str:
    """Return a row of a report, a register or a ledger in one line."""
    told = [f"{key} {value}" for key, value in row.items() if value not in (None, "") and
            key != "kind" and not isinstance(value, list | dict)]  # fmt: skip
    return f"{row.get('kind') or 'row'}: {', '.join(told)}"


def _together(opened: Opened, row: Mapping[str, Any]) -> Node:
    claims = [c for c in opened.findings["claims"] if c["id"] in (row["a"], *row["b"].split(", "))]
    rests = [Node(f"claim {c['id']}: {c['test']}", {"id": c["id"], "test": c["test"]})
             for c in claims]  # fmt: skip
    word = {True: "compatible", False: "not compatible"}.get(row["compatible"], "cannot be told")
    return Node(f"{_pair(row)}: {word}. {row['why']}", dict(row), (*rests, _made(opened)))


def _observations(opened: Opened, row: Mapping[str, Any]) -> Iterator[Node]:
    for part in observed(opened, row["id"]):
        yield Node(part.what, part.facts)


def _boundary(opened: Opened, volume: str, hypothesis: str) -> Iterator[Node]:
    for one in opened.findings.get("airspace", ()):
        if one["volume"] == volume and one["hypothesis"] == hypothesis:
            yield Node(
                f"boundary {one['path']}, one sigma {one['sigma_m']:g} m, sha256 {one['sha256']}",
                dict(one),
            )


def _beside(opened: Opened) -> Iterator[Node]:
    """Yield files that bear on every passage: the case, the weather, what calibrates radars."""
    case = case_of(opened) or {}
    learned = {s["path"] for s in case.get("source", ()) if s.get("use") == "calibration"}
    for row in opened.inputs:
        if row["path"] in learned:
            yield Node(f"calibrates: {_input(row).what}", dict(row))
        elif row["role"] in ("case", "met", "mapping"):
            yield _input(row)


def _authorised(opened: Opened, row: Mapping[str, Any]) -> Iterator[Node]:
    context = opened.findings.get("context") or {}
    told = context.get("authorisation") or {}
    each = {str(one.get("incursion")): one for one in told.get("each") or ()}
    mine = each.get(row["id"]) or told
    answer = row.get("authorised", "cannot tell")
    sources = tuple(
        Node(f"{one['path']} {one.get('place', '')}: {one.get('by', '')}", dict(one))
        for one in told.get("sources") or ()
        if one.get("path")
    )
    yield Node(f"authorised: {answer}", {"answer": answer, "why": mine.get("why", "")}, sources)


def _input(row: Mapping[str, Any]) -> Node:
    state = "withheld" if "withheld" in row else "missing" if "missing" in row else ""
    mark = row.get("sha256") or row.get("mark") or "not kept"
    what = f"{row['role']} {row['path']}, sha256 {mark}"
    return Node(f"{what} ({state})" if state else what, dict(row))


def _made(opened: Opened) -> Node:
    findings, code = opened.findings, opened.run.get("code") or {}
    settings = dict(findings.get("settings") or {})
    plain = {k: v for k, v in settings.items() if not isinstance(v, list | dict)}
    told = ", ".join(f"{name} {value}" for name, value in plain.items())
    if "seed" in opened.run:
        told += f", seed {opened.run['seed']}"
    facts = {
        "settings_sha256": findings["settings_sha256"],
        "settings": settings,
        "seed": opened.run.get("seed"),
        "code": code or {"tocsin": findings["version"]},
    }
    program = f"tocsin {findings['version']}, source sha256 {code.get('sha256', 'not kept')}"
    return Node(
        "computed",
        facts,
        (
            Node(f"settings {told}, sha256 {findings['settings_sha256']}", settings),
            Node(f"program {program}"),
        ),
    )


def _pair(row: Mapping[str, Any]) -> str:
    return f"{row['a']}+{row['b']}".replace(", ", "+")


def _middle(moments: Mapping[str, Any] | None) -> str:
    return str(moments["q50"]) if moments else "not observed"
