"""The outward limits of the volumes of a run: who their neighbours are, and whose aircraft it is.

Neighbours are the sovereign volumes laid in the same case under the same boundary hypothesis; for
states that the case does not lay, those that ship with tocsin.  A volume whose state nobody names
is asked about what the case lays only: among the shipped ones it would find itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.airspace.bundled import bundled_volumes, states_near
from tocsin.airspace.edges import outline as drawn
from tocsin.errors import UsageError
from tocsin.incursion.facing import Facing, facing
from tocsin.incursion.find import Passages
from tocsin.incursion.outward import NOT_SOVEREIGN, Outward, outward
from tocsin.run.casesources import StateOf
from tocsin.run.whose import code_of, state_of
from tocsin.schema import Outline, Volume

Json = dict[str, Any]
SOVEREIGN = "sovereign"
NEAR_DEG = 0.05  # about the box of a volume: more than any tolerance between two files


class OutwardLimits:
    """The outward limit of every outline that is asked for, made once.

    flag         the state whose aircraft the passages are of, by any of its names; "" if unknown
    max_error_m  of the neighbours' lines, as of the outlines'
    """

    def __init__(
        self,
        volumes: Sequence[Volume],
        flag: str,
        max_error_m: float,
        states: Sequence[StateOf] = (),
    ) -> None:
        self.flag = flag_of(flag)
        self._volumes, self._states, self._max_error_m = tuple(volumes), tuple(states), max_error_m
        self._facing: dict[Outline, Facing] = {}
        self._drawn: dict[int, Outline] = {}

    def __call__(self, outline: Outline) -> Outward:
        """Return the outward limit of an outline."""
        return self.of(outline, self.flag)

    def of(self, outline: Outline, flag: str) -> Outward:
        """Return it for the aircraft of another state."""
        sovereign = outline.volume.layer == SOVEREIGN
        if outline not in self._facing:
            mine = self._neighbours(outline) if sovereign else []
            self._facing[outline] = facing(outline, mine, self._rivals(outline.volume))
        return outward(self._facing[outline], flag, "" if sovereign else NOT_SOVEREIGN)

    def said(self) -> list[str]:
        """Return one sentence for each limit that was asked for: what depth leaves out, or why not.

        Limits of which every edge counts without a reason to tell are passed over.
        """
        out = []
        for outline in self._facing:
            volume, limit = outline.volume, self(outline)
            name = f"{volume.name} ({volume.hypothesis})"
            if limit.why:
                out.append(f"Depth in {name}: {limit.why}.")
            elif limit.left_out:
                out.append(
                    f"Depth in {name} is measured from the outward limit for an aircraft of "
                    f"{limit.flag}: edges shared with {listed(limit.left_out)} do not count."
                )
        return list(dict.fromkeys(out))

    def _neighbours(self, outline: Outline) -> list[tuple[str, Outline]]:
        volume = outline.volume
        own = state_of(volume, self._states)
        laid = [
            (name, other)
            for other in self._volumes
            if other.layer == SOVEREIGN
            and other.hypothesis == volume.hypothesis
            and (name := state_of(other, self._states) or other.name) != (own or volume.name)
        ]
        if own:
            box = _box(outline)
            more = [c for c in states_near(*box) if c not in {own, *(name for name, _ in laid)}]
            laid += zip(more, bundled_volumes(SOVEREIGN, more) if more else (), strict=True)
        return [(name, self._draw(other)) for name, other in laid]

    def _rivals(self, volume: Volume) -> list[Outline]:
        return [
            self._draw(other)
            for other in self._volumes
            if (other.name, other.layer) == (volume.name, volume.layer)
            and other.hypothesis != volume.hypothesis
        ]

    def _draw(self, volume: Volume) -> Outline:
        if id(volume) not in self._drawn:
            self._drawn[id(volume)] = drawn(volume, self._max_error_m)
        return self._drawn[id(volume)]


def flag_of(name: str) -> str:
    """Return the code of the state that an aircraft is of, "" where nobody says.

    Raises UsageError for what is neither a code nor the name of a state that ships.
    """
    given = name.strip()
    if not given or (code := code_of(given)):
        return code if given else ""
    if re.fullmatch("[A-Za-z]{2}", given):
        return given.upper()  # of a state beyond the volumes that ship
    raise UsageError(
        f'flag "{name}" is no state', hint="give an ISO 3166 code of two letters, such as RU"
    )


def listed(names: Sequence[str]) -> str:
    """Return names as a list in words."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def with_edges(found: Passages) -> pa.Table:
    """Return the table of passages with the edge that each depth is measured from.

    `depth_edge` is open, shared or not known; `depth_any_m` the depth by every edge.
    """
    table, more = found.table, found.detail
    depth = pc.coalesce(more["every_depth_m"], table["max_depth_m"])
    columns = {
        "depth_edge": more["limit_kind"],
        "depth_neighbour": more["limit_neighbour"],
        "depth_disputed": more["limit_disputed"],
        "depth_lon": more["limit_lon"],
        "depth_lat": more["limit_lat"],
        "depth_any_m": depth,
    }
    for name, column in columns.items():
        table = table.append_column(name, column)
    return table


def _box(outline: Outline) -> tuple[float, float, float, float]:
    """Return west, south, east and north of an outline, and a little more."""
    wide = NEAR_DEG / float(np.cos(np.radians(min(float(np.abs(outline.lat_deg).max()), 85.0))))
    return (
        float(outline.lon_deg.min()) - wide,
        float(outline.lat_deg.min()) - NEAR_DEG,
        float(outline.lon_deg.max()) + wide,
        float(outline.lat_deg.max()) + NEAR_DEG,
    )
