"""Updates of one feed as columns: what the engine takes in.

`batch_of` makes them from any subset of the schema `FIX`.  Whose an update is, best first: its
ICAO address, the `track` that the feed names, the radar's `track_no`; an update with none of the
three belongs to nobody yet (`key` -1) and is matched by place.  Not reported is NaN, or -1 in a
column of codes; a value that cannot be is an error of its record, counted in `errors`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin.schema import DISTRUST, Floats

Ints = NDArray[np.int64]
Bytes = NDArray[np.int8]
Bools = NDArray[np.bool_]

#: Kinds of source, in the order of their codes.
KINDS = (
    "adsb",
    "adsr",
    "tisb",
    "mlat",
    "mode_s",
    "psr",
    "ssr",
    "psr_ssr",
    "track",
    "remote_id",
    "flarm",
    "file",
)
#: One-sigma error per axis of a position that does not state its own, by the kinds above: what
#: `feed.accuracy` takes for each, and argues for there; the caller may pass better ones.
_SIGMA_M = (75.0, 100.0, 250.0, 150.0, 250.0, 250.0, 250.0, 250.0, 250.0, 25.0, 25.0, 250.0)
_ANSWERS = (1, 1, 1, 1, 1, 0, 1, 1, -1, 1, 1, -1)  # does it take part: 1 yes, 0 no, -1 untold
_EPU95 = 2.448  # sigmas per axis in a 95 % circle
FOREIGN = 1 << 24  # added to addresses that are not ICAO's
NAMED = 1 << 62  # keys that come from a name
NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """N updates of one feed; all arrays are (N,), heights (4, N) as `settings.DATUMS`."""

    feed: str
    witness: str  # the sensor behind it: two feeds of one radar are one witness
    key: Ints  # whose update it is: an address, or the hash of a name; -1: nobody's yet
    t_ns: Ints  # of the observation, UTC; -1: not told
    lon_deg: Floats
    lat_deg: Floats
    sigma_m: Floats  # of the position, per axis
    ve_mps: Floats
    vn_mps: Floats
    h_m: Floats
    h_sigma_m: Floats
    vrate_mps: Floats
    kind: Bytes  # code of KINDS
    answers: Bytes  # 1 a transponder answers, 0 seen by primary radar alone, -1 cannot be told
    grounded: Bytes  # 1 on the ground, 0 in the air, -1 not told
    plan: Bytes  # 1 a flight plan is known, 0 none is, -1 nobody looked
    nacp: Bytes
    nic: Bytes
    callsign: NDArray[np.int32]  # index of `callsigns`, -1: not told
    callsigns: tuple[str, ...]
    type: NDArray[np.int32]  # index of `types`, -1: not told
    types: tuple[str, ...]
    names: dict[int, str] = field(default_factory=dict)  # of the keys that are no addresses
    errors: dict[str, int] = field(default_factory=dict)  # records refused, by reason

    def __len__(self) -> int:
        return len(self.key)

    def take(self, index: Ints) -> Batch:
        """Return some of the updates, in the order of the index; errors stay with the whole."""
        columns: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, np.ndarray):
                columns[each.name] = value[..., index]
        return replace(self, errors={}, **columns)


def batch_of(fixes: pa.Table, feed: str, witness: str, sigma_m: Floats | None = None) -> Batch:
    """Return the updates of a table with any subset of the columns of `FIX`, in its order.

    sigma_m   (N,) one-sigma position error per axis, from `feed.accuracy.position_sigma_m`;
              without it, the table's own covariance or EPU, or the usual error of its kind

    Test targets and ghosts are left out and counted, records with an impossible number too.
    """
    count = fixes.num_rows
    told = _Columns(fixes)
    errors: dict[str, int] = {}
    kind = _codes(told.words("source_kind"), KINDS, KINDS.index("file"))
    lon, lat = told.numbers("lon_deg"), told.numbers("lat_deg")
    h = np.stack([told.numbers(f"h_{each}_m") for each in ("pressure", "msl", "hae", "agl")])
    corrected = (told.truths("h_qnh_applied") == 1) & np.isnan(h[1])  # I062/135 with the QNH bit
    h[1, corrected], h[0, corrected] = h[0, corrected], np.nan
    speed, course = told.numbers("gs_mps"), np.radians(told.numbers("track_deg"))
    ve, vn = told.numbers("ve_mps"), told.numbers("vn_mps")
    ve = np.where(np.isnan(ve), speed * np.sin(course), ve)
    vn = np.where(np.isnan(vn), speed * np.cos(course), vn)
    sigma = _sigma_m(told, kind) if sigma_m is None else np.array(sigma_m, np.float64)

    kept = np.ones(count, bool)
    _refuse(kept, told.nans, "not-a-number", errors)
    with np.errstate(invalid="ignore"):
        off = (np.abs(lat) > 90) | (np.abs(lon) > 360) | np.isinf(lon) | np.isinf(lat)
    _refuse(kept, off, "no-such-place", errors)
    drill = (told.truths("test") == 1) | (told.truths("ghost") == 1)
    _refuse(kept, drill, "test-or-ghost", errors)
    # A tracker that coasts has not seen anything, and a reader's doubt is no place to act on.
    unseen = told.truths("coasted") == 1
    doubted = (told.whole("flags", 0) & int(DISTRUST)) != 0
    for mask, reason in ((unseen, "coasted"), (doubted, "doubted-by-reader")):
        lost = mask & kept & ~np.isnan(lon)
        if lost.any():
            errors[reason] = errors.get(reason, 0) + int(lost.sum())
    nowhere = unseen | doubted | np.isnan(lon) | np.isnan(lat)
    lon, lat = np.where(nowhere, np.nan, lon), np.where(nowhere, np.nan, lat)

    key, names = _keys(told, witness, count)
    callsigns = told.words("callsign")
    spoken = told.words("fpl_callsign")
    callsign, callsign_names = _merged(callsigns, spoken)
    model, model_names = _merged(told.words("fpl_type"), (np.full(count, -1, np.int32), ()))
    return Batch(
        feed=feed,
        witness=witness,
        key=key[kept],
        t_ns=told.times(count)[kept],
        lon_deg=lon[kept],
        lat_deg=lat[kept],
        sigma_m=sigma[kept],
        ve_mps=ve[kept],
        vn_mps=vn[kept],
        h_m=h[:, kept],
        h_sigma_m=told.numbers("h_sigma_m")[kept],
        vrate_mps=told.numbers("vrate_mps")[kept],
        kind=kind[kept],
        answers=_answers(told, kind)[kept],
        grounded=told.truths("on_ground")[kept],
        plan=_plan(told)[kept],
        nacp=told.whole("nacp", -1).astype(np.int8)[kept],
        nic=told.whole("nic", -1).astype(np.int8)[kept],
        callsign=callsign[kept],
        callsigns=callsign_names,
        type=model[kept],
        types=model_names,
        names=names,
        errors=errors,
    )


class _Columns:
    """The columns of a table as arrays; what is absent or null is NaN or -1."""

    def __init__(self, fixes: pa.Table) -> None:
        self._fixes, self._count = fixes, fixes.num_rows
        self._names = frozenset(fixes.column_names)
        self.nans = np.zeros(self._count, bool)  # rows in which a number is no number

    def numbers(self, name: str) -> Floats:
        if name not in self._names:
            return np.full(self._count, np.nan)
        column = self._fixes[name].combine_chunks()
        values = np.asarray(column.to_numpy(zero_copy_only=False), np.float64)
        bad = ~np.isfinite(values)
        if bad.any():
            self.nans |= bad & column.is_valid().to_numpy(zero_copy_only=False)
        return values.copy() if not values.flags.writeable else values

    def whole(self, name: str, absent: int) -> Ints:
        if name not in self._names:
            return np.full(self._count, absent, np.int64)
        column = pc.fill_null(self._fixes[name].cast(pa.int64()), absent)
        return np.asarray(column.to_numpy())

    def truths(self, name: str) -> Bytes:
        if name not in self._names:
            return np.full(self._count, -1, np.int8)
        column = pc.fill_null(self._fixes[name].cast(pa.int8()), -1)
        return np.asarray(column.to_numpy())

    def words(self, name: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return codes and the words they stand for; -1 is null."""
        if name not in self._names:
            return np.full(self._count, -1, np.int32), ()
        column = self._fixes[name].combine_chunks()
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        codes = pc.fill_null(column.indices.cast(pa.int32()), -1).to_numpy(zero_copy_only=False)
        return np.asarray(codes), tuple(str(each) for each in column.dictionary.to_pylist())

    def times(self, count: int) -> Ints:
        out = np.full(count, -1, np.int64)
        for name in ("t_reception", "t_applicability"):
            if name in self._names:
                told = pc.fill_null(self._fixes[name].cast(pa.int64()), -1).to_numpy()
                out = np.where(told >= 0, told, out)
        return out


