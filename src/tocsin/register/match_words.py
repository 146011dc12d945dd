"""What two descriptions have in common: aircraft types, parts of the day, and the other words.

A type (MiG-31, An-148, F/A-18, Shahed) is a strong word: two reports that name different types
rarely mean one aircraft.  Other words count by how rare they are among the incidents compared,
so that "fighter" weighs little and "Petrobaltic" much (inverse document frequency).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from math import log, sqrt

_WORD = re.compile(r"[^\W\d_][\w/-]*")
_DESIGNATOR = re.compile(r"\b([A-Z][A-Za-z]{0,2}|F/A)-?(\d{1,3})[A-Z]{0,3}\b")
#: Prefixes of aircraft types: a road E-20 is none.
_MAKERS = frozenset(
    (
        *("su", "mig", "il", "tu", "an", "mi", "ka", "yak", "be", "l", "a", "kh", "s", "f", "f/a"),
        "jas",
    )
)
_NAMES = frozenset(
    (
        *("shahed", "geran", "gerbera", "orlan", "lancet", "liutyi"),
        *("eurofighter", "gripen", "tanker"),
    )
)
_ALIKE = {"geran": "shahed"}  # the same drone under two names
_COMMON = frozenset(
    (
        *("the", "a", "an", "of", "in", "on", "at", "to", "and", "or", "by", "with", "for", "from"),
        *("near", "over", "into", "its", "it", "was", "were", "had", "been", "is"),
        *("aircraft", "airspace", "russian", "russia", "estonian"),
    )
)
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PARTS = {
    "night": ("night", "midnight", "early hours", "overnight"),
    "morning": ("morning", "dawn"),
    "day": ("noon", "midday", "afternoon"),
    "evening": ("evening", "dusk"),
}

Weights = Mapping[str, float]


def types(text: str) -> frozenset[str]:
    """Return the types of aircraft, drone or missile that a text names."""
    found = {
        f"{maker.casefold()}-{int(number)}"
        for maker, number in _DESIGNATOR.findall(text)
        if maker.casefold() in _MAKERS
    }
    named = {part for word in tokens(text) for part in word.split("-") if part in _NAMES}
    return frozenset(found | {_ALIKE.get(word, word) for word in named})


def part_of_day(text: str) -> frozenset[str]:
    """Return the parts of the day that a text names."""
    plain = text.casefold()
    return frozenset(part for part, words in PARTS.items() if any(word in plain for word in words))


def weekdays(text: str) -> frozenset[int]:
    """Return the days of the week that a text names, Monday 0."""
    plain = text.casefold()
    return frozenset(n for n, name in enumerate(_WEEK) if name in plain)


def tokens(text: str) -> frozenset[str]:
    """Return the words of a text: lower case, without marks, without the commonest."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return frozenset(word for word in _WORD.findall(plain) if word not in _COMMON)


def weights(texts: Iterable[frozenset[str]]) -> Weights:
    """Return how much each word weighs: ln of how rarely it occurs."""
    many = list(texts)
    seen = Counter(word for words in many for word in words)
    return {word: log((1 + len(many)) / count) for word, count in seen.items()}


def likeness(a: frozenset[str], b: frozenset[str], by: Weights) -> float:
    """Return the cosine of two sets of words, 0 to 1; 0 where one is empty."""
    shared = sum(by.get(word, 1.0) ** 2 for word in a & b)
    norm = sqrt(
        sum(by.get(word, 1.0) ** 2 for word in a) * sum(by.get(word, 1.0) ** 2 for word in b)
    )
    return shared / norm if norm else 0.0
