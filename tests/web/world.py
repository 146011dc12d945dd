"""A made-up hour over the Gulf of Finland, for the screens: what a watch would publish.

The rows, alerts and feeds are written by hand or drawn from a seed, so that a test knows what
the page has to show; the engine that decides in earnest is tested elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tests.web.told import AREAS, feeds_at, first_alerts
from tocsin.run.live.board import Board, Change, Said
from tocsin.schema.live import (
    Alert,
    AlertKind,
    AlertState,
    Handling,
    Interval,
    Jamming,
)

START_NS = 1_794_657_600_000_000_000  # 2026-11-14T12:00:00Z
_DEGREE_M = 111_320.0


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
        self._ahead: list[Change] = []

    def prepare(self, seconds: int) -> None:
        """Make changes ahead, so that a benchmark measures the page and not this."""
        self._ahead = [self._made() for _ in range(seconds)]

    def step(self) -> None:
        """Publish one second."""
        self.board.publish(self._ahead.pop(0) if self._ahead else self._made())

    def _made(self) -> Change:
        self.t_s += 1
        now_ns = START_NS + self.t_s * 1_000_000_000
        turn = np.deg2rad(self.course)
        self.lat += self.gs * np.cos(turn) / _DEGREE_M
        self.lon += self.gs * np.sin(turn) / (_DEGREE_M * np.cos(np.deg2rad(self.lat)))
        heard = np.flatnonzero(self.rng.random(len(self.lon)) < (1.0 if self.t_s == 1 else 0.6))
        rows = [self._civil(int(i)) for i in heard] + self._special()
        changed = self._said(now_ns)
        if self.t_s == 1:
            first = first_alerts(now_ns)
            self.alerts = {alert.id: alert for alert in first}
            changed += first
        if self.t_s % 5 == 0:
            changed += self._moved(now_ns)
        jams = (Jamming("gulf-east", START_NS, None, 9, 6, 27.6, 60.05, 32_000.0),)
        return Change(
            now_ns, rows, (), changed, feeds=feeds_at(self.t_s) if self.t_s % 2 else None,
            jamming=jams if self.t_s == 1 else None,
        )  # fmt: skip

    def _civil(self, i: int) -> list[Any]:
        # Callsigns of no airline: the code of a place that does not exist.
        kind, cooperative = self._kind(float(self.silent[i]))
        callsign = f"XSY{100 + i % 900}" if cooperative else None
        h_m = float(self.level[i]) * 30.48 if kind == "adsb" else None
        return [
            f"{0x3C0000 + i:06x}", callsign, kind, round(float(self.lon[i]), 5),
            round(float(self.lat[i]), 5), h_m, None if h_m is None else "pressure",
            round(float(self.gs[i]), 1), round(float(self.course[i]), 1), 0.0, 45.0,
            0.4, cooperative, 1 + i % 3, None, None, None, None, None, None, "seen",
        ]  # fmt: skip

    @staticmethod
    def _kind(silent: float) -> tuple[str, bool | None]:
        if silent < 0.01:
            return "psr", False
        return ("track", None) if silent < 0.03 else ("adsb", True)

    def _special(self) -> list[list[Any]]:
        t = self.t_s
        p_soon = min(0.985, 0.87 + 0.002 * t)
        eta = [max(5.0, q - t) for q in (34.0, 92.0, 171.0)]
        return [
            [
                "a-1042",
                None,
                "psr",
                25.62 + 0.0038 * t,
                60.012 - 0.00022 * t,
                None,
                None,
                215.0,
                97.0,
                None,
                310.0,
                3.0,
                False,
                2,
                "EE",
                0.21,
                p_soon,
                *eta,
                "seen",
            ],
            [
                "43c6f1",
                "XSY77",
                "adsb",
                24.5 + 0.0012 * t,
                59.66,
                9753.6,
                "pressure",
                68.0,
                92.0,
                0.5,
                60.0,
                0.8,
                True,
                3,
                "EE",
                0.97,
                0.99,
                None,
                None,
                None,
                "seen",
            ],
            [
                "a-2210",
                None,
                "psr_ssr",
                26.9,
                59.72,
                3048.0,
                "msl",
                120.0,
                265.0,
                -4.0,
                420.0,
                75.0 + (t % 5),
                None,
                1,
                "EE",
                0.4,
                0.5,
                None,
                None,
                None,
                "lost",
            ],
            [
                "b-0007",
                None,
                "track",
                27.3,
                60.2,
                None,
                None,
                None,
                None,
                None,
                None,
                6.0,
                None,
                1,
                None,
                None,
                None,
                None,
                None,
                None,
                "coasting",
            ],
        ]

    def _moved(self, now_ns: int) -> list[Alert]:
        held = self.alerts["al-predicted"]
        eta = Interval(*(max(5.0, q - self.t_s) for q in (34.0, 92.0, 171.0)))
        self.alerts[held.id] = replace(
            held,
            revision=held.revision + 1,
            changed_ns=now_ns,
            eta_s=eta,
            p_soon=min(0.985, 0.87 + 0.002 * self.t_s),
        )
        return [self.alerts[held.id]]

    def _said(self, now_ns: int) -> list[Alert]:
        return [self._handled(said, now_ns) for said in self.board.heard()]

    def _handled(self, said: Said, now_ns: int) -> Alert:
        if said.alert is None:
            held = Alert(
                f"al-test-{now_ns}",
                0,
                AlertKind.TEST,
                "test",
                AlertState.OPEN,
                1,
                None,
                None,
                None,
                None,
                now_ns,
                now_ns,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                0.01,
                0,
                None,
                f"A test by {said.by}: {said.reason}",
                True,
            )
        else:
            held = self.alerts[said.alert]
        state = {
            "acknowledge": AlertState.ACKNOWLEDGED,
            "snooze": AlertState.SNOOZED,
        }.get(said.action, AlertState.OPEN)
        done = Handling(said.by, now_ns, said.action, said.reason, said.until_ns)
        told = replace(
            held,
            revision=held.revision + 1,
            state=state,
            changed_ns=now_ns,
            handling=(*held.handling, done),
        )
        self.alerts[held.id] = told
        return told
