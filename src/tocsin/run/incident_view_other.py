"""Most favourable to the other side: the track as it would be if a claim's bias were real.

For every claim that the evidence speaks against, the findings name the smallest joint bias of
all sensors for which the claim becomes as likely as not (`claims.bias`).  Here the flight is drawn
again from plots corrected by that bias, as it was when the bias was found; where nobody can draw
it, every sample is moved by the regression that found it.  The corridor is what a believer of the
claim has to draw, and the norm is what he has to believe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from tocsin.claims.evidence import Evidence
from tocsin.claims.shifts import Shifts
from tocsin.incursion.boundary import put_together
from tocsin.incursion.instant import inside_at
from tocsin.run.evidence import Weighed
from tocsin.run.incident_view_rows import CHANCES, DEGREES, METRES, Json, numbers
from tocsin.schema import Floats, Posterior
from tocsin.track.corridor import corridor

EVERY_S = 8  # grid times of a moved track: what moves it is smooth
SAMPLES = 250
MOST = 12


def other_side(
    claims: Sequence[Mapping[str, Any]], weighed: Sequence[Weighed], t0_ns: int
) -> list[Json]:
    """Return one row a claim that needs a bias, those first under which it is never inside.

    weighed  the track on which the claims were tested, against every outline
    """
    if not weighed:
        return []
    made = max(weighed, key=lambda one: one.judged.p_ever).track.posterior
    mine = [one for one in weighed if one.track.posterior is made]
    rows = []
    moving = _moving(made)
    for claim in claims:
        parts = claim.get("bias_parts") or {}
        if not parts or claim.get("bias_needed_beyond"):
            continue
        bias = np.array([float(parts.get(name, 0.0)) for name in made.bias_names])
        rows.append(_row(claim, moving(bias), mine, t0_ns))
        if len(rows) == MOST:
            break
    return sorted(rows, key=lambda row: (not row["outside"], row["sigma"]))


def _moving(made: Posterior) -> Callable[[Floats], Posterior]:
    """Return the flight under biases, (B,)."""
    columns = slice(None, None, EVERY_S)
    again = made.given_biases
    if again is not None:
        return lambda bias: again(bias[None], made.t_ns[columns], SAMPLES)
    thin = replace(
        made,
        t_ns=made.t_ns[columns],
        lon_deg=np.ascontiguousarray(made.lon_deg[:, columns]),
        lat_deg=np.ascontiguousarray(made.lat_deg[:, columns]),
        h_hae_m=np.ascontiguousarray(made.h_hae_m[:, columns]),
        observed=made.observed[columns],
    )

    @cache
    def shifts() -> Shifts:
        return Shifts(Evidence(), thin, SAMPLES)

    def moved(bias: Floats) -> Posterior:
        lon, lat = shifts().moved(bias[None])
        return replace(shifts().posterior, lon_deg=lon, lat_deg=lat)

    return moved


def _row(claim: Mapping[str, Any], moved: Posterior, mine: Sequence[Weighed], t0_ns: int) -> Json:
    found = corridor(moved)
    answers, deepest = [], -np.inf
    for one in mine:
        volume = one.outline.volume
        p, signed = inside_at(
            found.lon_deg,
            found.lat_deg,
            found.cov_m2,
            put_together([one.outline]),
            volume.sigma_m,
        )
        p = np.where(moved.observed, p, np.nan)
        answers.append(
            {
                "volume": volume.name,
                "hypothesis": volume.hypothesis,
                "p": numbers(p, CHANCES),
                "depth_m": numbers(signed, METRES),
            }
        )
        deepest = max(deepest, float(np.nanmax(signed)))
    return {
        "claim": claim["id"],
        "by": claim.get("by", ""),
        "track": moved.track,
        "sigma": round(float(claim["bias_needed_sigma"]), 2),
        "parts": dict(claim["bias_parts"]),
        # As likely as not: half of the samples touch the limit somewhere, the mean does not.
        "outside": bool(deepest <= 3 * max(one.outline.volume.sigma_m for one in mine)),
        "t_s": numbers((moved.t_ns - t0_ns) / 1e9, 3),
        "lon_deg": numbers(found.lon_deg, DEGREES),
        "lat_deg": numbers(found.lat_deg, DEGREES),
        "course_deg": numbers(found.course_deg, 1),
        "left_m": numbers(found.left_m[0.95], 1),
        "right_m": numbers(found.right_m[0.95], 1),
        "answers": answers,
    }
