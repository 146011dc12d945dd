"""ASTERIX recordings: radar plots, system tracks and ADS-B reports (EUROCONTROL SPEC-0149).

Fixes come from CAT001, 010, 020, 021, 048 and 062; service messages (002, 034, 065) are counted and
noted; other categories with tables are checked for their layout and counted; those without are
refused as "unknown-category".  The edition of each source is chosen by `asterixgate`.

Radar plots keep slant range and azimuth as measured.  They get latitude and longitude where the
site is known, from CAT034 or from `ReadOptions.reference`, and a height is reported; the pressure
height then stands for the height above the ellipsoid (`polar` says what that costs).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import FeedError
from tocsin.feed import (
    asterixadsb,
    asterixblocks,
    asterixcolumns,
    asterixfixes,
    asterixgate,
    asterixplot,
    asterixservice,
    asterixsurface,
    asterixtables,
    asterixtrack,
)
from tocsin.feed.asterixblocks import Blocks
from tocsin.feed.asterixgate import Choice
from tocsin.feed.asterixgroup import Group, Told
from tocsin.feed.asterixitems import Items, explain
from tocsin.feed.frames import Ints
from tocsin.feed.quarantine import Quarantine
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

NAME = "asterix"
TITLE = "ASTERIX: raw blocks, pcap, pcapng, Final Format, GPS recorder, hex text"

FIXES: dict[int, Callable[[Items], asterixcolumns.Columns]] = {
    1: asterixplot.columns001,
    10: asterixsurface.columns010,
    20: asterixsurface.columns020,
    21: asterixadsb.columns,
    48: asterixplot.columns048,
    62: asterixtrack.columns,
}
_RAW_BYTES = 40  # of a refused block, kept for a person


def sniff(head: bytes) -> bool:
    """Return whether these are ASTERIX blocks in a packing that is known."""
    return asterixblocks.packing(head, False) is not None


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of an ASTERIX recording.

    Quarantined: bytes that are no block ("truncated", "garbage", "no-asterix", "fragment"), blocks
    of a category without tables ("unknown-category"), blocks that do not follow the edition
    ("layout"), sources that no edition fits ("edition"), and records with an impossible "time" or
    "position".

    Raises FeedError where no block is found, UsageError for an edition that is not known.
    """
    blocks = asterixblocks.split(source.data)
    if not len(blocks.offset):
        raise FeedError(
            "holds no ASTERIX block", path=source.path, hint="name its format with --format"
        )
    return decode(source, options, blocks, Told())


def decode(source: Source, options: ReadOptions, blocks: Blocks, told: Told) -> Reading:
    """Return the fixes of blocks, however they came.

    told  what service messages said before; what these say is added
    """
    quarantine = Quarantine(source.path)
    for lost in blocks.lost:
        raw = source.data[lost.place : lost.place + min(lost.span, _RAW_BYTES)]
        quarantine.add(f"byte {lost.place}", lost.reason, lost.detail, raw)
    data = np.frombuffer(blocks.data, np.uint8)
    origin = _origins(blocks, data)
    notes = list(blocks.notes)
    groups: list[Group] = []
    assumed: set[str] = set()
    records = len(blocks.lost)
    for category in np.unique(blocks.category).tolist():
        rows = np.flatnonzero(blocks.category == category)
        if not asterixtables.editions(category):
            records += len(rows)
            _refuse_category(quarantine, blocks, rows, category)
            notes.append(f"{len(rows):,} x block of CAT{category:03d}, which has no tables")
            continue
        if not _begins_with_source(category):
            origin[rows] = -1
        for code in np.unique(origin[rows]).tolist():
            mine = rows[origin[rows] == code]
            name = _name(code)
            named = asterixgate.configured(options.editions, category, name.replace(".", "/"))
            choice = asterixgate.choose(blocks, data, mine, category, named, options.reference)
            records += len(choice.refused) + len(choice.block)
            for row, (reason, detail) in sorted(choice.refused.items()):
                _refuse(quarantine, blocks, row, reason, detail)
            notes += [f"{name}: {note}" for note in choice.notes]
            if choice.items is not None and len(choice.items):
                if named is None:
                    assumed.add(choice.items.edition.title)
                group = _taken(choice.items, choice, category, name, data, told, notes)
                if group is not None:
                    groups.append(group)
    if assumed:
        notes.append(
            f"editions are not on the wire; the newest that fit: {', '.join(sorted(assumed))} "
            "(--edition names others)"
        )
    table, more = asterixfixes.table(source, options, blocks, groups, told, quarantine)
    return quarantine.reading(source.sha256, NAME, records, table, tuple(notes) + more)


