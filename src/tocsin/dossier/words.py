"""Likelihood in the words of ICD 203, and the sentences that every dossier carries.

Intelligence Community Directive 203 (2 January 2015), Analytic Standards, section D.6.e.2:
seven terms, each with its range in per cent.  The directive lets ranges touch; a value on
a border takes the term nearer to even chance, so that p and 1 - p always mirror each other.
The directive also forbids a degree of likelihood and a level of confidence in one sentence:
this room never prints a level of confidence at all, it names what limits the finding.
"""

from __future__ import annotations

from tocsin.dossier.format import percent
from tocsin.errors import UsageError

#: Term, lower and upper bound in per cent, in the order of the directive.
ICD_203: tuple[tuple[str, int, int], ...] = (
    ("almost no chance", 1, 5),
    ("very unlikely", 5, 20),
    ("unlikely", 20, 45),
    ("roughly even chance", 45, 55),
    ("likely", 55, 80),
    ("very likely", 80, 95),
    ("almost certain", 95, 99),
)

AUTHORISATION = {
    "yes": "It was authorised, according to the reports of this case: no violation.",
    "no": "No authorisation was given, according to the reports of this case.",
    "cannot tell": (
        "Whether it was authorised cannot be told from these sources: "
        "inside is not yet a violation."
    ),
}

#: What being inside a layer means in law (METHODS, section 1), for layers without sovereignty.
LAYER_NOTE = {
    "eez": "An exclusive economic zone gives no sovereignty over the air above it.",
    "fir": (
        "A flight information region says who gives air-traffic service, not whose airspace it is."
    ),
    "adiz": "An identification zone asks aircraft who they are; it is no limit of sovereignty.",
}

METHOD_LIMITS = (
    "Inside is not yet a violation: authorisation comes from reports, never from the track.",
    "Unobserved is never no: where nobody observed the aircraft, nothing is said about where "
    "it was.",
    "A boundary is as good as its file. The one used here is named under “Airspace used”, with "
    "its source and its error; it is no legal determination.",
    "Between two fixes the aircraft is taken to fly straight; a leg longer than the greatest gap "
    "of the settings is unobserved.",
    "Accuracy codes of ADS-B are reported by the aircraft itself. Under spoofing they are wrong, "
    "which is why integrity is tested before any crossing is looked for.",
    "Heights are pressure altitudes unless a datum is named; they differ from height above sea "
    "level by about 27 ft (8 m) for each hectopascal that the sea-level pressure differs from "
    "1013.25 hPa.",
    "Intervals hold 90 % of the probability under the error model named in the settings. An "
    "error that the model does not know is not in them.",
)


def term(p: float) -> str:
    """Return the ICD 203 term for a probability; below 1 and above 99 % the outermost term."""
    if not 0 <= p <= 1:
        raise UsageError(f"a probability lies between 0 and 1, not {p}")
    # Rounded first: 1 - 0.95 is 0.05000000000000004, and must still mirror 0.95.
    hundredths = round(100 * p, 6)
    if hundredths <= 50:
        for word, _, upper in ICD_203[:4]:
            if hundredths < upper:
                return word
    for word, lower, _ in reversed(ICD_203[3:]):
        if hundredths > lower:
            return word
    return "roughly even chance"


def likelihood(p: float) -> str:
    """Return the opening of a sentence: "It is almost certain (>99 %) that"."""
    word = term(p)
    if word == "almost no chance":
        return f"There is almost no chance ({percent(p)}) that"
    if word == "roughly even chance":
        return f"There is a roughly even chance ({percent(p)}) that"
    return f"It is {word} ({percent(p)}) that"


def airspace_of(volume: str, layer: str) -> str:
    """Return "the sovereign airspace of Denmark" and the like for each layer."""
    forms = {
        "sovereign": f"the sovereign airspace of {volume}",
        "eez": f"the exclusive economic zone of {volume}",
        "fir": f"the {volume} flight information region",
        "adiz": f"the air defence identification zone {volume}",
        "restricted": f"the restricted area {volume}",
    }
    return forms.get(layer, f"the volume {volume}")


def count(n: int, one: str, many: str = "") -> str:
    """Return "no passage", "1 passage", "3 passages"."""
    if n == 0:
        return f"no {many or one + 's'}"
    return f"{n}\u00a0{one}" if n == 1 else f"{n}\u00a0{many or one + 's'}"
