"""Accuracy codes in metres, against the tables of DO-260B, and the sigma of any table."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from tocsin.feed import accuracy
from tocsin.feed.accuracy import EPU95_SIGMA, lookup, position_sigma_m
from tocsin.feed.columns import fixes


@pytest.mark.parametrize(
    ("nacp", "epu95_m"),
    # DO-260B; Doc 9871, table C-13.
    list(
        zip(
            [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 13],
            [3, 10, 30, 92.6, 185.2, 555.6, 926, 1852, 3704, 7408, 18520, math.nan, math.nan],
            strict=True,
        )
    ),
)
def test_nacp(nacp: int, epu95_m: float) -> None:
    found = lookup(accuracy.EPU95_M, np.array([float(nacp)]))
    assert found[0] == pytest.approx(epu95_m, nan_ok=True)


NAN = math.nan
V2 = [
    # DO-260B; Doc 9871, table C-2 (type code, NIC supplements): tc, a, b, c, NIC, Rc in metres
    (5, 0, 0, 0, 11, 7.5),
    (6, 0, 0, 0, 10, 25),
    (7, 1, 0, 0, 9, 75),
    (7, 0, 0, 0, 8, 185.2),
    (8, 1, 0, 1, 7, 370.4),
    (8, 1, 0, 0, 6, 555.6),
    (8, 0, 0, 1, 6, 1111.2),
    (8, 0, 0, 0, 0, NAN),
    (9, 0, 0, 0, 11, 7.5),
    (10, 0, 0, 0, 10, 25),
    (11, 1, 1, 0, 9, 75),
    (11, 0, 0, 0, 8, 185.2),
    (12, 0, 0, 0, 7, 370.4),
    (13, 0, 1, 0, 6, 555.6),
    (13, 0, 0, 0, 6, 926),
    (13, 1, 1, 0, 6, 1111.2),
    (14, 0, 0, 0, 5, 1852),
    (15, 0, 0, 0, 4, 3704),
    (16, 1, 1, 0, 3, 7408),
    (16, 0, 0, 0, 2, 14816),
    (17, 0, 0, 0, 1, 37040),
    (18, 0, 0, 0, 0, NAN),
    (20, 0, 0, 0, 11, 7.5),
    (21, 0, 0, 0, 10, 25),
    (22, 0, 0, 0, 0, NAN),
]


@pytest.mark.parametrize(("tc", "a", "b", "c", "nic", "rc_m"), V2)
def test_nic_needs_type_code_and_supplements(
    tc: int, a: int, b: int, c: int, nic: int, rc_m: float
) -> None:
    got = accuracy.integrity(np.array([tc]), *(np.array([float(v)]) for v in (a, b, c, 2)))
    assert got[0][0] == nic
    assert got[1][0] == pytest.approx(rc_m, nan_ok=True)


@pytest.mark.parametrize(
    ("tc", "a", "rc_m"), [(7, 1, 75), (11, 1, 75), (13, 1, 1111.2), (13, 0, 926), (16, 1, 7408)]
)
def test_version_1_has_one_supplement(tc: int, a: int, rc_m: float) -> None:
    one, nothing = np.array([1.0]), np.array([0.0])
    got = accuracy.integrity(np.array([tc]), np.array([float(a)]), nothing, nothing, one)
    assert got[1][0] == pytest.approx(rc_m)


@pytest.mark.parametrize("version", [1.0, 2.0])
def test_an_unknown_supplement_never_flatters(version: float) -> None:
    both = (0.0, 1.0)
    for tc in {row[0] for row in V2}:

        def radius(a: float, b: float, tc: int = tc) -> float:
            values = (np.array([v]) for v in (a, b, 0.0, version))
            return float(accuracy.integrity(np.array([tc]), *values)[1][0])

        # Combinations that the standard does not define (A set, B not) bound nothing.
        could_be = [radius(a, b) for a in both for b in both if not (a and not b)]
        if version == 1.0:
            could_be = [radius(a, a) for a in both]
        assert not radius(NAN, NAN) < np.nanmax([*could_be, 0.0])


@pytest.mark.parametrize(
    ("tc", "epu95_m", "limit_m"),
    # DO-260B, appendix N: NUCp 9, 7, 6 airborne, 8 surface, 0
    [
        (9, 3, 7.5),
        (11, 92.6, 185.2),
        (12, 185.2, 370.4),
        (6, 10, 25),
        (18, NAN, NAN),
        (19, NAN, NAN),
    ],
)
def test_version_0_speaks_by_its_type_code(tc: int, epu95_m: float, limit_m: float) -> None:
    found = accuracy.uncategorised(np.array([tc]))
    assert [found[0][0], found[1][0]] == pytest.approx([epu95_m, limit_m], nan_ok=True)


def test_epu95_is_2_448_sigma() -> None:
    """Monte Carlo: 95 % of a circular Gaussian lie within 2.448 sigma of one axis."""
    error = np.random.default_rng(1).normal(size=(400_000, 2))
    assert np.quantile(np.hypot(*error.T), 0.95) == pytest.approx(EPU95_SIGMA, abs=0.01)


def table(**columns: object) -> pa.Table:
    count = 3
    base: dict[str, object] = {
        "t_applicability": pa.nulls(count, pa.timestamp("ns", "UTC")),
        "lat_deg": np.zeros(count),
        "lon_deg": np.zeros(count),
        "source_kind": pa.array(["adsb", "mlat", "psr"]),
    }
    return fixes(b"\0" * 32, np.arange(count, dtype=np.uint64), base | columns)


def test_sigma_takes_what_is_reported_first() -> None:
    covariance = {
        "pos_cov_ee": np.array([100.0, np.nan, np.nan]),
        "pos_cov_nn": np.array([400.0, np.nan, np.nan]),
        "pos_cov_en": np.array([0.0, np.nan, np.nan]),
    }
    sigma, basis = position_sigma_m(table(pos_epu95_m=np.array([30, 24.48, np.nan]), **covariance))
    assert sigma.tolist() == pytest.approx([20.0, 10.0, accuracy.UNKNOWN_SIGMA_M])
    assert basis.to_pylist() == ["reported", "derived_code", "default"]
    assert sigma.dtype == np.float32


def test_sigma_is_the_larger_axis_whichever_way_it_lies() -> None:
    s, c = math.sin(0.7), math.cos(0.7)
    big, small = 50.0**2, 10.0**2
    turned = {
        "pos_cov_ee": np.full(3, big * c * c + small * s * s),
        "pos_cov_nn": np.full(3, big * s * s + small * c * c),
        "pos_cov_en": np.full(3, (big - small) * s * c),
    }
    assert position_sigma_m(table(**turned))[0].tolist() == pytest.approx([50.0] * 3)


def test_containment_is_no_sigma() -> None:
    sigma, basis = position_sigma_m(table(pos_rc_m=np.full(3, 7.5)))
    assert sigma.tolist() == [75.0, 150.0, 250.0]
    assert basis.to_pylist() == ["default"] * 3


def test_a_basis_that_a_reader_names_is_kept() -> None:
    named = pa.array(["sensor_model", None, "none"])
    _, basis = position_sigma_m(table(pos_epu95_m=np.full(3, 30.0), acc_basis=named))
    assert basis.to_pylist() == ["sensor_model", "derived_code", "derived_code"]


def test_an_empty_table_has_no_sigma() -> None:
    assert len(position_sigma_m(table().slice(0, 0))[0]) == 0
