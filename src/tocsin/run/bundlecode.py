"""Which program made a result: its version, the hash of its source, and what it stands on."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from tocsin import __version__

#: What numbers and pages depend on; their versions may move a last digit or a line of a page.
LIBRARIES = (
    *("numpy", "pyarrow", "polars", "shapely", "pyproj", "rs1090", "openair-rs-py"),
    *("jinja2", "matplotlib", "typst"),
)
SUFFIXES = (".py", ".j2", ".css", ".typ")


@cache
def code() -> dict[str, Any]:
    """Return `tocsin`, `sha256` of the source, `python`, `machine` and `libraries`."""
    return {
        "tocsin": __version__,
        "sha256": _source(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
    }


def _source() -> str:
    """Return one hash over the program's own files, by their names and contents."""
    room = Path(str(files("tocsin")))
    out = hashlib.sha256()
    for path in sorted(p for p in room.rglob("*") if p.suffix in SUFFIXES and p.is_file()):
        if "examples" in path.relative_to(room).parts:
            continue  # cases, not code
        out.update(path.relative_to(room).as_posix().encode() + b"\0")
        out.update(hashlib.sha256(path.read_bytes()).digest())
    return out.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
