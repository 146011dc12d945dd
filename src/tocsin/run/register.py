"""The register at work: where a clock, files and a store meet.

Every function takes an open store, or the words a person gave; the clock is read here and
nowhere in the room.
"""

from __future__ import annotations

import json
import os
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tocsin.errors import IncidentError, RegisterError, UsageError
from tocsin.register.link import Link, link_of
from tocsin.register.query import NOW, Filter, Row, Times
from tocsin.register.record import DISSENT, SIGNATURE, Record
from tocsin.register.revision import Draft, Revision
from tocsin.register.store import Store
from tocsin.register.workflow import Action
from tocsin.run.register_reported import coverage
from tocsin.schema import Incident, Moment, incident_of
from tocsin.schema.moment import utc

STORE = "TOCSIN_STORE"


def now_ns() -> int:
    """Return the clock, in nanoseconds since 1970 UTC."""
    return time.time_ns()


def store_url(option: str | None) -> str:
    """Return the store's address: the option, TOCSIN_STORE, ./tocsin.toml, the user's own file."""
    if option or os.environ.get(STORE):
        return option or os.environ[STORE]
    for path in (Path("tocsin.toml"), config_home() / "tocsin.toml"):
        told = _toml(path) if path.is_file() else {}
        section = told.get("register", {})
        if isinstance(section, dict) and isinstance(section.get("store"), str):
            return str(section["store"])
    raise UsageError("no register is named", hint="add --store sqlite:///FILE, or set TOCSIN_STORE")


