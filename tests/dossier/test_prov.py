"""RO-Crate and PROV documents, held against readers of other houses and against each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.dossier.prov import Run, Thing, crate, prov

RUN = Run(
    case="T-1",
    title="A box",
    tlp="GREEN",
    at="2025-09-23T12:00:00Z",
    version="0.1.0",
    code_sha256="ab" * 32,
    inputs=(
        Thing("case/case.toml", "11" * 32, 10, "case"),
        Thing("case/a b (1).csv", "22" * 32, 20, "source"),
        Thing("bundled:sovereign", "33" * 32, None, "airspace", held=False),
        Thing("log.csv", "44" * 32, 5, "log", held=False),
    ),
    results=(Thing("results/findings.json", "55" * 32, 30, "result"),),
    findings={
        "synthetic": True,
        "incursions": [{"id": "i-0123"}],
        "claims": [{"id": "x 1"}],
    },
)


def test_a_crate_describes_itself_its_root_and_its_run() -> None:
    graph = {row["@id"]: row for row in crate(RUN)["@graph"]}
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root = graph["./"]
    # RO-Crate 1.1, "Root Data Entity": these four are required
    assert root["name"] and root["description"] and root["license"]
    assert root["datePublished"] == "2025-09-23"
    assert root["description"].startswith("SYNTHETIC DATA")
    run = graph["#run"]
    assert run["instrument"] == {"@id": "#tocsin"}
    named = [one["@id"] for one in (*root["hasPart"], *root["mentions"], *run["object"])]
    assert set(named) <= set(graph)  # nothing is named that is not described
    assert graph["case/a%20b%20%281%29.csv"]["sha256"] == "22" * 32
    assert graph["#bundled:sovereign"]["identifier"] == f"sha256:{'33' * 32}"


def test_a_reader_of_crates_opens_it(tmp_path: Path) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(crate(RUN)))
    read = rocrate.ROCrate(str(tmp_path))
    assert read.name == "A box"
    assert read.get("#run")["instrument"].id == "#tocsin"


def test_every_finding_is_derived_from_what_it_rests_on() -> None:
    told = prov(RUN)
    derived: dict[str, set[str]] = {}
    for row in told["wasDerivedFrom"].values():
        derived.setdefault(row["prov:generatedEntity"], set()).add(row["prov:usedEntity"])
    assert derived["t:incursions/i-0123"] == {
        "t:case/case.toml",
        "t:case/a%20b%20%281%29.csv",
        "t:bundled%3Asovereign",
    }
    assert "t:log.csv" in derived["t:claims/x%201"]
    named: set[str] = set()
    for kind in ("used", "wasGeneratedBy", "wasDerivedFrom", "wasAssociatedWith"):
        for row in told[kind].values():
            named |= {value for key, value in row.items() if key != "prov:activity"}
    assert named <= {*told["entity"], *told["agent"]}


def test_a_reader_of_prov_reads_it() -> None:
    model: Any = pytest.importorskip("prov.model")
    document = model.ProvDocument.deserialize(content=json.dumps(prov(RUN)), format="json")
    assert len(list(document.get_records(model.ProvUsage))) == 4
    assert len(list(document.get_records(model.ProvGeneration))) == 1
