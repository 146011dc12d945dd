"""What was found, in sentences: one an incursion, one a stretch that establishes nothing.

Each sentence names the finding it rests on (`anchor`), so that a reader walks from the
words to the row, and with `tocsin why` from the row to the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.dossier.data import DrawnPassage
from tocsin.dossier.format import (
    NBSP,
    day,
    epoch_s,
    instants,
    length,
    percent,
    quantiles,
    span,
    span_text,
    time_text,
    zulu,
)
from tocsin.dossier.words import AUTHORISATION, LAYER_NOTE, airspace_of, count, likelihood, term

Findings = Mapping[str, Any]

ITEMS_AT_MOST = 8
NEITHER = "An entry there is neither shown nor ruled out."
LAYER_RANK = {"sovereign": 0, "restricted": 1, "custom": 2, "adiz": 3, "eez": 4, "fir": 5}


@dataclass(frozen=True, slots=True)
class Item:
    """One passage in a list of them."""

    number: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """One paragraph of "What was found"."""

    kind: str  # found, not-established, unobserved, none
    head: str  # the sentence that counts
    more: tuple[str, ...] = ()
    id: str = ""
    number: int = 0
    items: tuple[Item, ...] = ()  # the passages, where one head speaks for several

    @property
    def anchor(self) -> str:
        return anchor(self.id)


def anchor(identity: str) -> str:
    """Return an HTML id for the id of a finding."""
    return "i-" + re.sub(r"[^A-Za-z0-9_.-]", "-", identity)


def ordered(findings: Findings) -> list[Mapping[str, Any]]:
    """Return the incursions as they are numbered: sovereign first, then by time and id."""
    return sorted(
        findings.get("incursions", ()),
        key=lambda i: (
            LAYER_RANK.get(str(i.get("layer", "custom")), 9),
            instants(i.get("entry_utc")).q50 or instants(i.get("exit_utc")).q50 or 0.0,
            str(i.get("id", "")),
        ),
    )


def said(
    findings: Findings,
    titles: Mapping[str, str],
    labels: Mapping[str, str],
    passages: Mapping[str, DrawnPassage],
) -> list[Said]:
    """Return the paragraphs: what was found, what was not established, what nobody observed.

    titles    volume -> the name a reader knows it by
    labels    track -> callsign or name
    passages  incursion id -> its passage, for the ends of open ones
    """
    incursions = ordered(findings)
    several = len({i.get("hypothesis") for i in incursions}) > 1
    groups: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = {}
    for k, i in enumerate(incursions):
        groups.setdefault(_alike(i), []).append((k + 1, i))
    found = [_found(group, titles, labels, passages, several) for group in groups.values()]
    if not found:
        found = [
            Said(
                "none",
                "No passage through the volumes of this case was found where the tracks were "
                "observed and credible.",
                ("Unobserved is never no: what nobody saw is listed here and hatched below.",),
            )
        ]
    doubtful = [_doubtful(x, titles, labels) for x in findings.get("not_established", ())]
    gaps: dict[str, list[Mapping[str, Any]]] = {}
    for x in findings.get("unobserved", ()):
        gaps.setdefault(str(x.get("track", "")), []).append(x)
    return found + doubtful + [_unseen(rows, titles, labels) for rows in gaps.values()]


def named(track: str, labels: Mapping[str, str], aircraft: int | None = None) -> str:
    """Return "4ab179-1 (CFL12, 3 aircraft)"."""
    more = [labels[track]] if labels.get(track) else []
    if aircraft is not None and aircraft > 1:
        more.append(f"{aircraft} aircraft")
    return f"{track} ({', '.join(more)})" if more else track


def _alike(i: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what passages must share for one head to speak for them all."""
    p = quantiles(i.get("p_inside")).q50
    keys = ("track", "layer", "hypothesis", "authorised", "aircraft_count")
    return (*(str(i.get(key)) for key in keys), "unknown" if p is None else term(p))


