"""The book of alerts: opened, changed, handled, closed; every change counts a revision.

The id of an alert is a hash of its rule, area, track and the second in which it began to hold, so
that the same updates give the same id.  What a person did stays on the alert for good.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from tocsin.schema.live import Alert, AlertKind, AlertState, Handling, alert_of, plain
from tocsin.watch.draft import Alerts, Draft, made

_SECOND_NS = 1_000_000_000


class Book:
    """All alerts that are open, and the last of those that are closed."""

    def __init__(self, closed_kept: int) -> None:
        self._kept = closed_kept
        self._alerts: OrderedDict[str, Alert | Draft] = OrderedDict()
        self._drafts: dict[str, None] = {}  # of those, not written yet
        self.over: set[str] = set()  # what they tell of has ended; a reopened one stays in sight
        self._until_s: dict[str, float] = {}  # snoozed until, on the watch's clock
        self._changed: dict[str, None] = {}
        self._taken: list[str] = []  # the last time
        self._closed: OrderedDict[str, None] = OrderedDict()  # in the order of closing
        self._tests: dict[str, None] = {}  # open ones

    @property
    def alerts(self) -> Mapping[str, Alert]:
        """All of them, written."""
        for name in self._drafts:
            if name in self._alerts:
                self._alerts[name] = made(self._alerts[name])
        self._drafts.clear()
        return cast(Mapping[str, Alert], self._alerts)

    def held(self, name: str) -> Alert | Draft:
        """Return an alert, or what it is to be written from."""
        return self._alerts[name]

    def open(self, alert: Alert | Draft) -> str:
        """Enter a new alert; return its id, which is another than it says where that is taken."""
        name, again = alert.id, 0
        while name in self._alerts:  # twice in one second
            again += 1
            name = alert_id(alert.rule, alert.area, f"{alert.track}#{again}", alert.opened_ns)
        if again:
            alert = _renamed(alert, name)
        self._put(name, alert)
        if alert.kind is AlertKind.TEST:
            self.over.add(name)  # nothing goes on: who has seen it ends it
            self._tests[name] = None
        return name

    def tests(self, before_ns: int) -> list[str]:
        """Return the tests that were opened before a time and are still open."""
        return [name for name in self._tests if self._alerts[name].opened_ns <= before_ns]

    def change(self, name: str, now_ns: int, **what: Any) -> None:
        """Change what an alert says; once a step is one revision."""
        held, revision = made(self._alerts[name]), self.revision(name)
        self._put(name, replace(held, revision=revision, changed_ns=now_ns, **what))

    def revise(self, name: str, fresh: Draft) -> None:
        """Say anew what an alert says, as `fresh` does: see `held` of `tell.draft`."""
        self._put(name, fresh)

    def _put(self, name: str, told: Alert | Draft) -> None:
        self._alerts[name] = told
        self._changed[name] = None
        if isinstance(told, Draft):
            self._drafts[name] = None

    def revision(self, name: str) -> int:
        """Return the revision of an alert after a change of this step; once a step is one."""
        return self._alerts[name].revision + (0 if name in self._changed else 1)

    def open_about(self, kind: AlertKind, area: str | None, rule: str | None = None) -> list[str]:
        """Return the alerts of a kind whose matter goes on, about an area or by a rule."""
        return [
            name
            for name, each in self._alerts.items()
            if each.kind is kind
            and each.area == area
            and (rule is None or each.rule == rule)
            and name not in self.over
        ]

    def close(self, name: str, now_ns: int, why: str | Callable[[], str]) -> None:
        """Close an alert whose matter is over; `why`, or what says why when it is read."""
        self.over.add(name)
        self._until_s.pop(name, None)
        held, closed = self._alerts[name], AlertState.CLOSED
        mine = (name, self.revision(name), held.kind, held.rule, held.area, held.track, closed)
        source = held, now_ns, why
        self._put(name, Draft(*mine, held.opened_ns, now_ns, held.handling, _closed, source))
        self._closed[name] = None
        self._tests.pop(name, None)

    def handle(self, name: str, deed: Handling, clock_s: float) -> bool:
        """Note what a person did; return False where there is no such alert or deed."""
        held = self._alerts.get(name)
        if held is None:
            return False
        state = {
            "acknowledge": AlertState.ACKNOWLEDGED,
            "snooze": AlertState.SNOOZED,
            "reopen": AlertState.OPEN,
        }.get(deed.action)
        if state is None:
            return False
        closed_ns = held.closed_ns
        if name in self.over:
            if state is AlertState.OPEN:
                closed_ns = None
                self._closed.pop(name, None)
            else:  # seen, and over: nothing is left to watch
                state, closed_ns = AlertState.CLOSED, held.closed_ns or deed.at_ns
                self._closed[name] = None
                self._tests.pop(name, None)
        self._until_s.pop(name, None)
        if state is AlertState.SNOOZED:  # never when it is over: see above
            until_ns = deed.until_ns or deed.at_ns
            self._until_s[name] = clock_s + max(0.0, (until_ns - deed.at_ns) / _SECOND_NS)
        self.change(
            name,
            deed.at_ns,
            state=state,
            closed_ns=closed_ns,
            handling=(*held.handling, deed),
        )
        return True

    def wake(self, clock_s: float, now_ns: int) -> None:
        """Open again what was snoozed until now."""
        for name in [each for each, until in self._until_s.items() if until <= clock_s]:
            del self._until_s[name]
            self.change(name, now_ns, state=AlertState.OPEN)

    def taken(self) -> Alerts:
        """Return the alerts changed since the last call, by id; forget what is long closed."""
        for name in self._taken:  # what was read since is no draft any more
            before = self._alerts.get(name)
            if isinstance(before, Draft) and before.written is not None:
                self._alerts[name] = before.written
                self._drafts.pop(name, None)
        self._taken = sorted(self._changed)
        out = Alerts(tuple([self._alerts[name] for name in self._taken]))
        self._changed.clear()
        while len(self._closed) > self._kept:
            name, _ = self._closed.popitem(last=False)
            del self._alerts[name]
            self._drafts.pop(name, None)
            self.over.discard(name)
        return out

    def dumped(self) -> dict[str, Any]:
        """Return the book in JSON's terms."""
        return {
            "alerts": [plain(each) for each in self.alerts.values()],
            "over": sorted(self.over),
            "closed": list(self._closed),
            "until_s": self._until_s,
        }

    def restore(self, told: dict[str, Any]) -> None:
        """Become the book that was dumped."""
        alerts: Iterable[Alert] = map(alert_of, told["alerts"])
        self._alerts, self._drafts = OrderedDict((each.id, each) for each in alerts), {}
        self.over = set(told["over"])
        self._closed = OrderedDict.fromkeys(told["closed"])
        self._until_s = dict(told["until_s"])
        self._changed, self._taken = {}, []
        self._tests = {
            name: None
            for name, each in self.alerts.items()
            if each.kind is AlertKind.TEST and each.state is not AlertState.CLOSED
        }


def _closed(of: Draft, source: tuple[Alert | Draft, int, str | Callable[[], str]]) -> Alert:
    held, now_ns, why = source
    return replace(
        made(held),
        revision=of.revision,
        changed_ns=now_ns,
        state=of.state,
        closed_ns=now_ns,
        why=why if isinstance(why, str) else why(),
    )


def _renamed(alert: Alert | Draft, name: str) -> Alert | Draft:
    if isinstance(alert, Alert):
        return replace(alert, id=name)
    alert.id = name
    return alert


def alert_id(rule: str, area: str | None, track: str | None, opened_ns: int) -> str:
    """Return the id of an alert: 16 digits of a hash of its content."""
    told = "\x1f".join((rule, area or "", track or "", str(opened_ns // _SECOND_NS)))
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
