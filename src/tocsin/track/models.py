"""Motion models of the filter: straight flight and turns at a fixed rate, in a plane.

State (x, y, vx, vy) in metres and metres per second, optionally followed by constants (sensor
biases), which do not move.  Acceleration is white noise of density q (m^2/s^3), so that process
noise scales with the step:

    Q = q [[dt^3/3 I, dt^2/2 I], [dt^2/2 I, dt I]]        (Bar-Shalom, Li, Kirubarajan 2001, 6.2.2)

A turn at rate w moves the state by the exact rotation (same, 11.7.1); its noise is taken as that
of straight flight, which is right to first order in w dt.  Modes change as a Markov process in
continuous time: staying probabilities over a step fall with its length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.schema import Floats

STATE = 4  # of the moving part


@dataclass(frozen=True, slots=True)
class Modes:
    """The set of modes: one turn rate and one noise density each, and how they change.

    Straight flight with little noise, and half a rate-one turn (3 deg/s, ICAO Doc 8168) either
    way with enough noise to reach the rates around it.
    """

    turn_deg_s: tuple[float, ...] = (0.0, 1.5, -1.5)
    density: tuple[float, ...] = (0.05, 5.0, 5.0)
    stay_s: tuple[float, ...] = (360.0, 70.0, 70.0)  # mean time in each mode

    @property
    def count(self) -> int:
        return len(self.turn_deg_s)

    def start(self) -> Floats:
        """Return mode probabilities before any data: shares of time in the long run, (R,)."""
        stay = np.array(self.stay_s)
        # Each way out of a mode is as likely as another, so time shares follow the mean stays.
        return np.asarray(stay / stay.sum())


def transition(dt_s: Floats, turn_deg_s: float) -> Floats:
    """Return the transition matrices of one mode, (..., 4, 4)."""
    dt = np.asarray(dt_s, dtype=np.float64)
    w = np.radians(turn_deg_s)
    angle = w * dt
    sin, cos = np.sin(angle), np.cos(angle)
    along = dt if w == 0 else sin / w
    across = np.zeros_like(dt) if w == 0 else (1 - cos) / w
    out = np.zeros((*dt.shape, STATE, STATE))
    out[..., 0, 0] = out[..., 1, 1] = 1.0
    out[..., 0, 2] = out[..., 1, 3] = along
    out[..., 0, 3] = across
    out[..., 1, 2] = -across
    out[..., 2, 2] = out[..., 3, 3] = cos
    out[..., 2, 3] = sin
    out[..., 3, 2] = -sin
    return out


def noise(dt_s: Floats, density: float) -> Floats:
    """Return the process noise covariances of one mode, (..., 4, 4)."""
    dt = np.asarray(dt_s, dtype=np.float64)
    out = np.zeros((*dt.shape, STATE, STATE))
    out[..., 0, 0] = out[..., 1, 1] = density * dt**3 / 3
    out[..., 2, 2] = out[..., 3, 3] = density * dt
    cross = density * dt**2 / 2
    out[..., 0, 2] = out[..., 2, 0] = out[..., 1, 3] = out[..., 3, 1] = cross
    return out


def switching(dt_s: Floats, modes: Modes) -> Floats:
    """Return mode transition probabilities over each step, (..., R, R), rows sum to one."""
    dt = np.asarray(dt_s, dtype=np.float64)[..., None]
    stay = np.exp(-dt / np.array(modes.stay_s))  # (..., R)
    r = modes.count
    if r == 1:
        return np.ones((*np.shape(dt_s), 1, 1))
    off = (1 - stay) / (r - 1)
    out = np.repeat(off[..., :, None], r, axis=-1)
    index = np.arange(r)
    out[..., index, index] = stay
    return np.asarray(out)
