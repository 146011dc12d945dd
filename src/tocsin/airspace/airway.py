"""An OpenAIR airway (`DY` points, `V W=` width in NM) as a ring.

The sides run parallel to the centre line at half the width.  How an airway ends is not part of
the format: its ends and bends are rounded, as in openAIP, in chords of 7.5 degrees (inside the
round by at most 0.22 % of the half width).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from pyproj import Proj

from tocsin.airspace.refused import Refused
from tocsin.schema import Edge, Ring
from tocsin.units import NM_M

CHORDS_PER_QUARTER = 12

Place = tuple[float, float]  # (lon_deg, lat_deg)


def corridor(points: Sequence[Place], width_nm: float) -> Ring:
    """Return the outline of an airway, drawn in an equidistant projection about its middle.

    The projection is true along lines through the middle; 300 km from it lengths across are
    0.04 % off.  Raises Refused ("too-few-points", "bad-airway").
    """
    if len(set(points)) < 2:
        raise Refused("too-few-points", "an airway needs at least two different DY points")
    if not 0 < width_nm <= 200:
        raise Refused("bad-airway", f"an airway cannot be {width_nm:g} NM wide")
    lon, lat = (np.array(column) for column in zip(*points, strict=True))
    lon = np.degrees(np.unwrap(np.radians(lon)))
    middle = ((lon.min() + lon.max()) / 2, (lat.min() + lat.max()) / 2)
    plane = Proj(proj="aeqd", lon_0=middle[0], lat_0=middle[1], ellps="WGS84")
    x, y = plane(lon, lat)
    line = shapely.LineString(np.column_stack([x, y]))
    shape = line.buffer(width_nm * NM_M / 2, quad_segs=CHORDS_PER_QUARTER)
    if not isinstance(shape, shapely.Polygon) or shape.interiors:
        raise Refused("bad-airway", "the airway runs into itself; give its legs as separate zones")
    outline = np.asarray(shape.exterior.coords)[:-1]
    out_lon, out_lat = plane(outline[:, 0], outline[:, 1], inverse=True)
    return Ring(np.asarray(out_lon), np.asarray(out_lat), (Edge.GEODESIC,) * len(outline))
