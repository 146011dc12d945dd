"""The tables.  Three are the truth and only grow; two can be rebuilt from them.

entry     the ledger: one line for everything written, each sealed to the one before
revision  revisions of incidents
record    signatures, dissents, coverage and other records
ending    where the ledger ends: one row; also the lock that writers queue for
fact      what questions are asked of: a row for each revision, state and alleged actor
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

METADATA = MetaData()

# Byte order everywhere: a database's own collation would sort ids differently on each machine.
WORDS = Text().with_variant(Text(collation="C"), "postgresql")
#: 64 bits on both; SQLite numbers its rows only under the name INTEGER.
LONG = BigInteger().with_variant(Integer, "sqlite")

ENTRY = Table(
    "entry",
    METADATA,
    Column("seq", LONG, primary_key=True, autoincrement=False),
    Column("kind", WORDS, nullable=False),
    Column("subject", WORDS, nullable=False),
    Column("hash", WORDS, nullable=False),
    Column("previous", WORDS, nullable=False),
    Column("seal", WORDS, nullable=False),
)

REVISION = Table(
    "revision",
    METADATA,
    Column("seq", LONG, primary_key=True, autoincrement=False),
    Column("incident", WORDS, nullable=False),
    Column("number", Integer, nullable=False),
    Column("previous", WORDS, nullable=False),
    Column("hash", WORDS, nullable=False),
    Column("content", WORDS, nullable=False),
    Column("content_sha256", WORDS, nullable=False),
    Column("known_on", WORDS, nullable=False),
    Column("recorded_ns", LONG, nullable=False),
    Column("author", WORDS, nullable=False),
    Column("author_key", WORDS, nullable=False),
    Column("action", WORDS, nullable=False),
    Column("state", WORDS, nullable=False),
    Column("reason", WORDS, nullable=False),
    Index("revision_of", "incident", "number", unique=True),
)

RECORD = Table(
    "record",
    METADATA,
    Column("seq", LONG, primary_key=True, autoincrement=False),
    Column("kind", WORDS, nullable=False),
    Column("subject", WORDS, nullable=False),
    Column("hash", WORDS, nullable=False),
    Column("body", WORDS, nullable=False),
    Column("recorded_ns", LONG, nullable=False),
    Index("record_of", "kind", "subject", "seq"),
)

ENDING = Table(
    "ending",
    METADATA,
    Column("one", SmallInteger, primary_key=True, autoincrement=False),  # 1: the only row
    Column("seq", LONG, nullable=False),
    Column("seal", WORDS, nullable=False),
    Column("recorded_ns", LONG, nullable=False),
)

FACT = Table(
    "fact",
    METADATA,
    Column("incident", WORDS, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # A revision with two states and two actors has four rows; a question about a state takes
    # those of `actor_n` 0, one about neither takes 0 and 0: so each revision is met once.
    Column("state_n", SmallInteger, primary_key=True, autoincrement=False),
    Column("actor_n", SmallInteger, primary_key=True, autoincrement=False),
    Column("head", SmallInteger, nullable=False),  # 1: the newest revision
    Column("live", SmallInteger, nullable=False),  # `facts.live`: what a question of today takes
    Column("standing", WORDS, nullable=False),
    Column("workflow", WORDS, nullable=False),
    Column("domain", WORDS, nullable=False),
    Column("state", WORDS, nullable=False),  # "": nobody named one
    Column("actor", WORDS, nullable=False),
    Column("verification", WORDS, nullable=False),
    Column("tlp", WORDS, nullable=False),
    # How vague the date is (`facts.VAGUE_NS`): lets an index find what overlaps a window
    # without looking at everything that began before it.
    Column("vague", SmallInteger, nullable=False),
    Column("begin_from", LONG, nullable=False),
    Column("begin_by", LONG, nullable=False),
    Column("reach", SmallInteger, nullable=False),  # how large the place is: `facts.REACH_DEG`
    Column("west", Float(53)),
    Column("south", Float(53)),
    Column("east", Float(53)),
    Column("north", Float(53)),
    Column("known_from", LONG, nullable=False),
    Column("known_by", LONG, nullable=False),
    Column("recorded_ns", LONG, nullable=False),
    Column("words", WORDS, nullable=False),
)

# By `live` first: a question of today reads only rows that may count, and reads them from the
# index alone, already in the order of time.
_BOX = ("south", "north", "west", "east")
_ORDERED = ("vague", "begin_from", "incident", "begin_by")
_BY = {
    "live": ("live",),
    "state": ("live", "state", *_ORDERED, "domain"),
    "domain": ("live", "domain", *_ORDERED),
    "actor": ("live", "actor", *_ORDERED, "domain"),
    "workflow": ("live", "workflow", *_ORDERED),
    "verification": ("live", "verification", *_ORDERED),
    "tlp": ("live", "tlp", *_ORDERED),
    "time": ("live", *_ORDERED, "reach", *_BOX),
    "place": (
        "live",
        "reach",
        *_BOX,
        "begin_from",
        "incident",
        "number",
    ),
}
FACT_INDEXES = [
    Index(f"fact_by_{name}", *(FACT.c[column] for column in columns))
    for name, columns in _BY.items()
]
