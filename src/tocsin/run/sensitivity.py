"""What the uncertainty is made of: how much narrower each answer were, if one thing were known.

For a quantity v of the joint samples (time inside, depth, entry, exit) and a cause c (the height,
the sensors' biases, the boundary's shift), the interval with c known is that of v less what c
tells of it:

    v - (E[v | c] - E[v])      E[v | c] fitted by least squares, linear and quadratic in c

What a cause tells includes what it tells by way of the others: the data tie height and biases
together.  Noise has no samples of its own; it is what all the causes together leave, and with it
known the rest remains.  A quadratic fit is good where the answer bends little over the spread of
a cause; of a stay that only grazes the limit it is a first approximation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.dossier.format import NBSP, span
from tocsin.incursion.joint import Episode
from tocsin.run.evidence import Weighed
from tocsin.run.findings import utc
from tocsin.schema import Floats

Json = dict[str, Any]
CAUSES = ("boundary", "height", "bias", "noise")
UNITS = {"duration": "s", "depth": "m", "entry": "s", "exit": "s"}
LEAST = 200  # samples: fewer do not carry a fit with a dozen columns
NAMES = {
    "boundary": "where the boundary truly runs",
    "height": "the height",
    "bias": "the biases of the sensors",
    "noise": "the noise of every plot",
}
WHAT = {
    "duration": "the time inside",
    "depth": "the greatest depth",
    "entry": "the time of entry",
    "exit": "the time of exit",
}


def sensitivity(weighed: Sequence[Weighed], incursions: Sequence[Json]) -> list[Json]:
    """Return one table an incursion that has joint samples, in the order of the incursions."""
    found = {
        (
            one.track.posterior.track,
            one.outline.volume.name,
            one.outline.volume.hypothesis,
            utc(int(one.track.posterior.t_ns[episode.begin])),
        ): (one, episode)
        for one in weighed
        for episode in one.judged.episodes
    }
    out = []
    for row in incursions:
        key = (row["track"], row["volume"], row["hypothesis"], row["from_utc"])
        if key not in found:
            continue
        rows = table(*found[key])
        if rows:
            h_m = _height(*found[key])
            told = {"incursion": row["id"], "rows": rows, "height_hae_m": h_m}
            out.append(told | {"says": says(rows, h_m)})
    return out


def table(one: Weighed, episode: Episode) -> list[Json]:
    """Return the width of the 5 to 95 % interval of each quantity: of all, and with each known."""
    values, inside = quantities(episode)
    made = one.track.posterior
    causes: dict[str, Floats | None] = {
        "boundary": one.judged.shift_m[inside, None],
        "height": made.h_hae_m[inside, :1],
        "bias": made.bias_sigmas[inside] if made.bias_sigmas.size else None,
    }
    # What all samples have is fitted together; an end that some did not see, of those that did.
    good = {name: np.isfinite(value) for name, value in values.items()}
    rows = {}
    for which in {mask.tobytes(): mask for mask in good.values()}.values():
        if int(which.sum()) < LEAST:
            continue  # that end was not observed
        names = [name for name, mask in good.items() if (mask == which).all()]
        together = np.stack([values[name][which] for name in names], axis=1)
        whole = spread(together)
        known = widths(together, {c: None if x is None else x[which] for c, x in causes.items()})
        for k, name in enumerate(names):
            width = float(whole[k])
            rows[name] = {
                "quantity": name,
                "unit": UNITS[name],
                "width": round(width, 3),
                "known": {c: round(min(float(known[c][k]), width), 3) for c in CAUSES},
            }
    return [rows[name] for name in values if name in rows]


def quantities(episode: Episode) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """Return time inside, depth, entry and exit of the samples that are inside, and which are.

    Entry and exit are NaN in samples where that end was not observed.
    """
    found = episode.stays
    return {
        "duration": found.duration_s,
        "depth": found.depth_m,
        "entry": found.entry_s,
        "exit": found.exit_s,
    }, found.ever


def widths(value: Floats, causes: Mapping[str, Floats | None]) -> dict[str, Floats]:
    """Return the width of the interval of values (N, ...) with each cause known, noise among
    them."""
    given = {name: _columns(x) for name, x in causes.items() if x is not None}
    given = {name: x for name, x in given.items() if x.shape[1]}
    out = {name: spread(value - _fitted(value, x)) for name, x in given.items()}
    every = np.concatenate([*given.values()], axis=1) if given else np.zeros((len(value), 0))
    out["noise"] = spread(_fitted(value, every))
    return {name: out[name] if name in out else spread(value) for name in CAUSES}


def spread(value: Floats) -> Floats:
    """Return the width of the 5 to 95 % interval of values (N, ...)."""
    low, high = np.quantile(value, (0.05, 0.95), axis=0)
    return np.asarray(high - low)


def says(rows: Sequence[Json], h_m: Mapping[str, float] | None = None) -> list[str]:
    """Return in sentences what knowing the height would save, and what would save the most."""
    out = []
    if h_m is not None:
        low, high = (f"{round(h_m[q], -1):,.0f}".replace(",", NBSP) for q in ("q05", "q95"))
        out.append(f"The data put the height between {low} and {high}{NBSP}m (90{NBSP}%).")
    for row in rows:
        if row["quantity"] not in ("duration", "depth"):
            continue
        what = WHAT[row["quantity"]]
        best = min(CAUSES, key=lambda name: row["known"][name])
        for name in dict.fromkeys(("height", best)):
            out.append(_sentence(NAMES[name], what, row, row["known"][name]))
    return out


def _sentence(name: str, what: str, row: Json, known: float) -> str:
    unit, width = row["unit"], row["width"]
    if _text(known, unit) == _text(width, unit):
        return f"Knowing {name} would hardly narrow {what}: {_text(width, unit)} either way."
    return f"Knowing {name} would narrow {what} from {_text(width, unit)} to {_text(known, unit)}."


def _height(one: Weighed, episode: Episode) -> Json | None:
    """Return the height that the samples have, None where they have none."""
    h = one.track.posterior.h_hae_m[:, episode.begin]
    if not np.isfinite(h).all():
        return None
    low, median, high = (round(float(q), 1) for q in np.quantile(h, (0.05, 0.5, 0.95)))
    return {"q05": low, "q50": median, "q95": high}


def _text(value: float, unit: str) -> str:
    if unit == "s":
        return f"{value:.1f}{NBSP}s" if value < 20 else span(value)
    return f"{value:.0f}{NBSP}m"


def _columns(cause: Floats) -> Floats:
    """Return the columns of a cause that vary, standardised, and their squares."""
    cause = cause[:, np.ptp(cause, axis=0) > 0]
    z = (cause - cause.mean(axis=0)) / cause.std(axis=0)
    return np.concatenate([z, z**2], axis=1)


def _fitted(value: Floats, columns: Floats) -> Floats:
    """Return what the columns tell of values (N, ...), by least squares, about their means."""
    if not columns.shape[1]:
        return np.zeros_like(value)
    design = np.column_stack([np.ones(len(value)), columns])
    # By the normal equations: the columns are standardised, and there are a dozen for thousands.
    goal = design.T @ (value - value.mean(axis=0))
    fitted = np.asarray(design @ np.linalg.lstsq(design.T @ design, goal, rcond=None)[0])
    return np.asarray(fitted - fitted.mean(axis=0))
