"""Roles, what each may do, and the TLP mark up to which each may read.

    reader    reads what the community may see (GREEN)
    analyst   writes drafts, edits, dissents, handles alerts; reads AMBER+STRICT
    approver  approves, adjudicates, releases, returns; reads everything
    admin     and manages the accounts

Each may do all that those before it may.  A visitor of the demo reads CLEAR and changes nothing.
Nobody writes what they may not read.
"""

from __future__ import annotations

from enum import StrEnum

from tocsin.schema import Tlp


class Role(StrEnum):
    READER = "reader"
    ANALYST = "analyst"
    APPROVER = "approver"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    @property
    def held(self) -> list[str]:
        """All roles that this one includes, the least first."""
        return [each.value for each in Role if each.rank <= self.rank]


class Access(StrEnum):
    """What a path needs."""

    OPEN = "open"  # nothing, anywhere
    LOOPBACK = "loopback"  # nothing on this machine; a reader where others can connect
    READER = "reader"
    ANALYST = "analyst"
    APPROVER = "approver"
    ADMIN = "admin"

    @property
    def role(self) -> Role | None:
        return None if self in (Access.OPEN, Access.LOOPBACK) else Role(self.value)


READS = {
    Role.READER: Tlp.GREEN,
    Role.ANALYST: Tlp.AMBER_STRICT,
    Role.APPROVER: Tlp.RED,
    Role.ADMIN: Tlp.RED,
}


def least(*roles: Role) -> Role:
    return min(roles, key=lambda role: role.rank)
