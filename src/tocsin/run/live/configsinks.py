"""`[[sink]]` of a watch's configuration: who is told, and of what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tocsin.run.casekeys import Table
from tocsin.run.live.configkeys import Keys
from tocsin.schema.live import AlertKind

SINKS = ("stdout", "webhook", "nats", "cot", "register")
PROTOCOLS = ("udp", "tcp")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\s]+):(\d{1,5})")


@dataclass(frozen=True, slots=True)
class SinkSpec:
    """One `[[sink]]`."""

    name: str
    kind: str
    url: str = ""
    host: str = ""
    port: int = 0
    protocol: str = "udp"
    subject: str = ""
    stream: str = ""
    secret_file: Path | None = None
    allow_private: bool = False
    kinds: tuple[AlertKind, ...] = ()  # empty: all
    least_severity: int = 1
    store: str = ""
    stale_s: float = 120.0
    type: str = "a-u-A"  # of Cursor on Target: unknown, air


def sink(check: Keys, item: Table, place: str) -> SinkSpec:
    """Return one sink; raises SettingsError for what makes no sense."""
    kind = check.text(item, "kind", place)
    if kind not in SINKS:
        raise check.fail(place, f'kind "{kind}" does not exist', f"kinds are {', '.join(SINKS)}")
    name = check.text(item, "name", place, kind)
    if not _NAME.fullmatch(name):
        raise check.fail(place, f'name "{name}" is no name', "use letters, digits, . - _")
    place = f'{place} "{name}"'
    url, host, port = check.text(item, "url", place, ""), "", 0
    if kind == "webhook":
        _web(check, url, place)
    if kind == "nats" and not url.startswith(("nats://", "tls://")):
        raise check.fail(place, "needs url, as nats://127.0.0.1:4222")
    if kind == "cot":
        told = check.text(item, "address", place)
        found = _ADDRESS.fullmatch(told)
        if found is None or not 0 < int(found[2]) < 65_536:
            raise check.fail(place, f'address "{told}" is no HOST:PORT', "as 127.0.0.1:8087")
        host, port = found[1].strip("[]"), int(found[2])
    protocol = check.text(item, "protocol", place, "udp")
    if protocol not in PROTOCOLS:
        raise check.fail(place, f'protocol "{protocol}"', "use udp or tcp")
    secret = check.text(item, "secret_file", place, "")
    severity = check.bounded(item, "least_severity", place, 1, 4, 1)
    return SinkSpec(
        name=name,
        kind=kind,
        url=url,
        host=host,
        port=port,
        protocol=protocol,
        subject=check.text(item, "subject", place) if kind == "nats" else "",
        stream=check.text(item, "stream", place, ""),
        secret_file=check.at(secret) if secret else None,
        allow_private=check.flag(item, "allow_private", place),
        kinds=_kinds(check, item, place, kind),
        least_severity=int(severity),
        store=_store(check, item, place) if kind == "register" else "",
        stale_s=check.bounded(item, "stale_s", place, 1, 86_400, 120),
        type=check.text(item, "type", place, "a-u-A"),
    )


def _web(check: Keys, url: str, place: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise check.fail(place, f'url "{url}" is neither http nor https', "as https://host/path")
    if parts.username or parts.password:
        raise check.fail(place, "url holds a password", "use secret_file")


def _kinds(check: Keys, item: Table, place: str, kind: str) -> tuple[AlertKind, ...]:
    told = check.texts(item, "kinds", place)
    for each in told:
        if each not in set(AlertKind):
            raise check.fail(place, f'kinds "{each}"', f"kinds are {', '.join(AlertKind)}")
    if kind == "register" and not told:
        return (AlertKind.INSIDE,)
    return tuple(AlertKind(each) for each in told)


def _store(check: Keys, item: Table, place: str) -> str:
    told = check.text(item, "store", place)
    scheme, mark, where = told.partition(":///")
    if scheme == "sqlite" and mark and not Path(where).is_absolute():
        return f"sqlite:///{check.at(where)}"
    if not told.startswith(("sqlite:///", "postgresql://")):
        raise check.fail(place, f'store "{told}"', "write sqlite:///FILE or postgresql://HOST/NAME")
    return told
