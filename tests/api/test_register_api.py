"""The register over HTTP: what each role reads of it, and the steps that each may take."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Sign
from tests.api.made import told
from tests.schemas import validator
from tocsin.api.accounts import audit
from tocsin.api.held import Held
from tocsin.register.exchange.formats import FORMATS
from tocsin.register.link import link_of
from tocsin.register.sign import holds

SEES = {
    "Rea": {"M-CLEAR", "M-GREEN"},
    "Ana": {"M-CLEAR", "M-GREEN", "M-AMBER", "M-AMBER-STRICT"},
    "Apo": {"M-CLEAR", "M-GREEN", "M-AMBER", "M-AMBER-STRICT", "M-RED"},
}
ALL = SEES["Apo"]


@pytest.mark.parametrize("name", SEES)
def test_nothing_that_leaves_tells_of_what_a_role_may_not_read(sign: Sign, name: str) -> None:
    client = sign(name)
    hidden = ALL - SEES[name]
    rows = client.get("/api/incidents").json()
    assert {row["id"] for row in rows["incidents"]} & ALL == SEES[name]
    assert rows["matched"] == len(rows["incidents"])
    everywhere = ["/api/incidents", "/collections/incidents/items", "/register"]
    everywhere.append("/api/incidents?as_of=2026-01-01")
    everywhere += [f"/api/incidents.{form}" for form in FORMATS if form != "geoparquet"]
    for path in everywhere:
        text = client.get(path).text
        assert not [one for one in hidden if f"{one}@" in text or f"what {one} is" in text], path
        if path != "/register":
            assert all(f"what {one} is" in text for one in SEES[name]), path
    for one in hidden:
        for path in (
            f"/api/incidents/{one}",
            f"/api/incidents/{one}@1",
            f"/api/incidents/{one}/history",
            f"/collections/incidents/items/{one}",
            f"/register/{one}",
            f"/register/{one}/diff?a=1&b=1",
            f"/dossier/{one}",
        ):
            answer = client.get(path)
            assert answer.status_code == 404, path
            assert f"what {one} is" not in answer.text
        assert client.get(f"/api/assess/{one}").status_code in (400, 404)
        if name == "Ana":  # nor can it be written on, or be found to exist
            for step in ("reopen", "dissent"):
                body = {"says": "no"} if step == "dissent" else {"reason": "no"}
                assert client.post(f"/api/incidents/{one}/{step}", json=body).status_code == 404


def test_a_filter_by_a_hidden_mark_finds_nothing(sign: Sign) -> None:
    client = sign("Rea")
    assert client.get("/api/incidents?tlp=RED").json()["matched"] == 0
    assert client.get("/api/incidents?tlp=GREEN").json()["matched"] == 1


def test_sensors_and_names_of_authors_are_spared_to_readers(sign: Sign) -> None:
    shown = sign("Rea").get("/api/incidents/RADAR").json()
    assert "59.39" not in json.dumps(shown) and "removed" in shown["incident"]["notes"]
    assert shown["author"] is None and shown["hash"] is None
    whole = sign("Ana").get("/api/incidents/RADAR").json()
    assert "59.39" in whole["incident"]["notes"] and whole["author"] == "somebody else"


def test_an_export_can_be_for_fewer_and_never_for_more(sign: Sign) -> None:
    client = sign("Ana")
    for_clear = client.get("/api/incidents.geojson?for=CLEAR")
    assert {f["id"] for f in for_clear.json()["features"]} & ALL == {"M-CLEAR"}
    assert "clear" in for_clear.headers["content-disposition"]
    assert "4 withheld" in for_clear.headers["tocsin-export"]
    assert client.get("/api/incidents.geojson?for=RED").status_code == 403
    assert client.get("/api/incidents.geojson?for=TLP:AMBER%2BSTRICT").status_code == 200
    assert client.get("/api/incidents.geojson?for=PINK").status_code == 400


def test_every_format_is_written(sign: Sign) -> None:
    client = sign("Ana")
    for form in FORMATS:
        answer = client.get(f"/api/incidents.{form}?year=2025")
        assert answer.status_code == 200 and len(answer.content) > 200
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind == FORMATS[form].media_type.partition(";")[0]
        if form == "csv":
            assert len(list(csv.reader(io.StringIO(answer.text)))) > 5
        if form == "geoparquet":
            assert answer.content[:4] == b"PAR1"


def test_questions_are_answered_as_of_a_time(sign: Sign) -> None:
    client = sign("Rea")
    assert client.get("/api/incidents?year=2025&domain=air").json()["matched"] > 2
    assert client.get("/api/incidents?as_of=2025-09-18").json()["matched"] == 0
    assert client.get("/api/incidents?as_of=2025-09-19&state=EE").json()["matched"] > 0
    assert client.get("/api/incidents?recorded_as_of=2001-01-01").json()["matched"] == 0
    page = client.get("/api/incidents?limit=1&offset=1").json()
    assert page["returned"] == 1 and page["matched"] > 2
    undecided = client.get("/api/incidents?bbox=26.39,59.79,26.41,59.81").json()["incidents"]
    assert undecided and not any(row["decided"] for row in undecided)  # its radius is larger


def written(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_an_incident_goes_from_draft_to_released_by_two_people(sign: Sign, held: Held) -> None:
    client = sign("Ana")
    done = written(client.post("/api/incidents", json={"incident": told("NEW")}), 201)
    assert (done["link"], done["state"], done["author"]) == ("NEW@1", "draft", "Ana")
    again = client.post("/api/incidents", json={"incident": told("NEW")})
    assert again.status_code == 409 and "already in the register" in again.json()["detail"]
    edited = {"incident": told("NEW", notes="more"), "reason": "a source", "base": 1}
    assert written(client.post("/api/incidents/NEW/edit", json=edited), 200)["revision"] == 2
    stale = client.post("/api/incidents/NEW@1/edit", json={"incident": told("NEW", notes="x")})
    assert stale.status_code == 409 and "has moved on" in stale.json()["detail"]
    client = sign("Apo")
    assert client.post("/api/incidents/NEW/return", json={}).status_code == 400  # needs a reason
    back = written(client.post("/api/incidents/NEW/return", json={"reason": "a word"}), 200)
    assert back["state"] == "draft"
    steps = (("approve", "reviewed"), ("adjudicate", "adjudicated"), ("release", "released"))
    for step, state in steps:
        assert written(client.post(f"/api/incidents/NEW/{step}", json={}), 200)["state"] == state
    wrong = client.post("/api/incidents/NEW/approve", json={})
    assert wrong.status_code == 409 and "it cannot be approved" in wrong.json()["detail"]
    client = sign("Ana")
    assert client.post("/api/incidents/NEW/reopen", json={"reason": "new facts"}).status_code == 200
    history = client.get("/api/incidents/NEW/history").json()["revisions"]
    assert [row["action"] for row in history] == [
        *("add", "edit", "return", "approve", "adjudicate", "release", "reopen"),
    ]
    assert [row["previous"] for row in history] == [None, *(row["hash"] for row in history[:-1])]
    deeds = [(line["by"], line["what"]) for line in audit.lines(held.people)]
    assert ("Ana", "incident.add") in deeds and ("Apo", "incident.release") in deeds
    last = next(line for line in audit.lines(held.people) if line["what"] == "incident.reopen")
    assert last["before"]["state"] == "released" and last["after"]["state"] == "draft"


def test_nobody_approves_what_they_wrote_whatever_their_role(sign: Sign) -> None:
    client = sign("Ada")
    written(client.post("/api/incidents", json={"incident": told("OWN")}), 201)
    refused = client.post("/api/incidents/OWN/approve", json={})
    assert refused.status_code == 403
    assert refused.json()["detail"] == '"Ada" wrote OWN and cannot approve it'
    assert client.get("/api/incidents/OWN").json()["state"] == "draft"


def test_what_is_written_is_an_incident_and_one_that_its_author_may_read(sign: Sign) -> None:
    client = sign("Ana")
    for wrong in (
        {"id": "A"},
        told("A", colour="red"),
        told("a b"),
        told("A", domain="submarine"),
        told("A", when={"begin": "yesterday"}),
        told("A", where={"lat_deg": 1e400, "lon_deg": 0}),
        told("A", duration_s={"least": 2**60}),
    ):
        text = json.dumps({"incident": wrong})
        headers = {"content-type": "application/json"}
        answer = client.post("/api/incidents", content=text, headers=headers)
        assert answer.status_code == 400, wrong
    above = client.post("/api/incidents", json={"incident": told("A", "RED")})
    assert above.status_code == 403
    schema = client.get("/api/schemas/incident").json()
    validator()(schema).validate(told("A"))


def test_who_sees_only_part_of_a_draft_does_not_write_it_again(sign: Sign) -> None:
    client = sign("Apo")
    notes = "The operator was seen at 59.83 N 26.1 E, name: N. N."
    written(client.post("/api/incidents", json={"incident": told("PILOT", notes=notes)}), 201)
    client = sign("Ana")
    shown = client.get("/api/incidents/PILOT").json()["incident"]
    assert "59.83" not in shown["notes"]
    answer = client.post("/api/incidents/PILOT/edit", json={"incident": {**shown, "what": "x"}})
    assert answer.status_code == 403 and "may not read" in answer.json()["detail"]


def test_a_dissent_is_signed_and_stays(sign: Sign, held: Held) -> None:
    client = sign("Ana")
    said = {"says": "the radar was wrong"}
    body = written(client.post("/api/incidents/M-CLEAR@1/dissent", json=said), 201)
    assert body["by"] == "Ana" and body["public_key"].startswith("ed25519:")
    record = held.store.records("dissent", "M-CLEAR")[0]
    revision = held.store.revision(link_of("M-CLEAR@1"))
    assert revision is not None and holds(record, revision)
    shown = client.get("/api/incidents/M-CLEAR").json()
    assert shown["dissents"][0]["says"] == said["says"]
    key = held.people.path.with_name("serve-key.pem")
    assert key.stat().st_mode & 0o077 == 0
    client = sign("Rea")
    for_all = client.get("/api/incidents/M-CLEAR").json()["dissents"][0]
    assert for_all["says"] == said["says"] and "by" not in for_all


def test_the_demo_reads_and_changes_nothing(demo_client: TestClient) -> None:
    assert demo_client.get("/api/incidents?year=2025&state=EE&domain=air").json()["matched"] >= 4
    for path in ("", "/EE-2025-09-19/edit", "/EE-2025-09-19/approve", "/EE-2025-09-19/dissent"):
        assert demo_client.post(f"/api/incidents{path}", json={}).status_code == 403
    assert demo_client.post("/api/session", json={"name": "a", "password": "b"}).status_code == 403
