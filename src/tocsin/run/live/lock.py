"""One watch a journal."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from tocsin.errors import TocsinError


class Lock:
    """Held as long as the process lives: a crash lets go of it."""

    def __init__(self, folder: Path) -> None:
        """Take it; raises TocsinError where another watch has it."""
        self._fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._fd)
            self._fd = -1
            raise TocsinError(
                "another watch writes this journal",
                path=str(folder),
                hint="stop it, or give this one a journal of its own",
            ) from None

    def release(self) -> None:
        """Let go."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
