"""The sections of an incident's dossier, each of blocks; None where there is nothing to say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.dossier.blocks import Block, Cell, Section, listed, said, table
from tocsin.dossier.dates import amount_text, moment_text
from tocsin.dossier.incident_words import ANSWERS, LINKS, SAID, STATES, grade
from tocsin.dossier.words import count

Json = Mapping[str, Any]
_KM = 1000.0
#: Of the rows of a year so many are named; the count says how many there are.
MOST_ROWS = 60
_UNIT = re.compile(r"_(m|s)$")


def facts(told: Json) -> Section:
    """Return every field that is one value, the unknown ones too."""
    where = told["where"]
    rows: list[tuple[str, str, str]] = [
        ("Began", moment_text(told["when"]["begin"]), ""),
        ("Ended", moment_text(told["when"]["end"]), ""),
        ("Where", where["text"] or "unknown", _place(where)),
        ("Whose territory or airspace", "/".join(told["states"]) or "unknown", ""),
        ("Domain", told["domain"], ""),
        ("Objects", amount_text(told["count_of_objects"]), ""),
        ("Duration", _duration(told["duration_s"]), ""),
        ("Depth", amount_text(told["depth_m"], "km", _KM), ""),
    ]
    for name, (label, means) in ANSWERS.items():
        answer = told[name]
        by = f"on the word of {answer['by']}" if answer["by"] else ""
        beside = means if answer["answer"] == "yes" else ""
        more = "; ".join(x for x in (beside, f"“{answer['text']}”" * bool(answer["text"]), by) if x)
        rows.append((label, answer["answer"], more))
    blocks = [table(("What", SAID, "How, on whose word"), rows, (2, 3, 4))]
    if told["control"]:
        blocks.insert(0, said("A control: kept to compare with, and never counted.", "lead"))
    if told["notes"]:
        blocks += [said("Notes", "heading"), said(told["notes"])]
    return Section("facts", "What is said to have happened", tuple(blocks))


def alleged(told: Json) -> Section:
    """Return who is alleged to have done it, by whom, and whether they deny it."""
    rows = [
        (actor["name"], actor["by"] or "not stated", _denied(actor["denied"]), actor["text"])
        for actor in told["actors"]
    ]
    block: Block = said("Nobody is named.")
    if rows:
        block = table(("Alleged", "By", "Denied", "As said"), rows, (2, 2, 1, 3))
    return Section("actors", "Who is alleged to have done it", (block,))


def differing(told: Json) -> Section | None:
    """Return who says what about which field: where they differ it is a conflict, kept as one."""
    if not told["statements"]:
        return None
    by_field = sorted(told["statements"], key=lambda each: each["about"])
    rows: list[tuple[str | Cell, ...]] = []
    for each in by_field:
        dated = moment_text(each["date"]) if each["date"] != "unknown" else ""
        told_of = _UNIT.sub("", each["about"]).replace("_", " ").replace(".", ", ")
        rows.append((told_of, each["by"], each["says"], (grade(each["grade"]), dated, each["url"])))
    blocks = (
        said("Nobody's word is dropped. Where they differ, the field above holds all of them."),
        table(("About", "Who", "Says", "Grade and source"), rows, (2, 2, 3, 4)),
    )
    return Section("statements", "What each source says", blocks)


def dissent(dissents: Sequence[Json]) -> Section:
    """Return every dissent as it was said; none is said too."""
    blocks = []
    for each in dissents:
        about = f", finding {each['finding']}" if each.get("finding") else ""
        by = each.get("by") or "somebody whose name is withheld"
        blocks.append(said(f"{by} dissents from {each['dissent']}{about}:", "heading"))
        blocks.append(said(f"“{each['says']}”"))
        mark = "The signature holds." if each["holds"] else "THE SIGNATURE DOES NOT HOLD."
        key = f" with {each['public_key']}" if each.get("public_key") else ""
        signed = f"Signed {each['signed_at'][:19]}Z{key}. {mark}"
        blocks.append(said(signed, "small"))
    return Section("dissent", "Dissent", tuple(blocks) or (said("No dissent on record."),))


def civil(told: Json) -> Section | None:
    """Return what a civil infringement adds."""
    more = told["civil"]
    if more is None:
        return None
    rows = [
        ("Class of airspace", more["airspace_class"]),
        ("Causes", ", ".join(more["causes"]) or "unknown"),
        ("Separation lost", more["separation_lost"]),
        ("Separation, horizontal", amount_text(more["separation_horizontal_m"], "m")),
        ("Separation, vertical", amount_text(more["separation_vertical_m"], "m")),
        ("Severity, (EU) 376/2014", more["severity"]),
    ]
    return Section("civil", "Civil infringement", (table(("What", SAID), rows, (1, 2)),))


def evidence(told: Json) -> Section | None:
    """Return what of a run it rests on; `tocsin why` walks on from there."""
    names = ("incursions", "claims", "findings")
    rows = [(name, each) for name in names for each in told[name]]
    if not rows:
        return None
    note = said("tocsin why ID DIR walks from each of these to the bytes of the run.", "small")
    return Section("evidence", "What it rests on in a run", (table(("Kind", "Id"), rows), note))


def others(counts: Sequence[Json], link: str) -> Section | None:
    """Return which of its year it is, state by state, with every row and every gap."""
    if not counts:
        return None
    blocks: list[Block] = []
    for each in counts:
        number, many = each["number"], each["count"]
        head = f"{each['state']}, {each['domain']}, {each['year']}: "
        head += f"{_ordinal(number)} of {many}" if number else f"{many}, this one not among them"
        head += f", and {each['undecided']} undecided" * bool(each["undecided"])
        blocks.append(said(head, "heading"))
        rows = [(row["link"], moment_text(row["begin"]), _mine(row, link)) for row in each["rows"]]
        blocks.append(table(("Incident", "Began", "What"), rows[:MOST_ROWS], (2, 2, 4)))
        if len(rows) > MOST_ROWS or each["rows_left_out"]:
            blocks.append(said("Not all are named here: `tocsin register list` names all."))
        gaps = [f"not counted: {row['link']}, {row['why']}" for row in each["excluded"]]
        gaps += [f"{gap['period']}: {gap['why']}" for gap in each["coverage_gaps"]]
        if gaps:
            blocks += [said("What this count does not cover:", "small"), listed(gaps)]
    return Section("others", "Others of its year", tuple(blocks))


def related(told: Json, consultations: Sequence[Json]) -> Section | None:
    """Return linked incidents, and requests for consultations that answer this one."""
    blocks: list[Block] = []
    if told["links"]:
        blocks.append(listed(f"{LINKS[each['kind']]} {each['id']}" for each in told["links"]))
    rows: list[tuple[str | Cell, ...]] = [
        (
            "/".join(each["states"]),
            "asked" if each["invoked"] == "yes" else each["invoked"],
            moment_text(each["requested"] if each["invoked"] == "yes" else each["date"]),
            moment_text(each["met"]),
            (each["trigger"], each["outcome"]),
            (each["source_title"], each["source_url"]),
        )
        for each in consultations
    ]
    if rows:
        heads = ("State", "Consultations", "Requested", "Council met", "Why, outcome", "Source")
        blocks.append(said("Consultations under Article 4", "heading"))
        blocks.append(table(heads, rows, (1, 1.5, 2, 2, 4, 3)))
    return Section("related", "What belongs to it", tuple(blocks)) if blocks else None


def sources(told: Json) -> Section:
    """Return the sources with grade and date, and the hash of an archived copy."""
    rows: list[tuple[str | Cell, ...]] = []
    for each in told["sources"]:
        copy = f"archived copy, SHA-256 {each['sha256']}" if each["sha256"] else ""
        rows.append(
            ((each["title"], each["url"], copy), moment_text(each["date"]), grade(each["grade"]))
        )
    return Section(
        "sources", "Sources", (table(("Source", "Date", "Admiralty grade"), rows, (5, 2, 3)),)
    )


def revisions(rows: Sequence[Json], signatures: Sequence[Json]) -> Section:
    """Return who wrote what, when and why, and who signed it."""
    made: list[tuple[str | Cell, ...]] = []
    for row in rows:
        marks = [_signature(each) for each in signatures if each["subject"] == row["link"]]
        sealed = f"SHA-256 {row['hash']}" if row["hash"] else ""
        what = (row["action"], row["reason"], sealed, *marks)
        made.append(
            (
                row["link"],
                f"{row['recorded_at'][:19]}Z",
                moment_text(row["known_on"]),
                row["author"] or "withheld",
                (row["state"], STATES[row["state"]]),
                what,
            )
        )
    heads = ("Revision", "Recorded", "Known on", "By", "State", "Step, reason, seals")
    count_of = said(f"{count(len(rows), 'revision')}; nothing is ever changed in place.", "small")
    blocks = (table(heads, made, (2.2, 2, 1.5, 2, 2, 4)), count_of)
    return Section("revisions", "Revisions", blocks)


def removed(rows: Sequence[Json]) -> Section | None:
    """Return what this audience is spared, field by field."""
    if not rows:
        return None
    lines = [f"{row['field']}: {row['why']}" for row in rows]
    return Section("removed", "Left out for this audience", (listed(lines),))


def _place(where: Json) -> str:
    if where["outline_deg"]:
        return f"within an outline of {len(where['outline_deg'])} corners"
    if where["lat_deg"] is None:
        return ""
    point = f"{where['lat_deg']:.4f}, {where['lon_deg']:.4f}"
    radius = where["radius_m"]
    return f"{point}, within {radius / _KM:g} km" if radius is not None else f"{point}, error open"


def _duration(span: Json) -> str:
    ends = [x for x in (span["least"], span["most"]) if x is not None]
    in_minutes = bool(ends) and all(x >= 120 for x in ends)
    return amount_text(span, "min", 60.0) if in_minutes else amount_text(span, "s")


def _denied(answer: str) -> str:
    return "not known" if answer == "unknown" else answer


def _ordinal(number: Json) -> str:
    """Return "number 4", or "number 2 to 3" where dates are too wide to tell."""
    least, most = number["least"], number["most"]
    return f"number {least}" if least == most else f"number {least} to {most}"


def _mine(row: Json, link: str) -> str:
    mark = "" if row["decided"] else "undecided: "
    return f"{mark}{row['what']}{' (this one)' if row['link'] == link else ''}"


def _signature(each: Json) -> str:
    how = "signed" if each["holds"] else "SIGNATURE DOES NOT HOLD:"
    by = f" by {each['by']}" if each.get("by") else ""
    key = f" with {each['public_key']}" if each.get("public_key") else ""
    return f"{how}{by}, {each['signed_at'][:19]}Z{key}"
