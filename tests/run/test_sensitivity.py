"""What the uncertainty is made of: where the answer is known in closed form."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tocsin.incursion.joint import judge
from tocsin.run.sensitivity import CAUSES, quantities, says, sensitivity, spread, table, widths
from tocsin.schema import Posterior

WIDTH = 2 * 1.6448536269514722  # of the 5 to 95 % interval, in sigmas of a normal
M = 40_000


def test_widths_of_a_linear_answer_are_those_of_what_is_left() -> None:
    """v = 3 boundary + 2 height + 1 bias + noise of 1.5, all independent and normal."""
    rng = np.random.default_rng(1)
    boundary, height, bias, noise = (rng.standard_normal((M, 1)) for _ in range(4))
    value = (3 * boundary + 2 * height + bias + 1.5 * noise)[:, 0]
    found = widths(value, {"boundary": boundary, "height": 6000 + 500 * height, "bias": bias})
    squares = {"boundary": 9.0, "height": 4.0, "bias": 1.0, "noise": 2.25}
    for name in CAUSES:
        left = WIDTH * np.sqrt(sum(squares.values()) - squares[name])
        assert found[name] == pytest.approx(left, rel=0.03)
    assert spread(value) == pytest.approx(WIDTH * np.sqrt(16.25), rel=0.03)


def test_causes_that_hang_together_tell_of_each_other() -> None:
    """With correlation r, knowing x leaves 1 - r^2 of the variance of y."""
    rng = np.random.default_rng(2)
    x, e = rng.standard_normal((M, 1)), rng.standard_normal((M, 1))
    y = 0.8 * x + 0.6 * e
    found = widths(y[:, 0], {"boundary": None, "height": x, "bias": y})
    assert found["height"] == pytest.approx(WIDTH * 0.6, rel=0.03)
    assert found["bias"] == pytest.approx(0.0, abs=1e-6)
    assert found["boundary"] == pytest.approx(WIDTH, rel=0.03)  # nothing is told of it


def test_a_height_whose_square_matters_is_found_too() -> None:
    rng = np.random.default_rng(3)
    h = rng.standard_normal((M, 1))
    value = (h**2)[:, 0] + 0.1 * rng.standard_normal(M)
    assert widths(value, {"height": h})["height"] == pytest.approx(0.1 * WIDTH, rel=0.03)


@pytest.fixture(scope="module")
def one() -> Any:
    """A straight flight through a strip 12 km wide, at 200 m/s, every second, with a shift."""
    rng = np.random.default_rng(4)
    t = np.arange(0, 121)
    m = 4000
    offset, height = 50 * rng.standard_normal((m, 1)), 6000 + 400 * rng.standard_normal((m, 1))
    along = -12_000 + 200.0 * t + offset + 0.5 * (height - 6000)
    signed = 6000 - np.abs(along)
    made = Posterior(
        "primary-1",
        t * 10**9,
        np.full((m, len(t)), 25.0),
        np.full((m, len(t)), 59.0),
        np.broadcast_to(height, (m, len(t))),
        np.ones(len(t), bool),
        ("radar: range",),
        offset / 50,
    )
    volume = SimpleNamespace(name="EE", hypothesis="as-given")
    judged = judge(made, signed, 100.0, rng)
    return SimpleNamespace(
        track=SimpleNamespace(posterior=made),
        outline=SimpleNamespace(volume=volume),
        judged=judged,
    )


def test_quantities_are_those_that_the_finding_prints(one: Any) -> None:
    (episode,) = one.judged.episodes
    found, inside = quantities(episode)
    assert inside.all()
    for name, printed in (
        ("duration", episode.duration_s),
        ("depth", episode.depth_m),
        ("entry", episode.entry_s),
        ("exit", episode.exit_s),
    ):
        told = np.quantile(found[name], (0.05, 0.5, 0.95))
        assert told == pytest.approx(printed, abs=1e-6), name


def test_a_strip_crossed_straight_hangs_on_its_boundary_alone(one: Any) -> None:
    """Both limits move by the same shift s: duration 60 s + 2 s / 200 m/s, whatever the track."""
    (episode,) = one.judged.episodes
    rows = {row["quantity"]: row for row in table(one, episode)}
    duration, entry = rows["duration"], rows["entry"]
    assert duration["width"] == pytest.approx(WIDTH * 2 * 100 / 200, rel=0.05)
    assert duration["known"]["boundary"] < 0.02 * duration["width"]
    assert duration["known"]["height"] == pytest.approx(duration["width"], rel=0.01)
    # Entry: sigma of sqrt(100^2 + 50^2 + 200^2) m at 200 m/s; the height is the most of it.
    assert entry["width"] == pytest.approx(WIDTH * np.sqrt(52_500) / 200, rel=0.05)
    assert entry["known"]["height"] == pytest.approx(WIDTH * np.sqrt(12_500) / 200, rel=0.05)
    assert entry["known"]["noise"] == pytest.approx(entry["width"], rel=0.01)


def test_it_says_what_the_height_costs(one: Any) -> None:
    (episode,) = one.judged.episodes
    incursion = {
        "id": "i-1",
        "track": "primary-1",
        "volume": "EE",
        "hypothesis": "as-given",
        "from_utc": f"1970-01-01T00:00:{episode.begin:02d}.000Z",
    }
    (told,) = sensitivity([one], [incursion, {**incursion, "track": "4a81c3-1"}])
    assert told["incursion"] == "i-1"
    assert told["says"][1].startswith("Knowing the height would hardly narrow the time inside")
    row = {"quantity": "duration", "unit": "s", "width": 6.6}
    known = {"boundary": 6.0, "height": 5.9, "bias": 6.5, "noise": 6.6}
    assert says([{**row, "known": known}]) == [
        "Knowing the height would narrow the time inside from 6.6\u00a0s to 5.9\u00a0s."
    ]
