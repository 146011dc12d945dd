"""The files that put tocsin into service, read by the linters of their formats."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from tocsin.cli import app

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "tocsin-serve.service"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def options_of(verb: str) -> set[str]:
    command = typer.main.get_command(app).commands[verb]  # type: ignore[attr-defined]
    return {name for each in command.params for name in each.opts}


def refused(argv: list[str]) -> list[str]:
    """Return the options of a command line that its verb does not know."""
    verb = argv[0]
    given = [word.split("=")[0] for word in argv[1:] if word.startswith("-")]
    return [name for name in given if name not in options_of(verb)]


def test_systemd_accepts_the_unit_and_finds_little_exposed() -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("needs systemd-analyze")
    done = subprocess.run([program, "verify", UNIT], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert said == []  # only that the program is not installed here
    done = subprocess.run(
        [program, "security", "--offline=true", "--no-pager", UNIT],
        capture_output=True,
        text=True,
        check=False,
    )
    exposure = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert exposure is not None and float(exposure[1]) < 2.0, done.stdout[-300:]


def test_the_unit_starts_the_program_with_options_that_it_has() -> None:
    text = UNIT.read_text().replace("\\\n", " ")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.M)
    program, *argv = shlex.split(line)
    assert program.endswith("/bin/tocsin") and refused(argv) == []


def test_compose_is_valid_and_starts_the_program_with_options_that_it_has() -> None:
    path = DEPLOY / "compose.yaml"
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*checker, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    service = yaml.safe_load(path.read_text())["services"]["tocsin"]
    assert refused(service["command"]) == []
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_image_is_built_from_wheels_runs_without_rights_and_fetches_nothing() -> None:
    dockerfile_parse = pytest.importorskip("dockerfile_parse", reason="needs dockerfile-parse")
    with (DEPLOY / "Dockerfile").open("rb") as file:
        steps = dockerfile_parse.DockerfileParser(fileobj=file).structure
    images = [each["value"] for each in steps if each["instruction"] == "FROM"]
    assert all(re.fullmatch(r"python:\d+\.\d+-slim-\w+( AS \w+)?", each) for each in images)
    last = max(k for k, each in enumerate(steps) if each["instruction"] == "FROM")
    final = steps[last:]
    users = [each["value"] for each in final if each["instruction"] == "USER"]
    assert users and users[-1] not in ("root", "0")
    runs = [each["value"] for each in final if each["instruction"] == "RUN"]
    assert all("--no-index" in each for each in runs if "pip install" in each)
    assert not any(word in each for each in runs for word in ("curl", "wget", "apt-get"))
    (named,) = {m for each in runs for m in re.findall(r'"tocsin\[([^\]]*)\]"', each)}
    assert set(named.split(",")) <= set(EXTRAS)
    assert [each["instruction"] for each in final].count("HEALTHCHECK") == 1
    (command,) = [each["value"] for each in final if each["instruction"] == "CMD"]
    assert refused(yaml.safe_load(command)) == []


def test_what_is_installed_offline_has_the_extras_that_are_named() -> None:
    script = (DEPLOY / "install.sh").read_text()
    (named,) = re.findall(r'"tocsin\[([^\]]*)\]"', script)
    builder = (ROOT / "builders" / "build_offline.py").read_text()
    assert f'EXTRAS = "{named}"' in builder and set(named.split(",")) <= set(EXTRAS)
