"""Should it ring: the same answers as `tocsin bell`, `tocsin assess` and `tocsin pattern rate`.

What computes them is loaded at its first use: a server is up in half the time.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Query, Request

from tocsin.api import register
from tocsin.api.gate import needs
from tocsin.api.held import Held
from tocsin.api.rate import rate_of
from tocsin.api.readable import Readable
from tocsin.api.role import Access
from tocsin.api.routes.asked import Word
from tocsin.api.who import Who, who_of
from tocsin.errors import UsageError
from tocsin.register.link import link_of
from tocsin.register.query import NOW

if TYPE_CHECKING:
    from tocsin.run.assess import Incident

#: No exponent that an exact fraction would need a million digits for.
_NUMBER = r"^[-+]?\d{0,9}(\.\d{0,12})?([eE][-+]?\d{1,2})?(/\d{1,9})?$"
Number = Annotated[str | None, Query(max_length=40, pattern=_NUMBER)]
Figure = Annotated[float | None, Query(allow_inf_nan=False)]
_POSITIONS = "bundled:september-2025"
#: What a chart may ask of this server: a chain of so many states takes a second.
_MOST_H = 60.0
_FINEST = 1000


def add(app: FastAPI, held: Held) -> None:
    """Add the paths."""
    reader = needs(Access.READER)
    tags: list[str | Enum] = ["bell"]

    @app.get("/api/bell/curve", openapi_extra=reader, tags=tags)
    def curve(
        h_max: Number = None,
        quiet_rate: Number = None,
        campaign_rate: Number = None,
        k: Number = None,
        head_start: Number = None,
        recovery: Number = None,
        phi: Number = None,
        campaigns: Number = None,
        delay_cost: Number = None,
        response_value: Number = None,
        false_cost: Number = None,
        within: Number = None,
        campaign_weeks: Number = None,
    ) -> dict[str, Any]:
        """Cost and behaviour of every threshold, with fatigue and without."""
        from tocsin.policy.alarm.objective import optimum
        from tocsin.policy.alarm.terms import terms
        from tocsin.run.bell import curve_answer

        made = terms(
            quiet_rate=quiet_rate,
            campaign_rate=campaign_rate,
            k=k,
            head_start=head_start,
            recovery_per_year=recovery,
            fatigue=phi,
            campaigns_per_year=campaigns,
            delay_cost_per_week=delay_cost,
            response_value=response_value,
            false_ring_cost=false_cost,
            within_weeks=within,
            campaign_weeks=campaign_weeks,
        )
        if made.k.denominator > _FINEST:
            raise UsageError(f"k {k} is finer than 1/{_FINEST}", hint="use tocsin bell")
        with held.heavy():
            return curve_answer(optimum(made, _bounded(h_max, "h_max")))

    @app.get("/api/bell/arl", openapi_extra=reader, tags=tags)
    def arl(
        rate: Number = None,
        mu: Number = None,
        k: Number = None,
        h: Number = None,
        head_start: Number = None,
        lower: bool = False,
        two_sided: bool = False,
        within: Annotated[int | None, Query(ge=1, le=10_000)] = None,
        then: Number = None,
    ) -> dict[str, Any]:
        """How long a rule waits until it rings, by counts (`rate`) or by a measure (`mu`)."""
        if (rate is None) == (mu is None):
            raise UsageError("a chart counts or measures", hint="give rate or mu, not both")
        if k is None or h is None:
            raise UsageError("a chart needs k and h", hint="k=0.45&h=3")
        high, start = _bounded(h, "h") or "0", head_start or 0
        from tocsin.policy.alarm.given import fraction

        if fraction("k", k).denominator > _FINEST:
            raise UsageError(f"k {k} is finer than 1/{_FINEST}", hint="use tocsin bell")
        with held.heavy():
            return _chart(rate, mu, k, high, start, lower, two_sided, within, then)

    @app.get("/api/bell/believe", openapi_extra=reader, tags=tags)
    def believe(
        weeks_saved: Figure = None,
        delay_cost_per_week: Figure = None,
        response_value: Figure = None,
        campaigns_per_year: Figure = None,
        false_rings_per_year: Figure = None,
        strength: Figure = None,
    ) -> dict[str, Any]:
        """Two positions on ringing: what each must believe, and what turns it."""
        from tocsin.run.believe import compared, read_dispute
        from tocsin.run.policy_told import believe_row

        dispute = read_dispute(_POSITIONS)
        found = compared(
            dispute,
            weeks_saved=weeks_saved,
            delay_cost_per_week=delay_cost_per_week,
            response_value=response_value,
            campaigns_per_year=campaigns_per_year,
            false_rings_per_year=false_rings_per_year,
            strength=strength,
        )
        return believe_row(found, dispute.illustrative)

    @app.get("/api/assess/{incident}", openapi_extra=reader, tags=tags)
    def assess(
        request: Request,
        incident: str,
        count: Annotated[int, Query(ge=1, le=20)] = 5,
        seed: Annotated[int, Query(ge=0, le=2**31)] = 1,
    ) -> dict[str, Any]:
        """Factors, past practice, past cases, consistency and dissent, of one incident."""
        from tocsin.run.assess import assess_incident
        from tocsin.run.assess_told import assess_row

        with held.heavy():
            about = _about(held, incident, who_of(request))
            return assess_row(assess_incident(about, None, seed=seed, count=count), about.notes)

    @app.get("/api/pattern/rate", openapi_extra=reader, tags=["pattern"])
    def rate(
        request: Request,
        state: Word = None,
        domain: Word = None,
        as_of: Word = None,
        seed: Annotated[int, Query(ge=0, le=2**31)] = 0,
    ) -> dict[str, Any]:
        """Is this year above the years before? Several baselines, over what one may read."""
        audience = who_of(request).audience
        return rate_of(held, state or None, domain or None, as_of or None, audience, seed).told


def _chart(
    rate: str | None,
    mu: str | None,
    k: str,
    h: str,
    start: str | int,
    lower: bool,
    two_sided: bool,
    within: int | None,
    then: str | None,
) -> dict[str, Any]:
    from tocsin.run.bell import normal_answer, poisson_answer

    if rate is not None:
        return poisson_answer(rate, k, h, start, upper=not lower, within=within, then=then)
    return normal_answer(mu or 0, k, h, start, two_sided=two_sided, within=within, then=then)


def _about(held: Held, incident: str, who: Who) -> Incident:
    """Return an incident of the register, else one of those that ship."""
    from tocsin.run.assess import bundled_incident
    from tocsin.run.factors import assessed

    if held.has_store:
        store, link = Readable(held.store, who.audience), link_of(incident)
        if store.history(link.incident):
            register.one(held.store, link, NOW, who.audience)
            return assessed(store, str(link))
    return bundled_incident(incident)


def _bounded(text: str | None, name: str) -> str | None:
    """Return a threshold as written; raise UsageError for one that this server will not compute."""
    if text is None:
        return None
    whole, _, part = text.partition("/")
    try:
        value = float(whole) / float(part) if part else float(whole)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f'{name} "{text}" is no number') from None
    if not 0 < value <= _MOST_H:
        raise UsageError(f"{name} {text} lies outside 0 to {_MOST_H:g}", hint="use tocsin bell")
    return text