def _sigma_m(told: _Columns, kind: Bytes) -> Floats:
    usual = np.array(_SIGMA_M)[kind]
    reported = np.sqrt((told.numbers("pos_cov_ee") + told.numbers("pos_cov_nn")) / 2)
    derived = told.numbers("pos_epu95_m") / _EPU95
    out = np.where(derived > 0, derived, usual)
    return np.where(reported > 0, reported, out)


def _refuse(kept: Bools, bad: Bools, reason: str, errors: dict[str, int]) -> None:
    found = kept & bad
    if found.any():
        errors[reason] = int(found.sum())
        kept &= ~bad


def _codes(
    words: tuple[NDArray[np.int32], tuple[str, ...]], known: tuple[str, ...], absent: int
) -> Bytes:
    codes, names = words
    table = np.array(
        [known.index(each) if each in known else absent for each in names] + [absent], np.int8
    )
    return table[codes]


def _answers(told: _Columns, kind: Bytes) -> Bytes:
    """Return whether a transponder takes part: the kind says, else the record's own marks."""
    out = np.array(_ANSWERS, np.int8)[kind]
    shown = np.zeros(len(kind), bool)
    for name in ("ssr", "mode_s", "adsb", "mode5"):
        shown |= told.truths(name) == 1
    shown |= (told.whole("icao24", -1) >= 0) | (told.whole("squawk", -1) > 0)
    out = np.where((out < 0) & shown, 1, out)
    alone = told.truths("primary_only") == 1
    alone |= (told.truths("psr") == 1) & (told.truths("ssr") == 0) & (told.truths("mode_s") == 0)
    return np.where(alone & ~shown, 0, out).astype(np.int8)


