"""The same flight as it would be if the sensors had other biases.

Samples are joint over trajectory and biases, so the trajectory that belongs to a bias b follows
by linear-Gaussian regression over all M samples, time by time:

    x(t | b) = mean x(t) + G(t) (b - mean b) + residual,   G = least squares of x on b

Each sample keeps its residual, which is the noise that no bias explains.  Positions are regressed
in degrees, and distances are measured again at the shifted positions; where nothing can measure
them, distances are regressed on b themselves, which takes a limit as straight over the samples.

Where the flight can be drawn again from its plots (`Posterior.given_biases`), `drawn` does so:
then x(t | b) is what the filter makes of the plots corrected by b.  A regression over samples
knows G only to a few per cent, and no line follows a bias that turns a track about its radar.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.claims.evidence import Evidence
from tocsin.schema import Floats, Posterior

Key = tuple[str, ...]  # ("EE", "osm-2024") for a limit, ("vaindloo",) for a place
DIRECTIONS = 24  # on a circle of two biases
_STEP_DEG = 1e-4  # about 10 m: far above rounding, far below any bend of a limit


class Shifts:
    """Evidence under any bias; works on at most `samples` of the posterior's.

    positions  whether the test asks for more than distances: its speed, path or height
    """

    def __init__(
        self, evidence: Evidence, posterior: Posterior, samples: int, *, positions: bool = True
    ) -> None:
        self.evidence = light(evidence)  # what is measured is measured anew, or kept below
        self.positions = positions
        self.again: dict[bytes, Posterior] = {}  # flights drawn again, of one claim
        self.rough = False  # whether distances need no more than show where to look
        self.which: list[int] | None = None  # the biases of one sensor, where it is alone
        self.whole = _one_of(posterior)
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

    def afresh(self) -> Shifts:
        """Return the same, to be used by one claim: with no flights drawn again yet."""
        own = copy(self)
        own.again = {}
        return own

    def only(self, evidence: Evidence, *, positions: bool) -> Shifts:
        """Return the same with no limits and places but those of `evidence`, a part of its own."""
        keys = {*evidence.signed_distance_m, *((place,) for place in evidence.place_distance_m)}
        part = copy(self)
        part.evidence, part.positions = evidence, positions
        part.given = {key: d for key, d in self.given.items() if key in keys}
        part.offset = {key: d for key, d in self.offset.items() if key in keys}
        part.gain_d = {key: gain for key, gain in self.gain_d.items() if key in keys}
        return part

    def fewer(self, samples: int = 6, times: int = 40, *, rough: bool = True) -> Shifts:
        """Return the same with fewer samples and times: enough to find where to look closely.

        rough  whether some hundred metres of distance are near enough
        """
        total, count = self.lon.shape
        rows = np.unique(np.linspace(0, total - 1, min(samples, total)).astype(np.int64))
        keep = np.unique(np.linspace(0, count - 1, min(times, count)).astype(np.int64))
        cells = np.ix_(rows, keep)
        few, have = copy(self), self.evidence
        few.rough = rough
        if rough and have.rough_distance:
            far = have.rough_outward or have.outward
            have = replace(have, signed_distance=have.rough_distance, outward=far)
        few.evidence = replace(have, posterior=None, signed_distance_m={}, place_distance_m={})
        few.own = self.own[rows]
        few.lon, few.lat = self.lon[cells], self.lat[cells]
        few.gain_lon, few.gain_lat = self.gain_lon[:, keep], self.gain_lat[:, keep]
        few.gain_h = self.gain_h[:, keep]
        few.gain_d = {key: gain[:, keep] for key, gain in self.gain_d.items()}
        few.posterior = replace(
            self.posterior,
            t_ns=self.posterior.t_ns[keep],
            lon_deg=few.lon,
            lat_deg=few.lat,
            h_hae_m=self.posterior.h_hae_m[cells],
            observed=self.posterior.observed[keep],
            bias_sigmas=few.own,
        )
        few.given = {key: d[cells] for key, d in self.given.items()}
        few.offset = {key: d[cells] for key, d in self.offset.items()}
        return few

    def sensors(self) -> list[list[int]]:
        """Return which biases belong to each sensor; none where nobody says what they move."""
        if not self.whole.bias_moves_deg.size:
            return []
        of: dict[str, list[int]] = {}
        for k, name in enumerate(self.whole.bias_names):
            of.setdefault(name.rpartition(" ")[0], []).append(k)
        return list(of.values())

    def alone(self, which: list[int]) -> Shifts:
        """Return the same if the flight went all the way with the biases of one sensor.

        So it would, had nobody else seen it: a track of several sensors goes with each in part.
        """
        own = copy(self)
        own.which = which
        # What is measured is off by the bias: the flight that fits lies on the other side.
        moves = np.zeros_like(self.whole.bias_moves_deg)
        moves[:, which] = -self.whole.bias_moves_deg[:, which]
        own.gain_lon, own.gain_lat = moves
        own.gain_h = np.zeros_like(self.gain_h)
        return own

    @property
    def real(self) -> bool:
        """Return whether the track can be drawn again under other biases."""
        return self.whole.given_biases is not None and not self.gain_d

    def drawn(self, biases: Floats) -> Evidence:
        """Return the evidence under several biases, (G, B), of flights drawn again: (G S, K)."""
        again = self.whole.given_biases
        if again is None:
            raise ValueError("nobody can draw this track again; ask `real` first")
        key = biases.tobytes()
        if key not in self.again:
            self.again[key] = again(biases, self.posterior.t_ns, len(self.own))
        one = self.again[key]
        lon0 = self.lon0[:, :1]
        lon = lon0 + geo.wrap_deg(one.lon_deg - lon0)
        measured = self.measure(lon, one.lat_deg)
        every = {
            key: np.tile(self.offset[key], (len(biases), 1)) + at for key, at in measured.items()
        }
        own = np.repeat(biases, len(self.own), axis=0)
        return replace(
            self.evidence,
            posterior=replace(
                self.posterior,
                lon_deg=lon,
                lat_deg=one.lat_deg,
                h_hae_m=one.h_hae_m,
                bias_sigmas=own,
            ),
            signed_distance_m={(k[0], k[1]): d for k, d in every.items() if len(k) == 2},
            place_distance_m={k[0]: d for k, d in every.items() if len(k) == 1},
        )

    def measure(self, lon: Floats, lat: Floats) -> dict[Key, Floats]:
        """Return the distances of positions, of one shape with them."""
        found: dict[Key, Floats] = {}
        for key, measure in self.evidence.signed_distance.items():
            if key in self.given:
                found[key] = measure(lon, lat)
        for name, (lon0, lat0) in self.evidence.places.items():
            if (name,) in self.given:
                found[(name,)] = (flat_m if self.rough else place_m)(lon, lat, lon0, lat0)
        return found

    def exact(self, bias: Floats) -> Evidence:
        """Return the evidence if the biases were `bias`, (B,) in prior sigmas."""
        return self.moved_to(bias[None])

    def moved_to(self, biases: Floats) -> Evidence:
        """Return the evidence under several biases, (G, B), one after the other: (G S, K)."""
        lon, lat = self.moved(biases)
        distances = {
            key: np.tile(self.offset[key], (len(biases), 1)) + at
            for key, at in self.measure(lon, lat).items()
        }
        return self.with_distances(biases, lon, lat, distances)

    def moved(self, biases: Floats) -> tuple[Floats, Floats]:
        """Return positions under several biases, (G, B), one after the other: (G S, K)."""
        by = biases[:, None] - self.own  # (G, S, B)
        shape = (-1, self.lon.shape[1])
        lon, lat = self.lon + by @ self.gain_lon, self.lat + by @ self.gain_lat
        return lon.reshape(shape), lat.reshape(shape)

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
        lon, lat = self.moved(bias[None])
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

    def agreeing(self) -> tuple[Shifts, Floats]:
        """Return the same if all sensors were off alike, and the ways in which they are, (N, B).

        A way moves what each of them sees as far in one direction, so that none is left to
        contradict the others.
        """
        sensors = self.sensors()
        moves = -self.whole.bias_moves_deg
        wide = float(np.cos(np.radians(self.lat.mean())))
        turn = np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS)
        toward = np.stack([np.sin(turn), np.cos(turn)], axis=1)
        ways = np.zeros((DIRECTIONS, len(self.mean)))
        for which in sensors:
            by = np.stack([moves[0, which].mean(axis=1) * wide, moves[1, which].mean(axis=1)])
            ways[:, which] = toward @ np.linalg.pinv(by).T
        own = copy(self)
        own.gain_lon, own.gain_lat = moves / max(len(sensors), 1)
        own.gain_h = np.zeros_like(self.gain_h)
        return own, ways / np.linalg.norm(ways, axis=1, keepdims=True)

    def moving(self) -> NDArray[np.bool_]:
        """Return which biases move the flight at all, (B,)."""
        gains = [self.gain_lon, self.gain_lat, self.gain_h, *self.gain_d.values()]
        return np.asarray(np.any([np.any(gain != 0, axis=1) for gain in gains], axis=0))

    def circles(self) -> Floats:
        """Return directions all around, of one sensor's biases two by two, (N, B)."""
        turn = np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS)
        out = [np.zeros((0, len(self.mean)))]
        for one, other in combinations(self.which or [], 2):
            around = np.zeros((DIRECTIONS, len(self.mean)))
            around[:, one], around[:, other] = np.cos(turn), np.sin(turn)
            out.append(around)
        return np.concatenate(out)

    def translations(self) -> Floats:
        """Return the least biases that move the whole track eight ways, (8, B) of length 1."""
        east = self.gain_lon.mean(axis=1) * np.cos(np.radians(self.lat.mean()))
        way = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        found = np.stack([np.sin(way), np.cos(way)], axis=1) @ np.linalg.pinv(
            np.stack([east, self.gain_lat.mean(axis=1)], axis=1)
        )
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.where(norms > 0, norms, 1.0))


