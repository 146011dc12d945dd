"""What the incident screen shows of a case: one object, the same bytes for the same case.

The screen draws and decides nothing: every number, word and geometry on it stands here.  Times
are seconds after `t0_utc`.  What a person could have known at a time is told apart from what is
known now: `known` of a track is its forward filter, scan by scan, and every statement and claim
carries the earliest and the latest time at which it came out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.dossier.data import DossierData
from tocsin.incursion.boundary import put_together
from tocsin.run import incident_view_own as own
from tocsin.run import incident_view_radar as radar
from tocsin.run.evidence import Weighed
from tocsin.run.firs import load_firs
from tocsin.run.incident_view_ground import box_about, limits_near, over, places_of, regions
from tocsin.run.incident_view_other import other_side
from tocsin.run.incident_view_rows import Json, dated, seconds, zulu
from tocsin.run.radar import DarkTrack
from tocsin.run.redact import Redaction
from tocsin.run.stays import ns
from tocsin.schema import Sensor

if TYPE_CHECKING:
    from tocsin.run.flow import Studied

VIEW = "view.json"
FORMAT = 1  # of the object; docs/reference/incident-view.md
QUESTIONS = ("authorisation", "flight_plan", "transponder", "radio", "aircraft", "response")


def written(view: Json) -> bytes:
    """Return a view as it is stored: one line, for a browser to read."""
    text = json.dumps(view, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (text + "\n").encode()


def incident_view(
    done: Studied,
    data: DossierData,
    page: Mapping[str, Any],
    redaction: Redaction | None = None,
) -> Json:
    """Return the object of the incident screen.

    data       what the dossier draws
    page       what the dossier says (`dossier.compose.document`)
    redaction  what may not be told; None: everything may
    """
    findings = done.findings
    sensors = redaction is None or not redaction.sensors
    withheld = frozenset(redaction.files) if redaction else frozenset()
    t0_ns = _t0_ns(done, data)
    tracks, answers, found = _radar_tracks(done, t0_ns, sensors)
    more, more_answers = _own_tracks(done, data, t0_ns)
    tracks, answers = [*tracks, *more], [*answers, *more_answers]
    firs = load_firs([spec for spec in done.case.firs if spec.path not in withheld])
    for track in tracks:
        track["regions"] = over(firs, track)
    lon = np.concatenate([np.array(t["lon_deg"], float) for t in tracks] or [np.zeros(0)])
    lat = np.concatenate([np.array(t["lat_deg"], float) for t in tracks] or [np.zeros(0)])
    entered = {(row["volume"], row["hypothesis"]) for row in findings["incursions"]}
    edges = {
        one["id"]: "; ".join(words for words in (one["edge"], one["every"]) if words)
        for one in page["passages"]
    }
    return {
        "view": FORMAT,
        "case": {
            "id": findings["case"],
            "title": findings["title"],
            "synthetic": findings["synthetic"],
            "tlp": findings["tlp"],
            "as_of_utc": findings["as_of"],
            "window_utc": findings["window"],
            "version": findings["version"],
            "settings_sha256": findings["settings_sha256"],
            "redacted": findings.get("redacted"),
        },
        "headline": page["headline"],
        "said": [
            {"kind": one.kind, "head": one.head, "more": list(one.more), "id": one.id}
            for one in page["said"]
        ],
        "t0_utc": zulu(t0_ns / 1e9),
        "window_s": _window_s(done, tracks, t0_ns),
        "tracks": tracks,
        "answers": answers,
        "incursions": [_timed(row, edges, t0_ns) for row in findings["incursions"]],
        "densities": found,
        "other_side": other_side(findings["claims"], done.weighed, t0_ns) if sensors else [],
        "sensors": [_sensor(one) for one in _sensors(done)] if sensors else [],
        "boundaries": limits_near(
            done.outlines, findings["airspace"], box_about(lon, lat), entered, withheld
        ),
        "regions": regions(firs),
        "places": places_of(done.case.places),
        "claims": [_claim(row) for row in findings["claims"]],
        "compatibility": findings["compatibility"],
        "context": findings.get("context"),
        "statements": list(_statements(findings)),
        "sensitivity": findings.get("sensitivity", []),
        "integrity": findings["integrity"],
        "not_established": findings["not_established"],
        "unobserved": findings["unobserved"],
        "inputs": findings["inputs"],
        "airspace": findings["airspace"],
        "limits": list(page["limits"]),
        "left_out": {"tracks": len(data.tracks) - len(tracks)},
    }


def _timed(row: Mapping[str, Any], edges: Mapping[str, str], t0_ns: int) -> Json:
    """Return an incursion with its ends on the clock of the view, and its depth's edge in words."""
    ends = {f"{end}_s": seconds(row[f"{end}_utc"], t0_ns / 1e9) for end in ("from", "to")}
    return {**row, **ends, "depth_edge": edges.get(row["id"], "")}


def _t0_ns(done: Studied, data: DossierData) -> int:
    """Return the whole second at which the clock of the view begins."""
    if done.case.window_ns is not None:
        return done.case.window_ns[0] // 10**9 * 10**9
    begins = [float(track.t_s[0]) for track in data.tracks if len(track.t_s)]
    return int(min(begins, default=0.0)) * 10**9


def _window_s(done: Studied, tracks: Sequence[Json], t0_ns: int) -> list[float]:
    if done.case.window_ns is not None:
        return [round((ns - t0_ns) / 1e9, 3) for ns in done.case.window_ns]
    ends = [t["t_s"][k] for t in tracks if t["t_s"] for k in (0, -1)]
    return [min(ends, default=0.0), max(ends, default=0.0)]


