"""The journal: what is acknowledged is there, a torn tail is cut and said, and a quota is kept."""

from __future__ import annotations

import resource
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tocsin.errors import IntegrityError
from tocsin.run.live import segment
from tocsin.run.live.journal import Journal, paths, scan
from tocsin.run.live.segment import Damage, Kind, Record


def filled(folder: Path, count: int = 50, **kept: int) -> Journal:
    journal = Journal(folder, **kept)  # type: ignore[arg-type]
    for k in range(count):
        journal.append(Kind.DATA, 1000 + k, "rx", bytes([k % 256]) * (k % 40))
    return journal


def test_what_is_written_is_read_again_in_order(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    assert journal.sync()
    journal.close()
    records = [r for r in scan(tmp_path) if isinstance(r, Record)]
    assert [r.seq for r in records] == list(range(1, 51))
    assert records[7] == Record(8, 1007, Kind.DATA, "rx", b"\x07" * 7)
    again = Journal(tmp_path)
    assert (again.seq, again.t_ns, again.damage) == (50, 1049, ())
    assert again.append(Kind.TICK, 0, "", b"").t_ns == 1049  # a clock that stepped back
    again.close()


@pytest.mark.parametrize("seed", range(5))
def test_a_tail_torn_anywhere_is_cut_and_said(tmp_path: Path, seed: int) -> None:
    filled(tmp_path).close()
    path = paths(tmp_path)[-1]
    whole = path.read_bytes()
    records = [r for r in segment.records(whole) if isinstance(r, Record)]
    ends = [segment.HEADER_BYTES]
    for record in records:
        ends.append(ends[-1] + record.size)
    cut = Random(seed).randrange(segment.HEADER_BYTES, len(whole))
    path.write_bytes(whole[:cut])
    kept = max(k for k, end in enumerate(ends) if end <= cut)
    journal = Journal(tmp_path)
    assert journal.seq == kept
    assert bool(journal.damage) == (cut not in ends)
    assert all(d.torn for d in journal.damage)
    journal.append(Kind.DATA, 9999, "rx", b"after")
    journal.close()
    again = list(scan(tmp_path))
    assert [r.seq for r in again if isinstance(r, Record)] == list(range(1, kept + 2))
    assert not any(isinstance(item, Damage) for item in again)


def test_damage_in_the_middle_costs_what_it_touches(tmp_path: Path) -> None:
    filled(tmp_path).close()
    path = paths(tmp_path)[-1]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    items = list(scan(tmp_path))
    damage = [item for item in items if isinstance(item, Damage)]
    assert len(damage) == 1
    assert not damage[0].torn
    assert len(items) == 50  # 49 records and the damage
    journal = Journal(tmp_path)
    assert journal.seq == 50
    assert len(journal.damage) == 1
    journal.close()


def test_a_header_torn_off_is_no_file(tmp_path: Path) -> None:
    filled(tmp_path).close()
    (tmp_path / segment.name_of(51)).write_bytes(b"toc")
    journal = Journal(tmp_path)
    assert journal.seq == 50
    assert journal.damage[0].span == 3
    journal.close()


def test_files_of_a_newer_version_or_of_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / segment.name_of(1)).write_bytes(segment.header(1, segment.VERSION + 1))
    with pytest.raises(IntegrityError, match="newer tocsin"):
        Journal(tmp_path)
    (tmp_path / segment.name_of(1)).write_bytes(b"x" * 100)
    with pytest.raises(IntegrityError, match="no file of a journal"):
        Journal(tmp_path)


def test_rotation_and_quota_keep_what_is_not_in_a_checkpoint(tmp_path: Path) -> None:
    journal = filled(tmp_path, 400, segment_bytes=1000)
    files = paths(tmp_path)
    assert len(files) > 10
    assert all(path.stat().st_size <= 1000 + segment.HEADER_BYTES for path in files)
    firsts = [segment.first_of(path) for path in files]
    journal.sync()
    assert journal.trim(3000, processed=0) == 0  # nothing may go
    gone = journal.trim(3000, processed=firsts[5])
    assert gone == 5  # the file that holds the record after the checkpoint stays
    assert segment.first_of(paths(tmp_path)[0]) == firsts[5]
    journal.trim(3000, processed=journal.seq)
    assert journal.size_bytes() <= 3000
    left = [r.seq for r in journal.records()]
    assert left == list(range(left[0], 401))
    journal.close()


def test_a_slow_reader_is_served_from_the_files(tmp_path: Path) -> None:
    journal = filled(tmp_path, 300, memory_bytes=500)
    assert journal.count < 50
    read: list[int] = []
    while more := journal.read(read[-1] if read else 0, 7):
        read += [record.seq for record in more]
    assert read == list(range(1, 301))
    assert all(b - a == 1 for a, b in pairwise(read))
    journal.close()


def test_a_disk_that_is_full_loses_nothing_that_fits_in_memory(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk; the process goes on and catches up."""
    script = """
import resource, sys
from pathlib import Path
from tocsin.run.live.journal import Journal
from tocsin.run.live.segment import Kind
journal = Journal(Path(sys.argv[1]), memory_bytes=1_000_000)
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, resource.RLIM_INFINITY))
for k in range(100):
    journal.append(Kind.DATA, k, "rx", b"x" * 200)
full = (journal.sync(), journal.unkept, journal.lost)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.append(Kind.DATA, 100, "rx", b"room again")
print(full[0], full[1] > 50, full[2], journal.sync(), journal.unkept, journal.lost)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True", "0", "True", "0", "0"]
    assert [r.seq for r in scan(tmp_path) if isinstance(r, Record)] == list(range(1, 102))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_more_than_memory_holds_is_given_up_the_oldest_first_and_counted(tmp_path: Path) -> None:
    script = """
import resource, sys
from pathlib import Path
from tocsin.run.live.journal import Journal
from tocsin.run.live.segment import Kind
journal = Journal(Path(sys.argv[1]), memory_bytes=5_000)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
for k in range(100):
    journal.append(Kind.DATA, k, "rx", b"x" * 200)
lost = journal.lost
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.append(Kind.DATA, 100, "rx", b"")
journal.close()
print(lost)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    lost = int(done.stdout)
    kept = [r.seq for r in scan(tmp_path) if isinstance(r, Record)]
    assert lost > 0
    assert len(kept) + lost == 101
    assert kept[-1] == 101
