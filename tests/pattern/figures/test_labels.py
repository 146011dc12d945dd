"""Names of points: none over another, none over a point, and those without room left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.pattern.figures.elements import width_of
from tocsin.pattern.figures.labels import Dot, placed

FRAME = (0.0, 0.0, 400.0, 300.0)
SPOTS = st.tuples(st.floats(20, 380), st.floats(20, 280), st.floats(2, 11))


@given(st.lists(SPOTS, min_size=1, max_size=25))
def test_names_and_points_lie_apart(spots: list[tuple[float, float, float]]) -> None:
    dots = [Dot(x, y, r, f"place {k}") for k, (x, y, r) in enumerate(spots)]
    shown = [
        (dot, place)
        for dot, place in zip(dots, placed(dots, FRAME), strict=True)
        if place is not None
    ]
    lines = []
    for dot, place in shown:
        wide = width_of(dot.text)
        start = dot.x + place.dx - {"start": 0, "middle": wide / 2, "end": wide}[place.anchor]
        base = dot.y + place.dy
        lines.append((start, start + wide, base))
        for other in dots:
            inside = start < other.x < start + wide and base - 8 < other.y < base
            assert other is dot or not inside
    for k, (a0, a1, base) in enumerate(lines):
        for b0, b1, other_base in lines[k + 1 :]:
            assert a1 <= b0 or b1 <= a0 or abs(base - other_base) > 8


def test_the_right_comes_first_and_a_crowd_goes_without() -> None:
    alone, two = placed([Dot(100, 100, 5, "Vaindloo")], FRAME), [Dot(100, 100, 5, "a" * 20)] * 9
    assert alone[0] is not None and alone[0].anchor == "start" and alone[0].dx > 5
    assert None in placed(two, FRAME)
