"""One feature or zone that cannot be a volume: a reason that is counted and a sentence."""

from __future__ import annotations


class Refused(Exception):
    """Raised inside the room; every reader turns it into a `Refusal` and goes on.

    reason  the short code that is counted: "open-ring", "bad-limit"
    detail  the sentence for a person: value, rule, what to do
    line    where in the file, if known; 0 otherwise
    """

    def __init__(self, reason: str, detail: str, line: int = 0) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.line = line
