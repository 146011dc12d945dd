"""A bundle verified: its bytes, its signature, and every number in it computed again.

What was hashed can still be wrong: so the case is run again, from the files of the bundle alone,
in a folder of its own, and every field of the findings and every byte of the other files is
compared with what the bundle says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from tocsin.errors import IntegrityError, TocsinError, UsageError
from tocsin.run.bundle import RESULTS, answered
from tocsin.run.bundlecode import code
from tocsin.run.bundleread import Opened, open_bundle
from tocsin.run.bundleregister import ANSWERS, replayed
from tocsin.run.bundlesign import trusted
from tocsin.run.case import TLPS
from tocsin.run.flow import study
from tocsin.run.output import FINDINGS
from tocsin.run.register_extract import EXTRACT
from tocsin.run.sources import Say, quiet
from tocsin.run.verifyfields import Difference, differences, leaves
from tocsin.run.verifyinputs import Placed, check_shipped, placed
from tocsin.settings import FindSettings

Json = dict[str, Any]
NUMBERS = ("incursions", "claims", "compatibility", "integrity", "context", "sensitivity")
SHOWN = 5  # differing fields in the one line of an error; all stand in the JSON


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification came to; `ok` false where anything differs."""

    bundle: str
    case: str
    files: int
    bytes: int
    signer: str  # public key, "" where nobody signed
    trusted: bool | None  # None: nobody was named to be trusted
    fields: int = 0  # of the findings, computed again and compared
    rounded: int = 0  # fields that differ by rounding only
    compared: tuple[str, ...] = ()  # files that came out the same, byte by byte
    not_compared: tuple[str, ...] = ()  # files that another version of the program made
    not_rederived: tuple[str, ...] = ()  # parts of the findings
    withheld: tuple[Json, ...] = ()  # inputs that are named by their hash only
    differs: tuple[Difference, ...] = ()
    differing_files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.differs and not self.differing_files

    def refuse(self) -> None:
        """Raise IntegrityError where anything differs: one line that names the file."""
        if self.ok:
            return
        if self.differs:
            shown = "; ".join(str(one) for one in self.differs[:SHOWN])
            more = len(self.differs) - SHOWN
            told = f"{len(self.differs)} of {self.fields} fields differ from what the inputs give: "
            told += shown + (f"; and {more} more" if more > 0 else "")
            place = RESULTS + FINDINGS
        else:
            place = self.differing_files[0]
            more = len(self.differing_files) - 1
            told = "differs from what the inputs give"
            told += f" (and {more} more: {', '.join(self.differing_files[1:])})" if more else ""
        hint = self.notes[0] if self.notes else ""
        raise IntegrityError(told, path=self.bundle, place=place, hint=hint)


def verify(
    path: Path, trust: Sequence[str] = (), inputs: Path | None = None, say: Say = quiet
) -> Verdict:
    """Return what a bundle comes to when it is computed again.

    trust   public keys, as text or files; where any is given somebody of them must have signed
    inputs  where withheld inputs lie: the full bundle, or the folder of the case

    Raises IntegrityError for a bundle that is damaged, or signed by nobody who is trusted.
    """
    keys = trusted(trust)
    say(f"checking {path}")
    opened = open_bundle(path)
    if keys and opened.signer not in keys:
        problem = (
            f"is signed by {opened.signer}, which is not trusted"
            if opened.signer
            else "is unsigned, and a trusted signature was asked for"
        )
        raise IntegrityError(problem, path=str(path))
    start = Verdict(
        bundle=str(path),
        case=str(opened.findings.get("case", "")),
        files=len(opened.files),
        bytes=opened.size,
        signer=opened.signer,
        trusted=True if keys else None,
    )
    say("computing every number again")
    with tempfile.TemporaryDirectory(prefix="tocsin-verify-") as room:
        files = placed(opened, Path(room), inputs)
        if files.withheld:
            return _partly(start, opened, files)
        return _rederived(start, opened, files, say)


