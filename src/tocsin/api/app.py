"""The app: every path behind the gate, every answer with its headers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from tocsin import __version__
from tocsin.api import refused
from tocsin.api.edge import Edge
from tocsin.api.gate import gated
from tocsin.api.held import Held
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
    app.add_middleware(Edge, serving=held.serving)
    return app
