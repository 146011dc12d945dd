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
from tocsin.schema.amounts import Answer, Count, Span, Stated
from tocsin.schema.civil import AirspaceClass, Cause, Civil, Severity
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
from tocsin.schema.incident import (
    Actor,
    Domain,
    Incident,
    Link,
    LinkKind,
    Source,
    Statement,
    Tlp,
    Verification,
    incident_dict,
    incident_of,
    incident_schema,
)
from tocsin.schema.moment import Moment, Precision, When
from tocsin.schema.where import Where

__all__ = [  # noqa: RUF022 - in plain order, as tests compare it
    "Actor",
    "AirspaceClass",
    "Answer",
    "Cause",
    "Civil",
    "Claim",
    "Count",
    "DISTRUST",
    "Datum",
    "Distrust",
    "Domain",
    "Edge",
    "FIX",
    "FIX_CORE",
    "Flag",
    "Floats",
    "Incident",
    "Input",
    "Limit",
    "Link",
    "LinkKind",
    "Moment",
    "Outline",
    "PASSAGE",
    "Posterior",
    "Precision",
    "Reading",
    "Refusal",
    "Report",
    "Ring",
    "Sensor",
    "Severity",
    "Source",
    "Span",
    "Stated",
    "Statement",
    "TRACK",
    "Tlp",
    "UTC_NS",
    "Verdict",
    "Verification",
    "Volume",
    "WORD",
    "When",
    "Where",
    "incident_dict",
    "incident_of",
    "incident_schema",
]
