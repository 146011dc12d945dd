"""What can go wrong, and the exit code each kind gives.

TocsinError                     1   anything below, caught by one name
  UsageError                    2   the call itself is wrong: an option, a combination
    SettingsError               2     a file of settings: a key, a value, what does not fit together
  SourceError                   3   a source or file that yields nothing usable
    FeedError                   3     surveillance data
    AirspaceError               3     boundaries and volumes
    CaseError                   3     a case file
      ClaimError                3       a claim whose test does not parse
    IncidentError               3     an incident's record that cannot be understood
  RegisterError                 1   what the register refuses: a step, a conflict, a full disk
  IntegrityError                4   a hash, a signature or a bundle that does not hold

Every error says what was found, where, by which rule it is wrong, and what to do
next; the same facts are fields.  Bad *records* are no errors: they are counted and
quarantined (`tocsin.schema.Refusal`) and the good records around them survive.
"""

from __future__ import annotations


class TocsinError(Exception):
    """Any error that tocsin raises on purpose; prints as one line."""

    exit_code = 1

    def __init__(self, problem: str, *, path: str = "", place: str = "", hint: str = "") -> None:
        self.problem = problem
        self.path = path
        self.place = place
        self.hint = hint
        where = " ".join(part for part in (path, place) if part)
        line = f"{where}: {problem}" if where else problem
        super().__init__(f"{line}; {hint}" if hint else line)


class UsageError(TocsinError):
    """The command line or a function was called in a way that has no meaning."""

    exit_code = 2


class SettingsError(UsageError):
    """A file of settings that has no meaning: says the key, the value and what is valid."""


class SourceError(TocsinError):
    """A source yields nothing usable or cannot be read."""

    exit_code = 3


class FeedError(SourceError):
    """Surveillance data that cannot be read at all."""


class AirspaceError(SourceError):
    """A boundary file that yields no volume."""


class CaseError(SourceError):
    """A case file that cannot be understood."""


class ClaimError(CaseError):
    """A claim whose test does not parse: says at which character, and the nearest valid form."""

    def __init__(
        self,
        problem: str,
        *,
        test: str,
        at: int,
        nearest: str = "",
        path: str = "",
        place: str = "",
    ) -> None:
        self.test = test
        self.at = at  # of the first wrong character, from 0
        self.nearest = nearest
        super().__init__(
            f'{problem}, at character {at + 1} of "{test}"',
            path=path,
            place=place,
            hint=f"the nearest valid form is: {nearest}" if nearest else "",
        )

    @property
    def pointer(self) -> str:
        """The test, and under it a caret at the wrong character."""
        return f"{self.test}\n{' ' * self.at}^"


class IncidentError(SourceError):
    """A record of an incident that cannot be understood."""


class RegisterError(TocsinError):
    """What the register refuses: a forbidden step, somebody else's write, a store it cannot use."""


class IntegrityError(TocsinError):
    """Bytes are not those that were signed or hashed."""

    exit_code = 4
