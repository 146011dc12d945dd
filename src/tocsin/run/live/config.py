"""The configuration of a watch: feeds, areas, rules and sinks in one TOML file.

docs/reference/watch-config.md tells every key.  Paths are relative to the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tocsin.airspace.datum import parse_limit
from tocsin.feed.source import ReadOptions
from tocsin.run import casesources
from tocsin.run.airspaces import AirspaceSpec
from tocsin.run.case import TLPS
from tocsin.run.casekeys import Table
from tocsin.run.live import configsinks
from tocsin.run.live.configkeys import KEYS, Keys, load, overridden
from tocsin.run.live.configsinks import SinkSpec
from tocsin.schema import Sensor
from tocsin.watch.rules import Rule, rules_of
from tocsin.watch.settings import Coverage, HeightPrior, WatchSettings

FEEDS = ("beast", "sbs", "readsb", "asterix", "nats", "replay")
#: What a NATS message may hold: one of these, by `format`.
PAYLOADS = ("fixes", "beast", "sbs", "readsb", "asterix")
SPEEDS = (0.25, 64.0)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\s]+):(\d{1,5})")


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """One `[[feed]]`."""

    name: str
    kind: str
    witness: str
    host: str = ""
    port: int = 0
    url: str = ""
    path: str = ""  # of a recording or of a file that is polled, where it lies
    format: str = "auto"
    options: ReadOptions = field(default_factory=ReadOptions)
    sensor: Sensor | None = None
    assumed_h_m: float = 6000.0  # above the ellipsoid, of plots that report no height
    quiet_s: float = 30.0  # silence that is worth an alert
    late_s: float = 30.0  # a clock that is further off is not believed
    poll_s: float = 1.0
    speed: float = 1.0
    loop: bool = False
    group: str = ""  # multicast
    interface: str = ""
    subject: str = ""
    stream: str = ""
    durable: str = ""


@dataclass(frozen=True, slots=True)
class AreaSpec:
    """One `[[area]]`: an airspace, and how it is called here."""

    airspace: AirspaceSpec
    id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class WatchConfig:
    """A configuration, read and checked."""

    path: str
    id: str
    title: str
    synthetic: bool
    tlp: str
    journal: Path
    fsync: bool
    fsync_ms: float
    quota_bytes: int
    segment_bytes: int
    memory_bytes: int
    checkpoint_s: float
    batch_ms: float
    warm_s: float
    desk: str
    feeds: tuple[FeedSpec, ...]
    areas: tuple[AreaSpec, ...]
    rules: tuple[Rule, ...]
    sinks: tuple[SinkSpec, ...]
    settings: WatchSettings

    @property
    def replays(self) -> bool:
        """Whether the watch's clock is that of recordings: all of its feeds are replays."""
        return all(feed.kind == "replay" for feed in self.feeds)


