"""Where a test stops making sense: what the parser raises and the nearest form starts from."""

from __future__ import annotations


class Stop(ValueError):
    """A test makes no sense from the character `at` to `end`; one of `expected` would.

    Where every word is good and the meaning is not, `fix` says what to put from where to where:
    trying out words there could turn the claim into its opposite.
    """

    def __init__(
        self,
        at: int,
        end: int,
        problem: str,
        expected: tuple[str, ...] = (),
        fix: tuple[int, int, str] | None = None,
    ) -> None:
        super().__init__(problem)
        self.at = at
        self.end = end
        self.problem = problem
        self.expected = expected
        self.fix = fix
