"""What a test may ask of the register: a count of incidents, or a figure of its ledger.

    register: count(state = EE, domain = air, year = 2025) = 4
    register: figure(entity = EST, metric = defence_pct_gdp, year = 2025, edition = 2026) = 3.9 %
    register: figure(entity = EST, metric = poll, question = "trusts NATO", year = 2021) = 61.7 %

A figure is nothing without what it is a figure of: a share names the year that it is about, a poll
its question.  Without them the test is refused.  An edition may be left out; where editions differ
the answer then says so.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from tocsin.claims.stop import Stop
from tocsin.claims.tokens import Token
from tocsin.claims.tree import COUNT, FIGURE, Bound, Register

POLL = "poll"
KEYS = {
    "count": ("state", "domain", "year", "actor", "verification", "text"),
    "figure": ("entity", "metric", "year", "edition", "question"),
}
NEEDED = {"count": (), "figure": ("entity", "metric")}
_EXAMPLES = {
    "state": "EE",
    "domain": "air",
    "year": "2025",
    "entity": "EST",
    "metric": "defence_pct_gdp",
    "question": '"trusts NATO"',
}


class Parser(Protocol):
    """What this module needs of the parser of tests."""

    @property
    def now(self) -> Token: ...
    def take(self) -> Token: ...
    def mark(self, text: str) -> None: ...
    def stop(
        self, problem: str, expected: Collection[str] = (), at: Token | None = None
    ) -> Stop: ...
    def wanted(self, what: str, expected: Collection[str]) -> Stop: ...
    def bound(self, dimension: str) -> Bound: ...


def asked(parser: Parser) -> Register:
    """Return what follows the word `register`; raises Stop where it makes no sense."""
    parser.mark(":")
    if parser.now.text not in KEYS:
        raise parser.wanted('"count" or "figure"', tuple(KEYS))
    function = parser.take().text
    parser.mark("(")
    where: dict[str, str] = {}
    while parser.now.text != ")":
        if where:
            parser.mark(",")
        key = parser.now
        if key.text not in KEYS[function]:
            what = "column of the register" if function == "count" else "key of a figure"
            raise parser.wanted(f"a {what} ({', '.join(KEYS[function])})", KEYS[function])
        if key.text in where:
            raise parser.stop(f'"{key.text}" is given twice')
        parser.take()
        parser.mark("=")
        if parser.now.kind not in ("word", "number", "string", "date"):
            raise parser.wanted(f"the value of {key.text}", (_EXAMPLES.get(key.text, '"2026"'),))
        where[key.text] = parser.take().text.strip('"')
    _whole(parser, function, where)
    parser.mark(")")
    return Register(
        function, tuple(where.items()), parser.bound(COUNT if function == "count" else FIGURE)
    )


def _whole(parser: Parser, function: str, where: dict[str, str]) -> None:
    """Raise Stop for a figure that does not say what it is a figure of."""
    needed = list(NEEDED[function])
    if function == "figure":
        needed.append("question" if where.get("metric") == POLL else "year")
    for key in needed:
        if not where.get(key):
            comma = ", " if where else ""
            whose = "a poll" if key == "question" else f"a {function}"
            why = f"{whose} is nothing without its {key}"
            raise parser.stop(why, (f"{comma}{key} = {_EXAMPLES[key]}",))
    if "question" in where and where.get("metric") != POLL:
        raise parser.stop("only a poll has a question", ())
