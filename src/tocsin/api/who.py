"""Who asks."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from fastapi import Request

from tocsin.api.role import READS, Role
from tocsin.schema import Tlp


@dataclass(frozen=True, slots=True)
class Who:
    """A person or a program, as far as this request proves it."""

    name: str | None = None  # None: nobody signed in
    role: Role | None = None  # None: may do nothing that needs a role
    session: str | None = None  # the secret of a cookie; None for a token
    address: str = ""  # the network's

    @property
    def audience(self) -> Tlp:
        """The mark up to which they may read."""
        return READS[self.role] if self.name is not None and self.role is not None else Tlp.CLEAR

    @property
    def csrf(self) -> str:
        """What a page must send back with each change; "" where no cookie is trusted."""
        if self.session is None:
            return ""
        return hmac.new(self.session.encode(), b"tocsin csrf", hashlib.sha256).hexdigest()

    def may(self, role: Role) -> bool:
        return self.role is not None and self.role.rank >= role.rank

    @property
    def key(self) -> str:
        """What limits are counted by: the user, else the address."""
        return f"user {self.name}" if self.name is not None else f"address {self.address}"


def who_of(request: Request) -> Who:
    """Return who the gate found."""
    found: Who = request.state.who
    return found


def address_of(request: Request) -> str:
    """Return the address that is connected.  What a header says of others is not believed."""
    return request.client.host if request.client else ""
