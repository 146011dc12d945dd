"""Whose airspace a volume is, and whose word on a clearance counts there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tocsin.airspace.bundled import state_codes
from tocsin.errors import UsageError
from tocsin.run.casesources import StateOf
from tocsin.schema import Report, Volume


def code_of(name: str) -> str:
    """Return the two-letter code of a state by any of its names, "" where it is none."""
    return state_codes().get(name.strip().upper(), "")


def flag_of(name: str, laid: Iterable[str] = ()) -> str:
    """Return the code of the state that an aircraft is of, "" where nobody says.

    laid  names of volumes and states that are at hand besides those that ship

    Raises UsageError for what is neither one of them nor a code or name of a state.
    """
    given = name.strip()
    if not given or (code := code_of(given)):
        return code if given else ""
    if given in laid:
        return given
    if re.fullmatch("[A-Za-z]{2}", given):
        return given.upper()  # of a state beyond the volumes that ship
    raise UsageError(
        f'flag "{name}" is no state', hint="give an ISO 3166 code of two letters, such as RU"
    )


def party(by: str) -> str:
    """Return who speaks: what stands before the first comma."""
    return by.partition(",")[0].strip()


def state_of(volume: Volume, states: Sequence[StateOf] = ()) -> str:
    """Return the code of the state whose airspace a volume is, "" where nothing tells.

    The case's own word stands first; a name such as "EE" tells it for sovereign airspace only.
    """
    for told in states:
        if told.path == volume.path and told.volume in ("", volume.name):
            return code_of(told.state) or told.state
    properties = dict(volume.properties)
    for key in ("iso_a2", "iso_a3", "country", "state"):
        if code := code_of(properties.get(key, "")):
            return code
    if volume.layer == "sovereign":
        return code_of(volume.name) or code_of(volume.title)
    return ""


def competent(code: str, reports: Iterable[Report]) -> tuple[str, ...]:
    """Return the parties whose word counts on a clearance; none means anybody's.

    A permission can only come from the state itself.  That there was none may also be reported
    by a party that is no state; another state's word decides nothing.
    """
    if not code:
        return ()
    names = {code: None}  # never empty: empty would mean anybody
    for report in reports:
        who = party(report.by)
        told = code_of(who) or who
        if told == code or (not code_of(who) and report.authorised != "yes"):
            names[who if who else report.by] = None
    return tuple(names)
