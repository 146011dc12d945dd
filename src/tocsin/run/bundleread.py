"""A bundle, or the directory of a run, opened: every byte checked, nothing computed yet."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.dossier import bagit, bundlezip
from tocsin.errors import IntegrityError, UsageError
from tocsin.run.bundle import BASE, BUNDLE, FORMAT, RESULTS, RUN, STATEMENTS
from tocsin.run.bundlesign import signer
from tocsin.run.output import FINDINGS, MARK

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What a bundle holds; of a directory without one, the findings alone."""

    path: str
    files: Mapping[str, bytes]  # by name in the bag, empty without a bundle
    findings: Json
    run: Json  # empty without a bundle
    signer: str = ""  # public key
    size: int = 0  # of the archive, in bytes

    @property
    def inputs(self) -> list[Json]:
        """Return the inputs as run.json lists them; of a bare directory, as the findings do."""
        if self.run:
            return list(self.run["files"]) + [
                {"path": one["path"], "role": "shipped", "sha256": one["sha256"]}
                for one in self.run["shipped"]
            ]
        rows = [(row["path"], "input", row["sha256"]) for row in self.findings["inputs"]]
        rows += [(row["path"], "airspace", row["sha256"]) for row in self.findings["airspace"]]
        return [
            {"path": path, "role": role, "sha256": digest}
            for path, role, digest in dict.fromkeys(rows)
        ]

    @property
    def statements(self) -> list[Json]:
        """Return what the pages say, none without a bundle."""
        told = self.files.get(STATEMENTS)
        return json.loads(told) if told else []


def open_bundle(path: Path) -> Opened:
    """Return a bundle whose structure, hashes and signature hold.

    Raises IntegrityError, in one line that names the file, for one that is damaged in any way.
    """
    where = str(path)
    try:
        if path.is_dir():
            raise IntegrityError("is a directory, not a bundle", path=where, hint="name its zip")
        size = path.stat().st_size
        if size > bundlezip.MAX_BYTES:
            raise IntegrityError(
                f"has {size:,} bytes; the limit is {bundlezip.MAX_BYTES:,}", path=where
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise IntegrityError("no such file", path=where) from None
    except OSError as error:
        raise IntegrityError(f"cannot be read: {error.strerror}", path=where) from error
    try:
        files = _bag(bundlezip.unpack(data))
        found = [*bagit.problems(files)]
        if found:
            name, problem = found[0]
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise IntegrityError(f"{problem}{more}", place=name)
        key = signer(files)
        run, findings = _run(files), _json(files, RESULTS + FINDINGS)
        if not _is_findings(findings):
            raise IntegrityError("holds no findings", place=RESULTS + FINDINGS)
    except IntegrityError as error:
        place = error.place.removeprefix(BASE)
        raise IntegrityError(error.problem, path=where, place=place) from None
    return Opened(where, files, findings, run, key, len(data))


def open_results(path: Path) -> Opened:
    """Return a bundle, or the directory that a run wrote.

    Raises UsageError for a directory of anything else, IntegrityError for a damaged bundle and
    for a directory whose findings are not those of the bundle beside them.
    """
    if not path.is_dir():
        return open_bundle(path)
    beside = path / FINDINGS
    try:
        data = beside.read_bytes()
    except OSError:
        raise UsageError(
            "holds no findings.json", path=str(path), hint="name the directory of a tocsin run"
        ) from None
    if (path / BUNDLE).is_file():
        opened = open_bundle(path / BUNDLE)
        if opened.files[RESULTS + FINDINGS] != data:
            raise IntegrityError(f"differs from that in {BUNDLE}", path=str(beside))
        return opened
    try:
        findings = json.loads(data)
    except ValueError:
        raise IntegrityError("is no JSON", path=str(beside)) from None
    if not isinstance(findings, dict) or MARK not in findings:
        raise UsageError("is not the findings of a case", path=str(beside))
    return Opened(str(path), {}, findings, {})


def case_of(opened: Opened) -> Json | None:
    """Return the case file of a bundle as plain values, times as text; None where it is not there.

    Raises IntegrityError where what is there is no TOML.
    """
    for row in opened.run.get("files", ()):
        if row["role"] == "case" and "bag" in row:
            try:
                told = tomllib.loads(opened.files[row["bag"]].decode())
            except (tomllib.TOMLDecodeError, UnicodeDecodeError):
                raise IntegrityError("is no TOML", path=opened.path, place=row["bag"]) from None
            plain: Json = _plain(told)
            return plain
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, bool | int | float | str) else value.isoformat()


def _is_findings(value: object) -> bool:
    """Return whether an object has the parts of findings, each a list of tables."""
    if not isinstance(value, dict) or MARK not in value:
        return False
    parts = [value.get(name) for name in ("inputs", "airspace", "incursions", "claims")]
    return all(
        isinstance(part, list) and all(isinstance(row, dict) for row in part) for part in parts
    )


def _bag(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of the one folder in an archive, by their names in it."""
    for name in files:
        if not name.startswith(BASE):
            raise IntegrityError(f"does not lie in {BASE}", place=name)
    return {name.removeprefix(BASE): data for name, data in files.items()}


def _json(files: Mapping[str, bytes], name: str) -> Any:
    if name not in files:
        raise IntegrityError("is missing", place=name)
    try:
        return json.loads(files[name])
    except (ValueError, RecursionError):
        raise IntegrityError("is no JSON", place=name) from None


def _run(files: Mapping[str, bytes]) -> Json:
    """Return run.json, checked against the files it lists."""
    run = _json(files, RUN)
    wrong = IntegrityError("is not as tocsin writes it", place=RUN)
    if not isinstance(run, dict) or run.get("bundle") != FORMAT:
        raise IntegrityError(
            f"is of bundle format {run.get('bundle') if isinstance(run, dict) else None!r}; "
            f"this tocsin reads {FORMAT}",
            place=RUN,
        )
    rows, ships, code = run.get("files"), run.get("shipped"), run.get("code")
    if not (isinstance(rows, list) and isinstance(ships, list) and isinstance(code, dict)):
        raise wrong
    if not isinstance(run.get("settings"), dict) or not isinstance(run.get("results"), list):
        raise wrong
    for row in (*rows, *ships):
        if not isinstance(row, dict) or not isinstance(row.get("path"), str):
            raise wrong
        if not all(isinstance(row.get(key, ""), str) for key in ("bag", "role", "sha256", "file")):
            raise wrong
    if not rows or rows[0].get("role") != "case" or any("role" not in row for row in rows):
        raise wrong
    for row in rows:
        if "bag" in row and (
            row["bag"] not in files or bagit.sha256(files[row["bag"]]) != row.get("sha256")
        ):
            raise IntegrityError("is not the file that run.json lists", place=str(row["bag"]))
    for name in run["results"]:
        if f"{RESULTS}{name}" not in files:
            raise IntegrityError("is listed in run.json and missing", place=f"{RESULTS}{name}")
    redaction = run.get("redaction")
    if redaction is not None and not isinstance(redaction, dict):
        raise wrong
    return run
