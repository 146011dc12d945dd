"""An incident of a register as pages: one revision, with all that stands beside it.

Without an audience the pages are for whoever may open the register: nothing is left out, under the
incident's own mark.  For an audience everything passes the redaction of an export first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tocsin import __version__
from tocsin.dossier.html import tlp
from tocsin.errors import IntegrityError, RegisterError
from tocsin.register.canonical import sha256
from tocsin.register.consulted import CONSULTATION
from tocsin.register.exchange.item import Item, Removal
from tocsin.register.exchange.redact import allowed, profile, told
from tocsin.register.exchange.scrub import scrub
from tocsin.register.link import Link, link_of
from tocsin.register.query import NOW, Filter, Row, Times
from tocsin.register.record import DISSENT, SIGNATURE, Record
from tocsin.register.revision import Revision
from tocsin.register.sign import holds
from tocsin.register.store import Store
from tocsin.run.register import count, found
from tocsin.run.register_export import dissents_by_incident, items_of, spared
from tocsin.schema import Domain, Moment, Tlp, incident_dict
from tocsin.schema.moment import utc

Json = dict[str, Any]


def given(
    store: Store,
    link: Link,
    times: Times = NOW,
    audience: Tlp | None = None,
    *,
    as_of: str = "",
    recorded_as_of: str = "",
) -> Json:
    """Return what `dossier.incident.document` takes; without the page it is what --json prints.

    as_of, recorded_as_of  the times as asked, for the page to say
    """
    revision = found(store, link, times)
    history = _whole(store, revision)
    dissents = dissents_by_incident(store, times, revision.incident)
    row = Row(revision.incident, revision.number, decided=True)
    items = list(items_of(store, row, revision, dissents, times, history=True))
    if not items:
        raise RegisterError(f"{revision.link} was not known then", hint="see its history")
    later = [body for n, body in dissents.get(revision.incident, ()) if n > revision.number]
    items[-1] = replace(items[-1], dissents=(*items[-1].dissents, *later))
    removals: Sequence[Removal] = ()
    mark = items[-1].tlp
    if audience is not None:
        if not allowed(mark, audience):
            raise RegisterError(
                f"{revision.link} is marked TLP:{mark}, not for TLP:{audience}",
                hint=f"--for {mark}, or mark it otherwise first",
            )
        done = spared(store, items, audience)
        items, removals, mark = list(done.items), done.removed, audience
    label, colour = tlp(mark.value)
    shown = items[-1]
    return {
        "link": str(revision.link),
        "path": revision.link.path,
        "version": __version__,
        "tlp": label,
        "tlp_colour": colour,
        "about": _about(store, revision, audience, as_of, recorded_as_of),
        "state": revision.state,
        "recorded_at": utc(revision.recorded_ns, 9),
        "incident": incident_dict(shown.incident),
        "revisions": [_revision(each) for each in items],
        "signatures": _signatures(store, revision, history, times, audience),
        "dissents": _dissents(store, items, history),
        "consultations": _consultations(store, revision, times, audience),
        "others": _others(store, revision, times, audience, as_of),
        "removed": [{"field": each.field, "why": each.why} for each in removals],
    }


def dated(pages: Json) -> datetime:
    """Return the moment the pages are of: that of the revision, not of a clock."""
    return datetime.fromisoformat(pages["recorded_at"][:19] + "Z").astimezone(UTC)


def _whole(store: Store, revision: Revision) -> dict[str, Revision]:
    """Return an incident's revisions by hash; raise IntegrityError where one does not hold."""
    previous, out = "", {}
    for each in store.history(revision.incident):
        if each.previous != previous or sha256(each.content) != each.content_sha256:
            raise IntegrityError(
                f"{each.link} is not what was recorded", hint="tocsin register audit"
            )
        previous = each.hash
        out[each.hash] = each
    return out


def _about(
    store: Store, revision: Revision, audience: Tlp | None, as_of: str, recorded_as_of: str
) -> list[str]:
    lines = [f"{revision.link}, recorded {utc(revision.recorded_ns)[:19].rstrip('Z')}Z"]
    if as_of:
        lines.append(f"As the world could know it by {as_of}.")
    if recorded_as_of:
        lines.append(f"As the register held it by {recorded_as_of}.")
    if audience is None:
        lines.append(f"Whole, as the register holds it; ledger {store.head()}.")
    else:
        gone = [name for name, how in told(audience).items() if how == "removed"]
        spared_of = f"without what tells of {', '.join(gone)}" if gone else "nothing is left out"
        lines.append(f"For TLP:{audience}: {spared_of}.")
    return lines


def _revision(item: Item) -> Json:
    return {
        "link": item.link,
        "recorded_at": utc(item.recorded_ns or 0, 9),
        "known_on": item.known_on,
        "author": item.author,
        "action": item.action,
        "state": item.state,
        "reason": item.reason,
        "hash": item.hash,
    }


