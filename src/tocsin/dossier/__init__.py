"""The pages a case ends in.

format, words   numbers and likelihood as people read them
data            the arrays that figures draw
sentences, tables   what the page says
plane, shapes, flown, place, axis, draw   what figures are made of
plan, strip, profile   the three figures
panels          which figures a case has
allowed, response, uncertainty   what other records say, and what each answer hangs on
html, compose   the page

`render(findings, data)` returns one self-contained HTML document.
"""

from tocsin.dossier.compose import render
from tocsin.dossier.data import (
    DossierData,
    DrawnPassage,
    DrawnTrack,
    Outline,
    Place,
    Strip,
    VerticalLimits,
)

__all__ = [
    "DossierData",
    "DrawnPassage",
    "DrawnTrack",
    "Outline",
    "Place",
    "Strip",
    "VerticalLimits",
    "render",
]
