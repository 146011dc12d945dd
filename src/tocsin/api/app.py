"""The app: every path behind the gate, every answer with its headers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from tocsin import __version__
from tocsin.api import refused
from tocsin.api.edge import Edge
from tocsin.api.gate import X_ACCESS, gated
from tocsin.api.held import Held
from tocsin.api.role import Access
from tocsin.api.routes import (
    bell,
    bundle,
    cases,
    features,
    health,
    incidents,
    live,
    pages,
    session,
)

_ABOUT = (
    "From radar plots and ADS-B to an airspace violation with stated certainty.  "
    "Every path says under `x-access` which role it needs."
)


def make(held: Held) -> FastAPI:
    """Return the app over what a server holds."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(held.herald.run()) if held.herald is not None else None
        try:
            yield
        finally:
            if held.herald is not None and task is not None:
                held.herald.close()
                await task

    app = FastAPI(
        title="tocsin",
        version=__version__,
        description=_ABOUT,
        lifespan=life,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        openapi_url=None,  # served as a path with an access of its own
        redirect_slashes=False,
    )
    app.router.route_class = gated(held)
    refused.add(app, held)
    for each in (health, session, live, cases, incidents, bell, features, pages, bundle):
        each.add(app, held)
    plain = app.openapi
    app.openapi = lambda: _with_security(plain(), held.cookie)  # type: ignore[method-assign]
    app.add_middleware(Edge, serving=held.serving)
    return app


def _with_security(told: dict[str, Any], cookie: str) -> dict[str, Any]:
    """Return the definition with how one proves who one is, where a path needs a role."""
    told.setdefault("components", {})["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": cookie},
        "token": {"type": "http", "scheme": "bearer"},
    }
    for path in told["paths"].values():
        for operation in path.values():
            if Access(operation[X_ACCESS]).role is not None:
                operation["security"] = [{"session": []}, {"token": []}]
    return told
