"""A message as AFTN text, from its items: the way back, for round trips."""

from __future__ import annotations

from dataclasses import fields

from tocsin.context.fields import Item7, Item8, Item9, Item10, Item13, Item15, Item16, Item17
from tocsin.context.fpl import Items, Message
from tocsin.units import KT_MPS

NUMBERS = {
    "who": 7, "rules": 8, "aircraft": 9, "equipment": 10, "departure": 13, "route": 15,
    "destination": 16, "arrival": 17, "other": 18, "supplement": 19,
}  # fmt: skip


def encode(message: Message) -> str:
    parts = [_item(getattr(message.items, name)) for name in _given(message.items)]
    amended = [
        f"{NUMBERS[name]}/{_item(getattr(message.amended, name))}"
        for name in _given(message.amended)
    ]
    return f"({'-'.join([message.kind, *parts, *amended])})"


def _given(items: Items) -> list[str]:
    return [f.name for f in fields(items) if getattr(items, f.name) is not None]


def _item(item: object) -> str:
    match item:
        case Item7(callsign, ssr):
            return callsign + (f"/A{ssr}" if ssr else "")
        case Item8(rules, flight_type):
            return rules + flight_type
        case Item9(count, name, wake):
            return f"{count if count > 1 else ''}{name}/{wake}"
        case Item10(equipment, surveillance):
            return f"{equipment}/{surveillance}"
        case Item13(place, hhmm):
            return place + hhmm
        case Item15(speed, mach, level, route):
            first = f"M{mach * 100:03.0f}" if mach else f"N{(speed or 0) / KT_MPS:04.0f}"
            return f"{first}{level.text if level else 'VFR'} {route}".strip()
        case Item16(place, eet_s, alternates):
            eet = "" if eet_s is None else f"{eet_s // 3600:02.0f}{eet_s % 3600 // 60:02.0f}"
            return " ".join([place + eet, *alternates])
        case Item17(place, hhmm, name):
            return f"{place}{hhmm} {name}".strip()
        case tuple() as pairs:
            return " ".join(f"{key}/{text}" for key, text in pairs) or "0"
    raise TypeError(item)
