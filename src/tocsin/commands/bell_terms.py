"""Options that name the terms of the trade; in brackets the illustrative value of each."""

from __future__ import annotations

from typing import Annotated

import typer

Number = str  # a decimal or a fraction such as 9/20: kept as written, so that it stays exact

QuietRate = Annotated[
    Number | None,
    typer.Option("--quiet-rate", metavar="RATE", help="Counts a week in noise. (0.2)"),
]
CampaignRate = Annotated[
    Number | None,
    typer.Option("--campaign-rate", metavar="RATE", help="Counts a week in a campaign. (0.8)"),
]
Reference = Annotated[
    Number | None, typer.Option("--k", metavar="NUMBER", help="Reference value. (0.45)")
]
HeadStart = Annotated[
    Number | None,
    typer.Option("--head-start", metavar="NUMBER", help="S at the start, below h; h/2 is usual."),
]
Recovery = Annotated[
    Number | None,
    typer.Option("--recovery", metavar="RATE", help="Recovery of response a year, rho. (0.5)"),
]
Phi = Annotated[
    Number | None,
    typer.Option("--phi", metavar="SHARE", help="Response lost by a false ring. (0.4)"),
]
Campaigns = Annotated[
    Number | None,
    typer.Option("--campaigns", metavar="RATE", help="Campaigns a year. (0.5)"),
]
DelayCost = Annotated[
    Number | None,
    typer.Option("--delay-cost", metavar="COST", help="Cost of a week's delay. (1)"),
]
ResponseValue = Annotated[
    Number | None,
    typer.Option(
        "--response-value", metavar="COST", help="Worth of full response to a campaign. (40)"
    ),
]
FalseCost = Annotated[
    Number | None,
    typer.Option("--false-cost", metavar="COST", help="Cost of a false ring. (2)"),
]
Within = Annotated[
    Number | None,
    typer.Option("--within", metavar="WEEKS", help="Detected in time is within so many. (4)"),
]
Lasts = Annotated[
    Number | None,
    typer.Option(
        "--campaign-weeks",
        metavar="WEEKS",
        help="A campaign not rung by then is missed. (12)",
    ),
]