def read_config(
    path: str | Path, assignments: Iterable[str] = (), *, journal: Path | None = None
) -> WatchConfig:
    """Return a configuration.

    assignments  values that stand over those of the file, as `--set` writes them
    journal      where the journal lies, whatever the file says

    Raises SettingsError that names the table, the key and what is valid.
    """
    root = overridden(load(path), assignments, str(path))
    check = Keys(str(path), Path(path).parent)
    check.known(root, "", "")
    head = root.get("watch")
    if not isinstance(head, dict):
        raise check.fail("", "has no [watch] table", "a configuration begins with [watch]")
    check.known(head, "watch", "[watch]")
    name = _named(check, head, "id", "[watch]")
    feeds = tuple(_feed(check, item, place) for place, item in check.tables(root, "feed"))
    if not feeds:
        raise check.fail("", "names no [[feed]]", f"kinds are {', '.join(FEEDS)}")
    _apart(check, [feed.name for feed in feeds], "feed")
    _one_clock(check, feeds)
    areas = tuple(_area(check, item, place) for place, item in check.tables(root, "area"))
    if not areas:
        raise check.fail("", "names no [[area]]", 'try path = "bundled:sovereign/EE,FI"')
    tables = [item for _, item in check.tables(root, "rule")]
    if not tables:
        raise check.fail("", "names no [[rule]]", "nothing would ever be told")
    sinks = tuple(
        configsinks.sink(check, item, place) for place, item in check.tables(root, "sink")
    )
    _apart(check, [sink.name for sink in sinks], "sink")
    tlp = check.text(head, "tlp", "[watch]", "CLEAR").removeprefix("TLP:")
    if tlp not in TLPS:
        raise check.fail("[watch]", f'tlp "{tlp}" is no TLP 2.0 label', f"use {', '.join(TLPS)}")
    bounded = check.bounded
    place = "[watch]"
    return WatchConfig(
        path=str(path),
        id=name,
        title=check.text(head, "title", place, name),
        synthetic=check.flag(head, "synthetic", place),
        tlp=tlp,
        journal=journal or _journal(check, head, name),
        fsync=check.truth(head, "fsync", place, True),
        fsync_ms=bounded(head, "fsync_ms", place, 1, 10_000, 200),
        quota_bytes=int(bounded(head, "quota_mb", place, 1, 1e9, 10_240) * 2**20),
        segment_bytes=int(bounded(head, "segment_mb", place, 0.01, 4096, 64) * 2**20),
        memory_bytes=int(bounded(head, "memory_mb", place, 1, 65_536, 64) * 2**20),
        checkpoint_s=bounded(head, "checkpoint_s", place, 1, 86_400, 300),
        batch_ms=bounded(head, "batch_ms", place, 0, 5000, 50),
        warm_s=bounded(head, "warm_s", place, 0, 60, 3),
        desk=check.text(head, "desk", place, f"watch {name}"),
        feeds=feeds,
        areas=areas,
        rules=rules_of(tables, parse_limit, path=str(path)),
        sinks=sinks,
        settings=_settings(check, root, feeds),
    )


def _journal(check: Keys, head: Table, name: str) -> Path:
    """Return where the journal lies: as told, else with the user's own state."""
    told = check.text(head, "journal", "[watch]", "")
    if told:
        return check.at(told)
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "tocsin" / name


def _named(check: Keys, item: Table, key: str, place: str) -> str:
    name = check.text(item, key, place)
    if not _NAME.fullmatch(name):
        raise check.fail(
            place, f'{key} "{name}" is no name', "use letters, digits, dot, hyphen, underscore"
        )
    return name


