"""The command line called as `main` calls it, without the second that a process of its own costs.

What a process shows and this cannot (its start, signals, broken pipes) is tested in one.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tocsin.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a call left: the exit code, what it answered and what it told people."""

    returncode: int
    stdout: str
    stderr: str


def tocsin(
    *words: str | Path, cwd: Path | None = None, stdin: str = "", columns: int = 120
) -> Done:
    """Call the command line with these words in a folder."""
    out, err = _Stream(), _Stream()
    argv = ["tocsin", *map(str, words)]
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    with (
        chdir(cwd or Path.cwd()),
        patch.object(sys, "argv", argv),
        patch.object(sys, "stdin", given),
        patch.dict(os.environ, {"COLUMNS": str(columns), "NO_COLOR": "1", "TOCSIN_PROCESSES": "1"}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        else:  # pragma: no cover
            raise AssertionError("the command line ends by sys.exit, always")
    return Done(code, out.text(), err.text())


class _Stream(io.TextIOWrapper):
    """A text stream that also takes bytes, as a real standard output does."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="\n")

    def text(self) -> str:
        self.flush()
        held = self.buffer
        assert isinstance(held, io.BytesIO)
        return held.getvalue().decode("utf-8")
