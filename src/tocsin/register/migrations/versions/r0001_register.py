"""The register's first schema: tables, and the triggers that keep them append-only.

Written out, not taken from `sql.tables`: that module follows the newest schema, this step never
changes.  A test holds the two together.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from tocsin.register.migrations.guards import postgresql, sqlite

revision = "r0001"
down_revision = None

_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TYPES: dict[str, Any] = {
    "w": _WORDS,
    "l": _LONG,
    "i": sa.Integer(),
    "s": sa.SmallInteger(),
    "f": sa.Float(53),
}

#: name:type, in order; a star marks the primary key, a question mark what may be null.
_TABLES = {
    "entry": "seq:l* kind:w subject:w hash:w previous:w seal:w",
    "revision": "seq:l* incident:w number:i previous:w hash:w content:w content_sha256:w "
    "known_on:w recorded_ns:l author:w author_key:w action:w state:w reason:w",
    "record": "seq:l* kind:w subject:w hash:w body:w recorded_ns:l",
    "ending": "one:s* seq:l seal:w recorded_ns:l",
    "fact": "incident:w* number:i* state_n:s* actor_n:s* head:s live:s standing:w workflow:w "
    "domain:w state:w actor:w verification:w tlp:w vague:s begin_from:l begin_by:l reach:s west:f? "
    "south:f? east:f? north:f? known_from:l known_by:l recorded_ns:l words:w",
}
_ORDERED = "vague begin_from incident begin_by"
_FACT_INDEXES = {
    "fact_by_live": "live",
    "fact_by_state": f"live state {_ORDERED} domain",
    "fact_by_domain": f"live domain {_ORDERED}",
    "fact_by_actor": f"live actor {_ORDERED} domain",
    "fact_by_workflow": f"live workflow {_ORDERED}",
    "fact_by_verification": f"live verification {_ORDERED}",
    "fact_by_tlp": f"live tlp {_ORDERED}",
    "fact_by_time": f"live {_ORDERED}",
    "fact_by_place": "live reach south north west east begin_from incident number",
}


def upgrade() -> None:
    """Make the tables and their guards."""
    made = {
        table: op.create_table(table, *(_column(text) for text in columns.split()))
        for table, columns in _TABLES.items()
    }
    op.create_index("revision_of", "revision", ["incident", "number"], unique=True)
    op.create_index("record_of", "record", ["kind", "subject", "seq"])
    for name, names in _FACT_INDEXES.items():
        op.create_index(name, "fact", names.split())
    start = {"one": 1, "seq": 0, "seal": "0" * 64, "recorded_ns": -(2**62)}
    op.bulk_insert(made["ending"], [start])
    connection = op.get_bind()
    for statement in sqlite() if connection.dialect.name == "sqlite" else postgresql():
        connection.exec_driver_sql(statement)


def _column(text: str) -> sa.Column[Any]:
    name, _, kind = text.partition(":")
    return sa.Column(
        name,
        _TYPES[kind[0]],
        primary_key="*" in kind,
        autoincrement=False,
        nullable="?" in kind,
    )
