"""A bag of files, each under its hash: BagIt 1.0 (RFC 8493), SHA-256.

    bagit.txt                 version and encoding
    bag-info.txt              what is in the bag, for people
    data/...                  the payload
    manifest-sha256.txt       the hash of every file of the payload
    tagmanifest-sha256.txt    the hashes of the three files above it
    signature.json            if signed: over the hash of the tag manifest, so not listed in it

Names are relative to the bag, with `/`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence

DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = "signature.json"
PAYLOAD = "data/"

_VERSION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_TAGS = (DECLARATION, INFO, MANIFEST)


def bag(payload: Mapping[str, bytes], info: Sequence[tuple[str, str]]) -> dict[str, bytes]:
    """Return all files of a bag, unsigned.

    payload  by name, each name beginning with `data/`
    info     label and value of each line of bag-info.txt, in order
    """
    size = sum(len(content) for content in payload.values())
    lines = [*info, ("Payload-Oxum", f"{size}.{len(payload)}")]
    files = {
        DECLARATION: _VERSION,
        INFO: "".join(f"{label}: {' '.join(value.split())}\n" for label, value in lines).encode(),
        MANIFEST: _manifest(payload),
    }
    files[TAG_MANIFEST] = _manifest(files)
    return {**payload, **files}


def problems(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield (file, what is wrong) of a bag, nothing where every byte is as listed.

    The lists come first: a file is only as wrong as the list that says so is right.
    """
    for name in (*_TAGS, TAG_MANIFEST):
        if name not in files:
            yield name, "is missing"
            return
    payload = {name: data for name, data in files.items() if name.startswith(PAYLOAD)}
    rest = {n: d for n, d in files.items() if n not in payload and n not in _UNLISTED}
    for manifest, listing in ((TAG_MANIFEST, rest), (MANIFEST, payload)):
        listed = _listed(files[manifest])
        if listed is None:
            yield manifest, "has a line that is no hash with a name"
            return
        yield from _against(listed, listing, manifest)
    if files[DECLARATION] != _VERSION:
        yield DECLARATION, "does not declare BagIt 1.0 in UTF-8"
    # The lists themselves have one form, so that nothing can hide between their lines.
    if _manifest(payload) != files[MANIFEST]:
        yield MANIFEST, "is not in order"
    if _manifest({name: files[name] for name in _TAGS}) != files[TAG_MANIFEST]:
        yield TAG_MANIFEST, "is not in order"


_UNLISTED = (TAG_MANIFEST, SIGNATURE)


def sha256(content: bytes) -> str:
    """Return the hexadecimal SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def _manifest(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{sha256(files[name])}  {_coded(name)}\n" for name in sorted(files)).encode()


def _coded(name: str) -> str:
    """Return a name as a manifest writes it (RFC 8493, 2.1.3)."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _plain(name: str) -> str:
    return name.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _listed(manifest: bytes) -> dict[str, str] | None:
    """Return hash by name; None where a line is anything else, or a name stands twice."""
    try:
        text = manifest.decode("utf-8")
    except UnicodeDecodeError:
        return None
    found: dict[str, str] = {}
    for line in text.split("\n")[:-1]:
        match = _LINE.fullmatch(line)
        if match is None or _plain(match[2]) in found:
            return None
        found[_plain(match[2])] = match[1]
    return found if text.endswith("\n") else None


def _against(
    listed: Mapping[str, str], files: Mapping[str, bytes], manifest: str
) -> Iterator[tuple[str, str]]:
    for name in sorted({*listed, *files}):
        if name not in files:
            yield name, f"is listed in {manifest} and missing"
        elif name not in listed:
            yield name, f"is not listed in {manifest}"
        elif sha256(files[name]) != listed[name]:
            yield name, f"is not the file that {manifest} lists: its sha256 differs"
