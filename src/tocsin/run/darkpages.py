"""What a dossier draws of tracks that only radar saw: the mean of the samples and their spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from tocsin.dossier import data as page
from tocsin.run.evidence import Weighed
from tocsin.schema import Floats, Posterior

EVERY_S = 4  # grid points drawn: a sample each second is more than a line can show
M_PER_DEG = 111_320.0


def with_dark(
    data: page.DossierData, weighed: Sequence[Weighed], findings: dict[str, Any]
) -> page.DossierData:
    """Return the figures' data with radar tracks, their strips and their passages added."""
    if not weighed:
        return data
    tracks = {one.track.posterior.track: one.track.posterior for one in weighed}
    named = {one.outline.volume.name for one in weighed if one.judged.p_ever > 0.01}
    return replace(
        data,
        tracks=(*data.tracks, *(_drawn(made) for made in tracks.values())),
        strips=(
            *data.strips,
            *(_strip(one) for one in weighed if one.outline.volume.name in named),
        ),
        passages=(*data.passages, *_passages(tracks, findings)),
        joint=not data.tracks,
    )


def _drawn(made: Posterior) -> page.DrawnTrack:
    pick = np.arange(0, len(made.t_ns), EVERY_S)
    lon, lat = made.lon_deg[:, pick], made.lat_deg[:, pick]
    mean_lat = lat.mean(axis=0)
    east = lon.std(axis=0) * M_PER_DEG * np.cos(np.radians(mean_lat))
    north = lat.std(axis=0) * M_PER_DEG
    count = len(pick)
    seen = made.observed[pick]
    return page.DrawnTrack(
        track=made.track,
        t_s=made.t_ns[pick] / 1e9,
        lon_deg=lon.mean(axis=0),
        lat_deg=mean_lat,
        h_pressure_m=np.full(count, np.nan),
        sigma_m=np.sqrt((east**2 + north**2) / 2),
        trusted=np.ones(count, bool),
        break_before=np.concatenate([[False], ~(seen[1:] & seen[:-1])]),
    )


def _strip(one: Weighed) -> page.Strip:
    made = one.track.posterior
    pick = np.arange(0, len(made.t_ns), EVERY_S)
    volume = one.outline.volume
    return page.Strip(
        made.track,
        volume.name,
        made.t_ns[pick] / 1e9,
        one.judged.p_inside_t[pick],
        hypothesis=volume.hypothesis,
    )


def _passages(tracks: dict[str, Posterior], findings: dict[str, Any]) -> list[page.DrawnPassage]:
    out = []
    for row in findings["incursions"]:
        made = tracks.get(row["track"])
        if made is None:
            continue
        entry, leave = _median(row["entry_utc"]), _median(row["exit_utc"])
        at_entry, at_exit = _mean_at(made, entry), _mean_at(made, leave)
        out.append(
            page.DrawnPassage(
                id=row["id"],
                track=row["track"],
                volume=row["volume"],
                from_s=entry if np.isfinite(entry) else _seconds(row["from_utc"]),
                to_s=leave if np.isfinite(leave) else _seconds(row["to_utc"]),
                entry_lon_deg=at_entry[0],
                entry_lat_deg=at_entry[1],
                exit_lon_deg=at_exit[0],
                exit_lat_deg=at_exit[1],
                entry_observed=row["entry_utc"] is not None,
                exit_observed=row["exit_utc"] is not None,
            )
        )
    return out


def _median(quantiles: dict[str, Any] | None) -> float:
    return float("nan") if quantiles is None else _seconds(quantiles["q50"])


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _mean_at(made: Posterior, t_s: float) -> tuple[float, float]:
    if not np.isfinite(t_s):
        return float("nan"), float("nan")
    grid: Floats = made.t_ns / 1e9
    k = int(np.clip(np.searchsorted(grid, t_s), 0, len(grid) - 1))
    return float(made.lon_deg[:, k].mean()), float(made.lat_deg[:, k].mean())
