"""ICAO flight plan messages: FPL, CHG, DLA, DEP, ARR and CNL in AFTN text form.

Source: ICAO Doc 4444 (PANS-ATM, 16th edition) appendix 3.  Fields stand in fixed order between
hyphens:

    FPL  7 8 9 10 13 15 16 18 [19]        DEP  7 13 16 18
    CHG  7 13 16 18 22 [22 ...]           ARR  7 13 [16] 17
    DLA  7 13 16 18                       CNL  7 13 16 18

Item 18 of the five lower ones came with amendment 1 (2012); older messages have none.  A message
that breaks the rules of a field that places or times it is refused; what is wrong in items 18 and
19 is a note, for a plan with an unreadable remark is still a plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from string import ascii_lowercase, ascii_uppercase

from tocsin.context import fields as f
from tocsin.context.aftn import Envelope, envelopes
from tocsin.context.gathered import Gathered, Gathering
from tocsin.context.other import Pairs, address, day_of_flight, item18, item19, values
from tocsin.context.refused import Refused

KINDS = ("FPL", "CHG", "DLA", "DEP", "ARR", "CNL")

_HEAD = re.compile(r"([A-Z]{3})(?:[A-Z]{1,4}/[A-Z]{1,8}\d{3}){0,2}", re.ASCII)
_AMENDMENT = re.compile(r"(\d{1,2})/(.*)", re.S | re.ASCII)
_SUPPLEMENT = re.compile(r"(?:E/\d{4}|P/(?:\d|TBN))", re.ASCII)
#: The teleprinter alphabet has capitals only, so letters typed small mean the same.
_CAPITALS = str.maketrans(ascii_lowercase, ascii_uppercase)
_NAMES = {
    7: "aircraft identification",
    8: "flight rules",
    9: "aircraft type",
    10: "equipment",
    13: "departure and time",
    15: "speed, level and route",
    16: "destination",
    17: "arrival and time",
    18: "other information",
}
_FIELDS = (7, 8, 9, 10, 13, 15, 16, 18)


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a message; None where it has none."""

    who: f.Item7 | None = None
    rules: f.Item8 | None = None
    aircraft: f.Item9 | None = None
    equipment: f.Item10 | None = None
    departure: f.Item13 | None = None
    route: f.Item15 | None = None
    destination: f.Item16 | None = None
    arrival: f.Item17 | None = None
    other: Pairs | None = None
    supplement: Pairs | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message, read."""

    kind: str  # FPL, CHG, DLA, DEP, ARR, CNL
    callsign: str
    items: Items
    amended: Items = Items()  # of a CHG: what its fields 22 say, None elsewhere
    notes: tuple[str, ...] = ()  # what could not be read and was left out
    origin: str = ""  # the eight letters of who sent it
    filed: str = ""  # DDHHMM of its origin line
    raw: str = ""
    path: str = ""
    place: str = ""


def parse(text: str, path: str = "") -> Gathered[Message]:
    """Return the messages of a file in order; never raises for what the text holds.

    Refused, among others: "bad-time" (2561), "missing-field", "not-a-plan-message" (CPL, ACP, ...),
    "not-closed", "no-message" (a file with text and no message).
    """
    out: Gathering[Message] = Gathering(path)
    for envelope in envelopes(text.translate(_CAPITALS)):
        try:
            out.items.append(_message(envelope, path))
        except Refused as refused:
            out.refuse(envelope.place, refused, f"({envelope.text}")
    if text.strip() and not out.items and not out.refusals:
        rule = 'a message stands in parentheses, such as "(FPL-...)"'
        out.refuse("line 1", Refused("no-message", f"holds no message; {rule}"), text.strip())
    return out.done()


def _message(envelope: Envelope, path: str) -> Message:
    head, *parts = (" ".join(part.split()) for part in envelope.text.split("-"))
    found = _HEAD.fullmatch(head)
    kind = found[1] if found else head[:3]
    if not envelope.closed:
        raise Refused("not-closed", f'{kind} has no closing ")"; it was cut short, fetch it again')
    if not found:
        raise Refused("bad-head", f'"{head[:40]}" is no message type; write it as "(FPL-..."')
    if kind not in KINDS:
        raise Refused("not-a-plan-message", f"{kind} is not read; {', '.join(KINDS)} are")
    read = {"FPL": _fpl, "CHG": _chg, "ARR": _arr}.get(kind, _short)
    items, amended = read(parts)
    if items.who is None:
        raise _missing(7)
    return Message(
        kind=kind,
        callsign=items.who.callsign,
        items=items,
        amended=amended,
        notes=tuple(note for told in (items, amended) for note in _notes(told)),
        origin=envelope.origin,
        filed=envelope.filed,
        raw=f"({envelope.text})",
        path=path,
        place=envelope.place,
    )


def _fpl(parts: list[str]) -> tuple[Items, Items]:
    items = Items()
    for number, part in zip(_FIELDS, parts, strict=False):
        items = _with(items, number, part)
    if len(parts) < len(_FIELDS):
        raise _missing(_FIELDS[len(parts)])
    # A hyphen inside item 18 is against the rules, but remarks have them.
    last = [*parts[len(_FIELDS) :]]
    supplement = next((k for k, part in enumerate(last) if _SUPPLEMENT.match(part)), len(last))
    items = _with(items, 18, "-".join([parts[7], *last[:supplement]]))
    if supplement < len(last):
        items = replace(items, supplement=item19("-".join(last[supplement:])))
    return items, Items()


def _short(parts: list[str]) -> tuple[Items, Items]:
    items = Items()
    for number, part in zip((7, 13, 16), parts, strict=False):
        items = _with(items, number, part)
    if len(parts) < 3:
        raise _missing((7, 13, 16)[len(parts)])
    return (_with(items, 18, "-".join(parts[3:])) if parts[3:] else items), Items()


def _chg(parts: list[str]) -> tuple[Items, Items]:
    # From the fourth field on: "1/A0000" in the first is a call sign with its SSR code.
    first = next((k for k, p in enumerate(parts) if k > 2 and _AMENDMENT.fullmatch(p)), len(parts))
    items, amended = _short(parts[:first])[0], Items()
    if first == len(parts):
        raise Refused("missing-field", "CHG has no field 22 and so changes nothing")
    fields: list[tuple[int, str]] = []
    for part in parts[first:]:
        found = _AMENDMENT.fullmatch(part)
        if found and int(found[1]) in (*_FIELDS, 19):
            fields.append((int(found[1]), found[2].strip()))
        elif found or not fields:
            raise Refused("bad-amendment", f'"{part}" amends none of items 7 to 10, 13 to 19')
        else:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]}-{part}")
    for number, text in fields:
        if number == 19:
            amended = replace(amended, supplement=item19(text))
        else:
            amended = _with(amended, number, text)
    return items, amended


def _arr(parts: list[str]) -> tuple[Items, Items]:
    if len(parts) < 3:
        raise _missing((7, 13, 17)[len(parts)])
    items = replace(_with(Items(), 7, parts[0]), departure=f.item13(parts[1], timed=False))
    if len(parts) > 3:  # item 16 is there only in case of a diversion
        items = _with(items, 16, parts[2])
    return replace(items, arrival=f.item17(parts[min(len(parts), 4) - 1])), Items()


def _with(items: Items, number: int, text: str) -> Items:
    """Return the items with one more, parsed.  Raises Refused."""
    if not text:
        raise _missing(number)
    if number == 7:
        return replace(items, who=f.item7(text))
    if number == 8:
        return replace(items, rules=f.item8(text))
    if number == 9:
        return replace(items, aircraft=f.item9(text))
    if number == 10:
        return replace(items, equipment=f.item10(text))
    if number == 13:
        return replace(items, departure=f.item13(text))
    if number == 15:
        return replace(items, route=f.item15(text))
    if number == 16:
        return replace(items, destination=f.item16(text))
    return replace(items, other=item18(text))


def _notes(items: Items) -> list[str]:
    """Return what is wrong in item 18, in words; whoever uses it leaves that part out."""
    notes = []
    pairs = items.other or ()
    try:
        day_of_flight(pairs)
    except Refused as refused:
        notes.append(refused.detail)
    for word in values(pairs, "CODE"):
        try:
            address(word)
        except Refused as refused:
            notes.append(f"CODE/: {refused.detail}")
    notes += [f'item 18: "{text}" follows no indicator' for key, text in pairs if not key]
    return notes


def _missing(number: int) -> Refused:
    return Refused("missing-field", f"item {number} ({_NAMES[number]}) is missing")
