"""NOTAM in the ICAO format: number, kind, items Q and A to G; when it holds, and how high.

Times of items B and C are YYMMDDhhmm in UTC; C may end in EST (an estimate: it holds until
replaced or cancelled) or be PERM.  Source: ICAO Annex 15 appendix 3 (NOTAM format); Doc 8126.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.context.gathered import Gathered, Gathering
from tocsin.context.moments import LATEST_NS, hhmm_ns, midnight_ns, yymmdd
from tocsin.context.refused import Refused
from tocsin.context.schedule import Interval, Rule, hours, parse_schedule, union

ITEMS = "QABCDEFG"

_NUMBER = re.compile(
    r"\b([A-Z]\d{4}/\d{2})[ \t]*NOTAM([NRC])(?:[ \t]+([A-Z]\d{4}/\d{2}))?", re.ASCII
)
_ITEM = re.compile(r"(?:^|(?<=[\s)(]))([QABCDEFG])\)")
_END = re.compile(r"(\d{10})\s*(EST)?", re.ASCII)
_QUALIFIER = re.compile(r"([A-Z]{4})\s*/\s*Q([A-Z]{4})\s*/(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Notam:
    """One NOTAM, read."""

    number: str  # "A1234/25"; "" where it has none
    kind: str  # N new, R replaces, C cancels
    refers: str  # the number that it replaces or cancels
    locations: tuple[str, ...]  # item A
    begin_ns: int
    end_ns: int  # LATEST_NS where permanent
    permanent: bool
    estimated: bool
    rules: tuple[Rule, ...]  # item D; none: all hours
    text: str  # item E
    lower: str  # items F and G, as written: "GND", "FL195", "2500FT AMSL"
    upper: str
    fir: str = ""
    code: str = ""  # "RTCA": the four letters after Q
    path: str = ""
    place: str = ""

    def hours(self, window_ns: Interval | None = None) -> tuple[Interval, ...]:
        """Return when it holds, as UTC nanoseconds, within a window where one is given.

        Raises Refused ("open-schedule") for daily hours without an end and without a window.
        """
        begin, end = self.begin_ns, self.end_ns
        if window_ns:
            begin, end = max(begin, window_ns[0]), min(end, window_ns[1])
        if begin >= end:
            return ()
        return hours(self.rules, begin, end) if self.rules else union([(begin, end)])


def parse(text: str, path: str = "") -> Gathered[Notam]:
    """Return the NOTAM of a text in order; never raises for what the text holds.

    Refused: "missing-field", "bad-time", "bad-date", "bad-interval", "bad-schedule", "no-notam".
    """
    out: Gathering[Notam] = Gathering(path)
    heads = list(_NUMBER.finditer(text))
    starts = [head.start() for head in heads]
    if not heads and any(found[1] == "B" for found in _ITEM.finditer(text)):
        starts = [0]
    line, counted = 1, 0
    for k, start in enumerate(starts):
        line += text.count("\n", counted, start)
        counted = start
        block = text[start : starts[k + 1] if k + 1 < len(starts) else len(text)]
        place = f"line {line}"
        try:
            out.items.append(_notam(block, heads[k] if heads else None, path, place))
        except Refused as refused:
            out.refuse(place, refused, block)
    if text.strip() and not starts:
        rule = "a NOTAM has a number such as A1234/25 NOTAMN and items A) to E)"
        out.refuse("line 1", Refused("no-notam", f"holds no NOTAM; {rule}"), text)
    return out.done()


def _notam(block: str, head: re.Match[str] | None, path: str, place: str) -> Notam:
    items = _items(block.rstrip().removesuffix("("))  # of the next one
    kind = head[2] if head else "N"
    wanted = "AB" if kind == "C" else "ABCE"
    for letter in wanted:
        if not items.get(letter):
            raise Refused("missing-field", f"item {letter}) is missing")
    begin_ns = _moment(items["B"], "item B")
    end = items.get("C", "PERM")
    found = _END.fullmatch(end)
    permanent = end == "PERM"
    if not found and not permanent:
        raise Refused(
            "bad-time", f'item C: "{end[:30]}" is no end; write 2509191800, 2509191800 EST or PERM'
        )
    end_ns = _moment(found[1], "item C") if found else LATEST_NS
    if end_ns <= begin_ns:
        raise Refused("bad-interval", f"item C {end} does not lie after item B {items['B']}")
    qualifier = _QUALIFIER.fullmatch(items.get("Q", ""))
    return Notam(
        number=head[1] if head else "",
        kind=kind,
        refers=(head[3] or "") if head else "",
        locations=tuple(items["A"].split()),
        begin_ns=begin_ns,
        end_ns=end_ns,
        permanent=permanent,
        estimated=bool(found and found[2]),
        rules=parse_schedule(items["D"]) if items.get("D") else (),
        text=items.get("E", ""),
        lower=items.get("F", ""),
        upper=items.get("G", ""),
        fir=qualifier[1] if qualifier else "",
        code=qualifier[2] if qualifier else "",
        path=path,
        place=place,
    )


def _items(block: str) -> dict[str, str]:
    """Return the items by letter; they stand in order, so that "A)" in a text begins none."""
    marks: list[re.Match[str]] = []
    for found in _ITEM.finditer(block):
        last = ITEMS.index(marks[-1][1]) if marks else -1
        # Inside the text of E only F begins anew, and after F only G.
        follows = ITEMS.index(found[1]) == last + 1 if last >= ITEMS.index("E") else True
        if ITEMS.index(found[1]) > last and follows:
            marks.append(found)
    ends = [mark.start() for mark in marks[1:]] + [len(block)] * bool(marks)
    out = {}
    for mark, end in zip(marks, ends, strict=True):
        text = " ".join(block[mark.end() : end].split())
        # The parenthesis that closes the whole message is no part of its last item.
        if end == len(block) and text.count(")") > text.count("("):
            text = text[: text.rindex(")")].strip()
        out[mark[1]] = text
    return out


def _moment(text: str, item: str) -> int:
    return midnight_ns(yymmdd(text[:6], item)) + hhmm_ns(text[6:], item)