def _found(
    group: Sequence[tuple[int, Mapping[str, Any]]],
    titles: Mapping[str, str],
    labels: Mapping[str, str],
    passages: Mapping[str, DrawnPassage],
    several: bool,
) -> Said:
    number, i = group[0]
    layer = str(i.get("layer", "custom"))
    names = [
        titles.get(v, v) for v in dict.fromkeys(str(one.get("volume", "")) for _, one in group)
    ]
    aircraft = i.get("aircraft_count")
    who = named(str(i.get("track", "")), labels, aircraft if isinstance(aircraft, int) else None)
    where = airspace_of(listed(names), layer)
    chances = [p for _, one in group if (p := quantiles(one.get("p_inside")).q50) is not None]
    # The head must hold for every passage of the group, so it takes the least of them.
    opening = likelihood(min(chances)) if chances else "It is not known how likely it is that"
    if len(group) > 1:
        each = "in each of" if len(names) == 1 else "in"
        head = f"{opening} {who} was inside {where} {each} these {len(group)} passages."
        items = tuple(
            Item(n, anchor(str(one.get("id", ""))), _item(one, titles, passages, len(names) > 1))
            for n, one in group[:ITEMS_AT_MOST]
        )
    else:
        stay = _stay(i, passages.get(str(i.get("id"))))
        sure = bool(chances) and chances[0] >= 0.95
        head = (
            f"{opening} {who} was inside {where} {stay}."
            if sure
            else f"{opening} {who} was inside {where}. If it was, it was so {stay}."
        )
        items = ()
    more = []
    if len(group) > ITEMS_AT_MOST:
        more.append(f"{len(group) - ITEMS_AT_MOST} more are in the table of passages.")
    if several:
        more.append(f"This holds for the boundary “{i.get('hypothesis', '')}”.")
    coverage = [c for _, one in group if (c := quantiles(one.get("coverage")).q50) is not None]
    if coverage and min(coverage) < 0.95:
        least = "at least " if len(group) > 1 else ""
        more.append(f"Of the time inside, {least}{percent(min(coverage))} was observed.")
    more.append(AUTHORISATION.get(str(i.get("authorised")), AUTHORISATION["cannot tell"]))
    if layer in LAYER_NOTE:
        more.append(LAYER_NOTE[layer])
    causes = list(dict.fromkeys(str(one.get("dominant_uncertainty") or "") for _, one in group))
    causes = [_cause(cause) for cause in causes if cause]
    if causes:
        more.append(f"Most of the uncertainty comes from {listed(causes)}.")
    return Said("found", head, tuple(more), str(i.get("id", "")), number, items)


