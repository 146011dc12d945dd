"""The decoded records of an ASTERIX file as one table of fixes, in the order of the file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.feed import asterixcolumns, asterixsites, asterixtime, columns, parse
from tocsin.feed.asterixblocks import Blocks
from tocsin.feed.asterixgroup import Group, Told
from tocsin.feed.frames import Bools
from tocsin.feed.quarantine import Quarantine
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import FIX

DECODER = "tocsin-asterix"
DAY_S = asterixtime.DAY_S
#: Ten turns of a slow radar: a tracker has dropped what it has not seen for so long.
SILENCE_S = 120.0
_RAW_BYTES = 40  # of a refused record, kept for a person
_APART = ("keep", "tod_s", "part_s", "heard_s", "inferred", "x_m", "y_m")  # no columns of fixes


def table(
    source: Source,
    options: ReadOptions,
    blocks: Blocks,
    groups: list[Group],
    told: Told,
    quarantine: Quarantine,
) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the fixes of all groups in the order of the file, and what was assumed."""
    notes: list[str] = []
    for group in groups:
        _complete(group, blocks, told)
        _drop_impossible(group, blocks, quarantine)
    groups = [group for group in groups if group.made["keep"].any()]
    start = _joined([g.items.start[g.made["keep"]] for g in groups], np.int64)
    tod_s = _joined([g.made["tod_s"][g.made["keep"]] for g in groups], np.float64)
    packet = _joined([blocks.t_ns[g.block[g.made["keep"]]] for g in groups], np.int64)
    order = np.argsort(start, kind="stable")
    t = np.full(len(start), np.datetime64("NaT", "ns"))
    t[order], dated = asterixtime.resolve(tod_s[order], packet[order], options.date)
    notes += dated
    untimed = int((~np.isfinite(tod_s)).sum())
    if untimed:
        notes.append(f"{untimed:,} x record without a time of day that can be told")
    placed = asterixsites.place(groups, told, options.reference)
    notes += placed
    if not groups:
        empty = np.zeros(0, np.float64)
        core = {
            "source_kind": pa.array([], FIX.field("source_kind").type),
            "t_applicability": pa.array([], FIX.field("t_applicability").type),
            "lat_deg": empty,
            "lon_deg": empty,
        }
        return columns.fixes(source.sha256, np.zeros(0, np.uint64), core), tuple(notes)
    names = {name for group in groups for name in group.names}
    tables, begin = [], 0
    for group in groups:
        count = int(group.made["keep"].sum())
        tables.append(_rows(source, options, blocks, group, t[begin : begin + count], len(names)))
        begin += count
    inferred = sum(int((g.made["inferred"] & g.made["keep"]).sum()) for g in groups
                   if "inferred" in g.made)  # fmt: skip
    if inferred:
        notes.append(f"{inferred:,} x time of reception taken, no time of applicability is given")
    whole = pa.concat_tables(tables, promote_options="default").unify_dictionaries()
    ordered = whole.take(pa.array(order)) if len(tables) > 1 else whole
    have = frozenset(ordered.column_names)  # asking the table for each costs 20 ms
    return ordered.select([n for n in FIX.names if n in have]).combine_chunks(), tuple(notes)


def _rows(
    source: Source,
    options: ReadOptions,
    blocks: Blocks,
    group: Group,
    t: NDArray[np.datetime64],
    sources: int,
) -> pa.Table:
    """Return the fixes of one group as a table."""
    made, keep = group.made, group.made["keep"]
    block = group.block[keep]
    packet = blocks.t_ns[block]
    heard = np.where(packet == parse.NAT, np.datetime64("NaT", "ns"), packet.view("datetime64[ns]"))
    if "heard_s" in made:
        own = asterixtime.beside(t, made["tod_s"][keep], made["heard_s"][keep])
        heard = np.where(np.isnat(own), heard, own)
    inferred = made["inferred"][keep] if "inferred" in made else np.zeros(len(t), np.bool_)
    quality = np.where(np.isnat(t), -1, np.where(inferred, 1, 0))
    given = options.source_id
    names = [
        (given if sources == 1 else f"{given}/{name}") if given else name for name in group.names
    ]
    taken = {n: _kept(v, keep) for n, v in made.items() if n not in _APART}
    taken |= {
        "track": _tracks(group, keep),
        "source_id": asterixcolumns.words(group.name[keep], tuple(names)),
        "decoder": DECODER,
        "edition": group.items.edition.title,
        "byte_offset": blocks.place[block].astype(np.uint64),
        "byte_length": blocks.span[block].astype(np.uint32),
        "record_index": group.number[keep].astype(np.uint16),
        "t_applicability": _utc(t),
        "t_reception": _utc(heard),
        "t_quality": asterixcolumns.words(quality, ("tod_resolved", "inferred")),
    }
    return columns.fixes(source.sha256, group.items.start[keep].astype(np.uint64), taken)


