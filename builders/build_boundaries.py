"""Make src/tocsin/data/boundaries/*.geojson from the collected facts on boundaries.

    python builders/build_boundaries.py PATH/TO/facts/boundaries

The collection holds, for each law, the points as read from its text and a line drawn through
them in short steps.  Only the points are taken: the line between them is the edge type that the
law states, and `tocsin.airspace.edges` draws it.  Where the law states none, geodesics are
written and the file says so, with how far a straight line in longitude and latitude would lie.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tocsin.airspace.edges import max_offset_m
from tocsin.schema import Edge, Ring

OUTPUT = Path(__file__).resolve().parents[1] / "src" / "tocsin" / "data" / "boundaries"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make of one file of the collection."""

    source: str
    name: str
    layer: str
    edge: Edge | None  # None: points only, no line is claimed
    stated: bool  # the law itself says how the line runs
    sigma_m: float
    license: str = "official text: coordinates are facts"


PLANS = (
    Plan("eez_est_fin_1996", "eez-est-fin-1996", "eez", Edge.GEODESIC, True, 2),
    Plan("eez_fin_2004_east", "eez-fin-2004", "eez", Edge.RHUMB, True, 2),
    Plan("fir_aip_gof", "fir-gof", "fir", Edge.GEODESIC, False, 31),
    Plan("baseline_fin_1995_points1_18", "baseline-fin-1995", "custom", Edge.GEODESIC, False, 2),
    Plan(
        "limit_est_candidate_points",
        "est-limit-points",
        "sovereign",
        None,
        False,
        130,
        "ODbL-1.0, (c) OpenStreetMap contributors (vertices extracted from OpenStreetMap)",
    ),
    Plan("treaty_est_rus_2005_partial", "treaty-est-rus-2005", "sovereign", Edge.RHUMB, True, 3),
    Plan("vaindloo", "vaindloo", "custom", None, False, 150, "facts"),
)

KEPT = ("point", "id", "name", "what", "txt", "lat_dm", "lon_dm", "lat_dms", "lon_dms", "kkj_lat",
        "kkj_lon", "lat_if_sk42", "lon_if_sk42", "shift_m", "check")  # fmt: skip
ABOUT = ("source_title", "source_url", "source_date", "datum", "precision", "note", "rule", "what")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("facts", type=Path)
    options = parser.parse_args()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for plan in PLANS:
        facts = json.loads((options.facts / f"{plan.source}.geojson").read_text(encoding="utf-8"))
        made = build(plan, facts)
        text = json.dumps(made, ensure_ascii=False, indent=1)
        (OUTPUT / f"{plan.name}.geojson").write_text(text + "\n", encoding="utf-8")
        print(f"{plan.name}: {len(made['features'])} features")
    return 0


def build(plan: Plan, facts: dict) -> dict:  # type: ignore[type-arg]
    points = [f for f in facts["features"] if f["geometry"]["type"] == "Point"]
    about = {**points[0]["properties"], **facts.get("metadata", {})}
    shared = {key: about[key] for key in ABOUT if key in about}
    shared |= {"license": plan.license, "sigma_m": plan.sigma_m, "hypothesis": plan.name}
    features = []
    if plan.edge is not None:
        features.append(_line(plan, [f["geometry"]["coordinates"] for f in points]))
    for point in points:
        kept = {key: point["properties"][key] for key in KEPT if key in point["properties"]}
        if kept.get("what") == shared.get("what"):
            kept.pop("what", None)
        features.append({"type": "Feature", "properties": kept, "geometry": point["geometry"]})
    return {
        "type": "FeatureCollection",
        "name": plan.name,
        "metadata": shared,
        "features": features,
    }


def _line(plan: Plan, at: list[list[float]]) -> dict:  # type: ignore[type-arg]
    assert plan.edge is not None
    properties = {
        "volume": plan.name,
        "layer": plan.layer,
        "hypothesis": plan.name,
        "sigma_m": plan.sigma_m,
        "edge": [plan.edge.value] * (len(at) - 1),
    }
    if not plan.stated:
        lon, lat = np.array(at).T
        edges = (*[Edge.GEODESIC] * (len(at) - 1), Edge.CLIP)  # the way back is no boundary
        offset = max_offset_m(Ring(lon, lat, edges))
        properties["edge_note"] = (
            "the source does not state how the line runs; straight in longitude and latitude it "
            f"would lie up to {offset:.0f} m away"
        )
    geometry = {"type": "LineString", "coordinates": at}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


if __name__ == "__main__":
    sys.exit(main())
