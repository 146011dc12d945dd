"""The built pages: the screens, their scripts, the map.  Nothing is fetched from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse

from tocsin.api.gate import needs
from tocsin.api.held import Held
from tocsin.api.problem import Problem
from tocsin.api.role import Access

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/vnd.microsoft.icon",
    ".woff2": "font/woff2",
    ".pmtiles": "application/vnd.pmtiles",
    ".pbf": "application/x-protobuf",
}
_FOREVER = "public, max-age=31536000, immutable"  # a name in assets/ holds a hash of the content
_SHORT = "public, max-age=300"


def web() -> Path:
    """Return the folder of the web room."""
    return Path(str(files("tocsin"))) / "web"


def add(app: FastAPI, held: Held) -> None:
    """Add the paths."""
    dist, maps = web() / "dist", (web() / "dist" / "map", web() / "map")

    @app.get(
        "/assets/{path:path}", openapi_extra=needs(Access.OPEN, any_query=True), tags=["pages"]
    )
    def assets(path: str) -> Response:
        """Scripts and styles of the screens."""
        return sent(path, dist / "assets", cache=_FOREVER)

    @app.get("/map/{path:path}", openapi_extra=needs(Access.OPEN, any_query=True), tags=["pages"])
    def map_file(path: str) -> Response:
        """The base map; answers a Range with 206."""
        return sent(path, *maps, cache=_SHORT)

    @app.get("/favicon.ico", openapi_extra=needs(Access.OPEN, any_query=True), tags=["pages"])
    def favicon() -> Response:
        """A bell."""
        for name in ("favicon.ico", "favicon.svg", "bell.svg"):
            if (dist / name).is_file():
                return sent(name, dist, cache=_SHORT)
        return Response(_BELL, media_type="image/svg+xml", headers={"cache-control": _SHORT})

    @app.get(
        "/watch",
        openapi_extra=needs(Access.READER, page=True, any_query=True),
        tags=["pages"],
        response_class=HTMLResponse,
    )
    def watch() -> Response:
        """The watch."""
        return screen()

    @app.get(
        "/i/{name:path}",
        openapi_extra=needs(Access.READER, page=True, any_query=True),
        tags=["pages"],
        response_class=HTMLResponse,
    )
    def incident(name: str) -> Response:
        """The incident screen of a case or of an incident, at a revision."""
        return screen()

    @app.get(
        "/bell",
        openapi_extra=needs(Access.READER, page=True, any_query=True),
        tags=["pages"],
        response_class=HTMLResponse,
    )
    def bell() -> Response:
        """Should it ring?"""
        return screen()


def screen() -> Response:
    """Return the page that the screens run in."""
    page = web() / "dist" / "index.html"
    if not page.is_file():
        raise Problem(503, "the screens are not built", hint="python builders/build_web.py")
    return FileResponse(
        page, media_type="text/html; charset=utf-8", headers={"cache-control": "no-cache"}
    )


def sent(path: str, *roots: Path, cache: str) -> Response:
    """Return a file below one of some folders, and of nowhere else."""
    for root in roots:
        found = inside(path, root)
        if found is not None:
            kind = _TYPES.get(found.suffix.lower(), "application/octet-stream")
            return FileResponse(found, media_type=kind, headers={"cache-control": cache})
    raise Problem(404, "no such file")


def inside(path: str, root: Path) -> Path | None:
    """Return the file of a path below a folder; None for one that leads out, or is not there."""
    if (
        not path
        or "\0" in path
        or "\\" in path
        or any(p in ("", ".", "..") for p in path.split("/"))
    ):
        return None
    try:
        found = (root / path).resolve()
        if found.is_relative_to(root.resolve()) and found.is_file():
            return found
    except OSError:  # a name that is too long for this machine
        return None
    return None


_BELL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#ff9d57" d="M16 3a2 2 '
    "0 0 0-2 2v1C9.500 7 7 10.500 7 15v6l-3 4v1h24v-1l-3-4v-6c0-4.500-2.500-8-7-9V5a2 2 0 0 0-2-2z"
    'm-3 24a3 3 0 0 0 6 0z"/></svg>'
)
