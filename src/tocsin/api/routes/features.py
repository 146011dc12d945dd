"""OGC API - Features: landing page, conformance, collections, items, queryables, definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse

from tocsin.api import register
from tocsin.api.gate import needs
from tocsin.api.held import Held
from tocsin.api.ogc import incidents as register_features
from tocsin.api.ogc import moving
from tocsin.api.ogc.answer import MOST, base_of, one, page
from tocsin.api.ogc.collections import (
    COLLECTIONS,
    CONFORMS,
    CRS84,
    GREGORIAN,
    Collection,
    about,
    link,
    queryables,
)
from tocsin.api.ogc.when import interval_of
from tocsin.api.pages.home import home
from tocsin.api.problem import Problem
from tocsin.api.role import Access
from tocsin.api.routes.asked import Word
from tocsin.api.who import who_of
from tocsin.errors import UsageError
from tocsin.register.exchange.geojson import feature as feature_of
from tocsin.register.link import Link, link_of
from tocsin.register.query import Filter
from tocsin.run.register import times_of
from tocsin.run.register_wanted import box_of, wanted_of

Json = dict[str, Any]
Number = Annotated[int, Query(ge=1, description=f"At most so many; {MOST} at the most.")]
Start = Annotated[int, Query(ge=0, description="After so many.")]
Bbox = Annotated[
    str | None, Query(max_length=200, description="WEST,SOUTH,EAST,NORTH in degrees, CRS84.")
]
When = Annotated[
    str | None,
    Query(max_length=80, description="An instant or an interval: A, A/B, ../B or A/.. (RFC 3339)."),
]
Crs = Annotated[str | None, Query(max_length=200, description="CRS84, which is all there is.")]
Severity = Annotated[int | None, Query(ge=1, le=4)]


def add(app: FastAPI, held: Held) -> None:
    """Add the paths."""
    reader, public = needs(Access.READER), needs(Access.LOOPBACK)
    tags: list[str | Enum] = ["features"]

    @app.get("/", openapi_extra=needs(Access.LOOPBACK, page=True), tags=tags)
    def landing(
        request: Request, f: Annotated[str | None, Query(pattern="^(json|html)$")] = None
    ) -> Response:
        """The first page: for people, or for programs, as the header Accept says."""
        html = f == "html" or (f is None and _prefers_html(request.headers.get("accept", "")))
        if html:
            return home(held, request)
        return JSONResponse(_landing(base_of(request)), headers={"vary": "accept"})

    @app.get("/openapi.json", openapi_extra=public, tags=tags)
    def definition() -> Response:
        """This API, defined (OpenAPI 3.1)."""
        return JSONResponse(app.openapi(), media_type="application/vnd.oai.openapi+json")

    @app.get("/conformance", openapi_extra=public, tags=tags)
    def conformance() -> Json:
        """The classes of the standard that this server conforms to."""
        return {"conformsTo": list(CONFORMS)}

    @app.get("/collections", openapi_extra=public, tags=tags)
    def collections(request: Request) -> Json:
        """The collections that this server has."""
        base = base_of(request)
        return {
            "links": [link(f"{base}/collections", "self", "application/json", "Collections")],
            "collections": [about(each, base, _extent(each)) for each in _there(held)],
        }

    @app.get("/collections/{collection}", openapi_extra=reader, tags=tags)
    def collection_about(request: Request, collection: str) -> Json:
        """One collection."""
        found = _one(held, collection)
        return about(found, base_of(request), _extent(found))

    @app.get("/collections/{collection}/queryables", openapi_extra=reader, tags=tags)
    def collection_queryables(request: Request, collection: str) -> Response:
        """What can be asked of a collection, as a JSON Schema."""
        told = queryables(_one(held, collection), base_of(request))
        return JSONResponse(told, media_type="application/schema+json")

    @app.get("/collections/incidents/items", openapi_extra=reader, tags=tags)
    def incidents(
        request: Request,
        bbox: Bbox = None,
        datetime: When = None,
        limit: Number = 100,
        offset: Start = 0,
        crs: Crs = None,
        bbox_crs: Annotated[Crs, Query(alias="bbox-crs")] = None,
        state: Word = None,
        domain: Word = None,
        actor: Word = None,
        verification: Word = None,
        tlp: Word = None,
        workflow: Word = None,
        text: Word = None,
        as_of: Word = None,
        recorded_as_of: Word = None,
    ) -> Response:
        """Incidents as GeoJSON, in order of time."""
        _only_crs84(crs, bbox_crs)
        wanted = wanted_of(
            state=state,
            domain=domain,
            actor=actor,
            verification=verification,
            tlp=tlp,
            workflow=workflow,
            text=text,
            box=bbox,
            mark="",
        )
        times, audience = times_of(as_of, recorded_as_of), who_of(request).audience
        limit, offset = min(limit, MOST), min(offset, 2**31)
        store = held.store
        rows = register_features.found(store, wanted, times, interval_of(datetime), audience)
        some = register.page_of(store, rows, times, audience, offset, limit)
        return page(
            request,
            "incidents",
            list(register_features.features(some)),
            matched=some.matched,
            offset=offset,
            limit=limit,
            said={"audience": f"TLP:{audience.value}"},
        )

    @app.get("/collections/areas/items", openapi_extra=reader, tags=tags)
    def areas(
        request: Request,
        bbox: Bbox = None,
        datetime: When = None,
        limit: Number = 100,
        offset: Start = 0,
        crs: Crs = None,
        bbox_crs: Annotated[Crs, Query(alias="bbox-crs")] = None,
        layer: Word = None,
    ) -> Response:
        """The areas that the watch looks at, as GeoJSON."""
        _only_crs84(crs, bbox_crs)
        asked = {"layer": layer}
        return _moving(held, request, moving.areas, asked, bbox, datetime, limit, offset)

    @app.get("/collections/tracks/items", openapi_extra=reader, tags=tags)
    def tracks(
        request: Request,
        bbox: Bbox = None,
        datetime: When = None,
        limit: Number = 100,
        offset: Start = 0,
        crs: Crs = None,
        bbox_crs: Annotated[Crs, Query(alias="bbox-crs")] = None,
        kind: Word = None,
        callsign: Word = None,
        area: Word = None,
        state: Word = None,
    ) -> Response:
        """What the watch follows now, as GeoJSON."""
        _only_crs84(crs, bbox_crs)
        asked = {"kind": kind, "callsign": callsign, "area": area, "state": state}
        return _moving(held, request, moving.tracks, asked, bbox, datetime, limit, offset)

    @app.get("/collections/alerts/items", openapi_extra=reader, tags=tags)
    def alerts(
        request: Request,
        bbox: Bbox = None,
        datetime: When = None,
        limit: Number = 100,
        offset: Start = 0,
        crs: Crs = None,
        bbox_crs: Annotated[Crs, Query(alias="bbox-crs")] = None,
        kind: Word = None,
        state: Word = None,
        rule: Word = None,
        area: Word = None,
        layer: Word = None,
        track: Word = None,
        severity: Severity = None,
    ) -> Response:
        """What the watch told, as GeoJSON, in the order of the cost of waiting."""
        _only_crs84(crs, bbox_crs)
        asked = {
            "kind": kind,
            "state": state,
            "rule": rule,
            "area": area,
            "layer": layer,
            "track": track,
            "severity": severity,
        }
        return _moving(held, request, moving.alerts, asked, bbox, datetime, limit, offset)

    @app.get("/collections/{collection}/items", openapi_extra=reader, tags=tags)
    def unknown_items(collection: str) -> Response:
        """Of another collection: there is none."""
        raise _no_collection(collection)

    @app.get("/collections/{collection}/items/{feature}", openapi_extra=reader, tags=tags)
    def item(request: Request, collection: str, feature: str) -> Response:
        """One feature."""
        _one(held, collection)
        audience = who_of(request).audience
        if collection == "incidents":
            found, _ = register.one(held.store, _link(feature), times_of(None, None), audience)
            return one(request, collection, feature_of(found))
        state = held.live.state(audience)
        for each in _OF[collection](state):
            if each["id"] == feature:
                return one(request, collection, each)
        raise Problem(404, f'no feature "{feature[:120]}" in {collection}')


_OF: dict[str, Callable[[Json], Iterator[Json]]] = {
    "areas": moving.areas,
    "tracks": moving.tracks,
    "alerts": moving.alerts,
}


def _moving(
    held: Held,
    request: Request,
    made: Callable[[Json], Iterable[Json]],
    asked: Json,
    bbox: str | None,
    datetime: str | None,
    limit: int,
    offset: int,
) -> Response:
    """Return a page of the watch's features that meet what is asked."""
    state = held.live.state(who_of(request).audience)
    box, when = box_of(bbox, "bbox"), interval_of(datetime)
    Filter(box=box)  # refuses what is no box on Earth
    limit, offset = min(limit, MOST), min(offset, 2**31)
    wanted = {name: value for name, value in asked.items() if value is not None}
    found = [
        each
        for each in made(state)
        if all(each["properties"].get(name) == value for name, value in wanted.items())
        and moving.meets_time(each, when)
        and moving.meets_box(each["geometry"], box)
    ]
    name = next(name for name, maker in _OF.items() if maker is made)
    some = found[offset : offset + limit]
    said = {"synthetic": state["synthetic"]}
    return page(request, name, some, matched=len(found), offset=offset, limit=limit, said=said)


