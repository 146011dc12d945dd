"""The pages: sign-in, the register, an incident, a draft, dossiers; and what their forms do."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from tocsin.api import register
from tocsin.api.accounts import saved
from tocsin.api.cases import FILES
from tocsin.api.edge import CSP_DOSSIER
from tocsin.api.gate import needs
from tocsin.api.held import Held
from tocsin.api.pages.listing import listing
from tocsin.api.pages.look import render, see_other
from tocsin.api.pages.record import difference, draft, record
from tocsin.api.problem import Problem, of_error
from tocsin.api.rate import rate_of
from tocsin.api.role import Access
from tocsin.api.routes.asked import Offset, Question, Word
from tocsin.api.routes.bundle import inside, web
from tocsin.api.routes.session import set_cookie, signed_in, signed_out
from tocsin.api.who import who_of
from tocsin.api.workflow import Step, act, dissented, written
from tocsin.dossier import incident as dossier
from tocsin.errors import TocsinError
from tocsin.register.link import Link, link_of
from tocsin.register.query import NOW
from tocsin.register.workflow import Action
from tocsin.run import register_dossier

_HERE = "tocsin.api.pages"
_STEPS = (Action.APPROVE, Action.ADJUDICATE, Action.RELEASE, Action.RETURN)
Order = Annotated[str, Query(pattern="^(newest|oldest)$")]
Number = Annotated[int, Query(ge=1, le=1_000_000)]


def add(app: FastAPI, held: Held) -> None:
    """Add the paths."""
    page: dict[str, Any] = {"tags": ["pages"], "response_class": HTMLResponse}
    reader = needs(Access.READER, page=True)
    write = needs(Access.ANALYST, form=True)

    @app.get("/login", openapi_extra=needs(Access.OPEN), **page)
    def login(request: Request, next: Word = None) -> Response:
        """The form to sign in."""
        return _login(held, request, next)

    @app.post("/login", openapi_extra=needs(Access.OPEN, form=True), **page)
    def signing_in(request: Request) -> Response:
        """Sign in by the form."""
        told = request.state.form
        try:
            secret = signed_in(held, request, told.get("name", ""), told.get("password", ""))
        except (Problem, TocsinError) as error:
            refused = error if isinstance(error, Problem) else of_error(error)
            said = f"{refused.detail}{'; ' + refused.hint if refused.hint else ''}"
            return _login(held, request, told.get("next"), said, refused)
        response = see_other(_own(told.get("next")))
        set_cookie(held, response, secret)
        return response

    @app.post("/logout", openapi_extra=needs(Access.READER, form=True), **page)
    def signing_out(request: Request) -> Response:
        """Sign out by the button."""
        response = see_other("/login")
        signed_out(held, request, response)
        return response

    @app.get("/register", openapi_extra=needs(Access.READER, page=True), **page)
    def incidents(
        request: Request, question: Question, offset: Offset = 0, order: Order = "newest"
    ) -> Response:
        """The register: filters, counts, calendar, run chart, table."""
        return listing(held, request, question, offset, order)

    @app.get("/register/chart.svg", openapi_extra=needs(Access.READER), tags=["pages"])
    def chart(
        request: Request,
        state: Word = None,
        domain: Word = None,
        as_of: Word = None,
        theme: Literal["dark", "light"] = "dark",
    ) -> Response:
        """The run chart with the line of reporting effort."""
        svg = _chart(held, request, state or None, domain or None, as_of or None)
        # As the page is, whatever the machine prefers; on paper the page turns it round.
        where = "all" if theme == "dark" else "not all"
        svg = svg.replace("@media (prefers-color-scheme:dark)", f"@media {where}")
        return Response(svg, media_type="image/svg+xml")

    @app.post("/register/saved", openapi_extra=needs(Access.READER, form=True), **page)
    def save(request: Request) -> Response:
        """Keep a filter under a name."""
        told, who = request.state.form, who_of(request)
        if who.name is None:
            raise Problem(403, "the demo is read-only")
        if told.get("forget"):
            saved.forget(held.people, who.name, told["forget"])
        else:
            saved.keep(held.people, who.name, told.get("name", ""), told.get("query", ""))
        return see_other(f"/register?{_plain(told.get('query', ''))}")

    @app.get("/register/{name}", openapi_extra=reader, **page)
    def incident(
        request: Request, name: str, as_of: Word = None, recorded_as_of: Word = None
    ) -> Response:
        """One incident: what is said and by whom, revisions, dissent."""
        return record(held, request, name, as_of or None, recorded_as_of or None)

    @app.get("/register/{name}/diff", openapi_extra=reader, **page)
    def diff(request: Request, name: str, a: Number, b: Number) -> Response:
        """Two revisions beside each other."""
        return difference(held, request, name, a, b)

    @app.get("/draft", openapi_extra=needs(Access.ANALYST, page=True), **page)
    def new(request: Request, incident: Word = None) -> Response:
        """The form of a draft."""
        return draft(held, request, incident or None)

    @app.post("/draft", openapi_extra=write, **page)
    def drafted(request: Request) -> Response:
        """Write a draft by the form; where it is refused the form comes back with the reason."""
        told = request.state.form
        name, text = told.get("incident") or None, told.get("text", "")
        base = int(told["base"]) if told.get("base", "").isdecimal() else None
        reason = told.get("reason", "")
        try:
            content = json.loads(text)
            if not isinstance(content, dict):
                raise Problem(400, "an incident is an object with fields")
            done = written(held, who_of(request), content, reason, base, edit=name is not None)
        except (Problem, TocsinError, ValueError, RecursionError) as error:
            refused = _refused(error)
            return draft(
                held,
                request,
                name,
                text=text,
                reason=reason,
                base=base,
                refused=f"{refused.detail}{'; ' + refused.hint if refused.hint else ''}",
                status=refused.status,
            )
        return see_other(f"/register/{done.link}")

    def step(action: Action, access: Access) -> None:
        @app.post(
            f"/register/{{name}}/{action.value}",
            openapi_extra=needs(access, form=True),
            name=f"page_{action.value}",
            **page,
        )
        def taken(request: Request, name: str) -> Response:
            told, link = request.state.form, link_of(name)
            wish = Step(link.incident, action, told.get("reason", ""), link.number)
            act(held, who_of(request), wish)
            return see_other(f"/register/{link.incident}")

    for action in _STEPS:
        step(action, Access.APPROVER)
    step(Action.REOPEN, Access.ANALYST)

    @app.post("/register/{name}/dissent", openapi_extra=write, name="page_dissent", **page)
    def dissent(request: Request, name: str) -> Response:
        """Record a dissent by the form."""
        told, link = request.state.form, link_of(name)
        dissented(held, who_of(request), link, told.get("says", ""), told.get("finding", ""))
        return see_other(f"/register/{link}")

    @app.get("/dossier/{name}", openapi_extra=reader, **page)
    def one_dossier(request: Request, name: str) -> Response:
        """The dossier of a case, else of an incident of the register, to read and to print."""
        return _dossier(held, request, name)

    @app.get("/pages/{file}", openapi_extra=needs(Access.OPEN), tags=["pages"])
    def looks(file: str) -> Response:
        """The style of these pages, and their font."""
        return _look(file)


def _login(
    held: Held,
    request: Request,
    next: str | None,
    refused: str = "",
    problem: Problem | None = None,
) -> Response:
    values = {"next": _own(next), "refused": refused}
    status = problem.status if problem is not None else 200
    response = render(held, request, "login.html.j2", values, here="", status=status)
    if problem is not None:
        response.headers.update(problem.headers)
    return response


def _own(path: str | None) -> str:
    """Return a path of this site: what would lead elsewhere leads to the first page."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/"
    return path if path.isprintable() and path.isascii() and " " not in path else "/"


