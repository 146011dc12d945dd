"""Which sentences of a text reveal a capability or a person, and the text without them.

Removed as `sensor`: a sentence that names a sensor together with a coordinate, a distance or
another measure; in a text that names a sensor, also a sentence with a coordinate or an accuracy;
anywhere, the names of error models (`range_sigma_m`, "sigma 60").  Removed as `person`: the same
for the operator or pilot of a drone with a coordinate or an identity; e-mail addresses and
telephone numbers.

The rule is a list of English words and errs towards removing: "radar tracked it" stays, "radar
tracked it at 59.83 N" goes.  It does not understand: a sensor that is not called one, or is
described in another language, passes.  Whoever marks an incident CLEAR has read it first.
"""

from __future__ import annotations

import re

SENSOR, PERSON, WITHHELD = "sensor", "person", "withheld"

#: Not inside a longer word: "radar-a" and "radar_a" are sensors, "Radarweg" is a street.
_BEFORE, _AFTER = r"(?<![a-z])", r"(?![a-z])"


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(_BEFORE + "(?:" + "|".join(patterns) + ")" + _AFTER, re.I)


_SENSOR = _words(
    *(r"radars?", r"sensors?", r"receivers?", r"antennas?", r"interrogators?", r"cameras?"),
    *(r"multilateration", r"mlat", r"psr", r"ssr", r"awacs", r"esm", r"elint", r"sigint", r"flir"),
    *(r"ground stations?", r"(?:primary|secondary) surveillance", r"passive (?:location|tracking)"),
    *(r"electro-?optical", r"infra-?red", r"sonars?", r"hydrophones?", r"listening posts?"),
    *(r"observation posts?", r"trackers?", r"lidars?", r"acoustic (?:array|network)s?"),
)
_OPERATOR = _words(
    *(r"operators?", r"pilots?", r"home (?:point|position)", r"take-?off (?:point|position|place)"),
    *(r"controllers?", r"handsets?", r"phones?"),
)
_NUMBER = r"\d+(?:[.,]\d+)?"
_COORDINATE = re.compile(
    r"\d{1,3}[.,]\d{2,}\s*°?\s*[NSEW](?![a-z])"  # 59.39 N
    r"|(?<![a-z])[NSEW]\s*\d{1,3}[.,° ]\s*\d"  # N59 23
    r"|\d{1,3}\s*°\s*\d"  # 59°23'
    r"|(?<!\d)\d{4,7}[NS]\s*\d{5,8}[EW]"  # 592324N0245048E
    r"|-?\d{1,2}[.]\d{2,}\s*[,;/ ]\s*-?\d{1,3}[.]\d{2,}"  # 59.39, 24.83
    r"|(?<![A-Za-z0-9])\d{1,2}[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?\d{2,5}\s?\d{2,5}(?!\d)"  # MGRS
    r"|(?<![a-z])(?:lat|lon|latitude|longitude)(?:_deg)?\W{0,4}-?\d",
    re.I,
)
_ACCURACY = re.compile(
    _BEFORE + r"(?:accura(?:cy|te)|precision|resolution|errors?|bias|rmse?|cep\d*|deviation"
    r"|uncertainty|sigma|σ)" + _AFTER + r"|±|\+/?-",
    re.I,
)
_MEASURE = re.compile(
    _NUMBER + r"\s*(?:m|km|nm|nmi|mi|ft|feet|metres?|meters?|kilomet\w+|miles?|°|deg|degrees?"
    r"|mrad|rad|db\w*|[kmg]?hz|s|sec|seconds?|rpm|%)" + _AFTER,
    re.I,
)
#: Names that only an error model or a sensor's own record uses.
_MODEL = re.compile(
    r"[a-z]+_(?:sigma|bias)(?:_sd)?_[a-z]+|(?:sigma|σ)\s*[=:≈]?\s*"
    + _NUMBER
    + r"|h_hae_m|rotation_s",
    re.I,
)
_IDENTITY = re.compile(r"(?:id|identity|registration|serial|number|name)\W{1,4}\S", re.I)
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w.])\+\d(?:[\s().-]?\d){7,14}(?!\d)", re.I
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


def names_sensor(text: str) -> bool:
    """Return whether a word or an id is that of a sensor, or of its error model."""
    return bool(_SENSOR.search(text) or _MODEL.search(text))


def suspicious(text: str, hidden: frozenset[str] = frozenset()) -> bool:
    """Return whether any rule could remove something: a quick look before the slow one."""
    for word in (_SENSOR, _OPERATOR, _MODEL, _CONTACT):
        if word.search(text):
            return True
    return bool(hidden) and _unnamed(text, hidden)[1]


def scrub(
    text: str, rules: frozenset[str], hidden: frozenset[str] = frozenset()
) -> tuple[str, set[str]]:
    """Return a text without what the rules remove, and which of them did.

    rules   of SENSOR and PERSON
    hidden  ids of incidents that may not be named
    """
    why: set[str] = set()
    if not text:
        return text, why
    sensed, operated = bool(_SENSOR.search(text)), bool(_OPERATOR.search(text))
    parts, at = [], 0
    for gap in (*_SENTENCE.finditer(text), None):
        sentence = text[at : gap.start() if gap else len(text)]
        reason = _reason(sentence, rules, sensed, operated)
        parts.append(f"[removed: {reason}]" if reason else sentence)
        if reason:
            why.add(reason)
        if gap:
            parts.append(gap.group())
            at = gap.end()
    out = "".join(parts)
    if PERSON in rules and _CONTACT.search(out):
        out = _CONTACT.sub("[removed: person]", out)
        why.add(PERSON)
    if hidden:
        out, found = _unnamed(out, hidden)
        why |= {WITHHELD} if found else set()
    return out, why


def _reason(sentence: str, rules: frozenset[str], sensed: bool, operated: bool) -> str:
    placed = bool(_COORDINATE.search(sentence))
    if SENSOR in rules:
        exact = bool(_ACCURACY.search(sentence)) and any(c.isdigit() for c in sentence)
        if _MODEL.search(sentence) or (sensed and (placed or exact)):
            return SENSOR
        if _SENSOR.search(sentence) and _MEASURE.search(sentence):
            return SENSOR
    if PERSON in rules and operated:
        named = _OPERATOR.search(sentence) and _IDENTITY.search(sentence)
        if placed or named:
            return PERSON
    return ""


def _unnamed(text: str, hidden: frozenset[str]) -> tuple[str, bool]:
    """Return a text in which no hidden id stands, with or without a revision."""
    found = False

    def swap(match: re.Match[str]) -> str:
        nonlocal found
        name = match.group()
        core = name.rstrip(".:_-")  # the full stop of a sentence is no part of an id
        for each in (name, core, core.rpartition(":")[2]):
            if each in hidden:
                found = True
                return name.replace(each, "[withheld]")
        return name

    return _NAME.sub(swap, text), found
