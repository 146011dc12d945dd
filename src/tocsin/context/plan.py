"""A flight plan, whichever format it came in, and as a `Report`.

The EOBT is a day and a time of day.  Item 13 gives the second; the day is that of DOF/, else one
that the caller passes, else the EOBT is unknown and `eobt_why` says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from tocsin.context.fields import Item15
from tocsin.context.fpl import Items, Message
from tocsin.context.moments import hhmm_ns, midnight_ns
from tocsin.context.other import Pairs, address, day_of_flight, registrations, values
from tocsin.context.refused import Refused
from tocsin.schema import Report

MODE_S_CODES = frozenset("EHILPSX")  # Doc 4444 item 10b, SSR mode S
MODE_AC_CODES = frozenset("AC")  # and SSR modes A and C
STATE_REASONS = frozenset({"STATE"})  # item 18 STS/: military, customs or police services


@dataclass(frozen=True, slots=True)
class Change:
    """What one message did to a plan."""

    kind: str  # FPL, CHG, DLA, DEP, ARR, CNL
    what: str  # "EOBT 2025-09-19T06:00:00Z -> 2025-09-19T07:30:00Z"
    path: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class FlightPlan:
    """One flight as planned, with what later messages made of it."""

    callsign: str
    departure: str
    destination: str
    eobt_ns: int | None = None
    eobt_why: str = ""  # why there is none
    eet_s: float | None = None
    alternates: tuple[str, ...] = ()
    rules: str = ""
    flight_type: str = ""
    aircraft_count: int | None = None
    aircraft_type: str = ""
    wake: str = ""
    equipment: str = ""
    surveillance: str = ""  # 10b: "LB1"; "N": none; "": not said
    ssr: str = ""
    cruise: Item15 | None = None
    route: str = ""
    registrations: tuple[str, ...] = ()
    icao24: tuple[int, ...] = ()
    operator: str = ""
    special: tuple[str, ...] = ()  # STS/: STATE, MEDEVAC, SAR, ...
    gufi: str = ""
    other: Pairs = ()
    supplement: Pairs = ()
    status: str = "filed"  # filed, cancelled, departed, arrived
    atd_ns: int | None = None
    ata_ns: int | None = None
    arrival: str = ""  # where it landed, when an ARR said so
    by: str = ""  # who sent it
    notes: tuple[str, ...] = ()
    history: tuple[Change, ...] = ()
    path: str = ""
    place: str = ""
    items: Items | None = field(default=None, repr=False)  # of an ICAO plan, for later messages

    @property
    def declares_mode_s(self) -> bool | None:
        """Whether item 10b declares a mode S transponder; None where it is not said."""
        return bool(MODE_S_CODES & set(self.surveillance)) if self.surveillance else None

    @property
    def declares_transponder(self) -> bool | None:
        """Whether item 10b declares any SSR transponder; None where it is not said."""
        if not self.surveillance:
            return None
        return bool((MODE_S_CODES | MODE_AC_CODES) & set(self.surveillance))

    @property
    def state_aircraft(self) -> bool:
        """Whether the plan itself says state aircraft: STS/STATE, or type of flight M."""
        return self.flight_type == "M" or bool(STATE_REASONS & set(self.special))

    @property
    def window_ns(self) -> tuple[int | None, int | None]:
        """From departure, actual before estimated, to arrival, actual before estimated."""
        begin = self.atd_ns if self.atd_ns is not None else self.eobt_ns
        if self.ata_ns is not None:
            return begin, self.ata_ns
        if begin is None or self.eet_s is None:
            return begin, None
        return begin, begin + round(self.eet_s * 1e9)


def plan_of(message: Message, day: date | None = None) -> FlightPlan:
    """Return the plan that an FPL files.

    day  the UTC day of flight where the message has no DOF/
    """
    return with_items(
        FlightPlan(
            callsign=message.callsign,
            departure="",
            destination="",
            by=message.origin,
            notes=message.notes,
            path=message.path,
            place=message.place,
        ),
        message.items,
        day,
    )


def with_items(plan: FlightPlan, items: Items, day: date | None = None) -> FlightPlan:
    """Return the plan with all that follows from a full set of items; its history is kept."""
    other = items.other or ()
    eobt_ns, why = _eobt(items, day)
    where, to, air = items.departure, items.destination, items.aircraft
    return replace(
        plan,
        callsign=items.who.callsign if items.who else plan.callsign,
        ssr=items.who.ssr if items.who else plan.ssr,
        rules=items.rules.rules if items.rules else "",
        flight_type=items.rules.flight_type if items.rules else "",
        aircraft_count=air.aircraft_count if air else None,
        aircraft_type=air.aircraft_type if air else "",
        wake=air.wake if air else "",
        equipment=items.equipment.equipment if items.equipment else "",
        surveillance=items.equipment.surveillance if items.equipment else "",
        departure=where.place if where else "",
        eobt_ns=eobt_ns,
        eobt_why=why,
        cruise=items.route,
        route=items.route.route if items.route else "",
        destination=to.place if to else "",
        eet_s=to.eet_s if to else None,
        alternates=to.alternates if to else (),
        registrations=registrations(other),
        icao24=_addresses(other),
        operator=" ".join(values(other, "OPR")),
        special=values(other, "STS"),
        other=other,
        supplement=items.supplement or (),
        items=items,
    )


def report(plan: FlightPlan) -> Report:
    """Return the plan as a report: that it was filed, by whom; never an authorisation."""
    begin, end = plan.window_ns
    pairs: list[tuple[str, str]] = [
        ("value", "unknown" if plan.status == "cancelled" else "yes"),
        ("status", plan.status),
        ("callsign", plan.callsign),
        *(("icao24", f"{number:06x}") for number in plan.icao24),
        *(("registration", mark) for mark in plan.registrations),
        ("departure", plan.departure),
        ("destination", plan.destination),
    ]
    pairs += [("special", word) for word in plan.special]
    for key, text in (("operator", plan.operator), ("gufi", plan.gufi), ("route", plan.route)):
        if text:
            pairs.append((key, text))
    return Report(
        kind="flight_plan",
        t_ns=begin,
        until_ns=end,
        by=plan.by,
        subject=plan.callsign,
        text=f"{plan.callsign} {plan.departure} to {plan.destination}, {plan.status}",
        path=plan.path,
        place=plan.place,
        properties=tuple(pairs),
    )


def _eobt(items: Items, day: date | None) -> tuple[int | None, str]:
    if items.departure is None or not items.departure.hhmm:
        return None, "no time in item 13"
    try:
        given = day_of_flight(items.other or ())
    except Refused as refused:
        return None, refused.detail
    on = given or day
    if on is None:
        return None, "no DOF/ in item 18 and no date given: the day of flight is unknown"
    return midnight_ns(on) + hhmm_ns(items.departure.hhmm, "item 13"), ""


def _addresses(other: Pairs) -> tuple[int, ...]:
    found = []
    for word in values(other, "CODE"):
        try:
            found.append(address(word))
        except Refused:
            continue  # the message's notes say so
    return tuple(found)
