"""The audit: who changed what, when, why, and what was there before and after.

    hash = sha256(canonical({seq, at, by, address, what, subject, why, before, after, previous}))

A line that is changed or taken out of the middle breaks the chain; the database refuses both.
The last hash, kept elsewhere, proves that nothing was cut off at the end.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from tocsin.api.accounts.file import AccountsFile
from tocsin.api.accounts.tables import AUDIT
from tocsin.errors import IntegrityError
from tocsin.register.canonical import canonical, sha256
from tocsin.schema.moment import utc

_C = AUDIT.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One change."""

    by: str
    what: str  # account.add, session.begin, incident.approve, alert.acknowledge, ...
    subject: str
    address: str = ""
    why: str = ""
    before: Any = None
    after: Any = None


def record(connection: Connection, deed: Deed) -> str:
    """Add a line in a transaction that is open; return its hash."""
    last = connection.execute(
        select(_C.seq, _C.hash, _C.at_ns).order_by(_C.seq.desc()).limit(1)
    ).one_or_none()
    row = {
        "seq": last.seq + 1 if last else 1,
        "at_ns": max(time.time_ns(), last.at_ns if last else 0),
        "by": deed.by,
        "address": deed.address,
        "what": deed.what,
        "subject": deed.subject,
        "why": deed.why,
        "before": canonical(deed.before),
        "after": canonical(deed.after),
        "previous": last.hash if last else "",
    }
    mark = _hash(row)
    connection.execute(AUDIT.insert().values(**row, hash=mark))
    return mark


def lines(accounts: AccountsFile) -> Iterator[dict[str, Any]]:
    """Yield every line, the oldest first; raise IntegrityError where the chain is broken."""
    previous, seq = "", 0
    with accounts.reading() as connection:
        for row in connection.execute(select(AUDIT).order_by(_C.seq)).mappings():
            told = dict(row)
            mark = told.pop("hash")
            if told["seq"] != seq + 1 or told["previous"] != previous or _hash(told) != mark:
                raise IntegrityError(
                    f"the audit does not hold at line {seq + 1}",
                    path=str(accounts.path),
                    hint="somebody changed the file: keep it, and look at a backup",
                )
            previous, seq = mark, told["seq"]
            for name in ("before", "after"):
                told[name] = json.loads(told[name])
            at = utc(told.pop("at_ns"), 9)
            yield {"seq": told.pop("seq"), "at": at, **told, "hash": mark}


def _hash(row: dict[str, Any]) -> str:
    told = {name: value for name, value in row.items() if name != "at_ns"}
    return sha256(canonical({**told, "at": utc(row["at_ns"], 9)}))
