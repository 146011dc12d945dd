"""Areas, alerts and sources of the made-up hour: what the page has to show."""

from __future__ import annotations

from typing import Any

from tocsin.schema.live import Alert, AlertKind, AlertState, FeedHealth, Interval

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


def first_alerts(now_ns: int) -> list[Alert]:
    """Return the alerts that stand at the first second, one of each kind that matters."""

    def made(**told: Any) -> Alert:
        base: dict[str, Any] = {
            "revision": 1,
            "rule": "limit",
            "state": AlertState.OPEN,
            "severity": 3,
            "area": "EE",
            "layer": "sovereign",
            "track": None,
            "callsign": None,
            "opened_ns": now_ns,
            "changed_ns": now_ns,
            "closed_ns": None,
            "lon_deg": None,
            "lat_deg": None,
            "h_m": None,
            "h_datum": None,
            "p_inside": None,
            "p_soon": None,
            "eta_s": None,
            "waiting_cost": 0.0,
            "sources": 0,
            "plot_age_s": None,
            "synthetic": True,
        }
        return Alert(**{**base, **told})

    return [
        made(
            id="al-predicted",
            kind=AlertKind.PREDICTED,
            track="a-1042",
            severity=4,
            lon_deg=25.62,
            lat_deg=60.012,
            p_inside=0.21,
            p_soon=0.87,
            eta_s=Interval(34.0, 92.0, 171.0),
            waiting_cost=3.48,
            sources=2,
            plot_age_s=3.0,
            why="Seen by primary radar only, no plan known; likely to enter Estonia.",
        ),
        made(
            id="al-inside",
            kind=AlertKind.INSIDE,
            track="43c6f1",
            callsign="XSY77",
            lon_deg=24.5,
            lat_deg=59.66,
            h_m=9753.6,
            h_datum="pressure",
            p_inside=0.97,
            p_soon=0.99,
            waiting_cost=2.97,
            sources=3,
            plot_age_s=0.8,
            why="P(inside Estonia) has been above 0.9 for 20 s.",
        ),
        made(
            id="al-lost",
            kind=AlertKind.LOST,
            track="a-2210",
            severity=2,
            p_inside=0.4,
            p_soon=0.5,
            waiting_cost=1.0,
            sources=1,
            plot_age_s=76.0,
            lon_deg=26.9,
            lat_deg=59.72,
            why="Not seen for 76 s where radar-a sees every 4 s at this height.",
        ),
        made(
            id="al-gnss",
            kind=AlertKind.GNSS,
            area="gulf-east",
            layer=None,
            severity=2,
            lon_deg=27.6,
            lat_deg=60.05,
            waiting_cost=0.9,
            rule="gnss",
            why="Navigation of 6 of 9 aircraft within 32 km fails at the same time.",
        ),
        made(
            id="al-feed",
            kind=AlertKind.FEED,
            area=None,
            layer=None,
            severity=2,
            rule="feed",
            waiting_cost=0.8,
            why="radar-b is silent for 2 min 10 s; its area is unobserved.",
        ),
        made(
            id="al-over",
            kind=AlertKind.PREDICTED,
            track="3c0003",
            callsign="XSY103",
            state=AlertState.CLOSED,
            closed_ns=now_ns,
            p_soon=0.04,
            p_inside=0.0,
            waiting_cost=0.1,
            sources=2,
            plot_age_s=1.0,
            why="Turned away from the limit.",
        ),
    ]


def feeds_at(t_s: int) -> tuple[FeedHealth, ...]:
    """Return two sources that are heard, and one that is silent."""
    return (
        FeedHealth(
            "adsb-tallinn",
            "beast",
            "adsb",
            True,
            False,
            412.0,
            0.3,
            0.1,
            90_000 + 412 * t_s,
            12,
            0,
            "412 records a second",
        ),
        FeedHealth(
            "radar-a",
            "asterix",
            "radar-a",
            True,
            False,
            38.0,
            1.1,
            0.9,
            9_000 + 38 * t_s,
            0,
            1,
            "38 plots a second",
        ),
        FeedHealth(
            "radar-b",
            "asterix",
            "radar-b",
            True,
            True,
            0.0,
            None,
            130.0 + t_s,
            7_411,
            3,
            2,
            "nothing for 2 min 10 s",
        ),
    )
