"""The pages as PDF: the values of the HTML page, laid out by typst.

The values go in as data (`sys.inputs`), never as text of the template, so that nothing a case
says can become code.  Fonts are those that ship here and in typst; the system's are not looked
at, packages are not fetched, and the date is that of the case, so the same values give the same
bytes with the same version of typst.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from html import unescape
from importlib.resources import as_file, files
from typing import Any

from tocsin.dossier.panel import Panel
from tocsin.dossier.sentences import Said
from tocsin.errors import TocsinError

MAIN = "dossier.typ"
FONT = "IBM Plex Sans"  # in `fonts/`, under the SIL Open Font License

#: What the page's style sheet does for figures; a picture in a PDF brings its own.
_SVG_STYLE = (
    "<style>.halo text{paint-order:stroke;stroke:#fff;stroke-width:2.2px;stroke-linejoin:round}"
    "</style>"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def page(values: Mapping[str, Any], at: datetime | None = None, main: str = MAIN) -> bytes:
    """Return the PDF of a page.

    values  what `compose.document` returns, or what another template wants
    at      the moment the document is of; None leaves it undated
    main    the template
    """
    import typst

    told = {key: _plain(value) for key, value in values.items() if not callable(value)}
    told["terms"] = [
        {"word": word, "low": low, "high": high} for word, low, high in values.get("icd203", ())
    ]
    told["dated"] = at is not None
    room = files("tocsin.dossier")
    with as_file(room / "templates") as templates, as_file(room / "fonts") as fonts:
        try:
            made = typst.compile(
                str(templates / main),
                root=str(templates),
                font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(fonts)]),
                sys_inputs={"document": json.dumps(told, ensure_ascii=False, allow_nan=False)},
                timestamp=at or datetime(1970, 1, 1, tzinfo=UTC),
                format="pdf",
            )
        except typst.TypstError as error:
            raise TocsinError(f"the PDF cannot be laid out: {error.message}") from error
    assert isinstance(made, bytes)
    return made


def _plain(value: object) -> Any:
    """Return a value of the page as JSON: dataclasses as tables, figures with their style."""
    if isinstance(value, Panel):
        return {**_plain({"caption": value.caption, "half": value.half}), **_picture(value.svg)}
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: getattr(value, one.name) for one in fields(value)}
        return _plain(told | {"anchor": value.anchor} if isinstance(value, Said) else told)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, str):
        return _CONTROL.sub("\ufffd", str(value))
    return value


def _picture(svg: str) -> dict[str, str]:
    """Return a figure of the page as a file of its own, in the font of the pages, and its words."""
    spoken = re.search(r'aria-label="([^"]*)"', svg)
    text = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    end = text.index(">") + 1
    text = text[:end] + _SVG_STYLE + text[end:].replace("DejaVu Sans", FONT)
    return {"svg": _CONTROL.sub("\ufffd", text), "spoken": unescape(spoken[1]) if spoken else ""}
