"""Every file that a case rests on: as the case names it, where it lies, and its place in a bag."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tocsin.airspace.bundled import bundled, listing
from tocsin.dossier.bagit import sha256
from tocsin.errors import TocsinError
from tocsin.run.airspaces import BUNDLED
from tocsin.run.case import Case

CASE = "data/case"
ELSEWHERE = f"{CASE}/elsewhere"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One file of a case."""

    path: str  # as the case writes it; of the case itself, its name
    where: str  # where it really lies
    role: str  # case, source, mapping, airspace, plan, log, notam, fir, met
    bag: str  # its place in the bag, beginning with data/
    witness: str = ""  # of a source
    tlp: str = ""  # as marked in the case, "" where it says nothing


def case_files(case: Case) -> list[CaseFile]:
    """Return the files of a case, the case itself first, each path once, in the order of reading.

    What ships with tocsin is not among them; see `shipped`.
    """
    found: dict[str, tuple[str, str, str, str]] = {}
    for path, where, role, witness, tlp in _named(case):
        found.setdefault(path, (where, role, witness, tlp))
    head = Path(case.path).name
    taken = {_key(f"{CASE}/{head}")}
    files = [CaseFile(head, case.path, "case", f"{CASE}/{head}")]
    for number, (path, (where, role, witness, tlp)) in enumerate(found.items(), 1):
        if path == head and Path(where).resolve() == Path(case.path).resolve():
            continue
        bag = f"{CASE}/{path}"
        if not _plain(path) or _key(bag) in taken or path.startswith("elsewhere/"):
            bag = f"{ELSEWHERE}/{number:02d}-{_portable(PurePosixPath(path).name)}"
        taken.add(_key(bag))
        files.append(CaseFile(path, where, role, bag, witness, tlp))
    return files


def shipped(case: Case) -> list[tuple[str, str, str]]:
    """Return (path in the case, name of the shipped file, its sha256) of all that is bundled."""
    named = [*(area.path for area in case.airspaces), *(region.path for region in case.firs)]
    paths = [path for path in named if path.startswith(BUNDLED)]
    by_name = {one.name: one.file for one in listing()}
    out = []
    for path in dict.fromkeys(paths):
        name = path.removeprefix(BUNDLED).partition("/")[0].strip().lower()
        out.append((path, by_name[name], sha256(bundled(name))))
    return out


def read(file: CaseFile) -> bytes | None:
    """Return the bytes of a file; None where there is none to read, as the run will have said."""
    try:
        return Path(file.where).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        if Path(file.where).is_dir():
            return None
        raise TocsinError(f"cannot be read: {error.strerror}", path=file.path) from error


def _named(case: Case) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield path, place, role, witness and TLP mark of all that a case names."""
    rows = {kind: list(case.raw.get(kind, ())) for kind in ("source", "airspace", "fir")}
    for spec, row in zip(case.sources, rows["source"], strict=True):
        tlp = str(row.get("tlp", ""))
        yield spec.path, spec.where, "source", spec.options.source_id or spec.path, tlp
        if spec.options.mapping is not None:
            yield str(row["mapping"]), str(spec.options.mapping), "mapping", "", tlp
    for area, row in zip(case.airspaces, rows["airspace"], strict=True):
        if not area.path.startswith(BUNDLED):
            yield area.path, area.where, "airspace", "", str(row.get("tlp", ""))
    for region in case.firs:
        if not region.path.startswith(BUNDLED):
            yield region.path, region.where, "fir", "", ""
    marks = [row for kind in ("plan", "log", "notam") for row in case.raw.get(kind, ())]
    for file, row in zip(case.files, marks, strict=True):
        yield file.path, file.where, file.kind, "", str(row.get("tlp", ""))
    if case.met:
        yield str(case.raw["met"]["source"]), case.met, "met", "", ""


def _plain(path: str) -> bool:
    """Return whether a path can stand in a bag as it is: relative, going down, of plain names."""
    parts = path.split("/")
    return bool(path) and all(
        part not in ("", ".", "..") and part == _portable(part) for part in parts
    )


def _portable(name: str) -> str:
    # A percent sign too: readers of bags differ in how its code in a manifest is read.
    kept = "".join(c if c.isprintable() and c not in '%\\:*?"<>|' else "_" for c in name)
    return kept[-100:].strip(" .") or "file"


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
