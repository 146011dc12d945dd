"""Two positions side by side: what each advises, what turns it, what it is worth to know more.

Nobody is told who is right.  The result says which of the four numbers the two would have to agree
on for their advice to agree, and repeats every advice for phi = 0, because the evidence that false
alarms wear a response out is mixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.errors import UsageError
from tocsin.policy.believe.flip import Flip, Settles, Swap, flips, settles, swaps
from tocsin.policy.believe.model import COORDINATES, Belief, Stakes, gain_of, prior_needed
from tocsin.policy.believe.position import Advice, Interval, Position, advice, gains
from tocsin.policy.believe.value import Worth, worth

FATIGUE = (
    "the evidence on fatigue is mixed: tornado warnings, +12-29 % fatalities for +1 SD of the "
    "false-alarm ratio (Simmons and Sutter 2009); no effect of the actual ratio on action (Lim et "
    "al. 2019, n = 4,162); publishing probabilities restores compliance (LeClerc and Joslyn 2015). "
    "So phi = 0 stands beside every answer"
)


@dataclass(frozen=True, slots=True)
class View:
    """One position and all that follows from it."""

    position: Position
    advice: Advice
    gain: Interval  # G, least and most over the box, in units of c_d D
    prior_needed: Interval  # p*, at the cheapest and the dearest false ring of the box
    flips: tuple[Flip, ...]  # smallest first; empty when divided
    settles: tuple[Settles, ...]  # when divided; else empty
    worth: Worth
    advice_phi0: Advice
    gain_phi0: Interval
    remark: str  # where what the party says does not follow from its numbers; else empty

    @property
    def turning(self) -> Flip | None:
        """The one assumption whose change turns the advice with the fewest steps."""
        return self.flips[0] if self.flips and self.flips[0].at is not None else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two views, and what divides them."""

    stakes: Stakes
    views: tuple[View, View]
    swaps: tuple[tuple[Swap, ...], tuple[Swap, ...]]  # each with the other's numbers, one by one
    crux: tuple[str, ...]  # numbers that, taken over alone, make one party advise as the other
    unsettles: tuple[str, ...]  # numbers that, taken over alone, move a party off its own advice
    carries: tuple[tuple[str, float], ...]  # how much of the gap in G each carries, most first
    says: str
    fatigue: str = FATIGUE


def compare(
    positions: Sequence[Position], stakes: Stakes, step: Mapping[str, float] | None = None
) -> Comparison:
    """Return two positions side by side.

    step  the scale in which changes of unlike numbers are compared (`flip.STEP`)
    """
    if len(positions) != 2:
        raise UsageError(f"{len(positions)} positions given; two are compared")
    if positions[0].name == positions[1].name:
        raise UsageError(f'both positions are called "{positions[0].name}"')
    a, b = (view(position, stakes, step) for position in positions)
    over = (
        swaps(a.position, b.position, stakes),
        swaps(b.position, a.position, stakes),
    )
    if a.advice == b.advice:
        crux: tuple[str, ...] = ()
    else:
        crux = tuple(
            mine.coordinate
            for mine, theirs in zip(*over, strict=True)
            if mine.after == b.advice or theirs.after == a.advice
        )
    unsettles = tuple(
        mine.coordinate
        for mine, theirs in zip(*over, strict=True)
        if mine.after != mine.before or theirs.after != theirs.before
    )
    carries = _carries(a.position.middle, b.position.middle, stakes)
    says = _says(a, b, crux, unsettles, carries)
    return Comparison(stakes, (a, b), over, crux, unsettles, carries, says)


def view(position: Position, stakes: Stakes, step: Mapping[str, float] | None = None) -> View:
    """Return one position and all that follows from it."""
    said = advice(position, stakes)
    calm = position.with_(phi=(0.0, 0.0))
    return View(
        position=position,
        advice=said,
        gain=gains(position, stakes),
        prior_needed=(prior_needed(position.best, stakes), prior_needed(position.worst, stakes)),
        flips=flips(position, stakes, step),
        settles=settles(position, stakes) if said is Advice.DIVIDED else (),
        worth=worth(position, stakes),
        advice_phi0=advice(calm, stakes),
        gain_phi0=gains(calm, stakes),
        remark=_remark(position, said),
    )


def _remark(position: Position, said: Advice) -> str:
    if position.says is None or position.says == said:
        return ""
    if said is Advice.DIVIDED:
        return f'{position.name} says "{position.says}"; its numbers allow that and the contrary'
    return (
        f'{position.name} contradicts itself: it says "{position.says}", and every number it gives '
        f'leads to "{said}"'
    )


def _carries(a: Belief, b: Belief, stakes: Stakes) -> tuple[tuple[str, float], ...]:
    """Return the mean change of G when one party takes over one number of the other, at middles.

    Both ways are averaged: what a number carries hangs on the others.
    """
    out = {}
    for name in COORDINATES:
        moved = abs(gain_of(replace(a, **{name: getattr(b, name)}), stakes) - gain_of(a, stakes))
        back = abs(gain_of(replace(b, **{name: getattr(a, name)}), stakes) - gain_of(b, stakes))
        out[name] = (moved + back) / 2
    return tuple(sorted(out.items(), key=lambda item: -item[1]))


def _says(
    a: View,
    b: View,
    crux: tuple[str, ...],
    unsettles: tuple[str, ...],
    carries: tuple[tuple[str, float], ...],
) -> str:
    names = f"{a.position.name} and {b.position.name}"
    if a.advice == b.advice:
        if a.advice is Advice.DIVIDED:
            return f"{names} are each divided: neither's numbers settle it"
        return f'{names} advise the same, "{a.advice}", from different numbers'
    head = f'{a.position.name}: "{a.advice}"; {b.position.name}: "{b.advice}". '
    most = f"; {_words(carries[0][0])} carries most of the gap"
    if crux:
        return head + f"Agreement would follow from one of: {_listed(crux)}" + most
    head += "No single number, taken over whole, brings them to agree"
    if unsettles:
        head += f"; {_listed(unsettles)} alone would leave one of them divided"
    return head + most


def _words(name: str) -> str:
    return name.replace("_", " ")


def _listed(names: tuple[str, ...]) -> str:
    return " or ".join(_words(name) for name in names)
