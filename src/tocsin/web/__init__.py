"""The screens as they are served: the built bundle and the basemap, as files."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def bundle() -> Path:
    """Return the folder with index.html and the assets it names, built from the folder web/."""
    return _HERE / "dist"


def basemap() -> Path:
    """Return the vector tiles of land, coasts, borders and names (Natural Earth)."""
    return _HERE / "map" / "base.pmtiles"
