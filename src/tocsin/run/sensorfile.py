"""`--sensor FILE`: the error model of radars, and where they stand.

A TOML file with the keys of `[source.sensor]` of a case file; or with one table a source, named as
the source is on the command line or as its file is called:

    ["radar-a.ast"]
    lat_deg = 59.39
    lon_deg = 24.83
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tocsin.errors import CaseError, UsageError
from tocsin.run.casekeys import Checked, Table
from tocsin.run.casesources import sensor
from tocsin.run.sources import Spec
from tocsin.schema import Sensor


def with_sensors(specs: Iterable[Spec], files: Iterable[Path]) -> list[Spec]:
    """Return the sources with the sensors that the files give them; a later file wins.

    Raises CaseError for a file that cannot be read, or says what no sensor has, and UsageError
    for a table that names no source.
    """
    out = list(specs)
    for file in files:
        given = _read(file)
        check = Checked(str(file), file.parent)
        if not any(isinstance(value, dict) for value in given.values()):
            out = [replace(spec, sensor=_sensor(check, given, spec)) for spec in out]
            continue
        for name, table in given.items():
            if not isinstance(table, dict):
                raise check.fail(name, "is no table", "a file has sensors by name, or one sensor")
            mine = [k for k, spec in enumerate(out) if name in (spec.path, Path(spec.path).name)]
            if not mine:
                raise UsageError(
                    f'no source is called "{name}"',
                    path=str(file),
                    hint=f"sources are {', '.join(spec.path for spec in out)}",
                )
            for k in mine:
                out[k] = replace(out[k], sensor=_sensor(check, table, out[k]))
    return out


def _sensor(check: Checked, table: Table, spec: Spec) -> Sensor | None:
    found = sensor(check, {"sensor": table, "witness": spec.path}, spec.path)
    if found is not None and (found.lat_deg is None or found.lon_deg is None):
        raise check.fail(spec.path, "the sensor has no site", "give lat_deg and lon_deg")
    return found


def _read(file: Path) -> Table:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CaseError("no such file", path=str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"is not TOML: {error}", path=str(file)) from error