def _there(held: Held) -> list[Collection]:
    names = [*(["incidents"] if held.has_store else []), *(_OF if held.herald is not None else [])]
    return [COLLECTIONS[name] for name in names]


def _one(held: Held, name: str) -> Collection:
    for each in _there(held):
        if each.id == name:
            return each
    raise _no_collection(name)


def _no_collection(name: str) -> Problem:
    return Problem(404, f'no collection "{name[:120]}" here', hint="see /collections")


def _extent(one: Collection) -> Json:
    """Return where and when a collection may hold something: nothing is taken for granted."""
    spatial = {"bbox": [[-180.0, -90.0, 180.0, 90.0]], "crs": CRS84}
    return {"spatial": spatial, "temporal": {"interval": [[None, None]], "trs": GREGORIAN}}


def _link(name: str) -> Link:
    try:
        return link_of(name)
    except UsageError:
        raise Problem(404, f'no feature "{name[:120]}" in incidents') from None


def _only_crs84(*names: str | None) -> None:
    for name in names:
        if name is not None and name != CRS84:
            raise Problem(400, f'coordinates are in CRS84 only, not "{name[:120]}"', hint=CRS84)


def _prefers_html(accept: str) -> bool:
    """Return whether a browser asks: HTML is named, and JSON is not named before it."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    html = next((n for n, kind in enumerate(kinds) if kind == "text/html"), None)
    json = next((n for n, kind in enumerate(kinds) if kind == "application/json"), None)
    return html is not None and (json is None or html < json)


def _landing(base: str) -> Json:
    described = "application/vnd.oai.openapi+json;version=3.1"
    return {
        "title": "tocsin",
        "description": "Incidents, cases and a watch: what happened, how sure, and who says what.",
        "links": [
            link(f"{base}/?f=json", "self", "application/json", "This page"),
            link(f"{base}/?f=html", "alternate", "text/html", "This page for people"),
            link(f"{base}/openapi.json", "service-desc", described, "The API, defined"),
            link(f"{base}/?f=html", "service-doc", "text/html", "The API, for people"),
            link(f"{base}/conformance", "conformance", "application/json", "Conformance"),
            link(
                f"{base}/conformance",
                "http://www.opengis.net/def/rel/ogc/1.0/conformance",
                "application/json",
                "Conformance",
            ),
            link(f"{base}/collections", "data", "application/json", "Collections"),
            link(
                f"{base}/collections",
                "http://www.opengis.net/def/rel/ogc/1.0/data",
                "application/json",
                "Collections",
            ),
        ],
    }
