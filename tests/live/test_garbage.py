"""The collector of garbage is held back within a batch, made up for after it, and left as found."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from tocsin.run.live import garbage as module
from tocsin.run.live.garbage import Garbage


class Knot:
    """What only the collector can let go of."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True, params=["nothing set aside", "others set aside"])
def as_found(request: pytest.FixtureRequest) -> Iterator[None]:
    was, enabled = gc.get_freeze_count() > 0, gc.isenabled()
    threshold = gc.get_threshold()
    gc.set_threshold(700, 10, 10)  # as Python starts with
    gc.unfreeze()
    others = request.param == "others set aside"
    if others:
        gc.freeze()
    yield
    left = gc.get_freeze_count() > 0
    gc.unfreeze()
    gc.set_threshold(*threshold)
    if was:
        gc.freeze()
    assert (left, gc.isenabled()) == (others, enabled)


def _collections() -> int:
    return sum(each["collections"] for each in gc.get_stats())


def test_nothing_is_collected_within_a_batch_and_all_that_is_due_after_it() -> None:
    garbage = Garbage()
    garbage.begin()
    held: list[weakref.ref[Knot]] = []
    most = 0
    for _ in range(400):  # a constant load: nobody ever waits, and nothing else is made
        with garbage:
            before, began = len(held), _collections()
            held += [weakref.ref(Knot()) for _ in range(50)]
            assert all(each() is not None for each in held[before:])
            assert _collections() == began
            held = [each for each in held if each() is not None]
            most = max(most, len(held))
        garbage.settle()
    garbage.end()
    assert most <= 2 * gc.get_threshold()[0]  # of 20,000


def test_what_outlives_the_young_is_collected_under_load_too() -> None:
    garbage = Garbage()
    garbage.begin()
    kept: list[Knot] = [Knot() for _ in range(20)]
    names = [weakref.ref(each) for each in kept]
    for n in range(3_000):
        with garbage:
            made = [Knot() for _ in range(50)]
            if n == 100:  # they are of the oldest by now
                kept.clear()
            del made
        garbage.settle()
    garbage.end()
    assert not any(each() for each in names)


def test_what_was_set_aside_is_gone_through_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Knot()
    name = weakref.ref(old)
    garbage = Garbage()
    garbage.begin()
    assert gc.get_freeze_count() > 0
    del old
    gc.collect()
    assert name() is not None  # set aside
    monkeypatch.setattr(module, "WHOLE_S", 0.05)
    time.sleep(0.06)
    garbage.settle()
    assert name() is None
    garbage.end()


def test_it_is_left_as_it_was_found_after_an_error_and_where_somebody_holds_it_back() -> None:
    garbage = Garbage()
    with pytest.raises(ValueError, match="of the batch"), garbage:
        assert not gc.isenabled()
        raise ValueError("of the batch")
    assert gc.isenabled()
    outer = Garbage()
    with outer:
        with garbage:
            pass
        assert not gc.isenabled()
        began = _collections()
        kept = [[] for _ in range(3 * gc.get_threshold()[0])]  # type: list[list[int]]
        garbage.settle()
        assert _collections() == began and len(kept) > 1_000
    assert gc.isenabled()
    garbage.end()  # never begun: nothing of others is let in again


def test_another_thread_collects_between_batches_as_ever() -> None:
    garbage = Garbage()
    garbage.begin()
    gone = threading.Event()

    def other() -> None:
        knot = Knot()
        weakref.finalize(knot, gone.set)
        del knot
        end_s = time.monotonic() + 10.0
        while not gone.is_set() and time.monotonic() < end_s:
            [Knot() for _ in range(100)]

    thread = threading.Thread(target=other)
    thread.start()
    while thread.is_alive():  # a judge to whom nothing comes does not make up for anything
        with garbage:
            time.sleep(0.001)
        time.sleep(0.001)
    garbage.end()
    assert gone.is_set()
