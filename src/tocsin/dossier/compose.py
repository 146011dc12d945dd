"""The dossier of one case: findings and arrays in, one HTML page out.

Pure: no clock, no network, no file but the package's own template.  The same findings and
arrays give the same bytes with the same version of matplotlib.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.dossier import allowed, html, provenance, sentences, tables, uncertainty, words
from tocsin.dossier.data import DossierData
from tocsin.dossier.panel import Panel
from tocsin.dossier.panels import Figures, figures
from tocsin.dossier.response import response
from tocsin.dossier.rests import rests

LAYER_NAMES = {"eez": "EEZ", "fir": "FIR", "adiz": "ADIZ"}


def render(findings: Mapping[str, Any], context: DossierData) -> str:
    """Return the page as one self-contained HTML document, images inline; see `document`."""
    return html.page(document(findings, context))


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Every figure of the page.  They show what was found, and nothing of the claims."""

    figures: Figures
    response: tuple[Panel | None, list[dict[str, Any]], list[dict[str, Any]]]


def pictures(findings: Mapping[str, Any], context: DossierData) -> Pictures:
    """Return the figures of a page; raises UsageError where matplotlib is missing."""
    titles = _titles(findings, context)
    return Pictures(figures(findings, context, titles), response(findings))


def document(
    findings: Mapping[str, Any],
    context: DossierData,
    code: Mapping[str, Any] | None = None,
    drawn: Pictures | None = None,
) -> dict[str, Any]:
    """Return what a page says and draws, ready for `html.page` and `pdf.page`.

    findings  the object of findings.json, with title, window, as_of, tlp, settings, airspace,
              not_established, unobserved and limits where they are known
    context   what the figures draw
    code      what made the findings (`provenance.section`)
    drawn     `pictures` of the same, where the caller has them already

    Raises UsageError where matplotlib is missing, a TLP label is unknown, or a time has no zone.
    """
    titles = _titles(findings, context)
    labels = {t.track: t.label for t in context.tracks}
    by_id = {p.id: p for p in context.passages}
    label, colour = html.tlp(findings.get("tlp"))
    drawn = drawn or pictures(findings, context)
    head = tables.header(findings)
    answered, steps, between = drawn.response
    headline, said = (
        sentences.headline(findings),
        sentences.said(findings, titles, labels, by_id),
    )
    may, seen = allowed.headline(findings), allowed.seen(findings)
    made = provenance.statements(findings, headline, said, may, seen)
    return {
        "title": findings.get("title") or findings.get("case") or "Untitled case",
        "case": findings.get("case", ""),
        "version": findings.get("version", ""),
        "settings_sha256": findings.get("settings_sha256", ""),
        "synthetic": bool(findings.get("synthetic")),
        "tlp": label,
        "tlp_colour": colour,
        "window": head["window"],
        "as_of": head["as_of"],
        "judged": tables.judged(findings),
        "headline": headline,
        "said": said,
        "tiles": tables.tiles(findings),
        "figures": drawn.figures,
        "svg": html.markup,
        "passages": tables.passages(findings, context, titles),
        "allowed": may,
        "asked": allowed.asked(findings),
        "served": allowed.served(findings),
        "seen": seen,
        "response_figure": answered,
        "response_rows": steps,
        "response_between": between,
        "uncertainty": uncertainty.sensitivity(findings),
        "integrity": tables.integrity(findings, labels),
        "claims": tables.claims(findings),
        "rests": rests(findings),
        "compatibility": tables.compatibility(findings),
        "apart": tables.apart(findings),
        "inputs": tables.inputs(findings),
        "airspace": tables.airspace(findings, context, titles),
        "settings": tables.settings(findings),
        "limits": [*findings.get("limits", ()), *words.METHOD_LIMITS],
        "icd203": words.ICD_203,
        "layer_names": LAYER_NAMES,
        "provenance": provenance.section(findings, made, said, code),
        "statements": made,
    }


def _titles(findings: Mapping[str, Any], context: DossierData) -> dict[str, str]:
    """Return volume -> the name a reader knows: from the outline, else the airspace list."""
    titles = {o.volume: o.title for o in (*context.background, *context.outlines) if o.title}
    for row in findings.get("airspace", ()):
        if row.get("title"):
            titles[str(row["volume"])] = str(row["title"])
    return titles
