"""What `tocsin run` wrote, as a shelf: a folder with findings is a case, and so is a bundle.

A bundle holds the same files under `data/results`; the demo's case is one, so that what it shows
can be verified by whoever doubts it.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from tocsin.api.problem import Problem
from tocsin.register.exchange.item import strictness
from tocsin.run.output import FINDINGS
from tocsin.schema import Tlp

Json = dict[str, Any]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,119}")
_IN_BUNDLE = "bundle/data/results/"
BUNDLE = "bundle.zip"
VIEW = "view.json"  # of the incident screen; named here, for what writes it is slow to load
FILES = {
    "dossier.html": "text/html; charset=utf-8",
    "dossier.pdf": "application/pdf",
    BUNDLE: "application/zip",
}


@dataclass(frozen=True, slots=True)
class OneCase:
    """A case: its findings, and the folder or the bundle that they are from."""

    id: str
    place: Path
    findings: Json

    @property
    def tlp(self) -> Tlp:
        return Tlp(self.findings.get("tlp") or Tlp.CLEAR)

    @property
    def synthetic(self) -> bool:
        return bool(self.findings["synthetic"])

    @property
    def shared(self) -> Tlp:
        """The widest audience that its pages may go to.

        Pages of real sensors tell how well these measure, unless `run --redact` left it out.
        """
        redacted = self.findings.get("redacted")
        if redacted:
            return Tlp(redacted["tlp"])
        if self.synthetic:
            return self.tlp
        return max(self.tlp, Tlp.AMBER_STRICT, key=strictness)

    def read(self, file: str) -> bytes:
        """Return a file of the case; raise Problem where it has none of that name."""
        try:
            if self.place.is_dir():
                return (self.place / file).read_bytes()
            if file == BUNDLE:
                return self.place.read_bytes()
            with zipfile.ZipFile(self.place) as bundle:
                return bundle.read(_IN_BUNDLE + file)
        except (OSError, KeyError, zipfile.BadZipFile):
            raise Problem(
                404, f"this case has no {file}", hint="run it again with tocsin run"
            ) from None


class Cases:
    """The cases of a folder; a demo has the reference case without one."""

    def __init__(self, folder: Path | None, demo: bool) -> None:
        self.roots = [folder] if folder is not None else []
        shipped = Path(str(files("tocsin"))) / "data" / "demo"
        if demo and shipped.is_dir():
            self.roots.append(shipped)
        self._known: dict[Path, tuple[tuple[int, int], OneCase | None]] = {}

    def listed(self, audience: Tlp) -> list[OneCase]:
        """Return the cases that an audience may see, by id."""
        found = {case.id: case for case in self._all() if _may(case, audience)}
        return [found[name] for name in sorted(found)]

    def one(self, name: str, audience: Tlp) -> OneCase:
        """Return a case; raise Problem where there is none to be seen.

        One that may not be seen is not told from one that is not there.
        """
        for case in self.listed(audience):
            if case.id == name:
                return case
        raise Problem(404, f'no case "{name[:120]}"', hint="see /api/cases")

    def file(self, name: str, file: str, audience: Tlp) -> bytes:
        """Return a page or the bundle of a case."""
        if file not in FILES:
            raise Problem(404, "a case has no such file", hint=f"it has {', '.join(FILES)}")
        return self.one(name, audience).read(file)

    def _all(self) -> Iterator[OneCase]:
        for root in reversed(self.roots):  # a folder that was named goes before what ships
            for path in sorted((*root.glob(f"*/{FINDINGS}"), *root.glob("*.zip"))):
                case = self._of(path)
                if case is not None:
                    yield case

    def _of(self, path: Path) -> OneCase | None:
        """Return the case of findings or of a bundle, read again when the file has changed."""
        try:
            stat = path.stat()
            version = (stat.st_mtime_ns, stat.st_size)
            known = self._known.get(path)
            if known is None or known[0] != version:
                known = (version, _case(path))
                self._known[path] = known
        except OSError:  # replaced by a new run at this moment: there again at the next look
            return None
        return known[1]


def _case(path: Path) -> OneCase | None:
    try:
        if path.name == FINDINGS:
            place, data = path.parent, path.read_bytes()
        else:
            with zipfile.ZipFile(path) as bundle:
                place, data = path, bundle.read(_IN_BUNDLE + FINDINGS)
        findings = json.loads(data)
    except (ValueError, KeyError, zipfile.BadZipFile):
        return None
    if not isinstance(findings, dict) or not {"case", "synthetic", "claims"} <= findings.keys():
        return None
    name = str(findings["case"])
    return OneCase(name, place, findings) if _NAME.fullmatch(name) else None


def _may(case: OneCase, audience: Tlp) -> bool:
    return strictness(case.shared) <= strictness(audience)
