"""The journal: what came, in order, on disk before anything is made of it.

One thread writes.  `append` hands the bytes to the system, `sync` returns once they are on the
disk; many records share one fsync.  Files are closed at `segment_bytes`; `trim` deletes the
oldest ones to keep a quota, and never one whose records are not yet in a checkpoint.

The journal is also the queue of the watch.  The newest records stay in memory up to
`memory_bytes`; a reader that is further behind is served from the files, so that a slow reader
costs disk and no memory.

A disk that is full stops nothing.  Records then wait in memory, numbered as if they were
written, and are written when there is room; where more wait than `memory_bytes`, the oldest are
given up and counted: `lost` says how many, and `unkept` says that there are some that a power cut
would take.
"""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tocsin.errors import IntegrityError, TocsinError
from tocsin.run.live import segment
from tocsin.run.live.segment import SUFFIX, Damage, Kind, Record

SEGMENT_BYTES = 64 << 20
MEMORY_BYTES = 32 << 20
_FROM_FILES_BYTES = 4 << 20
#: No room: the file system, a quota of the user, a limit of the process.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Journal:
    """An append-only run of records in a directory; safe between threads, one of which writes."""

    def __init__(
        self,
        folder: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        memory_bytes: int = MEMORY_BYTES,
        fsync: bool = True,
    ) -> None:
        """Open a journal, and cut off what a crash tore; `damage` tells what was found.

        Raises IntegrityError for files of a newer version or of something else.
        """
        self.folder = folder
        self.damage: tuple[Damage, ...] = ()
        self.lost = 0  # records that a full disk cost
        self._fsync = fsync
        self._segment_bytes, self._memory_bytes = segment_bytes, memory_bytes
        self._lock = threading.Condition()
        self._syncing = threading.Lock()
        self._recent: deque[Record] = deque()
        self._recent_bytes = 0
        self._waiting: deque[Record] = deque()  # numbered, and not yet in a file
        self._waiting_bytes = 0
        self._fd = -1
        self._size = 0
        self._synced = 0
        self._written = 0
        self.seq = 0  # of the newest record
        self.t_ns = 0
        self._open()

    # -- writing -------------------------------------------------------------------------------

    def append(self, kind: Kind, t_ns: int, feed: str, data: bytes) -> Record:
        """Return the record that was added; its time is that given, or that of the one before."""
        with self._lock:
            record = Record(self.seq + 1, max(t_ns, self.t_ns), kind, feed, data)
            self.seq, self.t_ns = record.seq, record.t_ns
            self._remember(record)
            self._waiting.append(record)
            self._waiting_bytes += record.size
            self._drain()
            self._lock.notify_all()
            return record

    def sync(self, seq: int | None = None) -> bool:
        """Wait until records up to `seq` (all) are on the disk; return whether they are.

        False is the answer of a disk that is full.
        """
        wanted = self.seq if seq is None else seq
        with self._syncing:  # those who wait behind find it done
            if self._synced >= wanted:
                return True
            with self._lock:
                self._drain()
                written = self._written
                # A name of our own for the file: the writer may close its own meanwhile.
                fd = os.dup(self._fd) if self._fd >= 0 and self._fsync else -1
            if fd >= 0:
                try:
                    os.fsync(fd)
                finally:
                    os.close(fd)
            self._synced = max(self._synced, written)
            return self._synced >= wanted

    @property
    def unkept(self) -> int:
        """Records that are in memory only, because the disk took no more."""
        with self._lock:  # not in the middle of a write
            return len(self._waiting)

    def close(self) -> None:
        """Write what can be written, and let go."""
        self.sync()
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1

    # -- reading -------------------------------------------------------------------------------

    def read(self, after: int, most: int = 64) -> list[Record]:
        """Return up to `most` records after number `after` from memory, or some from the files.

        A file is read from its beginning for every call: so the files give what is worth it.
        """
        with self._lock:
            if after >= self.seq:
                return []
            first = self._recent[0].seq if self._recent else self.seq + 1
            if after + 1 >= first:
                begin = after + 1 - first
                return [self._recent[k] for k in range(begin, min(begin + most, self.count))]
            self._drain()
        out: list[Record] = []
        size = 0
        for record in self.records(after):
            out.append(record)
            size += record.size
            if size >= _FROM_FILES_BYTES:
                break
        return out

    @property
    def count(self) -> int:
        """Records that memory holds."""
        return len(self._recent)

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait until there is a record after number `after`; return whether there is."""
        with self._lock:
            return self._lock.wait_for(lambda: self.seq > after, timeout_s)

    def wake(self) -> None:
        """Let those who wait look round."""
        with self._lock:
            self._lock.notify_all()

    def records(self, after: int = 0) -> Iterator[Record]:
        """Yield the records of the files after number `after`."""
        for item in self.scan(after):
            if isinstance(item, Record):
                yield item

    def scan(self, after: int = 0) -> Iterator[Record | Damage]:
        """Yield records of the files after number `after`, and damage where there is some."""
        yield from scan(self.folder, after)

    # -- room ----------------------------------------------------------------------------------

    def size_bytes(self) -> int:
        """Return how much the files take."""
        return sum(path.stat().st_size for path in paths(self.folder))

    def segments(self) -> list[Path]:
        """Return the files, the oldest first."""
        return paths(self.folder)

    def trim(self, quota_bytes: int, processed: int) -> int:
        """Delete the oldest files until the rest keeps the quota; return how many went.

        processed  number of the record up to which a checkpoint holds everything
        """
        files = paths(self.folder)
        sizes = {path: path.stat().st_size for path in files}
        total, gone = sum(sizes.values()), 0
        for path, after in pairwise(files):  # the last one is being written
            if total <= quota_bytes or segment.first_of(after) - 1 > processed:
                break
            path.unlink()
            total -= sizes[path]
            gone += 1
        if gone:
            _sync_folder(self.folder)
        return gone

    # -- inside --------------------------------------------------------------------------------

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        found: list[Damage] = []
        files = paths(self.folder)
        for path in files:
            data = path.read_bytes()[: segment.HEADER_BYTES]
            if not segment.check_header(data, str(path)):
                if path is not files[-1]:
                    raise IntegrityError("has no header", path=str(path), hint="move it away")
                found.append(Damage(str(path), 0, len(data), torn=True))
                path.unlink()  # a crash between the making of a file and its first line
        files = paths(self.folder)
        self.seq = segment.first_of(files[-1]) - 1 if files else 0
        for path in files[-1:]:
            data = path.read_bytes()
            end = segment.HEADER_BYTES
            for item in segment.records(data, str(path)):
                if isinstance(item, Record):
                    self.seq, self.t_ns = item.seq, max(self.t_ns, item.t_ns)
                    self._remember(item)
                    end += item.size
                    continue
                found.append(item)
                end += 0 if item.torn else item.span
            if end < len(data):
                with path.open("r+b") as file:
                    file.truncate(end)
                    os.fsync(file.fileno())
            self._fd = os.open(path, os.O_WRONLY | os.O_APPEND)
            self._size = end
        if files and not self.t_ns:
            self.t_ns = _last_time_ns(files[:-1])
        self._written = self._synced = self.seq
        self.damage = tuple(found)

    def _remember(self, record: Record) -> None:
        if self._recent and record.seq != self._recent[-1].seq + 1:
            self._recent.clear()  # what lay between is damaged: memory holds no gaps
            self._recent_bytes = 0
        self._recent.append(record)
        self._recent_bytes += record.size
        while self._recent_bytes > self._memory_bytes and len(self._recent) > 1:
            self._recent_bytes -= self._recent.popleft().size

    def _drain(self) -> None:
        """Write what waits; keep it, up to a bound, where there is no room."""
        while self._waiting:
            record = self._waiting[0]
            if not self._write(record):
                break
            self._waiting.popleft()
            self._waiting_bytes -= record.size
            self._written = record.seq
        while self._waiting_bytes > self._memory_bytes and len(self._waiting) > 1:
            self._waiting_bytes -= self._waiting.popleft().size
            self.lost += 1

    def _write(self, record: Record) -> bool:
        data = segment.packed(record)
        try:
            if self._fd < 0 or self._size + len(data) > self._segment_bytes + segment.HEADER_BYTES:
                self._rotate(record.seq)
            done = 0
            while done < len(data):
                done += os.write(self._fd, data[done:])
        except OSError as error:
            if error.errno not in FULL:
                raise TocsinError(
                    f"the journal cannot be written: {error.strerror}",
                    path=str(self.folder),
                    hint="see the disk; the watch does not run without its journal",
                ) from error
            if self._fd >= 0:
                os.ftruncate(self._fd, self._size)
            return False
        self._size += len(data)
        return True

    def _rotate(self, first: int) -> None:
        path = self.folder / segment.name_of(first)
        if self._fd >= 0 and self._size <= segment.HEADER_BYTES:
            return  # one record that is larger than a file
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o640)
        try:
            os.write(fd, segment.header(first))
        except OSError:
            os.close(fd)
            path.unlink()
            raise
        if self._fd >= 0:
            if self._fsync:
                os.fsync(self._fd)
            os.close(self._fd)
        self._fd, self._size = fd, segment.HEADER_BYTES
        _sync_folder(self.folder)


def paths(folder: Path) -> list[Path]:
    """Return the files of a journal, the oldest first."""
    return sorted(folder.glob(f"{'[0-9]' * 20}{SUFFIX}"))


def scan(folder: Path, after: int = 0) -> Iterator[Record | Damage]:
    """Yield the records of a journal's files after number `after`, and what is damaged.

    Raises IntegrityError for files of a newer version or of something else.
    """
    files = paths(folder)
    for path, following in zip(files, [*files[1:], None], strict=False):
        if following is not None and segment.first_of(following) - 1 <= after:
            continue
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # trimmed since it was listed
            continue
        if not segment.check_header(data, str(path)):
            continue
        for item in segment.records(data, str(path)):
            if isinstance(item, Damage) or item.seq > after:
                yield item


def _last_time_ns(files: list[Path]) -> int:
    times = [
        item.t_ns
        for path in files[-1:]
        for item in segment.records(path.read_bytes(), str(path))
        if isinstance(item, Record)
    ]
    return max(times, default=0)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
