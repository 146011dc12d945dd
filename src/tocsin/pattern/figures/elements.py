"""The smallest marks on a page, as SVG text: the same value gives the same bytes.

Blue and orange are Okabe and Ito's, told apart by colour-blind readers; nothing may be told by
colour alone.  Each element carries its light colour as an attribute, so that any reader draws it;
`dark` is the one style rule that turns those colours on a dark screen.  Coordinates are tenths of
a point.
"""

from __future__ import annotations

import re
from html import escape
from typing import Literal

#: Colour names of marks, light screen and paper, then dark screen.
COLOURS = {
    "blue": ("#0072B2", "#56B4E9"),
    "orange": ("#D55E00", "#E69F00"),
    "ink": ("#1B2733", "#E6EBF0"),
    "faint": ("#5B6875", "#A3AFBB"),
    "grid": ("#DDE3E9", "#2C3742"),
    "paper": ("#FFFFFF", "#12181F"),
    "panel": ("#F7F9FB", "#182029"),
    "unseen": ("#8A95A0", "#6D7883"),
}
Colour = Literal["blue", "orange", "ink", "faint", "grid", "paper", "panel", "unseen"]
Anchor = Literal["start", "middle", "end"]

FONT = "system-ui, 'DejaVu Sans', Arial, sans-serif"
SIZE = 11.0  # of text, in points
_NOT_XML = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WIDE = 0.56  # of a letter, in ems: on average, and rather too much than too little


def short(value: float, places: int = 1) -> str:
    """Return a coordinate as short as it goes: "12", "0.5", never "-0"."""
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def words(text: str) -> str:
    """Return text fit to stand in XML; characters that XML does not have become U+FFFD."""
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def width_of(text: str) -> float:
    """Return how wide a text is at most, in points: fonts differ, so it is an estimate."""
    return SIZE * WIDE * len(text)


def rect(x: float, y: float, width: float, height: float, look: str) -> str:
    size = f'width="{short(max(width, 0.0))}" height="{short(max(height, 0.0))}"'
    return f'<rect x="{short(x)}" y="{short(y)}" {size} {look}/>'


def stroked(way: str, colour: Colour, width: float = 1.0, dash: str = "") -> str:
    """Return an open line; `way` is the path's own language, `dash` such as "4 3"."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{way}" fill="none" {stroke(colour)} stroke-width="{short(width)}"{dashed}/>'


def dot(x: float, y: float, r: float, look: str, tip: str = "") -> str:
    place = f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(r)}" {look}'
    return f"{place}><title>{words(tip)}</title></circle>" if tip else f"{place}/>"


def write(
    x: float,
    y: float,
    text: str,
    anchor: Anchor,
    colour: Colour,
    *,
    bold: bool = False,
    turn: bool = False,
    size: float = SIZE,
) -> str:
    """Return a text on its base line; `turn` has it run up the page."""
    look = f' text-anchor="{anchor}"' if anchor != "start" else ""
    look += ' font-weight="600"' if bold else ""
    look += f' font-size="{short(size)}"' if size != SIZE else ""
    place = f'x="{short(x)}" y="{short(y)}"'
    if turn:
        place = f'transform="translate({short(x)},{short(y)}) rotate(-90)"'
    return f"<text {place}{look} {fill(colour)}>{words(text)}</text>"


def fill(colour: Colour) -> str:
    return f'fill="{COLOURS[colour][0]}"'


def stroke(colour: Colour) -> str:
    return f'stroke="{COLOURS[colour][0]}"'


def dark() -> str:
    """Return the style rule that turns light colours into dark ones where the reader asks."""
    turns = "".join(
        f'.tocsin-figure [{what}="{light}"]{{{what}:{night}}}'
        for light, night in COLOURS.values()
        for what in ("fill", "stroke")
    )
    return f"@media (prefers-color-scheme:dark){{{turns}}}"
