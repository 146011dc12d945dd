"""What a register answered while a case was run, kept so that the case can be run again without it.

A register lives on and may not travel; a bundle holds the questions that were asked of it and the
answers that it gave then.  `verify` computes verdicts from these again; it does not ask anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tocsin.claims.evidence import Asking, Gap, Told
from tocsin.claims.tree import Register
from tocsin.errors import IntegrityError
from tocsin.run.output import dumps

ANSWERS = "data/case/register.json"
NOT_ASKED = "the register in this bundle was not asked this"


class Recorder:
    """A register that remembers what it was asked, by the text of the question."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.answers: dict[str, Any] = {}

    def __call__(self, node: Register) -> Told | float | None:
        """Ask, and remember the answer."""
        told = self._asking(node)
        self.answers[str(node)] = asdict(told) if isinstance(told, Told) else told
        return told

    def written(self) -> bytes:
        """Return the answers as JSON, by question in order."""
        return dumps(dict(sorted(self.answers.items()))).encode()


def replayed(data: bytes) -> Asking:
    """Return a register that gives the answers of a bundle and knows nothing else.

    Raises IntegrityError for what `Recorder` does not write.
    """
    try:
        answers = {question: _told(answer) for question, answer in json.loads(data).items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise IntegrityError("is not as tocsin writes it", place=ANSWERS) from None
    unknown = Told(gap=Gap(NOT_ASKED))
    return lambda node: answers.get(str(node), unknown)


def _told(answer: Any) -> Told | float | None:
    if answer is None or (isinstance(answer, int | float) and not isinstance(answer, bool)):
        return answer
    gap: Mapping[str, Any] | None = answer["gap"]
    return Told(
        spans=tuple((float(low), float(high)) for low, high in answer["spans"]),
        gap=Gap(str(gap["why"]), bool(gap["looked"])) if gap else None,
        notes=tuple(str(note) for note in answer["notes"]),
        rests_on=tuple(dict(row) for row in answer["rests_on"]),
        could_not_decide=tuple(dict(row) for row in answer["could_not_decide"]),
    )
