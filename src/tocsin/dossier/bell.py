"""The bell report: an assessment and what ringing costs in, one page to support a decision out.

Pure.  The same values give the same bytes.  No sentence here says that an Article is met: what
past cases led to is practice, and the opinion is the parties' (Article 4, North Atlantic Treaty).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tocsin.dossier import bell_case, bell_policy, html, pdf
from tocsin.dossier.blocks import Section, listed

KIND = "assessment to support a decision"
PARTIES = (
    'Article 4 of the North Atlantic Treaty is for the parties to judge: "in the opinion of any of '
    'them". This report never says that it is met, and nothing in it decides for them.'
)
CAVEATS = (
    PARTIES,
    "A level is what past cases with such factors led to: practice, not law, and it is read from "
    "few cases, scored for illustration by the project from the sources named.",
    "A case without a request found is no proof that none was made: sources are public, and "
    "consultations can be held without notice.",
    "Every cost, rate and lag marked illustrative is nobody's estimate and no official figure. "
    "Other numbers give other advice; the map of beliefs shows where.",
    "The evidence for fatigue, phi, is mixed, so what follows from phi = 0 stands beside every "
    "other phi.",
    "Unknown is not zero: a factor without evidence can raise the upper end of the level and "
    "lowers nothing.",
    "The models are small: one bell, one kind of count, one adversary. They order arguments; they "
    "predict nobody.",
)


def document(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page says and draws, ready for `page` and `paper`.

    given  title, subject, about (sentences), version, tlp and tlp_colour; policy, believe and
           levers as the rows that the verbs of `tocsin bell` print; for an incident assessment
           and rules, for a register the counts and the dissent; figures as inline SVG by name
    """
    figures = given.get("figures", {})
    made: list[Section | None] = []
    if given.get("register"):
        made.append(bell_case.counts(given["register"]))
    if given.get("assessment"):
        found = given["assessment"]
        made += [
            bell_case.assessment(found, given["rules"]),
            bell_case.factors(found),
            bell_case.precedents(found, figures.get("precedents", "")),
            bell_case.consistency(found),
        ]
    made += [
        bell_policy.curve(given["policy"], figures.get("curve", "")),
        bell_policy.beliefs(given["believe"], figures.get("beliefs", "")),
        bell_policy.information(given["believe"]),
        bell_policy.levers(given["levers"], figures.get("levers", "")),
    ]
    if given.get("assessment"):
        made += [bell_case.hypotheses(found), bell_case.rests_on(found)]
    dissent = given["assessment"]["dissent"] if given.get("assessment") else given["dissent"]
    made += [
        bell_case.dissent(dissent),
        Section("caveats", "Caveats", (listed([*CAVEATS, *given.get("caveats", ())]),)),
    ]
    return {
        "title": given["title"],
        "subject": given["subject"],
        "kind": KIND,
        "parties": PARTIES,
        "about": list(given.get("about", ())),
        "version": given["version"],
        "tlp": given["tlp"],
        "tlp_colour": given["tlp_colour"],
        "summary": _summary(given),
        "sections": [section for section in made if section is not None],
    }


def page(values: Mapping[str, Any]) -> str:
    """Return the page as one self-contained HTML document."""
    return html.page({**values, "svg": html.markup}, "bell.html.j2")


def paper(values: Mapping[str, Any], at: datetime | None = None) -> bytes:
    """Return the page as PDF; `at` dates it, None leaves it undated."""
    return pdf.page(values, at, "bell.typ")


def _summary(given: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what a reader takes away in a minute, each with what it is not."""
    out = []
    if given.get("assessment"):
        found = given["assessment"]
        unknown = len(found["unknown"])
        out.append(
            {
                "label": "Past cases with such factors led to",
                "value": bell_case.span_of(found["level"]),
                "more": f"{unknown} of {len(found['factors'])} factors are not known",
            }
        )
    views: Sequence[Mapping[str, Any]] = given["believe"]["views"]
    for view in views:
        turning = view["turning"]
        out.append(
            {
                "label": f"The numbers of “{view['position']['name']}” say (illustrative)",
                "value": str(view["advice"]),
                "more": f"{given['believe']['title'] or 'two positions'}; with phi = 0: "
                f"{view['advice_phi0']}"
                + (f"; turns on {bell_policy.name_of(turning['coordinate'])}" if turning else ""),
            }
        )
    return out
