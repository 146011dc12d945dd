"""Steps between measurements for many tracks at once: what moves, what is added, what switches.

The same models as `models`, laid out with the track last.  In the plane a turn is a complex
number: a step multiplies the velocity by r = exp(-i w dt) and adds g v to the place; a step back
multiplies it by the conjugate of r and adds h v, h = -g conj(r).

Arrays: C steps, R modes, B tracks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.schema import Floats
from tocsin.track.models import STATE, Modes
from tocsin.track.tape import ENTRIES, Tape, blocks


@dataclass(frozen=True, slots=True, eq=False)
class Lengths:
    """Steps by their lengths, and what takes time to compute of them: done once for both ways."""

    dt_s: Floats  # (K, B)
    turned: dict[float, tuple[Floats, Floats]]  # by |w|: cosine and sine, (K, B) each
    stay: dict[float, Floats]  # by mean stay: probability to stay, (K, B)


def lengths(dt_s: Floats, modes: Modes) -> Lengths:
    """Return steps of these lengths, (K, B)."""
    rates = {abs(float(np.radians(turn))) for turn in modes.turn_deg_s}
    return Lengths(
        dt_s,
        {w: (np.cos(w * dt_s), np.sin(w * dt_s)) for w in rates if w},
        {stay_s: np.exp(dt_s * (-1 / stay_s)) for stay_s in modes.stay_s if modes.count > 1},
    )


class Steps:
    """C steps, all numbers of one step in one stretch of memory, and the step at hand.

    by_vx, by_vy  (4, R, B) what one unit of velocity adds to x, y, vx, vy
    noise         (12, R, B)
    switch        (R, R, B) from, to
    """

    def __init__(self, modes: Modes, wide: int, b: int) -> None:
        r = modes.count
        self._modes, self._cuts = modes, np.cumsum([STATE * r, STATE * r, ENTRIES * r])
        rows = int(self._cuts[-1]) + r * r
        self._all, self._one = np.zeros((wide, rows, b)), np.zeros((rows, b))
        self._made: tuple[Floats, bool] | None = None
        by_vx, by_vy, _, switch = self._parts(self._all)
        by_vx[:, 2] = by_vy[:, 3] = 1.0
        if r == 1:
            switch[:] = 1.0
        self.by_vx, self.by_vy, self.noise, self.switch = (
            part[0] for part in self._parts(self._one[None])
        )

    def _parts(self, whole: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return views by what they are."""
        c, r, b = len(whole), self._modes.count, whole.shape[-1]
        first, second, noise, switch = np.split(whole, self._cuts, axis=1)
        return (
            first.reshape(c, STATE, r, b),
            second.reshape(c, STATE, r, b),
            noise.reshape(c, ENTRIES, r, b),
            switch.reshape(c, r, r, b),
        )

    def take(self, i: int) -> None:
        """Put step i of those prepared at hand."""
        np.copyto(self._one, self._all[i])

    def prepare(self, of: Lengths, low: int, high: int, *, back: bool = False) -> None:
        """Prepare the steps from `low` to `high`, or the way back over them.

        Back, the noise is that of the time before the step, F^-1 Q F^-T.
        """
        dt_s = of.dt_s[low:high]
        if self._made and self._made[1] == back and np.array_equal(self._made[0], dt_s):
            return  # as they are where all tracks are sampled evenly
        self._made = dt_s, back
        views = self._parts(self._all[: high - low])
        by_vx, by_vy, noise, switch = views
        cross = dt_s * dt_s / 2
        place = cross * dt_s * (2 / 3)
        for w in {abs(float(np.radians(turn))) for turn in self._modes.turn_deg_s}:
            if w:
                cos, sin = (part[low:high] for part in of.turned[w])
                self._turning(views, w, dt_s, cos, sin, back)
                continue
            for r, turn in enumerate(self._modes.turn_deg_s):
                if turn:
                    continue
                q = self._modes.density[r]
                by_vx[:, 0, r] = by_vy[:, 1, r] = -dt_s if back else dt_s
                # dt^3 / 3 - 2 dt dt^2 / 2 + dt^2 dt is dt^3 / 3 again.
                noise[:, 0, r] = noise[:, 5, r] = place * q
                noise[:, 2, r] = noise[:, 7, r] = cross * (-q if back else q)
                noise[:, 8, r] = noise[:, 11, r] = dt_s * q
        for r, stay_s in enumerate(self._modes.stay_s if self._modes.count > 1 else ()):
            stay = of.stay[stay_s][low:high]
            switch[:, r] = ((1 - stay) / (self._modes.count - 1))[:, None]
            switch[:, r, r] = stay

    def _turning(
        self,
        views: tuple[Floats, Floats, Floats, Floats],
        w: float,
        dt_s: Floats,
        cos: Floats,
        sin: Floats,
        back: bool,
    ) -> None:
        """Prepare the modes that turn at w, either way: what is odd in w changes its sign."""
        by_vx, by_vy, noise, _ = views
        along, across = sin / w, (1 - cos) / w  # g = along - i across
        cross = dt_s * dt_s / 2
        place = cross * dt_s * (2 / 3)
        aside = None
        if back:
            along, across = -(along * cos + across * sin), along * sin - across * cos
            sin = -sin
            place = place + 2 * cross * along + dt_s * (along * along + across * across)
            re, im = cross + dt_s * along, -dt_s * across
            cross, aside = re * cos - im * sin, im * cos + re * sin
        for r, turn in enumerate(self._modes.turn_deg_s):
            if abs(float(np.radians(turn))) != w:
                continue
            q, sign = self._modes.density[r], 1.0 if turn > 0 else -1.0
            by_vx[:, 0, r] = by_vy[:, 1, r] = along
            by_vx[:, 2, r] = by_vy[:, 3, r] = cos
            np.multiply(across, sign, out=by_vy[:, 0, r])
            np.multiply(sin, sign, out=by_vy[:, 2, r])
            np.negative(by_vy[:, 0, r], out=by_vx[:, 1, r])
            np.negative(by_vy[:, 2, r], out=by_vx[:, 3, r])
            noise[:, 0, r] = noise[:, 5, r] = place * q
            noise[:, 2, r] = noise[:, 7, r] = cross * q
            noise[:, 8, r] = noise[:, 11, r] = dt_s * q
            if aside is not None:
                np.multiply(aside, sign * q, out=noise[:, 6, r])  # y with vx, and x with vy
                np.negative(noise[:, 6, r], out=noise[:, 3, r])