def _plain(query: str) -> str:
    """Return a query that may stand in a header; what could not be one is left out."""
    return query if query.isascii() and query.isprintable() and " " not in query else ""


def _refused(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, TocsinError):
        return of_error(error)
    return Problem(400, f"this is no JSON: {error}")


def _chart(
    held: Held, request: Request, state: str | None, domain: str | None, as_of: str | None
) -> str:
    told = rate_of(held, state, domain, as_of, who_of(request).audience, 0)
    if told.svg is None:
        raise Problem(404, "; ".join(told.words))
    return told.svg


def _dossier(held: Held, request: Request, name: str) -> Response:
    audience = who_of(request).audience
    headers = {"content-security-policy": CSP_DOSSIER}
    if any(case.id == name for case in held.cases.listed(audience)):
        data = held.cases.file(name, "dossier.html", audience)
        return Response(data, media_type=FILES["dossier.html"], headers=headers)
    link = link_of(name)
    item, _ = register.one(held.store, link, NOW, audience)
    told = register_dossier.given(held.store, Link(item.incident.id, item.number), NOW, audience)
    return Response(
        dossier.page(dossier.document(told)), media_type=FILES["dossier.html"], headers=headers
    )


def _look(file: str) -> Response:
    from importlib.resources import files
    from pathlib import Path

    if file == "plex.ttf":
        font = Path(str(files("tocsin.dossier"))) / "fonts" / "IBMPlexSans.ttf"
        return FileResponse(font, media_type="font/ttf", headers={"cache-control": _DAY})
    if file == "pages.css":
        style = Path(str(files(_HERE))) / "pages.css"
        return FileResponse(style, media_type="text/css", headers={"cache-control": "no-cache"})
    found = inside(file, web() / "dist" / "assets") if file == "register.js" else None
    if found is None:
        raise Problem(404, "no such file")
    return FileResponse(found, media_type="text/javascript", headers={"cache-control": "no-cache"})


_DAY = "public, max-age=86400"
