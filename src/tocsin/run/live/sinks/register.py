"""Alerts as drafts in the register, exactly once.

The id of the incident comes from that of the alert, and the register refuses to add one twice.
An alert that is over is written as a second revision while the draft is still the watch's own:
once a person has touched it, the watch has no more to say.  What is written names the alert's
revision, so that an alert that is delivered again is seen to be there.
"""

from __future__ import annotations

import asyncio
import re
import time

from tocsin.airspace.bundled import state_codes
from tocsin.errors import RegisterError
from tocsin.register.link import Link
from tocsin.register.revision import Draft, Revision
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore
from tocsin.register.workflow import Action, State, person_key
from tocsin.run.live.config import WatchConfig
from tocsin.run.live.configsinks import SinkSpec
from tocsin.run.live.outbox import Letter
from tocsin.run.live.sinks.sink import Refused
from tocsin.schema import Incident, Moment
from tocsin.schema.amounts import Span
from tocsin.schema.incident import Domain, Source, Tlp
from tocsin.schema.live import Alert, AlertKind, AlertState, rfc3339
from tocsin.schema.moment import When
from tocsin.schema.where import Where

GRADE = "F3"  # a machine nobody has judged yet, and what it says is possible
_REVISION = re.compile(r"\(alert revision (\d+)\)")


class RegisterSink:
    """One register, under the name of one desk."""

    def __init__(self, spec: SinkSpec, config: WatchConfig) -> None:
        self._spec, self._config = spec, config
        self._store: SqlStore | None = None

    async def deliver(self, letter: Letter) -> None:
        if letter.alert.kind in (AlertKind.FEED, AlertKind.LOAD, AlertKind.TEST):
            return  # of the watch itself: no incident
        await asyncio.to_thread(self._write, letter.alert)

    async def close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _write(self, alert: Alert) -> None:
        try:
            if self._store is None:
                self._store = open_store(self._spec.store)
            self._append(self._store, alert)
        except RegisterError as error:
            if self._store is not None:
                self._store.close()
                self._store = None
            raise ConnectionError(str(error)) from error

    def _append(self, store: SqlStore, alert: Alert) -> None:
        name = incident_id(self._config.id, alert)
        head = store.revision(Link(name))
        if head is not None and not self._wanted(head, alert):
            return
        incident = incident_of(alert, self._config)
        draft = Draft(
            name,
            Action.ADD if head is None else Action.EDIT,
            self._config.desk,
            incident,
            f"alert revision {alert.revision}: {alert.state.value}",
            base=0 if head is None else head.number,
        )
        # Number and previous hash are judged under the register's lock: of two watches that
        # write the same, one is refused, looks again and finds it there.
        try:
            store.append([draft], time.time_ns())
        except RegisterError:
            now = store.revision(Link(name))
            if now is None or now == head:
                raise

    def _wanted(self, head: Revision, alert: Alert) -> bool:
        """Return whether the newest revision is the watch's own and older than the alert."""
        if alert.state != AlertState.CLOSED:
            return False
        if head.state != State.DRAFT or person_key(head.author) != person_key(self._config.desk):
            return False
        found = _REVISION.search(str(head.record["notes"]))
        return found is not None and int(found[1]) < alert.revision


def incident_id(watch: str, alert: Alert) -> str:
    """Return the id of the incident of an alert: the same alert, the same id."""
    return f"watch:{watch}:{alert.id}"[:120]


def incident_of(alert: Alert, config: WatchConfig) -> Incident:
    """Return the draft of an alert: what the watch saw, and nothing it cannot know."""
    lat, lon = alert.lat_deg, alert.lon_deg
    over_ns = alert.closed_ns
    opened = Moment.of(rfc3339(alert.opened_ns))
    # An end within the second that it began in would be no interval.
    ended = over_ns is not None and over_ns - alert.opened_ns >= 1_000_000
    begin = opened
    end = Moment.of(rfc3339(over_ns)) if ended and over_ns is not None else Moment.of("unknown")
    lasted_s = (over_ns - alert.opened_ns) / 1e9 if over_ns is not None else None
    states: tuple[str, ...] = ()
    if alert.layer == "sovereign" and alert.area:
        code = state_codes().get(alert.area.upper())
        states = (code,) if code else ()
    try:
        return Incident(
            id=incident_id(config.id, alert),
            what=alert.why,
            domain=Domain.GNSS if alert.kind == AlertKind.GNSS else Domain.AIR,
            states=states,
            when=When(begin, end),
            where=Where(text=alert.area or "", lat_deg=lat, lon_deg=lon),
            duration_s=Span(None, lasted_s, "") if lasted_s is not None else Span(),
            sources=(
                Source(
                    title=f"tocsin watch {config.id}: alert {alert.id}",
                    date=opened,
                    grade=GRADE,
                ),
            ),
            synthetic=alert.synthetic,
            tlp=Tlp(config.tlp),
            notes=(
                f"Drafted by a watch, by rule {alert.rule}; nobody has judged it yet. "
                f"(alert revision {alert.revision})"
            ),
        )
    except ValueError as error:
        raise Refused(str(error)) from error
