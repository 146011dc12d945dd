"""What a file is that has no reader here, so that it is refused by its right name.

A file of a known kind deserves more than "unknown format": each entry says what it is and what to
do with it.  Told from content, in the order listed: the first that fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """A kind of file that is recognised and not read."""

    title: str  # completes "is ..."
    hint: str  # what to do
    sniff: Callable[[bytes], bool]


def name(head: bytes) -> Refused | None:
    """Return what these first bytes are, or None where no known kind fits."""
    return next((kind for kind in REFUSED if kind.sniff(head)), None)


def _begins(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _text(pattern: bytes, flags: int = 0) -> Callable[[bytes], bool]:
    compiled = re.compile(pattern, flags)
    return lambda head: compiled.search(head[:16384]) is not None


_CAPTURES = (
    b"\xd4\xc3\xb2\xa1",
    b"\xa1\xb2\xc3\xd4",
    b"\x4d\x3c\xb2\xa1",
    b"\xa1\xb2\x3c\x4d",
    b"\x0a\x0d\x0d\x0a",
)

_COMMENT = re.compile(rb"\s*(?:\*(?![0-9A-Fa-f]+;)|$)")  # an AVR frame begins with * too


def _openair(head: bytes) -> bool:
    """Return whether lines name a class or a zone, and others its limits or its outline."""
    named = re.search(rb"^\s*A[CYN] +\S", head, re.M) is not None
    return named and re.search(rb"^\s*(?:A[HL]|D[PCAB]|SB|V) *[\w=]", head, re.M) is not None


def _bare_numbers(head: bytes) -> bool:
    """Return whether the first line that is no # comment is nothing but numbers."""
    for line in head.splitlines():
        if line.strip() and not line.lstrip().startswith(b"#"):
            fields = re.split(rb"[\s,;]+", line.strip())
            return len(fields) > 1 and all(_NUMBER.match(field) for field in fields)
    return False


_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$")

