"""The rows of the page's tables, ready to print."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tocsin.dossier.data import DossierData, DrawnPassage, DrawnTrack
from tocsin.dossier.edges import edge_text, every_text
from tocsin.dossier.format import (
    Quantiles,
    day,
    dtg,
    epoch_s,
    instants,
    length,
    length_parts,
    percent,
    position,
    quantiles,
    span,
    span_text,
    time_text,
    zulu,
)
from tocsin.dossier.profile import limit_text
from tocsin.dossier.sentences import Findings, anchor, distinct, named, ordered
from tocsin.dossier.words import AUTHORISATION, count, term

Row = dict[str, Any]
VERDICTS = ("supported", "contradicted", "unresolved", "unobserved")
ANY = "any"  # the one hypothesis of a claim that no boundary bears on
NOTHING_SHARED = "nothing in one excludes the other"  # as `claims.compatibility` words it

OPEN = {
    "none": "",
    "entry": "entry not observed",
    "exit": "exit not observed",
    "both": "neither entry nor exit observed",
}
AUTHORISED_MORE = {
    "yes": "according to the reports of this case",
    "no": "according to the reports of this case",
    "differs": "from passage to passage",
}
CLAIM = ("id", "by", "says", "grade", "test", "verdict", "why", "changes_if")
OSM_CREDIT = "© OpenStreetMap contributors, ODbL 1.0"


def tiles(findings: Findings) -> list[Row]:
    """Return the key figures: (label, value, beside)."""
    incursions = ordered(findings)
    rows: list[Row] = []
    doubtful = [*findings.get("not_established", ())]
    chances = [p for i in incursions if (p := quantiles(i.get("p_inside")).q50) is not None]
    volumes = len({i.get("volume") for i in incursions})
    beside = f"through {count(volumes, 'volume')}" if incursions else "where observed and credible"
    rivals = len({i.get("hypothesis") for i in incursions})
    if rivals > 1:
        beside += f", {count(rivals, 'boundary', 'boundaries')}"
    rows.append(
        {"label": "Passages found", "value": str(distinct(incursions) or "none"), "more": beside}
    )
    if chances:
        # The surest passage is what the reader is told first; the table has the others.
        best = max(chances)
        rows.append({"label": "Likelihood", "value": percent(best), "more": term(best)})
    if (q := _longest(incursions, "duration_s")) and q.q50 is not None:
        interval = span_text(q).partition(" (")[2].rstrip(")")
        rows.append({"label": "Longest stay", "value": span(q.q50), "more": interval})
    if q := _longest(incursions, "max_depth_m"):
        value, beside, interval = length_parts(q)
        more = f"{beside} ({interval})" if interval else beside
        rows.append({"label": "Greatest depth", "value": value, "more": more})
    if incursions:
        kinds = {str(i.get("authorised", "cannot tell")) for i in incursions}
        word = kinds.pop() if len(kinds) == 1 else "differs"
        more = AUTHORISED_MORE.get(word, "inside is not yet a violation")
        rows.append({"label": "Authorised", "value": word, "more": more})
    if doubtful:
        total = sum(_seconds(x) for x in doubtful)
        rows.append(
            {
                "label": "Not established",
                "value": count(len(doubtful), "stretch", "stretches"),
                "more": f"{span(total)} of positions not credible",
            }
        )
    unseen = findings.get("unobserved", ())
    if unseen and len(rows) < 6:
        total = sum(_seconds(x) for x in unseen)
        more = count(len(unseen), "stretch", "stretches")
        rows.append({"label": "Nobody observed", "value": span(total), "more": more})
    return rows


def _longest(incursions: Sequence[Mapping[str, Any]], name: str) -> Quantiles | None:
    known = [q for i in incursions if (q := quantiles(i.get(name))).q50 is not None]
    return max(known, key=lambda q: q.q50 or 0.0) if known else None


def passages(findings: Findings, data: DossierData, titles: Mapping[str, str]) -> list[Row]:
    """Return one row an incursion, numbered as in the figures."""
    drawn = {p.id: p for p in data.passages}
    tracks = {t.track: t for t in data.tracks}
    labels = {t.track: t.label for t in data.tracks}
    rows = []
    for k, i in enumerate(ordered(findings)):
        p, track = drawn.get(str(i.get("id"))), tracks.get(str(i.get("track")))
        chance = quantiles(i.get("p_inside")).q50
        coverage = quantiles(i.get("coverage")).q50
        entry, leave = instants(i.get("entry_utc")), instants(i.get("exit_utc"))
        volume = str(i.get("volume", ""))
        aircraft = i.get("aircraft_count")
        rows.append(
            {
                "number": k + 1,
                "id": str(i.get("id", "")),
                "anchor": anchor(str(i.get("id", ""))),
                "track": named(
                    str(i.get("track", "")), labels, aircraft if isinstance(aircraft, int) else None
                ),
                "volume": titles.get(volume, volume),
                "layer": i.get("layer", ""),
                "hypothesis": i.get("hypothesis", ""),
                "day": day(t) if (t := entry.q50 or leave.q50 or (p.from_s if p else None)) else "",
                "entry": _end(entry, p, track, entering=True),
                "exit": _end(leave, p, track, entering=False),
                "duration": span_text(quantiles(i.get("duration_s"))).partition(" ("),
                "depth": length_parts(quantiles(i.get("max_depth_m"))),
                "edge": edge_text(i.get("depth_from"), titles),
                "every": every_text(i.get("depth_from")),
                "path": length_parts(quantiles(i.get("path_inside_m"))),
                "p": percent(chance) if chance is not None else "not known",
                "term": term(chance) if chance is not None else "",
                "coverage": percent(coverage) if coverage is not None else "not known",
                "open": OPEN.get(str(i.get("open", "none")), str(i.get("open"))),
                "authorised": str(i.get("authorised", "cannot tell")),
                "authorised_more": AUTHORISATION.get(str(i.get("authorised")), ""),
                "uncertainty": i.get("dominant_uncertainty") or "",
            }
        )
    return rows


def _end(
    q: Quantiles, p: DrawnPassage | None, track: DrawnTrack | None, *, entering: bool
) -> dict[str, str]:
    if q.q50 is None:
        seen = (p.from_s if entering else p.to_s) if p else None
        word = "first seen inside" if entering else "last seen inside"
        beside = f"{word} {zulu(seen)}" if seen is not None else ""
        return {"time": "not observed", "beside": "", "where": beside}
    where = ""
    if p is not None:
        lon = p.entry_lon_deg if entering else p.exit_lon_deg
        lat = p.entry_lat_deg if entering else p.exit_lat_deg
        if np.isfinite(lon) and np.isfinite(lat):
            where = position(lat, lon, sigma_at(track, q.q50))
    time, _, beside = time_text(q).partition(" (")
    return {"time": time, "beside": beside.rstrip(")"), "where": where}


def sigma_at(track: DrawnTrack | None, t_s: float, unknown_m: float = 1000.0) -> float:
    """Return the position error of the known fix nearest in time; 1 km where none is known."""
    if track is None or not (known := track.trusted & np.isfinite(track.sigma_m)).any():
        return unknown_m
    k = int(np.abs(track.t_s[known] - t_s).argmin())
    return float(track.sigma_m[known][k])


def integrity(findings: Findings, labels: Mapping[str, str]) -> list[Row]:
    """Return one row a stretch that is not to be trusted."""
    return [
        {
            "track": named(str(x.get("track", "")), labels),
            "when": _when(x),
            "long": span(_seconds(x)) if _seconds(x) > 0 else "one instant",
            "reason": str(x.get("reason", "")).replace("_", " "),
            "detail": x.get("detail", ""),
            "fixes": x.get("fixes"),
        }
        for x in findings.get("integrity", ())
    ]


def claims(findings: Findings) -> list[Row]:
    """Return one row a claim, with its verdict and P under each boundary hypothesis."""
    rows: list[Row] = []
    for c in findings.get("claims", ()):
        chances, verdicts = c.get("p") or {}, c.get("verdicts") or {}
        names = sorted({*chances, *verdicts})
        by_hypothesis = [
            {
                "hypothesis": name,
                "verdict": verdicts.get(name, ""),
                "p": percent(p) if (p := quantiles(chances.get(name)).q50) is not None else "",
            }
            for name in names
            if name != ANY or (name in chances and quantiles(chances[name]).q50 is not None)
        ]
        # Where none was found the reason says so already; a number would read as one that was.
        beyond = bool(c.get("bias_needed_beyond"))
        bias = None if beyond else quantiles(c.get("bias_needed_sigma")).q50
        row = dict.fromkeys(CLAIM, "")
        row |= {key: value for key, value in c.items() if value is not None}
        same = bool(rows) and rows[-1]["by"] == row["by"]
        more = {"by_hypothesis": by_hypothesis, "bias": f"{bias:.1f}" if bias else ""}
        rows.append({**row, **more, "speaker": "" if same else row["by"]})
    return rows


def judged(findings: Findings) -> str:
    """Return how many claims came to which verdict, in words; "" without claims."""
    said = [str(c.get("verdict", "")) for c in findings.get("claims", ())]
    parts = [f"{said.count(word)} {word}" for word in VERDICTS if word in said]
    return f"{len(said)} tested: {', '.join(parts)}" if said else ""


def inputs(findings: Findings) -> list[Row]:
    """Return one row an input, with what was refused and what was assumed."""
    row = {"path": "", "sha256": "", "format": "not stated", "records": 0, "decoded": 0}
    row |= {"quarantined": 0, "reasons": {}, "notes": ()}
    return [{**row, **i} for i in findings.get("inputs", ())]


def compatibility(findings: Findings) -> list[Row]:
    """Return one row a pair of claims, with the word for whether both can be true.

    Pairs that have nothing in common are left to `apart`.  `plain`: both can be true,
    and nothing more is to be said of it.
    """
    words = {True: "compatible", False: "not compatible"}
    return [
        {
            "a": c.get("a", ""),
            "b": c.get("b", ""),
            "word": words.get(c.get("compatible"), "not known"),
            "why": c.get("why") or "",
            "plain": c.get("compatible") is True and "; " not in (c.get("why") or ""),
        }
        for c in findings.get("compatibility", ())
        if c.get("why") != NOTHING_SHARED
    ]


def apart(findings: Findings) -> str:
    """Return how many pairs of claims are about different things, in words; "" for none."""
    count = sum(c.get("why") == NOTHING_SHARED for c in findings.get("compatibility", ()))
    if not count:
        return ""
    return f"In {count} more {'pair' if count == 1 else 'pairs'} {NOTHING_SHARED}."


def airspace(findings: Findings, data: DossierData, titles: Mapping[str, str]) -> list[Row]:
    """Return one row a source of volumes: those that share file, edges, error and limits."""
    limits = {one.volume: one for one in data.limits}
    rows: dict[tuple[str, ...], Row] = {}
    for a in findings.get("airspace", ()):
        volume = str(a.get("volume", ""))
        both = limits.get(volume)
        sigma = quantiles(a.get("sigma_m")).q50
        row = {
            **{key: str(a.get(key) or "not stated") for key in ("path", "sha256", "hypothesis")},
            "layer": str(a.get("layer") or "custom"),
            "sigma": f"{length(sigma, sigma / 2)}, one sigma" if sigma else "not stated",
            "edges": _edges(a.get("edges")),
            "attribution": _credit(a),
            "limits": f"{limit_text(both.lower, 'surface')} to {limit_text(both.upper)}"
            if both
            else "",
        }
        title = titles.get(volume, volume)
        name = title if title == volume else f"{title} ({volume})"
        rows.setdefault(tuple(row.values()), {**row, "names": []})["names"].append(name)
    return list(rows.values())


def _credit(a: Mapping[str, Any]) -> str:
    """Return the attribution; one that is owed to OpenStreetMap always names the licence."""
    credit = str(a.get("attribution") or "")
    osm = "openstreetmap" in credit.lower() or "osm" in str(a.get("hypothesis", "")).lower()
    return OSM_CREDIT if osm and "odbl" not in credit.lower() else credit


def _edges(edges: object) -> str:
    if isinstance(edges, Mapping):
        return ", ".join(f"{k} {v}" for k, v in edges.items())
    if isinstance(edges, (list, tuple)):
        return ", ".join(str(e) for e in edges)
    return str(edges or "not stated")


def settings(findings: Findings) -> list[tuple[str, str]]:
    """Return the settings, nested ones with dotted names, in the order given."""
    rows: list[tuple[str, str]] = []

    def walk(prefix: str, value: object) -> None:
        if isinstance(value, Mapping) and value:
            for key, inner in value.items():
                walk(f"{prefix}.{key}" if prefix else str(key), inner)
        else:
            text = value if isinstance(value, str) else json.dumps(value, default=str)
            rows.append((prefix, text))

    walk("", findings.get("settings") or {})
    return [row for row in rows if row[0]]


def header(findings: Findings) -> Row:
    """Return the lines of the header that need work: the window and the as-of."""
    window = findings.get("window") or ()
    text = ""
    if len(window) == 2:
        a, b = (epoch_s(str(w)) for w in window)
        last = zulu(b) if day(a) == day(b) else f"{day(b)}, {zulu(b)}"
        text = f"{day(a)}, {zulu(a)} to {last} (DTG {dtg(a)} to {dtg(b)})"
    moment = findings.get("as_of")
    as_of = f"{day(t)}, {zulu(t)}" if isinstance(moment, str) and (t := epoch_s(moment)) else ""
    return {"window": text, "as_of": as_of}


def _when(x: Mapping[str, Any]) -> str:
    a, b = x.get("from_utc"), x.get("to_utc")
    if not (isinstance(a, str) and isinstance(b, str)):
        return "not stated"
    start, end = epoch_s(a), epoch_s(b)
    if end <= start:
        return f"{day(start)}, {zulu(start)}"
    last = zulu(end) if day(start) == day(end) else f"{day(end)}, {zulu(end)}"
    return f"{day(start)}, {zulu(start)} to {last}"


def _seconds(x: Mapping[str, Any]) -> float:
    a, b = x.get("from_utc"), x.get("to_utc")
    return epoch_s(b) - epoch_s(a) if isinstance(a, str) and isinstance(b, str) else 0.0
