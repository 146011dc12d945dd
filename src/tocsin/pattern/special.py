"""The distributions that intervals need: gamma, beta, Poisson, binomial; tails and quantiles.

Regularised incomplete gamma by its series below a + 1 and by Lentz's continued fraction above;
incomplete beta by its continued fraction (Press et al., Numerical Recipes 6.2 and 6.4, after
Abramowitz and Stegun 6.5.29, 6.5.31, 26.5.8).  Quantiles by bisection on the small tail, so that
relative precision holds in both.  Relative error below 1e-10.
"""

from __future__ import annotations

import math
from collections.abc import Callable

_EPS = 1e-16
_TINY = 1e-300
_MOST = 100_000  # terms: reached by no argument below 1e9


def gamma_cdf(x: float, shape: float, rate: float = 1.0) -> float:
    """Return P(X <= x) for a Gamma(shape, rate)."""
    if not (shape > 0 and rate > 0):
        raise ValueError(f"a gamma has shape and rate above 0, not {shape} and {rate}")
    x *= rate
    if x <= 0:
        return 0.0
    return _gamma_series(shape, x) if x < shape + 1 else 1.0 - _gamma_fraction(shape, x)


def gamma_tail(x: float, shape: float, rate: float = 1.0) -> float:
    """Return P(X > x) for a Gamma(shape, rate), precise where it is small."""
    x *= rate
    if x <= 0:
        return 1.0
    return 1.0 - _gamma_series(shape, x) if x < shape + 1 else _gamma_fraction(shape, x)


def gamma_quantile(p: float, shape: float, rate: float = 1.0) -> float:
    """Return x with P(X <= x) = p."""
    if p <= 0:
        return 0.0
    high = shape + 10 * math.sqrt(shape) + 10
    while gamma_cdf(high, shape) < p and high < 1e300:
        high *= 2
    if p < 0.5:
        return solve(lambda x: gamma_cdf(x, shape) - p, 0.0, high) / rate
    return solve(lambda x: (1 - p) - gamma_tail(x, shape), 0.0, high) / rate


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta I_x(a, b)."""
    if not (a > 0 and b > 0):
        raise ValueError(f"a beta has shapes above 0, not {a} and {b}")
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1.0 - front * _beta_fraction(1 - x, b, a) / b


def beta_quantile(p: float, a: float, b: float) -> float:
    """Return x with I_x(a, b) = p."""
    if p <= 0.5:
        return solve(lambda x: beta_cdf(x, a, b) - p, 0.0, 1.0)
    return 1.0 - solve(lambda y: beta_cdf(y, b, a) - (1 - p), 0.0, 1.0)


def binomial_tail(k: int, n: int, q: float) -> float:
    """Return P(X >= k) for X ~ Binomial(n, q)."""
    if k <= 0:
        return 1.0
    return 0.0 if k > n else beta_cdf(q, k, n - k + 1)


def poisson_tail(k: int, mean: float) -> float:
    """Return P(X >= k) for X ~ Poisson(mean)."""
    return 1.0 if k <= 0 else gamma_cdf(mean, k)


def garwood(count: int, exposure: float, level: float = 0.9) -> tuple[float, float]:
    """Return the exact interval of a Poisson rate (Garwood, Biometrika 28, 1936)."""
    if count < 0 or not exposure > 0:
        raise ValueError(f"a rate needs a count from 0 and exposure above 0: {count}, {exposure}")
    tail = (1 - level) / 2
    low = gamma_quantile(tail, count) if count else 0.0
    return low / exposure, gamma_quantile(1 - tail, count + 1) / exposure


def kolmogorov_tail(distance: float, n: int) -> float:
    """Return P(D > distance), asymptotic with Stephens' (1970) correction for small n."""
    x = distance * (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n))
    if x < 0.2:
        return 1.0
    terms = (math.exp(-2 * k * k * x * x) * (1 if k % 2 else -1) for k in range(1, 101))
    return min(max(2 * math.fsum(terms), 0.0), 1.0)


def solve(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a rising function meets 0, by bisection to the last bit or 1e-15 relative."""
    for _ in range(1100):
        middle = (low + high) / 2
        if middle in (low, high) or high - low <= 1e-15 * abs(middle):
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def _gamma_series(a: float, x: float) -> float:
    term = total = 1.0 / a
    for n in range(1, _MOST):
        term *= x / (a + n)
        total += term
        if term < total * _EPS:
            break
    return total * math.exp(a * math.log(x) - x - math.lgamma(a))


def _gamma_fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    h = d
    for n in range(1, _MOST):
        an = -n * (n - a)
        b += 2
        d = 1 / _away(an * d + b)
        c = _away(b + an / c)
        h *= d * c
        if abs(d * c - 1) < _EPS * 4:
            break
    return h * math.exp(a * math.log(x) - x - math.lgamma(a))


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    h = d
    for m in range(1, _MOST):
        for top in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + top * d)
            c = _away(1 + top / c)
            h *= d * c
        if abs(d * c - 1) < _EPS * 4:
            break
    return h


def _away(value: float) -> float:
    """Return the value, or a tiny number in place of 0, by which it could not divide."""
    return value if abs(value) > _TINY else _TINY
