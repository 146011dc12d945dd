"""What the policy verbs answer: rows for --json, lines for people (`assess_told`: assessments)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np

from tocsin.policy.believe.compare import Comparison, View
from tocsin.policy.believe.region import slice_, surface
from tocsin.policy.credibility.caveat import NO_ESTIMATE
from tocsin.policy.levers import Effect
from tocsin.policy.levers.effect import NOTE
from tocsin.run.deter import Deterrence

ILLUSTRATIVE = "illustrative: nobody's estimate"


def plain(value: object) -> Any:
    """Return a result as JSON holds it: no value that is not finite, enums as their words."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return [plain(each) for each in value.tolist()]
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value


def believe_row(found: Comparison, illustrative: bool) -> dict[str, Any]:
    """Return the comparison, with the map of each position as a polygon and the surface."""
    maps, surfaces = [], []
    for view in found.views:
        middle = view.position.middle
        for up in ("phi", "cost_ratio"):
            part = slice_("prior", up, middle, found.stakes, points=21)
            maps.append({"position": view.position.name, **plain(part)})
        over = plain(surface(middle.recovery, found.stakes, points=11))
        surfaces.append({"position": view.position.name, **over})
    return {
        "illustrative": illustrative,
        **plain(found),
        "views": [_view_row(view) for view in found.views],
        "turning": [plain(view.turning) for view in found.views],
        "maps": maps,
        "surfaces": surfaces,
    }


def _view_row(view: View) -> dict[str, Any]:
    row: dict[str, Any] = plain(view)
    row["worth"]["most_worth"] = view.worth.most_worth
    return row


def believe_lines(found: Comparison, illustrative: bool) -> Iterator[str]:
    """Yield the comparison for people."""
    if illustrative:
        yield f"The numbers are {ILLUSTRATIVE}."
    yield found.says
    unit = found.stakes.unit
    for view in found.views:
        low, high = view.gain
        yield ""
        yield (
            f"{view.position.name}: {view.advice} (gain of ringing now {_span(low, high)}, in "
            f"units of c_d D = {unit:g})"
        )
        needed, believed = _span(*view.prior_needed), _span(*view.position.prior)
        yield f"  rings above a prior of {needed}; believes {believed}"
        yield f"  with phi = 0: {view.advice_phi0} ({_span(*view.gain_phi0)})"
        if view.turning:
            yield f"  turns on: {view.turning.sentence()} ({view.turning.steps:.2g} steps)"
        for each in view.settles:
            said = []
            if each.ring is not None:
                said.append(f"ring from {each.ring:.3g}")
            if each.not_ring is not None:
                said.append(f"do not ring from {each.not_ring:.3g}")
            if said:
                yield f"  settled by {each.coordinate.replace('_', ' ')} alone: {', '.join(said)}"
        yield f"  knowing whether a campaign runs is worth {_span(*view.worth.campaign)}"
        if view.worth.most_worth:
            name = view.worth.most_worth
            gain = view.worth.number[name]
            yield f"  the number most worth learning: {name.replace('_', ' ')}, {gain:.3g}"
        if view.remark:
            yield f"  {view.remark}"
    yield ""
    yield f"On phi: {found.fatigue}."


def deter_row(found: Deterrence) -> dict[str, Any]:
    """Return the four games with what each says and where it stops."""
    return {**plain(found), "no_causal_estimate": NO_ESTIMATE}


def deter_lines(found: Deterrence) -> Iterator[str]:
    """Yield the four games for people."""
    game, few, best, calm = (
        found.inspection,
        found.alarms,
        found.commitment,
        found.commitment_phi0,
    )
    yield f"Inspection: ring {game.ring:.4g}, probe {game.probe:.4g}"
    yield from _where(game.says, game.stops)
    yield (
        f"Alarms: {few.alarms} for {few.occasions} occasions are worth {few.value:.4g}; "
        f"look now with {few.look_now:.3g}"
    )
    yield from _where(few.says, few.stops)
    yield (
        f"Commitment: ring {best.pi:.6g} of the occasions ({best.bound}), probing "
        f"{best.probing:.4g} a year; with phi = 0: {calm.pi:.6g} ({calm.bound}), {calm.probing:.4g}"
    )
    yield from _where(best.says, best.stops)
    odds = ", ".join(f"{stage.left}: {stage.fights:.4f}" for stage in found.reputation.stages)
    yield f"Reputation: a weak defender fights, by occasions left: {odds}"
    yield from _where(found.reputation.says, found.reputation.stops)
    if found.illustrative:
        yield f"{ILLUSTRATIVE.capitalize()}: {', '.join(found.illustrative)}"
    yield NO_ESTIMATE


def _where(says: str, stops: str) -> Iterator[str]:
    yield f"  says: {says}"
    yield f"  stops: {stops}"


def levers_row(found: Sequence[Effect]) -> dict[str, Any]:
    """Return every lever before and after."""
    rows = [
        {
            **plain(effect),
            "changes": [str(change) for change in effect.lever.changes],
            "gain_per_year": effect.gain_per_year,
            "net_per_year": effect.net_per_year,
            "over_horizon": effect.over_horizon,
            "over_horizon_phi0": effect.over_horizon_phi0,
        }
        for effect in found
    ]
    return {"illustrative": True, "levers": rows, "note": NOTE}


def levers_lines(found: Sequence[Effect]) -> Iterator[str]:
    """Yield the levers for people."""
    first = found[0]
    yield (
        f"Before: J {first.before.rule.cost:.4g} a year at h {first.before.rule.h:g}; "
        f"with phi = 0: {first.before_phi0.rule.cost:.4g} at h {first.before_phi0.rule.h:g}; "
        f"probing {first.before.probing_per_year:.3g} a year"
    )
    for effect in found:
        lever, after = effect.lever, effect.after
        yield ""
        yield f"{lever.title}: {', '.join(map(str, lever.changes))}"
        yield (
            f"  J {after.rule.cost:.4g} at h {after.rule.h:g} (rule as it was: "
            f"{effect.as_tuned.cost:.4g}; phi = 0: {effect.after_phi0.rule.cost:.4g})"
        )
        yield (
            f"  probe {effect.before.probe:.3g} -> {after.probe:.3g}; probing a year "
            f"{effect.before.probing_per_year:.3g} -> {after.probing_per_year:.3g}"
        )
        yield (
            f"  costs {lever.cost_per_year:g} a year, works after {lever.lag_years:g} years; over "
            f"{effect.horizon_years:g} years {effect.over_horizon:+.3g} "
            f"(phi = 0: {effect.over_horizon_phi0:+.3g})"
        )
    yield ""
    yield NOTE


def _span(low: float, high: float) -> str:
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