def _tracks(group: Group, keep: Bools) -> pa.Array:
    """Return the source's own name of each track where no address names the aircraft, (N,).

    Trackers use a number again once a track has ended: the name counts its uses ("25.10-482-1"),
    and a use ends with the silence or the flag that says so.
    """
    made = group.made
    number = made["track_no"].fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    lost = np.asarray(made["track_no"].is_null().to_numpy(zero_copy_only=False))
    if "icao24" in made:
        lost = lost | np.asarray(made["icao24"].is_valid().to_numpy(zero_copy_only=False))
    key = np.where(lost, -1, group.name << 32 | number)[keep]
    order = np.argsort(key, kind="stable")
    key = key[order]
    tod_s = made["tod_s"][keep][order]
    step_s = np.diff(tod_s, prepend=tod_s[:1])
    step_s -= DAY_S * np.rint(step_s / DAY_S)
    other = np.diff(key, prepend=np.int64(-2)) != 0
    again = np.nan_to_num(step_s) > SILENCE_S
    if "first" in made:
        again |= made["first"].fill_null(False).to_numpy(zero_copy_only=False)[keep][order]
    if "last" in made:
        ended = made["last"].fill_null(False).to_numpy(zero_copy_only=False)[keep][order]
        again[1:] |= ended[:-1]
    begins = np.flatnonzero(other | again)
    use = np.cumsum(other | again) - 1  # one number for each use
    opening = np.maximum.accumulate(np.where(other[begins], np.arange(len(begins)), 0))
    names = tuple(
        f"{group.names[k >> 32]}-{k & 0xFFFFFFFF}-{n}" if k >= 0 else ""
        for k, n in zip(
            key[begins].tolist(), (np.arange(len(begins)) - opening + 1).tolist(), strict=True
        )
    )
    out = np.empty(len(key), np.int64)
    out[order] = np.where(key >= 0, use, -1)
    return asterixcolumns.words(out, names)


def _complete(group: Group, blocks: Blocks, told: Told) -> None:
    """Fill in the time of day of CAT001 from the service messages of its radar or the packet."""
    part_s = group.made.get("part_s")
    if part_s is None:
        return
    near_s = np.full(len(part_s), np.nan)
    packet = blocks.t_ns[group.block]
    timed = packet != parse.NAT
    near_s[timed] = packet[timed] % (86_400 * parse.NS) / parse.NS
    for number, name in enumerate(group.names):
        for places, tod_s in told.clocks.get(name, []):
            known = np.isfinite(tod_s)
            if not known.any():
                continue
            places, tod_s = places[known], tod_s[known]
            rows = np.flatnonzero(group.name == number)
            before = np.searchsorted(places, group.items.start[rows]) - 1
            near_s[rows] = tod_s[np.maximum(before, 0)]
    group.made["tod_s"] = asterixtime.completed(part_s, near_s)


def _drop_impossible(group: Group, blocks: Blocks, quarantine: Quarantine) -> None:
    """Quarantine records whose time or place cannot be; they give no fix."""
    made = group.made
    with np.errstate(invalid="ignore"):
        late = made["keep"] & (made["tod_s"] >= DAY_S)
        lat, lon = made["lat_deg"], made["lon_deg"]
        nowhere = made["keep"] & ~late & ((np.abs(lat) > 90) | (np.abs(lon) > 180))
    for row in np.flatnonzero(late | nowhere).tolist():
        if late[row]:
            reason = "time"
            detail = f"time of day {made['tod_s'][row]:.3f} s is past the end of the day"
        else:
            reason = "position"
            detail = f"latitude {lat[row]:.5f}, longitude {lon[row]:.5f} are on no Earth"
        block = int(group.block[row])
        place = f"byte {blocks.place[block]} record {group.number[row]}"
        begin = int(group.items.start[row])
        quarantine.add(place, reason, detail, blocks.data[begin : begin + _RAW_BYTES])
    made["keep"] = made["keep"] & ~late & ~nowhere


def _kept(value: object, keep: Bools) -> object:
    if keep.all() or isinstance(value, str):
        return value
    return value[keep] if isinstance(value, np.ndarray) else value.filter(pa.array(keep))  # type: ignore[attr-defined]


def _joined(parts: list[Any], kind: type) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def _utc(t: NDArray[np.datetime64]) -> pa.Array:
    return pa.array(t.astype("datetime64[ns]")).cast(pa.timestamp("ns", "UTC"))
