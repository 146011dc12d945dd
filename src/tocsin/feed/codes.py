"""Altitude codes, Mode A codes and call signs, read by rs1090 (MIT).

There are 8,192 altitude codes and as many identity codes, and a call sign is said a thousand times
over: each distinct code goes to rs1090 once, in a frame made for it, in batches.  So a frame from
the air never reaches rs1090, which panics on a bad digit with something that is no `Exception`,
takes an all-call reply with any parity, answers nothing for a sound position whose altitude code is
impossible, and spends most of its time guessing at Comm-B registers that are not used here.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pyarrow as pa
import rs1090
from numpy.typing import NDArray

from tocsin.feed import parity
from tocsin.feed.frames import LONG_BYTES, SHORT_BYTES, Bytes, Ints
from tocsin.feed.squitter import Squitter
from tocsin.schema import Floats

BATCH = 5000
DECODER = f"rs1090-{version('rs1090')}"
_METRIC = 0x40  # the M bit of AC13: a field in metres, whose code was never published
#: Codes in steps of 100 ft below zero (Annex 10 vol. IV, appendix to chapter 3), from -1000 ft up
#: to -100 ft: rs1090 0.7.0 reads nothing in them, and aircraft fly there when pressure is high.
_BELOW_ZERO = (0x400, 0x1400, 0x1000, 0x1002, 0x1402, 0x402, 0x502, 0x102, 0x10A, 0x50A)
_BELOW_ZERO_FT = {code: -1000.0 + 100 * i for i, code in enumerate(_BELOW_ZERO)}
#: What codes that were asked for once mean: at most 8,192 of each kind.
_KNOWN: dict[str, dict[int, float]] = {"altitude": {}, "squawk": {}}
_SHORT_OF = {"altitude": 4, "squawk": 5}  # the downlink format that carries each code


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """What N frames say in codes; NaN and null where they do not."""

    altitude_ft: Floats  # pressure altitude, or GNSS height for type codes 20 to 22
    squawk: Floats  # octal digits as a number, 0 to 7777
    callsign: pa.DictionaryArray


def read_codes(data: Bytes, df: Ints, es: Squitter) -> Codes:
    """Return the codes of N sound frames (N, 14) with downlink formats df (N,).

    Call signs are those of extended squitters: in a Comm-B reply one would rest on a guess at
    which register was read.
    """
    field = (data[:, 2].astype(np.int64) & 0x1F) << 8 | data[:, 3]
    ac12 = es.bits(9, 20)
    ac13 = np.where(es.airborne, (ac12 & 0xFC0) << 1 | ac12 & 0x3F, -1)  # AC12 leaves out the M bit
    ac13 = np.where(np.isin(df, (0, 4, 16, 20)) & (field & _METRIC == 0), field, ac13)
    emergency = (es.tc == 28) & (es.bits(6, 8) == 1)
    id13 = np.where(emergency, es.bits(12, 24), -1)
    id13 = np.where(np.isin(df, (5, 21)), field, id13)
    return Codes(_numbers("altitude", ac13), _numbers("squawk", id13), _callsigns(data, es))


def _numbers(name: str, code: Ints) -> Floats:
    """Return what 13-bit codes (N,) mean; NaN for -1 and for a code that means nothing."""
    distinct, back = np.unique(code, return_inverse=True)
    known = _KNOWN[name]
    new = [c for c in distinct.tolist() if c not in known]
    if new:
        asked = np.array(new, np.int64)
        made = np.zeros((len(new), SHORT_BYTES), np.uint8)
        made[:, 0] = _SHORT_OF[name] << 3
        made[:, 2] = asked >> 8 & 0x1F
        made[:, 3] = asked & 0xFF
        meant = [answer.get(name) for answer in _ask(made)]
        if name == "altitude":
            meant = [
                _BELOW_ZERO_FT.get(c) if w is None else w for w, c in zip(meant, new, strict=True)
            ]
        known.update(
            (c, np.nan if w is None else float(w)) for c, w in zip(new, meant, strict=True)
        )
    value = np.array([known[c] for c in distinct.tolist()], np.float64)
    return np.where(distinct < 0, np.nan, value)[back]


def _callsigns(data: Bytes, es: Squitter) -> pa.DictionaryArray:
    said = (es.tc >= 1) & (es.tc <= 4)
    distinct, back = np.unique(data[said, 4:11], axis=0, return_inverse=True)
    made = np.zeros((len(distinct), LONG_BYTES), np.uint8)
    made[:, 0] = 17 << 3
    made[:, 4:11] = distinct
    rest = parity.remainder(made)
    made[:, 11], made[:, 12], made[:, 13] = rest >> 16, rest >> 8 & 0xFF, rest & 0xFF
    names = [_clean(answer.get("callsign")) for answer in _ask(made)]
    number = np.full(len(data), -1, np.int32)
    number[said] = np.reshape(back, -1)
    blank = np.array([name is None for name in names] + [True])[number]  # -1 is the last: blank
    indices = pa.array(np.maximum(number, 0), mask=blank)
    return pa.DictionaryArray.from_arrays(indices, pa.array([n or "" for n in names], pa.string()))


def _ask(made: NDArray[np.uint8]) -> list[dict[str, Any]]:
    """Return what rs1090 reads in made frames; an empty answer where it reads nothing."""
    texts = [row.tobytes().hex() for row in made]
    answers: Any = rs1090.decode(texts, batch=BATCH) if texts else []
    return [answer or {} for answer in answers]


def _clean(name: str | None) -> str | None:
    """Return a call sign without padding; None for an empty one or one with an illegal letter."""
    return (name.strip("_ ") or None) if name and "#" not in name else None
