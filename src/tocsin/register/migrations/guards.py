"""Triggers that hold whatever program writes: append-only, chained, author is not approver.

The same rules in both dialects.  They stop mistakes and other programs; somebody who owns the
database can drop them, which is what the audit's hashes are for.

Part of the first migration, and as fixed as it: a later rule is a later migration.
"""

from __future__ import annotations

from collections.abc import Iterator

_GROWING = ("entry", "revision", "record")

#: (when it is refused, why), over a row that is about to be inserted, called NEW.
_REVISION = [
    (
        "EXISTS (SELECT 1 FROM revision r WHERE r.seq = NEW.seq"
        " OR (r.incident = NEW.incident AND r.number = NEW.number))",
        "a revision is never replaced",
    ),
    (
        "NOT EXISTS (SELECT 1 FROM entry e WHERE e.seq = NEW.seq AND e.kind = 'revision'"
        " AND e.hash = NEW.hash AND e.subject = NEW.incident || '@' || NEW.number)",
        "a revision needs its line in the ledger first",
    ),
    (
        "NEW.number < 1 OR (NEW.number = 1 AND NEW.previous <> '') OR (NEW.number > 1 AND NOT"
        " EXISTS (SELECT 1 FROM revision r WHERE r.incident = NEW.incident"
        " AND r.number = NEW.number - 1 AND r.hash = NEW.previous))",
        "the previous hash is not that of the newest revision",
    ),
    (
        "coalesce((SELECT r.state FROM revision r WHERE r.incident = NEW.incident"
        " AND r.number = NEW.number - 1), '') || ' ' || NEW.action || ' ' || NEW.state"
        " NOT IN ({steps})",
        "this step may not follow the state it is in",
    ),
    (
        "NEW.action IN ('approve', 'adjudicate', 'release', 'return') AND NEW.content_sha256 <>"
        " (SELECT r.content_sha256 FROM revision r WHERE r.incident = NEW.incident"
        " AND r.number = NEW.number - 1)",
        "an approval changes nothing",
    ),
    (
        "NEW.action IN ('approve', 'adjudicate', 'release') AND EXISTS (SELECT 1 FROM revision r"
        " WHERE r.incident = NEW.incident AND (r.author_key = NEW.author_key"
        " OR lower(trim(r.author)) = lower(trim(NEW.author)))"
        " AND (r.number = 1 OR r.content_sha256 <> (SELECT p.content_sha256 FROM revision p"
        " WHERE p.incident = r.incident AND p.number = r.number - 1)))",
        "whoever wrote an incident cannot approve it",
    ),
    (
        "trim(NEW.author) = '' OR trim(NEW.author_key) = ''",
        "a revision has an author",
    ),
    (
        "NEW.action IN ('return', 'reopen', 'supersede') AND trim(NEW.reason) = ''",
        "this step needs a reason",
    ),
]
_RECORD = [
    (
        "NOT EXISTS (SELECT 1 FROM entry e WHERE e.seq = NEW.seq AND e.kind = NEW.kind"
        " AND e.hash = NEW.hash AND e.subject = NEW.subject)",
        "a record needs its line in the ledger first",
    ),
    ("EXISTS (SELECT 1 FROM record r WHERE r.seq = NEW.seq)", "a record is never replaced"),
]
_ENTRY = [
    (
        "NEW.seq <> coalesce((SELECT max(e.seq) FROM entry e), 0) + 1",
        "the ledger grows by one at its end",
    ),
    (
        "NEW.previous <> coalesce((SELECT e.seal FROM entry e WHERE e.seq = NEW.seq - 1),"
        " '0000000000000000000000000000000000000000000000000000000000000000')",
        "the entry is not sealed to the one before it",
    ),
]
_ENDING = [
    (
        "NEW.one <> 1 OR NEW.seq < OLD.seq OR NOT EXISTS"
        " (SELECT 1 FROM entry e WHERE e.seq = NEW.seq AND e.seal = NEW.seal)"
        " OR EXISTS (SELECT 1 FROM entry e WHERE e.seq > NEW.seq)",
        "the note of where the ledger ends must be its end",
    ),
]
_STEPS = [
    " add draft",
    "draft edit draft",
    "draft approve reviewed",
    "reviewed adjudicate adjudicated",
    "adjudicated release released",
    *(f"{state} return draft" for state in ("draft", "reviewed", "adjudicated")),
    *(f"{s} reopen draft" for s in ("reviewed", "adjudicated", "released", "superseded")),
    *(f"{s} supersede superseded" for s in ("draft", "reviewed", "adjudicated", "released")),
]


def sqlite() -> Iterator[str]:
    """Yield the statements for SQLite."""
    for table in (*_GROWING, "ending"):
        for verb in ("UPDATE", "DELETE"):
            if (table, verb) != ("ending", "UPDATE"):
                yield (
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
                    f"SELECT RAISE(ABORT, 'tocsin: {table} only grows'); END"
                )
    for table, verb, rules in _rules():
        for n, (wrong, why) in enumerate(rules):
            name = f"{table}_{verb.lower()}_{n}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {wrong} BEGIN "
                f"SELECT RAISE(ABORT, 'tocsin: {why}'); END"
            )


def postgresql() -> Iterator[str]:
    """Yield the statements for PostgreSQL."""
    yield (
        "CREATE FUNCTION tocsin_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION USING MESSAGE = 'tocsin: ' || TG_TABLE_NAME || ' only grows'; END $$"
    )
    for table in (*_GROWING, "ending"):
        verbs = "DELETE" if table == "ending" else "UPDATE OR DELETE"
        for when, what, each in (("grows", verbs, "ROW"), ("kept", "TRUNCATE", "STATEMENT")):
            yield (
                f"CREATE TRIGGER {table}_{when} BEFORE {what} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION tocsin_only_grows()"
            )
    for table, verb, rules in _rules():
        body = " ".join(
            f"IF {wrong} THEN RAISE EXCEPTION USING MESSAGE = 'tocsin: {why}'; END IF;"
            for wrong, why in rules
        )
        yield (
            f"CREATE FUNCTION tocsin_{table}_{verb.lower()}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION tocsin_{table}_{verb.lower()}()"
        )


def _rules() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    steps = ", ".join(f"'{step}'" for step in _STEPS)
    revision = [(wrong.replace("{steps}", steps), why) for wrong, why in _REVISION]
    yield "entry", "INSERT", _ENTRY
    yield "revision", "INSERT", revision
    yield "record", "INSERT", _RECORD
    yield "ending", "UPDATE", _ENDING
    yield "ending", "INSERT", [("1 = 1", "the ledger has one end")]
