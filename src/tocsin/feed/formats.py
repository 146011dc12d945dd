"""The formats that are read, how one is told from another, and `read`: a file to a reading.

A format is told from content, never from the name of the file: names lie, and a wrong guess reads
nonsense without an error.  The order of `FORMATS` is the order in which they are tried, the ones
with the narrowest marks first.  Readers are imported when they are needed and not before.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

from tocsin.errors import FeedError, UsageError
from tocsin.feed import parse, refused
from tocsin.feed.source import ReadOptions, Source, damaged, open_source
from tocsin.schema import Reading, Refusal

AUTO = "auto"


class Reader(Protocol):
    """What the module of a format offers."""

    NAME: str
    TITLE: str

    def sniff(self, head: bytes) -> bool: ...

    def read(self, source: Source, options: ReadOptions) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format by the name that `--format` takes."""

    name: str
    title: str
    module: str  # in this room

    def reader(self) -> Reader:
        """Return the module that reads it."""
        return cast(Reader, importlib.import_module(f"tocsin.feed.{self.module}"))


FORMATS: tuple[Format, ...] = (
    Format("rollcall", "OpenSky raw messages, Parquet (mintime, rawmsg, icao24)", "rollcall"),
    Format("fixes", "Parquet written by tocsin read", "fixes"),
    Format("opensky", "OpenSky state vectors: Parquet, CSV, REST JSON", "opensky"),
    Format("jet1090", "jet1090 JSON lines (timestamp, frame)", "jet1090"),
    Format("readsb", "readsb, tar1090 and dump1090 JSON: trace_full, aircraft.json", "readsb"),
    Format("traffic", "JSON of the traffic library (records or columns)", "trafficjson"),
    Format("fr24", "Flightradar24 playback JSON and granular CSV", "fr24"),
    Format("geojson", "GeoJSON tracks with times", "geojson"),
    Format("gpx", "GPX tracks", "gpx"),
    Format("kml", "KML and KMZ tracks", "kml"),
    Format("sbs", "SBS BaseStation text (MSG lines, port 30003)", "sbs"),
    Format("avr", "AVR text (*HEX; or @STAMPHEX; lines)", "avr"),
    Format(
        "remoteid",
        "Remote ID and DJI DroneID in Wi-Fi and Bluetooth captures (pcap, pcapng)",
        "remoteid",
    ),
    Format("rawcsv", "CSV of raw Mode S frames (unix_s,hex or unix_s,icao,hex)", "rawcsv"),
    Format(
        "asterix",
        "ASTERIX: raw blocks, pcap, pcapng, Final Format, GPS recorder, hex text",
        "asterix",
    ),
    Format("beast", "Beast binary (dump1090, readsb, Radarcape)", "beast"),
    Format("table", "CSV or Parquet with t, lon, lat (or a mapping file)", "tabular"),
)

#: Tried only after the kinds that are refused by name: it takes any text with a line of names.
_LAST = "table"

#: What is tried first where a file begins as no text does: a dozen readers need not be loaded.
_BINARY = ("remoteid", "asterix", "beast")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def detect(source: Source) -> str:
    """Return the name of the format of a source.

    Raises FeedError for a kind that is known and not read, by its name, and for an unknown one,
    with the list of what can be read.
    """
    head = _sniffable(source)
    first = [form for form in FORMATS if form.name in _BINARY and _NO_TEXT.search(head[:4])]
    for form in dict.fromkeys((*first, *FORMATS)):
        if form.name != _LAST and form.reader().sniff(head):
            return form.name
    kind = refused.name(head)
    if kind is not None:
        raise FeedError(f"is {kind.title}", path=source.path, hint=kind.hint)
    if by_name(_LAST).reader().sniff(head):
        return _LAST
    raise FeedError(
        f"is {_unknown(head)}",
        path=source.path,
        hint=f"tocsin reads {', '.join(form.name for form in FORMATS)}; "
        "name one with --format if you know better",
    )


