"""What changed between two runs, and why: inputs, case, settings and program, then every number.

Passages are matched by track, volume and boundary, then by time: their ids hold the hashes of
the inputs and change with them.  A cause is named where a change bears on a number; where more
than one does, all are named, and where none does that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.run.bundleread import Opened, case_of
from tocsin.run.verifyfields import differences

Json = dict[str, Any]
LISTS = ("source", "airspace", "fir", "plan", "log", "notam", "report", "claim", "place")
#: What in a case or beside it bears on which part of the findings.
BEARS: Mapping[str, tuple[str, ...]] = {
    "incursions": ("source", "mapping", "airspace", "met", "settings", "seed", "window", "target",
                   "notam", "shipped", "code"),
    "claims": ("source", "mapping", "airspace", "met", "settings", "seed", "window", "target",
               "notam", "shipped", "code", "claim", "place", "report", "log", "plan", "fir",
               "register"),
    "context": ("source", "mapping", "airspace", "met", "settings", "seed", "window", "target",
                "notam", "shipped", "code", "place", "report", "log", "plan", "fir"),
    "integrity": ("source", "mapping", "settings", "window", "code"),
}  # fmt: skip
BEARS = {**BEARS, "compatibility": BEARS["claims"], "sensitivity": BEARS["incursions"],
         "not_established": BEARS["incursions"], "unobserved": BEARS["incursions"]}  # fmt: skip
AUTHORISED = ("authorised", "aircraft_count")  # of an incursion, these come from records


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that changed before the numbers did."""

    kind: str  # a word of BEARS
    what: str  # a sentence
    subject: str = ""  # a claim's id, a boundary's hypothesis, where it bears on that alone
    old: Any = None
    new: Any = None


@dataclass(frozen=True, slots=True)
class Change:
    """One number that changed."""

    part: str  # incursions, claims, ...
    subject: str  # which of them, for people
    field: str
    old: Any
    new: Any
    causes: tuple[str, ...]  # likely ones, in words


def diff(old: Opened, new: Opened) -> tuple[list[Cause], list[Change]]:
    """Return what changed before the numbers, and every number that changed with its causes."""
    causes = [*_inputs(old, new), *_case(old, new), *_made(old, new)]
    return causes, list(_numbers(old.findings, new.findings, causes))


def _inputs(old: Opened, new: Opened) -> Iterator[Cause]:
    before, after = ({row["path"]: row for row in one.inputs} for one in (old, new))
    for path in dict.fromkeys((*before, *after)):
        a, b = before.get(path), after.get(path)
        row = a or b or {}
        role, only = str(row["role"]), _hypothesis((new if b else old).findings, path)
        if role == "case":
            continue  # its keys are compared one by one
        if role == "input":
            role = "source"
        if a is None or b is None:
            word = "added" if a is None else "removed"
            yield Cause(role, f"{role} {path} was {word}", only)
        elif a.get("sha256") != b.get("sha256"):
            what = f"{role} {path} is another file"
            yield Cause(role, what, only, a.get("sha256"), b.get("sha256"))


def _hypothesis(findings: Mapping[str, Any], path: str) -> str:
    """Return the boundary that a file alone gives, "" where it gives several or none."""
    named = {row["hypothesis"] for row in findings.get("airspace", ()) if row["path"] == path}
    return named.pop() if len(named) == 1 else ""


def _case(old: Opened, new: Opened) -> Iterator[Cause]:
    """Yield what differs between two case files, key by key; nothing where one is not there."""
    before, after = (case_of(one) for one in (old, new))
    if before is None or after is None:
        for key in ("window", "as_of", "tlp"):
            a, b = old.findings.get(key), new.findings.get(key)
            if a != b:
                yield Cause(key, f"{key} of the case", "", a, b)
        return
    for key in dict.fromkeys((*before, *after)):
        a, b = before.get(key), after.get(key)
        if key in LISTS:
            yield from _rows(key, a or [], b or [])
            continue
        for one in differences(a, b):
            kind = {"case": one.at.split("/")[1] if one.at else "case"}.get(key, key)
            where = f"{key}{one.at.replace('/', '.')}"
            yield Cause(kind, f"{where} of the case", "", one.old, one.new)


def _rows(kind: str, old: Sequence[Json], new: Sequence[Json]) -> Iterator[Cause]:
    """Yield what differs between lists of tables, matched by id or path and place among equals."""
    before, after = (_keyed(rows) for rows in (old, new))
    for name in dict.fromkeys((*before, *after)):
        a, b = before.get(name), after.get(name)
        label = f"[[{kind}]] {name[0] or name[1] + 1}"
        only = str((b or a or {}).get("hypothesis", "")) if kind == "airspace" else ""
        only = name[0] if kind == "claim" else only
        if a is None or b is None:
            yield Cause(kind, f"{label} was {'added' if a is None else 'removed'}", only)
            continue
        for one in differences(a, b):
            where = one.at.replace("/", ".").lstrip(".")
            yield Cause(kind, f"{where} of {label}", only, one.old, one.new)


