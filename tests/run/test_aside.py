"""Processes beside this one: the same answers whoever gives them, and none left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tocsin.errors import CaseError, TocsinError, UsageError
from tocsin.run.aside import PROCESSES, Aside, processes


def doubled(x: int) -> tuple[int, int]:
    """Return twice the number, and which process worked it out."""
    time.sleep(0.02)
    return 2 * x, os.getpid()


def refused(limit: int, x: int) -> int:
    """Return the number; raise the error of a case where it is above the limit."""
    if x > limit:
        raise CaseError(f"{x} is too many", path="case.toml", hint="say less")
    return x


def ended(x: int) -> int:
    """End the process that works on it, as the system does where memory runs out."""
    os._exit(9 if x else 0)


def test_shared_work_is_done_once_each_and_comes_in_order() -> None:
    with Aside(1) as aside:
        waiting = aside.share(doubled, range(40))
        other = aside.ask(doubled, 21)()  # the other process is there, and has begun to share
        found = waiting()
    assert [value for value, _ in found] == [2 * x for x in range(40)]
    assert other[0] == 42 and other[1] != os.getpid()
    assert {pid for _, pid in found} >= {other[1]}


def test_without_others_it_is_done_here_when_asked_for() -> None:
    with Aside(0) as aside:
        assert aside.share(doubled, [1, 2])() == [(2, os.getpid()), (4, os.getpid())]
        assert aside.ask(doubled, 3)() == (6, os.getpid())


def test_an_error_there_is_the_same_error_here() -> None:
    with Aside(1) as aside:
        assert aside.ask(refused, 5, 5)() == 5
        with pytest.raises(CaseError, match=r"case\.toml: 6 is too many; say less"):
            aside.ask(refused, 5, 6)()
        with pytest.raises(CaseError, match="too many"):
            aside.share(partial(refused, -1), [1, 2, 3])()


def test_a_process_that_was_killed_is_said_in_one_line() -> None:
    with Aside(1) as aside, pytest.raises(TocsinError, match="ended from outside"):
        aside.ask(ended, 1)()


def test_it_ends_with_the_process_that_began_it(tmp_path: Path) -> None:
    """Even where that one is killed and can tell nobody."""
    code = (
        "import os, time\n"
        "from tocsin.run.aside import Aside\n"
        "if __name__ == '__main__':\n"
        "    with Aside(1) as aside:\n"
        "        print(aside.ask(os.getpid)(), flush=True)\n"
        "        time.sleep(60)\n"
    )
    script = tmp_path / "begin.py"
    script.write_text(code)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        pid = int(one.stdout.readline())
        assert _runs(pid)
        one.kill()
        one.wait()
    for _ in range(100):
        if not _runs(pid):
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} outlived the one that began it")


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # one that nobody waited for yet


@pytest.mark.parametrize("said", ["0", "two", "-1", "1.5", "²"])
def test_a_number_of_processes_that_is_none_is_refused(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROCESSES, said)
    with pytest.raises(UsageError, match=f"TOCSIN_PROCESSES={said} is no number of processes"):
        processes()
