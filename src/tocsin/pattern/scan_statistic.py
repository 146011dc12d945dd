"""The scan statistic: the largest log-likelihood ratio over all cylinders.

With c cases in a cylinder where e are expected, of C in all (Kulldorff 1997, eq. 4; 2001, eq. 2):

    LLR = c ln(c/e) + (C - c) ln((C - c)/(C - e))     where c > e, else 0

Conditional on C, the same form serves the Poisson model and the space-time permutation (Kulldorff
et al. 2005, eq. 3), where e comes from the margins.  A cylinder is a circle of places times a
window of times; its count is one matrix product and one difference of cumulative sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats

Ints = NDArray[np.int64]

_BLOCK = 1_000_000  # counts worked on at a time: what stays near the processor


@dataclass(frozen=True, slots=True, eq=False)
class Cylinders:
    """All cylinders: circles times windows, with what is expected in each."""

    member: NDArray[np.bool_]  # (Z, P) places of a circle
    expected: Floats  # (Z, T) cases expected in a circle at a time
    windows: tuple[tuple[int, Ints], ...]  # (length in times, the first times it may have)
    total: int  # C

    @property
    def count(self) -> int:
        return len(self.member) * sum(len(starts) for _, starts in self.windows)


def windows_up_to(times: int, most: int) -> tuple[tuple[int, Ints], ...]:
    """Return all windows of 1..most of `times` equal steps."""
    return tuple((w, np.arange(times - w + 1)) for w in range(1, min(most, times) + 1))


def llr(cases: Floats | NDArray[np.integer], expected: Floats, total: int) -> Floats:
    """Return the log-likelihood ratio of cylinders; 0 where there is no excess."""
    c, e = np.broadcast_arrays(np.asarray(cases, float), np.asarray(expected, float))
    rest = total - c
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where(c > 0, c * np.log(c / e), 0.0)
        outside = np.where(rest > 0, rest * np.log(rest / (total - e)), 0.0)
    return np.where(c > e, inside + outside, 0.0)


def maxima(batches: Iterable[NDArray[np.integer]], cylinders: Cylinders) -> Floats:
    """Return the largest LLR of each replicate, (M,); each batch is whole counts (R, P, T).

    Few cylinders can be the largest.  A count that reaches an LLR of L is a whole number, known for
    each cylinder beforehand: with L a little below what the first replicates reached, counts are
    compared with it, and only the few that get there are worked out.  The result is exact.
    """
    cumulative = _cumulative(cylinders.expected)
    expected = [cumulative[:, w:] - cumulative[:, :-w] for w, _ in cylinders.windows]
    needed: list[NDArray[np.integer]] = []
    out: list[Floats] = []
    for batch in batches:
        if not needed:
            first = [_largest(one, cylinders, expected) for one in _in_zones(batch[:8], cylinders)]
            needed = _needed(cylinders, expected, 0.75 * min(first))
        out.append(_batch(batch, cylinders, expected, needed))
    return np.concatenate([np.zeros(0), *out])


def surface(cases: NDArray[np.integer], cylinders: Cylinders) -> list[tuple[Ints, Floats, Floats]]:
    """Return (count, expected, LLR) of every cylinder of one data set (P, T), by window length.

    Each is (Z, number of windows of that length).
    """
    c = _cumulative(cylinders.member.astype(np.float64) @ cases)
    e = _cumulative(cylinders.expected)
    out = []
    for length, starts in cylinders.windows:
        count = c[:, starts + length] - c[:, starts]
        expected = e[:, starts + length] - e[:, starts]
        whole = np.rint(count).astype(np.int64)
        out.append((whole, expected, llr(count, expected, cylinders.total)))
    return out


def cases_needed(expected: Floats, total: int, threshold: float) -> Ints:
    """Return the fewest cases whose LLR exceeds a threshold, total + 1 where none do."""
    e = np.asarray(expected, dtype=np.float64)
    lo = np.floor(e).astype(np.int64)  # never enough
    hi = np.full(e.shape, total + 1, dtype=np.int64)
    while np.any(hi - lo > 1):
        middle = (lo + hi) // 2
        enough = llr(middle, e, total) > threshold + 1e-9
        hi, lo = np.where(enough, middle, hi), np.where(enough, lo, middle)
    return hi


def _needed(
    cylinders: Cylinders, expected: list[Floats], threshold: float
) -> list[NDArray[np.integer]]:
    """Return the counts that reach a threshold, by window length; never where no window begins."""
    never = cylinders.total + 1
    kind = _kind(cylinders.total)
    out = []
    for (_, starts), e in zip(cylinders.windows, expected, strict=True):
        needed = np.full(e.shape, never, dtype=kind)
        needed[:, starts] = cases_needed(e[:, starts], cylinders.total, threshold)
        out.append(needed)
    return out


def _batch(
    batch: NDArray[np.integer],
    cylinders: Cylinders,
    expected: list[Floats],
    needed: list[NDArray[np.integer]],
) -> Floats:
    counts = _in_zones(batch, cylinders)
    best = np.zeros(len(counts))
    step = max(1, _BLOCK // max(1, len(cylinders.member) * counts.shape[2]))
    for first in range(0, len(counts), step):
        c = counts[first : first + step]
        for (length, _), e, least in zip(cylinders.windows, expected, needed, strict=True):
            count = c[..., length:] - c[..., :-length]
            at = np.flatnonzero(count >= least)
            if len(at):
                r, cell = np.divmod(at, least.size)
                value = llr(count.ravel()[at], e.ravel()[cell], cylinders.total)
                np.maximum.at(best, first + r, value)
    for k in np.flatnonzero(best == 0.0):  # reached nothing: rare, so every cylinder is looked at
        best[k] = _largest(counts[k], cylinders, expected)
    return best


def _largest(count: NDArray[np.integer], cylinders: Cylinders, expected: list[Floats]) -> float:
    """Return the largest LLR of one replicate from its cumulative counts (Z, T + 1)."""
    best = 0.0
    for (length, starts), e in zip(cylinders.windows, expected, strict=True):
        c = count[:, length:] - count[:, :-length]
        value = llr(c[:, starts], e[:, starts], cylinders.total)
        best = max(best, float(value.max(initial=0.0)))
    return best


def _in_zones(batch: NDArray[np.integer], cylinders: Cylinders) -> NDArray[np.integer]:
    """Return cumulative counts in each circle, (R, Z, T + 1), in the smallest type that holds C."""
    replicates, places, times = batch.shape
    flat = batch.transpose(1, 0, 2).reshape(places, replicates * times)
    kind = np.float32 if cylinders.total < 2**24 else np.float64  # whole numbers stay exact
    in_zone = (cylinders.member.astype(kind) @ flat.astype(kind)).reshape(-1, replicates, times)
    out = np.zeros((replicates, len(in_zone), times + 1), dtype=_kind(cylinders.total))
    np.cumsum(in_zone.transpose(1, 0, 2), axis=-1, out=out[..., 1:], dtype=out.dtype)
    return out


def _kind(total: int) -> type[np.integer]:
    return np.int16 if total < 32_000 else np.int32


def _cumulative(values: Floats) -> Floats:
    """Return sums along the last axis with a leading 0, so that differences are windows."""
    out = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
    np.cumsum(values, axis=-1, out=out[..., 1:])
    return out
