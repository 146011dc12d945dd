"""What may not leave, by TLP: recordings, sensors and operators, replaced by their hashes.

What a label lets pass (TLP 2.0, FIRST, August 2022, and what each kind of data reveals):

    RED, AMBER+STRICT   everything that is not marked above it
    AMBER               and no recording with positions of drone operators: personal data
    GREEN, CLEAR        and no sensor: where it stands, how well it measures, the plots and the
                        findings that tell either

A hash of a position could be found by trying all positions.  So what is not a whole file is
replaced by an HMAC under a key made from the withheld recordings themselves: who has them can
check it, who has not cannot guess.  Where no recording is withheld nothing but "withheld" is said.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tocsin.errors import UsageError
from tocsin.run import redactfields
from tocsin.run.bundlefiles import CaseFile
from tocsin.run.case import TLPS, Case
from tocsin.schema import TRACK

if TYPE_CHECKING:
    from tocsin.run.flow import Studied

Json = dict[str, Any]
OPERATORS = "it holds positions of drone operators"
SENSORS = "it tells where a sensor stands and how well it measures"
_OPERATOR_FORMATS = ("remoteid",)
_SENSOR_FORMATS = ("asterix",)


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is left out of one bundle, and why."""

    tlp: str  # what the bundle may be shared as
    files: Mapping[str, str]  # path as the case writes it -> reason
    fields: tuple[Json, ...]  # of the case: {"at", "reason", "mark"}
    case: bytes | None  # the case without them, as JSON; None: it may leave as it is
    case_mark: str  # what stands for the hash of the case where it stays here
    sensors: bool  # whether what tells of sensors is left out
    sentences: tuple[str, ...]  # for people


def target(label: str | None) -> str | None:
    """Return a TLP label as --redact takes it; raise UsageError for another word."""
    if label is None:
        return None
    name = label.strip().upper().removeprefix("TLP:")
    if name not in TLPS:
        raise UsageError(f'--redact "{label}" is no TLP label', hint=f"use {', '.join(TLPS)}")
    return name


def redacted(
    done: Studied, files: Sequence[tuple[CaseFile, bytes | None]], tlp: str
) -> tuple[Studied, Redaction]:
    """Return a study as it may leave under a TLP label, and what was left out of it.

    files  every file of the case with its bytes, the case itself first
    """
    sensors = TLPS.index(tlp) <= TLPS.index("GREEN")
    formats = {one.path: one.format for one in done.gathered.inputs}
    why = {
        file.path: reason
        for file, data in files
        if file.role != "case" and data is not None
        if (reason := _reason(file, done.case, tlp, formats.get(file.path, "")))
    }
    key = _key([data for file, data in files if file.path in why and data is not None])
    fields, told = _case(done.case, tlp, sensors, key)
    witnesses = {
        file.witness for file, _ in files if file.role == "source" and _measures(file, done.case)
    }
    findings = redactfields.without(
        done.findings,
        tlp=tlp,
        withheld=frozenset(why),
        witnesses=frozenset(witnesses) if sensors else frozenset(),
        sensors=sensors,
        settings=commitment(key, "settings", done.findings["settings_sha256"]) if told else None,
    )
    whole = next((data for file, data in files if file.role == "case"), None)
    redaction = Redaction(
        tlp,
        why,
        fields,
        told,
        commitment(key, "case", hashlib.sha256(whole or b"").hexdigest()),
        sensors,
        tuple(_sentences(why, fields, files)),
    )
    findings["redacted"] = {"tlp": tlp, "withheld": list(redaction.sentences)}
    gathered = replace(
        done.gathered,
        tracks=_tracks(done.gathered.tracks) if sensors else done.gathered.tracks,
        refusals=tuple(one for one in done.gathered.refusals if one.path not in why),
    )
    refusals = tuple(one for one in done.airspace.refusals if one.path not in why)
    airspace = replace(done.airspace, refusals=refusals)
    return replace(done, findings=findings, gathered=gathered, airspace=airspace), redaction


def _reason(file: CaseFile, case: Case, tlp: str, format: str) -> str:
    rank = TLPS.index(tlp)
    mark = file.tlp or case.tlp
    if TLPS.index(mark) > rank:
        return f"it is marked TLP:{mark}"
    if format in _OPERATOR_FORMATS and rank <= TLPS.index("AMBER"):
        return OPERATORS
    radar = file.role == "source" and (format in _SENSOR_FORMATS or _ranges(file, case))
    if radar and rank <= TLPS.index("GREEN"):
        return SENSORS
    return ""


def _measures(file: CaseFile, case: Case) -> bool:
    """Return whether the case says how well the sensor behind a source measures."""
    return any(spec.path == file.path and spec.sensor is not None for spec in case.sources)


def _ranges(file: CaseFile, case: Case) -> bool:
    """Return whether a source is a radar with a site: its ranges lead back to it."""
    return any(
        spec.path == file.path and spec.sensor is not None and spec.sensor.kind == "radar"
        for spec in case.sources
    )


def _case(
    case: Case, tlp: str, sensors: bool, key: bytes | None
) -> tuple[tuple[Json, ...], bytes | None]:
    """Return the fields of the case that stay here, and the case without them."""
    fields: list[Json] = []

    def walk(value: object, at: str, reason: str) -> object:
        if isinstance(value, dict):
            inner = {}
            for name, one in value.items():
                stays = SENSORS if sensors and name in ("sensor", "reference") else reason
                inner[name] = walk(one, f"{at}/{name}", stays)
            return inner
        if isinstance(value, list):
            return [walk(one, f"{at}/{number}", reason) for number, one in enumerate(value, 1)]
        plain = value.isoformat() if isinstance(value, date | datetime) else value
        if not reason:
            return plain
        fields.append({"at": at, "reason": reason, "mark": commitment(key, at, plain)})
        return fields[-1]["mark"]

    told = walk(case.raw, "", "")
    whole = TLPS.index(case.tlp) > TLPS.index(tlp)  # comments too are under its mark
    if not fields and not whole:
        return (), None
    return tuple(fields), (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def _key(contents: Sequence[bytes]) -> bytes | None:
    if not contents:
        return None
    out = hashlib.sha256(b"tocsin withheld\0")
    for content in contents:
        out.update(hashlib.sha256(b"\0" + content).digest())
    return out.digest()


def commitment(key: bytes | None, at: str, value: object) -> str:
    """Return what stands for a value: an HMAC of its place and itself, "withheld" without a key."""
    if key is None:
        return redactfields.WITHHELD
    text = json.dumps([at, value], separators=(",", ":"), ensure_ascii=False)
    return "hmac-sha256:" + hmac.new(key, text.encode(), "sha256").hexdigest()


def _tracks(table: pa.Table) -> pa.Table:
    """Return tracks without the errors of their positions."""
    for name in ("sigma_m", "acc_basis"):
        kind = TRACK.field(name).type
        at = table.column_names.index(name)
        table = table.set_column(at, TRACK.field(name), pa.nulls(table.num_rows, kind))
    return table


def _sentences(
    why: Mapping[str, str], fields: Sequence[Json], files: Sequence[tuple[CaseFile, bytes | None]]
) -> list[str]:
    by_path = {file.path: data for file, data in files if data is not None}
    out = [
        f"{path}, SHA-256 {hashlib.sha256(by_path[path]).hexdigest()}: {reason}."
        for path, reason in why.items()
    ]
    if fields:
        out.append(
            f"Of the case file {len(fields)} values that tell where sensors stand and how well "
            "they measure, and what the findings tell of the same."
        )
    return out
