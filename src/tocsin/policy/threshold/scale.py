"""The factors of an incident, each on a scale from 0 to 4 with words for every step.

Effect, immediacy, directness, invasiveness, measurability, military character, state involvement
(here attribution) and legality are the criteria of M. N. Schmitt (Columbia Journal of
Transnational Law 37, 1999) as the commentary on rule 69 of the Tallinn Manual 2.0 (2017) lists
them for cyber operations.  They are used here as headings under which past cases are compared.
The others are ours.  On every scale more is graver, so that "x is at most y in every factor" means
that y is in no respect the lesser case.
"""

from __future__ import annotations

LOWEST, HIGHEST = 0.0, 4.0

#: Factor -> the words for 0, 1, 2, 3 and 4.
SCALE: dict[str, tuple[str, str, str, str, str]] = {
    "effect": (
        "none",
        "traffic disturbed, or debris without damage",
        "property damaged",
        "people hurt, or a state aircraft lost",
        "many killed, or war",
    ),
    "invasiveness": (
        "did not enter",
        "up to 1 minute, or up to 1 km deep",
        "up to 5 minutes, or up to 5 km deep",
        "up to 20 minutes, or up to 20 km deep",
        "longer or deeper",
    ),
    "immediacy": (
        "no harm could follow",
        "harm only after further steps",
        "harm possible within hours",
        "harm possible within minutes",
        "harm under way",
    ),
    "directness": (
        "a by-product of something else",
        "stray",
        "close to the state by choice",
        "into the state by choice",
        "aimed at the state",
    ),
    "measurability": (
        "one unverified report",
        "press reports",
        "an official statement",
        "evidence shown to others",
        "evidence that others have checked",
    ),
    "military": (
        "civil or criminal",
        "state transport",
        "border guard, or unarmed military",
        "combat or reconnaissance",
        "weapons seen or used",
    ),
    "attribution": (
        "unknown",
        "suspected",
        "stated by one state and denied",
        "stated by several states, or not denied",
        "admitted",
    ),
    "legality": (
        "permitted",
        "permission in doubt, with plan and transponder in order",
        "without permission",
        "without permission and non-cooperative (transponder, plan or radio)",
        "use of force",
    ),
    "repetition": (
        "first in a year",
        "second in a year",
        "third in a year",
        "fourth in a year",
        "fifth or later in a year",
    ),
    "coordination": (
        "nothing else in the seven days before",
        "one other case in another state or domain",
        "two others",
        "three others",
        "four or more others",
    ),
    "hails": (
        "answered and complied",
        "answered late",
        "no answer",
        "acknowledged and not followed",
        "hostile manoeuvre in answer",
    ),
    "intent": (
        "accident established",
        "accident or interference likely",
        "not to be told",
        "deliberate likely",
        "deliberate established",
    ),
    "cumulative": (
        "no load of earlier cases",
        "as one ordinary case today",
        "as two",
        "as three",
        "as four or more",
    ),
}
FACTORS = tuple(SCALE)


def words(factor: str, score: float) -> str:
    """Return the words for the step of the scale that a score has reached."""
    return SCALE[factor][int(min(max(score, LOWEST), HIGHEST))]
