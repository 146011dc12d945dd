"""Interacting multiple models: the forward filter and Kim's backward smoother, many tracks at once.

Forward: mix, predict, update, reweight (Blom and Bar-Shalom 1988).  Backward: for every pair of
modes (j now, l next) the state is smoothed as by Rauch, Tung and Striebel, weighted by how well
the pair explains the smoothed next state, and collapsed (after Kim 1994; Nadarajah et al. 2012).
All steps are exact but for the collapses of mixtures into single Gaussians, which is where the
method is approximate.

Arrays: T tracks of K measurements, R modes, n states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.track import sample_native
from tocsin.track.models import STATE, Modes, noise, switching, transition

FLOOR = 1e-12  # of a mode's probability: none is ever ruled out for good
LEAST = 1e-290  # of a pair's, before its numbers lose digits: a mode always goes on to something


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Positions measured, in a plane, linear in the state: z = H x + noise.

    `design` is the part of H that belongs to the constants behind the moving state.
    """

    t_s: Floats  # (T, K) increasing along K
    z_m: Floats  # (T, K, 2)
    cov_m2: Floats  # (T, K, 2, 2)
    design: Floats | None = None  # (T, K, 2, B)
    prior_sd: Floats | None = None  # (B,) of the constants
    prior_mean: Floats | None = None  # (B,)
    prior_cov: Floats | None = None  # (B, B), instead of prior_sd

    @property
    def constants(self) -> int:
        return 0 if self.design is None else self.design.shape[-1]


