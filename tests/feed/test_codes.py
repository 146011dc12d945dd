"""Altitude, identity and call sign against published frames and an independent Gillham code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed.squitters import airborne, callsign, column, numbers, pack, read_frames, reply
from tests.feed.squitters import squitter as sealed

from tocsin.units import FT_M


def altitude_ft(*frames: str) -> list[float]:
    reading = read_frames([(float(i), text) for i, text in enumerate(frames)])
    return [round(float(h) / FT_M, 1) for h in numbers(reading, "h_pressure_m")]


def test_published_altitude_and_identity() -> None:
    # The 1090 Megahertz Riddle, chapter 3 and 5.
    assert altitude_ft("2000171806A983") == [36000.0]
    assert altitude_ft("8D40621D58C382D690C8AC2863A7") == [38000.0]
    reading = read_frames([(0.0, "2A00516D492B80")])
    assert column(reading, "squawk") == [356]
    named = read_frames([(0.0, "8D4840D6202CC371C32CE0576098")])
    assert column(named, "callsign") == ["KLM1023"]


@given(st.integers(-40, 2000))
def test_steps_of_25_feet(step: int) -> None:
    n = step + 40
    code13 = (n & 0x7E0) << 2 | (n & 0x10) << 1 | 0x10 | n & 0xF
    if n:
        assert altitude_ft(reply(4, code13)) == [step * 25.0]


def gillham(feet: int) -> int:
    """Return the 13-bit code of a height in steps of 100 ft (Annex 10 vol. IV, app. to ch. 3).

    Built from its definition: D1..B4 count 500 ft in a reflected binary code, C1 C2 C4 the five
    hundreds within, in an order that turns round at every other 500 ft.
    """
    five, hundred = divmod(feet + 1200, 500)
    gray = five ^ five >> 1
    d2, d4, a1, a2, a4, b1, b2, b4 = ((gray >> k) & 1 for k in range(7, -1, -1))
    order = [0b001, 0b011, 0b010, 0b110, 0b100]  # C1 C2 C4 for 1 to 5
    c = order[hundred // 100 if five % 2 == 0 else 4 - hundred // 100]
    c1, c2, c4 = c >> 2 & 1, c >> 1 & 1, c & 1
    word = 0
    for bit in (c1, a1, c2, a2, c4, a4, 0, b1, 0, b2, d2, b4, d4):
        word = word << 1 | bit
    return word


@given(st.integers(-10, 1250))
def test_steps_of_100_feet(hundreds: int) -> None:
    assert altitude_ft(reply(4, gillham(100 * hundreds))) == [100.0 * hundreds]
    reading = read_frames([(0.0, reply(0, gillham(100 * hundreds)))])
    assert numbers(reading, "h_lsb_m")[0] == pytest.approx(30.48)


@pytest.mark.parametrize("code13", [0, 0x0A50, 0x1FEF])
def test_a_code_without_meaning_is_not_reported(code13: int) -> None:
    """No altitude; the M bit (a code in metres that was never published); an impossible code."""
    assert np.isnan(altitude_ft(reply(4, code13)))


def test_a_position_with_an_impossible_altitude_is_still_a_position() -> None:
    frames = []
    for second, odd in enumerate((False, True)):
        word = int(airborne(59, 25, odd), 16) >> 24
        word &= ~(0xFFF << 36)
        word |= 0xFE0 << 36  # Q bit 0, C bits 111
        frames.append((float(second), sealed((word & (1 << 56) - 1).to_bytes(7, "big"))))
    reading = read_frames(frames)
    assert numbers(reading, "lat_deg")[1] == pytest.approx(59, abs=1e-4)
    assert reading.fixes["h_pressure_m"].null_count == 2


def test_an_illegal_letter_makes_no_call_sign() -> None:
    assert column(read_frames([(0.0, callsign("AB?1"))]), "callsign") == [None]
    assert column(read_frames([(0.0, callsign("RFF001"))]), "callsign") == ["RFF001"]
    assert column(read_frames([(0.0, callsign(""))]), "callsign") == [None]


def test_emergency_and_its_squawk() -> None:
    # 7700: A 7, B 7, C 0, D 0 in the order C1 A1 C2 A2 C4 A4 X B1 D1 B2 D2 B4 D4.
    frame = sealed(pack((28, 5), (1, 3), (1, 3), (0b0101010101010, 13)))
    reading = read_frames([(0.0, frame)])
    assert column(reading, "squawk") == [7700]
    assert column(reading, "emergency") == [1]
