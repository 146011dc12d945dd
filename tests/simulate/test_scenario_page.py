"""The page on the scenario file names every key that is read, with its default and its range."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin.cli import app
from tocsin.simulate import scenario as words
from tocsin.simulate.path import Waypoint
from tocsin.simulate.reading import BOUNDS, CHOICES, HEAD, ROWS, SINGLE

PAGE = (Path(__file__).resolve().parents[2] / "docs/reference/scenario.md").read_text("utf-8")
NESTED: dict[str, type] = {
    "aircraft.waypoint": Waypoint,
    "aircraft.position": words.Timed,
    "aircraft.random": words.Chance,
    "aircraft.spoof": words.Spoof,
}
TABLES: dict[str, type] = {**ROWS, **SINGLE, **NESTED}
ROW = re.compile(r"^\| `(\w+)` \|(.*)\|(.*)\|(.*)\|.*\|$", re.M)


def sections() -> dict[str, dict[str, tuple[str, str, str]]]:
    """Return for each table of the file its rows: unit, default, range."""
    out = {}
    for part in PAGE.split("\n## ")[1:]:
        named = re.match(r"`\[+([\w.]+)\]+`", part)
        if named is not None:
            out[named[1]] = {
                key: (unit.strip(), default.strip(), span.strip())
                for key, unit, default, span in ROW.findall(part)
            }
    return out


def test_every_table_and_every_key_that_is_read_is_on_the_page() -> None:
    told = sections()
    assert set(told) == {"scenario", *TABLES}
    assert tuple(told["scenario"]) == HEAD
    for name, made in TABLES.items():
        assert list(told[name]) == [field.name for field in fields(made)], name


@pytest.mark.parametrize("name", TABLES)
def test_defaults_and_ranges_are_those_of_the_reader(name: str) -> None:
    rows = sections()[name]
    for field in fields(TABLES[name]):
        unit, default, span = rows[field.name]
        needed = field.default is MISSING and field.default_factory is MISSING
        assert (default == "**needed**") == needed, field.name
        if isinstance(field.default, bool):
            assert default == f"`{str(field.default).lower()}`"
        elif isinstance(field.default, int | float) and unit != "UTC":
            assert float(default) == field.default, field.name
        elif isinstance(field.default, str) and field.default:
            assert default == f"`{field.default}`"
        if field.name in CHOICES:
            assert set(re.findall(r"`(\w+)`", span)) == set(CHOICES[field.name])
        limits = next(((a, b) for end, a, b in BOUNDS if field.name.endswith(end)), None)
        if limits is not None and " to " in span:
            low, high = span.removesuffix(", whole").split(" to ")
            assert (float(low), float(high)) == limits, field.name
        assert limits is None or unit == "UTC" or " to " in span or field.name in CHOICES
        suffix = {"_m": "m", "_deg": "°", "_mps": "m/s", "_hpa": "hPa"}
        for end, wanted in suffix.items():
            if field.name.endswith(end):
                assert unit == wanted, field.name


def test_the_least_scenario_does_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, shown = (re.search(rf"```{kind}\n(.*?)```", PAGE, re.S) for kind in ("toml", "console"))
    assert text is not None and shown is not None
    monkeypatch.chdir(tmp_path)
    Path("passage.toml").write_text(text[1], encoding="utf-8")
    command, _, wanted = shown[1].removeprefix("$ tocsin ").partition("\n")
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == 0, done.output
    assert done.stdout == wanted
