"""Mode S parity: published frames, every single-bit error, and overlaid addresses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed.squitters import ADDRESS, reply

from tocsin.feed.parity import remainder, seal


def rest(frame: str) -> int:
    return int(remainder(np.frombuffer(bytes.fromhex(frame), np.uint8)[None, :])[0])


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("8D406B902015A678D4D220AA4BDA", 0),  # The 1090 Megahertz Riddle, chapter 9
        ("8D40621D58C382D690C8AC2863A7", 0),  # the same, chapter 5
        ("5D484FDEA248F5", 0x16),  # all-call reply 484fde: PI holds interrogator code 22
        ("2A00516D492B80", 0x510AF9),  # identity reply, address overlaid (the same, chapter 3)
    ],
)
def test_published_frames(frame: str, expected: int) -> None:
    assert rest(frame) == expected


@given(st.binary(min_size=4, max_size=11).filter(lambda b: len(b) in (4, 11)))
def test_a_sealed_message_leaves_nothing(message: bytes) -> None:
    assert rest(seal(message).hex()) == 0


@given(st.integers(0, 111))
def test_any_single_bit_error_shows(bit: int) -> None:
    frame = int("8D40621D58C382D690C8AC2863A7", 16) ^ 1 << bit
    assert rest(f"{frame:028x}") != 0


def test_a_reply_leaves_its_address() -> None:
    assert rest(reply(4, 0x0A10)) == ADDRESS