REFUSED: tuple[Refused, ...] = (
    Refused(
        "a network capture (pcap or pcapng) without ASTERIX, Wi-Fi or Bluetooth frames",
        "ASTERIX is read from UDP, Remote ID from 802.11 and Bluetooth; name one with --format",
        _begins(*_CAPTURES),
    ),
    Refused(
        "UAT 978 MHz text of dump978",
        "UAT is not read; give the 1090 MHz recording of the same time",
        _text(rb"\A\s*[-+](?:[0-9a-fA-F]{2}){18,};"),
    ),
    Refused(
        "FLARM sentences ($PFLAA, $PFLAU)",
        "FLARM is not read; give the positions as CSV with t, lat, lon",
        _text(rb"^\$PFLA[A-Z],", re.M),
    ),
    Refused(
        "AIS of ships (!AIVDM)",
        "ships are not aircraft; tocsin reads no AIS",
        _text(rb"^!(?:AI|BS)VD[MO],", re.M),
    ),
    Refused(
        "an NMEA 0183 log ($..GGA, $..RMC)",
        "convert it to GPX (GPSBabel does) and give that",
        _text(rb"^\$(?:G[NPLAB]|BD)(?:GGA|RMC|GLL|GSA|GSV|VTG),", re.M),
    ),
    Refused(
        "an IGC flight record",
        "convert it to GPX (GPSBabel does) and give that",
        lambda head: (
            re.match(rb"A[A-Z0-9]{3}", head) is not None
            and re.search(rb"^(?:HFDTE|B\d{6}\d{7}[NS]\d{8}[EW])", head, re.M) is not None
        ),
    ),
    Refused(
        "the printed output of an ASTERIX decoder",
        "give the recording that it was printed from",
        _text(rb'\A\s*-+\s*Data Block 1\b|\A\s*\{"id":\d+,"cat":\d+,"length":\d+'),
    ),
    Refused(
        "a readsb heatmap (binary)",
        "give the trace_full files of the same day",
        lambda head: b"\x9d\x7c\x7f\x0e" in head,  # 0x0e7f7c9d, before each slice of time
    ),
    Refused(
        "a Virtual Radar Server aircraft list",
        "give readsb or dump1090 JSON, or CSV with a mapping file",
        _text(rb'"acList"\s*:\s*\['),
    ),
    Refused(
        "airspace in OpenAir, not tracks",
        "give it as airspace: --airspace FILE",
        _openair,
    ),
    Refused(
        "airspace text with comments only",
        "an OpenAir file needs AC and DP lines",
        lambda head: bool(head.strip()) and all(map(_COMMENT.match, head.splitlines())),
    ),
    Refused(
        "a FIXM flight plan or flight data message",
        "a flight plan is no surveillance; name it in a case file",
        _text(rb"fixm\.aero/"),
    ),
    Refused(
        "aeronautical information in AIXM",
        "give it as airspace: --airspace FILE",
        _text(rb"aixm\.aero/schema|<(?:\w+:)?AIXM"),
    ),
    Refused(
        "a flight plan message in ADEXP",
        "a flight plan is no surveillance; name it in a case file",
        _text(rb"\A\s*-TITLE\s+\w+"),
    ),
    Refused(
        "a flight plan message of ICAO Doc 4444",
        "a flight plan is no surveillance; name it in a case file",
        _text(rb"\A\s*\((?:FPL|CHG|DEP|ARR|DLA|CNL|CPL|EST)-"),
    ),
    Refused(
        "a FlightGear property list",
        "simulator files are not read; export the flight as CSV with t, lat, lon",
        _text(rb"<PropertyList[\s>]"),
    ),
    Refused(
        "a web page (HTML)",
        "the download saved an error or login page; fetch the data itself",
        _text(rb"\A\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html)", re.I | re.S),
    ),
    Refused(
        "XML of a kind that holds no tracks tocsin knows",
        "tracks in XML are read from GPX and KML",
        _text(rb"\A\s*<(?:\?xml|!--|[A-Za-z_])"),
    ),
    Refused(
        "a table of numbers without a line that names them",
        "put the names of the columns first, such as t,lat,lon; local x, y, z are no positions",
        _bare_numbers,
    ),
    Refused(
        "an SQLite database", "export the table as CSV or Parquet", _begins(b"SQLite format 3")
    ),
    Refused("a weather file in GRIB", "weather is no track", _begins(b"GRIB")),
    Refused(
        "an HDF5 or NetCDF file",
        "export it as Parquet",
        _begins(b"\x89HDF", b"CDF\x01", b"CDF\x02"),
    ),
    Refused("an Arrow or Feather file", "write it as Parquet", _begins(b"ARROW1", b"FEA1")),
    Refused("an ORC file", "write it as Parquet", _begins(b"ORC")),
    Refused("an Avro file", "write it as Parquet", _begins(b"Obj\x01")),
    Refused(
        "a Python pickle", "write it as Parquet", _begins(b"\x80\x03", b"\x80\x04", b"\x80\x05")
    ),
    Refused("a PDF", "give the data that it was made from", _begins(b"%PDF")),
    Refused(
        "a picture",
        "give the data that it was made from",
        _begins(b"\x89PNG", b"\xff\xd8\xff", b"GIF8"),
    ),
    Refused(
        "an Excel workbook",
        "save the sheet as CSV",
        lambda head: (
            head.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in head or b"xl/" in head)
        ),
    ),
    Refused(
        "a zip archive", "unpack it and name the files in it", _begins(b"PK\x03\x04", b"PK\x05\x06")
    ),
    Refused(
        "an archive (7z, xz, bzip2, zstd, tar)",
        "unpack it and name the files in it",
        lambda head: (
            head.startswith((b"7z\xbc\xaf", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd"))
            or head[257:262] == b"ustar"
        ),
    ),
)
