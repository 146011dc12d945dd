"""How far one sink has got, in a file.

The number is written over the last one at once and put on the disk once a second: the crash of a
process costs nothing, a power cut makes a second of alerts come twice.  Two waits for the disk
for each alert would let them leave at some fifty a second, and hold the feeds up meanwhile.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from tocsin.errors import TocsinError
from tocsin.run.live.journal import FULL
from tocsin.run.live.kept import atomically

SYNC_S = 1.0
_LINE = "{:020d}\n"  # always as long: one write, within one block of any disk


class Cursor:
    """The number of the newest alert that a sink has."""

    def __init__(self, path: Path, begin: int) -> None:
        """Open a cursor; that of a sink which is new stands at `begin`.

        Raises TocsinError for a file that is something else.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.number = int(path.read_text())
        except FileNotFoundError:
            self.number = begin  # what came before it was configured is not its own
        except ValueError:
            raise TocsinError(
                "is no cursor of a sink",
                path=str(path),
                hint="delete it: the sink is then told what comes from now on",
            ) from None
        atomically(path, _LINE.format(self.number).encode())
        self._fd = os.open(path, os.O_WRONLY)
        self._synced_s = time.monotonic()
        self._written = True  # and on the disk

    def keep(self, number: int) -> bool:
        """Remember that alerts up to a number are delivered; return whether there was room."""
        self.number = number
        try:
            os.pwrite(self._fd, _LINE.format(number).encode(), 0)
        except OSError as error:
            if error.errno not in FULL:
                raise
            return False
        self._written = False
        return True

    def due(self) -> bool:
        """Return whether it is time for `sync`."""
        return not self._written and time.monotonic() - self._synced_s >= SYNC_S

    def sync(self) -> None:
        """Put it on the disk."""
        self._written, self._synced_s = True, time.monotonic()
        os.fsync(self._fd)

    def close(self) -> None:
        """Put it on the disk and let go."""
        self.sync()
        os.close(self._fd)
