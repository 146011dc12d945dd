"""One pair of axes on the page and the marks between them.

A mark that has a `name` is shown with it above the panel; one name is shown once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from tocsin.pattern.figures import elements as ink
from tocsin.pattern.figures.elements import SIZE, Anchor, Colour, short
from tocsin.pattern.figures.legend import Legend
from tocsin.pattern.figures.scale import Scale

Numbers = Iterable[float]


class Panel:
    """One pair of axes on the page, in points from its top left; marks clip at its frame.

    box      (left, top, width, height) of the area between the axes; free above it: 12 for each
             row of names and 20 for a title, below it: 36, at the left: what labels need
    x_label  name and unit of the axis; rows with names instead of a y axis are a scale without
             ticks and `label_row`
    """

    def __init__(
        self,
        box: tuple[float, float, float, float],
        x: Scale,
        y: Scale,
        *,
        x_label: str,
        y_label: str,
        title: str = "",
        grid: bool = True,
    ) -> None:
        self.left, self.top, self.width, self.height = box
        self.x, self.y = x, y
        self.x_label, self.y_label, self.title, self.grid = x_label, y_label, title, grid
        self.names = Legend(self.width)
        self._marks: list[str] = []
        self._over: list[str] = []  # texts, which may stand outside the frame

    def px(self, x: float) -> float:
        return self.left + self.width * self.x.share(x)

    def py(self, y: float) -> float:
        return self.top + self.height * (1.0 - self.y.share(y))

    def line(
        self,
        x: Numbers,
        y: Numbers,
        colour: Colour = "blue",
        *,
        width: float = 1.6,
        dash: str = "",
        name: str = "",
    ) -> None:
        """Draw a line through the points, broken where a value is not a number."""
        for run in _runs(x, y):
            self._marks.append(ink.stroked(f"M{self._way(run)}", colour, width, dash))
        self.names.add(name, ink.stroked("M0,0 H18", colour, width, dash))

    def steps(
        self,
        edges: Sequence[float],
        y: Sequence[float],
        colour: Colour = "blue",
        *,
        width: float = 1.6,
        dash: str = "",
        name: str = "",
    ) -> None:
        """Draw a value that is constant between edges: len(edges) == len(y) + 1."""
        xs = [edge for edge in edges for _ in (0, 1)][1:-1]
        ys = [value for value in y for _ in (0, 1)]
        self.line(xs, ys, colour, width=width, dash=dash, name=name)

    def band(
        self,
        x: Sequence[float],
        lo: Sequence[float],
        hi: Sequence[float],
        colour: Colour = "blue",
        *,
        opacity: float = 0.22,
        name: str = "",
    ) -> None:
        """Fill between two lines: an interval that runs along the axis."""
        there, back = list(zip(x, hi, strict=True)), list(zip(x, lo, strict=True))[::-1]
        look = f'{ink.fill(colour)} fill-opacity="{short(opacity, 2)}"'
        self._marks.append(f'<polygon points="{self._way([*there, *back])}" {look}/>')
        self.names.add(name, ink.rect(0, -5, 18, 10, look))

    def bars(
        self,
        x0: Numbers,
        x1: Numbers,
        y: Numbers,
        colour: Colour = "blue",
        *,
        base: float | None = None,
        opacity: float = 0.75,
        name: str = "",
    ) -> None:
        """Draw a bar over each x0..x1 from the base (the axis' lower end) to y."""
        foot = self.py(self.y.lo if base is None else base)
        look = f'{ink.fill(colour)} fill-opacity="{short(opacity, 2)}"'
        for a, b, v in zip(x0, x1, y, strict=True):
            left, right, tip = self.px(a), self.px(b), self.py(v)
            if abs(tip - foot) >= 0.05:
                high = abs(tip - foot)
                self._marks.append(ink.rect(left, min(tip, foot), right - left, high, look))
        self.names.add(name, ink.rect(0, -5, 18, 10, look))

    def points(
        self,
        x: Numbers,
        y: Numbers,
        colour: Colour = "blue",
        *,
        r: float = 3.0,
        hollow: bool = False,
        tips: Sequence[str] = (),
        name: str = "",
    ) -> None:
        """Draw a dot at each point; `tips` are read out, and shown under the pointer."""
        filling = ink.fill("panel" if hollow else colour)
        look = f'{filling} {ink.stroke(colour)} stroke-width="1.2"'
        for k, (u, v) in enumerate(zip(x, y, strict=True)):
            tip = tips[k] if k < len(tips) else ""
            self._marks.append(ink.dot(self.px(u), self.py(v), r, look, tip))
        self.names.add(name, ink.dot(9, 0, min(r, 5), look))

    def interval(
        self,
        at: float,
        lo: float,
        hi: float,
        colour: Colour = "ink",
        *,
        across: bool = False,
        width: float = 1.4,
        name: str = "",
    ) -> None:
        """Draw an interval with end strokes: upright at x = `at`, or `across` at y = `at`."""
        if across:
            y, a, b = short(self.py(at)), short(self.px(lo)), short(self.px(hi))
            way = f"M{a},{y} H{b} M{a},{y} m0,-4 v8 M{b},{y} m0,-4 v8"
        else:
            x, a, b = short(self.px(at)), short(self.py(lo)), short(self.py(hi))
            way = f"M{x},{a} V{b} M{x},{a} m-4,0 h8 M{x},{b} m-4,0 h8"
        self._marks.append(ink.stroked(way, colour, width))
        self.names.add(name, ink.stroked("M0,0 H18 M0,-4 v8 M18,-4 v8", colour, width))

    def rule(
        self,
        at: float,
        *,
        upright: bool = True,
        colour: Colour = "faint",
        dash: str = "4 3",
        text: str = "",
        name: str = "",
    ) -> None:
        """Draw a line right through the panel, with a text at its upper or right end."""
        x, y = self.px(at), self.py(at)
        way = f"M{short(x)},{short(self.top)} v{short(self.height)}"
        if not upright:
            way = f"M{short(self.left)},{short(y)} h{short(self.width)}"
        self._marks.append(ink.stroked(way, colour, 1.2, dash))
        if text and upright:
            late = x > self.left + 0.6 * self.width
            place, anchor = (x - 4, "end") if late else (x + 4, "start")
            self._over.append(ink.write(place, self.top + SIZE + 1, text, anchor, colour))  # type: ignore[arg-type]
        elif text:
            self._over.append(ink.write(self.left + self.width - 4, y - 4, text, "end", colour))
        self.names.add(name, ink.stroked("M0,0 H18", colour, 1.2, dash))

    def unseen(self, x0: float, x1: float, *, text: str = "", name: str = "") -> None:
        """Hatch a stretch in which nobody looked: unobserved is never no."""
        left, right = self.px(x0), self.px(x1)
        look = 'fill="url(#unseen)"'
        self._marks.insert(0, ink.rect(left, self.top, right - left, self.height, look))
        if text:
            middle = (left + right) / 2
            self._over.append(ink.write(middle, self.top + SIZE + 1, text, "middle", "faint"))
        self.names.add(name, ink.rect(0, -5, 18, 10, look))

    def polygon(
        self,
        x: Numbers,
        y: Numbers,
        colour: Colour = "blue",
        *,
        opacity: float = 0.18,
        width: float = 1.2,
        name: str = "",
    ) -> None:
        """Draw a closed outline, filled thinly."""
        look = f'{ink.fill(colour)} fill-opacity="{short(opacity, 2)}" '
        look += f'{ink.stroke(colour)} stroke-width="{short(width)}"'
        self._marks.append(f'<polygon points="{self._way(zip(x, y, strict=True))}" {look}/>')
        self.names.add(name, ink.rect(0, -5, 18, 10, look))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: Anchor = "start",
        colour: Colour = "ink",
        shift: tuple[float, float] = (0.0, 0.0),
        bold: bool = False,
    ) -> None:
        """Write at a place of the data, moved by `shift` points to the right and down."""
        u, v = self.px(x) + shift[0], self.py(y) + shift[1]
        self._over.append(ink.write(u, v, text, anchor, colour, bold=bold))

    def label_row(self, y: float, text: str, colour: Colour = "ink") -> None:
        """Write to the left of the frame at height y: the name of a row."""
        self._over.append(ink.write(self.left - 8, self.py(y) + 4, text, "end", colour))

    def svg(self, clip: str) -> list[str]:
        """Return the elements of the panel; `clip` is an id that no other panel has."""
        frame = ink.rect(self.left, self.top, self.width, self.height, "")
        return [
            f'<clipPath id="{clip}">{frame}</clipPath>',
            ink.rect(self.left, self.top, self.width, self.height, ink.fill("panel")),
            *self._axes(),
            f'<g clip-path="url(#{clip})">',
            *self._marks,
            "</g>",
            ink.stroked(
                f"M{short(self.left)},{short(self.top)} v{short(self.height)} h{short(self.width)}",
                "faint",
            ),
            *self._labels(),
            *self._over,
            *self.names.svg(self.left, self.top),
        ]

    def _axes(self) -> Iterator[str]:
        bottom, right = short(self.top + self.height), short(self.left + self.width)
        for value, label in self.x.ticks:
            x = self.px(value)
            if self.grid:
                yield ink.stroked(f"M{short(x)},{short(self.top)} V{bottom}", "grid")
            yield ink.write(x, self.top + self.height + SIZE + 5, label, "middle", "faint")
        for value, label in self.y.ticks:
            y = self.py(value)
            if self.grid:
                yield ink.stroked(f"M{short(self.left)},{short(y)} H{right}", "grid")
            yield ink.write(self.left - 6, y + 4, label, "end", "faint")

    def _labels(self) -> Iterator[str]:
        middle, foot = self.left + self.width / 2, self.top + self.height + 2 * SIZE + 11
        yield ink.write(middle, foot, self.x_label, "middle", "ink")
        if self.y_label:
            wide = max((ink.width_of(label) for _, label in self.y.ticks), default=0.0)
            side = max(self.left - 14 - wide, SIZE + 2)
            up = self.top + self.height / 2
            yield ink.write(side, up, self.y_label, "middle", "ink", turn=True)
        if self.title:
            over = self.top - 8 - self.names.height
            yield ink.write(self.left, over, self.title, "start", "ink", bold=True)

    def _way(self, run: Iterable[tuple[float, float]]) -> str:
        return " ".join(f"{short(self.px(x))},{short(self.py(y))}" for x, y in run)


def _runs(x: Numbers, y: Numbers) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for u, v in zip(x, y, strict=True):
        if math.isfinite(u) and math.isfinite(v):
            runs[-1].append((u, v))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