def moving(tape: Tape, steps: Steps, mean: Floats, cov: Floats) -> None:
    """Write down how a step moves means (4, R, B) and covariances (12, R, B), in place.

    With the place's rows (A | B) and the velocity's block C:  D = B + G C,
    A' = A + X G' + G X' with X = (B + D) / 2,  B' = D R',  C' = R C R'.
    """
    by_vx, by_vy = steps.by_vx, steps.by_vy
    place, velocity = blocks(cov)
    a, b = place[:, :2], place[:, 2:]
    shift, spare4 = np.empty_like(mean), np.empty_like(mean)
    tape.multiply(by_vx, mean[2], shift)
    tape.multiply(by_vy, mean[3], spare4)
    tape.add(shift, spare4, shift)
    tape.add(mean[:2], shift[:2], mean[:2])
    tape.do(np.copyto, mean[2:], shift[2:])

    square = (2, 2, *mean.shape[1:])
    d, x, y, spare = (np.empty(square) for _ in range(4))

    def after(left: Floats, right_vx: Floats, right_vy: Floats, out: Floats) -> None:
        """Out = left M', M given by its columns."""
        tape.do(np.multiply, left[:, 0, None], right_vx, out)
        tape.do(np.multiply, left[:, 1, None], right_vy, spare)
        tape.add(out, spare, out)

    def before(left_vx: Floats, left_vy: Floats, right: Floats, out: Floats) -> None:
        """Out = M right."""
        tape.do(np.multiply, left_vx[:, None], right[0], out)
        tape.do(np.multiply, left_vy[:, None], right[1], spare)
        tape.add(out, spare, out)

    before(by_vx[:2], by_vy[:2], velocity, d)
    tape.add(d, b, d)
    tape.add(d, b, x)
    tape.do(np.multiply, x, np.array(0.5), x)
    after(x, by_vx[:2], by_vy[:2], y)
    tape.add(a, y, a)
    tape.add(a, np.swapaxes(y, 0, 1), a)
    after(d, by_vx[2:], by_vy[2:], b)
    before(by_vx[2:], by_vy[2:], velocity, x)
    after(x, by_vx[2:], by_vy[2:], velocity)
