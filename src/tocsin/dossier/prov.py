"""What was made from what: RO-Crate 1.1 metadata and W3C PROV (PROV-JSON) of one run.

Both say the same: one activity, `tocsin run`, used the case, its files and the volumes that ship
with the program, and generated the results; each finding is an entity derived from the inputs it
rests on.  No clock: the moment is that of the case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "https://w3id.org/ro/crate/1.1"
SPACE = "urn:tocsin:"
KINDS = {
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".html": "text/html",
    ".json": "application/json",
    ".ndjson": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".toml": "application/toml",
    ".txt": "text/plain",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One file of a run: an input, or a result."""

    id: str  # its name in the crate, or what the case calls it where it is not in there
    sha256: str
    size: int | None = None
    about: str = ""  # "source", "airspace", "result", ...
    held: bool = True  # False: named by its hash only


@dataclass(frozen=True, slots=True)
class Run:
    """A run as both documents tell it."""

    case: str
    title: str
    tlp: str
    at: str  # RFC 3339: the as-of of the case, or the end of its window; "" where it has none
    version: str
    code_sha256: str
    inputs: Sequence[Thing]
    results: Sequence[Thing]
    findings: Mapping[str, Any]


def crate(run: Run) -> Json:
    """Return ro-crate-metadata.json."""
    held = [thing for thing in (*run.inputs, *run.results) if thing.held]
    apart = [thing for thing in run.inputs if not thing.held]
    about = f"{run.title or run.case}: what was found, and every file it rests on"
    synthetic = "SYNTHETIC DATA. " if run.findings.get("synthetic") else ""
    action = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"tocsin run of {run.case}",
        "instrument": {"@id": "#tocsin"},
        "object": [{"@id": _ref(thing)} for thing in run.inputs],
        "result": [{"@id": _ref(thing)} for thing in run.results],
    }
    if run.at:
        action["endTime"] = run.at
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": PROFILE},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": run.title or run.case,
                "identifier": run.case,
                "description": f"{synthetic}{about}",
                "datePublished": run.at[:10] or "1970-01-01",
                "license": {"@id": "#terms"},
                "hasPart": [{"@id": _ref(thing)} for thing in held],
                "mentions": [{"@id": "#run"}, *({"@id": _ref(thing)} for thing in apart)],
            },
            {
                "@id": "#terms",
                "@type": "CreativeWork",
                "name": f"TLP:{run.tlp}",
                "description": "Shared under this TLP 2.0 label; each source keeps its own terms.",
            },
            {
                "@id": "#tocsin",
                "@type": "SoftwareApplication",
                "name": "tocsin",
                "softwareVersion": run.version,
                "identifier": f"sha256:{run.code_sha256}",
            },
            action,
            *(_file(thing) for thing in held),
            *(_apart(thing) for thing in apart),
        ],
    }


def prov(run: Run) -> Json:
    """Return the PROV-JSON document (W3C member submission of 24 April 2013)."""
    entities: dict[str, Json] = {}
    used: dict[str, Json] = {}
    made: dict[str, Json] = {}
    derived: dict[str, Json] = {}
    for k, thing in enumerate(run.inputs, 1):
        entities[_name(thing.id)] = _entity(thing)
        used[f"_:u{k}"] = {"prov:activity": "t:run", "prov:entity": _name(thing.id)}
    for k, thing in enumerate(run.results, 1):
        entities[_name(thing.id)] = _entity(thing)
        made[f"_:g{k}"] = {"prov:entity": _name(thing.id), "prov:activity": "t:run"}
    named = {thing.id for thing in run.inputs}
    for kind in ("incursions", "claims"):
        for row in run.findings.get(kind, ()):
            name = _name(f"{kind}/{row['id']}")
            entities[name] = {"prov:type": kind.removesuffix("s"), "t:id": str(row["id"])}
            for source in run.inputs:
                if source.id in named and _bears(source, kind):
                    derived[f"_:d{len(derived) + 1}"] = {
                        "prov:generatedEntity": name,
                        "prov:usedEntity": _name(source.id),
                        "prov:activity": "t:run",
                    }
    activity: Json = {"prov:type": "tocsin run", "t:case": run.case}
    if run.at:
        activity["t:asOf"] = {"$": run.at, "type": "xsd:dateTime"}
    return {
        "prefix": {"t": SPACE, "xsd": "http://www.w3.org/2001/XMLSchema#"},
        "entity": entities,
        "activity": {"t:run": activity},
        "agent": {
            "t:tocsin": {
                "prov:type": {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"},
                "t:version": run.version,
                "t:sha256": run.code_sha256,
            }
        },
        "used": used,
        "wasGeneratedBy": made,
        "wasDerivedFrom": derived,
        "wasAssociatedWith": {"_:a1": {"prov:activity": "t:run", "prov:agent": "t:tocsin"}},
    }


def _bears(source: Thing, kind: str) -> bool:
    """Return whether findings of a kind are made from a file: records say nothing of a track."""
    if kind == "claims":
        return True
    return source.about in ("case", "source", "mapping", "airspace", "met")


def _ref(thing: Thing) -> str:
    """Return the id of a file in the crate: a relative path, or a fragment where it is apart."""
    text = re.sub(r"[^A-Za-z0-9._/+~:-]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()),
                  thing.id)  # fmt: skip
    return text if thing.held else f"#{text}"


def _file(thing: Thing) -> Json:
    row: Json = {"@id": _ref(thing), "@type": "File", "name": thing.id, "sha256": thing.sha256}
    suffix = thing.id[thing.id.rfind(".") :].lower()
    if thing.size is not None:
        row["contentSize"] = str(thing.size)
    if suffix in KINDS:
        row["encodingFormat"] = KINDS[suffix]
    if thing.about:
        row["description"] = thing.about
    return row


def _apart(thing: Thing) -> Json:
    about = f"{thing.about}; not in this crate, named by its hash"
    row = {"@id": _ref(thing), "@type": "CreativeWork", "name": thing.id, "description": about}
    return {**row, "identifier": f"sha256:{thing.sha256}"} if thing.sha256 else row


def _entity(thing: Thing) -> Json:
    row: Json = {"prov:label": thing.id, "prov:type": thing.about or "file"}
    if thing.sha256:
        row["t:sha256"] = thing.sha256
    return row


def _name(text: str) -> str:
    """Return a qualified name: what has a meaning in one is percent-encoded."""
    plain = re.sub(r"[^A-Za-z0-9._/-]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), text)
    return f"t:{plain}"
