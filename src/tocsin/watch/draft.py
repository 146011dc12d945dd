"""Alerts that are written when somebody reads them.

A batch has to be judged in two thousandths of a second, and the sentence of an alert takes a
fiftieth of that: the engine keeps what its track was at the time, and whoever reads the alert (the
journal, a sink, a screen, a checkpoint) has it written, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

from tocsin.schema.live import Alert, AlertKind, AlertState, Handling


class Draft:
    """An alert: what tells it from others and what was done, and how the rest is written."""

    __slots__ = (
        *("_from", "written", "_make", "area", "closed_ns", "handling", "id", "kind", "opened_ns"),
        *("revision", "rule", "state", "track"),
    )

    def __init__(
        self,
        name: str,
        revision: int,
        kind: AlertKind,
        rule: str,
        area: str | None,
        track: str | None,
        state: AlertState,
        opened_ns: int,
        closed_ns: int | None,
        handling: tuple[Handling, ...],
        make: Callable[[Draft, Any], Alert],
        source: Any,
    ) -> None:
        self.id, self.revision, self.kind, self.rule = name, revision, kind, rule
        self.area, self.track, self.state = area, track, state
        self.opened_ns, self.closed_ns, self.handling = opened_ns, closed_ns, handling
        # Not a closure, which is eight things for the collector of garbage to go through.
        self._make, self._from = make, source
        self.written: Alert | None = None

    def made(self) -> Alert:
        """Return the alert; what it was to be written from is let go."""
        if self.written is None:
            self.written, self._from = self._make(self, self._from), None
        return self.written


def made(each: Alert | Draft) -> Alert:
    """Return an alert, written if it was not yet."""
    return each.made() if isinstance(each, Draft) else each


class Alerts(Sequence[Alert]):
    """Alerts as they were when they were taken, each written when it is read."""

    __slots__ = ("_told",)

    def __init__(self, told: Sequence[Alert | Draft] = ()) -> None:
        self._told = told

    def __len__(self) -> int:
        return len(self._told)

    @overload
    def __getitem__(self, index: int) -> Alert: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Alert]: ...
    def __getitem__(self, index: int | slice) -> Alert | Sequence[Alert]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Alert]:
        return map(made, self._told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
