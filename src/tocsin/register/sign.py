"""ed25519 signatures (RFC 8032) over canonical text.

A private key is a PKCS #8 PEM file that only its owner may read; a public key travels as one
line, `ed25519:` and 32 bytes in base64.  A *signature* covers a revision's header, and through
its hashes the incident and every revision before it; a *dissent* covers its own text and the
hash of the revision it speaks of.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.errors import IntegrityError, RegisterError, UsageError
from tocsin.register.canonical import canonical
from tocsin.register.record import DISSENT, SIGNATURE, Note, Record
from tocsin.register.revision import Revision
from tocsin.register.workflow import person

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX = "ed25519:"


def new_key(path: Path) -> str:
    """Write a new private key to `path`, readable by its owner only; return the public key.

    An existing file is never overwritten: a lost key cannot be had back.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        # The mode is set as the file is made: at no time can anybody else open it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} exists", hint="name a new file for the key") from None
    except OSError as error:
        raise RegisterError(f"no key written: {error.strerror}", path=str(path)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return public_text(key)


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the private key in a file; refuse one that others can read."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        mode = path.stat().st_mode
        pem = path.read_bytes()
    except OSError as error:
        raise UsageError(f"no key: {error.strerror}", path=str(path)) from None
    if stat.S_IMODE(mode) & 0o077:
        raise UsageError(
            f"others can read this private key (mode {stat.S_IMODE(mode):04o})",
            path=str(path),
            hint="chmod 600, and rotate it if anybody may have",
        )
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError("is no private key in PEM", path=str(path)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError("is no ed25519 key", path=str(path), hint="make one: register key new")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key, as it travels."""
    return PREFIX + base64.b64encode(key.public_key().public_bytes_raw()).decode()


def public_of(text: str) -> str:
    """Return a public key given as text, or as a file that holds its one line, checked.

    What a file holds is never repeated: it may be the private key, named by mistake.
    """
    named, given = f'"{text}"', text.strip()
    if not given.startswith(PREFIX):
        try:
            given = Path(text).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            raise UsageError(
                f"{named} is neither a public key nor a file with one",
                hint=f"a public key looks like {PREFIX}AAAA...",
            ) from None
        if "PRIVATE KEY" in given:
            raise UsageError(f"{named} holds a private key", hint="give its public half, as text")
    if not given.startswith(PREFIX) or len(_raw(given, 32)) != 32:
        raise UsageError(f"{named} is no public key", hint=f"it looks like {PREFIX}AAAA...")
    return given


def sign_text(key: Ed25519PrivateKey, text: str) -> str:
    """Return the signature over text in UTF-8, in base64."""
    return base64.b64encode(key.sign(text.encode())).decode()


def signed(public: str, text: str, signature: str) -> bool:
    """Return whether a signature over text is that of a public key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    raw, mark = _raw(public, 32), _raw(PREFIX + signature, 64)
    if len(raw) != 32 or len(mark) != 64:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(mark, text.encode())
    except InvalidSignature:
        return False
    return True


def signature_note(revision: Revision, key: Ed25519PrivateKey, by: str, signed_at: str) -> Note:
    """Return the record of a signature over a revision's canonical header."""
    return Note(
        SIGNATURE,
        str(revision.link),
        {
            "revision": revision.hash,
            "by": person(by),
            "signed_at": signed_at,
            "public_key": public_text(key),
            "signature": sign_text(key, revision.header),
        },
    )


def dissent_note(
    revision: Revision,
    key: Ed25519PrivateKey,
    by: str,
    says: str,
    signed_at: str,
    finding: str = "",
) -> Note:
    """Return the signed record of somebody's dissent from a revision, or from one finding in it."""
    if not says.strip():
        raise UsageError("a dissent says something", hint="add --says TEXT")
    if finding and finding not in revision.record["findings"]:
        raise UsageError(f'{revision.link} has no finding "{finding}"')
    body = {
        "dissent": str(revision.link),
        "revision": revision.hash,
        "finding": finding,
        "by": person(by),
        "says": says.strip(),
        "signed_at": signed_at,
        "public_key": public_text(key),
    }
    return Note(DISSENT, str(revision.link), {**body, "signature": sign_text(key, canonical(body))})


def holds(record: Record, revision: Revision) -> bool:
    """Return whether a signature or a dissent is what its key signed, about this revision."""
    try:
        body: dict[str, Any] = dict(record.body)
        mark, public = str(body.pop("signature")), str(body["public_key"])
        about = str(body["revision"])
    except (KeyError, TypeError, json.JSONDecodeError):
        return False
    text = revision.header if record.kind == SIGNATURE else canonical(body)
    return about == revision.hash and signed(public, text, mark)


def require(record: Record, revision: Revision) -> None:
    """Raise IntegrityError where a signature or a dissent does not hold."""
    if not holds(record, revision):
        raise IntegrityError(f"the {record.kind} on {record.subject} does not hold")


def _raw(text: str, length: int) -> bytes:
    try:
        raw = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if len(raw) == length else b""
