"""`tocsin register export` and the way back through `register import`, from a real store."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.register.conftest import sqlite_url
from tests.register.made import CLOCK_NS, add, edit, incident
from tocsin.commands.register import app
from tocsin.register.exchange.formats import FORMATS
from tocsin.register.link import Link
from tocsin.register.sign import dissent_note, new_key
from tocsin.register.sql import open_store
from tocsin.schema import Incident


def run(*arguments: str, store: str = "") -> Any:
    return CliRunner().invoke(app, [*arguments, *(["--store", store] if store else [])])


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store: one public incident with two revisions and a dissent, one once public, two not."""
    from tocsin.register.sign import load_key

    url = sqlite_url(tmp_path / "r.db")
    place = {"lat_deg": 59.83, "lon_deg": 26.36, "radius_m": 15000.0}
    with open_store(url) as found:
        add(found, incident("EE-1"))
        edit(found, incident("EE-1", where=place, notes="Radar at 59.39 N. It left."))
        add(found, incident("EE-2", when={"begin": "2025-06"}))
        edit(found, incident("EE-2", when={"begin": "2025-06"}, tlp="RED"))
        add(found, incident("EE-3", tlp="AMBER", notes="see EE-2"))
        add(found, incident("EE-4", control=True))
        key = tmp_path / "key"
        new_key(key)
        revision = found.revision(Link("EE-1", 2))
        assert revision is not None
        said = dissent_note(revision, load_key(key), "bo", "no height", "2025-11-02T00:00:00Z")
        found.append([said], CLOCK_NS)
    return url


def heads(url: str) -> list[Incident]:
    with open_store(url) as found:
        made = [found.revision(Link(f"EE-{n}")) for n in (1, 2, 3, 4)]
    return [revision.read() for revision in made if revision is not None]


@pytest.mark.parametrize("fmt", sorted(name for name, form in FORMATS.items() if form.back))
def test_a_register_moves_through_a_file(fmt: str, store: str, tmp_path: Path) -> None:
    out, other = tmp_path / f"out.{fmt}", sqlite_url(tmp_path / "other.db")
    arguments = ("--format", fmt, "--for", "RED", "--include", "control", "-o", str(out))
    assert run("export", *arguments, store=store).exit_code == 0
    done = run("import", str(out), "--by", "cy", "--json", store=other)
    assert json.loads(done.stdout)["added"] == ["EE-1", "EE-3", "EE-4", "EE-2"] or sorted(
        json.loads(done.stdout)["added"]
    ) == ["EE-1", "EE-2", "EE-3", "EE-4"]
    assert heads(other) == heads(store)


def test_the_default_is_what_everybody_may_see(store: str) -> None:
    done = run("export", "--format", "geojson", store=store)
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert [each["id"] for each in told["features"]] == ["EE-1"]
    assert told["tocsin"]["withheld"] == 2
    assert told["tocsin"]["for"] == "TLP:CLEAR"
    assert "59.39" not in done.stdout and "EE-2" not in done.stdout
    assert "2 withheld" in done.stderr and "1 not counted and left out: control" in done.stderr
    assert "EE-1 notes: removed" in done.stderr
    assert "ann" not in [word.strip('",') for word in done.stdout.split()]


def test_going_back_in_time_does_not_go_behind_a_mark(store: str) -> None:
    done = run("export", "--format", "cloudevents", "--for", "AMBER", store=store)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    # EE-2@1 was CLEAR when it was written; today it is RED.
    assert [line["id"] for line in lines[1:]] == ["EE-1@1", "EE-1@2", "EE-3@1"]
    assert "EE-2" not in done.stdout
    then = ("--recorded-as-of", "2025-11-01")
    assert "EE-2" not in run("export", "--format", "csv", *then, store=store).stdout


def test_as_of_is_asked_and_said(store: str) -> None:
    done = run("export", "--format", "geojson", "--as-of", "2025-05-01", store=store)
    told = json.loads(done.stdout)
    assert told["features"] == [] and told["tocsin"]["as_of"] == "2025-05-01"


def test_filters_are_those_of_list(store: str) -> None:
    none = run("export", "--format", "geojson", "--state", "FI", store=store)
    assert json.loads(none.stdout)["features"] == []


def test_csv_says_what_it_is_in_a_file_beside_it(store: str, tmp_path: Path) -> None:
    out = tmp_path / "register.csv"
    done = run("export", "--format", "csv", "-o", str(out), "--json", store=store)
    answer = json.loads(done.stdout)
    assert answer["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    beside = json.loads((tmp_path / "register.csv-metadata.json").read_text())
    assert beside["url"] == "register.csv"
    assert json.loads(beside["urn:tocsin:export"])["withheld"] == 2
    names = [column["name"] for column in beside["tableSchema"]["columns"]]
    assert out.read_text().splitlines()[0].split(",") == names


def test_dissent_travels_with_its_incident(store: str) -> None:
    made = json.loads(run("export", "--format", "stix", "--for", "AMBER", store=store).stdout)
    (opinion,) = [each for each in made["objects"] if each["type"] == "opinion"]
    assert opinion["authors"] == ["bo"] and "no height" in opinion["explanation"]
    clear = json.loads(run("export", "--format", "stix", store=store).stdout)
    (opinion,) = [each for each in clear["objects"] if each["type"] == "opinion"]
    assert "authors" not in opinion


def test_json_is_one_object_a_line(store: str) -> None:
    done = run("export", "--format", "geojson", "--json", store=store)
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["type"] == "Feature"
    refused = run("export", "--format", "kml", "--json", store=store)
    assert refused.exit_code != 0 and "no lines of JSON" in str(refused.exception)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--format", "shp"), "unknown"),
        (("--format", "csv", "--for", "WHITE"), "no mark of TLP 2.0"),
    ],
)
def test_a_wrong_call_says_what_is_right(arguments: tuple[str, ...], says: str, store: str) -> None:
    done = run("export", *arguments, store=store)
    assert done.exit_code != 0 and says in str(done.exception)


def test_a_damaged_file_keeps_its_good_records(store: str, tmp_path: Path) -> None:
    out, other = tmp_path / "out.geojson", sqlite_url(tmp_path / "other.db")
    run("export", "--format", "geojson", "--for", "RED", "-o", str(out), store=store)
    told = json.loads(out.read_text())
    told["features"][0]["properties"]["incident"]["domain"] = "sky"
    out.write_text(json.dumps(told))
    done = run("import", str(out), "--by", "cy", "--json", store=other)
    answer = json.loads(done.stdout)
    assert len(answer["added"]) == len(told["features"]) - 1
    assert answer["inputs"][0]["quarantined"] == 1
    assert "feature 1" in done.stderr
