"""The tables of accounts.  What is secret is kept as a hash; the audit only grows.

account   a person or a program: a role, and an argon2id hash of the password
session   a browser that signed in: the SHA-256 of its cookie
token     a key of a program: the SHA-256 of it, a role at most, an end
saved     filters of the register that a user named
audit     what was changed, by whom, each line sealed to the one before
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

METADATA = MetaData()

ACCOUNT = Table(
    "account",
    METADATA,
    Column("key", Text, primary_key=True),  # `person_key` of the name: one person, one spelling
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("disabled", Integer, nullable=False, default=0),
    Column("created_ns", Integer, nullable=False),
)
SESSION = Table(
    "session",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("begun_ns", Integer, nullable=False),
    Column("seen_ns", Integer, nullable=False),
    Index("session_of", "key"),
)
TOKEN = Table(
    "token",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("role", Text, nullable=False),  # at most
    Column("about", Text, nullable=False),
    Column("created_ns", Integer, nullable=False),
    Column("ends_ns", Integer, nullable=False),
    Column("revoked_ns", Integer),
    Index("token_of", "key"),
)
SAVED = Table(
    "saved",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("query", Text, nullable=False),
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at_ns", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("before", Text, nullable=False),  # canonical JSON
    Column("after", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

GUARDS = (
    "CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'tocsin: the audit only grows'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_holds BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'tocsin: the audit only grows'); END",
)
VERSION = 1
