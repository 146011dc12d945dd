"""The words of ICD 203."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.dossier.words import ICD_203, METHOD_LIMITS, airspace_of, count, likelihood, term
from tocsin.errors import UsageError


@pytest.mark.parametrize(
    ("p", "word"),
    # Intelligence Community Directive 203 (2015), D.6.e.2: one value from inside each range.
    [
        (0.03, "almost no chance"),
        (0.10, "very unlikely"),
        (0.30, "unlikely"),
        (0.50, "roughly even chance"),
        (0.70, "likely"),
        (0.90, "very likely"),
        (0.97, "almost certain"),
    ],
)
def test_terms_are_those_of_the_directive(p: float, word: str) -> None:
    assert term(p) == word


@given(st.floats(0, 1))
def test_a_chance_and_its_complement_mirror(p: float) -> None:
    words = [word for word, _, _ in ICD_203]
    assert words.index(term(p)) == 6 - words.index(term(1 - p))


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_greater_chance_never_takes_a_lesser_word(p: float, q: float) -> None:
    words = [word for word, _, _ in ICD_203]
    low, high = sorted([p, q])
    assert words.index(term(low)) <= words.index(term(high))


def test_a_probability_outside_its_range_is_an_error() -> None:
    with pytest.raises(UsageError):
        term(1.01)


def test_sentences_open_in_plain_words() -> None:
    assert likelihood(0.999).replace("\u00a0", " ") == "It is almost certain (>99 %) that"
    assert likelihood(0.5).replace("\u00a0", " ") == "There is a roughly even chance (50 %) that"
    assert airspace_of("Denmark", "eez") == "the exclusive economic zone of Denmark"
    assert count(0, "stretch", "stretches") == "no stretches"


def test_no_level_of_confidence_is_printed_beside_a_likelihood() -> None:
    assert not any("confiden" in sentence.lower() for sentence in METHOD_LIMITS)
