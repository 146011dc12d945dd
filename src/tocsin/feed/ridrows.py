"""Positions that drones declared, on their way to fixes: one row a position."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin.feed.capture import NO_TIME_NS, Ints
from tocsin.feed.columns import fixes
from tocsin.feed.identity import assign_tracks
from tocsin.schema import FIX, Floats

DRONE, OPERATOR = "remote_id", "remote_id_operator"

#: Columns that a row may have, all float; the rest of a row are texts.
_NUMBERS = (
    "lat_deg",
    "lon_deg",
    "h_pressure_m",
    "h_hae_m",
    "h_agl_m",
    "gs_mps",
    "track_deg",
    "vrate_mps",
    "on_ground",
    "emergency",
    "pos_epu95_m",
    "h_sigma_m",
    "vel_sigma_mps",
    "t_sigma_s",
)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """N positions of one kind and scheme."""

    kind: str  # DRONE or OPERATOR
    decoder: str
    editions: list[str]  # (N,)
    frame: Ints  # (N,) index of the packet
    at: Ints  # (N,) byte offset
    size: int  # bytes that the position was read from
    name: list[str]  # (N,) of the track
    uas_id: list[str]  # (N,) empty where none is known
    t_ns: Ints  # (N,) when the message says it applies; NO_TIME_NS where it does not tell
    numbers: dict[str, Floats]  # (N,) each
    warnings: list[list[str]] = field(default_factory=list)  # (N,)

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, keep: NDArray[np.bool_]) -> Rows:
        """Return the rows where `keep` (N,) is true."""
        some = np.flatnonzero(keep).tolist()
        return Rows(
            self.kind,
            self.decoder,
            [self.editions[i] for i in some],
            self.frame[keep],
            self.at[keep],
            self.size,
            [self.name[i] for i in some],
            [self.uas_id[i] for i in some],
            self.t_ns[keep],
            {name: column[keep] for name, column in self.numbers.items()},
            [self.warnings[i] for i in some],
        )

    def on_earth(self) -> NDArray[np.bool_]:
        """Return which positions are on this Earth or not given at all, (N,)."""
        lat, lon = self.numbers["lat_deg"], self.numbers["lon_deg"]
        return ~((np.abs(lat) > 90) | (np.abs(lon) > 180))

    def placed(self) -> NDArray[np.bool_]:
        """Return which rows have a position, (N,)."""
        return np.isfinite(self.numbers["lat_deg"])


def table(parts: list[Rows], t_ns: Ints, sha256: bytes, source_id: str) -> pa.Table:
    """Return the fixes of all rows in the order of the file, with tracks.

    t_ns    of every packet of the capture
    """
    parts = [part for part in parts if len(part)]
    order = np.argsort(_ints([part.at for part in parts]), kind="stable")

    def words(pick: Callable[[Rows], list[str]]) -> pa.Array:
        texts = pa.array([text or None for part in parts for text in pick(part)], pa.string())
        return texts.take(pa.array(order))

    def numbers(name: str) -> Floats:
        unknown = [part.numbers.get(name, np.full(len(part), np.nan)) for part in parts]
        return np.concatenate(unknown)[order] if unknown else np.zeros(0)

    at = _ints([part.at for part in parts])[order]
    heard = t_ns[_ints([part.frame for part in parts])[order]]
    applies = _ints([part.t_ns for part in parts])[order]
    columns: dict[str, object] = {name: _typed(name, numbers(name)) for name in _NUMBERS}
    warnings = [line for part in parts for line in part.warnings]
    sizes = _ints([np.full(len(part), part.size) for part in parts])[order]
    told, timed = applies != NO_TIME_NS, heard != NO_TIME_NS
    columns |= {
        "source_id": source_id,
        "source_kind": words(lambda part: [part.kind] * len(part)),
        "byte_offset": at.astype(np.uint64),
        "byte_length": sizes,
        "decoder": words(lambda part: [part.decoder] * len(part)),
        "edition": words(lambda part: part.editions),
        "t_applicability": _stamps(applies),
        "t_reception": _stamps(heard),
        "t_quality": pc.if_else(
            pa.array(told),
            "declared",
            pc.if_else(pa.array(timed), "host", pa.scalar(None, pa.string())),
        ),
        "callsign": words(lambda part: part.name),  # for the moment: it names the tracks
        "acc_basis": pa.array(
            np.where(np.isfinite(numbers("pos_epu95_m")), "derived_code", "none").tolist(),
            pa.string(),
        ),
        "flags": np.zeros(len(at), np.int64),
        "parse_warnings": pa.array(
            [warnings[i] or None for i in order.tolist()], pa.list_(pa.string())
        ),
    }
    made = assign_tracks(fixes(sha256, at.astype(np.uint64), columns))
    ids = words(lambda part: part.uas_id).dictionary_encode()
    field_ = FIX.field("callsign")
    return made.set_column(made.column_names.index("callsign"), field_, ids)


def _ints(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _stamps(t_ns: Ints) -> pa.Array:
    return pa.array(t_ns, pa.timestamp("ns", "UTC"), mask=t_ns == NO_TIME_NS)


def _typed(name: str, values: Floats) -> pa.Array:
    wanted = FIX.field(name).type
    column = pa.array(values, from_pandas=True)
    return column if pa.types.is_floating(wanted) else pc.cast(column, wanted)
