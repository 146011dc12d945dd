"""The fixes of one category, edition and source on their way to a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.feed.asterixcolumns import Columns
from tocsin.feed.asterixitems import Items
from tocsin.feed.frames import Ints
from tocsin.schema import Floats


@dataclass(slots=True, eq=False)
class Group:
    """The fixes of one category, edition and source."""

    items: Items
    made: Columns
    names: list[str]  # SAC.SIC by number
    name: Ints  # (N,) which
    block: Ints  # (N,)
    number: Ints  # (N,)


@dataclass(slots=True)
class Told:
    """What service messages say, by SAC.SIC."""

    sites: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    #: Places in the file and times of day.
    clocks: dict[str, list[tuple[Ints, Floats]]] = field(default_factory=dict)
