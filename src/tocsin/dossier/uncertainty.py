"""What the uncertainty is made of: how wide each answer is, and how wide if one thing were known.

The bars of one column share a scale: the whole width is that of the answer as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.dossier.format import NBSP, quantiles, span
from tocsin.dossier.sentences import Findings

Row = dict[str, Any]

QUANTITIES = {
    "duration": "Time inside",
    "depth": "Greatest depth",
    "entry": "Time of entry",
    "exit": "Time of exit",
}
CAUSES = {
    "": "As it is",
    "boundary": "Boundary known",
    "height": "Height known",
    "bias": "Sensor biases known",
    "noise": "Plot noise known",
}


def sensitivity(findings: Findings) -> Row:
    """Return the table of the principal incursion; empty where none was computed."""
    tables = findings.get("sensitivity") or ()
    about = (findings.get("context") or {}).get("about")
    told = next((t for t in tables if t.get("incursion") == about), next(iter(tables), None))
    if not told or not told.get("rows"):
        return {}
    columns = [r for r in told["rows"] if r.get("quantity") in QUANTITIES]
    return {
        "incursion": str(told.get("incursion", "")),
        "others": len(tables) - 1,
        "says": [str(text) for text in told.get("says") or ()],
        "columns": [QUANTITIES[str(c["quantity"])] for c in columns],
        "rows": [
            {"cause": name, "whole": not cause, "cells": [_cell(c, cause) for c in columns]}
            for cause, name in CAUSES.items()
        ],
    }


def _cell(column: Mapping[str, Any], cause: str) -> Row:
    whole = quantiles(column.get("width")).q50 or 0.0
    known = (column.get("known") or {}).get(cause) if cause else whole
    value = quantiles(known).q50
    if value is None:
        return {"text": "not known", "width": 0}
    return {
        "text": _text(value, str(column.get("unit", ""))),
        "width": round(100 * min(value / whole, 1.0), 1) if whole > 0 else 0,
    }


def _text(value: float, unit: str) -> str:
    if unit == "s":
        return f"{value:.1f}{NBSP}s" if value < 20 else span(value)
    return f"{value:.0f}{NBSP}m" if value < 2000 else f"{value / 1000:.1f}{NBSP}km"
