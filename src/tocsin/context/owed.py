"""Whether a flight plan or a transponder was owed: a thing that is missing weighs only if it was.

Chicago Convention: article 3(a)-(b) state aircraft are those in military, customs and police
services; 3(c) they fly over another state's territory only by special authorisation; 3(d) elsewhere
they fly with due regard for the safety of civil aircraft, and owe no plan and no transponder.
Civil aircraft: ICAO Annex 2, 3.3.1.2 (a plan for any flight across international borders).
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.context.fir import Weighed, Weight


@dataclass(frozen=True, slots=True)
class Owed:
    """Whether something was owed (None: cannot tell), and by which rule."""

    value: bool | None
    why: str


def owed(
    what: str, layer: str, state_aircraft: bool | None, crosses_border: bool | None = None
) -> Owed:
    """Return whether `what` ("flight_plan" or "transponder") was owed in a volume.

    layer           of the volume: only "sovereign" is sovereign airspace
    state_aircraft  None where it is not known
    crosses_border  whether the flight crossed an international border; None: not known
    """
    if what not in ("flight_plan", "transponder"):
        raise ValueError(f'"{what}" is neither flight_plan nor transponder')
    name = what.replace("_", " ")
    if layer != "sovereign":
        if state_aircraft:
            why = f"a state aircraft owes no {name} outside sovereign airspace (Chicago 3(d))"
            return Owed(False, why)
        if state_aircraft is None:
            return Owed(None, f"whether it is a state aircraft, which would owe no {name} here")
        if what == "flight_plan" and crosses_border:
            return Owed(True, "a civil flight across a border owes a plan (Annex 2, 3.3.1.2)")
        return Owed(None, f"whether a civil flight owes a {name} here depends on rules not given")
    if state_aircraft:
        why = (
            "a foreign state aircraft enters only by authorisation and on its terms (Chicago 3(c))"
        )
        return Owed(True, why)
    if what == "flight_plan" and crosses_border:
        return Owed(True, "any flight across a border owes a plan (Annex 2, 3.3.1.2)")
    return Owed(None, f"whether a {name} is owed here depends on rules and facts not given")


def weight(rule: Owed | None) -> Weighed:
    """Return how much it weighs that something is missing."""
    if rule is None:
        return Weighed(Weight.UNKNOWN, "whether it was owed is not said")
    if rule.value is None:
        return Weighed(Weight.UNKNOWN, rule.why)
    return Weighed(Weight.FULL if rule.value else Weight.NONE, rule.why)