def by_name(name: str) -> Format:
    """Return a format by its name; raises UsageError where there is none."""
    for form in FORMATS:
        if form.name == name:
            return form
    raise UsageError(
        f'no format is called "{name}"',
        hint=f"formats are {', '.join(form.name for form in FORMATS)}",
    )


def read(path: str | Path, fmt: str = AUTO, options: ReadOptions | None = None) -> Reading:
    """Return the fixes of one file, with what was refused and why.

    fmt  the name of a format, or "auto" to tell it from the content

    Raises FeedError where nothing usable is in it, UsageError for a format that does not exist.
    """
    form = None if fmt == AUTO else by_name(fmt)
    source = open_source(path)
    if not source.damage:
        return _read(source, form, options or ReadOptions())
    try:
        reading = _read(source, form, options or ReadOptions())
    except FeedError as error:  # what is left is too little to be anything
        raise damaged(source.path, source.damage) from error
    return _with_damage(reading, source)


def _with_damage(reading: Reading, source: Source) -> Reading:
    """Return a reading with the end that is missing counted as one record that is lost."""
    detail = f"{source.damage}; what comes before is read, fetch the file again for the rest"
    at = f"byte {len(source.data)}"
    refusal = Refusal(reading.input.path, at, "damaged-gzip", detail)
    told = reading.input
    reasons = {**told.reasons, refusal.reason: 1}
    told = replace(
        told, records=told.records + 1, quarantined=told.quarantined + 1, reasons=reasons
    )
    return replace(reading, input=told, refusals=(*reading.refusals, refusal))


def _read(source: Source, form: Format | None, options: ReadOptions) -> Reading:
    plain = parse.utf8(source.data, source.path) if _utf16(source.data) else source.data
    recoded = plain is not source.data
    if recoded:
        source = replace(source, data=plain)
    if form is None:
        # A mapping names the columns of a table: whoever gives one wants them read so, even where
        # the names would be known.  For other files it may only name a time zone.
        table = by_name(_LAST)
        mapped = options.mapping is not None and table.reader().sniff(_sniffable(source))
        form = table if mapped else by_name(detect(source))
    reading = form.reader().read(source, options)
    if not recoded:
        return reading
    notes = (*reading.input.notes, "UTF-16 text was recoded; byte offsets count in UTF-8")
    return replace(reading, input=replace(reading.input, notes=notes))


def _utf16(data: bytes) -> bool:
    return data.startswith((b"\xff\xfe", b"\xfe\xff"))


def _sniffable(source: Source) -> bytes:
    """Return the bytes that tell the format: the head, or the footer of a Parquet file.

    Parquet names its columns in the footer only; it is given after the magic number, so that a
    sniffer can look for both.
    """
    data = source.data
    if data.startswith(b"PAR1") and len(data) > 12:
        length = int.from_bytes(data[-8:-4], "little")
        if data[-4:] != b"PAR1" or length + 12 > len(data):
            raise FeedError(
                "is a Parquet file without its end", path=source.path, hint="fetch it again"
            )
        return b"PAR1" + data[-8 - length : -8]
    return parse.utf8(source.head, source.path)


def _unknown(head: bytes) -> str:
    """Return what an unknown file looks like, in words."""
    text = head.lstrip()
    if text.startswith((b"{", b"[")):
        keys = re.findall(rb'"([^"\\]{1,24})"\s*:', text[:2000])[:4]
        named = ", ".join(dict.fromkeys(key.decode("utf-8", "replace") for key in keys))
        return f"JSON of an unknown shape (keys {named})" if named else "JSON of an unknown shape"
    if b"\0" in head[:4096]:
        return f"binary of an unknown kind (begins {head[:8].hex(' ')})"
    first = text.split(b"\n", 1)[0].strip()[:60].decode("utf-8", "replace")
    return f'text of an unknown kind (begins "{first}")'
