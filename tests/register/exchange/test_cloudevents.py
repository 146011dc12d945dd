"""CloudEvents 1.0: its required attributes, and one envelope a revision."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.register.exchange.made import bundled, item, written


def envelopes() -> list[dict[str, Any]]:
    data = written("cloudevents", [item(number=1), item(number=2), *bundled()[:3]])
    return [json.loads(line) for line in data.decode().splitlines()]


def test_envelopes_follow_the_specification() -> None:
    """CloudEvents 1.0.2: required attributes; names are lower-case letters and digits."""
    made = envelopes()
    assert len(made) == 6
    for told in made:
        assert told["specversion"] == "1.0"
        assert all(told[name] for name in ("id", "source", "type"))
        assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in told)
        scalars = {name: value for name, value in told.items() if name != "data"}
        assert all(isinstance(value, str) for value in scalars.values())
    assert len({(told["source"], told["id"]) for told in made}) == len(made)


def test_the_library_of_the_cncf_reads_them() -> None:
    formats = pytest.importorskip("cloudevents.core.formats.json", reason="needs cloudevents 2")
    events = pytest.importorskip("cloudevents.core.v1.event", reason="needs cloudevents 2")
    for told in envelopes():
        event = formats.JSONFormat().read(events.CloudEvent, json.dumps(told).encode())
        assert event.get_id() == told["id"] and event.get_type() == told["type"]


def test_an_envelope_is_one_revision() -> None:
    _, first, second, *_ = envelopes()
    assert (first["id"], second["id"]) == ("EE-1@1", "EE-1@2")
    assert first["type"] == "tocsin.incident.revision.edit"
    assert first["time"] == "2025-11-01T08:00:00.000000000Z"
    assert first["data"]["incident"]["id"] == "EE-1" and first["subject"] == "/i/EE-1@1"
