"""How far a source is trusted: an Admiralty grade by a rule anybody can check (STANAG 2511).

Reliability is that of the outlet named in a source's title, the first that fits:

    D  state-linked outlets, aggregators, blogs, public maps
    C  something read through another: "citing", "via", "copy", "repost", "mirror", "relaying"
    B  authorities about their own airspace; agencies, broadcasters and dailies of record
    F  any other: cannot be judged

Credibility is that of what is said, from how far it was checked and how many sources say it:

    2  an authority says so, or closed an investigation with it; or press of two outlets
    3  press of one outlet; an official statement that is denied
    4  disputed by those in a position to know
    6  unverified: cannot be judged

Neither A nor 1 is ever given by this rule: nobody here has tested an outlet, or confirmed an
event independently.  A person who has may write another revision.
"""

from __future__ import annotations

import re

from tocsin.schema import Verification

_STATE_LINKED = r"\bTASS\b|Sputnik|news-pravda|Katehon"
_GATHERED = (
    r"aggregator|cluster|\bblog\b|GitHub map|particle\.news|fusionwire|World Brief|hanna-ai"
    r"|studioglobal|naaju|rapmd|Flashpointinfo|teletype|defensivelines|Baltic Word"
)
_SECOND_HAND = (
    r"\bciting\b|\bvia\b|\bcopy\b|repost|mirror|relaying|summary|excerpt|background|Wikipedia"
    r"|\(STA\)|\(DW\)|\(Reuters\)|as cited|through|/ AFP|UAWire"
)
_OF_RECORD = (
    r"\bEDF\b|\bMoD\b|[Mm]inistry|municipality|Border Guard|government|Traficom|NATO\b"
    r"|Defence Forces|\bERR\b|\bYle\b|\bDW\b|Reuters|\bAFP\b|\bAP\b|\bBNS\b|\bSTT\b"
    r"|Postimees|Ohtuleht|Delfi"
    r"|Hufvudstadsbladet|Al Jazeera|Politico|heise|Independent|Stars and Stripes|gCaptain"
    r"|Estonian World|Kyiv Independent|Interfax-Ukraine|Meduza|tportal|Ukrainska Pravda"
)
_RULES = (("D", _STATE_LINKED), ("D", _GATHERED), ("C", _SECOND_HAND), ("B", _OF_RECORD))

_OFFICIAL = re.compile(r"\bofficial\b")
_CLOSED = re.compile(r"investigation closed|confirmed after investigation")


def reliability(title: str) -> str:
    """Return A-F for the outlet that a title names."""
    return next((grade for grade, words in _RULES if re.search(words, title)), "F")


def credibility(verification: Verification, sources: int, denied: bool) -> str:
    """Return 1-6 for what several sources say."""
    if verification is Verification.DISPUTED:
        return "4"
    if verification in (Verification.OFFICIAL, Verification.INVESTIGATED):
        return "3" if denied else "2"
    if verification is Verification.PRESS:
        return "2" if sources > 1 else "3"
    return "6"


def verification(cell: str, response: str = "", notes: str = "") -> Verification:
    """Return how far it was checked, from the list's own word and what it says beside.

    A response that says an investigation was closed with it is more than the list's word; notes
    that say it is disputed are less.
    """
    if "DISPUTED" in notes or cell == "disputed":
        return Verification.DISPUTED
    if _CLOSED.search(response):
        return Verification.INVESTIGATED
    if _OFFICIAL.search(cell):
        return Verification.OFFICIAL
    return Verification.PRESS if cell == "press" else Verification.UNVERIFIED
