"""The frame of every page: templates, marks, ways to go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from fastapi import Request, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from tocsin import __version__
from tocsin.api.held import Held
from tocsin.api.who import who_of
from tocsin.dossier.html import TLP, markup
from tocsin.register.exchange.item import strictest
from tocsin.schema import Tlp

_NAV = (
    ("watch", "/watch", "Watch"),
    ("incidents", "/", "Incidents"),
    ("register", "/register", "Register"),
    ("bell", "/bell", "Bell"),
)


@cache
def templates() -> Environment:
    """Return the templates; every value is escaped, and a missing one is an error."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("tocsin.api.pages"), PackageLoader("tocsin.dossier")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["svg"] = markup
    return made


def render(
    held: Held,
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    here: str,
    marks: Iterable[Tlp] = (),
    synthetic: bool = False,
    status: int = 200,
) -> Response:
    """Return a page.

    here       which of the ways to go is this one
    marks      of all that stands on the page: it is marked as the strictest
    synthetic  whether anything on it was made up
    """
    who = who_of(request)
    label = strictest(Tlp.CLEAR, *marks).value
    text = (
        templates()
        .get_template(template)
        .render(
            {
                "nav": _NAV,
                "here": here,
                "tlp": label,
                "tlp_colour": TLP[label],
                "synthetic": synthetic,
                "user": who.name,
                "role": who.role.value if who.role and who.name else "",
                "reads": who.audience.value,
                "csrf": who.csrf,
                "demo": held.serving.demo,
                "version": __version__,
                "path": request.url.path,
                **values,
            }
        )
    )
    return Response(text, status, media_type="text/html; charset=utf-8")


def see_other(path: str) -> Response:
    """Return the answer to a form: look there."""
    return Response(status_code=303, headers={"location": path})
