"""Who served the airspace that a stay lay in, and so how much silence on the radio weighs there.

The shares are measured: of the sampled path inside, how much lies in which flight information
region.  A place of the case is measured too, for statements are often about a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tocsin.context.fir import FirShare, Weighed, Weight, radio_weight
from tocsin.dossier.format import percent
from tocsin.run.casekeys import Table
from tocsin.run.firs import Firs
from tocsin.run.stays import Stay
from tocsin.run.whose import code_of

Json = dict[str, Any]


def name_of(code: str, firs: Firs) -> str:
    """Return the state as the case's regions call it, so that both are told to be one."""
    served = (region.served.served_by for region in firs.regions)
    own = (name for name in served if code and (code_of(name) or name) == code)
    return next(own, code or "the sovereign")


def shares(stay: Stay, firs: Firs, code: str, sovereign: str) -> tuple[list[FirShare], list[Json]]:
    """Return the share of a stay in each region, as `fir.radio_weight` wants them and in full.

    code       of the state whose airspace it is, "" where that is not known
    sovereign  the name under which that state is given to `radio_weight`
    """
    if not firs.regions or not len(stay.t_ns):
        return [], []
    at = firs.at(stay.lon_deg, stay.lat_deg)
    rows, told = [], []
    for k, region in enumerate(firs.regions):
        mine = at == k
        share = float(mine.mean())
        by_sample = np.bincount(stay.sample, mine) / np.maximum(np.bincount(stay.sample), 1)
        q05, q50, q95 = np.quantile(by_sample[np.bincount(stay.sample) > 0], (0.05, 0.5, 0.95))
        served = _name(region.served.served_by, code, sovereign)
        rows.append(FirShare(region.served.fir, served, share))
        told.append(
            {
                "fir": region.served.fir,
                "served_by": region.served.served_by,
                "share": round(share, 4),
                "share_interval": {
                    "q05": round(float(q05), 4),
                    "q50": round(float(q50), 4),
                    "q95": round(float(q95), 4),
                },
                "weight_there": str(radio_weight([FirShare("", served, 1.0)], sovereign).weight)
                if code
                else str(Weight.UNKNOWN),
                "path": region.path,
                "sha256": region.sha256,
            }
        )
    return rows, told


def weighed(rows: Sequence[FirShare], code: str, sovereign: str) -> Weighed:
    """Return how much silence towards the state itself weighs over the whole stay."""
    if not code:
        return Weighed(Weight.UNKNOWN, "whose airspace it is is not known")
    return radio_weight(rows, sovereign)


def places(items: Sequence[Table], firs: Firs, code: str, sovereign: str) -> list[Json]:
    """Return in which region each place of the case lies, and what silence near it weighs."""
    out = []
    for item in items:
        lon, lat = np.array([float(item["lon_deg"])]), np.array([float(item["lat_deg"])])
        k = int(firs.at(lon, lat)[0])
        if k < 0:
            continue
        region = firs.regions[k]
        served = _name(region.served.served_by, code, sovereign)
        inside_m = float(region.signed_m(lon, lat)[0])
        there = radio_weight([FirShare(region.served.fir, served, 1.0)], sovereign)
        name = str(item.get("title") or item["id"])
        why = (
            f"{name} lies {inside_m / 1000:.1f} km inside the {region.served.fir}, which "
            f"{region.served.served_by} serves"
        )
        if code and served != sovereign:
            why += ": an aircraft there may rightly be in contact with that unit"
        out.append(
            {
                "place": str(item["id"]),
                "title": name,
                "fir": region.served.fir,
                "served_by": region.served.served_by,
                "inside_m": round(inside_m),
                "weight": str(there.weight) if code else str(Weight.UNKNOWN),
                "why": why,
                "path": region.path,
            }
        )
    return out


def says(near: Sequence[Json], told: Sequence[Json], whole: str) -> list[str]:
    """Return what it comes to in sentences: near the places, then over the stay."""
    out = [
        f"Near {row['title']}, lack of contact is {row['weight']} evidence: {row['why']}."
        for row in near
        if row["weight"] == Weight.WEAK
    ]
    foreign = [row for row in told if row["weight_there"] == Weight.WEAK and row["share"] > 0]
    for row in foreign:
        out.append(
            f"Of the path inside, {percent(row['share'])} lies in the {row['fir']}, which "
            f"{row['served_by']} serves; a flight information region is not sovereignty."
        )
    if whole not in (Weight.UNKNOWN, Weight.NONE):
        out.append(f"Over the whole stay, lack of contact weighs as {whole} evidence.")
    return out


def _name(served_by: str, code: str, sovereign: str) -> str:
    """Return the sovereign's own name for a region that it serves itself."""
    same = code and (code_of(served_by) or served_by) == code
    return sovereign if same else served_by
