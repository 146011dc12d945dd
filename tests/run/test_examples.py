"""The example cases: what they name exists, and a working copy has its recordings beside it."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.errors import CaseError, UsageError
from tocsin.run.examples import examples, prepare, recordings
from tocsin.run.samples import RECORDINGS, Samples


def test_the_examples_are_those_of_the_repository() -> None:
    names = ["vaindloo-2025-09-19", "bornholm-2018-11-26", "news-report", "spoofed-2024-09-17"]
    assert list(examples()) == names  # the reference case runs first, and needs no network
    assert recordings("vaindloo-2025-09-19") == ()


@pytest.mark.parametrize("example", ["bornholm-2018-11-26", "spoofed-2024-09-17"])
def test_a_case_file_names_what_a_finding_rests_on(example: str) -> None:
    case = tomllib.loads(examples()[example].read_text(encoding="utf-8"))
    start, end = case["case"]["window"]
    assert start.tzinfo == end.tzinfo == UTC  # a naive time is an error
    assert start < end < case["case"]["as_of"]
    assert set(recordings(example)) <= set(RECORDINGS)
    assert all(area["path"] == "bundled:sovereign" for area in case["airspace"])


@pytest.mark.parametrize(
    ("example", "first", "last"),
    [  # the first and the last state of each recording
        ("bornholm-2018-11-26", "2018-11-26T09:38:15Z", "2018-11-26T13:12:30Z"),
        ("spoofed-2024-09-17", "2024-09-17T08:04:26Z", "2024-09-17T10:30:00Z"),
    ],
)
def test_the_window_holds_the_whole_recording(example: str, first: str, last: str) -> None:
    start, end = tomllib.loads(examples()[example].read_text(encoding="utf-8"))["case"]["window"]
    assert start <= datetime.fromisoformat(first)
    assert datetime.fromisoformat(last) <= end


def test_a_working_copy_is_the_case_with_its_recordings(tmp_path: Path) -> None:
    sample = tmp_path / "bornholm.json.gz"
    sample.write_bytes(b"a recording")
    samples = Samples(found={"bornholm.json.gz": sample})
    for _ in range(2):  # the second time over the first
        copy = prepare("bornholm-2018-11-26", tmp_path / "cases", samples)
    assert copy == tmp_path / "cases" / "bornholm-2018-11-26" / "case.toml"
    assert copy.read_bytes() == examples()["bornholm-2018-11-26"].read_bytes()
    (source,) = tomllib.loads(copy.read_text(encoding="utf-8"))["source"]
    assert (copy.parent / source["path"]).read_bytes() == b"a recording"


def test_a_working_copy_has_what_its_case_takes_from_another_example(tmp_path: Path) -> None:
    copy = prepare("news-report", tmp_path, Samples())
    case = tomllib.loads(copy.read_text(encoding="utf-8"))
    paths = [row["path"] for kind in ("source", "airspace") for row in case[kind]]
    assert all((copy.parent / path).is_file() for path in paths if "bundled:" not in path)
    assert "../vaindloo-2025-09-19/radar-a.ast" in paths


def test_without_its_recording_an_example_is_refused_with_the_reason(tmp_path: Path) -> None:
    samples = Samples(missing={"bornholm.json.gz": "bornholm.json.gz could not be fetched"})
    with pytest.raises(CaseError, match=r"bornholm.json.gz could not be fetched; the other"):
        prepare("bornholm-2018-11-26", tmp_path, samples)
    assert list(tmp_path.iterdir()) == []


def test_an_example_that_does_not_exist_is_a_bad_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are vaindloo-2025-09-19, bornholm"):
        prepare("atlantis", tmp_path, Samples())
