"""The words all rooms speak: fixes and tracks as Arrow tables, the rest as frozen values.

`FIX` is the widest table a reader may produce.  A table of fixes holds any subset of its
columns, each with exactly the declared type, and always the `FIX_CORE`; a column that is
absent means "this source never reports it", a null means "not reported here".  Neither is
ever a zero.  `TRACK` is what the geometry works on: one row a usable or refused fix, sorted
by track and time.
"""

from tocsin.schema.airspace import (
    PASSAGE,
    Datum,
    Distrust,
    Edge,
    Limit,
    Outline,
    Ring,
    Volume,
)
from tocsin.schema.evidence import (
    Claim,
    Posterior,
    Report,
    Sensor,
    Verdict,
)
from tocsin.schema.fixes import (
    DISTRUST,
    FIX,
    FIX_CORE,
    TRACK,
    UTC_NS,
    WORD,
    Flag,
    Floats,
    Input,
    Reading,
    Refusal,
)

__all__ = [  # noqa: RUF022 - in plain order, as tests compare it
    "Claim",
    "DISTRUST",
    "Datum",
    "Distrust",
    "Edge",
    "FIX",
    "FIX_CORE",
    "Flag",
    "Floats",
    "Input",
    "Limit",
    "Outline",
    "PASSAGE",
    "Posterior",
    "Reading",
    "Refusal",
    "Report",
    "Ring",
    "Sensor",
    "TRACK",
    "UTC_NS",
    "Verdict",
    "Volume",
    "WORD",
]
