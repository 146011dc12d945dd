"""What the codes of an incident mean, in words.

Admiralty grades: STANAG 2511, reliability of the source and credibility of what it says.
"""

from __future__ import annotations

SAID = "Said"  # head of a column that holds what somebody says
RELIABILITY = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
CREDIBILITY = {
    "1": "confirmed by others",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "truth cannot be judged",
}
VERIFIED = {
    "unverified": "nobody is known to have checked it",
    "press": "reported by the press",
    "official": "a state or an authority says so",
    "investigated": "an investigation was closed with it",
    "established": "by a finding of this register",
    "disputed": "those in a position to know differ",
    "refuted": "shown not to have happened so",
}
STATES = {
    "draft": "approved by nobody yet",
    "reviewed": "approved by somebody who did not write it",
    "adjudicated": "judged by somebody who did not write it",
    "released": "released by somebody who did not write it",
    "superseded": "kept, and no longer counted",
}
#: Fields that are answers: name in the record -> name on the page, and what "yes" means.
ANSWERS = {
    "authorised": ("Authorised", ""),
    "transponder": ("Transponder", "yes: on"),
    "flight_plan": ("Flight plan", "yes: filed"),
    "radio": ("Radio", "yes: two-way contact with the service whose airspace it is"),
    "response": ("Response", "yes: aircraft or other means were sent"),
}
LINKS = {
    "merged_from": "took in",
    "merged_into": "was merged into",
    "split_from": "was split from",
    "split_into": "was split into",
    "related": "is related to",
}


def grade(code: str) -> str:
    """Return "B2: usually reliable, probably true"."""
    return f"{code}: {RELIABILITY[code[0]]}, {CREDIBILITY[code[1]]}"
