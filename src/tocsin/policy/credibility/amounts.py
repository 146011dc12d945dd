"""Checks of the amounts that the games take."""

from __future__ import annotations

from math import isfinite

from tocsin.errors import UsageError


def finite(**amounts: float) -> None:
    """Raise UsageError for an amount that is no finite number."""
    for name, value in amounts.items():
        if not isfinite(value):
            raise UsageError(f"{name} = {value} is no finite number")


def above_zero(**amounts: float) -> None:
    """Raise UsageError for an amount that is not above 0."""
    finite(**amounts)
    for name, value in amounts.items():
        if value <= 0:
            raise UsageError(
                f"{name} = {value:g} is not above 0: without it there is no trade to weigh",
                hint=f"give {name} as a number above 0",
            )


def whole(least: int, **amounts: int) -> None:
    """Raise UsageError for a count below `least`."""
    for name, value in amounts.items():
        if value < least:
            raise UsageError(f"{name} = {value} is below {least}")
