"""What a dossier draws, from tracks, outlines and passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.dossier import data as page
from tocsin.incursion.find import Passages
from tocsin.incursion.strip import strip
from tocsin.run.case import Case
from tocsin.run.sources import Gathered
from tocsin.schema import DISTRUST, Flag, Floats, Outline, Volume

STRIP_POINTS = 1500  # of one strip: more cannot be seen, and each costs a search
MARGIN_DEG = 3.0  # around the tracks: which outlines are worth drawing


def drawn(
    case: Case,
    gathered: Gathered,
    outlines: Sequence[Outline],
    found: Passages,
    findings: dict[str, Any],
    max_gap_s: float,
) -> page.DossierData:
    """Return the figures' data of a case."""
    tracks = tuple(_tracks(gathered))
    touched = {i["volume"] for i in findings["incursions"]}
    touched |= {x["volume"] for x in findings["not_established"]}
    named = len({o.volume.name for o in outlines}) <= 4
    tested = [o for o in outlines if named or o.volume.name in touched]
    others = [o for o in outlines if o not in tested and _near(o, tracks)]
    return page.DossierData(
        tracks=tracks,
        outlines=tuple(_outline(o) for o in tested),
        background=tuple(_outline(o) for o in others),
        passages=tuple(_passages(found, findings)),
        strips=tuple(_strips(found, outlines)),
        limits=tuple(_limits([o.volume for o in tested])),
        places=tuple(
            page.Place(
                str(p.get("title") or p.get("id", "")), float(p["lon_deg"]), float(p["lat_deg"])
            )
            for p in case.places
        ),
        max_gap_s=max_gap_s,
    )


def _tracks(gathered: Gathered) -> list[page.DrawnTrack]:
    table = gathered.tracks
    # A row without a time cannot be drawn.  A mere copy of a position that stands elsewhere
    # says nothing new; what is drawn as not credible is what a stretch of findings names.
    copies = int(Flag.STALE | Flag.DUPLICATE | Flag.POSITION)
    bits = table["flags"].to_numpy() & int(DISTRUST)
    keep = (bits == 0) | ((bits & (int(DISTRUST) & ~copies)) != 0)
    table = table.filter(pa.array(keep)).filter(
        pa.compute.is_valid(table["t"]).filter(pa.array(keep))
    )
    words = table["track"].combine_chunks()
    code = words.indices.to_numpy()
    t_s = table["t"].cast(pa.int64()).to_numpy() / 1e9
    columns = {
        name: table[name].to_numpy().astype(np.float64)
        for name in ("lon_deg", "lat_deg", "h_pressure_m", "sigma_m")
    }
    trusted = (table["flags"].to_numpy() & int(DISTRUST)) == 0
    breaks = table["break_before"].to_numpy()
    out = []
    for k, name in enumerate(words.dictionary.to_pylist()):
        rows = np.flatnonzero(code == k)
        if not len(rows):
            continue
        out.append(
            page.DrawnTrack(
                track=name,
                t_s=t_s[rows],
                trusted=trusted[rows],
                break_before=breaks[rows],
                label=gathered.labels.get(name, ""),
                **{key: column[rows] for key, column in columns.items()},
            )
        )
    return out


def _outline(outline: Outline) -> page.Outline:
    ends = np.flatnonzero(np.diff(outline.ring, append=-1) != 0) + 1
    begins = np.concatenate([[0], ends[:-1]])
    parts = [slice(int(a), int(b)) for a, b in zip(begins, ends, strict=True)]
    return page.Outline(
        volume=outline.volume.name,
        rings=tuple((outline.lon_deg[p], outline.lat_deg[p]) for p in parts),
        layer=outline.volume.layer,
        hypothesis=outline.volume.hypothesis,
        drawn=tuple(~outline.clip[p] for p in parts),
        title=outline.volume.title,
    )


def _near(outline: Outline, tracks: Sequence[page.DrawnTrack]) -> bool:
    for track in tracks:
        lon, lat = track.lon_deg[track.trusted], track.lat_deg[track.trusted]
        if not len(lon):
            continue
        if (
            outline.lon_deg.min() - MARGIN_DEG <= lon.max()
            and outline.lon_deg.max() + MARGIN_DEG >= lon.min()
            and outline.lat_deg.min() - MARGIN_DEG <= lat.max()
            and outline.lat_deg.max() + MARGIN_DEG >= lat.min()
        ):
            return True
    return False


def _passages(found: Passages, findings: dict[str, Any]) -> list[page.DrawnPassage]:
    out = []
    rows = zip(
        findings["incursions"][: found.table.num_rows],
        found.table.to_pylist(),
        found.detail.to_pylist(),
        strict=True,
    )
    for finding, row, more in rows:
        out.append(
            page.DrawnPassage(
                id=finding["id"],
                track=row["track"],
                volume=row["volume"],
                from_s=more["from_t"].timestamp(),
                to_s=more["to_t"].timestamp(),
                entry_lon_deg=_or_nan(row["entry_lon"]),
                entry_lat_deg=_or_nan(row["entry_lat"]),
                exit_lon_deg=_or_nan(row["exit_lon"]),
                exit_lat_deg=_or_nan(row["exit_lat"]),
                entry_observed=row["entry_observed"],
                exit_observed=row["exit_observed"],
                deepest_lon_deg=_or_nan(more["deepest_lon"]),
                deepest_lat_deg=_or_nan(more["deepest_lat"]),
                foot_lon_deg=_or_nan(more["limit_lon"]),
                foot_lat_deg=_or_nan(more["limit_lat"]),
            )
        )
    return out


def _strips(found: Passages, outlines: Sequence[Outline]) -> list[page.Strip]:
    path = found.path
    wanted = dict.fromkeys(
        zip(found.table["track"].to_pylist(), found.detail["outline"].to_pylist(), strict=True)
    )
    out = []
    for name, index in wanted:
        points = np.flatnonzero(path.track == path.names.index(name))
        points = points[:: max(1, len(points) // STRIP_POINTS)]
        volume = outlines[index].volume
        p = strip(path, points, index, found.boundary, volume.sigma_m)
        t, p = _with_gaps(path.t_s[points], path.run[points], p)
        out.append(
            page.Strip(name, volume.name, t + path.t0_ns / 1e9, p, hypothesis=volume.hypothesis)
        )
    return out


def _with_gaps(t: Floats, run: Any, p: Floats) -> tuple[Floats, Floats]:
    """Return the strip with NaN where a run ends: what nobody saw is not drawn as a line."""
    cuts = np.flatnonzero(np.diff(run) != 0) + 1
    middle = (t[cuts - 1] + t[cuts]) / 2
    return np.insert(t, cuts, middle), np.insert(p, cuts, np.nan)


def _limits(volumes: Sequence[Volume]) -> list[page.VerticalLimits]:
    return [
        page.VerticalLimits(v.name, v.lower, v.upper)
        for v in volumes
        if v.lower is not None or v.upper is not None
    ]


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
