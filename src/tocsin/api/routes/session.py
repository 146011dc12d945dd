"""Signing in and out, and who one is."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tocsin import __version__
from tocsin.api.accounts import session
from tocsin.api.gate import check_csrf, needs
from tocsin.api.held import Held
from tocsin.api.problem import Problem
from tocsin.api.role import Access
from tocsin.api.who import address_of, who_of
from tocsin.register.workflow import person_key


class SignIn(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=120)
    password: str = Field(min_length=1, max_length=4096)


def add(app: FastAPI, held: Held) -> None:
    """Add the paths."""

    @app.get("/api/session", openapi_extra=needs(Access.OPEN), tags=["session"])
    def session_now(request: Request) -> dict[str, object]:
        """Who asks, what they may, and the token that changes need."""
        who = who_of(request)
        user = None
        if who.name is not None and who.role is not None:
            user = {"name": who.name, "roles": who.role.held, "reads": who.audience.value}
        return {
            "user": user,
            "demo": held.serving.demo,
            "csrf": who.csrf,
            "version": __version__,
            "tlp": who.audience.value,
            "synthetic": held.serving.demo
            or (held.herald is not None and held.herald.board.synthetic),
        }

    @app.post("/api/session", openapi_extra=needs(Access.OPEN), tags=["session"], status_code=204)
    def begin(request: Request, told: SignIn) -> Response:
        """Sign in: 204 and a cookie."""
        response = Response(status_code=204)
        set_cookie(held, response, signed_in(held, request, told.name, told.password))
        return response

    @app.delete("/api/session", openapi_extra=needs(Access.OPEN), tags=["session"], status_code=204)
    def end(request: Request) -> Response:
        """Sign out."""
        who = who_of(request)
        response = Response(status_code=204)
        if who.session is not None and who.name is not None:
            check_csrf(who, request.headers.get("x-csrf-token", ""))
            signed_out(held, request, response)
        return response


def signed_in(held: Held, request: Request, name: str, password: str) -> str:
    """Return the secret of a new session; raise Problem for a pair that is none."""
    accounts, address, key = held.people, address_of(request), person_key(name)
    wait_s = held.failures.wait_s(key, address)
    if wait_s > 0:
        raise Problem(
            429,
            "too many tries",
            hint=f"wait {wait_s / 60:.0f} minutes",
            headers={"retry-after": str(int(wait_s) + 1)},
        )
    held.failures.add(key, address)
    secret = session.begin(accounts, name, password, address, request.cookies.get(held.cookie))
    if secret is None:
        raise Problem(401, "name and password are no pair")
    held.failures.take_back(key, address)
    return secret


def signed_out(held: Held, request: Request, response: Response) -> None:
    """End the session of a request, and take the cookie back."""
    who = who_of(request)
    if who.session is not None and who.name is not None:
        session.end(held.people, who.session, who.name, who.address)
    response.delete_cookie(
        held.cookie, httponly=True, samesite="strict", secure=held.serving.secure, path="/"
    )


def set_cookie(held: Held, response: Response, secret: str) -> None:
    """Give a browser its cookie: not for scripts, not for other sites, not past TLS."""
    response.set_cookie(
        held.cookie,
        secret,
        max_age=session.AGE_NS // 10**9,
        httponly=True,
        samesite="strict",
        secure=held.serving.secure,
        path="/",
    )
