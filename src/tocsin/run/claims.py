"""The claims of a case, tested against the joint posterior of its target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from tocsin import geo
from tocsin.claims.evidence import Asking, Deepening, Evidence, Measuring
from tocsin.claims.judge import Share, alone, judge
from tocsin.claims.shifts import place_m
from tocsin.incursion.boundary import put_together
from tocsin.incursion.field import Field
from tocsin.incursion.outward import Outward
from tocsin.incursion.outward_samples import field_of, outward_m
from tocsin.run.case import Case
from tocsin.run.evidence import Weighed
from tocsin.run.heights import Heights
from tocsin.schema import Claim, Datum, Floats, Posterior, Report

Json = dict[str, Any]
TOGETHER = 500  # samples among which claims are held together
SPACING_M = 200.0  # for moved samples: good to tens of metres, where biases move kilometres
ERROR_M = 10.0
ROUGH_M = 1600.0  # for flights that are only supposed, moved by kilometres at a time
EVERY_S = 8  # of its grid: nothing flies through a claim between two


def judged(
    case: Case,
    weighed: Sequence[Weighed],
    register: Asking | None = None,
    share: Share = alone,
) -> tuple[list[Json], list[Json], list[str]]:
    """Return the rows of `claims` and `compatibility` and what had to be assumed.

    register  answers `register:` tests; None: there is no register
    share     who works on the claims beside this process

    Raises ClaimError for a claim that does not parse.
    """
    if not case.claims:
        return [], [], []
    claims = [claim_of(item) for item in case.claims]
    notes = []
    evidence = Evidence(
        window_ns=case.window_ns,
        reports=tuple(report_of(item) for item in case.reports),
        places={p["id"]: (float(p["lon_deg"]), float(p["lat_deg"])) for p in case.places},
        claimants=frozenset(case.parties),
        register=register,
        height_observed=False,
    )
    among = evidence
    if weighed:
        target = max(weighed, key=lambda one: one.judged.p_ever).track.posterior
        mine = [one for one in weighed if one.track.posterior is target]
        evidence = _with_samples(evidence, target, mine, _places(case, len(target.lon_deg)))
        among = _fewer(evidence)
        others = {one.track.posterior.track for one in weighed} - {target.track}
        notes.append(
            f"Claims are tested on {target.track}: {len(target.lon_deg)} joint samples, "
            f"every {max(EVERY_S, _step_s(target)):.0f} s."
        )
        if others:
            notes.append(f"Not tested against the claims: {', '.join(sorted(others))}.")
    rows, pairs = judge(claims, evidence, among=among, path=case.path, share=share)
    return rows, pairs, notes


def _fewer(evidence: Evidence) -> Evidence:
    """Return the evidence with fewer samples: whether any holds two claims asks for no more."""
    posterior = evidence.posterior
    if posterior is None:
        return evidence
    rows = slice(None, None, max(1, len(posterior.lon_deg) // TOGETHER))
    few = replace(
        posterior,
        lon_deg=posterior.lon_deg[rows],
        lat_deg=posterior.lat_deg[rows],
        h_hae_m=posterior.h_hae_m[rows],
        bias_sigmas=posterior.bias_sigmas[rows],
    )
    limits, places = evidence.signed_distance_m, evidence.place_distance_m
    return replace(
        evidence,
        posterior=few,
        signed_distance_m={key: d[rows] for key, d in limits.items()},
        place_distance_m={key: d[rows] for key, d in places.items()},
    )


def _step_s(target: Posterior) -> float:
    return float(np.median(np.diff(target.t_ns))) / 1e9 if len(target.t_ns) > 1 else 1.0


def claim_of(item: Mapping[str, Any]) -> Claim:
    """Return a claim as the case file has it."""
    source = item.get("source", {})
    return Claim(
        id=str(item["id"]),
        by=str(item.get("by", "")),
        test=str(item["test"]),
        says=str(item.get("says", "")),
        source_title=str(source.get("title", "")),
        source_url=str(source.get("url", "")),
        source_date=str(source.get("date", "")),
        grade=str(item.get("grade", "")),
    )


def report_of(item: Mapping[str, Any]) -> Report:
    """Return a report as the case file has it; what has no column is kept as a property."""
    known = ("kind", "authorised", "by", "grade", "subject", "volume", "step", "text")
    rest = {k: v for k, v in item.items() if k not in known}
    told = {name: str(item.get(name, "")) for name in known}
    return Report(
        kind=told["kind"],
        authorised=told["authorised"] or "unknown",
        by=told["by"],
        grade=told["grade"],
        subject=told["subject"],
        volume=told["volume"],
        step=told["step"],
        text=str(item.get("text", "") or item.get("note", "")),
        properties=tuple(sorted((key, str(value)) for key, value in rest.items())),
    )


def _places(case: Case, samples: int) -> dict[str, tuple[Floats, Floats]]:
    """Return where each sample takes the places to be: each off by an error of its own, (M, 1).

    As with a limit's error, one for a whole trajectory.
    """
    out = {}
    for k, place in enumerate(case.places):
        lon, lat = float(place["lon_deg"]), float(place["lat_deg"])
        off = np.random.default_rng([case.seed, 3, k]).standard_normal((2, samples, 1))
        off *= np.degrees(float(place.get("sigma_m", 0.0)) / geo.R_MEAN_M)
        wide = max(float(np.cos(np.radians(lat))), 1e-3)
        out[str(place["id"])] = (lon + off[0] / wide, np.clip(lat + off[1], -90.0, 90.0))
    return out


def _with_samples(
    evidence: Evidence,
    target: Posterior,
    mine: Sequence[Weighed],
    places: Mapping[str, tuple[Floats, Floats]],
) -> Evidence:
    columns = slice(None, None, max(1, round(EVERY_S / _step_s(target))))

    def thin(values: Floats) -> Floats:
        return np.ascontiguousarray(values[..., columns] if values.size else values)

    posterior = replace(
        target,
        t_ns=target.t_ns[columns],
        lon_deg=thin(target.lon_deg),
        lat_deg=thin(target.lat_deg),
        h_hae_m=thin(target.h_hae_m),
        observed=target.observed[columns],
        bias_moves_deg=thin(target.bias_moves_deg),
    )
    # A volume may come in parts, each with an outline of its own: inside any is inside.
    parts: dict[tuple[str, str], list[Weighed]] = {}
    for one in mine:
        volume = one.outline.volume
        parts.setdefault((volume.name, volume.hypothesis), []).append(one)
    origin = float(posterior.lon_deg[0, 0]), float(posterior.lat_deg[0, 0])
    outlines = {
        key: [put_together([one.outline]) for one in several] for key, several in parts.items()
    }

    def measuring(spacing_m: float, error_m: float) -> dict[tuple[str, str], list[Field]]:
        return {
            key: [Field(*origin, 0, part, spacing_m=spacing_m, error_m=error_m) for part in several]
            for key, several in outlines.items()
        }

    fine, rough = measuring(SPACING_M, ERROR_M), measuring(ROUGH_M, ROUGH_M / 10)
    return replace(
        evidence,
        posterior=posterior,
        signed_distance_m={
            key: _deepest([thin(one.judged.signed_m) for one in several])
            for key, several in parts.items()
        },
        place_distance_m={
            name: place_m(posterior.lon_deg, posterior.lat_deg, *where)
            for name, where in places.items()
        },
        signed_distance={key: _union(fields) for key, fields in fine.items()},
        exact_distance={
            key: _union([field.exact for field in fields]) for key, fields in fine.items()
        },
        rough_distance={key: _union(fields) for key, fields in rough.items()},
        outward=_deepening(parts, origin, SPACING_M, ERROR_M),
        rough_outward=_deepening(parts, origin, ROUGH_M, ROUGH_M / 10, rough=True),
        **_told_heights(mine[0].track.heights, posterior),
        aircraft_count=target.aircraft_count,
        aircraft_count_source=target.aircraft_count_source,
    )


def _deepening(
    parts: Mapping[tuple[str, str], Sequence[Weighed]],
    origin: tuple[float, float],
    spacing_m: float,
    error_m: float,
    *,
    rough: bool = False,
) -> dict[tuple[str, str], Deepening]:
    """Return what measures depth where not every edge of a volume counts, by volume."""
    found: dict[tuple[str, str], Deepening] = {}
    for key, several in parts.items():
        limit = several[0].limit
        if len(several) == 1 and limit and not limit.every:
            field = field_of(*origin, limit, spacing_m=spacing_m, error_m=error_m)
            found[key] = partial(_outward_m, limit, field, rough)
    return found


def _outward_m(
    limit: Outward, field: Field, rough: bool, lon_deg: Floats, lat_deg: Floats, signed_m: Floats
) -> Floats:
    """Return the distance from an outward limit; of a limit that is off by an error of its own
    that error is left out where an edge left out is nearer."""
    far = outward_m(lon_deg, lat_deg, signed_m, 0.0, limit, field, rough=rough)
    return signed_m if far is None else far


def _told_heights(heights: Heights, posterior: Posterior) -> dict[str, Any]:
    """Return what the evidence says of height: in the samples' datum, and turned into others."""
    if heights.reported is None:
        return {"height_observed": False}
    middle_m = float(np.mean(posterior.h_hae_m))
    above_sea, of_pressure = heights.shift_m(Datum.MSL), heights.shift_m(Datum.PRESSURE)
    return {
        "height_observed": True,
        "geoid_m": None if above_sea is None else -above_sea,
        "pressure_minus_hae_m": of_pressure,
        "msl_error_m": heights.error_m(Datum.MSL, middle_m),
        "pressure_error_m": heights.error_m(Datum.PRESSURE, middle_m),
    }


def _deepest(each: Sequence[Floats]) -> Floats:
    return each[0] if len(each) == 1 else np.maximum.reduce(list(each))


def _union(measures: Sequence[Measuring]) -> Measuring:
    """Return the distance to the limit of several parts, positive inside any of them."""
    if len(measures) == 1:
        return measures[0]
    return partial(_inside_any, tuple(measures))


def _inside_any(measures: Sequence[Measuring], lon_deg: Floats, lat_deg: Floats) -> Floats:
    return _deepest([measure(lon_deg, lat_deg) for measure in measures])
