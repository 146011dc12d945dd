"""A made-up hour over the Gulf of Finland, for the screens: what a watch would publish.

The rows, alerts and feeds are written by hand or drawn from a seed, so that a test knows what
the page has to show; the engine that decides in earnest is tested elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tocsin.run.live.board import Board, Change, Said
from tocsin.schema.live import (
    Alert,
    AlertKind,
    AlertState,
    FeedHealth,
    Handling,
    Interval,
    Jamming,
)

START_NS = 1_794_657_600_000_000_000  # 2026-11-14T12:00:00Z
_DEGREE_M = 111_320.0

#: Sketches, good enough to look at: the real limits are used by the real watch.
AREAS: tuple[dict[str, Any], ...] = (
    {
        "id": "EE",
        "title": "Estonia",
        "layer": "sovereign",
        "geometry": {
            "type": "Polygon",
            "coordinates": [
                [
                    [22.0, 58.5], [22.1, 59.3], [23.4, 59.52], [24.4, 59.78], [25.3, 59.87],
                    [26.0, 59.99], [26.7, 60.0], [27.2, 59.83], [28.0, 59.6], [28.05, 59.3],
                    [27.4, 58.7], [27.4, 57.8], [25.0, 57.9], [22.0, 58.5],
                ]
            ],
        },
    },
    {
        "id": "FIR-EETT",
        "title": "Tallinn FIR",
        "layer": "fir",
        "geometry": {
            "type": "Polygon",
            "coordinates": [
                [
                    [20.5, 58.8], [21.6, 59.35], [23.5, 59.75], [26.0, 60.07], [27.9, 59.66],
                    [28.2, 59.2], [27.6, 57.5], [24.4, 57.8], [21.6, 57.6], [20.5, 58.8],
                ]
            ],
        },
    },
)  # fmt: skip


class World:
    """A board and what is published on it, a second at a time."""

    def __init__(self, board: Board, aircraft: int) -> None:
        self.board = board
        board.areas = AREAS
        rng = np.random.default_rng(7)
        n = max(0, aircraft - 4)
        spread = 1.0 if aircraft < 1000 else 2.5
        self.lon = 25.5 + spread * rng.uniform(-4.5, 4.5, n)
        self.lat = 59.3 + spread * rng.uniform(-1.9, 1.9, n)
        self.course = rng.uniform(0, 360, n)
        self.gs = rng.uniform(170, 250, n)
        self.level = rng.integers(18, 40, n) * 10
        self.silent = rng.random(n)
        self.t_s = 0
        self.alerts: dict[str, Alert] = {}
        self.rng = rng

    def step(self) -> None:
        """Publish one second."""
        self.t_s += 1
        now_ns = START_NS + self.t_s * 1_000_000_000
        turn = np.deg2rad(self.course)
        self.lat += self.gs * np.cos(turn) / _DEGREE_M
        self.lon += self.gs * np.sin(turn) / (_DEGREE_M * np.cos(np.deg2rad(self.lat)))
        heard = np.flatnonzero(self.rng.random(len(self.lon)) < (1.0 if self.t_s == 1 else 0.6))
        rows = [self._civil(int(i)) for i in heard] + self._special()
        changed = self._said(now_ns)
        if self.t_s == 1:
            changed += self._first(now_ns)
        if self.t_s % 5 == 0:
            changed += self._moved(now_ns)
        jams = (Jamming("gulf-east", START_NS, None, 9, 6, 27.6, 60.05, 32_000.0),)
        change = Change(
            now_ns, rows, (), changed, feeds=self._feeds() if self.t_s % 2 else None,
            jamming=jams if self.t_s == 1 else None,
        )  # fmt: skip
        self.board.publish(change)

    def _civil(self, i: int) -> list[Any]:
        # Callsigns of no airline: the code of a place that does not exist.
        kind, cooperative = ("psr", False) if self.silent[i] < 0.01 else ("adsb", True)
        if 0.01 <= self.silent[i] < 0.03:
            kind, cooperative = "track", None
        callsign = f"XSY{100 + i % 900}" if cooperative else None
        h_m = float(self.level[i]) * 30.48 if kind == "adsb" else None
        return [
            f"{0x3C0000 + i:06x}", callsign, kind, round(float(self.lon[i]), 5),
            round(float(self.lat[i]), 5), h_m, None if h_m is None else "pressure",
            round(float(self.gs[i]), 1), round(float(self.course[i]), 1), 0.0, 45.0,
            0.4, cooperative, 1 + i % 3, None, None, None, None, None, None, "seen",
        ]  # fmt: skip

    def _special(self) -> list[list[Any]]:
        t = self.t_s
        return [
            ["a-1042", None, "psr", 25.62 + 0.0038 * t, 60.012 - 0.00022 * t, None, None, 215.0, 97.0,
             None, 310.0, 3.0, False, 2, "EE", 0.21, min(0.985, 0.87 + 0.002 * t), *(max(5.0, q - t) for q in (34.0, 92.0, 171.0)), "seen"],
            ["43c6f1", "XSY77", "adsb", 24.5 + 0.0012 * t, 59.66, 9753.6, "pressure", 68.0, 92.0, 0.5,
             60.0, 0.8, True, 3, "EE", 0.97, 0.99, None, None, None, "seen"],
            ["a-2210", None, "psr_ssr", 26.9, 59.72, 3048.0, "msl", 120.0, 265.0, -4.0,
             420.0, 75.0 + (t % 5), None, 1, "EE", 0.4, 0.5, None, None, None, "lost"],
            ["b-0007", None, "track", 27.3, 60.2, None, None, None, None, None, None, 6.0, None, 1,
             None, None, None, None, None, None, "coasting"],
        ]  # fmt: skip

    def _first(self, now_ns: int) -> list[Alert]:
        def made(**told: Any) -> Alert:
            base: dict[str, Any] = {
                "revision": 1, "rule": "limit", "state": AlertState.OPEN, "severity": 3, "area": "EE",
                "layer": "sovereign", "track": None, "callsign": None, "opened_ns": now_ns,
                "changed_ns": now_ns, "closed_ns": None, "lon_deg": None, "lat_deg": None,
                "h_m": None, "h_datum": None, "p_inside": None, "p_soon": None, "eta_s": None,
                "waiting_cost": 0.0, "sources": 0, "plot_age_s": None, "synthetic": True,
            }  # fmt: skip
            alert = Alert(**{**base, **told})
            self.alerts[alert.id] = alert
            return alert

        return [
            made(id="al-predicted", kind=AlertKind.PREDICTED, track="a-1042", severity=4,
                 lon_deg=25.62, lat_deg=60.012, p_inside=0.21, p_soon=0.87,
                 eta_s=Interval(34.0, 92.0, 171.0), waiting_cost=3.48, sources=2, plot_age_s=3.0,
                 why="Seen by primary radar only, no plan known; likely to enter Estonia in 1 min 32 s."),
            made(id="al-inside", kind=AlertKind.INSIDE, track="43c6f1", callsign="XSY77",
                 lon_deg=24.5, lat_deg=59.66, h_m=9753.6, h_datum="pressure", p_inside=0.97,
                 p_soon=0.99, waiting_cost=2.97, sources=3, plot_age_s=0.8,
                 why="P(inside Estonia) has been above 0.9 for 20 s."),
            made(id="al-lost", kind=AlertKind.LOST, track="a-2210", severity=2, p_inside=0.4,
                 p_soon=0.5, waiting_cost=1.0, sources=1, plot_age_s=76.0, lon_deg=26.9, lat_deg=59.72,
                 why="Not seen for 76 s where radar-a sees every 4 s at this height."),
            made(id="al-gnss", kind=AlertKind.GNSS, area="gulf-east", layer=None, severity=2,
                 lon_deg=27.6, lat_deg=60.05, waiting_cost=0.9, rule="gnss",
                 why="Navigation of 6 of 9 aircraft within 32 km fails at the same time."),
            made(id="al-feed", kind=AlertKind.FEED, area=None, layer=None, severity=2, rule="feed",
                 waiting_cost=0.8, why="radar-b has been silent for 2 min 10 s; its area is unobserved."),
            made(id="al-over", kind=AlertKind.PREDICTED, track="3c0003", callsign="XSY103",
                 state=AlertState.CLOSED, closed_ns=now_ns, p_soon=0.04, p_inside=0.0,
                 waiting_cost=0.1, sources=2, plot_age_s=1.0, why="Turned away from the limit."),
        ]  # fmt: skip

    def _moved(self, now_ns: int) -> list[Alert]:
        held = self.alerts["al-predicted"]
        eta = Interval(*(max(5.0, q - self.t_s) for q in (34.0, 92.0, 171.0)))
        self.alerts[held.id] = replace(
            held, revision=held.revision + 1, changed_ns=now_ns, eta_s=eta,
            p_soon=min(0.985, 0.87 + 0.002 * self.t_s),
        )  # fmt: skip
        return [self.alerts[held.id]]

    def _said(self, now_ns: int) -> list[Alert]:
        return [self._handled(said, now_ns) for said in self.board.heard()]

    def _handled(self, said: Said, now_ns: int) -> Alert:
        if said.alert is None:
            held = Alert(
                f"al-test-{now_ns}", 0, AlertKind.TEST, "test", AlertState.OPEN, 1, None, None, None,
                None, now_ns, now_ns, None, None, None, None, None, None, None, None, 0.01, 0, None,
                f"A test by {said.by}: {said.reason}", True,
            )  # fmt: skip
        else:
            held = self.alerts[said.alert]
        state = {
            "acknowledge": AlertState.ACKNOWLEDGED,
            "snooze": AlertState.SNOOZED,
        }.get(said.action, AlertState.OPEN)
        done = Handling(said.by, now_ns, said.action, said.reason, said.until_ns)
        told = replace(
            held, revision=held.revision + 1, state=state, changed_ns=now_ns,
            handling=(*held.handling, done),
        )  # fmt: skip
        self.alerts[held.id] = told
        return told

    def _feeds(self) -> tuple[FeedHealth, ...]:
        return (
            FeedHealth("adsb-tallinn", "beast", "adsb", True, False, 412.0, 0.3, 0.1,
                       90_000 + 412 * self.t_s, 12, 0, "412 records a second"),
            FeedHealth("radar-a", "asterix", "radar-a", True, False, 38.0, 1.1, 0.9,
                       9_000 + 38 * self.t_s, 0, 1, "38 plots a second"),
            FeedHealth("radar-b", "asterix", "radar-b", True, True, 0.0, None, 130.0 + self.t_s,
                       7_411, 3, 2, "nothing for 2 min 10 s"),
        )  # fmt: skip
