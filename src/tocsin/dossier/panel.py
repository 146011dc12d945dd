"""One figure as it stands on the page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure as it stands on the page."""

    svg: str
    caption: str
    half: bool = False  # two to a line
