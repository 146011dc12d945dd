"""A track drawn again as if the biases of its sensors were known.

The plots are corrected by the biases, on the ellipsoid, and then filtered and drawn anew without
any: heights and modes are weighed as those plots tell.  Many biases go together, for what a few
tracks cost the loops is mostly their being called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats, Posterior, Sensor
from tocsin.track import chance
from tocsin.track.altitude import HeightPrior
from tocsin.track.branches import SampleSettings, branches, weights
from tocsin.track.bridge import placed
from tocsin.track.plane import Plane
from tocsin.track.plots import Constant, Plots, corrected
from tocsin.track.sample import backward

FEWER_HEIGHTS = 7


@dataclass(frozen=True, slots=True, eq=False)
class Again:
    """What `Posterior.given_biases` calls; the same every time it is asked."""

    track: str
    plots: Plots
    sensors: Mapping[str, Sensor]
    height: HeightPrior
    t0_ns: int
    biases: tuple[Constant, ...]
    rules: SampleSettings
    plane: Plane

    def __call__(self, bias_sigmas: Floats, t_ns: NDArray[np.int64], samples: int) -> Posterior:
        """Return samples (G samples, K) under biases (G, B), those of one after the other's.

        All biases are drawn alike: what differs between them is what they do.
        """
        rules = replace(self.rules, heights=min(self.rules.heights, FEWER_HEIGHTS))
        every = [corrected(self.plots, self.biases, one) for one in bias_sigmas]
        tried = branches(
            every, self.sensors, self.plane, self.height, (), None, rules, evenly=False
        )
        count = tried.heights.shape[1]
        # Shares of the samples, not draws: what moves with the biases is not to leap.
        upto = np.floor(np.cumsum(weights(tried), axis=1) * samples + 0.5).astype(np.int64)
        share = np.diff(upto, axis=1, prepend=0).ravel()
        rng = chance.Repeated(0)
        x, mode, _ = backward(
            tried.measured, tried.filtered, rules.modes, share, rng, alike=len(every)
        )
        asked = (t_ns - self.t0_ns) / 1e9
        lon, lat, h = np.empty((3, len(x), len(asked)))
        for g, plots in enumerate(every):
            mine = slice(g * samples, (g + 1) * samples)
            grid = np.clip(asked, plots.t_s[0], plots.t_s[-1])
            own = plots.t_s, x[mine], mode[mine], grid, rules.modes
            placed(*own, chance.Repeated(1), self.plane, lon[mine], lat[mine])
            heights = [np.interp(grid, plots.t_s, at) for at in tried.heights[g]]
            h[mine] = np.repeat(np.stack(heights), share[g * count : (g + 1) * count], axis=0)
        since = np.abs(asked[:, None] - self.plots.t_s[None]).min(axis=1)
        return Posterior(self.track, t_ns, lon, lat, h, observed=since <= rules.coast_s)
