"""Frames to rows: what is refused, whose the address is, what is carried and what heights mean."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed.squitters import (
    ADDRESS,
    airborne,
    all_call,
    callsign,
    column,
    numbers,
    operational_status,
    overlay,
    read_frames,
    reply,
    velocity,
)

from tocsin.schema import FIX, FIX_CORE
from tocsin.units import FT_M, KT_MPS

#: What rs1090 and pyModeS v2 take from Comm-B replies is a guess at the register; it is not used.
NOT_USED = {"BDS20": "call sign of a Comm-B reply"}


@pytest.mark.data
def test_600_frames_agree_with_pymodes_2(shared: Path) -> None:
    """DF, address, altitude, squawk and call sign; the one kind of difference is NOT_USED."""
    golden = json.loads((shared / "data" / "adsb_raw" / "golden_v2.json").read_text())
    reading = read_frames([(float("nan"), frame) for frame in golden])
    assert (reading.input.records, reading.input.quarantined) == (600, 0)
    altitude_ft = np.round(numbers(reading, "h_pressure_m") / FT_M)
    differences = []
    rows = zip(
        golden.values(),
        column(reading, "icao24"),
        altitude_ft,
        column(reading, "squawk"),
        column(reading, "callsign"),
        column(reading, "source_kind"),
        strict=True,
    )
    for theirs, icao24, feet, squawk, name, kind in rows:
        assert f"{icao24:06X}" == theirs["icao"].upper()
        assert kind == ("adsb" if theirs["df"] == 17 else "mode_s")
        assert feet == pytest.approx(theirs.get("altitude", np.nan), nan_ok=True)
        assert squawk == (int(theirs["squawk"]) if "squawk" in theirs else None)
        if theirs.get("callsign", "").strip("_") != (name or ""):
            differences.append(theirs.get("bds"))
    assert differences == ["BDS20"] * 12
    assert set(differences) == set(NOT_USED)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("8D40621D58C382D690C8AC2863A8", "bad-crc"),
        ("5D484FDEA24875", "bad-crc"),  # an all-call reply whose parity leaves 150
        ("8D40621D58C382", "bad-length"),  # DF 17 in 7 bytes
        ("2000171806A98300000000000000", "bad-length"),  # DF 4 in 14 bytes
        ("8D40621D58C382D690C8AC2863A", "bad-length"),
        ("8D40621D58C382D690C8AC2863AG", "bad-hex"),
        ("00000000000000", "null-address"),
        (overlay(bytes([19 << 3]) + bytes(10), 0), "unsupported-df"),
        (airborne(59, 25, False, first=0x93), "unsupported-cf"),
    ],
)
def test_what_is_refused_and_why(frame: str, reason: str) -> None:
    reading = read_frames([(0.0, frame), (1.0, all_call())])
    assert reading.input.reasons == {reason: 1}
    assert (reading.input.records, reading.input.decoded) == (2, 1)
    assert reading.refusals[0].place == "line 1"
    assert reading.fixes.num_rows == 1


@given(st.lists(st.binary(max_size=16).map(bytes.hex) | st.text(max_size=30), max_size=20))
def test_any_text_is_decoded_or_refused(texts: list[str]) -> None:
    reading = read_frames([(float(i), text) for i, text in enumerate(texts)])
    assert reading.input.records == len(texts)
    assert reading.fixes.num_rows == reading.input.decoded


def test_short_frames_may_come_padded_when_the_format_says_so() -> None:
    frame = reply(4, 0x0A10) + "deadbeef010203"
    assert read_frames([(0.0, frame)]).input.reasons == {"bad-length": 1}
    assert column(read_frames([(0.0, frame)], padded=True), "icao24") == [ADDRESS]


def test_an_overlaid_address_is_verified_only_by_one_under_its_own_parity() -> None:
    stranger = reply(4, 0x0A10, address=0xABCDEF)
    reading = read_frames([(0.0, reply(4, 0x0A10)), (1.0, stranger), (2.0, all_call())])
    assert column(reading, "icao24_kind") == ["verified", "parity", "verified"]
    assert column(reading, "source_kind") == ["mode_s"] * 3


@pytest.mark.parametrize(
    ("first", "imf", "source_kind", "address_kind"),
    [
        (0x8D, 0, "adsb", "verified"),
        (0x90, 0, "adsb", "verified"),
        (0x91, 0, "adsb", "anonymous"),
        (0x92, 0, "tisb", "verified"),
        (0x92, 1, "tisb", "non_icao"),
        (0x95, 0, "tisb", "non_icao"),
        (0x96, 0, "adsr", "verified"),
        (0x96, 1, "adsr", "non_icao"),
    ],
)
def test_who_sent_it(first: int, imf: int, source_kind: str, address_kind: str) -> None:
    reading = read_frames([(0.0, airborne(59, 25, False, first=first, bit8=imf))])
    assert column(reading, "source_kind") == [source_kind]
    assert column(reading, "icao24_kind") == [address_kind]


def test_a_position_row_carries_what_was_said_before_with_its_age() -> None:
    frames = [
        (0.0, callsign("RFF001")),
        (0.0, operational_status(nacp=9)),
        (0.0, reply(5, 0x0808)),
        (1.0, velocity(300, -400, 640, 250)),
        (2.0, airborne(59, 25, False)),
        (2.5, airborne(59, 25, True)),
    ]
    row = read_frames(frames).fixes.drop_columns(["t_applicability", "t_reception"])
    last = row.slice(5).to_pylist()[0]
    assert last["callsign"] == "RFF001"
    assert last["squawk"] is not None
    assert last["gs_mps"] == pytest.approx(500 * KT_MPS)
    assert last["track_deg"] == pytest.approx(143.13, abs=0.01)
    assert last["vrate_mps"] == pytest.approx(640 * FT_M / 60)
    assert last["h_pressure_m"] == pytest.approx(35000 * FT_M)
    assert last["h_hae_m"] == pytest.approx(35250 * FT_M)
    assert (last["nacp"], last["nic"], last["sil"], last["adsb_version"]) == (9, 8, 3, 2)
    assert last["pos_epu95_m"] == 30.0
    assert last["pos_rc_m"] == pytest.approx(185.2)
    assert last["sil_prob"] == pytest.approx(1e-7)
    assert last["h_sigma_m"] == pytest.approx(45 / 1.96)
    assert last["quality_age_s"] == 2.5
    assert last["acc_basis"] == "derived_code"


def test_nothing_is_carried_past_its_age_or_to_rows_without_a_position() -> None:
    frames = [
        (0.0, velocity(300, -400)),
        (0.0, operational_status()),
        (1.0, all_call()),
        (16.0, airborne(59, 25, False)),
    ]
    reading = read_frames(frames)
    assert reading.fixes["gs_mps"].null_count == 3
    assert column(reading, "nacp") == [None, 9, None, None]
    assert column(reading, "adsb_version")[3] == 2  # an installation does not change in flight
    assert reading.fixes["pos_epu95_m"].null_count == 4
    assert column(reading, "acc_basis")[3] == "none"


def test_until_a_version_is_heard_the_type_code_speaks() -> None:
    reading = read_frames([(0.0, airborne(59, 25, False, tc=12))])
    assert numbers(reading, "pos_epu95_m")[0] == pytest.approx(185.2)
    assert numbers(reading, "pos_rc_m")[0] == pytest.approx(370.4)
    assert column(reading, "nic") == [None]


def test_an_aircraft_that_is_heard_without_a_position_has_rows() -> None:
    reading = read_frames([(0.0, reply(4, 0x0A10)), (1.0, all_call()), (2.0, velocity(1, 1))])
    assert reading.fixes.num_rows == 3
    assert reading.fixes["lat_deg"].null_count == 3


def test_gnss_height_is_coded_in_feet() -> None:
    """DO-260B, 2.2.3.2.3.4: the field of type codes 20 to 22 is coded as that of 9 to 18.

    The 12 bits of 35,000 ft, read as metres, would be 2,936 m: the pressure altitude of the same
    aircraft tells the two apart, and a height that denies it is not used.
    """
    n = (35000 + 1000) // 25
    near = reply(4, (n & 0x7E0) << 2 | (n & 0x10) << 1 | 0x10 | n & 0xF)
    high = airborne(59, 25, False, tc=20, feet=35200)
    reading = read_frames([(0.0, near), (0.5, high)])
    assert numbers(reading, "h_pressure_m")[0] == pytest.approx(35000 * FT_M)
    assert numbers(reading, "h_hae_m")[1] == pytest.approx(35200 * FT_M)
    denied = read_frames([(0.0, near), (0.5, airborne(59, 25, False, tc=20, feet=9600))])
    assert denied.fixes["h_hae_m"].null_count == 2
    assert "1 x GNSS height against the pressure altitude, not used" in denied.input.notes


def test_rows_stand_in_the_order_of_the_file_whatever_the_clock() -> None:
    reading = read_frames([(5.0, all_call(0xA)), (1.0, all_call(0xB)), (3.0, all_call(0xA))])
    assert column(reading, "icao24") == [0xA, 0xB, 0xA]
    assert column(reading, "row_number") == [1, 2, 3]
    assert len(set(column(reading, "obs_id"))) == 3


def test_every_column_has_its_declared_type() -> None:
    for frames in ([], [(0.0, airborne(59, 25, False))]):
        table = read_frames(frames).fixes
        assert all(
            table.schema.field(name).type == FIX.field(name).type for name in table.column_names
        )
        assert set(FIX_CORE) <= set(table.column_names)
