"""The valid test nearest to one that does not parse.

Words that mean what a valid one means ("at least", "three", 12,5) are put in its place first.
At the character where the parser stops, the token there is replaced by something the parser
expects, or something expected is put before it, or it is left out; at most three repairs are
made, and of the results that parse the one most like the original is shown, the first expected
first.  If no three repairs help, what stands before that character is shown if it parses, else the
most similar of the forms in the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from difflib import SequenceMatcher, get_close_matches

from tocsin.claims.stop import Stop
from tocsin.claims.tree import quoted

REPAIRS = 3
KEPT = 4  # half-repaired tests that are followed up after each repair

#: One valid test of each form; V and P stand for a volume and a place of the case.
FORMS = (
    "never inside(V)",
    "always outside(V)",
    "at some time inside(V)",
    "inside(V) for about 12 min",
    "inside(V) for > 10 min",
    "between 06:58Z and 07:10Z inside(V)",
    "always depth(V) < 10 km",
    "always distance(P) > 3 km",
    "always height < FL200",
    "always speed < 500 kt",
    "path_length(V) = about 100 km",
    "entered(V)",
    "left(V)",
    "aircraft_count = 3",
    "transponder = off",
    "flight_plan = no",
    "radio = no",
    "authorised = no",
    "register: count(state = EE, domain = air, year = 2025) = 4",
    "register: figure(entity = EST, metric = defence_pct_gdp, year = 2025, edition = 2026) = 3.9 %",
)


#: What people write for what a test has.
MEANT = {
    "at least": ">=",
    "no less than": ">=",
    "more than": ">",
    "over": ">",
    "at most": "<=",
    "no more than": "<=",
    "up to": "<=",
    "less than": "<",
    "under": "<",
    "nearly": "about",
    "almost": "about",
    "around": "about",
    "some": "about",
    "nautical miles": "NM",
    "nmi": "NM",
    "mi": "NM",  # a mile of seamen and airmen, and the nearest unit to the other one
    "miles": "NM",
    "metres": "m",
    "kilometres": "km",
    "feet": "ft",
    "knots": "kt",
    "minutes": "min",
    "hours": "h",
    "seconds": "s",
    **dict(zip(("one", "two", "three", "four", "five", "six"), "123456", strict=True)),
}


def nearest(
    text: str,
    stop: Stop,
    check: Callable[[str], Stop | None],
    volumes: Collection[str],
    places: Collection[str],
) -> str:
    """Return the valid test nearest to `text`, which stops making sense at `stop`.

    check   returns None for a text that parses, else where that one stops
    """
    plain, at = text, stop
    for _ in range(REPAIRS):
        reworded = _meant(plain, at.at)
        if reworded is None:
            break
        again = check(reworded)
        if again is None:
            return reworded
        plain, at = reworded, again
    open_ends = [(plain, at)]
    for _ in range(REPAIRS):
        further: dict[str, Stop] = {}
        solved: list[str] = []
        for base, at in open_ends:
            for candidate in _repairs(base, at):
                again = check(candidate)
                if again is None:
                    solved.append(candidate)
                elif again.at > at.at:
                    further[candidate] = again
        if solved:
            return max(solved, key=lambda found: round(_likeness(found, text), 1))
        ranked = sorted(further.items(), key=lambda pair: -_likeness(pair[0], text))
        open_ends = ranked[:KEPT]
    begun = text[: stop.at].rstrip()
    if begun and check(begun) is None:
        return begun
    volume, place = quoted(min(volumes, default="EE")), quoted(min(places, default="vaindloo"))
    forms = [form.replace("(V)", f"({volume})").replace("(P)", f"({place})") for form in FORMS]
    return next(iter(get_close_matches(text, forms, 1, cutoff=0.5)), forms[0])


def _meant(text: str, at: int) -> str | None:
    """Return the text with what stands at a place in the words of a test; None: nothing known."""
    rest = text[at:]
    if rest.startswith(",") and text[at - 1 : at].isdigit() and rest[1:2].isdigit():
        return f"{text[:at]}.{rest[1:]}"
    for said in sorted(MEANT, key=len, reverse=True):
        if rest.casefold().startswith(said) and not rest[len(said) : len(said) + 1].isalpha():
            return f"{text[:at]}{MEANT[said]}{rest[len(said) :]}"
    return None


def _repairs(text: str, stop: Stop) -> Iterator[str]:
    if stop.fix is not None:
        start, end, instead = stop.fix
        yield f"{text[:start]}{instead}{text[end:]}"
        return
    before, bad, after = text[: stop.at], text[stop.at : stop.end], text[stop.end :]
    # Closest first; all are tried, because the word most like a slip is not always the one
    # that the rest of the test fits.
    for word in sorted(stop.expected, key=lambda word: -_likeness(word, bad)):
        if word == "not" and _likeness(word, bad) < 0.6:
            continue  # it would parse almost anywhere, and say the opposite
        if bad:
            yield f"{before}{word}{after}"
        space = "" if word in ("(", ")", ",", ":") or not before or before[-1] in " (" else " "
        gap = "" if word == "(" or not bad or bad in "(),:" else " "
        yield f"{before}{space}{word}{gap}{bad}{after}"
    if bad:
        yield f"{before.rstrip()}{after}" if not after.strip() else f"{before}{after.lstrip()}"


def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, a.casefold(), b.casefold()).ratio()
