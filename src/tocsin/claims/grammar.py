"""A test as people write it, parsed to the tree of `tocsin.claims.tree`.

    test      := part ("or" part)*          part := scoped ("and" scoped)*
    scoped    := "between" T "and" T [":"] scoped | plain ["between" T "and" T]
    plain     := ("never" | "always" | "at some time") plain | "not" plain | simple ["for" D]
    simple    := "(" test ")" | atom
    atom      := inside(V) | outside(V) | entered(V) | left(V)
               | depth(V) C | distance(PLACE) C | height C | speed C | path_length(V) C
               | aircraft_count C | transponder = on | flight_plan = yes | radio = yes
               | authorised = yes | interceptors_from = PLACE | reported(TOPIC) = VALUE
               | register: count(KEY = VALUE, ...) C | register: figure(KEY = VALUE, ...) C
    C         := ("<" | "<=" | "=" | ">=" | ">") ["about"] AMOUNT ["+-" AMOUNT]

`and` binds tighter than `or`; a quantifier and `not` bind to the one test that follows them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tocsin.claims import nearest_form
from tocsin.claims.grammar_register import asked
from tocsin.claims.stop import Stop
from tocsin.claims.tokens import Token, plain, tokens
from tocsin.claims.tree import (
    COUNT,
    LENGTH,
    SPEED,
    TIME,
    UNITS,
    Amount,
    And,
    Between,
    Bound,
    Event,
    Fact,
    Kind,
    Measure,
    Node,
    Not,
    Or,
    Quantified,
    Quantifier,
    Side,
    Total,
    kind,
    quantified,
    quoted,
)
from tocsin.errors import ClaimError

#: Quantity -> what stands in its parentheses, and the dimension it is compared in.
MEASURES = {
    "depth": ("volume", LENGTH),
    "distance": ("place", LENGTH),
    "height": ("", LENGTH),
    "speed": ("", SPEED),
    "path_length": ("volume", LENGTH),
    "aircraft_count": ("", COUNT),
}
FACTS = {
    "transponder": ("on", "off"),
    "flight_plan": ("yes", "no"),
    "radio": ("yes", "no"),
    "authorised": ("yes", "no"),
    "interceptors_from": (),  # a country or a base, as reports name it
}
SIDES = ("inside", "outside")
EVENTS = ("entered", "left")
OPS = ("<", "<=", "=", ">=", ">")
QUANTIFIERS = ("never", "always", "at some time")
STARTS = (
    *QUANTIFIERS,
    "between",
    "not",
    "(",
    *SIDES,
    *EVENTS,
    *MEASURES,
    *FACTS,
    "reported",
    "register",
)


def parse(
    text: str,
    *,
    volumes: Collection[str] | None = None,
    places: Collection[str] | None = None,
    path: str = "",
    place: str = "",
) -> Node:
    """Return the tree of a test.

    volumes, places   names the case knows; with them, any other name is an error
    path, place       where the test stands, for the error: the case file, the claim

    Raises ClaimError with the character at which the test stops making sense and the nearest
    form that does.
    """
    result = attempt(text, volumes, places)
    if not isinstance(result, Stop):
        return result

    def check(candidate: str) -> Stop | None:
        again = attempt(candidate, volumes, places)
        return again if isinstance(again, Stop) else None

    near = nearest_form.nearest(text, result, check, volumes or ("EE",), places or ("vaindloo",))
    near = str(attempt(near, volumes, places) or near) if check(near) is None else near
    raise ClaimError(result.problem, test=text, at=result.at, nearest=near, path=path, place=place)


def attempt(
    text: str, volumes: Collection[str] | None = None, places: Collection[str] | None = None
) -> Node | Stop:
    """Return the tree, or where and why the test stops making sense."""
    try:
        return _Parser(tokens(text), {"volume": volumes, "place": places}).whole()
    except Stop as stop:
        return stop


@dataclass(slots=True)
class _Parser:
    tokens: list[Token]
    known: dict[str, Collection[str] | None]
    i: int = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.i]

    def take(self) -> Token:
        token = self.now
        self.i += token.kind != "end"
        return token

    def stop(self, problem: str, expected: Collection[str] = (), at: Token | None = None) -> Stop:
        token = at or self.now
        return Stop(token.at, token.end, problem, tuple(expected))

    def wanted(self, what: str, expected: Collection[str]) -> Stop:
        found = f'"{self.now.text}"' if self.now.kind != "end" else "the end of the test"
        return self.stop(f"{found} stands where {what} is expected", expected)

    def is_word(self, *words: str) -> bool:
        return self.now.kind == "word" and self.now.text in words

    def mark(self, text: str) -> None:
        if self.now.text != text:
            raise self.wanted(f'"{text}"', (text,))
        self.take()

    def whole(self) -> Node:
        node = self.any_of()
        if self.now.kind != "end":
            expected = ("and", "or", "for", "between")
            raise self.wanted('"and", "or" or the end of the test', expected)
        return node

    def any_of(self) -> Node:
        start = self.now
        parts = [self.all_of()]
        while self.is_word("or"):
            word = self.take()
            parts.append(self.all_of())
            self.one_reading(parts, word, start)
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self) -> Node:
        parts = [self.scoped()]
        while self.is_word("and"):
            self.take()
            parts.append(self.scoped())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def scoped(self) -> Node:
        if self.is_word("between"):
            start, end = self.times()
            if self.now.text == ":":
                self.take()
            return Between(start, end, self.scoped())
        node = self.plain()
        if self.is_word("between"):
            start, end = self.times()
            return Between(start, end, node)
        return node

    def times(self) -> tuple[str, str]:
        self.take()
        start = self.time()
        if not self.is_word("and"):
            raise self.wanted('"and" and a second time', ("and",))
        self.take()
        return start, self.time()

    def time(self) -> str:
        token = self.now
        if token.kind != "time":
            raise self.wanted("a time in UTC, such as 06:58Z", ("06:58Z",))
        if not (token.text.endswith("Z") or "+" in token.text or "-" in token.text[-6:-5]):
            problem = f'"{token.text}" has no time zone; a time without one is an error'
            raise self.stop(problem, (f"{token.text}Z",))
        clock = token.text.partition("T")[2] or token.text
        if int(clock[:2]) > 23 or int(clock[3:5]) > 59 or (clock[5:6] == ":" and clock[6:7] > "5"):
            raise self.stop(f'"{token.text}" is no time of day', ("06:58Z",))
        return self.take().text

    def plain(self) -> Node:
        start = self.now
        for quantifier in Quantifier:
            if self.words(str(quantifier).split()):
                first = self.now
                body = self.plain()
                self.may_be_quantified(quantifier, body, first, start)
                return Quantified(quantifier, body)
        if self.is_word("not"):
            word = self.take()
            body = self.plain()
            self.one_reading([body], word, start)
            return Not(body)
        node = self.simple()
        if self.is_word("for"):
            word = self.take()
            if kind(node) is not Kind.STATE:
                problem = '"for" measures the total time of a state, such as inside(EE)'
                raise self.stop(problem, (), word)
            return Total(node, self.bound(TIME, bare=True))
        return node

    def words(self, sequence: list[str]) -> bool:
        """Take the words if they all come next; an unfinished phrase is left for the error."""
        ahead = self.tokens[self.i : self.i + len(sequence)]
        if [token.text for token in ahead] != sequence:
            return False
        self.i += len(sequence)
        return True

    def may_be_quantified(self, by: Quantifier, body: Node, first: Token, start: Token) -> None:
        match kind(body):
            case Kind.EVENT if by is Quantifier.ALWAYS:
                problem = "an event happens at some time or never, not always"
                raise Stop(start.at, start.end, problem, (), (start.at, first.at, "at some time "))
            case Kind.WHOLE:
                problem = f'"{body}" speaks of the whole flight and takes no quantifier'
                denied = by is Quantifier.NEVER
                fix = (start.at, self.now.at, f"not ({body})" if denied else str(body))
                raise Stop(start.at, start.end, problem, (), fix)
            case _:
                return

    def one_reading(self, parts: list[Node], at: Token, start: Token) -> None:
        """Refuse states without a quantifier beside facts of the whole flight under or, not.

        `not (inside(EE) and radio = no)` could deny "always inside" or "inside at some time";
        the two differ, and a test that decides a dispute must not rest on a guess.
        """
        mixed = [part for part in parts if _mixes(part)]
        kinds = {kind(part) is Kind.STATE for part in parts}
        if mixed or len(kinds) == 2:
            problem = (
                f'under "{at.text}", a test of each time stands beside one of the whole flight; '
                "say always, never or at some time"
            )
            node = parts[0] if at.text == "not" else Or(tuple(parts))
            whole = Not(node) if at.text == "not" else node
            # A bare state becomes `always`: the reading it has where nothing makes it doubtful.
            fix = (start.at, self.now.at, f"{_in_place(whole)} ")
            raise Stop(at.at, at.end, problem, (), fix)

    def simple(self) -> Node:
        token = self.now
        if token.text == "(":
            self.take()
            node = self.any_of()
            self.mark(")")
            return node
        if token.text == "at":
            end = self.tokens[min(self.i + 1, len(self.tokens) - 1)]
            problem = '"at" begins "at some time" and nothing else'
            raise Stop(token.at, end.end, problem, ("at some time",))
        if token.kind != "word" or token.text not in STARTS:
            raise self.wanted("a quantity or a quantifier", STARTS)
        word = self.take().text
        if word in SIDES:
            return Side(word, self.named("volume"))
        if word in EVENTS:
            return Event(word, self.named("volume"))
        if word in MEASURES:
            what, dimension = MEASURES[word]
            of = self.named(what) if what else ""
            return Measure(word, of, self.bound(dimension, level=word == "height"))
        if word in FACTS or word == "reported":
            return self.fact(word)
        if word == "register":
            return asked(self)
        self.i -= 1  # "at", "and": known words in the wrong place
        raise self.wanted("a quantity", STARTS)

    def named(self, what: str) -> str:
        self.mark("(")
        token = self.now
        known = self.known.get(what)
        examples = [quoted(name) for name in known] if known else []
        if token.kind not in ("word", "string", "level", "number"):
            raise self.wanted(f"the name of a {what}", examples or ["EE"])
        name = token.text.strip('"')
        if not name or token.kind == "number":
            raise self.wanted(f"the name of a {what}", examples or ["EE"])
        if known is not None and name not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise self.stop(f'no {what} "{name}" in this case, which has {listed}', examples)
        self.take()
        self.mark(")")
        return name

    def bound(self, dimension: str, *, bare: bool = False, level: bool = False) -> Bound:
        """Parse a comparator and its amount; after `for`, `=` may be left out."""
        op = "="
        if self.now.kind == "op":
            op = plain(self.take())
        elif not (bare or self.is_word("about")):
            raise self.wanted("a comparator", OPS)
        about = self.is_word("about")
        if about and op != "=":
            problem = f'"about" and "{op}" contradict each other: about D is a band around D'
            raise self.stop(problem)
        if about:
            self.take()
        amount = self.amount(dimension, level)
        extra = None
        if self.now.kind == "plus_minus":
            if op != "=":
                raise self.stop(f'"+-" belongs to "=" or "about", not to "{op}"')
            self.take()
            extra = self.amount(dimension, level)
        return Bound(op, amount, about, extra)

    def amount(self, dimension: str, level: bool) -> Amount:
        units = [unit for unit in UNITS[dimension] if unit]
        token = self.now
        if token.kind == "level" and level:
            return Amount(self.take().text[2:].strip(), "FL")
        if token.kind != "number":
            examples = [f"10 {units[0]}" if units else "4", *(["FL100"] if level else [])]
            raise self.wanted("a number" + (" with a unit" if units else ""), examples)
        digits = self.take().text
        if not units or ("" in UNITS[dimension] and self.now.text not in units):
            return Amount(digits)
        if (self.now.text != "%" and self.now.kind != "word") or self.now.text not in units:
            raise self.wanted(f"a unit of {dimension} ({', '.join(units)})", units)
        return Amount(digits, self.take().text)

    def fact(self, word: str) -> Fact:
        topic = self.named("topic") if word == "reported" else ""
        self.mark("=")
        values = FACTS.get(word, ())
        if not (self.is_word(*values) if values else self.now.kind in ("word", "string")):
            free = "what is reported" if topic else "a country or a base"
            raise self.wanted(" or ".join(values) or free, values or ("Estonia",))
        return Fact(word, self.take().text.strip('"'), topic)


def _in_place(node: Node) -> Node:
    """Return the test with `always` at every state that stands beside the whole flight."""
    return quantified(node) if kind(node) is Kind.WHOLE else node


def _mixes(node: Node) -> bool:
    """Return whether `and` joins bare states with facts of the whole flight in this node."""
    match node:
        case And() | Or():
            kinds = {kind(part) is Kind.STATE for part in node.parts}
            return len(kinds) == 2 or any(_mixes(part) for part in node.parts)
        case _:
            return False
