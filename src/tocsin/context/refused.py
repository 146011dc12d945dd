"""One record that cannot be used: a reason that is counted and a sentence."""

from __future__ import annotations


class Refused(Exception):
    """Raised inside the room; every reader turns it into a `Refusal` and goes on.

    reason  the short code that is counted: "bad-time", "missing-field"
    detail  the sentence for a person: value, rule, what to do
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