def _signatures(
    store: Store,
    revision: Revision,
    history: dict[str, Revision],
    times: Times,
    audience: Tlp | None,
) -> list[Json]:
    names = audience is None or profile(audience).authors
    kept = ("by", "signed_at", "public_key") if names else ("signed_at",)
    return [
        {"subject": record.subject}
        | {key: record.body[key] for key in kept}
        | {"holds": _holds(record, history)}
        for record in store.records(SIGNATURE, revision.incident)
        if _recorded(record, times)
    ]


def _dissents(store: Store, items: Iterable[Item], history: dict[str, Revision]) -> list[Json]:
    """Return the dissents of all revisions; whether each holds is asked of the store's own."""
    incident = None
    out = []
    for item in items:
        incident = item.incident.id
        out += [dict(body) for body in item.dissents]
    if incident is not None:
        stored = {(r.body["dissent"], r.body["signed_at"]): r
                  for r in store.records(DISSENT, incident)}  # fmt: skip
        for body in out:
            record = stored.get((body["dissent"], body["signed_at"]))
            body["holds"] = record is not None and _holds(record, history)
    return out


def _holds(record: Record, history: dict[str, Revision]) -> bool:
    about = history.get(str(record.body.get("revision", "")))
    return about is not None and holds(record, about)


def _consultations(
    store: Store, revision: Revision, times: Times, audience: Tlp | None
) -> list[Json]:
    rules = profile(audience).rules if audience is not None else frozenset()
    kept = []
    for record in store.records(CONSULTATION):
        body = record.body
        known = Moment.of(body["source_date"]).earliest_ns
        late = times.as_of_ns is not None and known is not None and known >= times.as_of_ns
        if body["incident"] == revision.incident and _recorded(record, times) and not late:
            texts = {key: scrub(value, rules, frozenset())[0]
                     for key, value in body.items() if isinstance(value, str)}  # fmt: skip
            kept.append({**body, **texts})
    return kept


def _others(
    store: Store, revision: Revision, times: Times, audience: Tlp | None, as_of: str
) -> list[Json]:
    """Return, for each state, the count of its year: which number this incident is, and the rows.

    An audience that may not see every incident of a count is not told the count.
    """
    record = revision.record
    begun = revision.read().when.begun.earliest_ns
    if begun is None:
        return []
    year = utc(begun)[:4]
    window = Moment.of(year)
    out = []
    for state in record["states"]:
        wanted = Filter(
            state=state,
            domain=Domain(record["domain"]),
            begin_ns=window.earliest_ns,
            end_ns=window.latest_ns,
        )
        answer = count(store, wanted, times, as_of or "now", 1000)
        decided = [row["id"] for row in answer["rows"]]
        rows = [row | {"decided": True} for row in answer["rows"]]
        rows += [row | {"decided": False} for row in answer["undecided_rows"]]
        if audience is not None:
            named = {row["id"] for row in rows}
            named |= {link_of(row["link"]).incident for row in answer["excluded"]}
            if answer["rows_left_out"] or not all(_may(store, name, audience) for name in named):
                continue
            rules = profile(audience).rules
            rows = [row | {"what": scrub(row["what"], rules, frozenset())[0]} for row in rows]
        within = revision.incident in decided
        out.append(
            {
                "state": state,
                "domain": record["domain"],
                "year": year,
                "number": _number(answer["rows"], revision.incident) if within else None,
                "count": answer["count"],
                "undecided": answer["undecided"],
                "rows": rows,
                "rows_left_out": answer["rows_left_out"],
                "excluded": answer["excluded"],
                "coverage_gaps": [gap for gap in answer["coverage_gaps"] if gap["in_window"]],
            }
        )
    return out


def _number(rows: Sequence[Json], incident: str) -> Json:
    """Return which of some rows an incident is in order of time, as far as their dates tell."""
    moments = {row["id"]: Moment.of(row["begin"]) for row in rows}
    mine = moments.pop(incident)
    surely = sum(_before(each.latest_ns, mine.earliest_ns) for each in moments.values())
    surely_after = sum(_before(mine.latest_ns, each.earliest_ns) for each in moments.values())
    return {"least": surely + 1, "most": len(moments) - surely_after + 1}


def _before(end_ns: int | None, begin_ns: int | None) -> bool:
    return end_ns is not None and begin_ns is not None and end_ns <= begin_ns


def _may(store: Store, name: str, audience: Tlp) -> bool:
    newest = store.revision(Link(name))
    return newest is not None and allowed(Tlp(newest.record["tlp"]), audience)


def _recorded(record: Record, times: Times) -> bool:
    return times.recorded_ns is None or record.recorded_ns <= times.recorded_ns
