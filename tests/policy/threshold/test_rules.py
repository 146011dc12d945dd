"""Rule sets: monotone without exception, non-compensatory, refused with the pair that shows it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import SourceError
from tocsin.policy.threshold.factors import Score, gather
from tocsin.policy.threshold.rulefile import rule_set
from tocsin.policy.threshold.rules import NONE, levels, reach, without
from tocsin.policy.threshold.scale import FACTORS
from tocsin.run.assess import bundled_rules, read_rules

SOURCE = {"title": "a past case"}
MINIMAL: dict[str, Any] = {
    "id": "test",
    "version": "1",
    "title": "a test",
    "levels": ["note", "summons", "consulted"],
    "rules": [
        {"id": "a", "level": "note", "at_least": {"effect": 1}, "source": SOURCE},
        {"id": "b", "level": "summons", "at_least": {"effect": 2, "intent": 1}, "source": SOURCE},
        {"id": "c", "level": "consulted", "at_least": {"effect": 3}, "source": SOURCE},
    ],
}


def made(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(MINIMAL) | changes


def pairs(count: int, seed: int = 1) -> tuple[Any, Any]:
    """Return random x <= y, half of them on the whole steps where rules begin to hold."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 4, (count, len(FACTORS)))
    x[::2] = np.floor(rng.uniform(0, 5, x[::2].shape))
    up = rng.uniform(0, 4, x.shape) * (rng.random(x.shape) < 0.3)
    up[::2] = np.floor(up[::2])
    return x, np.minimum(x + up, 4)


def test_more_never_gives_less_over_a_million_pairs() -> None:
    """METHODS, section 7: x <= y in every factor implies level(x) <= level(y), 1e6 pairs."""
    x, y = pairs(1_000_000)
    rules = bundled_rules()
    a, b = levels(rules, x), levels(rules, y)
    assert int((a > b).sum()) == 0
    assert set(a.tolist()) == set(range(len(rules.levels)))  # every level occurs: no empty test


def test_nothing_makes_up_for_too_little() -> None:
    rules = rule_set(made())
    full = np.full((1, len(FACTORS)), 4.0)
    full[0, FACTORS.index("effect")] = 0.9
    assert levels(rules, full)[0] == 0


@pytest.mark.parametrize(
    ("effect", "intent", "level"), [(0, 4, 0), (1, 0, 1), (2, 0, 1), (2, 1, 2), (3, 0, 3)]
)
def test_the_level_is_the_highest_rule_that_holds(effect: int, intent: int, level: int) -> None:
    x = np.zeros((1, len(FACTORS)))
    x[0, FACTORS.index("effect")], x[0, FACTORS.index("intent")] = effect, intent
    assert levels(rule_set(made()), x)[0] == level


def test_an_interval_of_factors_gives_an_interval_of_levels_and_what_is_open() -> None:
    found = reach(rule_set(made()), gather([Score("effect", 2, 2, ("e",))]))
    assert (found.low, found.high) == (1, 2)
    assert (found.low_name, found.high_name) == ("note", "summons")
    assert found.held == ("a",)
    (short,) = found.open
    assert (short.factor, short.needs, short.could_hold) == ("intent", 1.0, True)


def test_nothing_known_may_be_anything_and_holds_nothing() -> None:
    found = reach(rule_set(made()), gather([]))
    assert (found.low_name, found.high_name, found.held) == (NONE, "consulted", ())


def test_rules_read_from_a_case_are_set_aside_for_it() -> None:
    kept, own = without(bundled_rules(), "EE-2025-09-19")
    assert own == ("long-armed-and-repeated",)
    assert len(kept.rules) == len(bundled_rules().rules) - 1


def test_a_rule_file_that_is_not_monotone_is_refused_with_the_pair() -> None:
    content = made()
    content["rules"][2]["at_most"] = {"intent": 2}
    with pytest.raises(SourceError, match="answers less to more") as caught:
        rule_set(content, "rules.yaml")
    said = str(caught.value)
    assert 'rules.yaml rule "c"' in said
    assert 'intent 0 is "consulted" but intent 3 is "summons", with effect 3 in both' in said


def test_a_ceiling_that_another_rule_covers_is_monotone() -> None:
    content = made()
    content["rules"].append(
        {
            "id": "d",
            "level": "consulted",
            "at_least": {"effect": 3},
            "at_most": {"intent": 2},
            "source": SOURCE,
        }
    )
    assert len(rule_set(content).rules) == 4


