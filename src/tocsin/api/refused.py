"""What somebody is told whose request was refused: a page to a person, a problem to a program."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from tocsin.api.gate import is_page
from tocsin.api.held import Held
from tocsin.api.pages.look import render
from tocsin.api.problem import Problem, answer, of_error, of_invalid
from tocsin.api.who import Who
from tocsin.errors import TocsinError

_SAID = {404: "there is nothing here", 405: "this is not done here"}


def add(app: FastAPI, held: Held) -> None:
    """Let every error of the app be told so."""

    def told(request: Request, problem: Problem) -> Response:
        if not (is_page(request) and "text/html" in request.headers.get("accept", "")):
            return answer(problem)
        if not hasattr(request.state, "who"):  # no path was found: nobody has looked who it is
            request.state.who = Who()
        values = {"status": problem.status, "said": problem.detail, "hint": problem.hint}
        page = render(held, request, "refused.html.j2", values, here="", status=problem.status)
        page.headers.update(problem.headers)
        return page

    @app.exception_handler(Problem)
    def _problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return told(request, error)

    @app.exception_handler(TocsinError)
    def _error(request: Request, error: Exception) -> Response:
        assert isinstance(error, TocsinError)
        return told(request, of_error(error))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        said = _SAID.get(error.status_code, str(error.detail))
        return told(request, Problem(error.status_code, said, headers=error.headers))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return told(request, of_invalid(error))
