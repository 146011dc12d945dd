"""Whether this machine can do what tocsin needs: parts, their versions, and the shipped data."""

from __future__ import annotations

import hashlib
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tocsin import __version__

NEEDED = (
    "numpy",
    "pyarrow",
    "polars",
    "shapely",
    "pyproj",
    "rs1090",
    "openair-rs-py",
    "jinja2",
    "typer",
    "rich",
)
OPTIONAL = {"matplotlib": "figures in dossiers; install tocsin[figures]"}


def examine() -> dict[str, Any]:
    """Return what was found; `ok` is False where something needed is missing or broken."""
    from tocsin.airspace.bundled import bundled, bundled_volumes, listing

    checks: list[dict[str, Any]] = [
        {
            "what": "python",
            "found": platform.python_version(),
            "ok": sys.version_info >= (3, 11),
            "say": "",
        }
    ]
    for name in NEEDED:
        found = _version(name)
        checks.append({"what": name, "found": found, "ok": found != "", "say": ""})
    for name, say in OPTIONAL.items():
        found = _version(name)
        checks.append({"what": name, "found": found, "ok": True, "say": "" if found else say})
    for shipped in listing():
        data = bundled(shipped.name)
        digest = hashlib.sha256(data).hexdigest()
        found = f"{len(data)} bytes, sha256 {digest[:16]}"
        checks.append(
            {"what": f"bundled:{shipped.name}", "found": found, "ok": True, "say": shipped.title}
        )
    volumes = bundled_volumes("sovereign")
    vertices = sum(len(ring.lon_deg) for volume in volumes for ring in volume.rings)
    checks.append(
        {
            "what": "sovereign volumes",
            "found": f"{len(volumes)} states, {vertices} vertices",
            "ok": len(volumes) > 40,
            "say": "",
        }
    )
    return {"version": __version__, "ok": all(c["ok"] for c in checks), "checks": checks}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
