"""Messages applied to the plans they refer to, in the order of the file.

A message refers by aircraft identification, departure, destination and, where it states one, the
day of flight; a CHG and a CNL also by the EOBT that was last notified.  In a DLA item 13 is the new
EOBT, which is always later than the old; in a DEP it is the actual time of departure, of the day
that brings it nearest to the EOBT; the time of an ARR is the first after departure.
Sources: Doc 4444 11.4.2 and appendix 3; ICAO FPL implementation tracking, issue 9 (DOF).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

from tocsin.context.fpl import Items, Message
from tocsin.context.moments import DAY_NS, hhmm_ns, text_of
from tocsin.context.other import Pairs, day_of_flight
from tocsin.context.plan import Change, FlightPlan, plan_of, with_items
from tocsin.context.refused import Refused
from tocsin.schema import Refusal


@dataclass(frozen=True, slots=True)
class Applied:
    """Plans in order of filing, and the messages that fit none of them."""

    plans: tuple[FlightPlan, ...]
    refusals: tuple[Refusal, ...] = ()


def apply(messages: Iterable[Message], day: date | None = None) -> Applied:
    """Return the plans with their history; a message that fits no plan is refused.

    day  the UTC day of flight of messages without DOF/

    Refused: "no-such-plan", "ambiguous-reference" (fits several), "not-later" (a DLA back in time).
    """
    plans: list[FlightPlan] = []
    refusals: list[Refusal] = []
    open_at: dict[str, list[int]] = {}  # call sign -> plans, so that a day's file stays fast
    for message in messages:
        try:
            if message.kind == "FPL":
                _file(plans, open_at, message, day)
            else:
                k = _referred(plans, open_at.get(message.callsign, []), message)
                plans[k] = _APPLY[message.kind](plans[k], message)
                open_at.setdefault(plans[k].callsign, [])
                if k not in open_at[plans[k].callsign]:
                    open_at[plans[k].callsign].append(k)
        except Refused as refused:
            raw = " ".join(message.raw.split())[:120]
            refusals.append(
                Refusal(message.path, message.place, refused.reason, refused.detail, raw)
            )
    return Applied(tuple(plans), tuple(refusals))


def _file(
    plans: list[FlightPlan], open_at: dict[str, list[int]], message: Message, day: date | None
) -> None:
    new = plan_of(message, day)
    new = replace(new, history=(_change(message, f"filed, EOBT {_moment(new)}"),))
    mine = open_at.setdefault(new.callsign, [])
    for k in mine:
        old = plans[k]
        same = _key(old) == _key(new) and old.eobt_ns == new.eobt_ns and old.status == "filed"
        if same and _hhmm(old) == _hhmm(new):
            what = "sent again" if old.items == new.items else "filed anew, replaces what was filed"
            plans[k] = replace(new, history=(*old.history, _change(message, what)))
            return
    mine.append(len(plans))
    plans.append(new)


def _referred(plans: list[FlightPlan], mine: list[int], message: Message) -> int:
    """Return which plan a message means.  Raises Refused."""
    where, to = message.items.departure, message.items.destination
    diverted = message.kind == "ARR"  # its item 16 is the planned destination, often left out
    found = [
        k
        for k in mine
        if plans[k].callsign == message.callsign
        and where is not None
        and plans[k].departure == where.place
        and (to is None or plans[k].destination == to.place or diverted)
        and _same_day(plans[k].other, message.items.other or ())
        and plans[k].status in _FROM[message.kind]
    ]
    if message.kind in ("CHG", "CNL") and where is not None:
        found = [k for k in found if _hhmm(plans[k]) == where.hhmm]
    if len(found) > 1:
        found = _nearest(plans, found, message)
    if len(found) == 1:
        return found[0]
    name = f"{message.callsign} {where.place if where else ''} {where.hhmm if where else ''}"
    if found:
        raise Refused(
            "ambiguous-reference",
            f"{message.kind} {' '.join(name.split())} fits {len(found)} plans; DOF/ would tell "
            "them apart",
        )
    raise Refused(
        "no-such-plan", f"{message.kind} {' '.join(name.split())} fits no plan that was filed"
    )


def _nearest(plans: list[FlightPlan], found: list[int], message: Message) -> list[int]:
    """Return the plan whose EOBT is the same time of day as a DEP's, within two hours, if one."""
    where = message.items.departure
    if message.kind not in ("DEP", "ARR") or where is None or not where.hhmm:
        return found
    tod_ns = hhmm_ns(where.hhmm, "item 13")
    near = []
    for k in found:
        then = plans[k].items
        planned = then.departure.tod_ns if then and then.departure else None
        if planned is not None:
            apart = abs((tod_ns - planned + DAY_NS // 2) % DAY_NS - DAY_NS // 2)
            if apart <= DAY_NS // 12:
                near.append(k)
    return near or found


def _same_day(plan: Pairs, message: Pairs) -> bool:
    try:
        ours, theirs = day_of_flight(plan), day_of_flight(message)
    except Refused:
        return True  # an unreadable day tells nothing apart
    return ours is None or theirs is None or ours == theirs


def _change(message: Message, what: str) -> Change:
    return Change(message.kind, what, message.path, message.place)


def _changed(plan: FlightPlan, message: Message, what: str) -> FlightPlan:
    return replace(plan, history=(*plan.history, _change(message, what)))


def _chg(plan: FlightPlan, message: Message) -> FlightPlan:
    given = {
        item.name: getattr(message.amended, item.name)
        for item in fields(Items)
        if getattr(message.amended, item.name) is not None
    }
    items = replace(plan.items or Items(), **given)
    new = replace(with_items(plan, items, _day(plan)), notes=(*plan.notes, *message.notes))
    what = ", ".join(
        f"{name} amended" if name != "departure" else f"EOBT {_moment(plan)} -> {_moment(new)}"
        for name in given
    )
    return _changed(new, message, what)


def _dla(plan: FlightPlan, message: Message) -> FlightPlan:
    where = message.items.departure
    assert where is not None  # _referred found the plan by it
    items = replace(plan.items or Items(), departure=where)
    if plan.eobt_ns is None:
        new = with_items(plan, items)
        return _changed(new, message, f"EOBT {_hhmm(plan)} -> {where.hhmm}, day unknown")
    tod_ns = hhmm_ns(where.hhmm, "item 13")
    later_ns = (tod_ns - plan.eobt_ns) % DAY_NS
    if later_ns == 0:
        raise Refused("not-later", f"DLA {plan.callsign} gives {where.hhmm}, the EOBT it has")
    eobt_ns = plan.eobt_ns + later_ns
    new = replace(plan, items=items, eobt_ns=eobt_ns, eobt_why="")
    return _changed(new, message, f"EOBT {_moment(plan)} -> {_moment(new)}")


def _dep(plan: FlightPlan, message: Message) -> FlightPlan:
    where, who = message.items.departure, message.items.who
    assert where is not None and who is not None
    new = replace(plan, status="departed", ssr=who.ssr or plan.ssr)
    if plan.eobt_ns is None:
        return _changed(new, message, f"departed {where.hhmm}, day unknown")
    apart_ns = (hhmm_ns(where.hhmm, "item 13") - plan.eobt_ns + DAY_NS // 2) % DAY_NS - DAY_NS // 2
    new = replace(new, atd_ns=plan.eobt_ns + apart_ns)
    return _changed(new, message, f"departed {text_of(plan.eobt_ns + apart_ns)}")


def _arr(plan: FlightPlan, message: Message) -> FlightPlan:
    there = message.items.arrival
    assert there is not None
    new = replace(plan, status="arrived", arrival=there.place)
    name = f"{there.place} {there.name}".strip()
    begin = plan.window_ns[0]
    if begin is None:
        return _changed(new, message, f"arrived {name} {there.hhmm}, day unknown")
    ata_ns = begin + (hhmm_ns(there.hhmm, "item 17") - begin) % DAY_NS
    return _changed(replace(new, ata_ns=ata_ns), message, f"arrived {name} {text_of(ata_ns)}")


def _cnl(plan: FlightPlan, message: Message) -> FlightPlan:
    return _changed(replace(plan, status="cancelled"), message, "cancelled")


_APPLY = {"CHG": _chg, "DLA": _dla, "DEP": _dep, "ARR": _arr, "CNL": _cnl}
_FROM = {
    "CHG": ("filed", "departed"),  # Doc 4444 allows a change after departure
    "DLA": ("filed",),
    "DEP": ("filed",),
    "ARR": ("filed", "departed"),
    "CNL": ("filed",),
}


def _key(plan: FlightPlan) -> tuple[str, str, str]:
    return plan.callsign, plan.departure, plan.destination


def _hhmm(plan: FlightPlan) -> str:
    return plan.items.departure.hhmm if plan.items and plan.items.departure else ""


def _moment(plan: FlightPlan) -> str:
    return _hhmm(plan) if plan.eobt_ns is None else text_of(plan.eobt_ns)


def _day(plan: FlightPlan) -> date | None:
    """Return the day of the plan's EOBT, for a change that names a time only."""
    if plan.eobt_ns is None:
        return None
    return date(1970, 1, 1) + timedelta(days=plan.eobt_ns // DAY_NS)
