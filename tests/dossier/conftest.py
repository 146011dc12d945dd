"""One invented case: an aircraft cuts a corner of a square state for 60 s, then goes unseen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.dossier.case import T0, incursion
from tocsin.dossier import (
    DossierData,
    DrawnPassage,
    DrawnTrack,
    Outline,
    Place,
    Strip,
    VerticalLimits,
    render,
)
from tocsin.schema import Datum, Limit


def made_findings() -> dict[str, Any]:
    """Return the findings of the case, new each time: tests change them."""
    return {
        "case": "DK-2018-11-26",
        "version": "0.1.0",
        "settings_sha256": "ab" * 32,
        "synthetic": True,
        "title": "A cut across the corner",
        "window": ["2018-11-26T10:00:00Z", "2018-11-26T11:30:00Z"],
        "as_of": "2018-11-27T12:00:00Z",
        "tlp": "AMBER",
        "settings": {"find": {"max_gap_s": 60.0}, "seed": 1},
        "inputs": [
            {
                "path": "radar.csv",
                "sha256": "cd" * 32,
                "format": "tabular",
                "records": 901,
                "decoded": 900,
                "quarantined": 1,
                "reasons": {"naive-time": 1},
            }
        ],
        "incursions": [incursion()],
        "claims": [
            {
                "id": "x-1",
                "by": "Elsewhere",
                "test": "never inside(DK)",
                "verdict": "contradicted",
                "verdicts": {"osm-2024": "contradicted"},
                "p": {"osm-2024": 0.0002},
                "bias_needed_sigma": 9.4,
                "why": "the track lies 1.2 km inside",
                "changes_if": "a larger bias is shown",
            }
        ],
        "compatibility": [{"a": "x-1", "b": "y-1", "compatible": False, "why": "never is never"}],
        "integrity": [
            {
                "track": "4ab179-1",
                "from_utc": "2018-11-26T11:00:00Z",
                "to_utc": "2018-11-26T11:10:00Z",
                "reason": "spoofed",
                "detail": "the track leaps 260 km in one second",
            }
        ],
        "airspace": [
            {
                "path": "square.geojson",
                "sha256": "ef" * 32,
                "volume": "DK",
                "layer": "sovereign",
                "hypothesis": "osm-2024",
                "sigma_m": 100.0,
                "edges": "geodesic",
                "attribution": "",
                "title": "Denmark",
            }
        ],
        "not_established": [
            {
                "volume": "DK",
                "track": "4ab179-1",
                "from_utc": "2018-11-26T11:00:00Z",
                "to_utc": "2018-11-26T11:10:00Z",
                "why": "the track leaps 260 km in one second",
            }
        ],
        "unobserved": [
            {
                "track": "4ab179-1",
                "from_utc": "2018-11-26T11:10:00Z",
                "to_utc": "2018-11-26T11:20:00Z",
                "why": "no position was received",
                "states_between": ["Poland", "Germany"],
            }
        ],
        "limits": ["One receiver heard this aircraft."],
    }


def made_track() -> DrawnTrack:
    t_s = np.concatenate([np.arange(-600.0, 1900.0, 4.0), np.arange(2540.0, 2900.0, 4.0)]) + T0
    lon = 14.70 + (t_s - T0) * 1.2e-4
    lat = np.full(len(t_s), 55.0)
    bad = (t_s >= T0 + 1340) & (t_s <= T0 + 1900)
    return DrawnTrack(
        "4ab179-1",
        t_s,
        lon,
        np.where(bad, lat + 0.4, lat),
        np.where(t_s > T0, 3000.0, np.nan),
        np.full(len(t_s), 60.0),
        ~bad,
        np.zeros(len(t_s), dtype=bool),
        label="CFL12",
    )


def made_data(track: DrawnTrack) -> DossierData:
    lon = 14.70 + np.array([0.0, 52.0]) * 1.2e-4
    ring = np.array([14.70, 14.70624, 14.70624, 14.70]), np.array([54.989, 54.989, 55.2, 55.2])
    far = np.array([10.0, 12.0, 12.0, 10.0]), np.array([54.0, 54.0, 57.0, 57.0])
    near = np.array([14.9, 15.5, 15.5, 14.9]), np.array([54.8, 54.8, 55.6, 55.6])
    p = np.where((track.t_s >= T0) & (track.t_s <= T0 + 52), 0.999, 0.0001)
    seen = np.where(track.trusted, p, np.nan)
    return DossierData(
        tracks=(track,),
        outlines=(Outline("DK", (ring,), "sovereign", "osm-2024", title="Denmark"),),
        background=(Outline("SE", (near,), title="Sweden"), Outline("DE", (far,))),
        passages=(
            DrawnPassage(
                "4ab179-1/DK/1",
                "4ab179-1",
                "DK",
                T0,
                T0 + 52,
                float(lon[0]),
                55.0,
                float(lon[1]),
                55.0,
            ),
        ),
        strips=(Strip("4ab179-1", "DK", track.t_s, seen, "osm-2024"),),
        limits=(VerticalLimits("DK", None, Limit(3500.0, Datum.PRESSURE, "FL115")),),
        places=(Place("Rønne", 14.7, 55.1),),
    )


@pytest.fixture
def findings() -> dict[str, Any]:
    return made_findings()


@pytest.fixture
def track() -> DrawnTrack:
    return made_track()


@pytest.fixture
def data(track: DrawnTrack) -> DossierData:
    return made_data(track)


@pytest.fixture(scope="session")
def html() -> str:
    """The page of the case as it is, drawn once."""
    return render(made_findings(), made_data(made_track()))
