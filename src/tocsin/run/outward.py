"""The outward limits of the volumes of a run: who their neighbours are, and whose aircraft it is.

Neighbours are the sovereign volumes laid in the same case under the same boundary hypothesis; for
states that the case does not lay, those that ship with tocsin.  A volume whose state nobody names
is asked about what the case lays only: among the shipped ones it would find itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.airspace.bundled import bundled_volumes, states_near
from tocsin.airspace.edges import outline as drawn
from tocsin.incursion.facing import Facing, facing
from tocsin.incursion.find import Passages
from tocsin.incursion.outward import Faced, Outward, outward
from tocsin.run.casesources import StateOf
from tocsin.run.whose import flag_of, state_of
from tocsin.schema import Outline, Volume

Json = dict[str, Any]
SOVEREIGN = "sovereign"
NOT_SOVEREIGN = "it is not sovereign airspace, so every edge counts"
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
        self.flag = flag_of(flag, {volume.name for volume in volumes} | {s.state for s in states})
        self._volumes, self._states, self._max_error_m = tuple(volumes), tuple(states), max_error_m
        self._facing: dict[Outline, Facing] = {}
        self._drawn: dict[int, Outline] = {}

    def __call__(self, outline: Outline) -> Outward | None:
        """Return the outward limit of an outline; None for what is not sovereign airspace."""
        if outline.volume.layer != SOVEREIGN:
            return None
        if outline not in self._facing:
            mine = self._neighbours(outline)
            self._facing[outline] = facing(outline, mine, self._rivals(outline.volume))
        return outward(self._facing[outline], self.flag)

    def said(self, outlines: Sequence[Outline]) -> list[str]:
        """Return what depth leaves out, or why not, in a sentence for each volume that was asked
        about: one for all the hypotheses of which it is true."""
        true_of: dict[tuple[str, str], list[str]] = {}
        for outline in outlines:
            volume = outline.volume
            limit = self(outline) if outline in self._facing else None
            if limit is None and (not self.flag or volume.layer == SOVEREIGN):
                continue
            if limit is None or limit.why:
                what = f": {limit.why if limit else NOT_SOVEREIGN}."
            elif limit.left_out:
                what = (
                    f" is measured from the outward limit for an aircraft of {limit.flag}: "
                    f"edges shared with {listed(limit.left_out)} do not count."
                )
            else:
                continue
            true_of.setdefault((volume.name, what), []).append(volume.hypothesis)
        return [
            f"Depth in {name} ({', '.join(dict.fromkeys(hypotheses))}){what}"
            for (name, what), hypotheses in true_of.items()
        ]

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
        # A volume that comes in parts: the seam between two of them is no limit of it.
        laid += [
            (own or volume.name, other)
            for other in self._volumes
            if other is not volume
            and (other.name, other.layer, other.hypothesis)
            == (volume.name, volume.layer, volume.hypothesis)
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


def listed(names: Sequence[str]) -> str:
    """Return names as a list in words."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def depth_from(
    limit: Outward,
    faced: Faced,
    nearest: tuple[float, float],
    *,
    every: Json | None,
    share: float = 1.0,
) -> Json:
    """Return from which edge a depth is measured, as findings.json has it.

    nearest  longitude and latitude of the point of the limit
    every    the depth by every edge, where that is another
    share    of the samples for which it is this edge
    """
    return {
        "edge": faced.kind,
        "neighbour": faced.neighbour or None,
        "disputed": faced.disputed,
        "lon_deg": round(nearest[0], 5),
        "lat_deg": round(nearest[1], 5),
        "share": round(share, 3),
        "flag": limit.flag or None,
        "left_out": list(limit.left_out),
        "every_edge": limit.why or None,
        "every_edge_m": every,
    }


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