def config_home() -> Path:
    """Return the folder of the user's own settings."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "tocsin"


def times_of(as_of: str | None, recorded_as_of: str | None) -> Times:
    """Return the times a question is asked as of; each through the end of what is written."""
    return Times(
        None if as_of is None else _through(as_of, "--as-of"),
        None if recorded_as_of is None else _through(recorded_as_of, "--recorded-as-of") - 1,
    )


def _through(text: str, option: str) -> int:
    try:
        latest_ns = Moment.of(text).latest_ns
    except IncidentError as error:
        raise UsageError(f"{option}: {error.problem}", hint=error.hint) from None
    if latest_ns is None:
        raise UsageError(f'{option} "{text}" has no end', hint="write 2025-09-19")
    return latest_ns


def read_incidents(path: Path) -> list[Incident]:
    """Return the incidents of a file: TOML or JSON, one, or several under `incident`.

    Strict: one that cannot be understood refuses the file, with its place.
    """
    told: Any = _toml(path) if path.suffix == ".toml" else _json(path)
    if isinstance(told, dict) and isinstance(told.get("incident"), list):
        told = told["incident"]
    several = told if isinstance(told, list) else [told]
    if not several:
        raise IncidentError("holds no incident", path=str(path))
    return [
        incident_of(_table(one, path), path=str(path), place=f"incident {n}" * (len(several) > 1))
        for n, one in enumerate(several, 1)
    ]


def add(
    store: Store,
    incidents: list[Incident],
    by: str,
    *,
    reason: str = "",
    edit: bool = False,
    base: int | None = None,
) -> list[Revision]:
    """Write incidents as new ones, or as new revisions; all of them or none."""
    action = Action.EDIT if edit else Action.ADD
    drafts = [Draft(each.id, action, by, each, reason, base) for each in incidents]
    return _revisions(store.append(drafts, now_ns()))


def review(store: Store, link: Link, action: Action, by: str, reason: str = "") -> Revision:
    """Take one step with an incident; with a revision in the link, only if it is the newest."""
    draft = Draft(link.incident, action, by, None, reason, link.number)
    return _revisions(store.append([draft], now_ns()))[0]


def sign(store: Store, link: Link, key: Path, by: str) -> Record:
    """Sign a revision; without a number the newest."""
    from tocsin.register.sign import load_key, signature_note

    revision = found(store, link)
    note = signature_note(revision, load_key(key), by, utc(now_ns(), 9))
    return _records(store.append([note], now_ns()))[0]


def dissent(store: Store, link: Link, key: Path, by: str, says: str, finding: str = "") -> Record:
    """Record a signed dissent from a revision, or from one of its findings."""
    from tocsin.register.sign import dissent_note, load_key

    revision = found(store, link)
    note = dissent_note(revision, load_key(key), by, says, utc(now_ns(), 9), finding)
    return _records(store.append([note], now_ns()))[0]


def found(store: Store, link: Link, times: Times = NOW) -> Revision:
    """Return a revision; raise RegisterError where there is none."""
    revision = store.revision(link, times)
    if revision is not None:
        return revision
    history = store.history(link.incident)
    if not history:
        raise RegisterError(f"{link.incident} is not in the register", hint="see `register list`")
    if link.number is not None:
        raise RegisterError(f"{link} does not exist", hint=f"the newest is {history[-1].link}")
    raise RegisterError(f"{link.incident} was not known then", hint="see its history")


def revision_dict(revision: Revision) -> dict[str, Any]:
    """Return what a revision is, without the incident itself."""
    return {
        "id": revision.incident,
        "revision": revision.number,
        "link": str(revision.link),
        "path": revision.link.path,
        "state": revision.state,
        "action": revision.action,
        "author": revision.author,
        "reason": revision.reason,
        "known_on": revision.known_on,
        "recorded_at": utc(revision.recorded_ns, 9),
        "hash": revision.hash,
        "previous": revision.previous,
        "content_sha256": revision.content_sha256,
    }


def show(store: Store, link: Link, times: Times = NOW) -> dict[str, Any]:
    """Return a revision with its incident, its signatures and every dissent on the incident."""
    revision = found(store, link, times)
    return {
        **revision_dict(revision),
        "signatures": [r.body for r in store.records(SIGNATURE, str(revision.link))],
        "dissents": [_said(r) for r in store.records(DISSENT, revision.incident)],
        "incident": revision.record,
    }


def count(store: Store, wanted: Filter, times: Times, as_of: str, most_rows: int) -> dict[str, Any]:
    """Return the answer to a count, with what it rests on and what could not decide.

    as_of  what the answer says it is as of
    """
    answer = store.count(wanted, times, most_rows)
    missing, reports = coverage(store, wanted, times)
    opened = [_counted(row, revision) for row, revision in store.opened(answer.rows)]
    shown = len(answer.rows)
    return {
        "count": answer.count,
        "undecided": answer.undecided,
        "as_of": as_of,
        "rows": [row for row, found in zip(opened, answer.rows, strict=True) if found.decided],
        "undecided_rows": [
            row for row, found in zip(opened, answer.rows, strict=True) if not found.decided
        ],
        "rows_left_out": answer.count + answer.undecided - shown,
        "excluded": [{"link": row.link, "why": row.standing.value} for row in answer.excluded],
        "coverage_gaps": missing,
        "reported_counts": reports,
        "ledger": str(store.head()),
    }


def listed(
    store: Store, wanted: Filter, times: Times, limit: int | None
) -> Iterator[dict[str, Any]]:
    """Yield incidents with their revisions, in order of time."""
    for row, revision in store.opened(store.find(wanted, times, limit)):
        yield {
            **revision_dict(revision),
            "decided": row.decided,
            "standing": row.standing.value,
            "incident": revision.record,
        }


def parse_link(text: str) -> Link:
    return link_of(text)


def _counted(row: Row, revision: Revision) -> dict[str, Any]:
    told = revision.record
    return {
        "id": row.incident,
        "link": row.link,
        "begin": told["when"]["begin"],
        "states": told["states"],
        "domain": told["domain"],
        "what": told["what"],
        "state": revision.state,
        "verification": told["verification"],
        "known_on": revision.known_on,
        "sources": told["sources"],
    }


def _said(record: Record) -> dict[str, Any]:
    return {**record.body, "recorded_at": utc(record.recorded_ns, 9)}


def _revisions(items: list[Revision | Record]) -> list[Revision]:
    return [item for item in items if isinstance(item, Revision)]


def _records(items: list[Revision | Record]) -> list[Record]:
    return [item for item in items if isinstance(item, Record)]


def _table(value: object, path: Path) -> dict[str, object]:
    if not isinstance(value, dict):
        raise IncidentError("is no incident: a table of fields is wanted", path=str(path))
    return value


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise IncidentError((error.strerror or "cannot be read").lower(), path=str(path)) from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_bytes(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise IncidentError(f"is not TOML: {error}", path=str(path)) from None


def _json(path: Path) -> Any:
    try:
        return json.loads(_bytes(path), object_pairs_hook=_once)
    except ValueError as error:
        raise IncidentError(f"is not JSON: {error}", path=str(path)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a key is given twice")
    return table
