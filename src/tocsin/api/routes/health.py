"""Is it there, is it ready, how does it do: for those who keep it running."""

from __future__ import annotations

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from tocsin.api.gate import needs
from tocsin.api.held import Held
from tocsin.api.role import Access
from tocsin.errors import RegisterError


def add(app: FastAPI, held: Held) -> None:
    """Add the paths."""

    @app.get("/healthz", openapi_extra=needs(Access.OPEN), tags=["service"])
    def healthz() -> dict[str, str]:
        """Whether the server answers."""
        return {"status": "ok"}

    @app.get("/readyz", openapi_extra=needs(Access.OPEN), tags=["service"])
    def readyz() -> Response:
        """Whether all that it needs is there: 503 where not, with what is missing."""
        found = {"register": _register(held), "watch": _watch(held)}
        ready = "failed" not in found.values()
        return JSONResponse(
            {"status": "ready" if ready else "not ready", **found}, 200 if ready else 503
        )

    @app.get("/metrics", openapi_extra=needs(Access.LOOPBACK), tags=["service"])
    def metrics() -> Response:
        """Figures for Prometheus."""
        lines = [
            "# HELP tocsin_event_streams Open event streams.",
            "# TYPE tocsin_event_streams gauge",
            f"tocsin_event_streams {held.herald.streams if held.herald else 0}",
            "# HELP tocsin_register_entries Entries of the register's ledger.",
            "# TYPE tocsin_register_entries gauge",
        ]
        if held.has_store:
            lines.append(f"tocsin_register_entries {held.store.head().seq}")
        told = held.watch.metrics_text() if held.watch is not None else ""
        return PlainTextResponse(
            "\n".join(lines) + "\n" + told, media_type="text/plain; version=0.0.4"
        )


def _register(held: Held) -> str:
    if not held.has_store:
        return "none"
    try:
        held.store.head()
    except RegisterError:
        return "failed"
    return "ok"


def _watch(held: Held) -> str:
    if held.herald is None:
        return "none"
    if held.watch is not None and held.watch.error is not None:
        return "failed"
    return "ok" if held.herald.board.state_seq() > 0 else "starting"
