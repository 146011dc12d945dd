"""Mode S frames to fixes: one row for every sound frame, placed or merely heard.

`vet` judges parity and header, `positions` places, `squitter` and `codes` (rs1090) read the other
fields, `reports` lays them out.

Addresses.  "verified": an address under parity of its own (DF 11, 17, 18), or one overlaid on the
parity of a reply (DF 0, 4, 5, 16, 20, 21) that such a frame of the same file also bears.
"parity": overlaid and never seen otherwise; any noise has such an address.  "non_icao": DF 18 with
a track number for an address; "anonymous": DF 18 with CF 1.

Heights.  Type codes 9-18 and replies carry pressure altitude, in steps of 25 ft, or 100 ft where
the Q bit is 0.  Type codes 20-22 carry GNSS height above the ellipsoid.  DO-260B, 2.2.3.2.3.4
has the two share one field and one encoding, 25 or 100 ft by the Q bit; some decoders read the
same 12 bits as metres, which has no ground there.  So feet are read, and a height that denies the
pressure altitude of the same aircraft is not used and counted in the notes.

Time of applicability is the receiver's stamp: a frame holds no time of transmission, and its
position may be up to 0.6 s older than that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.feed import carry, pairs, positions
from tocsin.feed.carry import QUALITY_S
from tocsin.feed.codes import DECODER, read_codes
from tocsin.feed.columns import fixes
from tocsin.feed.frames import Frames, Ints
from tocsin.feed.quarantine import Quarantine
from tocsin.feed.reports import Carrier, identity, motion, pressure_and_height, quality, words
from tocsin.feed.source import ReadOptions, Source
from tocsin.feed.squitter import Squitter, on_ground, velocity
from tocsin.feed.vet import Sound, vet
from tocsin.schema import Flag, Floats

_KINDS = ("adsb", "tisb", "adsr", "mlat", "mode_s")
_ADSB, _TISB, _ADSR, _MLAT, _MODE_S = range(5)
_ADDRESS_KINDS = ("verified", "parity", "non_icao", "anonymous")
_VERIFIED, _PARITY, _NON_ICAO, _ANONYMOUS = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The table of one file and what was assumed on the way."""

    table: pa.Table
    notes: tuple[str, ...]


@dataclass(slots=True)
class Memory:
    """What a stream of frames knows from the batches before."""

    carried: carry.Memory = field(default_factory=carry.Memory)
    places: positions.Memory = field(default_factory=positions.Memory)
    proven: dict[int, float] = field(default_factory=dict)  # addresses and when last under parity

    def forget(self, before_s: float) -> None:
        """Drop what was last heard before a time, on the clock of the frames."""
        self.carried.forget(before_s)
        self.places.forget(before_s)
        for address in [a for a, at_s in self.proven.items() if at_s < before_s]:
            del self.proven[address]

    def dump(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "carried": self.carried.dump(),
            "places": self.places.dump(),
            "proven": list(self.proven.items()),
        }

    @classmethod
    def load(cls, told: dict[str, Any]) -> Memory:
        """Return the memory that was dumped."""
        carried, places = carry.Memory.load(told["carried"]), positions.Memory.load(told["places"])
        return cls(carried, places, {int(a): float(at_s) for a, at_s in told["proven"]})


def decode(
    source: Source,
    options: ReadOptions,
    frames: Frames,
    quarantine: Quarantine,
    t_quality: str,
    memory: Memory | None = None,
) -> Decoded:
    """Return one row per sound frame, in file order; the others go to the quarantine.

    frames      whose digits are known to be good; any length, format or parity
    t_quality   "gps", "host" or "counter": whose clock stamped the frames
    memory      of a stream whose next frames these are; it is brought up to date.  What a whole
                file would tell from *later* frames, that an address is real, a stream cannot.
    """
    sound = vet(frames, quarantine)
    frames, df = sound.frames, sound.df
    es = Squitter.of(frames.data, np.isin(df, (17, 18)))
    read = read_codes(frames.data, df, es)
    link, address_kind = _addresses(sound, es, None if memory is None else memory.proven)
    aircraft = sound.icao24 | link << 24 | (address_kind >= 2).astype(np.int64) << 26
    before = None if memory is None else memory.carried
    carried = Carrier.of(aircraft, frames.clock_s, es.surface | es.airborne, before)

    columns = motion(carried, es, on_ground(df, sound.field, es))
    places = None if memory is None else memory.places
    lat, lon, how = _placed(carried, aircraft, frames, es, options, places)
    heights, doubtful = pressure_and_height(carried, es, df, frames.data, read.altitude_ft)
    columns |= heights
    columns |= quality(carried, es, np.isin(link, (_TISB, _MLAT)), np.isfinite(columns["h_hae_m"]))
    columns |= identity(carried, es, df, sound.field, read)
    columns |= {
        "lat_deg": lat,
        "lon_deg": lon,
        "flags": np.where(how == positions.REFERRED, int(Flag.CPR_REFERENCE), 0),
        "source_kind": words(np.where(es.es | (link == _MLAT), link, _MODE_S), _KINDS),
        "icao24": sound.icao24,
        "icao24_kind": words(address_kind, _ADDRESS_KINDS),
    }
    columns |= _provenance(source, options, frames, t_quality)
    notes = _notes(how, doubtful)
    return Decoded(fixes(source.sha256, frames.index, columns), notes)


