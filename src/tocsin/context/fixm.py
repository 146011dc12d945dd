"""Flight plans from FIXM 4.x: core `flight` elements, whatever message wraps them.

Names are matched without their namespace, which must be a FIXM one (fixm.aero): 4.2 and 4.3 differ
in the namespace and not in these elements.  A document type is refused before parsing, so that
nothing expands and no other file is named.  Source: FIXM Core 4.3.0, package Flight.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tocsin.context.gathered import Gathered, Gathering
from tocsin.context.moments import parse_ns
from tocsin.context.other import address
from tocsin.context.plan import Change, FlightPlan
from tocsin.context.refused import Refused

FIXM = "fixm.aero"

_CALLSIGN = re.compile(r"[A-Z0-9]{1,7}")
_COUNT = re.compile(r"\d{1,3}", re.ASCII)
_DURATION = re.compile(
    r"P(?:0+Y)?(?:0+M)?(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7}(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
_PREFER = ("agreed", "current", "negotiating", "desired")  # the route that governs comes first


def parse(data: bytes, path: str = "") -> Gathered[FlightPlan]:
    """Return the flight plans of a FIXM document; never raises for what the bytes hold.

    Refused: "document-type", "bad-xml", "no-flight", and flights one by one: "missing-field",
    "naive-time", "bad-time".
    """
    out: Gathering[FlightPlan] = Gathering(path)
    try:
        root = _root(data)
    except Refused as refused:
        out.refuse("document", refused, data[:200].decode("utf-8", "replace"))
        return out.done()
    message = _text(root, "type") if _name(root) == "FficeMessage" else ""
    flights = [e for e in root.iter() if _is_flight(e)]
    if not flights:
        rule = "it needs a flight element of http://www.fixm.aero/flight/4.3"
        out.refuse("document", Refused("no-flight", f"holds no FIXM flight; {rule}"))
    for number, flight in enumerate(flights, 1):
        place = f"flight {number}"
        try:
            out.items.append(_plan(flight, message, path, place))
        except Refused as refused:
            out.refuse(place, refused, _text(flight, "flightIdentification/aircraftIdentification"))
    return out.done()


def _root(data: bytes) -> Element:
    # UTF-16 would hide the next test; FIXM documents are UTF-8.
    if b"\0" in data or re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", data, re.I):
        raise Refused(
            "document-type",
            "declares a document type or entities, or is not UTF-8; such a file is not read",
        )
    try:
        return ElementTree.fromstring(data)  # noqa: S314 - without a DTD nothing expands
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Refused("bad-xml", f"is no well-formed XML: {error}; fetch it again") from None


def _is_flight(element: Element) -> bool:
    if FIXM not in str(element.tag) or _name(element).lower() != "flight":
        return False
    return any(_name(e) in ("flightIdentification", "aircraft", "departure") for e in element)


def _plan(flight: Element, message: str, path: str, place: str) -> FlightPlan:
    notes: list[str] = []
    callsign = _text(flight, "flightIdentification/aircraftIdentification")
    if not _CALLSIGN.fullmatch(callsign):
        raise Refused("missing-field", f'aircraftIdentification "{callsign}" is no call sign')
    eobt = _text(flight, "departure/estimatedOffBlockTime")
    route = _route(flight)
    level = _text(route, "routeInformation/cruisingLevel/flightLevel") if route is not None else ""
    capable = "aircraft/capabilities"
    counts = [_text(e, "aircraftCount") for e in _all(flight, "aircraft/aircraftType")]
    arrival = _aerodrome(flight, "arrival/arrivalAerodrome")
    ata_ns = _time(flight, "arrival/actualTimeOfArrival")
    atd_ns = _time(flight, "departure/actualTimeOfDeparture")
    return FlightPlan(
        callsign=callsign,
        departure=_aerodrome(flight, "departure/departureAerodrome"),
        destination=_aerodrome(flight, "arrival/destinationAerodrome"),
        eobt_ns=parse_ns(eobt) if eobt else None,
        eobt_why="" if eobt else "no estimatedOffBlockTime",
        eet_s=_duration(route, notes),
        alternates=tuple(
            _text(e, "locationIndicator")
            for e in _all(flight, "arrival/destinationAerodromeAlternate")
        ),
        rules=_text(flight, "flightRulesCategory")
        or _text(flight, "extension/flightRulesCategory"),
        flight_type=_text(flight, "flightType"),
        aircraft_count=sum(map(int, counts))
        if counts and all(map(_COUNT.fullmatch, counts))
        else None,
        aircraft_type=_text(flight, "aircraft/aircraftType/icaoAircraftTypeDesignator"),
        wake=_text(flight, "aircraft/wakeTurbulence"),
        equipment=" ".join(
            word
            for name in (
                "communication/communicationCapabilityCode",
                "communication/datalinkCommunicationCapabilityCode",
                "navigation/navigationCapabilityCode",
            )
            for word in _text(flight, f"{capable}/{name}").split()
        ),
        surveillance="".join(
            _text(flight, f"{capable}/surveillance/surveillanceCapabilityCode").split()
        ),
        route=_text(route, "routeInformation/routeText") if route is not None else "",
        registrations=tuple(
            word.replace("-", "") for word in _text(flight, "aircraft/registration").split()
        ),
        icao24=_addresses(flight, notes),
        operator=_text(flight, "operator/designatorIcao") or _text(flight, "operator/name"),
        special=tuple(_text(flight, "specialHandling").split()),
        gufi=_text(flight, "flightIdentification/gufi"),
        other=tuple(
            (key, text)
            for key, text in (("RMK", _text(flight, "remarks")), ("level", level))
            if text
        ),
        status="arrived" if ata_ns is not None else "departed" if atd_ns is not None else "filed",
        atd_ns=atd_ns,
        ata_ns=ata_ns,
        arrival=arrival,
        by=_text(flight, "flightPlanOriginator/contact/onlineContact/linkage")
        or _text(flight, "flightPlanOriginator/name"),
        notes=tuple(notes),
        history=(Change(message or "FIXM", "read", path, place),),
        path=path,
        place=place,
    )


def _route(flight: Element) -> Element | None:
    """Return the route that governs: agreed before current, negotiating and desired."""
    for kind in _PREFER:
        found = _all(flight, f"routeTrajectoryGroup/{kind}")
        if found:
            return found[0]
    return None


def _addresses(flight: Element, notes: list[str]) -> tuple[int, ...]:
    found = []
    for word in _text(flight, "aircraft/aircraftAddress").split():
        try:
            found.append(address(word))
        except Refused as refused:
            notes.append(f"aircraftAddress: {refused.detail}")
    return tuple(found)


def _duration(route: Element | None, notes: list[str]) -> float | None:
    text = _text(route, "routeInformation/totalEstimatedElapsedTime") if route is not None else ""
    found = _DURATION.fullmatch(text) if text else None
    if not found or len(text) < 3:
        if text:
            notes.append(f'totalEstimatedElapsedTime "{text}" is no duration such as PT0H53M')
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds


def _aerodrome(flight: Element, where: str) -> str:
    return _text(flight, f"{where}/locationIndicator") or _text(flight, f"{where}/name")


def _time(flight: Element, where: str) -> int | None:
    """Return an actual time, which FIXM gives as text or as a child `time` (4.2)."""
    text = _text(flight, where) or _text(flight, f"{where}/time")
    return parse_ns(text) if text else None


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(element: Element, where: str) -> list[Element]:
    """Return the descendants along a path of names without namespaces."""
    found = [element]
    for name in where.split("/"):
        found = [child for parent in found for child in parent if _name(child) == name]
    return found


def _text(element: Element, where: str) -> str:
    """Return the text at a path of names, "" where there is none; several are joined."""
    texts = (
        "".join(found.itertext()) if len(found) == 0 else found.text or ""
        for found in _all(element, where)
    )
    return " ".join(" ".join(text.split()) for text in texts).strip()
