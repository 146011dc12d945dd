"""The compiled distances, nearest pieces and sides are those of numpy."""

from __future__ import annotations

import os

import numpy as np
import pytest

from tests.incursion import brute
from tests.incursion.build import outline
from tocsin import geo
from tocsin.incursion import distance_native
from tocsin.incursion.boundary import Boundary, put_together
from tocsin.incursion.field import Field
from tocsin.incursion.inside import inside
from tocsin.incursion.nearest import balls, nearest
from tocsin.incursion.path import Ints
from tocsin.schema import Floats

RING = [(24.0, 59.0), (25.0, 59.05), (24.9, 59.6), (24.4, 59.3), (24.1, 59.7)]
OVER = [(179.6, 10.0), (-179.5, 10.2), (-179.8, 10.9), (179.7, 10.6)]  # the antimeridian


def asked(boundary: Boundary) -> tuple[Floats, Floats, Ints]:
    """Return positions, many of them on corners or on their meridians, and a volume for each."""
    rng = np.random.default_rng(4)
    lon = np.concatenate([rng.uniform(23.8, 25.2, 300), rng.uniform(179.4, 180.6, 100)])
    lat = np.concatenate([rng.uniform(58.9, 59.8, 300), rng.uniform(9.9, 11.0, 100)])
    lon[:40], lat[:40] = boundary.a_lon_deg[:40], boundary.a_lat_deg[:40]
    lon[40:80] = boundary.a_lon_deg[:40]
    return geo.wrap_deg(lon), lat, np.repeat([0, 1], [300, 100])


def answers(boundary: Boundary) -> tuple[Floats, ...]:
    lon, lat, volume = asked(boundary)
    d, piece = nearest(geo.ecef(lon, lat), volume, balls(boundary, volume), boundary)
    point, which = inside(lon, lat, boundary)
    field = Field(24.5, 59.3, 0, boundary, spacing_m=100.0)
    # Some far away first, so that the map of tiles has to grow.
    looked = field(np.append(lon[40:300], 26.0), np.append(lat[40:300], 60.0))
    return d, piece.astype(float), point.astype(float), which.astype(float), looked


def test_compiled_and_numpy_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    if distance_native.library() is None:
        if "native" in os.environ.get("TOCSIN_REQUIRE", "").split(","):
            pytest.fail("the distances were not compiled")
        pytest.skip("no compiler was at hand at install")
    rings = [outline([brute.cut(ring, 4_900.0)]) for ring in (RING, OVER)]
    boundary = put_together(rings)
    compiled = answers(boundary)
    assert 20 < len(compiled[2]) < 380
    monkeypatch.setattr(distance_native, "library", lambda: None)
    for one, other in zip(compiled, answers(boundary), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)


def test_a_position_that_is_none_is_refused() -> None:
    boundary = put_together([outline([brute.cut(RING, 4_900.0)])])
    field = Field(24.5, 59.3, 0, boundary)
    for lon, lat in ((np.nan, 59.0), (24.5, np.inf)):
        with pytest.raises(ValueError, match="no position"):
            field(np.array([24.5, lon]), np.array([59.2, lat]))