def light(evidence: Evidence) -> Evidence:
    """Return the evidence with one sample of its many: what is asked for its names and measures
    goes to another process in a hundredth of the time."""
    posterior = evidence.posterior
    if posterior is None:
        return evidence
    return replace(
        evidence,
        posterior=_one_of(posterior),
        signed_distance_m={key: d[:1] for key, d in evidence.signed_distance_m.items()},
        place_distance_m={key: d[:1] for key, d in evidence.place_distance_m.items()},
    )


def _one_of(posterior: Posterior) -> Posterior:
    return replace(
        posterior,
        lon_deg=posterior.lon_deg[:1],
        lat_deg=posterior.lat_deg[:1],
        h_hae_m=posterior.h_hae_m[:1],
        bias_sigmas=posterior.bias_sigmas[:1],
    )


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
        bias_moves_deg=posterior.bias_moves_deg[..., keep if posterior.bias_moves_deg.size else []],
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


def flat_m(lon: Floats, lat: Floats, lon0: float, lat0: float) -> Floats:
    """Return the same on a plane about the place: off by 1 % at 100 km in the north."""
    north = np.radians(lat - lat0)
    east = np.radians(geo.wrap_deg(lon - lon0)) * np.cos(np.radians(lat0))
    return np.asarray(geo.R_MEAN_M * np.sqrt(north * north + east * east))


def _regress(centred: Floats, values: Floats) -> Floats:
    """Return (B, K): how values, (M, K), move with the biases; 0 where a value is not known."""
    moved = values - values.mean(axis=0)
    known = np.isfinite(moved).all(axis=0)
    # Normal equations: a few biases of like spread, so nothing is lost, and a bias without any
    # spread gets no gain.
    normal = np.linalg.pinv(centred.T @ centred, hermitian=True)
    return np.asarray(normal @ (centred.T @ np.where(known, moved, 0.0)))
