"""Whose signatures count: a list of public keys that the reader keeps, not the store.

A store can be written by whoever holds it, so what to trust is a file of one's own (JSON).  A
key that is rotated names its successor in a statement signed by both: the old key vouches for
the new one, the new one shows that it is held.  Signatures of an old key count up to the moment
of its rotation.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.errors import IntegrityError, UsageError
from tocsin.register.canonical import canonical
from tocsin.register.sign import public_text, sign_text, signed
from tocsin.schema import Moment

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Trusted:
    """A public key with whose it is."""

    public_key: str
    name: str
    since: str  # RFC 3339
    until: str = ""  # "": still
    rotated_from: str = ""  # the key that vouches for it
    vouched: str = ""  # signature of that key over the rotation
    held: str = ""  # signature of this key over the same


@dataclass(frozen=True, slots=True)
class TrustList:
    """All trusted keys, oldest first."""

    keys: tuple[Trusted, ...] = ()

    def signer(self, public_key: str, signed_at: str) -> str:
        """Return whose key it was at a time (RFC 3339, Z); "" where it was nobody's."""
        for key in self.keys:
            if key.public_key == public_key and not (key.until and _ns(signed_at) > _ns(key.until)):
                return key.name
        return ""

    def trust(self, public_key: str, name: str, at: str) -> TrustList:
        """Return the list with a key more."""
        if any(key.public_key == public_key for key in self.keys):
            raise UsageError("this key is already on the list")
        return TrustList((*self.keys, Trusted(public_key, name, at)))

    def must_hold(self, key: Ed25519PrivateKey) -> Trusted:
        """Return the open entry of a key; raise UsageError where there is none."""
        public = public_text(key)
        for each in self.keys:
            if each.public_key == public and not each.until:
                return each
        raise UsageError("the old key is not on the list", hint="trust it first: key trust")

    def rotate(self, old: Ed25519PrivateKey, new: Ed25519PrivateKey, at: str) -> TrustList:
        """Return the list with one key closed at a time and its successor after it."""
        before, after = public_text(old), public_text(new)
        current = self.must_hold(old)
        text = _statement(before, after, current.name, at)
        successor = Trusted(
            after, current.name, at, "", before, sign_text(old, text), sign_text(new, text)
        )
        closed = tuple(replace(key, until=at) if key is current else key for key in self.keys)
        return TrustList((*closed, successor))

    def check(self) -> None:
        """Raise IntegrityError where a rotation is not signed by both keys."""
        known = {key.public_key for key in self.keys}
        for key in self.keys:
            if not key.rotated_from:
                continue
            text = _statement(key.rotated_from, key.public_key, key.name, key.since)
            vouched = signed(key.rotated_from, text, key.vouched)
            if (
                key.rotated_from not in known
                or not vouched
                or not signed(key.public_key, text, key.held)
            ):
                raise IntegrityError(f"the rotation to the key of {key.name} is not signed by both")


def load_trust(path: Path) -> TrustList:
    """Return the list in a file, its rotations checked; an absent file is an empty list."""
    if not path.exists():
        return TrustList()
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        found = TrustList(tuple(Trusted(**key) for key in told["keys"]))
    except (ValueError, TypeError, KeyError, OSError):
        raise IntegrityError("is no list of trusted keys", path=str(path)) from None
    found.check()
    return found


def save_trust(trust: TrustList, path: Path) -> None:
    """Write the list in one step: a reader sees the old one or the new one."""
    text = json.dumps({"keys": [asdict(key) for key in trust.keys]}, indent=1) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _statement(old: str, new: str, name: str, at: str) -> str:
    return canonical({"rotation": {"from": old, "to": new, "name": name, "at": at}})


def _ns(text: str) -> int:
    moment = Moment.of(text)
    if moment.earliest_ns is None:
        raise IntegrityError(f'"{text}" is no time', hint="RFC 3339, as 2025-09-19T06:58:00Z")
    return moment.earliest_ns
