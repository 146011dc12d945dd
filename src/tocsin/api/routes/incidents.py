"""The register over HTTP: found, shown, written, exported."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from tocsin.api import register
from tocsin.api.gate import needs
from tocsin.api.held import Held
from tocsin.api.problem import Problem
from tocsin.api.role import Access
from tocsin.api.routes.asked import Limit, Offset, Question, Word
from tocsin.api.who import Who, who_of
from tocsin.api.workflow import Step, act, dissented, written
from tocsin.register.exchange.formats import FORMATS
from tocsin.register.exchange.redact import allowed
from tocsin.register.link import link_of
from tocsin.register.query import NOW, Standing
from tocsin.register.workflow import Action
from tocsin.run.register import revision_dict, times_of
from tocsin.run.register_export import export
from tocsin.schema import Tlp
from tocsin.schema.incident import incident_schema


class Written(BaseModel):
    """An incident in the form of its schema, and why it is written."""

    model_config = ConfigDict(extra="forbid")
    incident: dict[str, Any]
    reason: str = Field("", max_length=2000)
    base: int | None = Field(None, ge=1, description="The newest revision that its author saw.")


class Taken(BaseModel):
    """A step, and why it is taken."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field("", max_length=2000)
    base: int | None = Field(None, ge=1)


class Said(BaseModel):
    """A dissent: what is said, and of which finding."""

    model_config = ConfigDict(extra="forbid")
    says: str = Field(min_length=1, max_length=5000)
    finding: str = Field("", max_length=200)


def add(app: FastAPI, held: Held) -> None:
    """Add the paths; those with a name of their own before those with an id."""
    reader = needs(Access.READER)
    tags: list[str | Enum] = ["incidents"]

    @app.get("/api/incidents", openapi_extra=reader, tags=tags)
    def incidents(
        request: Request, question: Question, limit: Limit = 100, offset: Offset = 0
    ) -> dict[str, Any]:
        """Incidents in order of time, as of any time; undecided ones say so."""
        who, store = who_of(request), held.store
        rows = register.rows_for(store, question.wanted, question.times, who.audience)
        page = register.page_of(store, rows, question.times, who.audience, offset, limit)
        return {
            "incidents": [
                register.told(item, page.standing.get(item.incident.id, Standing.COUNTED))
                for item in page.items
            ],
            "matched": page.matched,
            "returned": len(page.items),
            "removed": page.removed,
            "as_of": question.as_of,
            "recorded_as_of": question.recorded_as_of,
            "audience": who.audience.value,
        }

    @app.get("/api/incidents.{form}", openapi_extra=reader, tags=tags)
    def exported(
        request: Request,
        form: str,
        question: Question,
        audience: Annotated[Word, Query(alias="for")] = None,
        limit: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    ) -> Response:
        """An export for an audience, at most one's own; see `tocsin register export`."""
        if form not in FORMATS:
            raise Problem(404, "no such format", hint=f"there are {', '.join(FORMATS)}")
        mark = _audience(audience, who_of(request))
        made = FORMATS[form]
        done = export(
            held.store,
            question.wanted,
            question.times,
            made,
            mark,
            limit=limit,
            as_of=question.as_of,
            recorded_as_of=question.recorded_as_of,
        )
        name = f"incidents-{mark.value.lower().replace('+', '-')}.{_SUFFIX.get(form, form)}"
        return Response(
            made.write(done.items, done.manifest),
            media_type=made.media_type,
            headers={
                "content-disposition": f'attachment; filename="{name}"',
                "tocsin-export": done.manifest.sentence.encode("ascii", "replace").decode(),
            },
        )

    @app.get("/api/schemas/incident", openapi_extra=needs(Access.LOOPBACK), tags=tags)
    def schema() -> Response:
        """The JSON Schema of an incident."""
        return JSONResponse(incident_schema(), media_type="application/schema+json")

    @app.get("/api/incidents/{name}", openapi_extra=reader, tags=tags)
    def incident(
        request: Request, name: str, as_of: Word = None, recorded_as_of: Word = None
    ) -> dict[str, Any]:
        """One incident at one revision (ID@REV) or as of a time, with signatures and dissent."""
        times = times_of(as_of or None, recorded_as_of or None)
        item, _ = register.one(held.store, link_of(name), times, who_of(request).audience)
        return register.shown(held.store, item)

    @app.get("/api/incidents/{name}/history", openapi_extra=reader, tags=tags)
    def history(request: Request, name: str) -> dict[str, Any]:
        """Every revision: who, when, what, why."""
        link = link_of(name)
        found = register.revisions(held.store, link, NOW, who_of(request).audience)
        rows = [register.told(item) for item, _ in found]
        for row in rows:
            del row["incident"], row["decided"], row["standing"]
        return {"id": link.incident, "revisions": rows}

    @app.post("/api/incidents", openapi_extra=needs(Access.ANALYST), tags=tags, status_code=201)
    def draft(request: Request, told: Written) -> Response:
        """Add a draft."""
        done = written(held, who_of(request), told.incident, told.reason, None, edit=False)
        path = f"/api/incidents/{done.link}"
        return JSONResponse(revision_dict(done), 201, {"location": path})

    @app.post("/api/incidents/{name}/edit", openapi_extra=needs(Access.ANALYST), tags=tags)
    def edit(request: Request, name: str, told: Written) -> dict[str, Any]:
        """Write the draft again: a new revision."""
        link = link_of(name)
        if told.incident.get("id", link.incident) != link.incident:
            raise Problem(400, "the incident has another id than the path")
        base = told.base if told.base is not None else link.number
        who = who_of(request)
        content = {**told.incident, "id": link.incident}
        return revision_dict(written(held, who, content, told.reason, base, edit=True))

    @app.post(
        "/api/incidents/{name}/dissent",
        openapi_extra=needs(Access.ANALYST),
        tags=tags,
        status_code=201,
    )
    def dissent(request: Request, name: str, told: Said) -> dict[str, Any]:
        """Record a dissent, signed by this server; it stays with the incident for good."""
        return dissented(held, who_of(request), link_of(name), told.says, told.finding)

    def step(action: Action, access: Access) -> None:
        @app.post(
            f"/api/incidents/{{name}}/{action.value}",
            openapi_extra=needs(access),
            tags=tags,
            name=action.value,
            summary=f"{action.value.capitalize()} an incident",
        )
        def taken(request: Request, name: str, told: Taken) -> dict[str, Any]:
            link = link_of(name)
            base = told.base if told.base is not None else link.number
            done = act(held, who_of(request), Step(link.incident, action, told.reason, base))
            return revision_dict(done)

    for action in (Action.APPROVE, Action.ADJUDICATE, Action.RELEASE, Action.RETURN):
        step(action, Access.APPROVER)
    step(Action.REOPEN, Access.ANALYST)


_SUFFIX = {"geoparquet": "parquet", "stix": "json", "cot": "xml", "cloudevents": "json"}


def _audience(word: str | None, who: Who) -> Tlp:
    """Return for whom an export is: as asked, never for more than the one who asks may read."""
    if not word:
        return who.audience
    plain = word.upper().removeprefix("TLP:").replace(" ", "+")  # a plus in an address is a space
    if plain not in {each.value for each in Tlp}:
        raise Problem(400, f'for "{word}" is no mark of TLP 2.0')
    if not allowed(Tlp(plain), who.audience):
        raise Problem(403, f"you may read up to TLP:{who.audience.value}")
    return Tlp(plain)
