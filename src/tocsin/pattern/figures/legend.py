"""What the marks of a panel mean: samples with their names, in rows above it."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.pattern.figures import elements as ink
from tocsin.pattern.figures.elements import SIZE, short

SAMPLE = 24.0  # room for a sample of the mark
ROW = SIZE + 8


class Legend:
    """Names with samples of their marks, laid out within a width in points."""

    def __init__(self, width: float) -> None:
        self.width = width
        self._entries: dict[str, str] = {}

    def add(self, name: str, sample: str) -> None:
        """Keep a sample, drawn around the point (9, 0); the first of a name counts."""
        if name:
            self._entries.setdefault(name, sample)

    @property
    def height(self) -> float:
        """How much room the rows take above the panel."""
        return ROW * max((row + 1 for _, row, _, _ in self._laid()), default=0)

    def svg(self, left: float, top: float) -> Iterator[str]:
        """Yield the rows, the lowest just above `top`."""
        for at, row, name, sample in self._laid():
            x, y = left + at, top - self.height + ROW * row + SIZE * 0.5
            text = ink.write(SAMPLE, SIZE * 0.35, name, "start", "ink")
            yield f'<g transform="translate({short(x)},{short(y)})">{sample}{text}</g>'

    def _laid(self) -> list[tuple[float, int, str, str]]:
        at, row, laid = 0.0, 0, []
        for name, sample in self._entries.items():
            wide = SAMPLE + ink.width_of(name) + 14
            if at and at + wide > self.width + 14:
                at, row = 0.0, row + 1
            laid.append((at, row, name, sample))
            at += wide
        return laid