def _plan(told: _Columns) -> Bytes:
    out = told.truths("fpl_correlated").copy()
    for name in ("fpl_id", "fpl_callsign"):
        out[told.words(name)[0] >= 0] = 1
    return out


def _keys(told: _Columns, witness: str, count: int) -> tuple[Ints, dict[int, str]]:
    names: dict[int, str] = {}
    key = np.full(count, NOBODY, np.int64)
    number = told.whole("track_no", -1)
    some = number >= 0
    if some.any():
        source, sources = told.words("track_src")
        code = source.astype(np.int64) * (1 << 33) + number
        for each in np.unique(code[some]):
            at, which = divmod(int(each), 1 << 33)
            name = f"{sources[at] if at >= 0 else witness}/{which}"
            key[some & (code == each)] = _named(name, names)
    track, tracks = told.words("track")
    if len(tracks):
        table = np.array([_named(each, names) if each else NOBODY for each in tracks] + [NOBODY])
        key = np.where(track >= 0, table[track], key)
    address = told.whole("icao24", -1)
    kinds, kind_names = told.words("icao24_kind")
    foreign = _codes((kinds, kind_names), ("anonymous", "non_icao"), -1) >= 0
    key = np.where(address > 0, address + np.where(foreign, FOREIGN, 0), key)
    return key, names


def _named(name: str, names: dict[int, str]) -> int:
    key = named(name)
    names[key] = name
    return key


@lru_cache(maxsize=65_536)
def named(name: str) -> int:
    """Return the key of a name: the same for the same name, and no address."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return NAMED | (int.from_bytes(digest, "big") >> 2)


def _merged(
    first: tuple[NDArray[np.int32], tuple[str, ...]],
    second: tuple[NDArray[np.int32], tuple[str, ...]],
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return one column of words: the first, and where it is silent the second."""
    codes = np.where(
        first[0] >= 0, first[0], np.where(second[0] >= 0, second[0] + len(first[1]), -1)
    )
    return codes.astype(np.int32), (*first[1], *second[1])
