"""Text as XML 1.0 can hold it, and elements written on one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

#: What is no Char of XML 1.0 (2.2); there is no way to write it, so it is shown as lost.
_NO_CHAR = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: object) -> str:
    """Return text of an element."""
    return escape(_NO_CHAR.sub("\ufffd", str(value)))


def element(name: str, attributes: Mapping[str, object], inner: Iterable[str] = ()) -> str:
    """Return an element; attributes that are None are left out, inner parts are XML already."""
    told = "".join(
        f" {key}={quoteattr(_NO_CHAR.sub(chr(0xFFFD), str(value)), {chr(10): '&#10;'})}"
        for key, value in attributes.items()
        if value is not None
    )
    body = "".join(inner)
    return f"<{name}{told}>{body}</{name}>" if body else f"<{name}{told}/>"


def leaf(name: str, value: object, **attributes: object) -> str:
    """Return an element that holds text."""
    return element(name, attributes, [text(value)])