def listed(names: Sequence[str]) -> str:
    """Return "Turkey, Bulgaria and Romania"."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _cause(text: str) -> str:
    """Return "the gap (part of it was not observed)" for "gap: part of it was not observed"."""
    name, colon, why = text.partition(": ")
    return f"the {name} ({why})" if colon else name


def _item(
    i: Mapping[str, Any],
    titles: Mapping[str, str],
    passages: Mapping[str, DrawnPassage],
    several: bool,
) -> str:
    stay = _stay(i, passages.get(str(i.get("id"))))
    volume = str(i.get("volume", ""))
    return f"{titles.get(volume, volume)}: {stay}" if several else stay


def _stay(i: Mapping[str, Any], passage: DrawnPassage | None) -> str:
    entry, leave = instants(i.get("entry_utc")), instants(i.get("exit_utc"))
    lasted = quantiles(i.get("duration_s"))
    depth = quantiles(i.get("max_depth_m"))
    deep = f", up to {length(depth.q50, depth.half)} deep" if depth.q50 is not None else ""
    start = entry.q50 if entry.q50 is not None else passage.from_s if passage else None
    end = leave.q50 if leave.q50 is not None else passage.to_s if passage else None
    on = f" on {day(start)}" if start is not None else ""
    kind = str(i.get("open", "none"))
    if kind in ("entry", "both") or entry.q50 is None:
        begin = f"when observation began{f' at {zulu(start)}' if start is not None else ''}{on}"
        joined, until = "already ", "and until"
    else:
        begin, joined, until = f"from {time_text(entry)}", "", "to"
    if kind in ("exit", "both") or leave.q50 is None:
        finish = f"and still when observation ended{f' at {zulu(end)}' if end is not None else ''}"
    else:
        finish = f"{until} {time_text(leave)}"
    on = "" if joined else on
    least = "at least " if kind != "none" else ""
    time = f", for {least}{span_text(lasted)}" if lasted.q50 is not None else ""
    return f"{joined}{begin} {finish}{on}{time}{deep}"


def _doubtful(x: Mapping[str, Any], titles: Mapping[str, str], labels: Mapping[str, str]) -> Said:
    volume = str(x.get("volume", ""))
    where = f" inside {titles.get(volume, volume)}" if volume else ""
    head = (
        f"Not established: {named(str(x.get('track', '')), labels)}{where}, "
        f"{_stretch(x)}. The positions are not credible."
    )
    why = x.get("why")
    if isinstance(why, str):  # the head has just said so
        why = why.removeprefix("positions not credible: ")
    return Said("not-established", head, tuple(_sentence(why)))


def _unseen(
    rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str], labels: Mapping[str, str]
) -> Said:
    """Return what nobody saw of one track: the gaps with a volume on the way come first."""
    who = named(str(rows[0].get("track", "")), labels)
    if len(rows) == 1:
        (x,) = rows
        more = _sentence(x.get("why"))
        if across := _across(x, titles):
            more += [f"Between its last and its next credible position: {across}.", NEITHER]
        return Said("unobserved", f"Nobody observed {who} {_stretch(x)}.", tuple(more))
    rows = sorted(rows, key=lambda x: (not x.get("states_between"), str(x.get("from_utc"))))
    items = [
        Item(0, "", _stretch(x) + (f": {across}" if (across := _across(x, titles)) else ""))
        for x in rows[:ITEMS_AT_MOST]
    ]
    more = []
    if len(rows) > ITEMS_AT_MOST:
        more.append(f"{len(rows) - ITEMS_AT_MOST} more are dotted and hatched in the figures.")
    if rows[0].get("states_between"):
        more += ["What lies between the last and the next credible position is named.", NEITHER]
    head = f"Nobody observed {who} in these {len(rows)} stretches."
    return Said("unobserved", head, tuple(more), items=tuple(items))


def _across(x: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    between = x.get("states_between") or ()
    names = [between] if isinstance(between, str) else [str(name) for name in between]
    return ", ".join(titles.get(name, name) for name in names)


def _stretch(x: Mapping[str, Any]) -> str:
    a, b = (x.get(key) for key in ("from_utc", "to_utc"))
    if not (isinstance(a, str) and isinstance(b, str)):
        return "at a time not stated"
    start, end = epoch_s(a), epoch_s(b)
    return f"between {zulu(start)} and {zulu(end)} on {day(start)} ({span(end - start)})"


def _sentence(text: object) -> list[str]:
    """Return the text as sentences fit to print: a capital first, a stop last."""
    if not text:
        return []
    parts: Sequence[object] = [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]
    plain = [str(part).strip() for part in parts]
    return [f"{p[0].upper()}{p[1:]}{'' if p[-1] in '.!?' else '.'}" for p in plain if p]


def distinct(incursions: Sequence[Mapping[str, Any]]) -> int:
    """Return how many passages there are: rival boundaries tell of one and the same."""
    told: dict[tuple[str, str], dict[str, int]] = {}
    for i in incursions:
        rivals = told.setdefault((str(i.get("track")), str(i.get("volume"))), {})
        hypothesis = str(i.get("hypothesis"))
        rivals[hypothesis] = rivals.get(hypothesis, 0) + 1
    return sum(max(rivals.values()) for rivals in told.values())


def headline(findings: Findings) -> str:
    """Return the one line under the title."""
    every = findings.get("incursions", ())
    certain = distinct([i for i in every if (i.get("p_inside") or 0) >= 0.95])
    others = distinct(every) - certain
    parts = ["no passage was established"]
    if certain:
        parts = [f"{count(certain, 'passage')} established with a probability of 95{NBSP}% or more"]
    if others:
        parts.append(f"{others} less likely than that")
    doubtful = len(findings.get("not_established", ()))
    if doubtful:
        parts.append(f"{count(doubtful, 'stretch', 'stretches')} where nothing can be established")
    unseen = len(findings.get("unobserved", ()))
    if unseen:
        parts.append(f"{count(unseen, 'stretch', 'stretches')} that nobody observed")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."
