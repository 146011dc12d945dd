"""`tocsin bell arl`, `curve`, `optimum`: how a rule for ringing behaves and what it costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.bell_terms import (
    CampaignRate,
    Campaigns,
    DelayCost,
    FalseCost,
    HeadStart,
    Lasts,
    Number,
    Phi,
    QuietRate,
    Recovery,
    Reference,
    ResponseValue,
    Within,
)
from tocsin.commands.options import Json
from tocsin.commands.telling import say
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.policy.alarm.terms import Terms


def arl(
    k: Annotated[Number, typer.Option("--k", metavar="NUMBER", help="Reference value.")],
    h: Annotated[Number, typer.Option("--h", metavar="NUMBER", help="Alarm when S >= h.")],
    poisson: Annotated[
        Number | None, typer.Option("--poisson", metavar="RATE", help="Poisson counts, this mean.")
    ] = None,
    normal: Annotated[
        Number | None,
        typer.Option("--normal", metavar="MU", help="Normal values, this mean, in their sd."),
    ] = None,
    head_start: HeadStart = None,
    two_sided: Annotated[
        bool, typer.Option("--two-sided", help="Normal: listen for a rise and for a fall.")
    ] = False,
    fall: Annotated[bool, typer.Option("--fall", help="Poisson: listen for a fall.")] = False,
    within: Annotated[
        int | None, typer.Option("--within", help="Also P(alarm within so many observations).")
    ] = None,
    then: Annotated[
        Number | None,
        typer.Option("--then", metavar="RATE", help="Also the mean run after a change to this."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Average run length of a CUSUM: exact for Poisson counts, to 1e-8 for normal values."""
    from tocsin.run.bell import normal_answer, poisson_answer

    start = head_start if head_start is not None else "0"
    if (poisson is None) == (normal is None):
        raise UsageError("give one of --poisson RATE and --normal MU")
    if poisson is not None:
        if two_sided:
            raise UsageError(
                "--two-sided is for --normal",
                hint="ask for each side of a Poisson chart by itself: with --fall and without",
            )
        answer = poisson_answer(poisson, k, h, start, upper=not fall, within=within, then=then)
    else:
        if fall:
            raise UsageError("--fall is for --poisson", hint="a normal fall is a rise of -mu")
        assert normal is not None
        answer = normal_answer(normal, k, h, start, two_sided=two_sided, within=within, then=then)
    if as_json:
        _tell(answer)
        return 0
    typer.echo(f"mean run length {answer['arl']:.10g}, alarm when S >= h")
    if answer.get("q50") is not None:
        typer.echo(
            f"5 % of runs end by {answer['q05']}, half by {answer['q50']}, 95 % by {answer['q95']}"
        )
    if "within" in answer:
        typer.echo(f"within {answer['within']['n']}: {_percent(answer['within']['p'])}")
    if "then" in answer:
        told = answer["then"]
        typer.echo(
            f"after a change: {told['arl_at_once']:.6g} from a fresh start, "
            f"{told['arl_after_long']:.6g} after a long time"
        )
    return 0


