"""The page around the findings: one template, every text escaped, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from jinja2 import Environment

#: Traffic Light Protocol 2.0 (FIRST, August 2022): label -> colour of the text on black.
TLP = {
    "RED": "#FF2B2B",
    "AMBER": "#FFC000",
    "AMBER+STRICT": "#FFC000",
    "GREEN": "#33FF00",
    "CLEAR": "#FFFFFF",
}


def page(values: dict[str, Any], template: str = "dossier.html.j2") -> str:
    """Return the HTML of a page; a name that the template needs and is not given is an error."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    """Return what reads templates: each is compiled once a process."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # half of this room's loading

    environment = Environment(
        loader=PackageLoader("tocsin.dossier"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["css"] = css_string
    return environment


def tlp(label: object) -> tuple[str, str]:
    """Return (label, colour) of a TLP 2.0 mark, two empty strings where none is given."""
    name = str(label or "").upper().removeprefix("TLP:").strip()
    if not name:
        return "", ""
    if name not in TLP:
        raise UsageError(f'"{label}" is no TLP 2.0 label', hint=f"choose one of {', '.join(TLP)}")
    return name, TLP[name]


def css_string(text: object) -> Markup:
    """Return text as the inside of a CSS string: all but letters, digits and space escaped.

    Inside <style> HTML escapes are not read, so this is what keeps a case id from closing it.
    """
    return Markup(  # noqa: S704 - only [A-Za-z0-9 ._:+-] and \HEX remain
        re.sub(r"[^A-Za-z0-9 ._:+-]", lambda m: f"\\{ord(m[0]):x} ", str(text))
    )


def markup(svg: str) -> Markup:
    """Return a figure of our own making as safe; its texts were escaped when it was drawn."""
    return Markup(svg)  # noqa: S704