def _partly(start: Verdict, opened: Opened, files: Placed) -> Verdict:
    """Return the verdict on a bundle whose numbers rest on what is not in it."""
    findings = opened.findings
    listed = {str(row["path"]): row for row in findings["inputs"]}
    for row in files.withheld:
        told = listed.get(str(row["path"]), {}).get("sha256")
        if told and row.get("sha256") and told != row["sha256"]:
            raise IntegrityError(
                f"names {row['path']} by a hash that run.json does not", path=opened.path,
                place=RESULTS + FINDINGS,
            )  # fmt: skip
    return replace(
        start,
        not_rederived=tuple(name for name in NUMBERS if findings.get(name)),
        withheld=tuple(files.withheld),
        notes=tuple(check_shipped(opened)),
    )


def _rederived(start: Verdict, opened: Opened, files: Placed, say: Say) -> Verdict:
    settings = _settings(opened)
    redaction = opened.run.get("redaction")
    tlp = redaction.get("tlp") if redaction else None
    if tlp is not None and tlp not in TLPS:
        raise IntegrityError(f'names a TLP label "{tlp}"', path=opened.path, place="data/run.json")
    notes = check_shipped(opened)
    told = opened.files.get(ANSWERS)
    register = None if told is None else replayed(told)
    if EXTRACT in files.moved:
        notes.append("rows of the register are those of the bundle, counted again; it is not asked")
    if told is not None:
        notes.append("what the register answered is taken from the bundle; it is not asked again")
    same_code = opened.run["code"] == code()
    if not same_code:
        notes.insert(0, _other_code(opened.run["code"]))  # first: it explains what differs
    try:
        done = study(files.case, settings, say, moved=files.moved, register=register)
        made = answered(done, settings, redact=tlp)
    except UsageError:
        raise
    except TocsinError as error:
        raise IntegrityError(
            f"cannot be run again: {' '.join(str(error).split())}",
            path=opened.path,
            place="data/case",
        ) from error
    old, new = opened.findings, made.done.findings
    if not same_code:
        old, new = ({k: v for k, v in each.items() if k != "version"} for each in (old, new))
    found = list(differences(old, new))
    rounded = [one for one in found if not same_code and one.close]
    added = [one for one in found if not same_code and one.added]
    if added:
        notes.append(f"{len(added)} fields are new in this version, as {added[0].at}")
    differs = [one for one in found if one not in rounded and one not in added]
    compared, not_compared, other = _files(opened, made.payload, same_code)
    return replace(
        start,
        fields=leaves(opened.findings),
        rounded=len(rounded),
        compared=tuple(compared),
        not_compared=tuple(not_compared),
        differs=tuple(differs),
        differing_files=tuple(other),
        notes=tuple(notes),
    )


def _files(
    opened: Opened, made: Mapping[str, bytes], same_code: bool
) -> tuple[list[str], list[str], list[str]]:
    """Return the files that came out the same, those not compared, and those that differ."""
    old = {name: data for name, data in opened.files.items() if name.startswith("data/")}
    same, apart, other = [], [], []
    for name in sorted({*old, *made}):
        if name == RESULTS + FINDINGS:
            continue  # compared field by field
        if name in old and name in made and old[name] == made[name]:
            same.append(name)
        elif same_code or name not in made or name not in old:
            other.append(name)
        else:
            apart.append(name)
    return same, apart, other


def _settings(opened: Opened) -> FindSettings:
    told = opened.run["settings"]
    known = {one.name: type(one.default) for one in fields(FindSettings)}
    if set(told) != set(known) or any(type(told[k]) is not kind for k, kind in known.items()):
        raise IntegrityError("has other settings than this tocsin", path=opened.path,
                             place="data/run.json")  # fmt: skip
    return FindSettings(**told)


def _other_code(told: Mapping[str, Any]) -> str:
    """Return what differs between the program that made a bundle and this one."""
    mine = code()
    libraries = told.get("libraries")
    before = libraries if isinstance(libraries, dict) else {}
    pairs = [("python", told.get("python"), mine["python"])]
    pairs += [("machine", told.get("machine"), mine["machine"])]
    pairs += [("tocsin", told.get("tocsin"), mine["tocsin"])]
    pairs += [(k, before.get(k), v) for k, v in mine["libraries"].items()]
    parts = [f"{name} {old} then, {new} now" for name, old, new in pairs if old != new]
    if told.get("sha256") != mine["sha256"]:
        parts.insert(0, "the program's own files differ")
    return "made by another version: " + ", ".join(parts)