def _keyed(rows: Sequence[Json]) -> dict[tuple[str, int], Json]:
    seen: dict[str, int] = {}
    out = {}
    for row in rows:
        name = str(row.get("id") or row.get("path") or "")
        if name and row.get("hypothesis"):
            name += f" ({row['hypothesis']})"
        number = seen.get(name, 0)
        seen[name] = number + 1
        out[(name, number)] = row
    return out


def _made(old: Opened, new: Opened) -> Iterator[Cause]:
    a, b = (dict(one.run.get("settings") or one.findings.get("settings") or {})
            for one in (old, new))  # fmt: skip
    for key in dict.fromkeys((*a, *b)):
        if a.get(key) != b.get(key):
            yield Cause("settings", f"setting {key}", "", a.get(key), b.get(key))
    if old.run and new.run:
        for one in differences(old.run["code"], new.run["code"]):
            name = one.at.rsplit("/", 1)[-1]
            what = "the program's own files" if name == "sha256" else f"version of {name}"
            yield Cause("code", what, "", one.old, one.new)
    elif old.findings["version"] != new.findings["version"]:
        versions = old.findings["version"], new.findings["version"]
        yield Cause("code", "version of tocsin", "", *versions)


def _numbers(
    old: Mapping[str, Any], new: Mapping[str, Any], causes: Sequence[Cause]
) -> Iterator[Change]:
    for part, matched in (
        ("incursions", _passages(old["incursions"], new["incursions"])),
        ("claims", _by(("id",), old["claims"], new["claims"])),
        ("compatibility", _by(("a", "b"), old["compatibility"], new["compatibility"])),
    ):
        for subject, a, b, row in matched:
            if a is None or b is None:
                was, now = (None, "found") if a is None else ("found", None)
                yield Change(part, subject, "", was, now, _likely(part, "", row, causes))
                continue
            for one in differences(a, b):
                name = one.at.replace("/", ".").lstrip(".")
                if name != "id":
                    yield Change(
                        part, subject, name, one.old, one.new, _likely(part, name, row, causes)
                    )
    for part in ("integrity", "not_established", "unobserved", "context"):
        for one in differences(old.get(part), new.get(part)):
            name = one.at.replace("/", ".").lstrip(".")
            if not _identity(one.old) and not name.startswith("about"):
                yield Change(part, "", name, one.old, one.new, _likely(part, name, {}, causes))


def _identity(value: object) -> bool:
    return isinstance(value, str) and value.startswith("i-") and len(value) == 14


Matched = tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None, Mapping[str, Any]]


def _passages(old: Sequence[Json], new: Sequence[Json]) -> Iterator[Matched]:
    """Yield passages of one track through one volume in pairs, nearest in time first."""
    keys = ("track", "volume", "layer", "hypothesis")
    left = list(new)
    pairs: list[tuple[Json | None, Json | None]] = []
    for a in old:
        same = [b for b in left if all(a[key] == b[key] for key in keys)]
        near = [b for b in same if a["from_utc"] <= b["to_utc"] and b["from_utc"] <= a["to_utc"]]
        best = next(iter(near or same), None)
        if best is not None:
            left.remove(best)
        pairs.append((a, best))
    pairs += [(None, b) for b in left]
    for before, after in pairs:
        row = after or before or {}
        subject = f"{row['track']} in {row['volume']} ({row['hypothesis']}), {row['from_utc']}"
        yield subject, before, after, row


def _by(keys: Sequence[str], old: Sequence[Json], new: Sequence[Json]) -> Iterator[Matched]:
    before, after = ({tuple(row[k] for k in keys): row for row in rows} for rows in (old, new))
    for key in dict.fromkeys((*before, *after)):
        a, b = before.get(key), after.get(key)
        yield "+".join(map(str, key)), a, b, b or a or {}


def _likely(
    part: str, name: str, row: Mapping[str, Any], causes: Sequence[Cause]
) -> tuple[str, ...]:
    """Return the changes that bear on a number, those that bear on it alone first."""
    bears = BEARS[part]
    if part == "incursions" and name.split(".")[0].startswith(AUTHORISED):
        bears = ("report", "log", "plan", "notam", "code")
    hypothesis, claim = row.get("hypothesis"), row.get("id") if part == "claims" else None
    at = next((word for word in name.split(".") if word in (row.get("verdicts") or {})), hypothesis)
    found = []
    for cause in causes:
        if cause.kind not in bears:
            continue
        if cause.kind == "claim" and claim and cause.subject != claim:
            continue
        if cause.kind == "airspace" and cause.subject and at and cause.subject != at:
            continue
        if (
            cause.kind == "claim"
            and part == "compatibility"
            and cause.subject not in (row.get("a"), *str(row.get("b")).split(", "))
        ):
            continue
        found.append(cause)
    found.sort(key=lambda cause: not cause.subject)
    return tuple(dict.fromkeys(cause.what for cause in found))
