"""The sections of the bell report that are about the case, or the register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tocsin.dossier.blocks import Block, Item, Section, figure, listed, said, table

STANDS = {
    "held": "holds",
    "set aside": "set aside: read from this very case",
    "open": "could hold: better evidence would tell",
    "short": "does not hold",
}


def span_of(level: Mapping[str, Any]) -> str:
    """Return the interval of levels in words."""
    low, high = str(level["low_name"]), str(level["high_name"])
    return low if low == high else f"{low} to {high}"


def assessment(found: Mapping[str, Any], rules: Mapping[str, Any]) -> Section:
    """Return the level by the rule set; every rule with its source."""
    level = found["level"]
    blocks = [
        said(f"Cases with such factors have led to: {span_of(level)}.", "lead"),
        said(
            f"By the rule set {rules['id']} {rules['version']}, levels from low to high: "
            f"{', '.join(rules['levels'])}. A rule holds where every minimum is "
            "reached; nothing is added up."
        ),
    ]
    if found["set_aside"]:
        blocks.append(
            said(
                f"Set aside, as read from this very case: {', '.join(found['set_aside'])}. With "
                f"what was set aside the level would read {span_of(found['level_with_own'])}, "
                "which is circular and no evidence."
            )
        )
    if found["later_rules"]:
        blocks.append(
            said(
                f"Read from later cases, which nobody could know then: "
                f"{', '.join(found['later_rules'])}.",
                "small",
            )
        )
    blocks.append(
        table(
            ("Rule and level", "Minimum of each factor", "Here", "Read from"),
            (
                (
                    (rule["id"], f"level: {rule['level']}", rule["why"]),
                    ", ".join(f"{name} ≥ {least:g}" for name, least in rule["at_least"].items()),
                    (STANDS[rule["stands"]], *rule["lacks"]),
                    (rule["source"]["title"], rule["source"]["date"], rule["source"]["url"]),
                )
                for rule in rules["rules"]
            ),
            (1.2, 1.2, 1.3, 1.5),
        )
    )
    if rules["about"]:
        blocks.append(said(str(rules["about"]), "small"))
    return Section("assessment", "Assessment", tuple(blocks))


def factors(found: Mapping[str, Any]) -> Section:
    """Return every factor with its interval and evidence, then what is not known."""
    rows = []
    for score in found["factors"]:
        known = score["factor"] not in found["unknown"]
        ids = ", ".join(score["evidence"]) or "none"
        rows.append(
            (
                (score["factor"],),
                (_numbers(score["low"], score["high"]), score["words"])
                if known
                else ("not known", "0 to 4"),
                (score["why"] or "nothing is on record", score["by"]),
                ids,
            )
        )
    blocks = [
        said(
            "Each factor runs from 0 to 4, graver upwards, as the interval the evidence leaves."
        ),
        table(("Factor", "Interval", "Why, and who scored it", "Evidence"), rows,
              (0.9, 1.3, 1.5, 1.6)),
        said("What is unknown", "heading"),
    ]  # fmt: skip
    if found["unknown"]:
        blocks.append(said(f"Not known, and so from 0 to 4: {', '.join(found['unknown'])}."))
    if found["level"]["open"]:
        rules = sorted({short["rule"] for short in found["level"]["open"]})
        blocks.append(
            said(
                f"Left open or short of a minimum: {', '.join(rules)}; the table of rules says by "
                "what.",
                "small",
            )
        )
    if not found["unknown"] and not found["level"]["open"]:
        blocks.append(said("Every factor is known, and no rule is left open."))
    if found["refused"]:
        blocks.append(listed([f"Refused: {text}" for text in found["refused"]]))
    if found["loads"]:
        told = "; ".join(
            f"{_numbers(load['low'], load['high'])} fading over {load['tau_d']:g} d"
            for load in found["loads"]
        )
        blocks.append(said(f"Load of earlier cases, in ordinary cases of today: {told}.", "small"))
    return Section("factors", "Factors and what is unknown", tuple(blocks))


def precedents(found: Mapping[str, Any], svg: str) -> Section:
    """Return the nearest past cases of both kinds, reasons for and against with each."""
    blocks = [
        said(
            "Past cases by Gower distance over the factors known in both: 0 alike, 1 opposite. "
            "Cases that led to a request and cases for which none was found stand beside one "
            "another. Scores are illustrative: the project's reading of the sources."
        )
    ]
    if svg:
        blocks.append(figure(svg, "Dot: distance of the middles. Line: the least and the most that "
                                  "the intervals allow."))  # fmt: skip
    for title, kind in (
        ("Consultations were asked for", "consulted"),
        ("No request was made, or none was found", "not_consulted"),
    ):
        blocks.append(said(title, "heading"))
        near = found["nearest"][kind]
        if not near:
            blocks.append(said("No case of this kind shares enough factors to be ranked."))
            continue
        blocks.append(
            table(
                ("Case", "Distance", "For treating this no less seriously", "Against"),
                (
                    (
                        (
                            f"{each['id']}: {each['title']}",
                            each["date"] + " (later)" * each["later"],
                            f"followed: {each['outcome'] or 'not known'}",
                            f"request: {each['consulted']}"
                            + (f"; {each['note']}" if each["note"] else ""),
                            each["source"]["title"],
                            each["source"]["url"],
                        ),
                        (
                            f"{each['distance']:.2f}",
                            f"{each['least']:.2f} to {each['most']:.2f}",
                            f"on {len(each['compared'])} factors",
                        ),
                        _lines(each["reasons_for"]),
                        _lines(each["reasons_against"]),
                    )
                    for each in near
                ),
                (1.7, 0.7, 1.4, 1.4),
            )
        )
    if found["not_ranked"]:
        blocks.append(
            said(f"Too few factors in common to rank: {', '.join(found['not_ranked'])}.", "small")
        )
    return Section("precedents", "Precedents", tuple(blocks))


def consistency(found: Mapping[str, Any]) -> Section:
    """Return whether like cases were treated alike."""
    audit = found["consistency"]
    blocks = [
        said(
            f"{len(audit['clashes'])} clashes in {audit['comparable']} comparable pairs of "
            f"{len(audit['cases'])} past cases. A clash is a pair in which the graver case in "
            "every compared factor met the lower level: a question, not a fault."
        )
    ]
    if audit["clashes"]:
        blocks.append(
            table(
                ("Graver case", "met level", "Lesser case", "met level", "How sure"),
                (
                    (
                        clash["graver"],
                        str(clash["graver_level"]),
                        clash["lesser"],
                        str(clash["lesser_level"]),
                        "whatever the intervals leave open"
                        if clash["certain"]
                        else "by the middles only",
                    )
                    for clash in audit["clashes"]
                ),
                (1.2, 0.6, 1.2, 0.6, 1.4),
            )
        )
    if audit["relabelled"]:
        told = ", ".join(f"{case} {was} to {now}" for case, was, now in audit["relabelled"])
        blocks.append(said(f"The fewest changes of level that would remove every clash: {told}."))
    across = audit["across"]
    blocks.append(said(f"Across states: {across['why']}."))
    left = len(audit["response_unknown"]) + len(audit["factors_unknown"])
    blocks.append(
        said(
            f"Compared on {', '.join(audit['factors']) or 'no factor'}; {left} cases left out, as "
            "what followed, or a compared factor, is not known of them.",
            "small",
        )
    )
    return Section("consistency", "Were like cases treated alike?", tuple(blocks))


def hypotheses(found: Mapping[str, Any]) -> Section | None:
    """Return the matrix of competing hypotheses, where there is one."""
    matrix = found["hypotheses"]
    if not matrix:
        return None
    weighed = {each["id"]: each for each in matrix["weighed"]}
    rows: list[Sequence[str | tuple[str, ...]]] = []
    for item in matrix["items"]:
        one = weighed.get(item["id"])
        told = "not counted: no evidence"
        if one is not None:
            spread = one["diagnosticity"]
            told = "not rated twice" if spread is None else f"{spread:.2f}"
        evidence = ", ".join(item["evidence"])
        rows.append(((item["id"], item["says"], evidence), *item["ratings"], told))
    rows.append((("against, in all",), *(f"{value:.2g}" for value in matrix["against"]), ""))
    names = tuple(matrix["hypotheses"])
    blocks = (
        said(f"{matrix['says']}.", "lead"),
        said(
            "CC and C: consistent; N: neutral; I and II: inconsistent; NA: nobody could say. What "
            "counts is the weight against. Diagnosticity 0 moves nothing."
        ),
        table(("Evidence", *names, "Diagnosticity"), rows, (2.2, *(1.0 for _ in names), 0.8)),
    )
    return Section("hypotheses", "Competing hypotheses", blocks)


def rests_on(found: Mapping[str, Any]) -> Section:
    """Return the assurance tree, and where nothing carries it."""
    lost = found["gaps"]
    blocks = [listed(_tree(found["assurance"]))]
    for word, ids in (("Nothing carries", lost["undeveloped"]), ("Not found", lost["missing"])):
        if ids:
            blocks.append(said(f"{word}: {', '.join(ids)}.", "small"))
    return Section("rests-on", "What the assessment rests on", tuple(blocks))


def dissent(given: Sequence[Mapping[str, Any]]) -> Section:
    """Return every dissent; the section stands when there is none."""
    if not given:
        return Section("dissent", "Dissent", (said("No dissent on record."),))
    rows = (
        (
            each["by"],
            each["on"] or "the whole",
            f"“{each['says']}”",
            ", ".join(each["evidence"]) or "none named",
        )
        for each in given
    )
    blocks = (table(("Who", "On", "Says", "Evidence"), rows, (0.9, 0.8, 2.4, 1.0)),)
    return Section("dissent", "Dissent", blocks)


def counts(found: Mapping[str, Any]) -> Section:
    """Return incidents of the register by year, with what it does not cover beside."""
    rows = [
        (
            year["year"],
            str(year["count"]),
            str(year["undecided"]),
            "; ".join(year["gaps"]) or "no gap is on record",
        )
        for year in found["years"]
    ]
    total = f"{found['count']} incidents counted"
    if found["undecided"]:
        total += f", {found['undecided']} more undecided"
    blocks: list[Block] = [
        said(f"{total}; as of {found['as_of']}.", "lead"),
        said(
            "A year in which few are held is not a quiet year: beside each stands what is known to "
            "be missing. No gap on record is no proof of completeness."
        ),
        table(("Year", "Counted", "Undecided", "Not covered, or reported otherwise"), rows,
              (0.5, 0.6, 0.7, 3.0)),
    ]  # fmt: skip
    if found["gaps"]:
        blocks += [said("Gaps over longer periods", "heading"), listed(found["gaps"])]
    if found["undated"]:
        blocks.append(said(f"Without a date: {', '.join(found['undated'])}.", "small"))
    return Section("counts", "Counts by year", tuple(blocks))


def _tree(node: Mapping[str, Any], depth: int = 0) -> Iterator[Item]:
    text = f"{node['id']}: {node['text']}" if node["text"] else str(node["id"])
    yield Item(f"{node['kind']} {text}", depth)
    for each in node["below"]:
        yield from _tree(each, depth + 1)


def _lines(reasons: Sequence[str]) -> tuple[str, ...]:
    return ("", *reasons) if reasons else ("nothing",)


def _numbers(low: float, high: float) -> str:
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
