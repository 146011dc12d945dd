"""Which stretches of ground a dossier looks at: the whole, and each passage from near.

Passages that would show much the same place (re-entries, rival boundaries, nested volumes)
share one close view; a passage that is large in the overview needs none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tocsin.dossier.data import DossierData, DrawnPassage, Floats
from tocsin.dossier.doubt import crossed_out, positions
from tocsin.dossier.format import epoch_s, zulu
from tocsin.dossier.plane import Frame, Plane, frame, middle
from tocsin.dossier.sentences import Findings

CLOSE_VIEWS_AT_MOST = 6
SMALL = 0.45  # of the width of the overview: what is smaller gets a close view


def overview_frame(plane: Plane, fixes: Floats, bad: Floats) -> Frame:
    """Frame the credible fixes, and those crossed out that lie within reach of them."""
    xy_m = plane.xy(fixes[:, 0], fixes[:, 1])
    shown = frame(xy_m, margin=0.1, least_m=10_000.0, aspect=(1.7, 2.2))
    bad_m = plane.xy(bad[:, 0], bad[:, 1])
    reach = 0.5 * max(shown.width_m, shown.height_m)
    near = (
        (bad_m[:, 0] > shown.x0_m - reach)
        & (bad_m[:, 0] < shown.x1_m + reach)
        & (bad_m[:, 1] > shown.y0_m - reach)
        & (bad_m[:, 1] < shown.y1_m + reach)
    )
    both = np.vstack([xy_m, bad_m[near]])
    return frame(both, margin=0.1, least_m=10_000.0, aspect=(1.7, 2.2))


def close_views(
    passages: Sequence[DrawnPassage],
    number: Mapping[str, int],
    data: DossierData,
    whole: Frame,
) -> list[tuple[list[DrawnPassage], tuple[Plane, Frame]]]:
    """Return groups of passages with their frames, in the order of their numbers.

    Passages that are large in the overview need no close view.  Two of one track that would
    show much the same place (re-entries, rival boundaries, nested volumes) share one.
    """
    views: list[tuple[list[DrawnPassage], tuple[Plane, Frame]]] = []
    for p in sorted(passages, key=lambda p: number[p.id]):
        plane, shown = close_frame([p], data)
        if shown.width_m > SMALL * whole.width_m:
            continue
        for k, (group, seen) in enumerate(views):
            both = close_frame([*group, p], data)
            wider = max(seen[1].width_m, shown.width_m)
            alike = wider < 2.5 * min(seen[1].width_m, shown.width_m)
            if group[0].track == p.track and alike and both[1].width_m < 1.35 * wider:
                views[k] = ([*group, p], both)
                break
        else:
            views.append(([p], (plane, shown)))
    return views


def close_frame(group: Sequence[DrawnPassage], data: DossierData) -> tuple[Plane, Frame]:
    points, sigma_m = [], 100.0
    for track in data.tracks:
        if track.track != group[0].track:
            continue
        within = np.zeros(len(track.t_s), dtype=bool)
        for p in group:
            within |= track.trusted & (track.t_s >= p.from_s) & (track.t_s <= p.to_s)
        points.append(positions(track, within))
        known = track.sigma_m[within & np.isfinite(track.sigma_m)]
        if len(known):
            sigma_m = float(np.median(known))
    for p in group:
        ends = [[p.entry_lon_deg, p.entry_lat_deg], [p.exit_lon_deg, p.exit_lat_deg]]
        ends += [[p.foot_lon_deg, p.foot_lat_deg]]
        table = np.array(ends, dtype=np.float64)
        points.append(table[np.isfinite(table).all(axis=1)])
    fixes = np.vstack(points)
    plane = middle(fixes[:, 0], fixes[:, 1])
    if not len(fixes):
        return plane, Frame(-1e9, -1e9, 1e9, 1e9)  # nothing to look at: dropped as too wide
    xy_m = plane.xy(fixes[:, 0], fixes[:, 1])
    least_m = max(4000.0, 16 * sigma_m)
    return plane, frame(xy_m, margin=0.45, least_m=least_m, aspect=(1.75, 1.75))


def doubtful(
    findings: Findings, data: DossierData, titles: Mapping[str, str], whole: Frame
) -> list[tuple[str, Plane, Frame]]:
    """Return a close view of each stretch that establishes nothing, as it was received."""
    views = []
    for x in findings.get("not_established", ())[:CLOSE_VIEWS_AT_MOST]:
        track = next((t for t in data.tracks if t.track == x.get("track")), None)
        if track is None or not (x.get("from_utc") and x.get("to_utc")):
            continue
        start, end = epoch_s(x["from_utc"]), epoch_s(x["to_utc"])
        fixes = positions(track, crossed_out(track, [(start, end)]))
        if not len(fixes):
            continue
        plane = middle(fixes[:, 0], fixes[:, 1])
        xy_m = plane.xy(fixes[:, 0], fixes[:, 1])
        shown = frame(xy_m, margin=0.3, least_m=20_000.0, aspect=(1.9, 1.9))
        if shown.width_m < SMALL * whole.width_m:
            volume = str(x.get("volume", ""))
            caption = (
                f"Not established: {track.track} in {titles.get(volume, volume)}, "
                f"{zulu(start)} to {zulu(end)}. Positions as received; they are not credible."
            )
            views.append((caption, plane, shown))
    return views
