"""Updates from tables of fixes: whose they are, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.watch.world import START_NS, batch, fixes
from tocsin.schema import FIX, FIX_CORE, Flag
from tocsin.watch.batch import FOREIGN, KINDS, NAMED, NOBODY, batch_of

PLACE: dict[str, Any] = {"t_applicability": [START_NS], "lon_deg": [25.0], "lat_deg": [59.5]}


def test_the_core_columns_are_enough() -> None:
    schema = pa.schema([FIX.field(name) for name in FIX_CORE])
    empty = batch_of(pa.table({f.name: pa.array([], f.type) for f in schema}), "f", "w")
    assert len(empty) == 0
    one = batch_of(fixes(source_kind="psr", **PLACE), "f", "w")
    assert one.key.tolist() == [NOBODY] and one.answers.tolist() == [0]
    assert np.isnan(one.h_m).all() and one.sigma_m.tolist() == [250.0]


def test_an_address_is_best_then_a_name_then_the_radars_number() -> None:
    told = batch(
        icao24=[0x4AB179, None, None, None],
        track=["a-1", "b-1", None, None],
        track_no=[1, 2, 3, None],
        t_applicability=[START_NS] * 4,
    )
    assert told.key[0] == 0x4AB179
    assert told.names[int(told.key[1])] == "b-1" and told.key[1] >= NAMED
    assert told.names[int(told.key[2])] == "rx/3"
    assert told.key[3] == NOBODY


def test_an_address_that_is_not_icaos_is_another_aircraft() -> None:
    told = batch(
        icao24=[0x4AB179] * 2, icao24_kind=["verified", "non_icao"], t_applicability=[START_NS] * 2
    )
    assert told.key.tolist() == [0x4AB179, 0x4AB179 + FOREIGN]


def test_the_same_name_has_the_same_key_in_every_batch() -> None:
    one, two = (batch(icao24=None, track=[n], **PLACE) for n in ("x", "x"))
    assert one.key[0] == two.key[0]
    assert batch(icao24=None, track=["y"], **PLACE).key[0] != one.key[0]


def test_time_is_that_of_the_observation_else_of_its_reception() -> None:
    told = batch(t_applicability=[START_NS, None, None], t_reception=[1, START_NS + 5, None])
    assert told.t_ns.tolist() == [START_NS, START_NS + 5, -1]


def test_drills_ghosts_and_coasting_are_told_apart_from_sights() -> None:
    told = batch(
        t_applicability=[START_NS] * 4,
        lon_deg=[25.0] * 4,
        lat_deg=[59.5] * 4,
        test=[True, False, False, False],
        ghost=[False, True, False, False],
        coasted=[False, False, True, False],
    )
    assert told.errors == {"test-or-ghost": 2, "coasted": 1}
    assert np.isnan(told.lon_deg).tolist() == [True, False]


def test_what_a_reader_doubts_is_no_position() -> None:
    told = batch(flags=[int(Flag.TELEPORT)], **PLACE)
    assert np.isnan(told.lon_deg[0]) and told.errors == {"doubted-by-reader": 1}


@pytest.mark.parametrize("column", ["lon_deg", "h_pressure_m", "gs_mps"])
def test_no_number_is_an_error_of_the_record(column: str) -> None:
    told = batch(**(PLACE | {column: [float("nan")]}))
    assert len(told) == 0 and told.errors == {"not-a-number": 1}


def test_accuracy_best_first() -> None:
    assert batch(pos_epu95_m=[244.8], **PLACE).sigma_m[0] == pytest.approx(100.0)
    both = batch(pos_epu95_m=[244.8], pos_cov_ee=[400.0], pos_cov_nn=[400.0], **PLACE)
    assert both.sigma_m[0] == pytest.approx(20.0)
    assert batch(**PLACE).sigma_m[0] == 75.0


def test_a_height_with_the_qnh_is_above_the_sea() -> None:
    told = batch(
        h_pressure_m=[1000.0, 1000.0], h_qnh_applied=[True, False], t_applicability=[START_NS] * 2
    )
    assert told.h_m[:2, 0].tolist()[1] == 1000.0 and np.isnan(told.h_m[0, 0])
    assert told.h_m[0, 1] == 1000.0


def test_who_answers() -> None:
    told = batch(
        source_kind=["adsb", "psr", "track", "track", "track"],
        icao24=[1, None, None, None, None],
        psr=[None, None, True, None, None],
        ssr=[None, None, False, True, None],
        mode_s=[None, None, False, None, None],
        t_applicability=[START_NS] * 5,
    )
    assert told.answers.tolist() == [1, 0, 0, 1, -1]
    assert [KINDS[k] for k in told.kind] == ["adsb", "psr", "track", "track", "track"]
