"""Every parameter that a lever can move.  The defaults are those of the worked examples in METHODS
(sections 5 and 6): illustrative costs, nobody's estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from math import isfinite, log

from tocsin.errors import UsageError

_SHARES = ("detection", "phi")
_MAY_BE_ZERO = ("phi", "rung_loss", "probe_worth")


@dataclass(frozen=True, slots=True)
class Setting:
    """The bell's world in numbers; rates of events are of those that happen, seen or not."""

    # the alarm rule
    quiet_per_week: float = 0.25  # lambda_0: events without a campaign
    campaign_per_week: float = 1.0  # lambda_1
    detection: float = 0.8  # share of events that is seen: .2 and .8 a week are
    alert_weeks: float = 0.0  # added to the delay; below 0 where a ring need not wait for the week
    recovery_per_year: float = 0.5  # rho
    phi: float = 0.4
    campaigns_per_year: float = 0.5  # r_c
    delay_cost_per_week: float = 1.0  # c_d
    response_value: float = 40.0  # V
    false_ring_cost: float = 2.0  # c_FA
    # ring or ignore, probe or refrain
    ignored_gain: float = 1.0  # b
    rung_penalty: float = 3.0  # f
    empty_ring_cost: float = 2.0  # a
    rung_loss: float = 3.0  # d_r
    ignored_loss: float = 10.0  # d_i
    # commitment; recovery and phi are those above
    ring_force: float = 4.0  # F
    probe_worth: float = 2.0  # b
    probe_inertia: float = 0.5  # kappa
    probe_cost: float = 1.0  # d
    ring_cost: float = 0.8  # a
    occasions_per_year: float = 3.0  # nu

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isfinite(value):
                raise UsageError(f"{field.name} = {value} is no finite number")
            if field.name == "alert_weeks":
                if value < -1:
                    raise UsageError(
                        f"alert_weeks = {value:g}: a ring cannot save more than the week it is in"
                    )
            elif value < 0 or (value == 0 and field.name not in _MAY_BE_ZERO):
                raise UsageError(f"{field.name} = {value:g} is not above 0")
            if field.name in _SHARES and value > 1:
                raise UsageError(f"{field.name} = {value:g} is a share, at most 1")
        if self.campaign_per_week <= self.quiet_per_week:
            raise UsageError(
                f"a campaign with {self.campaign_per_week:g} events a week is not above the quiet "
                f"{self.quiet_per_week:g}: no rule can hear it"
            )

    @property
    def seen_quiet(self) -> float:
        return self.quiet_per_week * self.detection

    @property
    def seen_campaign(self) -> float:
        return self.campaign_per_week * self.detection

    @property
    def k(self) -> float:
        """The reference value: (l1 - l0) / ln(l1 / l0), rounded to the .05 lattice (Lucas 1985)."""
        low, high = self.seen_quiet, self.seen_campaign
        return max(1, round(20 * (high - low) / log(high / low))) / 20

    def changed(self, **values: float) -> Setting:
        """Return this setting with some parameters changed; raises UsageError for a new name."""
        names = [field.name for field in fields(self)]
        for name in values:
            if name not in names:
                raise UsageError(f'"{name}" is no parameter', hint=f"use {', '.join(names)}")
        return replace(self, **values)
