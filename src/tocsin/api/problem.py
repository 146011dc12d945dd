"""Errors as problem details (RFC 9457): a status, a title, a sentence, the next step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Response
from fastapi.exceptions import RequestValidationError

from tocsin.errors import (
    IncidentError,
    IntegrityError,
    RegisterError,
    SourceError,
    TocsinError,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"
_MOST_TOLD = 500  # letters of a sentence: it may quote what was sent


class Problem(Exception):
    """An answer that is no success; raised anywhere in a route."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.hint = status, detail, hint
        self.headers = dict(headers or {})


def answer(problem: Problem) -> Response:
    """Return a problem as a response."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail[:_MOST_TOLD],
    }
    if problem.hint:
        told["hint"] = problem.hint[:_MOST_TOLD]
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    headers = {"cache-control": "no-store", **problem.headers}
    return Response(body, problem.status, headers, media_type=MEDIA_TYPE)


def of_error(error: TocsinError) -> Problem:
    """Return what an error of the rooms is over HTTP.

    The path of a store or a file on this machine is not told.
    """
    place = f"{error.place}: " if error.place else ""
    return Problem(_status(error), f"{place}{error.problem}", hint=error.hint)


def _status(error: TocsinError) -> int:
    if isinstance(error, RegisterError):
        said = error.problem
        if "not in the register" in said or "does not exist" in said or "not known then" in said:
            return 404
        return 403 if "wrote" in said and "cannot" in said else 409
    if isinstance(error, IntegrityError):
        return 500
    if isinstance(error, IncidentError | UsageError):
        return 400
    return 404 if isinstance(error, SourceError) else 409


def of_invalid(error: RequestValidationError) -> Problem:
    """Return what is said of parameters or a body that cannot be read."""
    return Problem(400, "; ".join(_wrong(each) for each in error.errors()[:5]))


def _wrong(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {error['msg']}"
