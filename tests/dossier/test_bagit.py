"""Bags as RFC 8493 has them, and every way in which one can be wrong, by the name of its file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.dossier.bagit import MANIFEST, SIGNATURE, TAG_MANIFEST, bag, problems

PAYLOAD = {"data/a.txt": b"alpha", "data/dir/b 100%.bin": b"\0\1\2"}
INFO = (("External-Identifier", "T-1"), ("External-Description", "two\nlines"))


def test_a_bag_has_the_files_and_lines_of_the_standard() -> None:
    files = bag(PAYLOAD, INFO)
    assert files["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert files["bag-info.txt"].decode().splitlines() == [
        "External-Identifier: T-1",
        "External-Description: two lines",
        "Payload-Oxum: 8.2",
    ]
    # RFC 8493, 2.1.3: hash, white space, path, with % as %25
    digest = hashlib.sha256(b"\0\1\2").hexdigest()
    assert f"{digest}  data/dir/b 100%25.bin\n" in files[MANIFEST].decode()
    assert files[TAG_MANIFEST].decode().split()[1::2] == ["bag-info.txt", "bagit.txt", MANIFEST]


def test_another_implementation_of_the_standard_accepts_it(tmp_path: Path) -> None:
    bagit = pytest.importorskip("bagit")
    plain = {"data/a.txt": b"alpha", "data/dir/ä b.bin": b"\0\1"}
    for name, data in bag(plain, INFO).items():
        where = tmp_path / name
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(data)
    assert bagit.Bag(str(tmp_path)).validate()


def test_a_whole_bag_has_no_problem() -> None:
    files = bag(PAYLOAD, INFO)
    assert list(problems(files)) == []
    assert list(problems({**files, SIGNATURE: b"{}"})) == []  # not listed: it signs the lists


@given(st.data())
def test_whatever_byte_changes_its_file_is_named(data: st.DataObject) -> None:
    files = bag(PAYLOAD, INFO)
    name = data.draw(st.sampled_from(sorted(files)))
    at = data.draw(st.integers(0, len(files[name]) - 1))
    changed = bytearray(files[name])
    changed[at] ^= data.draw(st.integers(1, 255))
    found = list(problems({**files, name: bytes(changed)}))
    # A changed list says something of what it lists; nothing else is named.
    listed = {MANIFEST: {MANIFEST}, TAG_MANIFEST: {*files} - {*PAYLOAD}}.get(name, {name})
    assert found
    if name != TAG_MANIFEST:
        assert found[0][0] in listed


def test_a_file_too_many_and_one_too_few_are_named() -> None:
    files = bag(PAYLOAD, INFO)
    extra = {**files, "data/extra": b""}
    assert next(problems(extra)) == ("data/extra", f"is not listed in {MANIFEST}")
    tag = {**files, "notes.txt": b""}
    assert next(problems(tag)) == ("notes.txt", f"is not listed in {TAG_MANIFEST}")
    for name in files:
        rest = {k: v for k, v in files.items() if k != name}
        assert next(problems(rest))[0] == name
