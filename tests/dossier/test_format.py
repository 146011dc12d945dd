"""Numbers as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.dossier.format import (
    NBSP,
    Quantiles,
    day,
    degree_minutes,
    dtg,
    epoch_s,
    height,
    instants,
    length,
    length_parts,
    length_text,
    percent,
    position,
    quantiles,
    span,
    span_text,
    time_text,
    zulu,
)
from tocsin.errors import UsageError

T = 1_543_228_660.0  # date -u -d 2018-11-26T10:37:40Z +%s


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def test_a_flight_level_and_a_foot_are_those_of_the_definition() -> None:
    # ICAO Annex 5: 1 ft is 0.3048 m; FL350 is 35 000 ft of pressure altitude.
    assert plain(height(35_000 * 0.3048)) == "FL350 (10 670 m)"
    assert plain(height(4_500 * 0.3048)) == "4 500 ft (1 370 m)"


def test_a_date_time_group_is_written_as_in_acp_121() -> None:
    assert dtg(epoch_s("2026-11-14T11:23:00Z")) == "141123ZNOV26"


@given(st.floats(0, 1))
def test_no_share_is_ever_certain(p: float) -> None:
    assert plain(percent(p)) not in ("0 %", "100 %")


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0, "<1 %"), (0.009, "<1 %"), (0.01, "1 %"), (0.5, "50 %"), (0.99, "99 %"), (1.0, ">99 %")],
)
def test_shares(p: float, text: str) -> None:
    assert plain(percent(p)) == text


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_a_share_outside_its_range_is_an_error(p: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        percent(p)


def test_times_are_rounded_and_carry_their_interval() -> None:
    assert plain(zulu(T + 0.6)) == "10:37:41 Z"
    assert plain(time_text(Quantiles(T - 1, T, T + 1))) == "10:37:40 Z (±1 s)"
    assert plain(time_text(Quantiles(T - 0.3, T, T + 0.3))) == "10:37:40.0 Z (±0.3 s)"
    assert plain(time_text(Quantiles(None, T, None))) == "10:37:40 Z"
    lopsided = plain(time_text(Quantiles(T - 1, T, T + 9)))
    assert lopsided == "10:37:40 Z (10:37:39 Z to 10:37:49 Z)"
    assert time_text(Quantiles(None, None, None)) == "not observed"
    assert plain(zulu(T + 59.96, 1)) == "10:38:40.0 Z"


@given(st.floats(0, 4e9), st.floats(0, 1e4))
def test_an_interval_never_has_no_width(t_s: float, half_s: float) -> None:
    assert "±0 " not in plain(time_text(Quantiles(t_s - half_s, t_s, t_s + half_s)))


def test_a_time_without_a_zone_is_an_error() -> None:
    with pytest.raises(UsageError, match="has no zone"):
        epoch_s("2018-11-26T10:37:40")
    with pytest.raises(UsageError, match="is not a time"):
        epoch_s("yesterday")
    assert instants({"q05": None, "q50": "2018-11-26T10:37:40Z"}) == Quantiles(None, T, None)


def test_lengths_of_time() -> None:
    assert [plain(span(s)) for s in (0.02, 0.44, 52, 119.6, 723, 7500)] == [
        "0.1 s",
        "0.4 s",
        "52 s",
        "2 min 00 s",
        "12 min 03 s",
        "2 h 05 min",
    ]
    assert plain(span_text(Quantiles(8916.0, 8922.0, 8928.0))) == "2 h 28 min 42 s (±6 s)"
    assert plain(span_text(Quantiles(50.0, 52.0, 60.0))) == "52 s (50 s to 60 s)"


def test_digits_are_cut_to_the_interval() -> None:
    assert plain(length(1200.0, 160.0)) == "0.6 NM (1.2 km)"
    assert plain(length(250.0, 30.0)) == "800 ft (250 m)"
    text = plain(length_text(Quantiles(1040.0, 1200.0, 1340.0)))
    assert text == "0.6 NM (1.2 km; 1.0 to 1.3 km)"
    assert length_parts(Quantiles(None, None, None)) == ("not known", "", "")
    assert length_parts(Quantiles(None, 32_000.0, None))[2] == ""


@pytest.mark.parametrize(
    ("sigma_m", "text"),
    [(5, "55°03.672′N 014°46.022′E"), (40, "55°03.67′N 014°46.02′E"), (4000, "55°04′N 014°46′E")],
)
def test_coordinates_have_no_more_digits_than_sigma_bears(sigma_m: float, text: str) -> None:
    assert plain(position(55.061195, 14.76704, sigma_m)) == text


def test_minutes_carry_over_and_signs_are_letters() -> None:
    assert degree_minutes(-0.99999, "NS", 1) == "01°00.0′S"
    assert degree_minutes(-179.5, "EW", 0) == "179°30′W"


def test_nothing_but_a_finite_number_is_a_number() -> None:
    assert quantiles({"q05": float("nan"), "q50": True, "q95": 3}) == Quantiles(None, None, 3.0)
    assert quantiles("3").q50 is None
    assert plain(day(T)) == "26 Nov 2018"
