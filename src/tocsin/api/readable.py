"""The register as if it held only what an audience may read: for answers that many incidents make.

A rate or a comparison over all incidents would tell of those that are hidden; over these it does
not, and says that it is of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tocsin.api.register import hidden_from
from tocsin.errors import RegisterError
from tocsin.register.ledger import Entry, Head
from tocsin.register.link import Link, link_of
from tocsin.register.query import NOW, Counted, Filter, Row, Times
from tocsin.register.record import DISSENT, SIGNATURE, Note, Record
from tocsin.register.revision import Draft, Revision
from tocsin.register.store import Store
from tocsin.schema import Tlp


class Readable:
    """A store of which an audience sees its part; it is only read."""

    def __init__(self, store: Store, audience: Tlp, times: Times = NOW) -> None:
        self._store = store
        self.hidden = hidden_from(store, audience, times)

    def records(self, kind: str, subject: str | None = None) -> list[Record]:
        found = self._store.records(kind, subject)
        if kind not in (DISSENT, SIGNATURE) or not self.hidden:
            return found
        return [record for record in found if link_of(record.subject).incident not in self.hidden]

    def find(self, wanted: Filter, times: Times = NOW, limit: int | None = None) -> Iterator[Row]:
        left = limit
        for row in self._store.find(wanted, times, None if self.hidden else limit):
            if row.incident in self.hidden:
                continue
            if left is not None:
                if left == 0:
                    return
                left -= 1
            yield row

    def count(self, wanted: Filter, times: Times = NOW, most_rows: int = 1000) -> Counted:
        answer = self._store.count(wanted, times, most_rows)
        if not self.hidden:
            return answer
        rows = list(self.find(wanted, times))
        return replace(
            answer,
            count=sum(row.decided for row in rows),
            undecided=sum(not row.decided for row in rows),
            rows=tuple(rows[:most_rows]),
            excluded=tuple(row for row in answer.excluded if row.incident not in self.hidden),
        )

    def opened(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Revision]]:
        return self._store.opened(row for row in rows if row.incident not in self.hidden)

    def revision(self, link: Link, times: Times = NOW) -> Revision | None:
        return None if link.incident in self.hidden else self._store.revision(link, times)

    def history(self, incident: str) -> list[Revision]:
        return [] if incident in self.hidden else self._store.history(incident)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        raise RegisterError("the ledger is whole or nothing", hint="read it at the machine")

    def head(self) -> Head:
        return self._store.head()

    def append(self, items: Sequence[Draft | Note], at_ns: int) -> list[Revision | Record]:
        raise RegisterError("this view of the register is only read")

    def load(self, entries: Iterable[Entry]) -> Head:
        raise RegisterError("this view of the register is only read")

    def close(self) -> None:
        """Nothing is open here: the store is its owner's."""
