"""register: incidents, kept append-only, with who said what and when it could be known.

What is written is a `Draft`; a store seals it into a `Revision` (hash, number, time) and enters
it in one ledger.  `query.Filter` asks, `chain.verify` audits, `sign` signs, `workflow` says which
step may follow which.  `store.Store` is the seam; `sql` is the one behind it, for SQLite and
PostgreSQL.
"""
