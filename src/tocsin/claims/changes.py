"""What would change a verdict: by how much the limit, the place or the clock would have to differ.

For a test of one quantity the margins of the samples move as one with its limit, so the quantiles
of the margin say by how much the limit would have to move before the verdict turns.  Which way a
limit would have to move is read from the slope of the distance at the deciding place.
"""

from __future__ import annotations

import numpy as np

from tocsin.claims.evaluate import NO_REGISTER, WHICH, evaluate, of_samples
from tocsin.claims.evidence import Answer, Evidence
from tocsin.claims.tree import (
    And,
    Event,
    Fact,
    Measure,
    Node,
    Or,
    Register,
    Side,
    Total,
    leaves,
)
from tocsin.claims.verdict import CERTAINTY, overall, verdicts
from tocsin.schema import Floats, Verdict

_COMPASS = (
    "north",
    "north-east",
    "east",
    "south-east",
    "south",
    "south-west",
    "west",
    "north-west",
)
_STEP_DEG = 1e-3


def changes_if(tree: Node, evidence: Evidence, answer: Answer) -> str:
    """Return in one sentence what would change the verdict; "" where no one number says it."""
    verdict = overall(verdicts(answer))
    if isinstance(tree, And | Or) and answer.sampled:
        told = _of_parts(tree, evidence, verdict)
        if told:
            return told
    first = next(leaves(tree))
    if verdict is Verdict.UNOBSERVED or (verdict is Verdict.UNRESOLVED and not answer.sampled):
        return _wanted(first, answer)
    if not answer.sampled or len(tuple(leaves(tree))) > 1 or not of_samples(first):
        if isinstance(first, Register):
            return "a row with a source that says otherwise, or a correction of one it rests on"
        return (
            "a record from an independent witness that says otherwise" if not answer.sampled else ""
        )
    shifts = [_shift(held.margin, verdict) for held in answer.held.values()]
    known = [shift for shift in shifts if shift is not None]
    if not known:
        return ""
    least = min(known, key=abs)
    becomes = {
        Verdict.SUPPORTED: "it would no longer be supported",
        Verdict.CONTRADICTED: "it would no longer be contradicted",
    }.get(verdict, "it would be supported")
    return f"{becomes} if {_moved(tree, first, least, evidence)}"


def _of_parts(tree: And | Or, evidence: Evidence, verdict: Verdict) -> str:
    """Return what would change a test of several parts: what would change those that decide it."""
    told = []
    for part in tree.parts:
        answer = evaluate(part, evidence)
        if overall(verdicts(answer)) is verdict and (said := changes_if(part, evidence, answer)):
            told.append(f'"{part}": {said}')
    # Where one part decides, each that decides alike has to change; else any of them is enough.
    one_decides = Verdict.CONTRADICTED if isinstance(tree, And) else Verdict.SUPPORTED
    return ("; and " if verdict is one_decides else "; or ").join(told)


def _shift(margin: Floats, verdict: Verdict) -> float | None:
    """Return what has to be added to every margin before the verdict turns; None: unknown."""
    known = margin[np.isfinite(margin)]
    if not len(known):
        return None
    share = CERTAINTY if verdict is Verdict.CONTRADICTED else 1 - CERTAINTY
    return -float(np.quantile(known, share))


def _moved(tree: Node, leaf: Node, shift: float, evidence: Evidence) -> str:
    size = abs(shift)
    if any(isinstance(node, Total) for node in _chain(tree)):
        return f"the total time differed by {size / 60:.1f} min"
    match leaf:
        case Side() | Event():
            # Pushing the margin up means a smaller volume for a test that denies the inside.
            deeper = (shift > 0) == _denies(tree, leaf)
            return (
                f"the limit of {leaf.of} lay {_metres(size)} further {_way(leaf, evidence, deeper)}"
            )
        case Measure(quantity="distance"):
            return f"the place or the track lay {_metres(size)} elsewhere"
        case Measure(quantity="depth"):
            return f"the depth differed by {_metres(size)}"
        case Measure(quantity="path_length"):
            return f"the path inside {leaf.of} differed by {_metres(size)}"
        case Measure(quantity="speed"):
            return f"the speed differed by {size:.0f} m/s"
        case _:
            return f"the height differed by {_metres(size)}"


def _denies(tree: Node, leaf: Side | Event) -> bool:
    """Return whether the test is about being outside: never inside, always outside."""
    text = str(tree)
    return (leaf.quantity == "outside") != (text.startswith(("never", "not")))


def _way(leaf: Side | Event, evidence: Evidence, deeper: bool) -> str:
    """Return the way in which a limit would move, by compass where the slope is known."""
    plain = "in" if deeper else "out"
    posterior = evidence.posterior
    measure = next((m for (v, _), m in evidence.signed_distance.items() if v == leaf.of), None)
    if posterior is None or measure is None:
        return plain
    depth = next((d for (v, _), d in evidence.signed_distance_m.items() if v == leaf.of), None)
    if depth is None or not posterior.observed.any():
        return plain
    seen = np.flatnonzero(posterior.observed)
    k = seen[int(np.argmax(np.median(depth[:, seen], axis=0)))]  # where it was deepest
    lon, lat = float(np.median(posterior.lon_deg[:, k])), float(np.median(posterior.lat_deg[:, k]))
    d = measure(
        lon + _STEP_DEG * np.array([0.0, 1.0, 0.0]), lat + _STEP_DEG * np.array([0.0, 0.0, 1.0])
    )
    if not np.isfinite(d).all():
        return plain
    east, north = float(d[1] - d[0]) / np.cos(np.radians(lat)), float(d[2] - d[0])
    turn = np.degrees(np.arctan2(east, north)) + (0.0 if deeper else 180.0)
    return _COMPASS[round(turn / 45.0) % 8]


def _wanted(leaf: Node, answer: Answer) -> str:
    if isinstance(leaf, Register):
        if any(gap.why == NO_REGISTER for gap in answer.gaps):
            return "a register that covers the question (--store)"
        if any(gap.why == WHICH for gap in answer.gaps):
            return "the test named the edition, or the date, that is meant"
        told = "an incident" if leaf.function == "count" else "a figure of just this"
        return f"{told}, with a source, where what there is could not decide"
    if isinstance(leaf, Fact):
        what = leaf.of or leaf.quantity.replace("_", " ")
        return f"a report on {what} from an independent witness"
    if isinstance(leaf, Measure) and leaf.quantity == "aircraft_count":
        return "a source that counted the aircraft"
    if any("height" in gap.why for gap in answer.gaps):
        return "a sensor that reported height"
    return "a sensor that observed the aircraft over more of that time"


def _chain(tree: Node) -> list[Node]:
    chain, node = [tree], tree
    while hasattr(node, "body"):
        node = node.body
        chain.append(node)
    return chain


def _metres(size: float) -> str:
    if size >= 10_000:
        return f"{size / 1000:.0f} km"
    return f"{size / 1000:.1f} km" if size >= 1000 else f"{size:.0f} m"
