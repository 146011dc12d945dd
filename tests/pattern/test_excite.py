"""The word "self-exciting": who gets it, who must not, and why."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tocsin.pattern import excite_words
from tocsin.pattern.branching import simulate
from tocsin.pattern.events import Events, Floats, events
from tocsin.pattern.excite import EXCITING, MODEL, NO_SIGN, UNTOLD, Excitation, excite, explain
from tocsin.pattern.figures.excite import excitement
from tocsin.pattern.impute import draws
from tocsin.pattern.words import NoClaim


def asked(one: Events | list[Events], seed: int = 0, replicates: int = 39) -> Excitation:
    drawn = one if isinstance(one, list) else [one]
    answer = excite(drawn, np.random.default_rng(seed), replicates=replicates)
    assert isinstance(answer, Excitation)
    return answer


def series(shared: Path, name: str) -> Floats:
    table = pl.read_csv(shared / "data" / "patterns" / f"{name}.csv")
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


@pytest.mark.data
def test_the_self_exciting_series_is_called_so(shared: Path) -> None:
    """SelfExcit: simulated with self-excitation (Ogata, Akaike and Katsura, TIMSAC84-SASE)."""
    answer = asked(events(series(shared, "SelfExcit"), 0.0, 20_000.0), replicates=199)
    assert answer.verdict == EXCITING
    assert answer.log_bf > math.log(100) and 0.03 < answer.n.low < answer.n.high < 0.3
    assert any("not publishable" in line for line in excite_words.words(answer))


@pytest.mark.data
@pytest.mark.parametrize(("name", "length"), [("PoissonData", 5000.0), ("PProcess", 21_000.0)])
def test_the_poisson_series_are_not(shared: Path, name: str, length: float) -> None:
    answer = asked(events(series(shared, name), 0.0, length), replicates=39)
    assert answer.verdict != EXCITING
    if name == "PoissonData":
        assert answer.verdict == NO_SIGN


def test_a_period_is_not_contagion() -> None:
    rng = np.random.default_rng(3)
    bursts = np.sort(np.repeat(np.arange(20) * 30.0 + 10, 3) + rng.normal(0, 2, 60))
    answer = asked(events(bursts, 0.0, 620.0))
    assert answer.verdict == NO_SIGN and "a period" in answer.why
    assert answer.log_bf > math.log(10)  # against a constant rate alone it would have passed


def test_a_season_is_not_contagion() -> None:
    rng = np.random.default_rng(5)
    t = np.sort(rng.random(3000) * 1460)
    kept = t[rng.random(3000) < 0.05 * (1 + np.sin(2 * np.pi * t / 365.25)) / 2]
    assert asked(events(kept, 0.0, 1460.0)).verdict != EXCITING


def test_a_common_driver_of_two_states_is_not_contagion() -> None:
    rng = np.random.default_rng(2)
    quiet, busy = rng.random(10) * 500, 500 + rng.random(40) * 200
    state = tuple("AB"[k] for k in rng.integers(0, 2, 50))
    answer = asked(events(np.concatenate([quiet, busy]), 0.0, 1000.0, state=state))
    assert answer.verdict != EXCITING and "several levels" in answer.why
    assert answer.n_cross is not None


def test_two_states_that_excite_each_other_are_seen() -> None:
    t, where = simulate(np.random.default_rng(4), [0.02, 0.02], 0.2, 0.3, 2000.0, n_cross=0.3)
    answer = asked(events(t, 0.0, 2000.0, state=tuple("AB"[k] for k in where)))
    assert answer.verdict == EXCITING and answer.ml is None
    assert answer.n_cross is not None and answer.n_cross.low > 0.02
    chances = sum(p for _, p, _ in answer.explanations)
    assert chances == pytest.approx(1.0)


def test_a_regular_series_is_no_sign() -> None:
    answer = asked(events([k * 7.0 + 1 for k in range(40)], 0.0, 281.0))
    assert answer.verdict == NO_SIGN
    assert answer.periodicity.p is not None and answer.periodicity.p < 0.01


def test_five_incidents_cannot_tell() -> None:
    answer = asked(events([10.0, 80.0, 200.0, 320.0, 330.0], 0.0, 365.0))
    assert answer.verdict == UNTOLD
    assert answer.n.high - answer.n.low > 0.3


def test_what_carries_no_claim_is_a_value() -> None:
    rng = np.random.default_rng(0)
    few = excite([events([1.0, 2.0, 3.0, 4.0], 0.0, 10.0)], rng)
    assert isinstance(few, NoClaim) and "fewer than 5" in few.words[0]
    one_day = excite([events(np.linspace(5.1, 5.9, 9), 0.0, 100.0)], rng)
    assert isinstance(one_day, NoClaim) and "one day" in one_day.words[0]


def test_incidents_at_one_time_and_at_the_ends_are_borne() -> None:
    answer = asked(events([0.0, 3.0, 3.0, 3.0, 50.0, 90.0, 100.0], 0.0, 100.0), replicates=39)
    chances = [p for _, p, _ in answer.explanations]
    assert all(math.isfinite(p) for p in chances)


def test_the_same_seed_gives_the_same_answer_words_json_and_picture() -> None:
    t, _ = simulate(np.random.default_rng(8), [0.02], 0.5, 0.2, 1000.0)
    one, other = (asked(events(t, 0.0, 1000.0), seed=5) for _ in range(2))
    assert list(excite_words.words(one)) == list(excite_words.words(other))
    assert excitement(one) == excitement(other)
    told = excite_words.as_json(one)
    json.dumps(told, allow_nan=False)
    assert told["self_exciting"] == (one.verdict == EXCITING)
    named = {row["name"]: row["p"] for row in told["explanations"]}
    assert told["p_self_exciting"] == named[MODEL]


def test_uncertain_dates_widen_nothing_to_certainty() -> None:
    t, _ = simulate(np.random.default_rng(6), [0.02], 0.6, 1.0, 1000.0)
    sharp = asked(events(t, 0.0, 1000.0))
    vague = events(t, 0.0, 1000.0, interval=(np.maximum(t - 20, 0), np.minimum(t + 20, 1000)))
    blurred = asked(draws(vague, np.random.default_rng(1), 6))
    assert blurred.log_bf < sharp.log_bf
    assert blurred.draws == 6


def test_a_gap_is_not_a_quiet_time() -> None:
    rng = np.random.default_rng(9)
    t = np.sort(np.concatenate([rng.random(25) * 300, 1700 + rng.random(25) * 300]))
    blind = asked(events(t, 0.0, 2000.0))
    watched = asked(events(t, 0.0, 2000.0, gaps=((300.0, 1700.0),)))
    assert watched.log_bf < blind.log_bf
    assert watched.verdict != EXCITING


def test_a_driver_that_nobody_named_is_not_contagion() -> None:
    """A smooth random rate; against the other rivals alone it would often have passed."""
    rng = np.random.default_rng(12)
    called = 0
    for _ in range(6):
        t = np.sort(rng.random(4000) * 1000)
        phase = rng.random(2) * 6
        swell = np.exp(1.5 * np.sin(t / 37 + phase[0]) + 1.2 * np.cos(t / 91 + phase[1]) - 2.7)
        one = events(t[rng.random(4000) < 0.06 * swell], 0.0, 1000.0)
        called += explain([one])[2]
    assert called <= 1
