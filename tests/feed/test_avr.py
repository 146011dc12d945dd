"""AVR text with and without stamps."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tests.feed.squitters import airborne, all_call, column, numbers, source

from tocsin.feed import avr
from tocsin.feed.source import ReadOptions
from tocsin.schema import Reading

FRAMES = [airborne(59, 25, odd) for odd in (False, True)]


def read(text: str, options: ReadOptions | None = None) -> Reading:
    return avr.read(source(text.encode()), options or ReadOptions())


@pytest.mark.parametrize("form", ["*{};", "{}", "*{};\r"])
def test_without_stamps_there_is_no_time_and_no_pair(form: str) -> None:
    reading = read("\n".join(form.format(f.upper()) for f in FRAMES))
    assert reading.input.decoded == 2
    assert np.isnan(numbers(reading, "lat_deg")).all()
    assert reading.fixes["t_applicability"].null_count == 2
    assert any("--reference" in note for note in reading.input.notes)


@pytest.mark.parametrize("form", ["@{:012X}{};", "<{:012X}7F{};"])
def test_stamps_make_pairs_and_with_a_date_times(form: str) -> None:
    text = "\n".join(form.format(12_000_000 * i, f) for i, f in enumerate(FRAMES))
    reading = read(text)
    assert numbers(reading, "lat_deg")[1] == pytest.approx(59, abs=1e-4)
    assert reading.fixes["t_applicability"].null_count == 2
    dated = read(text, ReadOptions(date=date(2025, 9, 19)))
    assert dated.fixes["t_applicability"].to_numpy()[1] == np.datetime64("2025-09-19T00:00:01")
    assert set(column(dated, "t_quality")) == {"counter"}


def test_bad_lines_are_refused_and_counted() -> None:
    lines = ["*" + all_call() + ";", "*5d48", "*5d48zz;", "@00zz00000000" + all_call() + ";"]
    lines += ["hello", "*1200;"]
    reading = read("\n".join(lines))
    reasons = [(r.place, r.reason) for r in sorted(reading.refusals, key=lambda r: r.place)]
    assert reasons == [
        ("line 2", "truncated"),
        ("line 3", "bad-length"),
        ("line 4", "bad-stamp"),
        ("line 5", "bad-length"),
    ]
    assert (reading.input.records, reading.input.decoded, reading.fixes.num_rows) == (6, 2, 1)
    assert "1 x Mode A/C reply (no address, no fix)" in reading.input.notes


def test_sniff() -> None:
    assert avr.sniff(f"*{all_call()};\n".encode() * 3)
    assert avr.sniff(f"{all_call()}\n".encode())
    assert not avr.sniff(b"-00a974be2d1b1a7a6a7a;rs=3;\n")  # UAT 978
    assert not avr.sniff(b"1457996400,8d40621d58c382d690c8ac2863a7\n")
    assert not avr.sniff(b"")
