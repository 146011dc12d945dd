"""Heights that sensors report answer claims and cut volumes off above and below."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.run.boxes import studied, write
from tests.watch.world import box
from tocsin.run.flow import study
from tocsin.run.heights import PRIOR_ONLY, Heights, room_m, within
from tocsin.schema import Datum, Limit
from tocsin.settings import FindSettings


def test_a_pressure_altitude_is_a_flight_level_and_by_qnh_a_height_above_the_sea() -> None:
    told = Heights(Datum.PRESSURE, Datum.PRESSURE, 993.25)
    assert told.shift_m(Datum.PRESSURE) == 0 and told.error_m(Datum.PRESSURE, 7000) == 30
    assert told.shift_m(Datum.MSL) == pytest.approx(-168, abs=3)  # 20 hPa at 27.7 ft each
    assert told.error_m(Datum.MSL, 7000) == pytest.approx(30 + 280)
    without = Heights(Datum.PRESSURE, Datum.PRESSURE)
    assert without.shift_m(Datum.MSL) == 0 and without.error_m(Datum.MSL, 7000) == 560
    assert PRIOR_ONLY.shift_m(Datum.AGL) is None


def test_who_is_above_a_volume_is_not_inside_however_deep() -> None:
    signed, room = np.array([[20_000.0, -5.0, 5000.0]]), np.array([[-10.0, -10.0, 10.0]])
    assert within(signed, room).tolist() == [[-10_000.0, -10_005.0, 5000.0]]
    assert within(signed, None) is signed


def test_a_sample_without_a_height_is_refused_and_not_taken_as_between_the_limits() -> None:
    outline = box("EE", lower=Limit(3_000.0, Datum.MSL))
    for h_m in (np.nan, np.inf):
        with pytest.raises(ValueError, match="no height"):
            room_m(outline, np.array([[4_000.0, h_m]]), PRIOR_ONLY, np.random.default_rng(1))


CLAIMS = """
[[claim]]
id = "low"
test = "always height < 3500 m"
[[claim]]
id = "high"
test = "at some time height > FL110"
[[claim]]
id = "near"
test = "always height < 3050 m"
[[claim]]
id = "never"
test = "never inside(EE)"
"""


def test_claims_on_height_are_answered_where_a_sensor_reported_it(tmp_path: Path) -> None:
    rows = {row["id"]: row for row in studied(tmp_path, CLAIMS).findings["claims"]}
    verdicts = {name: row["verdict"] for name, row in rows.items()}
    assert verdicts == {
        "low": "supported",  # 3000 m above the ellipsoid, so 2900 to 3100 above the sea
        "high": "unresolved",  # 3353 m, and nobody knows the pressure
        "near": "unresolved",
        "never": "contradicted",
    }
    assert "height is known to 130 m" in rows["near"]["why"]


def test_a_claim_minds_the_vertical_limits_of_a_volume(tmp_path: Path) -> None:
    path = write(tmp_path, CLAIMS)
    box = tmp_path / "box.geojson"
    box.write_text(box.read_text().replace('"volume": "EE"', '"volume": "EE", "upper": "FL065"'))
    track = tmp_path / "track.csv"
    track.write_text(track.read_text().replace("h_hae_m", "h_pressure_m"))
    found = study(path, FindSettings()).findings
    assert not found["incursions"]
    assert {row["id"]: row["verdict"] for row in found["claims"]}["never"] == "supported"


def test_where_a_place_is_not_known_exactly_a_distance_is_not_either(tmp_path: Path) -> None:
    """The track passes 24.474 E, 59.17 N at its northernmost: the place is 3 km north of that."""
    place = '[[place]]\nid = "tower"\nlon_deg = 24.48\nlat_deg = 59.1969\n'
    claim = '[[claim]]\nid = "a"\ntest = "always distance(tower) > 2.8 km"\n'
    (exact,) = studied(tmp_path, place + claim).findings["claims"]
    assert exact["verdict"] == "supported"
    (vague,) = studied(tmp_path, place + "sigma_m = 500\n" + claim).findings["claims"]
    assert vague["verdict"] == "unresolved" and 0.5 < vague["p"]["any"] < 0.8
