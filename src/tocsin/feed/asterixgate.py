"""Which edition a source speaks: chosen by what its records say, or refused.

Editions are not on the wire, and the wrong one may decode without an error.  So the records of a
source (category and SAC/SIC) must pass a gate:

    layout    the items that FSPEC names fill every block exactly
    time      times of day lie within the day and run on, up to late arrivals
    place     latitude and longitude exist, near the reference where one is given
    level     flight levels are those that aircraft fly at
    spare     bits that the edition keeps spare are 0: not a must, but it decides between editions

The newest edition that passes is taken.  An edition that the caller names is not questioned; only
blocks that do not fit it are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin import geo
from tocsin.errors import UsageError
from tocsin.feed import asterixtables
from tocsin.feed.asterixblocks import Blocks
from tocsin.feed.asterixitems import Items
from tocsin.feed.asterixlayout import LayoutError, Walker
from tocsin.feed.asterixtables import Edition
from tocsin.feed.frames import Bools, Bytes, Ints
from tocsin.schema import Floats
from tocsin.units import FL_M

DAY_S = 86_400.0
_KEY = re.compile(r"(CAT)? *(?P<category>\d{1,3})(@(?P<sac>\d{1,3})[/.](?P<sic>\d{1,3}))?")
_TIMES = ("070", "140", "030", "071", "073")
_PLACES = ("105", "130", "131", "041")
_LEVELS = ("136", "145", "090/FL")
#: Shares of records: odd ones that any source has, spares that say that the edition is wrong, and
#: blocks that no edition can read before the source as a whole is not believed.
ODD, SPARE, BROKEN = 0.1, 0.5, 0.25
_LATE_S = 3600.0  # a step of the clock that no late arrival explains
_FEW = 5  # steps below this say nothing
_LOWEST_M, _HIGHEST_M = -20 * FL_M, 1300 * FL_M
COVERAGE_M = 1_500_000.0  # from the reference: what a system of several radars may cover


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The records of one source by the edition that was chosen."""

    items: Items | None  # None: no edition passed
    block: Ints  # (N,) block of each record
    number: Ints  # (N,) record within its block
    refused: dict[int, tuple[str, str]]  # block: reason and sentence
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    items: Items
    block: Ints
    number: Ints
    bad: dict[int, str]


def configured(editions: Mapping[str, str], category: int, source: str) -> Edition | None:
    """Return the edition that a caller named for "CAT@SAC/SIC", else for the category, or None.

    Raises UsageError for one that the tables do not have.
    """
    told: Edition | None = None
    for key, value in editions.items():
        of, where = key_of(key)
        if of != category:
            continue
        if where == source:
            return named(key, value)
        if not where:
            told = named(key, value)
    return told


def key_of(key: str) -> tuple[int, str]:
    """Return category and "SAC/SIC", or "", of a key: 048, CAT062, 062@25/10.

    Raises UsageError for anything else.
    """
    found = _KEY.fullmatch(key.strip().upper())
    if found is None:
        raise UsageError(
            f'"{key}" names no category', hint="write 048, or 062@25/10 for one source"
        )
    return int(found["category"]), f"{int(found['sac'])}/{int(found['sic'])}" if found[
        "sac"
    ] else ""


def named(key: str, value: str) -> Edition:
    """Return the edition of a pair; raise UsageError for one that the tables do not have."""
    category, _ = key_of(key)
    known = asterixtables.editions(category)
    for edition in known:
        if edition.name == value.strip():
            return edition
    if not known:
        have = ", ".join(f"{each:03d}" for each in asterixtables.categories())
        raise UsageError(f"CAT{category:03d} has no tables here", hint=f"categories are {have}")
    raise UsageError(
        f'CAT{category:03d} has no edition "{value}" here',
        hint=f"editions are {', '.join(e.name for e in known)}",
    )


def choose(
    blocks: Blocks,
    data: Bytes,
    rows: Ints,
    category: int,
    named: Edition | None,
    reference: tuple[float, float] | None = None,
) -> Choice:
    """Return the records of one source, whose blocks are `rows`, by the edition that fits it."""
    if named is not None:
        trial = _try(named, blocks, data, rows)
        refused = {row: ("layout", _layout(named, why)) for row, why in trial.bad.items()}
        return Choice(trial.items, trial.block, trial.number, refused)
    known = asterixtables.editions(category)
    newest = _try(known[0], blocks, data, rows)
    wrong = "" if newest.bad else _implausible(newest.items, reference)
    if not newest.bad and not wrong and not _spared(newest.items):
        return Choice(newest.items, newest.block, newest.number, {})
    trials = [newest, *(_try(edition, blocks, data, rows) for edition in known[1:])]
    broken = set.intersection(*(set(trial.bad) for trial in trials))
    fitting = [
        trial
        for trial in trials
        if set(trial.bad) == broken
        and len(trial.items)
        and not _implausible(trial.items, reference)
    ]
    if not fitting or len(broken) > BROKEN * len(rows):
        return _refused(newest, rows, wrong, known)
    taken = next((trial for trial in fitting if not _spared(trial.items)), fitting[0])
    name = taken.items.edition
    refused = {row: ("layout", _layout(name, taken.bad[row])) for row in sorted(broken)}
    notes: tuple[str, ...] = ()
    if name is not known[0]:
        why = next(iter(newest.bad.values()), "") or wrong or "it sets spare bits"
        notes = (f"{name.title} fits, {known[0].name} does not ({why}); --edition names another",)
    elif _spared(taken.items):
        share = float(taken.items.spares().mean())
        notes = (f"{name.title} fits, but spare bits are set in {share:.0%} of its records",)
    return Choice(taken.items, taken.block, taken.number, refused, notes)


