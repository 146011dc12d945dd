"""The keys of a watch's configuration, and the checks that its tables go through."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tocsin.errors import SettingsError
from tocsin.run.casekeys import Checked, Table

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "": ("watch", "engine", "feed", "area", "rule", "sink"),
        "watch": (
            *("id", "title", "synthetic", "tlp", "journal", "fsync", "fsync_ms", "quota_mb"),
            *("segment_mb", "memory_mb", "checkpoint_s", "batch_ms", "warm_s", "desk"),
        ),
        "engine": (
            *("capacity", "forget_s", "coast_s", "accel_psd", "qnh_hpa", "qnh_sigma_hpa"),
            *("geoid_m", "geoid_sigma_m", "h_sigma_m", "recheck_s", "predict_s", "predictions"),
            *("samplings", "lost_sights", "landed_h_m", "gnss_s", "gnss_aircraft", "gnss_share"),
            "height",
        ),
        "height": ("q05_m", "median_m", "q95_m"),
        "feed": (
            *("name", "kind", "address", "url", "path", "format", "witness", "date", "editions"),
            *("quiet_s", "late_s", "poll_s", "speed", "loop", "group", "interface", "subject"),
            *("stream", "durable", "assume_utc", "mapping", "sensor", "assumed_h_m"),
        ),
        "area": ("id", "title", "path", "volume", "layer", "hypothesis", "sigma_m", "edge"),
        "sink": (
            *("name", "kind", "url", "address", "protocol", "subject", "stream", "secret_file"),
            *("allow_private", "kinds", "least_severity", "store", "stale_s", "type"),
        ),
    }
)


class Keys(Checked):
    """Values out of the tables of one configuration; what is wrong raises SettingsError."""

    __slots__ = ()

    def fail(self, place: str, problem: str, hint: str = "") -> SettingsError:
        return SettingsError(problem, path=self.path, place=place, hint=hint)

    def known(self, table: object, kind: str, place: str) -> Table:
        """Return a table that has only the keys of its kind; a rule's are read elsewhere."""
        if not isinstance(table, dict):
            raise self.fail(place, "is no table")
        if kind == "rule":
            return table
        for key in table:
            if key not in KEYS[kind]:
                near = get_close_matches(key, KEYS[kind], 1)
                hint = f"did you mean {near[0]}?" if near else f"keys are {', '.join(KEYS[kind])}"
                raise self.fail(place, f'"{key}" means nothing here', hint)
        return table

    def bounded(
        self, table: Table, key: str, place: str, low: float, high: float, default: float
    ) -> float:
        """Return a number between two others, the default where the key is absent."""
        value = self.number(table, key, place)
        if value is None:
            return default
        if not low <= value <= high:
            raise self.fail(place, f"{key} = {value:g} is not between {low:g} and {high:g}")
        return value

    def truth(self, table: Table, key: str, place: str, default: bool) -> bool:
        return self.flag(table, key, place) if key in table else default


def overridden(root: dict[str, Any], assignments: Iterable[str], path: str) -> dict[str, Any]:
    """Return a configuration with values set over it: "feed.rx.address=127.0.0.1:30005".

    The first part is the table; in [[feed]], [[area]], [[rule]] and [[sink]] the second is the
    name or id of one of them.  A value is TOML, or text where it is none.
    """
    for text in assignments:
        where, equals, given = text.partition("=")
        parts = where.strip().split(".")
        if not equals or len(parts) not in (2, 3):
            raise SettingsError(
                f'"{text}" sets nothing', path="--set", hint="write feed.NAME.KEY=VALUE"
            )
        value = _value(given.strip())
        table = root.get(parts[0])
        if len(parts) == 2 and (table is None or isinstance(table, dict)):
            root = {**root, parts[0]: {**(table or {}), parts[1]: value}}
            continue
        if not isinstance(table, list) or len(parts) != 3:
            raise SettingsError(f"there is no [{parts[0]}] to set {where} in", path=path)
        known = [str(each.get("name", each.get("id", ""))) for each in table]
        if parts[1] not in known:
            near = get_close_matches(parts[1], known, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise SettingsError(f'no [[{parts[0]}]] is called "{parts[1]}"', path=path, hint=hint)
        k = known.index(parts[1])
        changed = {**table[k], parts[2]: value}
        root = {**root, parts[0]: [*table[:k], changed, *table[k + 1 :]]}
    return root


def load(path: str | Path) -> dict[str, Any]:
    """Return the tables of a TOML file; raises SettingsError where there are none."""
    where, name = Path(path), str(path)
    if where.is_dir():
        raise SettingsError("is a directory", path=name, hint="name the TOML file in it")
    try:
        return tomllib.loads(where.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError("no such file", path=name) from None
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", path=name) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"is not TOML: {error}", path=name) from error


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
