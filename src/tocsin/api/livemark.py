"""What of a watch an audience may see.

The watch has a mark, and each area may have its own.  Below the watch's mark nothing is shown.
Below an area's mark neither it nor what happens there is: its alerts and jammed areas go, and a
track that flies to it stands without a forecast.  Below AMBER+STRICT nothing tells how well a
sensor measures: errors of positions and what is told of feeds, unless all of it is simulated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.api.problem import Problem
from tocsin.register.exchange.item import strictness
from tocsin.schema import Tlp
from tocsin.schema.live import TRACK_COLUMNS

Json = dict[str, Any]
_AT = {name: n for n, name in enumerate(TRACK_COLUMNS)}
_FORECAST = ("area", "p_inside", "p_soon", "eta_q05_s", "eta_q50_s", "eta_q95_s")
_FEED_KEPT = ("name", "kind", "connected", "silent")


@dataclass(frozen=True, slots=True)
class Marked:
    """How a watch is marked."""

    tlp: Tlp
    synthetic: bool

    def check(self, audience: Tlp) -> None:
        """Raise Problem where an audience may see nothing of the watch."""
        if strictness(self.tlp) > strictness(audience):
            raise Problem(403, f"the watch is marked TLP:{self.tlp}, above what you may read")

    def whole(self, state: Json, areas: Iterable[Json], audience: Tlp) -> Json:
        """Return a board's state for an audience; raise Problem where it may see none of it."""
        self.check(audience)
        kept = [area for area in areas if _may(area, audience)]
        return {**self.change(state, areas, audience), "areas": kept, "tlp": self.tlp.value}

    def change(self, told: Json, areas: Iterable[Json], audience: Tlp) -> Json:
        """Return a change, or a state, for an audience."""
        hidden = frozenset(str(area["id"]) for area in areas if not _may(area, audience))
        sensors = not self.synthetic and strictness(audience) < strictness(Tlp.AMBER_STRICT)
        if not hidden and not sensors:
            return told
        out = dict(told)
        rows = [_row(row, hidden, sensors) for row in told["tracks"]["rows"]]
        out["tracks"] = {**told["tracks"], "rows": rows}
        out["alerts"] = [
            _alert(alert, sensors) for alert in told["alerts"] if alert["area"] not in hidden
        ]
        if told["jamming"] is not None:
            out["jamming"] = [row for row in told["jamming"] if row["area"] not in hidden]
        if sensors and told["feeds"] is not None:
            out["feeds"] = [_feed(feed, n) for n, feed in enumerate(told["feeds"], 1)]
        return out


def _may(area: Mapping[str, Any], audience: Tlp) -> bool:
    return strictness(Tlp(area.get("tlp") or Tlp.CLEAR)) <= strictness(audience)


def _row(row: Any, hidden: frozenset[str], sensors: bool) -> list[Any]:
    out = list(row)
    if out[_AT["area"]] in hidden:
        for name in _FORECAST:
            out[_AT[name]] = None
    if sensors:
        out[_AT["sigma_m"]] = None
        out[_AT["sources"]] = None
    return out


def _alert(alert: Json, sensors: bool) -> Json:
    if not sensors:
        return alert
    out = {**alert, "sources": None}
    if alert["kind"] in ("feed", "load"):
        out["why"] = "a source or the watch itself needs attention"
    return out


def _feed(feed: Json, number: int) -> Json:
    """Return how a source stands, without which sensor it is and how much it sees."""
    out: Json = {name: (feed[name] if name in _FEED_KEPT else None) for name in feed}
    out["name"] = f"source {number}"
    out["witness"] = ""
    out["said"] = "silent" if feed["silent"] else "heard"
    return out
