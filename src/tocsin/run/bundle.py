"""The bundle of a run: everything its findings rest on, in one bag that can be checked.

    bundle/data/case/...        the case file and every file it names
    bundle/data/results/...     what `tocsin run` wrote
    bundle/data/provenance/...  which observations made which finding, statements, W3C PROV
    bundle/data/run.json        settings, program, and the list of all inputs with their hashes
    bundle/data/ro-crate-metadata.json

The same inputs give the same bytes.  Signing adds one file, `bundle/signature.json`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin import __version__
from tocsin.dossier import bagit, bundlezip
from tocsin.dossier.prov import Run, Thing, crate, prov
from tocsin.dossier.provenance import Statement
from tocsin.errors import TocsinError
from tocsin.run import bundlefiles, redact
from tocsin.run.aside import ALONE, Aside
from tocsin.run.bundlecode import code
from tocsin.run.bundlefiles import CaseFile, case_files, shipped
from tocsin.run.bundleobs import observations
from tocsin.run.bundleregister import ANSWERS, Recorder
from tocsin.run.bundlesign import sign
from tocsin.run.output import dumps
from tocsin.run.redact import Redaction
from tocsin.run.register_claims import Asked
from tocsin.run.register_extract import EXTRACT
from tocsin.run.results import moment, parquet, results
from tocsin.settings import FindSettings

if TYPE_CHECKING:
    from tocsin.run.case import Case
    from tocsin.run.flow import Studied

Json = dict[str, Any]

BUNDLE = "bundle.zip"
BASE = "bundle/"  # RFC 8493, 4: a serialised bag is one folder of its own
FORMAT = 1  # of run.json; a reader refuses what it does not know
RUN = "data/run.json"
CRATE = "data/ro-crate-metadata.json"
PROV = "data/provenance/prov.json"
STATEMENTS = "data/provenance/statements.json"
OBSERVATIONS = "data/provenance/observations.parquet"
RESULTS = "data/results/"
REDACTED_CASE = f"{bundlefiles.CASE}/case.redacted.json"


@dataclass(frozen=True, slots=True)
class Seal:
    """How a bundle leaves the house."""

    key: Path | None = None  # a private key (`tocsin register key new`); None: unsigned
    redact: str | None = None  # the TLP label it may be shared under; None: everything is in it


UNSIGNED = Seal()


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """A study with its results, and the payload of its bag."""

    done: Studied
    results: dict[str, bytes]
    payload: dict[str, bytes]
    info: tuple[tuple[str, str], ...]


def answered(
    done: Studied, settings: FindSettings, *, redact: str | None = None, aside: Aside = ALONE
) -> Answered:
    """Return the results of a study and the bag that they rest in, redacted if asked.

    aside  processes that print pages meanwhile

    Raises TocsinError where an input is no longer the file that was read.
    """
    files = [(file, bundlefiles.read(file)) for file in case_files(done.case)] + _extract(done)
    _unchanged(done, files)
    done, redaction = _redacted(done, files, redact)
    made, statements = results(done, settings.max_gap_s, redaction, aside)
    payload = _payload(done, settings, files, made, statements, redaction)
    return Answered(done, made, payload, _info(done.case, redaction))


def packed(made: Answered, key: Path | None = None) -> bytes:
    """Return bundle.zip."""
    files = bagit.bag(made.payload, made.info)
    if key is not None:
        files[bagit.SIGNATURE] = sign(files[bagit.TAG_MANIFEST], key)
    size = sum(len(content) for content in files.values())
    if size > bundlezip.MAX_BYTES or len(files) > bundlezip.MAX_ENTRIES:
        raise TocsinError(
            f"its bundle would have {len(files):,} files of {size:,} bytes; the limits are "
            f"{bundlezip.MAX_ENTRIES:,} and {bundlezip.MAX_BYTES:,}",
            path=made.done.case.path,
            hint="cut the recordings to the window of the case",
        )
    return bundlezip.pack({BASE + name: content for name, content in files.items()})


def _extract(done: Studied) -> list[tuple[CaseFile, bytes | None]]:
    """Return what the claims took from a register, as a file of the case that lies nowhere."""
    if not isinstance(done.asked, Asked):
        return []
    extract = done.asked.extract
    return [(CaseFile(EXTRACT, "", "register", f"data/{EXTRACT}", tlp=extract.tlp), extract.data)]


def _redacted(
    done: Studied, files: Sequence[tuple[CaseFile, bytes | None]], tlp: str | None
) -> tuple[Studied, Redaction | None]:
    return (done, None) if tlp is None else redact.redacted(done, files, tlp)


def _unchanged(done: Studied, files: Sequence[tuple[CaseFile, bytes | None]]) -> None:
    """Raise TocsinError for an input that changed between its reading and its packing."""
    read = {one.path: one.sha256 for one in done.gathered.inputs}
    read |= {str(row["path"]): str(row["sha256"]) for row in done.airspace.about}
    for file, data in files:
        wanted = read.get(file.path)
        if wanted and (data is None or hashlib.sha256(data).hexdigest() != wanted):
            raise TocsinError(
                "changed while the case ran", path=file.path, hint="run again when it is complete"
            )


def _payload(
    done: Studied,
    settings: FindSettings,
    files: Sequence[tuple[CaseFile, bytes | None]],
    made: Mapping[str, bytes],
    statements: Sequence[Statement],
    redaction: Redaction | None,
) -> dict[str, bytes]:
    rows = [_row(file, data, redaction) for file, data in files]
    payload = {
        file.bag: data
        for (file, data), row in zip(files, rows, strict=True)
        if data is not None and "bag" in row
    }
    if redaction is not None and redaction.case is not None:
        payload[REDACTED_CASE] = redaction.case
    if isinstance(done.asked, Recorder):
        payload[ANSWERS] = done.asked.written()
    payload |= {RESULTS + name: content for name, content in made.items()}
    payload[STATEMENTS] = _json([asdict(one) for one in statements])
    payload[OBSERVATIONS] = parquet(observations(done))
    ships = [
        {"path": path, "file": name, "sha256": digest} for path, name, digest in shipped(done.case)
    ]
    payload[RUN] = _json(
        {
            "bundle": FORMAT,
            "case": done.case.id,
            "settings": asdict(settings),
            "seed": done.case.seed,
            "code": code(),
            "files": rows,
            "shipped": ships,
            "results": sorted(made),
            "redaction": _told(redaction),
        }
    )
    run = _run(done, rows, ships, made)
    payload[PROV] = _json(prov(run))
    payload[CRATE] = _json(crate(run))
    return payload


def _row(file: CaseFile, data: bytes | None, redaction: Redaction | None) -> Json:
    """Return one input as run.json lists it: in the bag, withheld, or not there at all."""
    row: Json = {"path": file.path, "role": file.role}
    if data is None:
        return {**row, "missing": True}
    told = {"sha256": bagit.sha256(data), "bytes": len(data)}
    if redaction is not None and file.role == "case" and redaction.case is not None:
        reason = "it holds what may not leave"
        return {**row, "mark": redaction.case_mark, "withheld": reason}
    if redaction is not None and file.path in redaction.files:
        return {**row, **told, "withheld": redaction.files[file.path]}
    return {**row, "bag": file.bag, **told}


def _told(redaction: Redaction | None) -> Json | None:
    if redaction is None:
        return None
    return {
        "tlp": redaction.tlp,
        "sensors": redaction.sensors,
        "fields": list(redaction.fields),
        "withheld": list(redaction.sentences),
    }


def _run(
    done: Studied, rows: Sequence[Json], ships: Sequence[Json], made: Mapping[str, bytes]
) -> Run:
    at = moment(done.case)
    inputs = [
        Thing(
            row["bag"].removeprefix(bagit.PAYLOAD) if "bag" in row else row["path"],
            row.get("sha256", ""),
            row.get("bytes"),
            row["role"],
            "bag" in row,
        )
        for row in rows
        if "missing" not in row
    ]
    inputs += [Thing(one["path"], one["sha256"], None, "airspace", False) for one in ships]
    outputs = [
        Thing(f"results/{name}", bagit.sha256(made[name]), len(made[name]), "result")
        for name in sorted(made)
    ]
    return Run(
        case=done.case.id,
        title=done.case.title,
        tlp=str(done.findings.get("tlp") or done.case.tlp),
        at=f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else "",
        version=__version__,
        code_sha256=code()["sha256"],
        inputs=inputs,
        results=outputs,
        findings=done.findings,
    )


def _info(case: Case, redaction: Redaction | None) -> tuple[tuple[str, str], ...]:
    at = moment(case)
    tlp = redaction.tlp if redaction else case.tlp
    about = f"{case.title or case.id}{'; SYNTHETIC DATA' if case.synthetic else ''}; TLP:{tlp}"
    return (
        ("Bag-Software-Agent", f"tocsin {__version__}"),
        *((("Bagging-Date", f"{at:%Y-%m-%d}"),) if at else ()),
        ("External-Identifier", case.id),
        ("External-Description", about),
    )


def _json(value: object) -> bytes:
    return dumps(value).encode()