def _apart(check: Keys, names: list[str], kind: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise check.fail(f"[[{kind}]]", f'two are called "{name}"', "rename one of them")


def _one_clock(check: Keys, feeds: tuple[FeedSpec, ...]) -> None:
    """A watch has one clock: that of the recordings, all at one speed, or that of the day."""
    replays = [feed for feed in feeds if feed.kind == "replay"]
    if len({feed.speed for feed in replays}) > 1:
        raise check.fail("[[feed]]", "replays have different speeds", "one clock has one speed")
    if len({feed.loop for feed in replays}) > 1:
        raise check.fail("[[feed]]", "some replays loop and some do not", "all or none")
    if replays and len(replays) < len(feeds) and replays[0].speed != 1:
        raise check.fail(
            "[[feed]]",
            f"replays run at {replays[0].speed:g} times the speed of the live feeds beside them",
            "leave out speed, or the live feeds",
        )


def _feed(check: Keys, item: Table, place: str) -> FeedSpec:
    name = _named(check, item, "name", place)
    place = f'{place} "{name}"'
    kind = check.text(item, "kind", place)
    if kind not in FEEDS:
        raise check.fail(place, f'kind "{kind}" does not exist', f"kinds are {', '.join(FEEDS)}")
    host, port = "", 0
    if kind in ("beast", "sbs", "asterix"):
        host, port = address(check, item, place)
    url = check.text(item, "url", place, "")
    path = check.text(item, "path", place, "")
    if kind == "readsb" and bool(url) == bool(path):
        raise check.fail(place, "needs either url or path", 'as "http://host/data/aircraft.json"')
    if kind == "readsb" and url and not url.startswith(("http://", "https://")):
        raise check.fail(place, f'url "{url}" is neither http nor https')
    if kind == "replay" and not path:
        raise check.fail(place, "needs path: the recording")
    if kind == "nats" and not url.startswith(("nats://", "tls://")):
        raise check.fail(place, "needs url, as nats://127.0.0.1:4222")
    form = check.text(item, "format", place, "auto" if kind == "replay" else "fixes")
    if kind == "nats" and form not in PAYLOADS:
        raise check.fail(place, f'format "{form}"', f"messages hold {', '.join(PAYLOADS)}")
    sensor = casesources.sensor(check, {**item, "path": name}, place)
    mapping = check.text(item, "mapping", place, "")
    reference = None
    if sensor is not None and sensor.lat_deg is not None and sensor.lon_deg is not None:
        reference = (sensor.lat_deg, sensor.lon_deg)
    return FeedSpec(
        name=name,
        kind=kind,
        witness=check.text(item, "witness", place, name),
        host=host,
        port=port,
        url=url,
        path=str(check.at(path)) if path else "",
        format=form,
        options=ReadOptions(
            date=check.day(item, place),
            reference=reference,
            mapping=check.at(mapping) if mapping else None,
            source_id=check.text(item, "witness", place, name),
            assume_utc=check.flag(item, "assume_utc", place),
            editions=casesources.editions(check, item, place),
        ),
        sensor=sensor,
        assumed_h_m=check.bounded(item, "assumed_h_m", place, 0, 30_000, 6000),
        quiet_s=check.bounded(item, "quiet_s", place, 0.5, 86_400, 30),
        late_s=check.bounded(item, "late_s", place, 1, 86_400, 30),
        poll_s=check.bounded(item, "poll_s", place, 0.05, 3600, 1),
        speed=check.bounded(item, "speed", place, *SPEEDS, 1),
        loop=check.flag(item, "loop", place),
        group=check.text(item, "group", place, ""),
        interface=check.text(item, "interface", place, ""),
        subject=check.text(item, "subject", place) if kind == "nats" else "",
        stream=check.text(item, "stream", place, ""),
        durable=check.text(item, "durable", place, f"tocsin-{name}"),
    )


def address(check: Keys, item: Table, place: str) -> tuple[str, int]:
    """Return host and port of "127.0.0.1:30005"."""
    told = check.text(item, "address", place)
    found = _ADDRESS.fullmatch(told)
    if found is None or not 0 < int(found[2]) < 65_536:
        raise check.fail(place, f'address "{told}" is no HOST:PORT', "as 127.0.0.1:30005")
    return found[1].strip("[]"), int(found[2])


def _area(check: Keys, item: Table, place: str) -> AreaSpec:
    spec = casesources.airspace(check, item, place)
    title = check.text(item, "title", place, "")
    return AreaSpec(spec, check.text(item, "id", place, ""), title)


def _settings(check: Keys, root: dict[str, Any], feeds: tuple[FeedSpec, ...]) -> WatchSettings:
    table = check.known(root.get("engine", {}), "engine", "[engine]")
    told: dict[str, Any] = {}
    for key in KEYS["engine"]:
        value = check.number(table, key, "[engine]") if key != "height" else None
        if value is not None:
            default = getattr(WatchSettings(), key)
            told[key] = int(value) if isinstance(default, int) else value
    try:
        if "height" in table:
            height = check.known(table["height"], "height", "[engine] height")
            told["height"] = HeightPrior(**{k: float(v) for k, v in height.items()})
        return WatchSettings(**told, sensors=tuple(_coverages(feeds)))
    except (TypeError, ValueError) as error:
        raise check.fail("[engine]", str(error)) from error


def _coverages(feeds: tuple[FeedSpec, ...]) -> Iterable[Coverage]:
    """Yield where each sensor whose place and reach are told should see an aircraft."""
    for feed in feeds:
        sensor = feed.sensor
        if sensor is None or sensor.lat_deg is None or sensor.lon_deg is None:
            continue
        rotates = sensor.kind == "radar"
        yield Coverage(
            witness=feed.witness,
            lon_deg=sensor.lon_deg,
            lat_deg=sensor.lat_deg,
            h_msl_m=sensor.h_hae_m,
            range_m=sensor.max_range_m,
            interval_s=sensor.rotation_s if rotates else 5.0,
        )
