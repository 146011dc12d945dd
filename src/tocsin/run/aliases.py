"""Which radar plots without an address are of an aircraft that is known by one already.

Known is who tells its position, and who answers a radar of the case.  What they account for
(`track.accounted`) makes no track of its own, and the report says how many plots that were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.run.addressed import address_of, runs
from tocsin.run.radar import ANY_HEIGHT, RadarRows, placed
from tocsin.schema import Floats, Sensor
from tocsin.track.accounted import Known, Seen
from tocsin.track.associate import COAST_S, LEAST_PLOTS
from tocsin.track.calibrate import MAX_GAP_S

SURE_M = 500.0  # positions less sure than this account for nothing
NAMED = 6  # aircraft that the report names one by one
_NONE = np.zeros(0, np.int64)
MAY_BE = 0.3  # of a track's plots are another's, from where on the report says so


def seen_of(rows: RadarRows, t0_ns: int) -> Seen:
    """Return plots as what aircraft are asked to account for."""
    return Seen(
        (rows.t_ns - t0_ns) / 1e9,
        rows.sensor,
        rows.secondary,
        rows.range_m,
        rows.azimuth_deg,
        rows.h_hae_m,
    )


def known_aircraft(
    rows: RadarRows,
    sensors: Mapping[str, Sensor],
    tracks: pa.Table,
    calibrating: pa.Table | None,
) -> list[Known]:
    """Return the aircraft that have an address, with times in seconds after the first plot.

    tracks, calibrating  schema TRACK, those that are judged and those that only serve calibration;
                         fixes that integrity distrusts are left out
    """
    if not len(rows.t_ns):
        return []
    t0_ns = int(rows.t_ns[0])
    answered = _answered(rows, t0_ns)
    out = [*_told(tracks, t0_ns, answered, judged=True)]
    if calibrating is not None:
        out += _told(calibrating, t0_ns, answered, judged=False)
    return [*out, *_plotted(rows, sensors, t0_ns, answered)]


def _answered(rows: RadarRows, t0_ns: int) -> dict[int, dict[str, Floats]]:
    """Return when each sensor had each address, in seconds."""
    names = np.array(rows.sensor)
    out: dict[int, dict[str, Floats]] = {}
    for address in np.unique(rows.address[rows.address >= 0]):
        mine = rows.address == address
        out[int(address)] = {
            str(sensor): (rows.t_ns[mine & (names == sensor)] - t0_ns) / 1e9
            for sensor in np.unique(names[mine])
        }
    return out


def _told(
    table: pa.Table, t0_ns: int, answered: Mapping[int, Mapping[str, Floats]], *, judged: bool
) -> Iterator[Known]:
    """Yield the tracks of a table that an address names."""
    if not table.num_rows:
        return
    sigma = table["sigma_m"].to_numpy().astype(np.float64)
    good = (table["flags"].to_numpy() == 0) & (sigma <= SURE_M)
    code = table["track"].combine_chunks()
    number, names = code.indices.to_numpy(), code.dictionary.to_pylist()
    t_s = (table["t"].cast(pa.int64()).to_numpy() - t0_ns) / 1e9
    lon, lat, broken = (table[n].to_numpy() for n in ("lon_deg", "lat_deg", "break_before"))
    h = np.full(len(t_s), np.nan)
    for name in ("h_pressure_m", "h_msl_m", "h_hae_m"):  # the last that is told is the best
        told = table[name].to_numpy(zero_copy_only=False).astype(np.float64)
        h = np.where(np.isfinite(told), told, h)
    for k, name in enumerate(names):
        address = address_of(name)
        mine = np.flatnonzero((number == k) & good)
        if address is None or len(mine) < 2:
            continue
        mine = mine[np.argsort(t_s[mine], kind="stable")]
        # A break at a fix that is left out is a break at the next that is not.
        breaks = np.cumsum(broken & (number == k))[mine]
        yield Known(
            f"{address:06x}",
            judged,
            t_s[mine],
            lon[mine],
            lat[mine],
            h[mine],
            sigma[mine],
            np.diff(breaks, prepend=breaks[0]) > 0,
            MAX_GAP_S,
            answered=answered.get(address),
        )


def _plotted(
    rows: RadarRows,
    sensors: Mapping[str, Sensor],
    t0_ns: int,
    answered: Mapping[int, Mapping[str, Floats]],
) -> Iterator[Known]:
    """Yield who answers a radar often enough for a track, at the places where it plotted him."""
    names = np.array(rows.sensor)
    for address in answered:
        mine = np.concatenate([*runs(rows, np.flatnonzero(rows.address == address)), _NONE])
        for sensor in answered[address]:
            own = rows.take(mine[names[mine] == sensor])
            t_s = (own.t_ns - t0_ns) / 1e9
            told = np.flatnonzero(np.isfinite(own.h_hae_m))
            h = np.full(len(t_s), ANY_HEIGHT.median_m)
            if len(told):
                h = np.interp(t_s, t_s[told], own.h_hae_m[told])
            lon, lat, _ = placed(own, sensors, ANY_HEIGHT.median_m)
            fine = np.isfinite(lon) & np.isfinite(lat)
            yield Known(
                f"{address:06x}",
                True,
                t_s[fine],
                lon[fine],
                lat[fine],
                h[fine],
                np.zeros(int(fine.sum())),
                np.zeros(int(fine.sum()), np.bool_),
                COAST_S,
                sensor,
                answered[address],
            )


def note(known: Sequence[Known], who: NDArray[np.int64], off_m: Floats) -> str:
    """Return a sentence about plots that aircraft account for, (K,) which and how far off."""
    names = Counter(known[k].name for k in who[who >= 0].tolist())
    some = [name for name, _ in sorted(names.items(), key=lambda item: (-item[1], item[0]))]
    told = ", ".join(some[:NAMED]) + (f" and {len(some) - NAMED} more" if len(some) > NAMED else "")
    return (
        f"{int((who >= 0).sum()):,} plots without an address lie where {told} "
        f"{'was' if len(some) == 1 else 'were'} at the time (half of them within "
        f"{float(np.median(off_m[who >= 0])):.0f} m): taken as seen once more, not as another "
        "aircraft."
    )


def doubt(track: str, known: Sequence[Known], who: NDArray[np.int64]) -> list[str]:
    """Return a sentence where a track may in part be an aircraft that is known; else none.

    who  (K,) which aircraft accounts for each plot of the track, -1 for none
    """
    names = Counter(known[k].name for k in who[who >= 0].tolist())
    return [
        f"{track} may be {name} for a part of the way: {count} of its {len(who)} plots lie where "
        "that was at the time."
        for name, count in sorted(names.items())
        if count >= max(LEAST_PLOTS, MAY_BE * len(who))
    ]
