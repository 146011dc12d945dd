"""The seam between the register and where it is kept: one protocol.

A store is append-only.  `append` seals and writes all that it is given in one transaction or
nothing of it; everything else reads.  Both stores of this package are `sql.SqlStore`; another
needs these methods and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from tocsin.register.ledger import Entry, Head
from tocsin.register.link import Link
from tocsin.register.query import NOW, Counted, Filter, Row, Times
from tocsin.register.record import Note, Record
from tocsin.register.revision import Draft, Revision


class Reader(Protocol):
    """What is asked, and no more: a store, or what ships with tocsin held in memory."""

    def records(self, kind: str, subject: str | None = None) -> list[Record]:
        """Return records of a kind; of a subject, or of any revision of an incident so named."""
        ...

    def count(self, wanted: Filter, times: Times = NOW, most_rows: int = 1000) -> Counted:
        """Count incidents."""
        ...

    def opened(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Revision]]:
        """Yield rows with the revisions they name."""
        ...


class Store(Reader, Protocol):
    """Where revisions and records are kept."""

    def append(self, items: Sequence[Draft | Note], at_ns: int) -> list[Revision | Record]:
        """Seal and write; raise RegisterError, with nothing written, where one may not be.

        at_ns  the clock; where it runs behind the newest entry, that entry's time is used
        """
        ...

    def load(self, entries: Iterable[Entry]) -> Head:
        """Write entries of another store, hashes and times as they are, into this empty one."""
        ...

    def revision(self, link: Link, times: Times = NOW) -> Revision | None:
        """Return a revision; without a number the newest as of the times given."""
        ...

    def history(self, incident: str) -> list[Revision]:
        """Return all revisions of an incident, the first first."""
        ...

    def find(self, wanted: Filter, times: Times = NOW, limit: int | None = None) -> Iterator[Row]:
        """Yield incidents in order of time, decided and undecided."""
        ...

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield the ledger, for an audit or a copy."""
        ...

    def head(self) -> Head:
        """Return where the ledger ends."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
