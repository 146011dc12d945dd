"""The four games of `tocsin bell deter`, from what the caller set, and their figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tocsin.dossier import draw
from tocsin.errors import UsageError
from tocsin.policy.credibility import (
    Alarms,
    Commitment,
    Inspection,
    Reputation,
    alarms,
    commitment,
    inspection,
    reputation,
)
from tocsin.policy.credibility.commitment import at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What each game takes, with the worked values of METHODS, section 6: illustrative all of them.
GAMES: dict[str, dict[str, float]] = {
    "inspection": {"b": 1.0, "f": 3.0, "a": 2.0, "d_r": 3.0, "d_i": 10.0},
    "alarms": {"n": 6.0, "m": 2.0},
    "commitment": {
        "F": 4.0,
        "b": 2.0,
        "kappa": 0.5,
        "d": 1.0,
        "a": 0.8,
        "nu": 3.0,
        "rho": 0.35,
        "phi": 0.3,
    },
    "reputation": {"b": 0.5, "p": 0.1, "n": 6.0},
}


@dataclass(frozen=True, slots=True)
class Deterrence:
    """The four games, played."""

    given: Mapping[str, Mapping[str, float]]
    illustrative: tuple[str, ...]  # inputs that nobody set
    inspection: Inspection
    alarms: Alarms
    commitment: Commitment
    commitment_phi0: Commitment
    reputation: Reputation


def play(assignments: Sequence[str] = ()) -> Deterrence:
    """Return the four games; an assignment is GAME.NAME=VALUE, such as inspection.a=3.

    Raises UsageError for a game, a name or a value that has no meaning.
    """
    given = {game: dict(values) for game, values in GAMES.items()}
    chosen = set()
    for text in assignments:
        game, name, value = _assignment(text)
        given[game][name] = value
        chosen.add(f"{game}.{name}")
    left = tuple(f"{g}.{n}" for g, values in GAMES.items() for n in values)
    commit = given["commitment"]
    return Deterrence(
        given=given,
        illustrative=tuple(name for name in left if name not in chosen),
        inspection=inspection(**given["inspection"]),
        alarms=alarms(_whole("alarms.n", given), _whole("alarms.m", given)),
        commitment=commitment(**commit),
        commitment_phi0=commitment(**commit | {"phi": 0.0}),
        reputation=reputation(
            given["reputation"]["b"], given["reputation"]["p"], _whole("reputation.n", given)
        ),
    )


def _assignment(text: str) -> tuple[str, str, float]:
    key, equals, value = text.partition("=")
    game, _, name = key.strip().partition(".")
    if not equals or name not in GAMES.get(game, {}):
        known = "; ".join(f"{g}: {', '.join(values)}" for g, values in GAMES.items())
        raise UsageError(f'--set "{text}" names nothing', hint=f"write inspection.a=3 ({known})")
    try:
        return game, name, float(value)
    except ValueError:
        raise UsageError(f'--set "{text}": "{value}" is not a number') from None


def _whole(key: str, given: Mapping[str, Mapping[str, float]]) -> int:
    game, _, name = key.partition(".")
    value = given[game][name]
    if value != value // 1 or not abs(value) <= 1000:
        raise UsageError(f"{key} = {value:g} is a count, up to 1000")
    return int(value)


def figure(found: Deterrence) -> str:
    """Return the four games as one SVG; phi = 0 beside in the only one that knows phi."""
    with draw.style():
        fig = draw.figure(5.6)
        boxes = [(0.09, 0.575), (0.59, 0.575), (0.09, 0.105), (0.59, 0.105)]
        a, b, c, d = (fig.add_axes((x, y, 0.385, 0.345)) for x, y in boxes)
        _inspection(a, found)
        _alarms(b, found)
        _commitment(c, found)
        _reputation(d, found)
        for ax in (a, b, c, d):
            ax.grid(axis="y", color=draw.GRID, lw=0.5)
            ax.set_axisbelow(True)
            ax.title.set_fontsize(8.5)
        if found.illustrative:
            fig.text(0.01, 0.012, "ILLUSTRATIVE numbers: nobody's estimate", color=draw.ALARM)
        return draw.svg(fig, "deter", "Four games of ringing and being believed")


def _inspection(ax: Axes, found: Deterrence) -> None:
    given = found.given["inspection"]
    x = np.linspace(0.02, 1, 120) * max(3.0, 2 * given["a"])
    games = [inspection(**{**given, "a": float(each)}) for each in x]
    ax.plot(x, [g.probe for g in games], color=draw.INSIDE)
    ax.plot(x, [g.ring for g in games], color=draw.OUTSIDE, ls="--")
    ax.plot([given["a"]], [found.inspection.probe], "o", color=draw.INSIDE, ms=5)
    ax.plot([given["a"]], [found.inspection.ring], "s", color=draw.OUTSIDE, ms=5)
    ax.set_title("Inspection: dearer rings, more probes", loc="left")
    ax.set_xlabel("a, alliance's cost of ringing at nothing")
    ax.set_ylabel("probability at an occasion")
    ax.set_ylim(0, 1)
    ax.text(0.03, 0.93, "solid: probe", color=draw.INSIDE, transform=ax.transAxes)
    ax.text(0.03, 0.85, "dashed: ring", color=draw.OUTSIDE, transform=ax.transAxes)


def _alarms(ax: Axes, found: Deterrence) -> None:
    n = found.alarms.occasions
    m = np.arange(0, min(n, 40) + 1)
    ax.plot(m, [alarms(n, int(k)).value for k in m], "o-", color=draw.INSIDE, ms=4)
    if found.alarms.alarms <= m[-1]:
        ax.plot([found.alarms.alarms], [found.alarms.value], "o", ms=9, mfc="none", mec=draw.INK)
    ax.set_title(f"Alarms: m for {n} occasions", loc="left")
    ax.set_xlabel("m, credible alarms (ringed: as given)")
    ax.set_ylabel("value, -1 missed to 0 deterred")
    ax.set_ylim(-1.05, 0.05)


def _commitment(ax: Axes, found: Deterrence) -> None:
    given = dict(found.given["commitment"])
    x = np.linspace(0, 1, 201)
    for phi, colour, dashes, best, mark in (
        (given["phi"], draw.INSIDE, "-", found.commitment, "o"),
        (0.0, draw.OUTSIDE, "--", found.commitment_phi0, "s"),
    ):
        costs = [at(float(pi), **given | {"phi": phi})[2] for pi in x]
        ax.plot(x, costs, color=colour, ls=dashes)
        ax.plot([best.pi], [best.cost], mark, color=colour, ms=5)
    ax.set_title("Commitment: how often to ring", loc="left")
    ax.set_xlabel("pi, share of occasions rung (mark: least cost)")
    ax.set_ylabel("alliance's cost a year")
    ax.set_ylim(bottom=0)
    ax.text(0.03, 0.13, f"solid: phi {given['phi']:g}", color=draw.INSIDE, transform=ax.transAxes)
    ax.text(0.03, 0.05, "dashed: phi 0", color=draw.OUTSIDE, transform=ax.transAxes)


def _reputation(ax: Axes, found: Deterrence) -> None:
    stages = found.reputation.stages[:40]
    ax.bar([s.left for s in stages], [s.fights for s in stages], color=draw.INSIDE, width=0.6)
    ax.set_title("Reputation: a weak defender fights", loc="left")
    ax.set_xlabel(f"n, occasions left (belief strong: {found.reputation.p:g})")
    ax.set_ylabel("P(fights if probed now)")
    ax.set_ylim(0, 1.05)
    ax.set_xlim(stages[-1].left + 0.7, 0.3)  # time runs to the right: the last occasion is 1
