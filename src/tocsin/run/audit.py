"""Auditing a store, and the list of keys one trusts."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from typing import Any

from tocsin.errors import UsageError
from tocsin.register.chain import Walk
from tocsin.register.sign import load_key, new_key, public_of
from tocsin.register.sql.check import projection
from tocsin.register.sql.store import SqlStore
from tocsin.register.trust import load_trust, save_trust
from tocsin.register.workflow import person
from tocsin.run.register import config_home, now_ns
from tocsin.schema.moment import utc


def audit(store: SqlStore, expect: str = "", trust: Path | None = None) -> dict[str, Any]:
    """Return what an audit of everything found; `broken` names the first thing that fails."""
    if trust is not None and not trust.is_file():
        raise UsageError("no such list of keys", path=str(trust), hint="make it: key trust")
    known = load_trust(trust) if trust is not None else None
    head = store.head()  # what is written from here on is another audit's
    walk = Walk(lookup=store.revision, trust=known, expected=expect)
    walk.follow(takewhile(lambda entry: entry.seq <= head.seq, store.entries()))
    done = walk.done(head)
    broken = done.broken or projection(store)
    return {
        "ok": broken is None,
        "entries": done.entries,
        "incidents": done.incidents,
        "revisions": done.revisions,
        "signatures": done.signatures,
        "dissents": done.dissents,
        "head": str(done.head),
        "broken": None
        if broken is None
        else {"seq": broken.seq, "subject": broken.subject, "problem": broken.problem},
    }


def trust_path(given: Path | None) -> Path:
    """Return where the list of trusted keys is kept."""
    return given or config_home() / "trust.json"


def trust_key(key: str, name: str, listed: Path | None) -> tuple[Path, str]:
    """Put a public key on the list; return the list's path and the key."""
    path, public = trust_path(listed), public_of(key)
    save_trust(load_trust(path).trust(public, person(name), utc(now_ns(), 9)), path)
    return path, public


def rotate_key(old: Path, new: Path, listed: Path | None) -> tuple[Path, str]:
    """Make the successor of a key and note the rotation; return the list's path and the key."""
    path = trust_path(listed)
    before, trust = load_key(old), load_trust(path)
    trust.must_hold(before)  # before a key is made that nobody would trust
    public = new_key(new)
    save_trust(trust.rotate(before, load_key(new), utc(now_ns(), 9)), path)
    return path, public