def record(data: bytes, byte_offset: int, record_index: int, edition: str) -> dict[str, Any]:
    """Return every item of one record of a file with its raw values (see `asterixitems.explain`).

    byte_offset, record_index, edition   as in the columns of its fix

    Raises FeedError where no such record stands.
    """
    blocks = asterixblocks.split(data)
    rows = np.flatnonzero(blocks.place == byte_offset)
    category, _, name = edition.removeprefix("CAT").partition(" ed ")
    known = [e for e in asterixtables.editions(int(category)) if e.name == name]
    if not len(rows) or not known:
        raise FeedError(f"no {edition} record stands at byte {byte_offset}")
    buffer = np.frombuffer(blocks.data, np.uint8)
    choice = asterixgate.choose(blocks, buffer, rows[:1], int(category), known[0])
    at = np.flatnonzero(choice.number == record_index)
    if choice.items is None or not len(at):
        raise FeedError(f"no record {record_index} stands in the block at byte {byte_offset}")
    end = int(blocks.offset[rows[0]] + blocks.length[rows[0]])
    row = int(at[0])
    profile = choice.items.profiles[int(choice.items.shape[row])]
    return explain(blocks.data, int(choice.items.start[row]), end, known[0], profile)


def _origins(blocks: Blocks, data: NDArray[np.uint8]) -> Ints:
    """Return SAC and SIC of the first record of each block as one number (N,); -1: not said.

    Item 010 comes first and has two bytes in all but a few categories, whatever the edition.
    """
    at = blocks.offset + 3
    end = blocks.offset + blocks.length
    said = data[np.minimum(at, len(data) - 1)] & 0x80 != 0
    for _ in range(8):
        more = (at < end) & (data[np.minimum(at, len(data) - 1)] & 1 == 1)
        at = np.where(more, at + 1, at)
    known = said & (at + 2 < end)
    sac = data[np.where(known, at + 1, 0)].astype(np.int64)
    sic = data[np.where(known, at + 2, 0)].astype(np.int64)
    return np.where(known, sac << 8 | sic, -1)


def _begins_with_source(category: int) -> bool:
    """Return whether every edition has item 010, two bytes, as its first."""
    firsts = [
        uap[0] for edition in asterixtables.editions(category) for uap in edition.uaps.values()
    ]
    return all(isinstance(p, tuple) and p[0] == "010" and p[1].size == 2 for p in firsts)


def _name(code: int) -> str:
    return f"{code >> 8}.{code & 255}" if code >= 0 else "unnamed"


def _refuse(quarantine: Quarantine, blocks: Blocks, row: int, reason: str, detail: str) -> None:
    begin = int(blocks.offset[row])
    raw = blocks.data[begin : begin + min(int(blocks.length[row]), _RAW_BYTES)]
    quarantine.add(f"byte {blocks.place[row]}", reason, detail, raw)


def _refuse_category(quarantine: Quarantine, blocks: Blocks, rows: Ints, category: int) -> None:
    detail = f"a block of CAT{category:03d}: tocsin has no definition of this category"
    for row in rows.tolist():
        _refuse(quarantine, blocks, row, "unknown-category", detail)


def _taken(
    items: Items,
    choice: Choice,
    category: int,
    name: str,
    data: NDArray[np.uint8],
    told: Told,
    notes: list[str],
) -> Group | None:
    """Return the fixes of one source, or note what gives none."""
    if category in asterixservice.SERVICE:
        said = asterixservice.service(items, name)
        if said.site is not None:
            told.sites[name] = said.site
        told.clocks.setdefault(name, []).append((items.start, said.tod_s))
        notes += said.notes
        return None
    if category not in FIXES:
        notes.append(f"{len(items):,} x {items.edition.title} record of {name}, no fix")
        return None
    made = FIXES[category](items)
    other = int((~made["keep"]).sum())
    if other:
        notes.append(f"{other:,} x CAT{category:03d} message of {name} that is no target report")
    sac, sic = items.codes("010/SAC"), items.codes("010/SIC")
    code = np.where((sac >= 0) & (sic >= 0), sac << 8 | sic, -1)
    # A record without item 010 belongs to the source of the one before it in its block.
    rank = np.maximum.accumulate(
        np.where((code >= 0) | (choice.number == 0), np.arange(len(code)), 0)
    )
    distinct, back = np.unique(code[rank], return_inverse=True)
    names = [_name(c) for c in distinct.tolist()]
    return Group(items, made, names, back, choice.block, choice.number)
