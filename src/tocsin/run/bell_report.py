"""A bell report out of what stands: an assessment, the alarm's curve, two positions, levers.

`of_incident` and `of_register` return what `dossier.bell.document` takes, and are what --json
prints but for the figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin import __version__
from tocsin.dossier.html import tlp
from tocsin.policy.alarm.objective import optimum
from tocsin.policy.alarm.regret import wrong_fatigue
from tocsin.policy.alarm.terms import terms
from tocsin.policy.levers import effects
from tocsin.policy.threshold.assess import Assessment
from tocsin.policy.threshold.rules import Rule
from tocsin.policy.threshold.scale import words
from tocsin.register.link import link_of
from tocsin.register.query import Filter, Times
from tocsin.register.store import Store
from tocsin.run import assess, factors
from tocsin.run.assess_told import assess_row
from tocsin.run.believe import Dispute, compared
from tocsin.run.bell import curve_answer
from tocsin.run.bell_counts import by_year
from tocsin.run.policy_told import believe_row, levers_row, plain
from tocsin.run.register import found as revision_of
from tocsin.run.register import now_ns
from tocsin.schema.moment import utc

RINGING = (
    "What ringing costs and what one must believe are not about one incident: the sections on them "
    "are the same for every incident with the same terms and positions."
)


def of_incident(
    about: assess.Incident,
    dispute: Dispute,
    *,
    tlp_label: str = "",
    basis: str = "",
    seed: int = assess.SEED,
) -> dict[str, Any]:
    """Return the report of one incident.

    about      its factors, wherever they came from
    tlp_label  mark of where they came from; empty: none
    """
    from tocsin.run.policy_figures import past_cases

    found = assess.assess_incident(about, seed=seed)
    row = assess_row(found, about.notes)
    for score in row["factors"]:
        low, high = (words(score["factor"], score[end]) for end in ("low", "high"))
        score["words"] = low if low == high else f"{low}; at most: {high}"
    given = _ringing(dispute)
    given["figures"]["precedents"] = past_cases(found)
    label, colour = tlp(tlp_label)
    return {
        "title": about.title or about.id,
        "subject": about.id,
        "about": [*([basis] if basis else []), *about.notes],
        "version": __version__,
        "tlp": label,
        "tlp_colour": colour,
        "assessment": row,
        "rules": _rules(found),
        **given,
        "caveats": [RINGING],
    }


def of_stored(store: Store, name: str, dispute: Dispute, times: Times) -> dict[str, Any]:
    """Return the report of an incident of the register, under its own TLP mark."""
    about = factors.assessed(store, name, times)
    held = revision_of(store, link_of(name), times)
    return of_incident(
        about, dispute, tlp_label=held.read().tlp.value, basis=f"register, {held.link}"
    )


def of_register(
    store: Store, wanted: Filter, dispute: Dispute, times: Times, as_of: str = ""
) -> dict[str, Any]:
    """Return the report of a register, or of the part of it that a filter finds."""
    counted = by_year(store, wanted, times)
    label, colour = tlp(counted.tlp)
    whose = wanted.state or "all states"
    kind = wanted.domain.value if wanted.domain else "every domain"
    return {
        "title": f"Incidents of the register: {whose}, {kind}",
        "subject": f"register, {whose}, {kind}",
        "about": [f"register, ledger {store.head()}"],
        "version": __version__,
        "tlp": label,
        "tlp_colour": colour,
        "register": {"as_of": as_of or utc(now_ns())[:10], **plain(counted)},
        "dissent": plain(counted.dissent),
        **_ringing(dispute),
        "caveats": [],
    }


def as_json(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report as its rows, without the figures."""
    from tocsin.dossier.bell import CAVEATS, KIND, PARTIES

    return {
        "kind": KIND,
        "not_said": PARTIES,
        **{key: value for key, value in given.items() if key != "figures"},
        "caveats": [*CAVEATS, *given["caveats"]],
    }


def _ringing(dispute: Dispute) -> dict[str, Any]:
    """Return what does not depend on the incident: curve, beliefs, levers, and their figures."""
    from tocsin.run.bell_figures import curve_panel
    from tocsin.run.policy_figures import beliefs, lever_effects

    best, views, pulled = optimum(terms()), compared(dispute), effects()
    believed = believe_row(views, dispute.illustrative)
    for row, view in zip(believed["views"], views.views, strict=True):
        row["turning"] = plain(view.turning)
    curve = curve_answer(best)
    return {
        "policy": {**curve, "wrong_phi": wrong_fatigue(best)},
        "believe": {"title": dispute.title, **believed},
        "levers": levers_row(pulled),
        "figures": {
            "curve": curve_panel(best),
            "beliefs": beliefs(views, illustrative=dispute.illustrative),
            "levers": lever_effects(pulled),
        },
    }


def _rules(found: Assessment) -> dict[str, Any]:
    """Return every rule with its source and whether it holds here."""
    rules = found.rules
    return {
        "id": rules.id,
        "version": rules.version,
        "about": rules.about,
        "levels": list(rules.levels),
        "rules": [
            {
                **plain(rule),
                "level": rules.levels[rule.level],
                **_stands(found, rule),
            }
            for rule in rules.rules
        ],
    }


def _stands(found: Assessment, rule: Rule) -> dict[str, Any]:
    if rule.id in found.set_aside:
        return {"stands": "set aside", "lacks": []}
    if rule.id in found.level.held:
        return {"stands": "held", "lacks": []}
    lacks, could = [], True
    for name, least in rule.at_least.items():
        score = found.factors[name]
        if score.low < least:
            could &= score.high >= least
            span = f"{score.low:.3g}" + f" to {score.high:.3g}" * (score.high > score.low)
            lacks.append(f"{name} is {span}, needs {least:g}")
    return {"stands": "open" if could else "short", "lacks": lacks}
