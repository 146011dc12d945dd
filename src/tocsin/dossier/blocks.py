"""What a page of sections is made of: each block is drawn alike in HTML and on paper.

A `Section` holds blocks in order.  `kind` is one of

    lead, text, small     a paragraph, by weight
    illustrative          a paragraph that marks numbers which nobody estimated
    heading               a heading within the section
    items                 a list; an item's depth is its indentation
    table                 `head` and `rows`; a cell is its lines, the first of them large
    figure                a picture with a caption
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tocsin.dossier.panel import Panel

MARK = "illustrative"  # stands beside every number that is nobody's estimate
Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list."""

    text: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a section."""

    kind: str
    text: str = ""
    items: tuple[Item, ...] = ()
    head: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()  # of the columns, as shares
    rows: tuple[tuple[Cell, ...], ...] = ()
    panel: Panel | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section of the page."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def said(text: str, kind: str = "text") -> Block:
    """Return a paragraph: lead, text, small, illustrative or heading."""
    return Block(kind, text)


def listed(items: Iterable[str | Item]) -> Block:
    """Return a list."""
    return Block("items", items=tuple(x if isinstance(x, Item) else Item(x) for x in items))


def table(
    head: Sequence[str], rows: Iterable[Sequence[str | Cell]], widths: Sequence[float] = ()
) -> Block:
    """Return a table; a cell is text, or its lines, of which the empty ones fall out."""
    return Block(
        "table",
        head=tuple(head),
        widths=tuple(widths) or (1.0,) * len(head),
        rows=tuple(tuple(_cell(cell) for cell in row) for row in rows),
    )


def figure(svg: str, caption: str) -> Block:
    """Return a picture."""
    return Block("figure", panel=Panel(svg, caption))


def _cell(cell: str | Cell) -> Cell:
    lines = (cell,) if isinstance(cell, str) else cell
    return (lines[0], *(line for line in lines[1:] if line))
