"""Pages of features, with their links, as the standard wants them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from tocsin.api.ogc.collections import CRS84, GEOJSON, link
from tocsin.schema.moment import utc

Json = dict[str, Any]
MOST = 1000  # features of a page; a larger limit is this one (fc-limit-response)


def base_of(request: Request) -> str:
    """Return the address of this server as the client wrote it."""
    return str(request.base_url).rstrip("/")


def page(
    request: Request,
    collection: str,
    features: Sequence[Json],
    *,
    matched: int,
    offset: int,
    limit: int,
    said: Mapping[str, Any] | None = None,
) -> Response:
    """Return a page of a collection: its features, how many there are, and where the others are."""
    base = base_of(request)
    here = f"{base}/collections/{collection}"
    asked = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in ("offset", "limit")
    ]

    def at(start: int) -> str:
        return f"{here}/items?{urlencode([*asked, ('limit', limit), ('offset', start)])}"

    links = [
        link(str(request.url), "self", GEOJSON, "This page"),
        link(here, "collection", "application/json", "The collection"),
    ]
    if offset + len(features) < matched and features:
        links.append(link(at(offset + limit), "next", GEOJSON, "The next page"))
    if offset:
        links.append(link(at(max(0, offset - limit)), "prev", GEOJSON, "The page before"))
    return geojson(
        {
            "type": "FeatureCollection",
            "timeStamp": utc(time.time_ns() // 10**9 * 10**9, 0),
            "numberMatched": matched,
            "numberReturned": len(features),
            "links": links,
            **(said or {}),
            "features": list(features),
        }
    )


def one(request: Request, collection: str, feature: Json) -> Response:
    """Return one feature."""
    here = f"{base_of(request)}/collections/{collection}"
    links = [
        link(str(request.url), "self", GEOJSON, "This feature"),
        link(here, "collection", "application/json", "The collection"),
    ]
    return geojson({**feature, "links": links})


def geojson(value: Json) -> Response:
    body = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return Response(body, media_type=GEOJSON, headers={"content-crs": f"<{CRS84}>"})
