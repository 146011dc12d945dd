"""Processes beside this one, for what can be worked out at the same time.

Threads share one interpreter, and much of a run is Python: with two of them neither goes faster.
A process of its own costs a second to start, on a core that has nothing else to do while sources
are read.  What is worked out is the same, wherever it is: no answer hangs on who gave it.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from importlib import import_module
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

from tocsin.errors import TocsinError, UsageError
from tocsin.run.loading import loading

PROCESSES = "TOCSIN_PROCESSES"
MOST = 4  # with this one: a case has few claims that take long, and each process some memory
#: What they will be asked for, loaded while nobody asks yet.
LOADS = ("matplotlib.figure", "tocsin.run.shown", "tocsin.run.results", "jinja2")

A = TypeVar("A")
B = TypeVar("B")


def processes() -> int:
    """Return how many processes a run may take, this one among them.

    As TOCSIN_PROCESSES says; else one for each core, up to four.  Raises UsageError for what is
    no number from 1.
    """
    told = os.environ.get(PROCESSES, "")
    if not told:
        return min(os.cpu_count() or 1, MOST)
    if not (told.isascii() and told.isdigit() and int(told)):
        raise UsageError(f"{PROCESSES}={told} is no number of processes", hint="say 1, 2, ...")
    return int(told)


class Aside:
    """Some processes beside this one; they end with the block, or with this one.

    count  how many; 0: everything is done here, when it is asked for
    """

    def __init__(self, count: int) -> None:
        # A pool for each, so that what is handed over once can be asked of it again.
        self._pools = [
            ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin)
            for _ in range(count)
        ]
        for pool in self._pools:
            pool.submit(_load)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pool in self._pools:
            with suppress(BrokenProcessPool):  # it ended before
                # At once: half a second would go into taking modules apart.
                pool.submit(os._exit, 0)
            pool.shutdown(wait=error is None, cancel_futures=error is not None)

    def ask(self, work: Callable[..., B], *given: Any) -> Callable[[], B]:
        """Begin a piece of work, and return what waits for its result."""
        if not self._pools:
            return lambda: work(*given)
        waiting = self._pools[0].submit(work, *given)
        return lambda: _of(waiting)

    def share(self, work: Callable[[A], B], items: Sequence[A]) -> Callable[[], list[B]]:
        """Begin work on each of several items, and return what waits for all, and helps.

        Each is done once, by whoever is free; results come in the order of the items.  `work` goes
        to each process once.
        """
        left = deque(range(len(items)))
        done: dict[int, B] = {}

        def there(pool: ProcessPoolExecutor) -> None:
            _of(pool.submit(_keep, work))
            while (k := _next(left)) is not None:
                done[k] = _of(pool.submit(_kept, items[k]))

        # One that fails leaves the rest to the others, and its error to whoever waits.
        callers = ThreadPoolExecutor(max(len(self._pools), 1))
        called = [callers.submit(there, pool) for pool in self._pools]
        callers.shutdown(wait=False)

        def all_of_them() -> list[B]:
            while (k := _next(left)) is not None:
                done[k] = work(items[k])
            for one in called:
                one.result()
            return [done[k] for k in range(len(items))]

        return all_of_them


ALONE = Aside(0)


def _of(waiting: Future[B]) -> B:
    try:
        return waiting.result()
    except BrokenProcessPool as error:
        raise TocsinError(
            "a process that worked beside this one was ended from outside",
            hint=f"is there memory for it? {PROCESSES}=1 does without",
        ) from error


def _next(left: deque[int]) -> int | None:
    """Return what is to be done next; None where somebody took the last."""
    try:
        return left.popleft()
    except IndexError:
        return None


# What follows runs in the other process.

_work: Callable[[Any], Any] | None = None


def _begin() -> None:
    """End with the process that began this one, and leave it to that one to be interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(parent: Any) -> None:
    connection.wait([parent.sentinel])
    os._exit(1)


def _load() -> None:
    with loading():
        for name in LOADS:
            import_module(name)


def _keep(work: Callable[[Any], Any]) -> None:
    global _work
    _work = work


def _kept(item: Any) -> Any:
    if _work is None:
        raise RuntimeError("no work was handed over")
    return _work(item)
