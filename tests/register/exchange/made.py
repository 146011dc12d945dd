"""Items and files for tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.register.made import incident
from tocsin.register.exchange.formats import FORMATS
from tocsin.register.exchange.item import Item, Manifest
from tocsin.register.exchange.read import read
from tocsin.run.register_import import bundled_incidents
from tocsin.schema import Incident, Moment, Refusal, Tlp

RECORDED_NS = Moment.of("2025-11-01T08:00:00Z").earliest_ns
DISSENT = {
    "dissent": "EE-1@2",
    "revision": "ab" * 32,
    "finding": "",
    "by": "bo",
    "says": "the height was never measured",
    "signed_at": "2025-11-01T09:00:00Z",
    "public_key": "ed25519:AA",
    "signature": "BB",
}


def item(name: str = "EE-1", number: int = 2, **more: Any) -> Item:
    """Return an item as a register gives it; a keyword replaces a field of the incident."""
    return Item(
        incident=incident(name, **more),
        number=number,
        state="draft",
        action="edit",
        author="ann",
        reason="a second source",
        known_on="2025-05-14",
        hash="cd" * 32,
        previous="ef" * 32,
        content_sha256="01" * 32,
        recorded_ns=RECORDED_NS,
        first_ns=RECORDED_NS,
        dissents=(DISSENT,),
    )


def manifest(count: int = 1, **more: Any) -> Manifest:
    return Manifest(**{"audience": Tlp.CLEAR, "incidents": count, **more})


def written(fmt: str, items: Iterable[Item]) -> bytes:
    given = list(items)
    form = FORMATS[fmt]
    if form.fitting is not None:
        given, _ = form.fitting(given)
    return form.write(given, manifest(len(given)))


def there_and_back(fmt: str, made: Iterable[Incident]) -> tuple[list[Incident], list[Refusal]]:
    return read(written(fmt, [Item(incident=each) for each in made]), f"x.{fmt}")


def bundled() -> list[Item]:
    """Return the register that ships: real incidents."""
    return [Item(incident=each, recorded_ns=RECORDED_NS) for each in bundled_incidents()]
