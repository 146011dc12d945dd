"""The sections of the bell report that are about ringing: what it costs, and what one must believe.

Every cost, rate and lag that nobody estimated is marked where it stands, and what follows from
phi = 0 stands beside every other phi.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.dossier.blocks import MARK, Block, Section, figure, said, table

NAMES = {
    "prior": "prior, P(a campaign is under way)",
    "phi": "phi, share of the response one false ring wears off",
    "cost_ratio": "cost ratio, a false ring over a timely one",
    "recovery": "recovery of the response, a year",
}
TERMS = {
    "quiet_rate": ("counts in noise", "a week"),
    "campaign_rate": ("counts in a campaign", "a week"),
    "k": ("reference value k", "counts"),
    "head_start": ("head start of S", "counts"),
    "recovery_per_year": ("recovery of the response, rho", "a year"),
    "fatigue": ("response lost by a false ring, phi", "share"),
    "campaigns_per_year": ("campaigns", "a year"),
    "delay_cost_per_week": ("cost of delay", "cost units a week"),
    "response_value": ("worth of a full response to one campaign", "cost units"),
    "false_ring_cost": ("cost of a false ring", "cost units"),
    "within_weeks": ("in time means within", "weeks"),
    "campaign_weeks": ("missed if not rung within", "weeks"),
}


def curve(policy: Mapping[str, Any], svg: str) -> Section:
    """Return the policy curve: J and its arms at the best thresholds, phi and phi = 0 beside."""
    best, near, invented = policy["optimum"], policy["near_best"], policy["illustrative"]
    phi = policy["terms"]["fatigue"]
    rows = []
    for which, arms, cost in (("phi", "arms", "j"), ("phi_0", "arms_phi_0", "j_phi_0")):
        at, low_high = best[which], near[which]
        made = at[arms]
        rows.append(
            (
                f"phi = {made['phi']:g}",
                (f"{at['h']:g}", f"{low_high[0]:g} to {low_high[1]:g} within 5 %"),
                (f"{at[cost]:.3g}", _mark(invented)),
                (f"{made['delay_cost']:.3g}", _mark(invented)),
                (
                    f"{made['worn_cost'] + made['false_ring_cost']:.3g}",
                    f"worn {made['worn_cost']:.3g}, false rings {made['false_ring_cost']:.3g}",
                    _mark(invented),
                ),
                (
                    f"one in {at['years_between_false']:.3g} years",
                    f"mean delay {at['add_weeks']:.2g} weeks; in time {_percent(at['p_within'])}; "
                    f"missed {_percent(at['p_missed'])}",
                ),
            )
        )
    wrong = policy["wrong_phi"]
    blocks = [
        said(
            "A sum of weekly counts rings when it reaches h. J is the cost a year of that rule: a "
            "waiting arm (delay) and a ringing arm (worn response and false rings). It is exact "
            "for the model, and the model is a sketch."
        ),
        *_illustrative(invented),
        figure(svg, "J against the threshold h, with fatigue and without; below, delay and false "
                    "rings. Costs in the figure are illustrative."),
        table(("Fatigue", "Best h", "J a year", "Waiting arm", "Ringing arm", "False rings, delay"),
              rows, (0.8, 1.0, 0.8, 0.8, 1.2, 1.6)),
        said(
            f"A threshold set for phi = 0 while phi is {phi:g} adds "
            f"{wrong['set_for_phi_0_but_fatigue_is_real']:.3g} a year to J; one set for {phi:g} "
            f"while there is no fatigue adds {wrong['set_for_phi_but_there_is_no_fatigue']:.3g} "
            f"({MARK} costs)."
        ),
        said("What J is made of", "heading"),
        table(
            ("Term", "Value", "Unit", "Who says so"),
            (
                (
                    TERMS[name][0], f"{value:g}", TERMS[name][1],
                    f"{MARK}: chosen by nobody" if name in invented else "given by the reader",
                )
                for name, value in policy["terms"].items()
            ),
            (2.0, 0.6, 1.0, 1.4),
        ),
    ]  # fmt: skip
    return Section("curve", "Policy curve: when to ring", tuple(blocks))


def beliefs(found: Mapping[str, Any], svg: str) -> Section:
    """Return the map of beliefs with both positions and what divides them."""
    invented = bool(found["illustrative"])
    views = found["views"]
    rows: list[Sequence[str | tuple[str, ...]]] = [
        (
            NAMES[name],
            *((_span(*view["position"][name]), MARK if invented else "") for view in views),
        )
        for name in NAMES
    ]
    rows += [
        (
            "rings above a prior of",
            *((_span(*view["prior_needed"]), MARK if invented else "") for view in views),
        ),
        (
            "gain of ringing now, in units of the cost of delay saved",
            *((_span(*view["gain"]), MARK if invented else "") for view in views),
        ),
        ("its numbers say", *(str(view["advice"]) for view in views)),
        (
            "with phi = 0 they say",
            *((str(view["advice_phi0"]), f"gain {_span(*view['gain_phi0'])}") for view in views),
        ),
        ("on record it says", *(str(view["position"]["says"] or "nothing") for view in views)),
        ("the view in short", *(view["position"]["note"] or "none" for view in views)),
        (
            "sources, of the view and not of the numbers",
            *(("", *view["position"]["sources"]) for view in views),
        ),
    ]
    stakes = found["stakes"]
    told = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in stakes.items())
    blocks = [
        said(str(found["title"]), "heading"),
        *_illustrative(["every number of both positions", "every stake"] if invented else []),
        said(f"{found['says'].rstrip('.')}.", "lead"),
        figure(svg, "Shaded: where ringing now is worth it. Box or dot: what the position holds."),
        table(("", *(view["position"]["name"] for view in views)), rows, (1.2, 1.4, 1.4)),
        said(f"Stakes{f' ({MARK})' if invented else ''}: {told}.", "small"),
        said(f"On phi: {str(found['fatigue']).rstrip('.')}.", "small"),
    ]
    blocks += [said(view["remark"], "small") for view in views if view["remark"]]
    return Section("beliefs", "Map of beliefs", tuple(blocks))


def information(found: Mapping[str, Any]) -> Section:
    """Return what knowing would be worth, and the one assumption that flips the advice."""
    mark = f" ({MARK})" if found["illustrative"] else ""
    blocks: list[Block] = []
    for view in found["views"]:
        name, worth, turning = view["position"]["name"], view["worth"], view["turning"]
        blocks.append(said(name, "heading"))
        if turning:
            blocks.append(
                said(
                    f"The one assumption that flips its advice: {name_of(turning['coordinate'])}, "
                    f"from {turning['now']:.3g} to {turning['at']:.3g}; then “{turning['to']}”"
                    f"{mark}."
                )
            )
        elif view["advice"] == "divided":
            blocks.append(said("Its own numbers are divided: there is no advice to flip."))
        else:
            blocks.append(said("No single assumption, changed alone, flips its advice."))
        for each in view["settles"]:
            ends = [
                f"{word} from {each[key]:.3g}"
                for key, word in (("ring", "ring"), ("not_ring", "do not ring"))
                if each[key] is not None
            ]
            if ends:
                blocks.append(
                    said(
                        f"Settled by {name_of(each['coordinate'])} alone: {', '.join(ends)}{mark}.",
                        "small",
                    )
                )
        rows = [("whether a campaign runs", _span(*worth["campaign"]))]
        rows += [
            (NAMES.get(key, key), f"{value:.3g}" if value > 1e-12 else "0: changes no advice")
            for key, value in worth["number"].items()
        ]
        blocks.append(
            table(
                ("Worth of knowing", f"in units of the cost of delay saved{mark}"), rows, (2.0, 1.4)
            )
        )
    return Section("information", "Value of information, and what flips the advice", tuple(blocks))


def levers(found: Mapping[str, Any], svg: str) -> Section:
    """Return response options, each pulled alone, before and after."""
    rows = []
    for each in found["levers"]:
        lever, before, after = each["lever"], each["before"], each["after"]
        calm, calmer = each["before_phi0"], each["after_phi0"]
        rows.append(
            (
                (lever["title"], "; ".join(each["changes"]), lever["why"]),
                (
                    f"{before['rule']['cost']:.3g} → {after['rule']['cost']:.3g}",
                    f"phi = 0: {calm['rule']['cost']:.3g} → {calmer['rule']['cost']:.3g}",
                    MARK,
                ),
                (
                    f"{before['probing_per_year']:.3g} → {after['probing_per_year']:.3g}",
                    f"phi = 0: {calm['probing_per_year']:.3g} → {calmer['probing_per_year']:.3g}",
                    MARK,
                ),
                (f"{lever['cost_per_year']:g} a year, after {lever['lag_years']:g} years", MARK),
                (
                    f"{each['over_horizon']:+.3g}",
                    f"phi = 0: {each['over_horizon_phi0']:+.3g}",
                    MARK,
                ),
            )
        )
    horizon = found["levers"][0]["horizon_years"]
    blocks = (
        said("Each option is a named change of parameters, pulled alone, the rule retuned."),
        *_illustrative(["every cost, lag and amount of this section"]),
        figure(svg, "Open: before. Filled: after. Round: phi as set. Square: phi = 0."),
        table(("Option", "J a year", "Probes a year", "Cost and lag", f"Over {horizon:g} years"),
              rows, (1.9, 1.1, 1.1, 0.9, 0.9)),
        said(str(found["note"]), "small"),
    )  # fmt: skip
    return Section("levers", "Response options, before and after", blocks)


def name_of(coordinate: str) -> str:
    """Return a coordinate of a position as a reader knows it."""
    return str(NAMES.get(coordinate, coordinate)).partition(",")[0]


def _illustrative(what: Sequence[str]) -> tuple[Block, ...]:
    if not what:
        return ()
    names = ", ".join(TERMS[name][0] if name in TERMS else name for name in what)
    return (said(f"Illustrative, nobody's estimate and no official figure: {names}.", MARK),)


def _mark(invented: Sequence[str]) -> str:
    return MARK if invented else ""


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "no value"
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"


def _percent(p: float) -> str:
    if p < 0.01:
        return "<1\u00a0%"
    return ">99\u00a0%" if p > 0.99 else f"{100 * p:.0f}\u00a0%"
