"""Nothing leaves that an audience may not see, and what was taken out is said."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from tests.register.exchange.made import bundled, manifest
from tests.register.exchange.made import item as disputed
from tests.register.strategies import MANY
from tocsin.register.exchange.formats import FORMATS
from tocsin.register.exchange.item import Item, strictness
from tocsin.register.exchange.redact import Redacted, allowed, redact
from tocsin.register.exchange.scrub import PERSON, SENSOR, scrub
from tocsin.schema import Incident, Tlp, incident_dict

CLEAR, GREEN, AMBER, STRICT, RED = reversed(Tlp)
BOTH = frozenset({SENSOR, PERSON})


def item(name: str = "EE-1", **more: Any) -> Item:
    """Return an item from which nobody dissents."""
    return replace(disputed(name, **more), dissents=())


def test_the_marks_in_order() -> None:
    """FIRST, TLP 2.0: each is stricter than the one before."""
    assert [mark.value for mark in (CLEAR, GREEN, AMBER, STRICT, RED)] == [
        "CLEAR",
        "GREEN",
        "AMBER",
        "AMBER+STRICT",
        "RED",
    ]
    for audience in Tlp:
        assert {mark for mark in Tlp if allowed(mark, audience)} == {
            mark for mark in Tlp if strictness(mark) <= strictness(audience)
        }


@pytest.mark.parametrize("audience", list(Tlp))
def test_what_is_marked_stricter_stays_and_is_only_counted(audience: Tlp) -> None:
    items = [item(f"EE-{mark.name}", tlp=mark.value) for mark in Tlp]
    done = redact(items, audience)
    kept = [each.incident.tlp for each in done.items]
    assert all(allowed(mark, audience) for mark in kept)
    assert len(kept) + done.withheld == len(items)
    text = everything(done, audience)
    for mark in Tlp:
        assert (f"EE-{mark.name}" in text) == allowed(mark, audience)


def everything(done: Redacted, audience: Tlp) -> str:
    """Return all that any format would write, in one text."""
    said = manifest(
        len(done.items), audience=audience, withheld=done.withheld, removed=done.removed
    )
    parts = []
    for form in FORMATS.values():
        items = list(done.items)
        if form.fitting is not None:
            items, _ = form.fitting(items)
        parts.append(form.write(items, said).decode("latin-1"))
    return "\n".join(parts)


def test_ids_of_withheld_incidents_leave_by_no_side_door() -> None:
    secret = item("EE-SECRET-7", tlp="RED")
    open_one = item(
        "EE-1",
        notes="Compare EE-SECRET-7. See also (EE-ELSEWHERE-9), EE-1 and EE-SECRET-70.",
        links=[{"kind": "related", "id": "EE-SECRET-7"}, {"kind": "related", "id": "EE-2"}],
        statements=[{"about": "what", "by": "a desk", "says": "as EE-SECRET-7@2"}],
        sources=[{"title": "a list", "url": "https://example.org/i/EE-SECRET-7@1"}],
    )
    done = redact([secret, open_one, item("EE-2")], CLEAR, stricter=["EE-ELSEWHERE-9"])
    text = everything(done, CLEAR)
    assert "EE-SECRET-7@" not in text and "EE-SECRET-7." not in text
    assert "EE-ELSEWHERE-9" not in text
    assert "EE-SECRET-70" in text  # another id
    assert [link.id for link in done.items[0].incident.links] == ["EE-2"]
    assert done.withheld == 1
    assert {each.field for each in done.removed} == {
        "links",
        "notes",
        "statements[0].says",
        "sources[0].url",
    }


def test_a_link_to_what_nobody_knows_is_taken_as_withheld() -> None:
    made = item(links=[{"kind": "related", "id": "EE-X"}])
    assert redact([made], CLEAR).items[0].incident.links == ()
    known = redact([made], CLEAR, marks={"EE-X": Tlp.CLEAR})
    assert [link.id for link in known.items[0].incident.links] == ["EE-X"]


def test_the_newest_mark_rules_over_an_older_revision() -> None:
    old = Item(incident=item().incident, number=1, marking=Tlp.RED)
    assert redact([old], AMBER).items == ()
    assert redact([Item(incident=item(tlp="RED").incident, marking=Tlp.CLEAR)], AMBER).items == ()


SECRETS = [
    "Tracked by radar-a at 59.39 N 24.83 E.",
    "The sensor stands at 59.39, 24.83; it turned back.",
    "Radar station Muuga. It stands at 59°23'24\" N 24°49'48\" E.",
    "Seen by our PSR out to 250 km.",
    "Azimuth error of the radar is 0.08 degrees.",
    "range_sigma_m = 60",
    "Position from MLAT, accuracy 60 m.",
    "The receivers are in 35VLF7012, all of them.",
    "The radar was good. Its precision: 3 parts in 1000.",
    'sensor {"lat_deg": 59.39, "lon_deg": 24.83}',
    "ESM baseline 40 km",
]
PEOPLE = [
    "The operator stood at 59.4370, 24.7536.",
    "Remote pilot at 59.43 N 24.75 E.",
    "The drone's home point was seen. It is 59.4370 24.7536.",
    "operator id: FIN87astrdge12k8",
    "Write to jaan.tamm@example.org about it.",
    "Called +372 5123 4567.",
]
HARMLESS = [
    "Radar tracked three aircraft for 12 minutes.",
    "Shahed-type drone exploded in a cornfield; not seen by radar as a violation",
    "Crossed at 59.83 N 26.36 E and flew 5 km along the border.",
    "The operator of the airport closed it for two hours.",
    "Transponder off, no flight plan, no radio contact.",
    "17:05 local time (UTC+2)",
    "19 airspace violations (later counts 21-23 drones)",
    "Some 32,800 infringements in 2010-2021.",
]


@pytest.mark.parametrize("text", SECRETS)
def test_sensors_and_their_accuracy_are_removed(text: str) -> None:
    out, why = scrub(text, BOTH)
    assert SENSOR in why and not any(c.isdigit() for c in out), out


@pytest.mark.parametrize("text", PEOPLE)
def test_persons_and_where_they_stood_are_removed(text: str) -> None:
    out, why = scrub(text, BOTH)
    assert why == {PERSON} and not any(c.isdigit() for c in out.replace("FIN87", "1")), out
    assert "@" not in out


@pytest.mark.parametrize("text", HARMLESS)
def test_what_reveals_nothing_stays_as_it_is(text: str) -> None:
    assert scrub(text, BOTH) == (text, set())


def test_only_the_sentence_goes() -> None:
    out, _ = scrub("Three MiG-31. Seen by radar at 90 km. They left.", BOTH)
    assert out == "Three MiG-31. [removed: sensor] They left."


FIELDS: list[tuple[str, Any]] = [
    ("notes", SECRETS[0]),
    ("what", SECRETS[0]),
    ("where", {"text": SECRETS[0]}),
    ("response", {"text": SECRETS[0]}),
    ("actors", [{"name": "x", "text": SECRETS[0]}]),
    ("statements", [{"about": "what", "by": "x", "says": SECRETS[0]}]),
    ("statements", [{"about": "sensor.lat_deg", "by": "x", "says": "59.39"}]),
    ("findings", ["radar-a:range_sigma_m=60:59.39", "f-1"]),
    ("claims", ["ssr-59.39"]),
    ("sources", [{"title": SECRETS[0]}]),
    ("sources", [{"title": "log", "url": "file:///srv/radar-a/59.39.ast"}]),
    ("sources", [{"title": "log", "url": "https://ann:59.39@example.org/"}]),
    ("sources", [{"title": "log", "url": "http://10.1.2.3/59.39"}]),
]


@pytest.mark.parametrize(("field", "value"), FIELDS)
@pytest.mark.parametrize("audience", [CLEAR, GREEN, AMBER])
def test_wherever_it_stands_it_does_not_leave(field: str, value: Any, audience: Tlp) -> None:
    done = redact([item(**{field: value})], audience)
    assert "59.39" not in everything(done, audience)
    assert [each.id for each in done.removed] == ["EE-1"]
    assert done.removed[0].field.startswith(field)
    assert done.items[0].hash == done.items[0].content_sha256 == ""  # no guess can be tried


@pytest.mark.parametrize("audience", [STRICT, RED])
def test_ones_own_people_see_the_sensors(audience: Tlp) -> None:
    made = item(notes=SECRETS[0], findings=["radar-a"])
    assert redact([made], audience).items == (made,)


def test_dissent_prints_without_its_author_and_without_what_it_reveals() -> None:
    body = {"by": "bo", "says": "radar-a at 59.39 N saw nothing", "signature": "S", "dissent": "x"}
    made = Item(incident=item().incident, dissents=(body,), author="ann")
    (clear,) = redact([made], CLEAR).items
    assert clear.dissents == ({"says": "[removed: sensor]", "dissent": "x"},)
    assert clear.author == ""
    (amber,) = redact([made], AMBER).items
    assert amber.author == "ann" and amber.dissents[0]["by"] == "bo"
    assert "signature" not in amber.dissents[0]  # what was signed is no longer there
    (red,) = redact([made], RED).items
    assert red.dissents == (body,)


def test_a_public_revision_keeps_the_hash_of_its_content_and_not_of_its_author() -> None:
    (clear,) = redact([item()], CLEAR).items
    assert clear.content_sha256 and clear.hash == "" and clear.author == ""
    (amber,) = redact([item()], AMBER).items
    assert amber.hash and amber.author == "ann"


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(MANY)
def test_a_stricter_audience_never_sees_less(made: list[Incident]) -> None:
    items = [Item(incident=each) for each in made]
    seen = [redact(items, audience) for audience in reversed(Tlp)]
    for less, more in pairwise(seen):
        ids = {each.incident.id for each in more.items}
        assert {each.incident.id for each in less.items} <= ids
        assert less.withheld >= more.withheld


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(MANY)
def test_redacting_twice_changes_nothing(made: list[Incident]) -> None:
    once = redact([Item(incident=each) for each in made], CLEAR)
    again = redact(once.items, CLEAR)
    assert again.items == once.items and again.removed == ()


def test_the_shipped_register_is_public_as_it_stands() -> None:
    real = bundled()
    done = redact(real, CLEAR)
    assert done.withheld == 0 and done.removed == ()
    assert [incident_dict(each.incident) for each in done.items] == [
        incident_dict(each.incident) for each in real
    ]


def test_the_file_lists_what_was_removed() -> None:
    done = redact([item(notes=SECRETS[0]), item("EE-2", tlp="RED")], CLEAR)
    said = manifest(1, withheld=done.withheld, removed=done.removed)
    told = json.loads(FORMATS["geojson"].write(done.items, said))["tocsin"]
    assert told["withheld"] == 1
    assert told["removed"] == [
        {"id": "EE-1", "field": "notes", "why": "reveals a sensor or its accuracy"}
    ]
