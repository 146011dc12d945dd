"""The dossier of one incident of the register: what is said of it, by whom, and who objects.

Pure.  The same values give the same bytes.  Nothing here is a finding of its own: an actor is
alleged, an unknown is printed as unknown, and sources that differ stand side by side.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tocsin.dossier import html, incident_parts, pdf
from tocsin.dossier.blocks import Block, Section, listed
from tocsin.dossier.dates import moment_text
from tocsin.dossier.incident_words import SAID, STATES, VERIFIED

KIND = "incident of the register"
CAVEATS = (
    "Unknown is a value: where a source says nothing the page says unknown, which is not a no.",
    "Actors are alleged, each by whoever is named beside; this is no accusation.",
    "Who is inside an airspace has not yet violated it: that takes the answer to “authorised”.",
    "The register holds what was found. What nobody reported, or nobody looked for, is not in it.",
    "Whether an Article of a treaty applies is for its parties to judge.",
)
WIDTH = 100  # columns of the page as plain text


def document(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page says, ready for `page`, `paper` and `text`.

    given  version, tlp and tlp_colour; `incident` as its dictionary; link, state, revisions,
           signatures, dissents, consultations, others (counts of its year), about (sentences),
           removed (what an audience is spared)
    """
    told = given["incident"]
    sections = [
        incident_parts.facts(told),
        incident_parts.alleged(told),
        incident_parts.differing(told),
        incident_parts.dissent(given["dissents"]),
        incident_parts.civil(told),
        incident_parts.evidence(told),
        incident_parts.others(given["others"], given["link"]),
        incident_parts.related(told, given["consultations"]),
        incident_parts.sources(told),
        incident_parts.revisions(given["revisions"], given["signatures"]),
        incident_parts.removed(given["removed"]),
        Section("caveats", "How to read this", (listed(CAVEATS),)),
    ]
    return {
        "title": told["what"],
        "subject": given["link"],
        "kind": KIND,
        "synthetic": told["synthetic"],
        "about": list(given["about"]),
        "version": given["version"],
        "tlp": given["tlp"],
        "tlp_colour": given["tlp_colour"],
        "summary": _summary(given),
        "sections": [section for section in sections if section is not None],
    }


def page(values: Mapping[str, Any]) -> str:
    """Return the page as one self-contained HTML document."""
    return html.page({**values, "svg": html.markup}, "incident.html.j2")


def paper(values: Mapping[str, Any], at: datetime | None = None) -> bytes:
    """Return the page as PDF; `at` dates it, None leaves it undated."""
    return pdf.page(values, at, "incident.typ")


def text(values: Mapping[str, Any]) -> str:
    """Return the page as plain text for a terminal."""
    mark = f"TLP:{values['tlp']}" if values["tlp"] else "no TLP mark"
    lines = [f"{values['subject']}  {mark}{'  SYNTHETIC DATA' if values['synthetic'] else ''}"]
    lines += [*_wrapped(values["title"]), *(f"{x['label']}: {x['value']}" for x in _told(values))]
    lines += [line for about in values["about"] for line in _wrapped(about)]
    for section in values["sections"]:
        lines += ["", section.title.upper()]
        lines += [line for block in section.blocks for line in _block(block)]
    return "\n".join(lines).replace("\u00a0", " ") + "\n"


def _told(values: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{**one, "value": f"{one['value']}, {one['more']}"} if one["more"] else one
            for one in values["summary"]]  # fmt: skip


def _block(block: Block) -> Iterator[str]:
    if block.kind == "items":
        for item in block.items:
            yield from _wrapped(item.text, "- ", 2 + 2 * item.depth)
    elif block.kind == "table":
        for first, second, *others in block.rows:
            name = "" if block.head[1] == SAID else f"{block.head[1].lower()} "
            yield from _wrapped(f"{', '.join(first)}: {name}{'; '.join(second)}", "- ")
            for name, cell in zip(block.head[2:], others, strict=True):
                if any(cell):
                    yield from _wrapped(f"{name}: {'; '.join(cell)}", indent=6)
    else:
        yield from _wrapped(block.text)


def _wrapped(said: str, mark: str = "", indent: int = 2) -> list[str]:
    room = " " * indent
    return textwrap.wrap(
        said,
        WIDTH,
        initial_indent=room + mark,
        subsequent_indent=room + " " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _summary(given: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what a reader takes away in a minute."""
    told = given["incident"]
    where = told["where"]["text"] or "place unknown"
    state, checked = STATES[given["state"]], VERIFIED[told["verification"]]
    day, _, clock = moment_text(told["when"]["begin"]).partition(", ")
    return [
        {"label": "Began", "value": day, "more": clock},
        {"label": "Where", "value": "/".join(told["states"]) or "unknown", "more": where},
        {"label": "Checked", "value": told["verification"], "more": checked},
        {"label": "In the register", "value": given["state"], "more": state},
        {
            "label": "Dissent",
            "value": str(len(given["dissents"])) if given["dissents"] else "none",
            "more": "signed, on record" if given["dissents"] else "on record",
        },
    ]