def _refused(newest: _Trial, rows: Ints, wrong: str, known: Sequence[Edition]) -> Choice:
    """Return a source of which no edition can make sense."""
    why = wrong or next(iter(newest.bad.values()), "its values contradict each other")
    names = f"{known[-1].name} to {known[0].name}" if len(known) > 1 else known[0].name
    sentence = (
        f"no known edition of CAT{known[0].category:03d} ({names}) fits this source: {why}; "
        f"name one with --edition {known[0].category:03d}=ED if you know it"
    )
    none = np.zeros(0, np.int64)
    return Choice(None, none, none, {int(row): ("edition", sentence) for row in rows})


def _layout(edition: Edition, why: str) -> str:
    return f"a block that does not follow {edition.title}: {why}"


def _try(edition: Edition, blocks: Blocks, data: Bytes, rows: Ints) -> _Trial:
    """Return what one edition makes of the blocks."""
    walker = Walker(edition)
    start: list[int] = []
    shape: list[int] = []
    block: list[int] = []
    number: list[int] = []
    bad: dict[int, str] = {}
    raw = blocks.data
    offsets, lengths = blocks.offset[rows].tolist(), blocks.length[rows].tolist()
    for row, offset, length in zip(rows.tolist(), offsets, lengths, strict=True):
        try:
            found = walker.block(raw, offset, length)
        except LayoutError as error:
            bad[row] = str(error)
            continue
        for index, (at, kind) in enumerate(found):
            start.append(at)
            shape.append(kind)
            block.append(row)
            number.append(index)
    place, size = walker.tables()
    items = Items(
        edition, data, np.array(start, np.int64), np.array(shape, np.int64), place, size,
        walker.uaps(),
    )  # fmt: skip
    return _Trial(items, np.array(block, np.int64), np.array(number, np.int64), bad)


def _spared(items: Items) -> bool:
    return len(items) > 0 and float(items.spares().mean()) > SPARE


def _implausible(items: Items, reference: tuple[float, float] | None) -> str:
    """Return what no source of this edition would say, in words; empty where all is well."""
    for path in _TIMES:
        tod_s = _seconds(items, path)
        if (odd := _share(tod_s >= DAY_S, tod_s)) > ODD:
            return f"{odd:.0%} of the times of day in I{path} are past 24 h"
        steps = np.diff(tod_s[np.isfinite(tod_s)])
        steps = np.abs(steps - DAY_S * np.rint(steps / DAY_S))
        if len(steps) >= _FEW and float((steps > _LATE_S).mean()) > ODD:
            return f"the times of day in I{path} leap by hours"
    for path in _PLACES:
        lat, lon = items.numbers(f"{path}/LAT"), items.numbers(f"{path}/LON")
        outside = (np.abs(lat) > 90) | (np.abs(lon) > 180)
        if (odd := _share(outside, lat)) > ODD:
            return f"{odd:.0%} of the positions in I{path} are on no Earth"
        if reference is not None and (odd := _share(_far(lat, lon, reference), lat)) > ODD:
            return f"{odd:.0%} of the positions in I{path} are far outside the coverage"
    for path in _LEVELS:
        h_m = _levels(items, path)
        if (odd := _share((h_m < _LOWEST_M) | (h_m > _HIGHEST_M), h_m)) > ODD:
            return f"{odd:.0%} of the levels in I{path[:3]} are flown by no aircraft"
    return ""


def _seconds(items: Items, path: str) -> Floats:
    """Return a time of day, (N,); NaN where this edition has none of that name."""
    found = items.edition.field(path)
    if found is None or not found[1].content or found[1].content[-1] != "s":
        return np.full(len(items), np.nan)
    return items.numbers(path) if found[1].width == 24 else np.full(len(items), np.nan)


def _levels(items: Items, path: str) -> Floats:
    found = items.edition.field(path)
    if found is None or not found[1].content or found[1].content[-1] != "FL":
        return np.full(len(items), np.nan)
    return items.numbers(path)


def _far(lat: Floats, lon: Floats, reference: tuple[float, float]) -> Bools:
    known = np.isfinite(lat) & np.isfinite(lon)
    at = np.full(len(lat), reference[0]), np.full(len(lat), reference[1])
    away = geo.distance_m(at[1], at[0], np.where(known, lon, 0.0), np.where(known, lat, 0.0))
    return known & (away > COVERAGE_M)


def _share(odd: Bools, value: Floats) -> float:
    """Return which share of the reported values is odd."""
    known = np.isfinite(value)
    return float((odd & known).sum() / known.sum()) if known.any() else 0.0
