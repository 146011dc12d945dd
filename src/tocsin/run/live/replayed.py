"""A journal judged again: the same alerts, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.errors import IntegrityError, UsageError
from tocsin.run.live import areas, journal, kept
from tocsin.run.live.config import WatchConfig
from tocsin.run.live.core import Core
from tocsin.run.live.outbox import line_of
from tocsin.run.live.segment import Damage


@dataclass(slots=True)
class Replayed:
    """What a replay came upon."""

    records: int = 0
    foreign: int = 0  # of another configuration, passed over
    since: int = 0  # record of the checkpoint it began from; 0: the first of all
    damage: list[Damage] = field(default_factory=list)


def replay(config: WatchConfig, folder: Path, told: Replayed) -> Iterator[str]:
    """Yield the alerts of a journal as lines of JSON, in the order in which they left.

    told  filled in on the way

    Raises UsageError for a folder without a journal, IntegrityError at the end for one that is
    damaged other than by a crash.
    """
    if not journal.paths(folder):
        raise UsageError("holds no journal", path=str(folder), hint="name the folder of a watch")
    core = Core(config, areas.load(config.areas, config.path).areas)
    told.since = kept.oldest(core, folder)
    for item in journal.scan(folder, told.since):
        if isinstance(item, Damage):
            told.damage.append(item)
            continue
        told.records += 1
        for alert in core.take(item).alerts:
            yield line_of(alert)
    told.foreign = core.foreign
    if told.foreign and told.foreign >= told.records - 1:
        raise UsageError(
            "was written under another configuration", path=str(folder), hint="name that one"
        )
    middle = [each for each in told.damage if not each.torn]
    if middle:
        raise IntegrityError(
            f"{sum(each.span for each in middle):,} bytes are damaged and were passed over",
            path=middle[0].path,
            place=f"byte {middle[0].offset}",
            hint="the alerts that rest on them are not told",
        )
