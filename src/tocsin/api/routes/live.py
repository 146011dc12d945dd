"""The watch: its state, its changes as they come, and what people say to it."""

from __future__ import annotations

import time
from typing import Literal

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from tocsin.api.gate import needs
from tocsin.api.held import Held
from tocsin.api.problem import Problem
from tocsin.api.role import Access
from tocsin.api.who import Who, who_of
from tocsin.errors import IncidentError
from tocsin.run.live.board import Said
from tocsin.schema import Moment
from tocsin.schema.live import plain

_LONGEST_SNOOZE_NS = 24 * 3600 * 10**9


class Handled(BaseModel):
    """What somebody does with an alert."""

    model_config = ConfigDict(extra="forbid")
    action: Literal["acknowledge", "snooze", "reopen"]
    reason: str = Field(min_length=1, max_length=500)
    until_utc: str | None = Field(None, max_length=40)


class Tested(BaseModel):
    """Why somebody presses the button."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(min_length=1, max_length=500)


def add(app: FastAPI, held: Held) -> None:
    """Add the paths."""

    @app.get("/api/live", openapi_extra=needs(Access.READER), tags=["live"])
    def live(request: Request) -> Response:
        """The whole state: tracks, alerts, feeds, jammed areas, and the areas watched."""
        return JSONResponse(held.live.state(who_of(request).audience))

    @app.get(
        "/api/live/events",
        openapi_extra=needs(Access.READER),
        tags=["live"],
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def events(request: Request) -> Response:
        """Server-sent events: `reset` with the whole state, then `change` for each change."""
        who, herald = who_of(request), held.live
        herald.marked.check(who.audience)
        herald.open_stream(who.key)
        stream = herald.stream(who.key, who.audience, lambda: _still(held, request, who))
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    @app.post(
        "/api/live/alerts/{alert}",
        openapi_extra=needs(Access.ANALYST),
        tags=["live"],
        status_code=202,
    )
    def handle(request: Request, alert: str, told: Handled) -> dict[str, str]:
        """Acknowledge, snooze or reopen an alert, with a reason."""
        who = who_of(request)
        board = held.live.board
        found = board.alert(alert)
        if found is None:
            raise Problem(404, "no such alert is held")
        until_ns = _until(told)
        before = plain(found)
        said = Said(told.action, who.name or "", told.reason, alert, until_ns)
        if not board.say(said):
            raise Problem(503, "too much waits for the watch", headers={"retry-after": "5"})
        held.audit(
            who,
            f"alert.{told.action}",
            alert,
            why=told.reason,
            before={"state": before["state"], "revision": before["revision"]},
            after={"action": told.action, "until": told.until_utc},
        )
        return {"status": "accepted"}

    @app.post("/api/live/test", openapi_extra=needs(Access.ANALYST), tags=["live"], status_code=202)
    def test(request: Request, told: Tested) -> dict[str, str]:
        """Ring a test: an alert that says it is one goes the whole way."""
        who = who_of(request)
        if not held.live.board.say(Said("test", who.name or "", told.reason)):
            raise Problem(503, "too much waits for the watch", headers={"retry-after": "5"})
        held.audit(who, "alert.test", "test", why=told.reason)
        return {"status": "accepted"}


def _until(told: Handled) -> int | None:
    """Return the end of a snooze; raise Problem where there is none, or where none is meant."""
    if told.action != "snooze":
        if told.until_utc is not None:
            raise Problem(400, f"to {told.action} has no end", hint="leave out until_utc")
        return None
    if told.until_utc is None:
        raise Problem(400, "a snooze has an end", hint="until_utc, as 2025-09-19T07:30:00Z")
    try:
        until_ns = Moment.of(told.until_utc).earliest_ns
    except IncidentError as error:
        raise Problem(400, f"until_utc: {error.problem}", hint=error.hint) from None
    now_ns = time.time_ns()
    if until_ns is None or not now_ns < until_ns <= now_ns + _LONGEST_SNOOZE_NS:
        raise Problem(400, "a snooze ends within 24 hours from now")
    return until_ns


def _still(held: Held, request: Request, who: Who) -> bool:
    """Return whether whoever reads a stream may still: not signed out, not disabled."""
    try:
        now = held.who(request)
    except Problem:
        return False
    return now.name == who.name and now.role == who.role