def together(parts: Sequence[Measured]) -> Measured:
    """Return tracks of as many measurements and the same constants as one set, in order."""
    if len(parts) == 1:
        return parts[0]
    design = [part.design for part in parts if part.design is not None]
    return replace(
        parts[0],
        t_s=np.concatenate([part.t_s for part in parts]),
        z_m=np.concatenate([part.z_m for part in parts]),
        cov_m2=np.concatenate([part.cov_m2 for part in parts]),
        design=np.concatenate(design) if design else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Filtered:
    """What the forward pass leaves at each measurement, per mode."""

    mean: Floats  # (K, T, R, n)
    cov: Floats  # (K, T, R, n, n)
    weight: Floats  # (K, T, R)
    log_likelihood: Floats  # (T,) of all measurements but the first
    so_far: Floats  # (K, T) the same, of the measurements up to each


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """The state given all measurements, mixed over modes."""

    mean: Floats  # (T, K, n)
    cov: Floats  # (T, K, n, n)
    weight: Floats  # (T, K, R)


def step(dt_s: Floats, modes: Modes, constants: int) -> tuple[Floats, Floats]:
    """Return transition and noise matrices of all modes over a step, (T, R, n, n) each."""
    n = STATE + constants
    f = np.zeros((*dt_s.shape, modes.count, n, n))
    q = np.zeros_like(f)
    index = np.arange(STATE, n)
    f[..., index, index] = 1.0
    for r in range(modes.count):
        f[..., r, :STATE, :STATE] = transition(dt_s, modes.turn_deg_s[r])
        q[..., r, :STATE, :STATE] = noise(dt_s, modes.density[r])
    return f, q


def forward(measured: Measured, modes: Modes, speed_sd_mps: float = 300.0) -> Filtered:
    """Return the filtered states.

    speed_sd_mps  spread per axis of the velocity before any data
    """
    t, z = measured.t_s, measured.z_m
    tracks, count = t.shape
    b, r = measured.constants, modes.count
    n = STATE + b
    mean = np.empty((count, tracks, r, n))
    cov = np.empty((count, tracks, r, n, n))
    weight = np.empty((count, tracks, r))
    m, p, w = _begin(measured, modes, speed_sd_mps)
    mean[0], cov[0], weight[0] = m, p, w
    lib = sample_native.usable(modes, b)
    if lib is not None:
        given = t, z, measured.cov_m2, measured.design, modes
        return Filtered(mean, cov, weight, *sample_native.forward(lib, *given, mean, cov, weight))
    loglik, so_far = np.zeros(tracks), np.zeros((count, tracks))
    for k in range(1, count):
        dt = t[:, k] - t[:, k - 1]
        f, q = step(dt, modes, b)
        m, p, w = _mix(m, p, w, switching(dt, modes))
        m = np.einsum("trij,trj->tri", f, m)
        p = f @ p @ np.swapaxes(f, -1, -2) + q
        m, p, lik = _update(m, p, z[:, k], measured.cov_m2[:, k], _design(measured, k))
        top = lik.max(axis=1, keepdims=True)
        w = np.maximum(w * np.exp(lik - top), FLOOR)
        total = w.sum(axis=1, keepdims=True)
        loglik += np.log(total[:, 0]) + top[:, 0]
        w = w / total
        mean[k], cov[k], weight[k] = m, p, w
        so_far[k] = loglik
    return Filtered(mean, cov, weight, loglik, so_far)


def _design(measured: Measured, k: int) -> Floats:
    """Return H at one measurement, (T, 1, 2, n)."""
    tracks = measured.t_s.shape[0]
    h = np.zeros((tracks, 1, 2, STATE + measured.constants))
    h[..., 0, 0] = h[..., 1, 1] = 1.0
    if measured.design is not None:
        h[..., STATE:] = measured.design[:, None, k]
    return h


def _begin(measured: Measured, modes: Modes, speed_sd_mps: float) -> tuple[Floats, Floats, Floats]:
    """Return the state after the first measurement, with no knowledge of place before it."""
    tracks, r, b = measured.t_s.shape[0], modes.count, measured.constants
    n = STATE + b
    m = np.zeros((tracks, r, n))
    p = np.zeros((tracks, r, n, n))
    p[..., 2, 2] = p[..., 3, 3] = speed_sd_mps**2
    c_mean, c_cov = np.zeros(b), np.zeros((b, b))
    if b:
        c_cov = (
            measured.prior_cov
            if measured.prior_cov is not None
            else np.diag(np.asarray(measured.prior_sd, dtype=np.float64) ** 2)
        )
        c_mean = np.zeros(b) if measured.prior_mean is None else measured.prior_mean
        j = measured.design[:, 0]  # type: ignore[index]
        m[..., STATE:] = c_mean
        p[..., STATE:, STATE:] = c_cov
        # A flat prior on place: x = z - J c - noise.
        m[..., :2] = (measured.z_m[:, 0] - j @ c_mean)[:, None]
        p[..., :2, :2] = (measured.cov_m2[:, 0] + j @ c_cov @ np.swapaxes(j, -1, -2))[:, None]
        p[..., :2, STATE:] = -(j @ c_cov)[:, None]
        p[..., STATE:, :2] = np.swapaxes(p[..., :2, STATE:], -1, -2)
    else:
        m[..., :2] = measured.z_m[:, 0][:, None]
        p[..., :2, :2] = measured.cov_m2[:, 0][:, None]
    return m, p, np.broadcast_to(modes.start(), (tracks, r)).copy()


def _mix(m: Floats, p: Floats, w: Floats, pi: Floats) -> tuple[Floats, Floats, Floats]:
    joint = w[:, :, None] * pi  # (T, from, to)
    predicted = joint.sum(axis=1)
    share = joint / np.maximum(predicted, FLOOR)[:, None, :]
    mixed = np.einsum("tij,tia->tja", share, m)
    off = m[:, :, None, :] - mixed[:, None, :, :]  # (T, from, to, n)
    cov = np.einsum("tij,tiab->tjab", share, p)
    cov += np.einsum("tij,tija,tijb->tjab", share, off, off)
    return mixed, cov, predicted


def _update(m: Floats, p: Floats, z: Floats, r: Floats, h: Floats) -> tuple[Floats, Floats, Floats]:
    ht = np.swapaxes(h, -1, -2)
    ph = p @ ht  # (T, R, n, 2)
    s = h @ ph + r[:, None]
    inverse, det = _inverse_2x2(s)
    v = z[:, None] - np.einsum("trij,trj->tri", np.broadcast_to(h, (*m.shape[:2], *h.shape[2:])), m)
    gain = ph @ inverse
    m = m + np.einsum("trij,trj->tri", gain, v)
    p = p - gain @ np.swapaxes(ph, -1, -2)
    p = (p + np.swapaxes(p, -1, -2)) / 2
    square = np.einsum("tri,trij,trj->tr", v, inverse, v)
    return m, p, -0.5 * square - 0.5 * np.log(det) - np.log(2 * np.pi)


def _inverse_2x2(s: Floats) -> tuple[Floats, Floats]:
    det = s[..., 0, 0] * s[..., 1, 1] - s[..., 0, 1] * s[..., 1, 0]
    out = np.empty_like(s)
    out[..., 0, 0], out[..., 1, 1] = s[..., 1, 1] / det, s[..., 0, 0] / det
    out[..., 0, 1], out[..., 1, 0] = -s[..., 0, 1] / det, -s[..., 1, 0] / det
    return out, det


def smooth(measured: Measured, filtered: Filtered, modes: Modes) -> Smoothed:
    """Return the state of every track at every measurement given all of them."""
    count, tracks, r, n = filtered.mean.shape
    mean = np.empty((tracks, count, n))
    cov = np.empty((tracks, count, n, n))
    weight = np.empty((tracks, count, r))
    m, p, w = filtered.mean[-1], filtered.cov[-1], filtered.weight[-1]
    mean[:, -1], cov[:, -1] = _collapse(m, p, w)
    weight[:, -1] = w
    for k in range(count - 2, -1, -1):
        dt = measured.t_s[:, k + 1] - measured.t_s[:, k]
        f, q = step(dt, modes, measured.constants)
        m, p, w = _back(
            filtered.mean[k],
            filtered.cov[k],
            filtered.weight[k],
            m,
            p,
            w,
            f,
            q,
            switching(dt, modes),
        )
        mean[:, k], cov[:, k] = _collapse(m, p, w)
        weight[:, k] = w
    return Smoothed(mean, cov, weight)


def _back(
    fm: Floats,
    fp: Floats,
    fw: Floats,
    sm: Floats,
    sp: Floats,
    sw: Floats,
    f: Floats,
    q: Floats,
    pi: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Return the smoothed mode-conditioned states one step back; pairs are (now j, next l)."""
    f, q = f[:, None], q[:, None]  # (T, 1, l, n, n)
    fp_, fm_ = fp[:, :, None], fm[:, :, None]
    ft = np.swapaxes(f, -1, -2)
    ahead = f @ fp_ @ ft + q
    inverse = _inverse(ahead)
    gain = fp_ @ ft @ inverse
    gap = sm[:, None] - np.einsum("tlab,tjb->tjla", f[:, 0], fm)
    # How well each pair explains the smoothed next state, its own error included.  Without it a
    # turn's first fixes stay with the straight mode that the filter believed at the time.
    spread = ahead + sp[:, None]
    square = np.einsum("tjla,tjlab,tjlb->tjl", gap, _inverse(spread), gap)
    like = -0.5 * square - 0.5 * np.linalg.slogdet(spread)[1]
    like = np.exp(like - like.max(axis=1, keepdims=True))  # per next mode: which one came before

    joint = fw[:, :, None] * pi * like
    before = joint / joint.sum(axis=1, keepdims=True)  # P(j | l)
    pair = np.maximum(before * sw[:, None, :], LEAST)  # (T, j, l): both given all data
    now = pair.sum(axis=2)
    share = pair / now[:, :, None]  # sums to one however rare the mode is
    now = np.maximum(now, FLOOR)

    m = fm_ + np.einsum("tjlab,tjlb->tjla", gain, gap)
    # Joseph's form, a sum of squares: what is wrong in the gain comes in squared.
    rest = np.eye(f.shape[-1]) - gain @ f
    p = rest @ fp_ @ np.swapaxes(rest, -1, -2)
    p = p + gain @ (sp[:, None] + q) @ np.swapaxes(gain, -1, -2)
    mixed = np.einsum("tjl,tjla->tja", share, m)
    off = m - mixed[:, :, None]
    cov = np.einsum("tjl,tjlab->tjab", share, p)
    cov += np.einsum("tjl,tjla,tjlb->tjab", share, off, off)
    cov = (cov + np.swapaxes(cov, -1, -2)) / 2
    return mixed, cov, now / now.sum(axis=1, keepdims=True)


def _inverse(a: Floats) -> Floats:
    return np.asarray(np.linalg.inv(a))


def _collapse(m: Floats, p: Floats, w: Floats) -> tuple[Floats, Floats]:
    mean = np.einsum("tr,tra->ta", w, m)
    off = m - mean[:, None]
    cov = np.einsum("tr,trab->tab", w, p) + np.einsum("tr,tra,trb->tab", w, off, off)
    return mean, cov


def modes_seen(filtered: Filtered) -> NDArray[np.int64]:
    """Return the likeliest mode at each measurement, (T, K)."""
    return np.asarray(np.argmax(filtered.weight, axis=2).T)
