"""The report of civil infringements of a month or a year: counts, what is unknown, every row.

Pure.  The same values give the same bytes, as HTML and as PDF.  A count is of what was reported to
the register; the page says where nobody reports, and draws unknown beside every known value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tocsin.dossier import html, pdf
from tocsin.dossier.blocks import Block, Section, figure, listed, said, table
from tocsin.dossier.infringement_figures import UNKNOWN, months, shares

Json = Mapping[str, Any]

KIND = "report of airspace infringements"
TITLES = {
    "area": "Area",
    "hour": "Hour of the day, UTC",
    "weekday": "Day of the week, UTC",
    "airspace_class": "Class of airspace",
    "cause": "Cause",
    "severity": "Severity, (EU) 376/2014",
    "separation_lost": "Separation lost",
}
READING = (
    "A count is of what was reported to this register. More reports can mean more infringements "
    "or more reporting: the register cannot tell the two apart without the hours flown.",
    "The rows behind another month's count are in the report of that month as of the same day.",
    "Unknown has a row of its own, also where it is zero: it is not a no.",
    "Causes are counted once for each incident that has them and may sum to more than the "
    "incidents; every other table sums to them.",
    "Hours and days are UTC and are of the beginning; an incident whose beginning may lie in two "
    "is under unknown.",
)


def document(given: Json) -> dict[str, Any]:
    """Return what the page says and draws, ready for `page` and `paper`.

    given  what `register.report.as_json` returns, with version, tlp_colour, synthetic, path
           (address of an incident by its link, or "") and `trend`, the twelve months up to the
           period's end
    """
    sections = [
        _trend(given["trend"], given["period"]),
        _shares(given["tables"], given["count"]),
        _counts(given["tables"], given["count"]),
        _gaps(given["coverage_gaps"]),
        _incidents("counted", "Incidents counted", given["rows"]),
        _incidents(
            "undecided", "Not decided: they may belong to it or not", given["undecided_rows"]
        ),
        Section("reading", "How to read this", (listed([*READING, *given["notes"]]),)),
    ]
    where = given["state"] or "all states of the register"
    return {
        "title": given["title"],
        "subject": f"{given['period']}, {where}",
        "kind": KIND,
        "synthetic": given["synthetic"],
        "about": [f"The register as the world could know it by {given['as_of']}"],
        "version": given["version"],
        "tlp": given["tlp"],
        "tlp_colour": given["tlp_colour"],
        "summary": _summary(given),
        "sections": [section for section in sections if section is not None],
    }


def page(values: Json) -> str:
    """Return the page as one self-contained HTML document."""
    return html.page({**values, "svg": html.markup}, "infringements.html.j2")


def paper(values: Json, at: datetime | None = None) -> bytes:
    """Return the page as PDF; `at` dates it, None leaves it undated."""
    return pdf.page(values, at, "infringements.typ")


def _summary(given: Json) -> list[dict[str, str]]:
    """Return what a reader takes away in a minute."""
    tables, count = given["tables"], given["count"]
    out = [
        {
            "label": "Infringements",
            "value": str(count),
            "more": f"{given['undecided']} more may belong to it"
            if given["undecided"]
            else "none left undecided",
        }
    ]
    for name in ("area", "severity", "cause"):
        known = [row for row in tables[name] if row["value"] != UNKNOWN]
        unknown = sum(row["count"] for row in tables[name] if row["value"] == UNKNOWN)
        most = max((row["count"] for row in known), default=0)
        first = [row["value"] for row in known if row["count"] == most]
        # Several with the same count: none of them is the most frequent.
        value = f"{first[0]}: {most}" if len(first) == 1 else "none stands out" if first else "-"
        out.append(
            {
                "label": f"Most frequent {name}",
                "value": value,
                "more": f"unknown in {unknown} of {count}",
            }
        )
    return out


def _trend(trend: Sequence[Json], period: str) -> Section:
    caption = (
        "Infringements a month by their beginning. Pale: undecided; one whose time is uncertain "
        "may stand in several months."
    )
    rows = [(each["period"], str(each["count"]), str(each["undecided"])) for each in trend]
    drawn = figure(months(trend, period), caption)
    return Section(
        "months",
        "Month by month",
        (drawn, table(("Month", "Counted", "Undecided"), rows, (2, 1, 1))),
    )


def _shares(tables: Mapping[str, Sequence[Json]], count: int) -> Section | None:
    if not count:
        return None
    caption = (
        "Each panel counts the same incidents by another thing; grey and hatched: unknown. "
        "Beyond twelve values the rest is summed under “others” and stands in the tables below."
    )
    return Section("shares", "At a glance", (figure(shares(tables, TITLES), caption),))


def _counts(tables: Mapping[str, Sequence[Json]], count: int) -> Section:
    blocks: list[Block] = []
    for name, title in TITLES.items():
        rows = [(row["value"], str(row["count"]), _share(row["count"], count))
                for row in tables[name]]  # fmt: skip
        total = sum(row["count"] for row in tables[name])
        blocks += [said(title, "heading"), table((title, "Incidents", "Share"), rows, (4, 1, 1))]
        if total != count:
            blocks.append(said(f"{total} mentions in {count} incidents.", "small"))
    return Section("counts", "Counts", tuple(blocks))


def _share(n: int, count: int) -> str:
    return f"{100 * n / count:.0f} %" if count else "-"


def _gaps(gaps: Sequence[Json]) -> Section:
    if not gaps:
        told = said("No gap is on record. That is not the same as none.")
        return Section("gaps", "Not covered", (told,))
    rows = [(gap["state"] or "all states", gap["period"], gap["why"]) for gap in gaps]
    return Section("gaps", "Not covered", (table(("State", "Period", "Why"), rows, (1, 1, 4)),))


def _incidents(name: str, title: str, rows: Sequence[Json]) -> Section | None:
    if not rows:
        return None
    told = [
        (
            (row["link"], row["begin"]),
            (row["area"], f"class {row['airspace_class']}"),
            (row["what"], *(f"{each['title']} ({each['grade']})" for each in row["sources"])),
            (", ".join(row["causes"]), f"severity {row['severity']}"),
        )
        for row in rows
    ]
    head = ("Incident", "Area", "What, and who says so", "Causes")
    return Section(name, title, (table(head, told, (3, 2, 5, 2)),))
