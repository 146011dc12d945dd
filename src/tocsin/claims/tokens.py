"""The text of a test as tokens, each with the character at which it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TIME = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?"
_TOKEN = re.compile(
    rf"""
    (?P<time>\d{{4}}-\d\d-\d\dT{_TIME}|{_TIME})
  | (?P<level>FL\s?\d+(?![\w.]))
  | (?P<date>\d{{4}}-\d\d(?:-\d\d)?(?![\w:]))
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<plus_minus>\+-|\+/-|±)
  | (?P<op><=|>=|≤|≥|<|>|=)
  | (?P<mark>[(),:%])
  | (?P<string>"[^"]*")
  | (?P<word>[^\W\d](?:[\w./-]*\w)?)
  | (?P<other>\S)
    """,
    re.VERBOSE,
)

_PLAIN = {"≤": "<=", "≥": ">=", "±": "+-", "+/-": "+-"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # time, level, date, number, plus_minus, op, mark, string, word, other, end
    text: str
    at: int  # of its first character, from 0

    @property
    def end(self) -> int:
        return self.at + len(self.text)


def tokens(text: str) -> list[Token]:
    """Return the tokens of a test; the last is of kind `end`, at the end of the text."""
    found = [Token(m.lastgroup or "other", m.group(), m.start()) for m in _TOKEN.finditer(text)]
    return [*found, Token("end", "", len(text.rstrip()))]


def plain(token: Token) -> str:
    """Return an operator in ASCII: what the tree holds."""
    return _PLAIN.get(token.text, token.text)
