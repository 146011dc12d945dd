"""Cases: what `tocsin run` found, its pages, and the bundle to check it with."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tocsin.api.cases import FILES, VIEW, OneCase
from tocsin.api.edge import CSP_DOSSIER
from tocsin.api.gate import needs
from tocsin.api.held import Held
from tocsin.api.role import Access
from tocsin.api.who import who_of


def add(app: FastAPI, held: Held) -> None:
    """Add the paths."""

    @app.get("/api/cases", openapi_extra=needs(Access.READER), tags=["cases"])
    def cases(request: Request) -> dict[str, Any]:
        """The cases that this server shows."""
        found = held.cases.listed(who_of(request).audience)
        return {"cases": [_row(held, case) for case in found]}

    @app.get("/api/cases/{case}", openapi_extra=needs(Access.READER), tags=["cases"])
    def case_findings(request: Request, case: str) -> Response:
        """The findings of a case: findings.json."""
        return JSONResponse(held.cases.one(case, who_of(request).audience).findings)

    @app.get("/api/cases/{case}/view", openapi_extra=needs(Access.READER), tags=["cases"])
    def case_view(request: Request, case: str) -> Response:
        """What the incident screen draws: docs/reference/incident-view.md."""
        found = held.cases.one(case, who_of(request).audience)
        return Response(found.read(VIEW), media_type="application/json")

    @app.get("/api/cases/{case}/{file}", openapi_extra=needs(Access.READER), tags=["cases"])
    def case_file(request: Request, case: str, file: str) -> Response:
        """The dossier of a case (dossier.html, dossier.pdf), or its bundle (bundle.zip)."""
        data = held.cases.file(case, file, who_of(request).audience)
        name = file if file.startswith("dossier") else f"{case}-{file}"
        shown = "inline" if file.startswith("dossier") else "attachment"
        headers = {"content-disposition": f'{shown}; filename="{name}"'}
        if file.endswith(".html"):
            headers["content-security-policy"] = CSP_DOSSIER
        return Response(data, media_type=FILES[file], headers=headers)


def _row(held: Held, case: OneCase) -> dict[str, Any]:
    known = case.findings
    return {
        "id": case.id,
        "title": known.get("title") or case.id,
        "synthetic": case.synthetic,
        "tlp": case.tlp.value,
        "window": known.get("window"),
        "incident": _incident(held, case),
    }


def _incident(held: Held, case: OneCase) -> str | None:
    """Return the id of the incident that a case is of, where the register has it."""
    if not held.has_store:
        return None
    return case.id if held.store.history(case.id) else None
