"""Is this year above the years before: the answer and its picture, over what one may read.

An answer takes seconds, so it is kept for as long as the register does not change.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from tocsin.api.held import Held
from tocsin.api.problem import Problem
from tocsin.api.readable import Readable
from tocsin.errors import SourceError
from tocsin.run.register import times_of
from tocsin.run.register_wanted import wanted_of
from tocsin.schema import Tlp

_DRAWS = 5  # of uncertain dates and disputed rows; `tocsin pattern rate` takes more
_KEPT = 64
_answers: OrderedDict[tuple[Any, ...], RateAnswer] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class RateAnswer:
    """The answer in words and numbers, and the run chart where there is one."""

    told: dict[str, Any]
    words: tuple[str, ...]
    svg: str | None


def rate_of(
    held: Held, state: str | None, domain: str | None, as_of: str | None, audience: Tlp, seed: int
) -> RateAnswer:
    """Return the answer; raise Problem where the register has no dated incident of that kind."""
    store = Readable(held.store, audience)
    key = (held.store.head(), state, domain, as_of, audience, seed)
    with _lock:
        if key in _answers:
            _answers.move_to_end(key)
            return _answers[key]
    wanted = wanted_of(state=state, domain=domain, mark="")
    times = times_of(as_of, None)
    with held.heavy():
        import numpy as np

        from tocsin.run import pattern_time
        from tocsin.run.pattern_store import events_from_register

        try:
            gathered = events_from_register(store, wanted, times, where="the register", as_of=as_of)
        except SourceError as error:
            raise Problem(404, error.problem) from None
        told = pattern_time.tell_rate_of(gathered, np.random.default_rng(seed), _DRAWS, None)
    notes = [*gathered.notes, f"{_DRAWS} draws of what is uncertain"]
    if store.hidden:
        notes.append("of the incidents that you may read")
    answer = RateAnswer({**told.json, "notes": notes}, told.words, told.svg)
    with _lock:
        _answers[key] = answer
        while len(_answers) > _KEPT:
            _answers.popitem(last=False)
    return answer
