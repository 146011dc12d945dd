"""What the documentation shows is run: every number and every command on its pages.

A page is one session, top to bottom, in an empty folder of its own:

- a `python` block is executed; one that begins with `>>>` is compared like a doctest
- a `console` block under the line `<!-- run -->` goes through the shell; `$ ` starts a command,
  the lines after it are what it prints, `...` stands for anything.  A plain `tocsin`
  command needs no shell: it is called in this process (`calling`), which spares its start.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.calling import tocsin
from tocsin.feed.formats import FORMATS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(
    r"^(?P<mark><!-- run -->\n+)?```(?P<language>python|console)[^\n]*\n(?P<code>.*?)^```$",
    re.M | re.S,
)
ELSEWHERE = re.compile(r"<(script|link|img|iframe)\b[^>]*(src|href)=[\"']?(https?:)?//")
SHELL = re.compile(r"[|&;<>()$`*?\[\]#~{}\\]|\btocsin (serve|watch|demo)\b")
HOW = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(page: Path) -> list[tuple[str, str, int]]:
    """Return (language, code, line) of each block of a page that is to be run."""
    text = page.read_text(encoding="utf-8")
    return [
        (m["language"], m["code"], text.count("\n", 0, m.start("code")))
        for m in BLOCK.finditer(text)
        if m["language"] == "python" or m["mark"]
    ]


PAGES = [page for page in sorted(DOCS.rglob("*.md")) if blocks(page)]


def test_the_site_builds_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    site = list((tmp_path / "site").rglob("*.html"))
    assert len(site) > len(list(DOCS.rglob("*.md")))  # and the page for what is not found
    assert [page for page in site if ELSEWHERE.search(page.read_text(encoding="utf-8"))] == []


def test_every_format_is_on_its_page() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", (DOCS / "reference" / "formats.md").read_text(), re.M)
    named = re.findall(r"`(\w+)`", " ".join(rows))
    assert sorted(named) == sorted(form.name for form in FORMATS)


def test_the_numbers_of_the_geometry_page_are_among_them() -> None:
    assert DOCS / "explanation" / "geometry.md" in PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page_does_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session: dict[str, Any] = {"__name__": "__main__"}
    for language, code, line in blocks(page):
        where = f"{page.relative_to(ROOT)}:{line + 1}"
        if language == "console":
            console(code, where)
        elif code.startswith(">>>"):
            compared(code, session, where, line)
        else:
            padded = "\n" * line + code  # so that a traceback points into the page
            exec(compile(padded, str(page), "exec"), session)  # noqa: S102


def compared(code: str, session: dict[str, Any], where: str, line: int) -> None:
    examples = doctest.DocTestParser().get_doctest(code, session, where, where, line)
    examples.globs = session  # get_doctest copies; later blocks shall see what this one made
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=HOW)
    failed = runner.run(examples, out=said.append, clear_globs=False).failed
    assert failed == 0, "".join(said)


def console(code: str, where: str) -> None:
    """Run each command with the environment's tocsin first on the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100"}
    for part in re.split(r"^\$ ", code, flags=re.M)[1:]:
        command, _, wanted = part.partition("\n")
        words = shlex.split(command)
        done = (
            tocsin(*words[1:], columns=100)
            if words[0] == "tocsin" and not SHELL.search(command)
            else subprocess.run(
                ["sh", "-c", command],
                capture_output=True,
                text=True,
                env=environment,
                timeout=120,
                check=False,
            )
        )
        got = done.stdout + done.stderr
        assert done.returncode == 0, f"{where}: {command}\n{got}"
        if wanted.strip():
            same = doctest.OutputChecker().check_output(wanted, got, HOW)
            assert same, f"{where}: {command}\nwanted:\n{wanted}\ngot:\n{got}"