def _addresses(
    sound: Sound, es: Squitter, known: dict[int, float] | None = None
) -> tuple[Ints, Ints]:
    """Return the way each frame came (_ADSB, ...) and the kind of its address, both (N,).

    DF 18 by CF (DO-260B, 2.2.3.2.1): 0 and 1 devices that are no transponders, 2 and 5
    TIS-B, 6 ADS-R.  Relayed frames mark an address that is no ICAO one by the IMF bit, which
    stands where an airborne position has NIC supplement B and a velocity its intent flag.
    """
    df, cf, icao24 = sound.df, sound.field, sound.icao24
    device = df == 18
    link = np.where(device & np.isin(cf, (2, 5)), _TISB, _ADSB)
    link = np.where(device & (cf == 6), _ADSR, link)
    if sound.frames.mlat is not None:
        link = np.where(sound.frames.mlat, _MLAT, link)
    imf = np.where(es.airborne, es.bits(8, 8), np.where(es.surface, es.bits(21, 21), 0))
    imf = np.where(es.tc == 19, es.bits(9, 9), imf)
    kind = np.where(device & ((cf == 5) | np.isin(cf, (2, 6)) & (imf == 1)), _NON_ICAO, _VERIFIED)
    kind = np.where(device & (cf == 1), _ANONYMOUS, kind)
    bare = np.isin(df, (11, 17, 18))
    own = bare & (kind == _VERIFIED)
    proven = np.unique(icao24[own])
    if known is not None:
        known.update(zip(icao24[own].tolist(), sound.frames.clock_s[own].tolist(), strict=True))
        proven = np.array(sorted(known), np.int64)
    return link, np.where(bare | np.isin(icao24, proven), kind, _PARITY)


def _placed(
    carried: Carrier,
    aircraft: Ints,
    frames: Frames,
    es: Squitter,
    options: ReadOptions,
    memory: positions.Memory | None,
) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """Return latitude, longitude (N,) and how each was decided; -1 where nothing was to be."""
    count = len(frames)
    speed_mps, _ = carried("pair_speed_mps", velocity(es)["gs_mps"], QUALITY_S)
    rows = carried.order.row[carried.placed[carried.order.row]]
    codes = pairs.Codes(
        aircraft[rows],
        frames.clock_s[rows],
        es.surface[rows],
        es.bits(22, 22)[rows] == 1,
        es.bits(23, 39)[rows],
        es.bits(40, 56)[rows],
        speed_mps[rows],
    )
    lat, lon, how = np.full(count, np.nan), np.full(count, np.nan), np.full(count, -1, np.int8)
    lat[rows], lon[rows], how[rows] = positions.resolve(codes, options.reference, memory)
    return lat, lon, how


def _provenance(
    source: Source, options: ReadOptions, frames: Frames, t_quality: str
) -> dict[str, Any]:
    timed = ~np.isnat(frames.t)
    inferred = np.zeros(len(frames), np.bool_) if frames.mlat is None else frames.mlat
    columns: dict[str, Any] = {
        "source_id": options.source_id or Path(source.path).name,
        "decoder": DECODER,
        "t_applicability": _utc(frames.t),
        "t_reception": _utc(frames.t),
        "t_quality": words(np.where(timed, inferred, -1), (t_quality, "inferred")),
    }
    if frames.place == "byte":
        columns["byte_offset"] = frames.index
        if frames.span is not None:
            columns["byte_length"] = frames.span
    else:
        columns["row_number"] = frames.index
    return columns


def _utc(t: NDArray[np.datetime64]) -> pa.Array:
    return pa.array(t.astype("datetime64[ns]")).cast(pa.timestamp("ns", "UTC"))


def _notes(how: NDArray[np.int8], doubtful: int) -> tuple[str, ...]:
    """Return in words what was not placed, and how often."""
    sentences = (
        (how == positions.NO_REFERENCE, "surface position unresolved (no reference)"),
        (how == positions.UNRESOLVED, "position unresolved (no frame of the other parity yet)"),
        (how == positions.CONTRADICTED, "position not placed (contradicts what went before)"),
        (how == positions.REFERRED, "position from one frame and the last one (cpr_reference)"),
    )
    notes = [f"{int(which.sum()):,} x {text}" for which, text in sentences if which.any()]
    if doubtful:
        notes.append(f"{doubtful:,} x GNSS height against the pressure altitude, not used")
    return tuple(notes)
