"""Passwords: what is one, its hash, and a check that takes as long for nobody as for somebody.

argon2id (RFC 9106) with 64 MiB and three passes, the library's own choice; each hash carries its
parameters, so that they may rise.  At most two are computed at once: they are large.
"""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tocsin.errors import UsageError
from tocsin.register.workflow import person_key

LEAST, MOST = 12, 1024  # letters; bytes
_AT_ONCE = threading.BoundedSemaphore(2)
_HASHER = PasswordHasher()
#: Of a password that nobody has: what an unknown name is checked against.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$xmlyPpH+ygAwvUHO16J36g"
    "$YRKU7sVQO78Jw26DO/WDo28ESydO/OdMKfcke+WKg5E"
)


def hashed(password: str, name: str) -> str:
    """Return the hash of a new password; raise UsageError for one that is too easy."""
    if len(password) < LEAST:
        raise UsageError(f"a password has at least {LEAST} letters", hint="four words are good")
    if len(password.encode("utf-8", "surrogatepass")) > MOST:
        raise UsageError(f"a password has at most {MOST} bytes")
    if person_key(name) in person_key(password) or len(set(password)) < 5:
        raise UsageError("this password is easy to guess", hint="four words are good")
    with _AT_ONCE:
        return _HASHER.hash(password)


def right(password: str, kept: str | None) -> bool:
    """Return whether a password is that of a hash; None: of nobody, after the same work."""
    if len(password.encode("utf-8", "surrogatepass")) > MOST:
        return False
    with _AT_ONCE:
        try:
            _HASHER.verify(_NOBODY if kept is None else kept, password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None