bounds = st.dictionaries(
    st.sampled_from(["effect", "intent", "legality"]), st.integers(0, 4), max_size=3
)


@given(
    st.lists(
        st.tuples(st.sampled_from(["note", "summons", "consulted"]), bounds, bounds),
        min_size=1,
        max_size=5,
    )
)
def test_the_check_agrees_with_trying_every_pair(rules: list[Any]) -> None:
    """Exact by cutting boxes against brute force over every pair of a grid finer than the cuts."""
    written = [
        {"id": str(k), "level": level, "at_least": low, "at_most": high, "source": SOURCE}
        for k, (level, low, high) in enumerate(rules)
        if (low or high) and all(low[n] <= high[n] for n in set(low) & set(high))
    ]
    if not written:
        return
    grid = np.array(np.meshgrid(*[np.arange(0, 4.25, 0.5)] * 3)).reshape(3, -1).T
    x = np.zeros((len(grid), len(FACTORS)))
    x[:, [FACTORS.index(n) for n in ("effect", "intent", "legality")]] = grid
    try:
        found, refused = rule_set(made(rules=written)), False
    except SourceError as error:
        assert "answers less to more" in str(error)
        refused = True
    level = np.zeros(len(grid), dtype=int)
    for rule in written:
        held = np.ones(len(grid), dtype=bool)
        for k, name in enumerate(("effect", "intent", "legality")):
            held &= grid[:, k] >= rule["at_least"].get(name, 0)
            held &= grid[:, k] <= rule["at_most"].get(name, 4)
        level[held] = np.maximum(level[held], MINIMAL["levels"].index(rule["level"]) + 1)
    below = (grid[:, None, :] <= grid[None, :, :]).all(axis=2)
    falls = bool((below & (level[:, None] > level[None, :])).any())
    assert refused is falls
    if not refused:
        assert levels(found, x).tolist() == level.tolist()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"levels": ["Article 4 is met"]}, "says whether an Article is met"),
        ({"levels": ["triggered"]}, "says whether an Article is met"),
        ({"levels": []}, "needs levels"),
        ({"levels": ["note", "note", "summons", "consulted"]}, "names one level twice"),
        ({"rules": []}, "has no rules"),
        ({"weights": {"effect": 2}}, "make up for too little"),
        ({"rulez": []}, "did you mean rules?"),
        ({"id": ""}, "needs id as text"),
    ],
)
def test_what_is_wrong_with_a_set_is_said(change: dict[str, Any], says: str) -> None:
    with pytest.raises(SourceError) as caught:
        rule_set(made(**change))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"source": None}, "has no source"),
        ({"level": "war"}, 'level "war" is not in levels'),
        ({"at_least": {"efect": 1}}, "did you mean effect?"),
        ({"at_least": {"effect": 5}}, "no score from 0 to 4"),
        ({"at_least": {"effect": True}}, "no score from 0 to 4"),
        ({"at_least": {"effect": float("nan")}}, "no score from 0 to 4"),
        ({"at_least": {}}, "has no conditions"),
        ({"at_least": {"effect": 3}, "at_most": {"effect": 2}}, ">= 3 and <= 2 at once"),
        ({"weight": 2}, "make up for too little"),
        ({"id": "b"}, "stands twice"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(change: dict[str, Any], says: str) -> None:
    content = made()
    content["rules"][0] |= change
    with pytest.raises(SourceError) as caught:
        rule_set(content)
    assert says in str(caught.value)


@pytest.mark.parametrize("content", [None, [], "text", {"rules": 3}])
def test_what_is_no_rule_set_is_one_line(content: object) -> None:
    with pytest.raises(SourceError):
        rule_set(content)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Any) -> None:
    for name, data in (("a.yaml", b"a: [1"), ("b.yaml", b"\xff\xfe\x00"), ("c.yaml", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SourceError) as caught:
            read_rules(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(SourceError, match="no such file"):
        read_rules(tmp_path / "nowhere.yaml")
    with pytest.raises(SourceError, match="cannot be read"):
        read_rules(tmp_path)


def test_every_bundled_rule_has_a_source_with_an_address() -> None:
    rules = bundled_rules()
    assert all(rule.source.title and rule.source.url for rule in rules.rules)
    assert not any("rticle" in name for name in rules.levels)


@pytest.mark.full
def test_more_never_gives_less_over_ten_million_pairs() -> None:
    for seed in range(10):
        x, y = pairs(1_000_000, seed)
        rules = bundled_rules()
        assert not (levels(rules, x) > levels(rules, y)).any()