def curve(
    out: Annotated[Path | None, typer.Option("-o", "--out", help="A figure: FILE.svg.")] = None,
    h_max: Annotated[
        Number | None, typer.Option("--h-max", metavar="NUMBER", help="Go on at least to this h.")
    ] = None,
    quiet_rate: QuietRate = None,
    campaign_rate: CampaignRate = None,
    k: Reference = None,
    head_start: HeadStart = None,
    recovery: Recovery = None,
    phi: Phi = None,
    campaigns: Campaigns = None,
    delay_cost: DelayCost = None,
    response_value: ResponseValue = None,
    false_cost: FalseCost = None,
    within: Within = None,
    campaign_weeks: Lasts = None,
    as_json: Json = False,
) -> int:
    """Cost and behaviour of every threshold: both arms, with fatigue and without."""
    if out is not None and out.suffix.lower() != ".svg":
        raise UsageError(f'"{out.suffix}" is no picture', path=str(out), hint="use .svg")
    from tocsin.policy.alarm.objective import optimum as best
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
    found = best(made, h_max)
    answer = curve_answer(found)
    if out is not None:
        from tocsin.run.bell_figures import curve_svg
        from tocsin.run.output import write_file

        write_file(out, curve_svg(found).encode())
        say(f"tocsin: wrote {out}")
    if as_json:
        _tell(answer)
        return 0
    _caveat(made)
    typer.echo("     h        J  J phi=0  false/yr  delay wk  in time  missed  E R")
    rows = answer["rows"]
    every = max(1, len(rows) // 30)
    best_h = {answer["optimum"][which]["h"] for which in ("phi", "phi_0")}
    for n, row in enumerate(rows):
        if n % every == 0 or row["h"] in best_h:
            typer.echo(_row(row))
    _best(answer)
    return 0


def optimum(
    quiet_rate: QuietRate = None,
    campaign_rate: CampaignRate = None,
    k: Reference = None,
    head_start: HeadStart = None,
    recovery: Recovery = None,
    phi: Phi = None,
    campaigns: Campaigns = None,
    delay_cost: DelayCost = None,
    response_value: ResponseValue = None,
    false_cost: FalseCost = None,
    within: Within = None,
    campaign_weeks: Lasts = None,
    as_json: Json = False,
) -> int:
    """The best threshold with fatigue and without, and what a simple rule or a wrong phi loses."""
    from tocsin.policy.alarm.terms import terms
    from tocsin.run.bell import optimum_answer

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
    answer = optimum_answer(made)
    if as_json:
        _tell(answer)
        return 0
    _caveat(made)
    _best(answer)
    wrong = answer["wrong_phi"]
    typer.echo(
        f"threshold set for phi = 0 while phi is {made.fatigue:g}: "
        f"J {wrong['set_for_phi_0_but_fatigue_is_real']:+.3f}; "
        f"the other way round: J {wrong['set_for_phi_but_there_is_no_fatigue']:+.3f}"
    )
    for each in answer["regret"]:
        typer.echo(
            f"CUSUM against the belief rule, phi {each['phi']:g}, delay from "
            f"{each['delay_measured_from']}: J {each['lost_per_year']:+.3f}"
        )
    return 0


def _caveat(made: Terms) -> None:
    from tocsin.run.bell import NOTE

    if made.illustrative:
        say(f"tocsin: illustrative, chosen by nobody: {', '.join(made.illustrative)}")
    say(f"tocsin: {NOTE}")


def _best(answer: dict[str, Any]) -> None:
    for which, arms, cost in (("phi", "arms", "j"), ("phi_0", "arms_phi_0", "j_phi_0")):
        row, near = answer["optimum"][which], answer["near_best"][which]
        typer.echo(
            f"phi {row[arms]['phi']:g}: best h {row['h']:g} (within 5 %: {near[0]:g} to "
            f"{near[1]:g}), J {row[cost]:.5g}, a false ring in {row['years_between_false']:.3g} "
            f"years, delay {row['add_weeks']:.2f} weeks, in time {_percent(row['p_within'])}, "
            f"missed {_percent(row['p_missed'])}"
        )


def _row(row: dict[str, Any]) -> str:
    return (
        f"{row['h']:6.2f} {row['j']:8.4g} {row['j_phi_0']:8.4g} {row['false_per_year']:9.3g} "
        f"{row['add_weeks']:9.2f} {_percent(row['p_within']):>8} {_percent(row['p_missed']):>7} "
        f"{row['arms']['mean_response']:.2f}"
    )


def _percent(p: float) -> str:
    """Return a share as text; nothing is 0 % or 100 %."""
    if p < 0.01:
        return "<1 %"
    return ">99 %" if p > 0.99 else f"{100 * p:.0f} %"


def _tell(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False))