def _radar_tracks(
    done: Studied, t0_ns: int, sensors: bool
) -> tuple[list[Json], list[Json], dict[str, Json]]:
    """Return tracks that only radar saw, what they say of every volume, and densities by finding.

    sensors  whether what tells of sensors may be told: without, no corridor and no plots
    """
    tracks: list[Json] = []
    answers: list[Json] = []
    spread: dict[str, Json] = {}
    by_id = {sensor.id: sensor for _, sensor in done.gathered.radars}
    for dark, mine in _by_track(done.weighed):
        columns = radar.columns_of(dark)
        row, found = radar.track_of(dark, t0_ns, columns, sensors)
        known = None
        if sensors:
            known, row["known"] = radar.known_of(dark, by_id, done.case.height, t0_ns)
            row["plots"] = radar.plots_of(dark, found, columns, done.gathered.radars, t0_ns)
            row["coverage"] = radar.coverage_of(
                dark, found, columns, _sensors(done), done.case.outages, t0_ns
            )
        tracks.append(row)
        for one in mine:
            volume = one.outline.volume
            told = radar.answer_of(one, columns, sensors)
            if known is not None:
                told["known_p"] = radar.known_p(known, one, put_together([one.outline]))
            answers.append(_answer(dark.posterior.track, volume.name, volume.hypothesis, told)
                           | {"p_ever": round(one.judged.p_ever, 5)})  # fmt: skip
            if sensors:
                spread |= _spread(done.findings, one, t0_ns)
    return tracks, answers, spread


def _by_track(weighed: Sequence[Weighed]) -> Iterator[tuple[DarkTrack, list[Weighed]]]:
    for dark in {id(one.track): one.track for one in weighed}.values():
        yield dark, [one for one in weighed if one.track is dark]


def _spread(findings: Mapping[str, Any], one: Weighed, t0_ns: int) -> dict[str, Json]:
    """Return the densities of entry and exit by the id of their finding."""
    made, volume = one.track.posterior, one.outline.volume
    by_begin = radar.densities(one, t0_ns)
    out = {}
    for row in findings["incursions"]:
        if (row["track"], row["volume"], row["hypothesis"]) != (
            made.track, volume.name, volume.hypothesis,
        ):  # fmt: skip
            continue
        begin = next(
            (b for b in by_begin if abs(int(made.t_ns[b]) - ns(row["from_utc"])) < 1e7), None
        )
        if begin is not None:
            out[row["id"]] = by_begin[begin]
    return out


def _own_tracks(done: Studied, data: DossierData, t0_ns: int) -> tuple[list[Json], list[Json]]:
    dark = {one.track.posterior.track for one in done.weighed}
    mine = [track for track in data.tracks if track.track not in dark]
    tracks, answers = [], []
    for drawn in own.wanted(mine, done.findings):
        count = done.gathered.counts.get(drawn.track)
        tracks.append(own.track_of(drawn, done.gathered.tracks, count, t0_ns / 1e9, data.max_gap_s))
        for outline, told in own.answers_of(drawn, done.outlines, done.findings, done.limits):
            volume = outline.volume
            answers.append(_answer(drawn.track, volume.name, volume.hypothesis, told))
    return tracks, answers


def _answer(track: str, volume: str, hypothesis: str, told: Json) -> Json:
    return {"track": track, "volume": volume, "hypothesis": hypothesis, **told}


def _sensors(done: Studied) -> list[Sensor]:
    named = {sensor.id: sensor for _, sensor in done.gathered.radars}
    for spec in done.case.sources:
        sensor = spec.sensor
        if sensor is not None and sensor.lat_deg is not None and sensor.lon_deg is not None:
            named.setdefault(sensor.id, sensor)
    return list(named.values())


def _sensor(sensor: Sensor) -> Json:
    return {
        "id": sensor.id,
        "witness": sensor.witness or sensor.id,
        "kind": sensor.kind,
        "lon_deg": sensor.lon_deg,
        "lat_deg": sensor.lat_deg,
        "h_hae_m": sensor.h_hae_m,
        "range_sigma_m": sensor.range_sigma_m,
        "azimuth_sigma_deg": sensor.azimuth_sigma_deg,
        "rotation_s": sensor.rotation_s,
        "max_range_m": sensor.max_range_m,
    }


def _claim(row: Mapping[str, Any]) -> Json:
    """Return a claim with when it came out."""
    return {**row, "out": _out(str((row.get("source") or {}).get("date") or ""))}


def _out(text: str) -> Json | None:
    found = dated(text)
    return None if found is None else {"from_utc": found[0], "by_utc": found[1]}


def _statements(findings: Mapping[str, Any]) -> Iterator[Json]:
    """Yield what people and sensors said beside the track, each once, with when it came out."""
    context = findings.get("context") or {}
    seen = set()
    for question in QUESTIONS:
        answer = context.get(question) or {}
        steps = {
            str(source.get("place")): str(step["step"])
            for step in answer.get("steps", ())
            for source in step.get("sources", ())
        }
        for source in answer.get("sources", ()):
            told = tuple(str(source.get(k, "")) for k in ("path", "place", "by", "text"))
            if not source.get("by") or (question, told) in seen:
                continue
            seen.add((question, told))
            yield {
                "about": question,
                "step": steps.get(str(source.get("place")), ""),
                "by": source["by"],
                "text": source.get("text", ""),
                "grade": source.get("grade", ""),
                "title": source.get("title", ""),
                "url": source.get("url", ""),
                "date": source.get("date", ""),
                "path": source.get("path", ""),
                "place": source.get("place", ""),
                "out": _out(str(source.get("date") or "")),
            }
