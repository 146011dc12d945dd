"""A checkpoint: the whole state of an engine as bytes, so that a restart replays little.

A line of JSON with what is not a column, then the raw columns of the rows in use, then the SHA-256
of all that.  The squares around the limits are not kept: they are made again.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.errors import IntegrityError, UsageError
from tocsin.settings import digest

if TYPE_CHECKING:
    from tocsin.watch.engine import Engine

FORMAT = 1
_TRACKS = (
    "motion",
    "heard_at",
    "placed_at",
    "lag_s",
    "judged_at",
    "judged_lon",
    "judged_lat",
    "judged_wide",
    "clear_m",
    "late_t",
    "odd_t",
    "odd_lon",
    "odd_lat",
    "key",
    "h_m",
    "h_at",
    "h_sigma_m",
    "vrate_mps",
    "kind",
    "answered_at",
    "bare",
    "plan",
    "grounded",
    "sound",
    "poor_at",
    "leapt_at",
    "leaps",
    "lates",
    "other_at",
    "by_now",
    "by_then",
    "by_ever",
    "moved_at",
    "jammed",
)
_OUTLOOK = (
    "in_area",
    "p_in",
    "soon_area",
    "p_soon",
    "soon_at",
    "soon_due",
    "eta_s",
    "lost",
)


def dumped(engine: Engine) -> bytes:
    """Return the state as bytes."""
    t, o = engine.tracks, engine.outlook
    rows = t.rows()
    t.brought_on(rows)
    told = {
        "format": FORMAT,
        "made_for": _made_for(engine),
        "clock_s": engine.clock_s,
        "now_ns": engine.now_ns,
        "swept_s": engine.swept_s,
        "counts": dict(sorted(engine.counts.items())),
        "unwell": sorted(engine.unwell),
        "nameless": engine.intake.nameless,
        "witnesses": t.witnesses,
        "turn_at": t.turn_at,
        "rows": rows.tolist(),
        "free": t.free,
        "names": [t.name[r] for r in rows],
        "callsigns": [t.callsign[r] for r in rows],
        "types": [t.type[r] for r in rows],
        "missed_by": sorted(o.missed_by.items()),
        "holds": engine.holds.dumped(),
        "book": engine.book.dumped(),
        "interference": engine.interference.dumped(),
    }
    head = json.dumps(told, separators=(",", ":")).encode() + b"\n"
    columns = [getattr(t, name)[rows] for name in _TRACKS]
    columns += [getattr(o, name)[rows] for name in _OUTLOOK]
    body = head + b"".join(np.ascontiguousarray(each).tobytes() for each in columns)
    return body + hashlib.sha256(body).digest()


def restore(engine: Engine, data: bytes) -> None:
    """Make an engine what was dumped.

    Raises IntegrityError for bytes that are not whole, UsageError for another configuration.
    """
    body, mark = data[:-32], data[-32:]
    if hashlib.sha256(body).digest() != mark:
        raise IntegrityError(
            "the checkpoint of the watch is not whole", hint="remove it: the journal is replayed"
        )
    head, _, raw = body.partition(b"\n")
    told: dict[str, Any] = json.loads(head)
    if told["format"] != FORMAT or told["made_for"] != _made_for(engine):
        raise UsageError(
            "the checkpoint was made for other areas, rules or settings",
            hint="remove it: the journal is replayed",
        )
    t, o = engine.tracks, engine.outlook
    for row in t.rows().tolist():
        engine.judge.forget(row)
        o.clear(row)
        t.close(row)
    engine.clock_s, engine.now_ns = told["clock_s"], told["now_ns"]
    engine.swept_s, engine.counts = told["swept_s"], told["counts"]
    engine.oldest_s[:] = -np.inf
    engine.unwell = set(told["unwell"])
    engine.intake.nameless = told["nameless"]
    t.witnesses[:], t.turn_at = told["witnesses"], told["turn_at"]
    rows = np.array(told["rows"], np.int64)
    at = 0
    for holder, names in ((t, _TRACKS), (o, _OUTLOOK)):
        for name in names:
            column = getattr(holder, name)
            shape = (len(rows), *column.shape[1:])
            size = int(np.prod(shape)) * column.dtype.itemsize
            column[rows] = np.frombuffer(raw[at : at + size], column.dtype).reshape(shape)
            at += size
    t.adopt(rows, told["names"], told["callsigns"], told["types"], told["free"])
    o.missed_by = {int(row): by for row, by in told["missed_by"]}
    engine.holds.restore(told["holds"])
    engine.book.restore(told["book"])
    engine.interference.restore(told["interference"])


def _made_for(engine: Engine) -> str:
    """Return a hash of the areas, rules and settings."""
    made = hashlib.sha256(digest(engine.settings).encode())
    for area in engine.judge.areas:
        made.update(repr((area.id, area.sigma_m, area.lower, area.upper, area.active_ns)).encode())
        for line in (area.a_lon_deg, area.a_lat_deg):
            made.update(np.ascontiguousarray(line).tobytes())
    for rule in engine.judge.rules:
        made.update(repr(rule).encode())
    made.update(str(engine.synthetic).encode())
    return made.hexdigest()
