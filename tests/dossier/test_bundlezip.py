"""The archive of a bundle: the same bytes for the same files, and nothing hidden in one."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.dossier import bundlezip
from tocsin.dossier.bundlezip import pack, unpack
from tocsin.errors import IntegrityError

FILES = {"bundle/a.txt": b"alpha", "bundle/data/b.bin": bytes(range(40)), "bundle/empty": b""}
NAMES = st.text("abcdefgh", min_size=1, max_size=6)


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=8))
def test_what_goes_in_comes_out_in_any_order(files: dict[str, bytes]) -> None:
    turned = dict(reversed(files.items()))
    assert pack(files) == pack(turned)
    assert unpack(pack(files)) == files


def test_an_independent_reader_finds_the_same_files() -> None:
    with zipfile.ZipFile(io.BytesIO(pack(FILES))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_that_another_tool_packed_are_read(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    assert unpack(out.getvalue()) == FILES


def test_any_bit_that_flips_is_seen() -> None:
    whole = pack(FILES)
    for at in range(len(whole)):
        for bit in range(8):
            data = bytearray(whole)
            data[at] ^= 1 << bit
            with pytest.raises(IntegrityError):
                unpack(bytes(data))


def test_an_archive_cut_at_any_length_is_refused() -> None:
    whole = pack(FILES)
    for length in range(len(whole)):
        with pytest.raises(IntegrityError):
            unpack(whole[:length])
    with pytest.raises(IntegrityError):
        unpack(whole + b"\0")
    with pytest.raises(IntegrityError):
        unpack(b"\0" + whole)


def entry(name: str, data: bytes, mode: int = stat.S_IFREG | 0o644) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = mode << 16
        archive.writestr(info, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../evil", "bundle/../../evil", "/etc/evil", "C:/evil", "a\\..\\evil", "a//b", "./a", "a/./b"],
)
def test_a_name_that_leads_out_is_named_and_refused(name: str) -> None:
    with pytest.raises(IntegrityError) as caught:
        unpack(entry(name, b"x"))
    assert "evil" in str(caught.value) or "a" in caught.value.place


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(mode: int) -> None:
    with pytest.raises(IntegrityError, match="plain file"):
        unpack(entry("bundle/link", b"/etc/passwd", mode))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["bundle/a", "bundle/A", "bundle/\u0061"])
def test_two_entries_of_one_name_are_refused(second: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bundle/a", b"1")
        archive.writestr(second, b"2")
    with pytest.raises(IntegrityError, match="stands in the archive"):
        unpack(out.getvalue())


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("bundle/data/zeros", bytes(size))
    return out.getvalue()


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    with pytest.raises(IntegrityError, match="a zip bomb") as caught:
        unpack(bomb(8_000_000))
    assert caught.value.place == "bundle/data/zeros"


def test_a_bomb_that_lies_about_its_size_stops_at_what_it_states() -> None:
    honest = bomb(2_000_000)
    small = (100).to_bytes(4, "little")
    lying = honest.replace((2_000_000).to_bytes(4, "little"), small)
    assert lying != honest
    with pytest.raises(IntegrityError, match="does not unpack to the size it states"):
        unpack(lying)


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundlezip, "MAX_ENTRIES", 3)
    assert len(unpack(pack(FILES))) == 3
    with pytest.raises(IntegrityError, match="4 entries"):
        unpack(pack({**FILES, "one/more": b""}))


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pack(FILES)
    monkeypatch.setattr(bundlezip, "MAX_BYTES", 40)
    with pytest.raises(IntegrityError, match="the limit is 40"):
        unpack(whole)


@pytest.mark.parametrize("spoil", [lambda _: b"", lambda _: b"%PDF-1.7", lambda whole: whole[30:]])
def test_what_is_no_zip_is_one_line(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(IntegrityError) as caught:
        unpack(spoil(pack(FILES)))
    assert "\n" not in str(caught.value)
