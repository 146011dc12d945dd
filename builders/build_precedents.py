"""Write src/tocsin/data/precedents/*.csv from the collected facts on incidents and requests.

    python builders/build_precedents.py FACTS     FACTS holds article4.csv and incidents.csv
    python builders/build_precedents.py FACTS --check

Every score is made by a rule below from a column of the facts, or stands in HAND with the words
relied on.  The scores are the project's, for illustration: nobody else has agreed to them.
What the facts do not say stays out, and is unknown to whoever reads the table.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tocsin.policy.threshold.load import Earlier, as_score, loads
from tocsin.policy.threshold.scale import FACTORS

OUT = Path(__file__).resolve().parents[1] / "src" / "tocsin" / "data" / "precedents"
DOMAINS = ("air", "drone", "missile", "balloon")
BY = "scored for illustration by the tocsin project from the sources named"
CASE_COLUMNS = (
    *("id", "title", "date", "states", "domain", "consulted", "level", "outcome"),
    *("source_title", "source_url", "note"),
)
SCORE_COLUMNS = ("case", "factor", "low", "high", "evidence", "why", "by")
Row = dict[str, str]
Span = tuple[float, float]

#: Requests that answered an incident of the list: number in article4.csv -> incident.
REQUESTS = {"8": "PL-2025-09-10", "9": "EE-2025-09-19"}
#: Cases without a request that article4.csv names: their date and state -> incident.
CONTROLS = {
    ("2025-09-13", "ROU"): "RO-2025-09-13",
    ("2025-09-22", "DNK"): "DK-2025-09-22",
    ("2025-10-23", "LTU"): "LT-2025-10-23",
    ("2026-03-04", "TUR"): "TR-2026-03-04",
    ("2026-05-29", "ROU"): "RO-2026-05-29",
}
#: Level of past practice: 1 note, 2 summons, 3 joint statement, 4 consulted.
LEVELS = {"RO-2026-05-29": 3}

#: Scores that no column carries: case -> factor -> (low, high, the words relied on).
HAND: dict[str, dict[str, tuple[float, float, str]]] = {
    "EE-2025-08-24-UAV": {"effect": (1, 1, "exploded in a field")},
    "EE-2026-03-25-UAV": {
        "effect": (2, 2, "hit the chimney of a power plant"),
        "directness": (0, 1, "not aimed at Estonia (prosecutor)"),
    },
    "EE-2026-05-19-UAV": {"effect": (0, 1, "shot down over a marsh")},
    "EE-2025-09-19": {
        "immediacy": (1, 3, "armed, minutes from Tallinn; no immediate threat assessed (Rutte)"),
        "measurability": (2, 3, "radar printout and photos shown at the Security Council"),
        "military": (4, 4, "missiles seen by Estonia and Italy"),
        "hails": (3, 3, "acknowledged interceptors but did not follow"),
        "intent": (1, 3, "intent still open (Estonian forces)"),
        "legality": (3, 3, "no permission, no plan, transponders off"),
    },
    "FI-2026-03-29-UAV": {"effect": (1, 1, "two drones crashed")},
    "DK-2025-09-22": {
        "effect": (1, 1, "traffic stopped about four hours"),
        "intent": (2, 4, '"capable actor"'),
    },
    "DK-2025-09-24": {"effect": (1, 1, "airport closed")},
    "NO-2025-09-22": {"effect": (1, 1, "airspace shut three hours")},
    "PL-2022-11-15": {"effect": (3, 3, "two killed")},
    "PL-2022-12-KH55": {"effect": (1, 1, "wreck found near Bydgoszcz")},
    "PL-2025-08-20": {"effect": (1, 2, "exploded in a cornfield")},
    "PL-2025-09-10": {
        "effect": (1, 2, "16 wrecks found by evening"),
        "directness": (1, 4, "Russia says Poland was not the target"),
        "measurability": (2, 4, "3 confirmed shot down, 16 wrecks found"),
        "military": (3, 4, "drones; others were shot down"),
        "attribution": (2, 3, "Russia says Poland was not the target; several allies fired"),
    },
    "PL-2025-09-19-PETRO": {
        "invasiveness": (0, 0, "safety zone breached, not Polish airspace"),
        "legality": (0, 1, "not Polish airspace"),
        "directness": (2, 3, "low over the platform"),
    },
    "LV-2024-09-07": {"effect": (1, 1, "crashed; charge defused")},
    "LV-2026-03-25-UAV": {"effect": (1, 2, "detonated")},
    "LV-2026-05-UAV": {"effect": (2, 2, "hit an empty oil storage site")},
    "LT-2025-07-10": {"effect": (1, 1, "fell minutes later")},
    "LT-2025-07-28": {"effect": (1, 1, "found with about 2 kg of explosive")},
    "LT-2025-09-26": {"effect": (1, 1, "seven flights affected")},
    "LT-2025-10-05-BALL": {"effect": (1, 1, "airport closed")},
    "LT-2025-10-24-BALL": {"effect": (1, 1, "airports closed, border shut")},
    "LT-2026-03-23-UAV": {"effect": (1, 1, "fell at a lake")},
    "RO-2023-09-04": {"effect": (1, 2, "crashed and exploded")},
    "RO-2025-09-13": {"effect": (0, 0, "left near Pardina")},
    "RO-2025-11-11": {"effect": (1, 1, "fragments about 5 km inside")},
    "RO-2025-11-25": {"effect": (1, 1, "found without warhead")},
    "RO-2026-05-29": {
        "effect": (3, 3, "two injured"),
        "immediacy": (4, 4, "hit an apartment block"),
        "military": (4, 4, "Geran-2 exploded on impact"),
    },
    "TR-2026-03-04": {
        "effect": (1, 1, "debris; shot down before Turkish airspace"),
        "invasiveness": (0, 1, "shot down while heading to Turkish airspace"),
    },
    "A4-1": {
        "effect": (0, 0, "possible spill-over"),
        "invasiveness": (0, 0, "possible spill-over"),
        "immediacy": (1, 2, "possible spill-over of the Iraq war"),
        "directness": (0, 1, "a war beside Turkey"),
        "military": (3, 4, "the Iraq war"),
    },
    "A4-2": {
        "effect": (3, 3, "a Turkish F-4 shot down"),
        "immediacy": (4, 4, "shot down"),
        "directness": (3, 4, "a state aircraft shot down"),
        "measurability": (2, 3, "statement of the Council"),
        "military": (4, 4, "shot down"),
        "attribution": (3, 4, "Syria shot it down"),
        "legality": (3, 4, "use of force"),
        "intent": (2, 4, "shot down"),
    },
    "A4-3": {
        "effect": (3, 4, "five killed in Akcakale"),
        "immediacy": (4, 4, "shelling"),
        "directness": (2, 4, "shelling of a town"),
        "measurability": (2, 3, "statement of the Council"),
        "military": (4, 4, "shelling"),
        "attribution": (2, 3, "Syrian shelling"),
        "legality": (4, 4, "use of force"),
        "intent": (1, 4, "shelling"),
    },
    "A4-4": {
        "effect": (0, 0, "Crimea, not Poland"),
        "invasiveness": (0, 0, "Crimea, not Poland"),
        "immediacy": (1, 2, "Russian action in Ukraine"),
        "directness": (0, 1, "Crimea, not Poland"),
        "military": (3, 4, "Russian action in Ukraine"),
        "attribution": (2, 3, "Russian action"),
    },
    "A4-5": {
        "effect": (3, 4, "terrorist attacks (Suruc)"),
        "immediacy": (4, 4, "attacks"),
        "directness": (3, 4, "attacks in Turkey"),
        "measurability": (2, 3, "statement of the Council"),
        "military": (0, 1, "terrorist attacks"),
    },
    "A4-6": {
        "effect": (4, 4, "33 soldiers killed"),
        "invasiveness": (0, 0, "near Idlib, outside Turkey"),
        "immediacy": (4, 4, "killed"),
        "directness": (3, 4, "Turkish soldiers killed"),
        "measurability": (2, 3, "statements of the Council"),
        "military": (4, 4, "strikes"),
        "attribution": (2, 3, "strikes condemned"),
        "legality": (4, 4, "use of force"),
        "intent": (2, 4, "strikes"),
    },
    "A4-7": {
        "effect": (0, 0, "Ukraine, not the states that asked"),
        "invasiveness": (0, 0, "Ukraine, not the states that asked"),
        "immediacy": (2, 3, "full-scale invasion of a neighbour"),
        "directness": (0, 1, "Ukraine, not the states that asked"),
        "military": (4, 4, "full-scale invasion"),
        "attribution": (3, 4, "Russia"),
    },
}

_STRAY = r"stray|off course|unintended|diverted|astray|not aimed|tolerated"
_COMBAT = r"Su-\d|MiG-\d|bomber|fighter|Il-20|reconnaissance"
_BORDER = r"Mi-8|helicopter|[Bb]order[ -][Gg]uard|military aircraft|L-39|state aircraft"
_TRANSPORT = r"Il-76|Il-96|A319|Tu-154|L-410|tanker|Il-78"
_WEAPON = r"\barmed\b|missile|warhead|explosive|attack drone|Shahed|Geran|Kh-55"


def cases(facts: Path) -> Iterator[tuple[Row, list[Row]]]:
    """Yield every precedent and its scores."""
    incidents = _rows(facts / "incidents.csv")
    requests = _rows(facts / "article4.csv")
    asked = {REQUESTS[row["n"]]: row for row in requests if row["n"] in REQUESTS}
    known = {
        CONTROLS[row["date_requested"], row["requesters"]]: row
        for row in requests
        if row["invoked"] == "no"
    }
    for row in requests:
        if row["invoked"] == "yes" and row["n"] not in REQUESTS:
            yield _request(row)
    for row in incidents:
        if row["domain"] in DOMAINS and _days(row["start_utc"]) is not None:
            yield _incident(row, incidents, asked.get(row["id"]), known.get(row["id"]))


def _request(row: Row) -> tuple[Row, list[Row]]:
    name = f"A4-{row['n']}"
    case = {
        "id": name,
        "title": row["trigger"],
        "date": row["date_requested"],
        "states": row["requesters"],
        "domain": "",
        "consulted": "yes",
        "level": "4",
        "outcome": row["outcome"],
        "source_title": row["source_title"],
        "source_url": row["source_url"],
        "note": row["notes"],
    }
    scores = [
        _score(name, factor, (low, high), f"article4.csv:{row['n']}", why)
        for factor, (low, high, why) in HAND[name].items()
    ]
    return case, scores


def _incident(
    row: Row, incidents: list[Row], asked: Row | None, control: Row | None
) -> tuple[Row, list[Row]]:
    about = asked or control
    notes = [row["notes"]]
    if about:
        notes.append(about["notes"])
    if control and not row["id"].startswith("DK"):
        consulted = "not found" if "not found" in control["outcome"] + control["notes"] else "no"
    elif control:
        consulted = "not found"  # "said to have been considered", unverified
    else:
        consulted = "yes" if asked else "not found"
        if not asked:
            notes.append("not among the nine requests listed")
    case = {
        "id": row["id"],
        "title": row["what"],
        "date": row["start_utc"],
        "states": row["state"],
        "domain": row["domain"],
        "consulted": consulted,
        "level": _level(row, asked is not None),
        "outcome": "; ".join(filter(None, [row["response"], about["outcome"] if about else ""])),
        "source_title": row["source_title"],
        "source_url": row["source_url"],
        "note": "; ".join(filter(None, notes)),
    }
    made = _scores(row, incidents)
    made |= {name: (low, high, why) for name, (low, high, why) in HAND.get(row["id"], {}).items()}
    scores = [
        _score(row["id"], name, (low, high), _evidence(row, about, name, why), why)
        for name, (low, high, why) in sorted(made.items(), key=lambda item: FACTORS.index(item[0]))
        if (low, high) != (0, 4)
    ]
    return case, scores


def _evidence(row: Row, about: Row | None, factor: str, why: str) -> str:
    """Return the ids a score rests on: its own row, the rows counted, or the texts read by hand."""
    own = [f"incidents.csv:{row['id']}"]
    if factor in ("repetition", "coordination", "cumulative"):
        return " ".join(
            [*own, *(f"incidents.csv:{other}" for other in why.split() if "-" in other)]
        )
    if factor in HAND.get(row["id"], {}):
        own += [f"article4.csv:{about['n'] or about['date_requested']}"] if about else []
        own += ["claims-2025-09-19.md"] if row["id"] == "EE-2025-09-19" else []
    return " ".join(own)


def _level(row: Row, asked: bool) -> str:
    if asked:
        return "4"
    if row["id"] in LEVELS:
        return str(LEVELS[row["id"]])
    said = row["response"]
    if re.search(r"summoned|asked to explain", said):
        return "2"
    return "1" if re.search(r"\bnote\b|protest", said) else ""  # silence is not "nothing done"


def _scores(row: Row, incidents: list[Row]) -> dict[str, tuple[float, float, str]]:
    what, actor, notes = row["what"], row["actor_alleged"], row["notes"]
    out: dict[str, tuple[float, float, str]] = {}
    if row["domain"] == "air":
        out["effect"] = (0, 0, "no damage reported")
    depth_km, seconds = _depth(row["depth_km"]), _duration(row["duration_s"])
    out |= _invasiveness(depth_km, seconds)
    military = _military(what, row["domain"])
    out["military"] = (*military, what)
    stray = bool(re.search(_STRAY, f"{what} {actor} {notes}"))
    effect = HAND.get(row["id"], {}).get("effect", (0, 0, ""))[0]
    if effect >= 2:
        out["immediacy"] = (4, 4, "harm done")
    elif military[0] >= 4:
        out["immediacy"] = (2, 3, "weapons")
    elif military[0] >= 3:
        out["immediacy"] = (1, 3, "combat or reconnaissance aircraft")
    elif military[1] <= 2:
        out["immediacy"] = (0, 1, "no weapons")
    if stray:
        out["directness"] = (0, 1, actor or notes)
        out["intent"] = (0, 1, actor or notes)
    elif row["domain"] == "air":
        out["directness"] = (2, 3, "flown there by a crew") if military[0] >= 3 else (1, 3, what)
    if "refuelling practice" in what:
        out["intent"] = (1, 2, "probably refuelling practice")
    grade = row["verification"]
    if "official" in grade:
        out["measurability"] = (2, 3, grade)
    else:
        out["measurability"] = (1, 2, grade) if "press" in grade else (0, 1, grade)
    out["attribution"] = (*_attribution(what, actor), actor or "nobody named")
    out |= _conduct(row)
    out |= _others(row, incidents)
    return out


def _invasiveness(
    depth_km: Span | None, seconds: Span | None
) -> dict[str, tuple[float, float, str]]:
    if depth_km is None and seconds is None:
        return {"invasiveness": (1, 4, "entered; time and depth not given")}
    if depth_km is None and seconds is not None:
        # In and out at 400 m/s: nothing went deeper than this.
        depth_km = (0.0, 0.2 * seconds[1])
    deep = tuple(_step(x, (1, 5, 20)) for x in depth_km or (0.0, 1e9))
    long = tuple(_step(x, (60, 300, 1200)) for x in seconds or (0.0, 1e9))
    said = []
    if seconds is not None:
        said.append(f"{_told(seconds)} s")
    if depth_km is not None:
        said.append(f"{_told(depth_km)} km deep")
    return {"invasiveness": (max(deep[0], long[0]), max(deep[1], long[1]), ", ".join(said))}


def _told(span: Span) -> str:
    return f"{span[0]:g}" if span[0] == span[1] else f"{span[0]:g}-{span[1]:g}"


def _step(value: float, cuts: tuple[float, float, float]) -> float:
    return 1.0 + sum(value > cut for cut in cuts)


def _military(what: str, domain: str) -> Span:
    if domain == "balloon":
        return 0, 0
    weapon = bool(re.search(_WEAPON, what)) or domain == "missile"
    if domain in ("drone", "missile"):
        return (4, 4) if domain == "missile" else (3, 4) if weapon else (0, 3)
    if weapon:
        return 4, 4
    if re.search(_COMBAT, what):
        return 3, 3
    if re.search(_TRANSPORT, what):
        return 1, 1
    return (2, 2) if re.search(_BORDER, what) else (1, 3)


def _attribution(what: str, actor: str) -> Span:
    if not actor or "unknown" in actor:
        return 0, 1
    if re.search(r"self-reported|apologised", actor):
        return 4, 4
    if re.search(r"suspected|via Belarus|probably|likely", f"{what} {actor}"):
        return 1, 2
    return (2, 3) if re.search(r"den(ies|ied)", actor) else (3, 3)


def _conduct(row: Row) -> dict[str, tuple[float, float, str]]:
    out: dict[str, tuple[float, float, str]] = {}
    radio = row["radio"]
    silent = [row["transponder"] == "off", row["flight_plan"] == "none", radio.startswith("none")]
    told = [bool(row[key]) for key in ("transponder", "flight_plan", "radio")]
    why = "transponder {transponder}, plan {flight_plan}, radio {radio}".format(**row)
    if not any(told):
        out["legality"] = (2, 3, "entered without permission; conduct not given")
    elif sum(silent) >= 2:
        out["legality"] = (3, 3, why)
    elif any(silent):
        out["legality"] = (2, 3, why)
    else:
        out["legality"] = (1, 2, why)
    if radio.startswith("in contact"):
        out["hails"] = (0, 1, radio)
    elif "did not follow" in radio:
        out["hails"] = (3, 3, radio)
    elif radio.startswith("none"):
        out["hails"] = (1, 2, radio)
    elif "ignored" in row["what"]:
        out["hails"] = (2, 3, row["what"])
    return out


def _others(row: Row, incidents: list[Row]) -> dict[str, tuple[float, float, str]]:
    """Score repetition, coordination and load from the list; it is incomplete, so one more may
    always be missing from it."""
    own = _days(row["start_utc"])
    if own is None:
        return {}
    near, same, faded = [], [], []
    for other in incidents:
        span = _days(other["start_utc"])
        if other is row or span is None:
            continue
        age = ((own[0] - span[1]).days, (own[1] - span[0]).days)
        if age[1] < 0 or (age[0] < 0 and other["id"] > row["id"]):
            continue
        age = (max(age[0], 0), age[1])
        alike = other["state"] == row["state"] and other["domain"] == row["domain"]
        if alike and age[0] <= 365:
            same.append(other["id"])
        elif not alike and age[1] <= 7:
            near.append(other["id"])
        if other["state"] == row["state"] and other["domain"] in DOMAINS and age[0] <= 3 * 365:
            faded.append(Earlier(other["id"], (float(age[0]), float(age[1])), (1.0, 1.0)))
    low, high = as_score(loads(faded))
    return {
        "repetition": (min(len(same), 4), min(len(same) + 1, 4), " ".join(same) or "none listed"),
        "coordination": (min(len(near), 4), min(len(near) + 1, 4), " ".join(near) or "none listed"),
        "cumulative": (
            round(low, 3),
            min(round(high + 1, 3), 4),
            " ".join(each.id for each in faded) or "none listed",
        ),
    }


def _days(text: str) -> tuple[datetime, datetime] | None:
    """Return the first and last day that a date may mean: a month without a day is all its days."""
    match = re.match(r"(\d{4})-(\d\d)(?:-(\d\d))?", text)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2]), match[3]
    if day:
        one = datetime(year, month, int(day), tzinfo=UTC)
        return one, one
    first = datetime(year, month, 1, tzinfo=UTC)
    after = (first + timedelta(days=32)).replace(day=1)
    return first, after - timedelta(days=1)


def _depth(text: str) -> Span | None:
    numbers = [float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)]
    if not numbers:
        return None
    if text.startswith("<") or "path" in text or "flown" in text:
        return 0.0, numbers[-1]
    return numbers[0], numbers[-1]


def _duration(text: str) -> Span | None:
    if text == "few minutes":
        return 60.0, 300.0
    if text == "brief":
        return 0.0, 60.0
    numbers = [float(each) for each in re.findall(r"\d+", text)]
    if not numbers:
        return None
    return (0.0, numbers[0]) if text.startswith("<") else (numbers[0], numbers[0])


def _score(case: str, factor: str, span: Span, evidence: str, why: str) -> Row:
    return {
        "case": case,
        "factor": factor,
        "low": f"{span[0]:g}",
        "high": f"{span[1]:g}",
        "evidence": evidence,
        "why": why,
        "by": BY,
    }


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _table(columns: tuple[str, ...], rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def tables(facts: Path) -> dict[str, str]:
    """Return the two files by name."""
    made = list(cases(facts))
    return {
        "cases.csv": _table(CASE_COLUMNS, [case for case, _ in made]),
        "scores.csv": _table(SCORE_COLUMNS, [row for _, scores in made for row in scores]),
    }


def main() -> None:
    """Write the tables, or compare them."""
    if len(sys.argv) < 2:
        sys.exit("name the folder with article4.csv and incidents.csv")
    for name, text in tables(Path(sys.argv[1])).items():
        if "--check" in sys.argv[2:]:
            if (OUT / name).read_text(encoding="utf-8") != text:
                sys.exit(f"{name} is out of date; run: python builders/build_precedents.py FACTS")
        else:
            OUT.mkdir(parents=True, exist_ok=True)
            (OUT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
