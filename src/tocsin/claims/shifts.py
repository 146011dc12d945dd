"""The same flight as it would be if the sensors had other biases.

Samples are joint over trajectory and biases, so the trajectory that belongs to a bias b follows
by linear-Gaussian regression over all M samples, time by time:

    x(t | b) = mean x(t) + G(t) (b - mean b) + residual,   G = least squares of x on b

Each sample keeps its residual, which is the noise that no bias explains.  Positions are regressed
in degrees, and distances are measured again at the shifted positions; where nothing can measure
them, distances are regressed on b themselves, which takes a limit as straight over the samples.

Where the flight can be drawn again from its plots (`Posterior.given_biases`), it is: then x(t | b)
about any b is what the filter makes of the plots corrected by it, and G is a difference of two
such flights.  A regression over samples knows G only to a few per cent.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace

import numpy as np

from tocsin import geo
from tocsin.claims.evidence import Evidence
from tocsin.schema import Floats, Posterior

Key = tuple[str, ...]  # ("EE", "osm-2024") for a limit, ("vaindloo",) for a place
_STEP_DEG = 1e-4  # about 10 m: far above rounding, far below any bend of a limit


class Shifts:
    """Evidence under any bias; works on at most `samples` of the posterior's.

    positions  whether the test asks for more than distances: its speed, path or height
    """

    def __init__(
        self, evidence: Evidence, posterior: Posterior, samples: int, *, positions: bool = True
    ) -> None:
        self.evidence = evidence
        self.positions = positions
        self.studied = False  # whether these are samples of a flight drawn again
        self.whole = posterior
        total = len(posterior.lon_deg)
        rows = np.unique(np.linspace(0, total - 1, min(samples, total)).astype(np.int64))
        biases = posterior.bias_sigmas
        self.mean = biases.mean(axis=0)
        centred = biases - self.mean
        self.lon0 = posterior.lon_deg[:1]
        lon = self.lon0 + geo.wrap_deg(posterior.lon_deg - self.lon0)  # no leap at 180 degrees
        self.gain_lon = _regress(centred, lon)
        self.gain_lat = _regress(centred, posterior.lat_deg)
        self.gain_h = _regress(centred, posterior.h_hae_m)
        self.own = biases[rows]
        self.lon, self.lat = lon[rows], posterior.lat_deg[rows]
        self.posterior = replace(
            posterior,
            lon_deg=self.lon,
            lat_deg=self.lat,
            h_hae_m=posterior.h_hae_m[rows],
            bias_sigmas=self.own,
        )
        given: dict[Key, Floats] = {(place,): d for place, d in evidence.place_distance_m.items()}
        for key, values in evidence.signed_distance_m.items():
            given[key] = values
        self.given = {key: values[rows] for key, values in given.items()}
        base = self.measure(self.lon, self.lat)
        # What a sample's limit or place is shifted by in itself (its own error) stays with it.
        self.offset = {key: self.given[key] - at for key, at in base.items()}
        self.gain_d = {
            key: _regress(centred, values) for key, values in given.items() if key not in base
        }

    def coarse(self, samples: int = 16, times: int = 60) -> Shifts:
        """Return the same with fewer samples and times: enough to find where to look closely."""
        have = self.evidence
        if have.rough_distance:
            have = replace(have, signed_distance=have.rough_distance)
        if self.studied:
            return self._fewer(have, samples, times)
        evidence, posterior = thinned(have, self.whole, times)
        return Shifts(evidence, posterior, samples, positions=self.positions)

    def _fewer(self, have: Evidence, samples: int, times: int) -> Shifts:
        """Return some samples and times of a flight that was drawn again."""
        total, count = self.lon.shape
        rows = np.unique(np.linspace(0, total - 1, min(samples, total)).astype(np.int64))
        keep = np.unique(np.linspace(0, count - 1, min(times, count)).astype(np.int64))
        few = copy(self)
        few.evidence = replace(
            have,
            posterior=None,
            signed_distance_m={},
            place_distance_m={},
        )
        few.own = self.own[rows]
        few.lon, few.lat = self.lon[np.ix_(rows, keep)], self.lat[np.ix_(rows, keep)]
        few.gain_lon, few.gain_lat = self.gain_lon[:, keep], self.gain_lat[:, keep]
        few.gain_h = self.gain_h[:, keep]
        few.posterior = replace(
            self.posterior,
            t_ns=self.posterior.t_ns[keep],
            lon_deg=few.lon,
            lat_deg=few.lat,
            h_hae_m=self.posterior.h_hae_m[np.ix_(rows, keep)],
            observed=self.posterior.observed[keep],
            bias_sigmas=few.own,
        )
        few.given = {key: d[np.ix_(rows, keep)] for key, d in self.given.items()}
        few.offset = {key: d[np.ix_(rows, keep)] for key, d in self.offset.items()}
        return few

    @property
    def real(self) -> bool:
        """Return whether the track can be drawn again under other biases."""
        return self.whole.given_biases is not None and not self.gain_d

    def at(self, bias: Floats, *, gains: bool = False) -> Shifts:
        """Return the same about one bias, from the flight drawn again as if it were so.

        gains  whether it has to be known how the flight moves there, by differences over a sigma
               at the heights that the plots as they are leave possible: a bias that sets two radars
               against each other drives the height to an end of its prior within a few sigmas, and
               no line follows that
        """
        lon, lat, h = self._drawn(bias, settled=gains)
        there = copy(self)
        there.mean, there.own = bias, np.broadcast_to(bias, self.own.shape)
        there.lon, there.lat, there.studied = lon, lat, True
        there.posterior = replace(
            self.posterior, lon_deg=lon, lat_deg=lat, h_hae_m=h, bias_sigmas=there.own
        )
        if gains:
            beside = [self._drawn(bias + one, settled=True) for one in np.eye(len(bias))]
            there.gain_lon, there.gain_lat, there.gain_h = (
                np.stack([(moved[k] - here).mean(axis=0) for moved in beside])
                for k, here in enumerate((lon, lat, h))
            )
        return there

    def _drawn(self, bias: Floats, *, settled: bool) -> tuple[Floats, Floats, Floats]:
        drawn = self.whole.given_biases
        if drawn is None:
            raise ValueError("nobody can draw this track again; ask `real` first")
        one = drawn(bias, self.posterior.t_ns, len(self.own), settled)
        lon0 = self.lon0[:, :1]
        return lon0 + geo.wrap_deg(one.lon_deg - lon0), one.lat_deg, one.h_hae_m

    def measure(self, lon: Floats, lat: Floats) -> dict[Key, Floats]:
        """Return the distances of positions, of one shape with them."""
        found: dict[Key, Floats] = {}
        for key, measure in self.evidence.signed_distance.items():
            if key in self.given:
                found[key] = measure(lon, lat)
        for name, (lon0, lat0) in self.evidence.places.items():
            if (name,) in self.given:
                found[(name,)] = place_m(lon, lat, lon0, lat0)
        return found

    def exact(self, bias: Floats) -> Evidence:
        """Return the evidence if the biases were `bias`, (B,) in prior sigmas."""
        lon, lat = self.moved(bias)
        measured = self.measure(lon, lat)
        distances = {key: self.offset[key] + at for key, at in measured.items()}
        return self.with_distances(bias[None], lon, lat, distances)

    def moved(self, bias: Floats) -> tuple[Floats, Floats]:
        by = bias - self.own
        return self.lon + by @ self.gain_lon, self.lat + by @ self.gain_lat

    def with_distances(
        self, biases: Floats, lon: Floats, lat: Floats, distances: dict[Key, Floats]
    ) -> Evidence:
        """Return the evidence under several biases, (G, B), one after the other: (G S, K)."""
        by = (biases[:, None] - self.own).reshape(-1, self.own.shape[1])
        count = len(biases)
        every = dict(distances)
        for key, gain in self.gain_d.items():
            every[key] = np.tile(self.given[key], (count, 1)) + by @ gain
        h = self.posterior.h_hae_m
        if self.positions:
            h = np.tile(h, (count, 1)) + by @ self.gain_h
        else:  # nobody asks; the shape says how many samples there are
            lon = lat = h = np.broadcast_to(np.nan, (len(by), lon.shape[1]))
        return replace(
            self.evidence,
            posterior=replace(self.posterior, lon_deg=lon, lat_deg=lat, h_hae_m=h),
            signed_distance_m={(k[0], k[1]): d for k, d in every.items() if len(k) == 2},
            place_distance_m={k[0]: d for k, d in every.items() if len(k) == 1},
        )

    def near(self, bias: Floats) -> Callable[[Floats], Evidence]:
        """Return the evidence as a function of biases, (G, B), to first order around `bias`.

        Three measurements, whatever the number of biases; then as many answers as wanted.  The
        samples of each bias follow those of the one before.
        """
        lon, lat = self.moved(bias)
        here = self.measure(lon, lat)
        east = self.measure(lon + _STEP_DEG, lat)
        north = self.measure(lon, lat + _STEP_DEG)
        slope_lon = {key: (east[key] - d) / _STEP_DEG for key, d in here.items()}
        slope_lat = {key: (north[key] - d) / _STEP_DEG for key, d in here.items()}
        begin = {key: self.offset[key] + d for key, d in here.items()}

        def at(others: Floats) -> Evidence:
            off = others - bias
            by_lon, by_lat = (off @ self.gain_lon)[:, None], (off @ self.gain_lat)[:, None]
            flat = (-1, lon.shape[1])
            distances = {
                key: (d + slope_lon[key] * by_lon + slope_lat[key] * by_lat).reshape(flat)
                for key, d in begin.items()
            }
            new_lon, new_lat = lon, lat
            if self.positions:
                new_lon, new_lat = (lon + by_lon).reshape(flat), (lat + by_lat).reshape(flat)
            return self.with_distances(others, new_lon, new_lat, distances)

        return at

    def translations(self) -> Floats:
        """Return the least biases that move the whole track eight ways, (8, B) of length 1."""
        east = self.gain_lon.mean(axis=1) * np.cos(np.radians(self.lat.mean()))
        way = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        found = np.stack([np.sin(way), np.cos(way)], axis=1) @ np.linalg.pinv(
            np.stack([east, self.gain_lat.mean(axis=1)], axis=1)
        )
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.where(norms > 0, norms, 1.0))


def thinned(evidence: Evidence, posterior: Posterior, times: int) -> tuple[Evidence, Posterior]:
    """Return the evidence and its posterior at so many of their times at most."""
    if len(posterior.t_ns) <= times:
        return evidence, posterior
    keep = np.unique(np.linspace(0, len(posterior.t_ns) - 1, times).astype(np.int64))
    thin = replace(
        posterior,
        t_ns=posterior.t_ns[keep],
        lon_deg=posterior.lon_deg[:, keep],
        lat_deg=posterior.lat_deg[:, keep],
        h_hae_m=posterior.h_hae_m[:, keep],
        observed=posterior.observed[keep],
    )
    limits, places = evidence.signed_distance_m, evidence.place_distance_m
    fewer = replace(
        evidence,
        posterior=thin,
        signed_distance_m={key: d[:, keep] for key, d in limits.items()},
        place_distance_m={key: d[:, keep] for key, d in places.items()},
    )
    return fewer, thin


def place_m(lon: Floats, lat: Floats, lon0: Floats | float, lat0: Floats | float) -> Floats:
    """Return distances along the surface from one place, of the shape of `lon`.

    From chords: within 12 mm of the geodesic at 100 km, 0.4 m at 300 km and 12 m at 1,000 km
    (measured at every azimuth from the equator to 85 degrees), at a fraction of its price.
    """
    chord = geo.ecef(lon, lat) - geo.ecef(np.array(lon0), np.array(lat0))
    return geo.arc_m(np.sqrt(geo.dot(chord, chord)))


def _regress(centred: Floats, values: Floats) -> Floats:
    """Return (B, K): how values, (M, K), move with the biases; 0 where a value is not known."""
    moved = values - values.mean(axis=0)
    known = np.isfinite(moved).all(axis=0)
    # Normal equations: a few biases of like spread, so nothing is lost, and a bias without any
    # spread gets no gain.
    normal = np.linalg.pinv(centred.T @ centred, hermitian=True)
    return np.asarray(normal @ (centred.T @ np.where(known, moved, 0.0)))
