"""Was it allowed, and who could have seen it: what other records say, as rows of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.dossier.format import length, percent, quantiles
from tocsin.dossier.sentences import Findings, listed

Row = dict[str, Any]

QUESTIONS = (
    ("authorisation", "Authorised"),
    ("flight_plan", "Flight plan"),
    ("transponder", "Transponder on"),
    ("radio", "Radio contact with the state"),
    ("activation", "Volume active"),
)
WEIGHTS = {
    "full": (3, "weighs in full"),
    "partial": (2, "weighs in part"),
    "weak": (1, "weighs little"),
    "none": (0, "weighs nothing: it was not owed"),
    "unknown": (0, "what it weighs is not known"),
}
SOURCES_AT_MOST = 6


def asked(findings: Findings) -> list[Row]:
    """Return one row a question that was asked of the principal incursion, none without context."""
    context = findings.get("context") or {}
    if not context.get("about"):
        return []
    rows = []
    for key, name in QUESTIONS:
        told = context.get(key)
        if not told or (key == "activation" and not _worth_saying(told)):
            continue
        answer = str(told.get("answer", "cannot tell"))
        level, word = WEIGHTS.get(str(told.get("weight")), (0, ""))
        # Only a "no" weighs: what is not in this feed is not known to be lacking.
        weighs = key not in ("authorisation", "activation") and answer == "no"
        rows.append(
            {
                "question": name,
                "answer": answer.capitalize(),
                "kind": answer.replace(" ", "-") if answer in ("yes", "no") else "open",
                "why": _sentence(str(told.get("why", "")).split(". ")[0]),
                "level": level if weighs else None,
                "weight": word if weighs else "",
                "weight_why": _sentence(_because(key, told)) if weighs else "",
                "until": told.get("until") or "",
                "near": _near(told) if weighs else [],
                "sources": _sources(told.get("sources") or ()),
            }
        )
    return rows


def served(findings: Findings) -> Row:
    """Return the bar of who served the path inside, and the sentences beside it; empty: none."""
    radio = (findings.get("context") or {}).get("radio") or {}
    regions = [r for r in radio.get("regions") or () if (quantiles(r.get("share")).q50 or 0) > 0]
    says = [str(text) for text in radio.get("says") or ()]
    if not regions:
        return {"parts": [], "says": says, "sources": []}
    told = sum(float(r["share"]) for r in regions)
    parts = [
        {
            "name": str(r.get("fir", "")),
            "by": f"served by {r.get('served_by', '')}",
            "share": percent(min(float(r["share"]), 1.0)),
            "width": round(100 * float(r["share"]), 2),
            "own": r.get("weight_there") == "full",
        }
        for r in regions
    ]
    if told < 0.995:
        rest = {"name": "no known region", "by": "", "share": percent(1 - told), "own": None}
        parts.append({**rest, "width": round(100 * (1 - told), 2)})
    files = dict.fromkeys((str(r.get("path", "")), str(r.get("sha256", ""))) for r in regions)
    return {"parts": parts, "says": says, "sources": list(files)}


def seen(findings: Findings) -> Row:
    """Return who could have seen it: the answer, and one row a sensor; empty without sensors."""
    context = findings.get("context") or {}
    told = context.get("coverage") or {}
    near = (context.get("radio") or {}).get("places") or ()
    titles = {str(p.get("place")): str(p.get("title")) for p in near}
    sensors = told.get("sensors") or ()
    if not sensors:
        return {}
    places = list(dict.fromkeys(name for s in sensors for name in s.get("lowest_m") or {}))
    share = quantiles(told.get("share")).q50
    return {
        "answer": _could(str(told.get("answer")), share),
        "why": _sentence(str(told.get("why", ""))),
        "limits": _sentence(str(told.get("limits", ""))),
        "places": [titles.get(name, name) for name in places],
        "sensors": [
            {
                "name": str(s.get("sensor", "")),
                "kind": str(s.get("kind", "")).replace("_", " "),
                "share": percent(q) if (q := quantiles(s.get("share")).q50) is not None else "",
                "width": round(100 * q, 1) if q is not None else 0,
                "lowest": [_lowest(s.get("lowest_m") or {}, name) for name in places],
            }
            for s in sensors
        ],
    }


def _near(told: Mapping[str, Any]) -> list[Row]:
    """Return what a lack weighs near each place, where that differs from the whole stay."""
    out = []
    for place in told.get("places") or ():
        level, word = WEIGHTS.get(str(place.get("weight")), (0, ""))
        if word and place.get("weight") != told.get("weight"):
            out.append({"level": level, "text": f"near {place.get('title', '')} it {word}"})
    return out


def _worth_saying(told: Mapping[str, Any]) -> bool:
    """Hours matter where there are any: sovereign airspace has none."""
    return bool(told.get("sources")) or "no hours" not in str(told.get("why", ""))


def _because(key: str, told: Mapping[str, Any]) -> str:
    return str(told.get("weight_why" if key == "radio" else "owed_why") or "")


def _could(answer: str, share: float | None) -> str:
    words = {
        "yes": "Yes: a sensor of this case could see all of the passage.",
        "no": "No: no sensor of this case could see any of the passage.",
    }
    if answer in words:
        return words[answer]
    if share is None:
        return "It cannot be told."
    return f"In part: sensors of this case could see {percent(share)} of the passage."


def _lowest(lowest: Mapping[str, Any], place: str) -> str:
    m = quantiles(lowest.get(place)).q50
    if m is None:
        return "out of range"
    return "down to the surface" if m < 1 else f"from {length(m, max(m / 20, 5))}"


def _sources(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    rows = [row for row in rows if row.get("by")]  # files stand with what was made of them
    out = []
    for row in rows[:SOURCES_AT_MOST]:
        title, date = str(row.get("title", "")), str(row.get("date", ""))
        about = [part for part in (title, date if date[:4] not in title else "") if part]
        place = " ".join(str(row[key]) for key in ("path", "place") if row.get(key))
        out.append(
            {
                "by": str(row["by"]),
                "grade": str(row.get("grade", "")),
                "text": str(row.get("text", "")),
                "about": ", ".join(about) or place,
            }
        )
    if len(rows) > SOURCES_AT_MOST:
        more = f"{len(rows) - SOURCES_AT_MOST} more in findings.json"
        out.append({"by": more, "grade": "", "text": "", "about": ""})
    return out


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text[-1] in '.!?' else '.'}"


def headline(findings: Findings) -> str:
    """Return the first sentence under "Was it allowed?"."""
    told = (findings.get("context") or {}).get("authorisation") or {}
    by = [str(name) for name in told.get("by") or ()]
    whose = f", on the word of {listed(by)}" if by else ""
    until = f", until {told['until']}" if told.get("until") else ""
    return {
        "yes": f"It was authorised{whose}{until}: inside, and no violation.",
        "no": f"It was not authorised{whose}.",
    }.get(
        str(told.get("answer")),
        f"Whether it was authorised cannot be told{whose}: inside is not yet a violation.",
    )
