"""The levers: what each changes, by how much, on whose word.

No source gives the size of any of these changes: the amounts are the project's illustrations, and
the sources say only why the sign is as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from tocsin.errors import UsageError
from tocsin.policy.levers.setting import Setting

_OPS = ("=", "*", "+")


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter, set to, multiplied by, or raised by an amount."""

    parameter: str
    op: str  # = * +
    amount: float

    def __post_init__(self) -> None:
        if self.op not in _OPS:
            raise UsageError(f'"{self.op}" changes nothing', hint=f"use one of {' '.join(_OPS)}")
        if not isfinite(self.amount):
            raise UsageError(f"{self.parameter} {self.op} {self.amount} is no finite change")

    def __str__(self) -> str:
        return f"{self.parameter} {'x' if self.op == '*' else self.op} {self.amount:g}"

    def of(self, value: float) -> float:
        """Return the value after the change."""
        if self.op == "=":
            return self.amount
        return value * self.amount if self.op == "*" else value + self.amount


@dataclass(frozen=True, slots=True)
class Lever:
    """A response option."""

    id: str
    title: str
    changes: tuple[Change, ...]
    cost_per_year: float  # in the units of J
    lag_years: float  # before it works; its cost begins at once
    why: str
    source: str = ""

    def __post_init__(self) -> None:
        if not (isfinite(self.cost_per_year) and self.cost_per_year >= 0):
            raise UsageError(f"{self.id}: a cost of {self.cost_per_year} a year is none")
        if not (isfinite(self.lag_years) and self.lag_years >= 0):
            raise UsageError(f"{self.id}: a lag of {self.lag_years} years is none")
        if not self.changes:
            raise UsageError(f"{self.id} changes nothing")

    def applied(self, setting: Setting) -> Setting:
        """Return the setting after this lever."""
        values: dict[str, float] = {}
        for change in self.changes:
            if not hasattr(setting, change.parameter):
                setting.changed(**{change.parameter: 0.0})  # raises, naming the parameters
            now = values.get(change.parameter, getattr(setting, change.parameter))
            values[change.parameter] = change.of(now)
        return setting.changed(**values)


LEVERS = (
    Lever(
        "sensors",
        "more sensors",
        (Change("detection", "=", 0.95), Change("ring_force", "*", 0.95 / 0.8)),
        0.6,
        2.0,
        "more of what happens is seen, and what is seen can be answered",
    ),
    Lever(
        "alerting",
        "faster alerting",
        (Change("alert_weeks", "+", -0.5), Change("rung_loss", "*", 0.8)),
        0.1,
        0.5,
        "a ring in mid-week instead of at its end; an earlier answer leaves less harm",
    ),
    Lever(
        "evidence",
        "publish the evidence and the probability with every ring",
        (Change("phi", "*", 0.6), Change("empty_ring_cost", "*", 0.75)),
        0.1,
        0.25,
        "a ring that says how sure it is wears less when it proves empty",
        "LeClerc and Joslyn 2015; Manzey et al. 2014: the sign, not the size",
    ),
    Lever(
        "policing",
        "a firmer policing posture",
        (Change("rung_penalty", "*", 1.3), Change("ring_force", "*", 1.25)),
        0.8,
        1.0,
        "an answered probe costs the adversary more",
    ),
    Lever(
        "readiness",
        "readiness: the response comes back sooner",
        (
            Change("recovery_per_year", "*", 1.5),
            Change("response_value", "*", 0.85),
            Change("rung_loss", "*", 0.8),
        ),
        1.0,
        1.5,
        "attention and forces recover sooner, and a campaign met by a weak response does less",
    ),
)
