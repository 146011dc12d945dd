"""Hexadecimal text to bytes, and Unix seconds to UTC."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.feed.frames import from_hex, unix_time

frame_bytes = st.binary(min_size=7, max_size=14).filter(lambda b: len(b) in (7, 14))


@given(st.lists(st.tuples(frame_bytes, st.booleans())))
def test_from_hex_agrees_with_python(frames: list[tuple[bytes, bool]]) -> None:
    texts = [b.hex().upper() if upper else b.hex() for b, upper in frames]
    data, digits, good = from_hex(texts)
    assert good.all()
    assert [data[i, : digits[i] // 2].tobytes() for i in range(len(frames))] == [
        b for b, _ in frames
    ]


@given(st.lists(st.text(max_size=30)))
def test_no_text_is_taken_for_a_frame_unless_it_is_one(texts: list[str]) -> None:
    _, _, good = from_hex(texts)
    hexadecimal = set("0123456789abcdefABCDEF")
    assert good.tolist() == [len(t) in (14, 28) and set(t) <= hexadecimal for t in texts]


def test_unix_time_to_the_microsecond() -> None:
    t = unix_time(np.array([1720248189.525094, np.nan, 0.0]))
    assert t[0] == np.datetime64("2024-07-06T06:43:09.525094", "ns")
    assert np.isnat(t[1])
    assert t[2] == np.datetime64("1970-01-01", "ns")
