"""Fetching the sample recordings: a tiny package and a pip of our own stand in."""

from __future__ import annotations

import hashlib
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from tocsin.run.samples import RECORDINGS, Recording, fetch

DATA = b"a recording"
MEMBER = "traffic/data/a.json.gz"
WANTED = {"a.json.gz": Recording(MEMBER, hashlib.sha256(DATA).hexdigest())}


def unheard(_line: str) -> None:
    """Take what is said where a test does not ask."""


def pip(folder: Path, body: str) -> tuple[str, ...]:
    """Return a command that runs `body` with the destination of the download as `dest`."""
    script = folder / "pip.py"
    head = "import sys, pathlib\n(dest,) = [a[7:] for a in sys.argv if a.startswith('--dest=')]\n"
    script.write_text(head + textwrap.dedent(body), encoding="utf-8")
    return (sys.executable, str(script))


def carrying(folder: Path, members: dict[str, bytes]) -> tuple[str, ...]:
    """Return a pip that downloads a package of these members."""
    wheel = folder / "traffic-2.13-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return pip(folder, f"import shutil\nshutil.copy({str(wheel)!r}, dest)")


def test_a_recording_is_taken_out_of_the_package_and_the_rest_left(tmp_path: Path) -> None:
    said: list[str] = []
    command = carrying(tmp_path, {MEMBER: DATA, "traffic/__init__.py": b"raise SystemExit"})
    samples = fetch(tmp_path / "out", said.append, pip=command, recordings=WANTED)
    assert samples.found["a.json.gz"].read_bytes() == DATA
    assert samples.missing == {}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.json.gz"]
    assert len(said) == 1


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(DATA)
    said: list[str] = []
    never = ("a-pip-that-does-not-exist",)
    samples = fetch(tmp_path, said.append, pip=never, recordings=WANTED)
    assert samples.found == {"a.json.gz": tmp_path / "a.json.gz"}
    assert said == []


def test_a_file_of_another_hash_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.json.gz").write_bytes(b"half a recordi")
    command = carrying(tmp_path, {MEMBER: DATA})
    assert (
        fetch(out, unheard, pip=command, recordings=WANTED).found["a.json.gz"].read_bytes() == DATA
    )


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({MEMBER: b"another recording"}, "its sha256 in traffic-2.13-py3-none-any.whl is "),
        ({"traffic/data/b.json.gz": DATA}, f"holds no {MEMBER}"),
    ],
)
def test_a_package_of_other_content_gives_nothing(
    tmp_path: Path, members: dict[str, bytes], why: str
) -> None:
    out = tmp_path / "out"
    samples = fetch(out, unheard, pip=carrying(tmp_path, members), recordings=WANTED)
    assert samples.found == {}
    assert why in samples.missing["a.json.gz"]
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("sys.exit('ERROR: No matching distribution found')", "is there a network? (No matching"),
        ("sys.exit('python: No module named pip')", "this Python has no pip"),
        ("sys.exit(7)", "exit code 7"),
        ("pass", "downloaded no wheel"),
        ("pathlib.Path(dest, 'a.whl').write_bytes(b'PK')", "a.whl is damaged"),
        ("import time\ntime.sleep(30)", "not done after 0.5 s"),
    ],
)
def test_a_download_that_fails_is_said_and_not_raised(tmp_path: Path, body: str, why: str) -> None:
    said: list[str] = []
    slow = 0.5 if "sleep" in body else 60.0
    command = pip(tmp_path, body)
    samples = fetch(tmp_path, said.append, pip=command, recordings=WANTED, download_s=slow)
    assert samples.found == {}
    assert why in samples.missing["a.json.gz"]
    assert said[-1] == samples.missing["a.json.gz"]


def test_no_pip_at_all(tmp_path: Path) -> None:
    samples = fetch(tmp_path, unheard, pip=(str(tmp_path / "pip"),), recordings=WANTED)
    assert "cannot be started" in samples.missing["a.json.gz"]


@pytest.mark.data
def test_the_hashes_are_those_of_the_recordings(shared: Path) -> None:
    for name, recording in RECORDINGS.items():
        data = (shared / "data" / "opensky" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == recording.sha256
