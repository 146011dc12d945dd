"""The one place where a request is let in or refused, before anything of it is read.

Every path states the access it needs under `x-access` of its OpenAPI entry; a path without one
cannot be made.  The order: who asks, may they, does a change that a cookie stands for carry its
token, and is every parameter one that the path knows.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from tocsin.api.problem import Problem
from tocsin.api.role import Access, Role
from tocsin.api.serving import Serving
from tocsin.api.who import Who

X_ACCESS = "x-access"
_ANY_QUERY = "x-any-query"
_PAGE = "x-page"
_FORM = "x-form"
_MOST_FIELDS = 100
SAFE = frozenset({"GET", "HEAD"})
CSRF = "x-csrf-token"


class Doorkeeper(Protocol):
    """Who knows the people."""

    serving: Serving

    def who(self, request: Request) -> Who:
        """Return who asks; raise Problem for a credential that is none."""
        ...


def needs(
    access: Access | Role,
    *,
    page: bool = False,
    form: bool = False,
    any_query: bool = False,
    **extra: Any,
) -> dict[str, Any]:
    """Return the `openapi_extra` of a path.

    page       a person opens it: who is not signed in is led to the form
    form       its body is that of an HTML form, which carries the token in a field `csrf`
    any_query  parameters that the server does not read are left to a script
    """
    return {X_ACCESS: access.value, _PAGE: page, _FORM: form, _ANY_QUERY: any_query, **extra}


def access_of(route: APIRoute) -> Access:
    """Return what a path needs; raise ValueError for one that does not say."""
    told = (route.openapi_extra or {}).get(X_ACCESS)
    if told is None:
        raise ValueError(f"{route.path} does not say who may ask for it: use `needs`")
    return Access(told)


class Gated(APIRoute):
    """A path behind the gate."""

    keeper: Doorkeeper  # set on a subclass for each app, by `gated`

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        access_of(self)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()
        access, extra = access_of(self), self.openapi_extra or {}
        page, form = bool(extra.get(_PAGE)), bool(extra.get(_FORM))
        any_query = bool(extra.get(_ANY_QUERY))
        known = _parameters(self)
        keeper = self.keeper

        async def handler(request: Request) -> Response:
            try:
                who = request.state.who = await run_in_threadpool(keeper.who, request)
                _let_in(who, access, keeper.serving, request)
                if request.method not in SAFE:
                    _same_origin(request)
                    token = request.headers.get(CSRF, "")
                    if form:
                        request.state.form = await _fields(request)
                        token = request.state.form.get("csrf", token)
                    if access is not Access.OPEN:
                        check_csrf(who, token)
            except Problem as refused:
                if page and refused.status == 401 and request.method == "GET":
                    return _to_the_form(request)
                raise
            if not any_query:
                for name in request.query_params:
                    if name not in known:
                        wanted = ", ".join(sorted(known)) or "none"
                        raise Problem(400, f'no parameter "{name}"', hint=f"known: {wanted}")
            return await inner(request)

        return handler


def is_page(request: Request) -> bool:
    """Return whether a person opened this: a page, one of its forms, or a path that is none."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return not request.url.path.startswith(("/api", "/collections"))
    extra = route.openapi_extra or {}
    return bool(extra.get(_PAGE) or extra.get(_FORM))


def gated(keeper: Doorkeeper) -> type[Gated]:
    """Return the class of the routes of one app."""
    return type("GatedRoute", (Gated,), {"keeper": keeper})


def _let_in(who: Who, access: Access, serving: Serving, request: Request) -> None:
    """Return where a request may go on; raise Problem where not."""
    role = access.role
    if role is None and access is Access.LOOPBACK and not serving.private:
        role = Role.READER
    if role is not None and not who.may(role):
        if who.name is not None:
            raise Problem(403, f"{who.name} is no {role.value}")
        if serving.demo:
            raise Problem(403, "the demo is read-only", hint="start tocsin serve with a store")
        raise Problem(
            401,
            "sign in first",
            hint="POST /api/session, or send a token",
            headers={"www-authenticate": 'Bearer realm="tocsin"'},
        )


def check_csrf(who: Who, token: str) -> None:
    """Raise Problem where a change that a cookie stands for lacks its token."""
    if not token and who.session is not None:
        raise Problem(403, f"the header {CSRF} is missing", hint="its value: GET /api/session")
    if who.session is not None and not hmac.compare_digest(token.encode(), who.csrf.encode()):
        raise Problem(403, f"the header {CSRF} is wrong", hint="its value: GET /api/session")


def _same_origin(request: Request) -> None:
    """Raise Problem where a browser says that the request comes from another site."""
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        raise Problem(403, "changes come from this site's own pages only")
    origin = request.headers.get("origin")
    if origin == "null" and site == "same-origin":
        return  # a form of our own: with the policy `no-referrer` a browser names no origin
    if origin is not None and urlsplit(origin).netloc.lower() != _host(request):
        raise Problem(403, "changes come from this site's own pages only")


async def _fields(request: Request) -> dict[str, str]:
    """Return the fields of a form; raise Problem for a body that is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Problem(415, "send the fields of a form", hint="application/x-www-form-urlencoded")
    try:
        text = (await request.body()).decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Problem(400, "the fields cannot be read") from None


def _host(request: Request) -> str:
    return request.headers.get("host", "").lower()


def _parameters(route: APIRoute) -> frozenset[str]:
    """Return the parameters of a path, those of what it depends on included."""
    names: set[str] = set()
    waiting = [route.dependant]
    while waiting:
        one = waiting.pop()
        names.update(each.alias for each in one.query_params)
        waiting += one.dependencies
    return frozenset(names)


def _to_the_form(request: Request) -> Response:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Response(
        status_code=303,
        headers={"location": f"/login?next={quote(asked, safe='')}", "cache-control": "no-store"},
    )
