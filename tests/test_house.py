"""The house rules that no linter knows: what is tracked, named, documented and shipped."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import tocsin
from tests.workers import LONGEST, share_of

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "tocsin"
MODULES = sorted(SOURCE.rglob("*.py"))

LARGEST_BYTES = 3_000_000  # a repository is for sources; recordings are fetched
LONGEST_LINES = 400  # at 300 ask which second noun has moved in

# In two parts, so that this file does not name them either.
REGISTRIES = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("debian", "org"),
]
MACHINE_PATH = re.compile(rb"(^|[^A-Za-z0-9_.$}])/(home|root|tmp|work|farm|mnt)/[A-Za-z]", re.M)


def tracked() -> list[Path]:
    """Return the files that git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout: nothing is tracked here")
    names = sorted(set(os.fsdecode(done.stdout).split("\0")) - {""})
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def headings(page: Path) -> Iterator[str]:
    return (line.lstrip("# ") for line in text_of(page).splitlines() if line.startswith("#"))


def test_no_tracked_file_is_large() -> None:
    large = [path for path in tracked() if path.stat().st_size > LARGEST_BYTES]
    assert large == []


def test_no_tracked_file_names_a_package_registry() -> None:
    hosts = [".".join(parts).encode() for parts in REGISTRIES]
    named = [path for path in tracked() if any(host in path.read_bytes() for host in hosts)]
    assert named == []


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    assert [path for path in tracked() if MACHINE_PATH.search(path.read_bytes())] == []


@pytest.mark.data
def test_no_foreign_recording_is_tracked(shared: Path) -> None:
    listed = text_of(shared / "data" / "MANIFEST.csv")
    foreign = set(re.findall(r"\b[0-9a-f]{64}\b", listed))
    assert len(foreign) > 10
    ours = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in tracked()}
    assert [path for digest, path in ours.items() if digest in foreign] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_says_what_it_is_and_lists_its_names_in_order(path: Path) -> None:
    tree = ast.parse(text_of(path))
    assert ast.get_docstring(tree), "no module docstring"
    assert len(text_of(path).splitlines()) <= LONGEST_LINES
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            names = ast.literal_eval(ast.unparse(node).partition("=")[2].strip())
            assert list(names) == sorted(names)


def test_the_types_ship_with_the_package() -> None:
    assert (SOURCE / "py.typed").read_bytes() == b""


def test_one_version_everywhere() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    assert tocsin.__version__ == project["version"]
    changelog = [line.split()[0] for line in headings(ROOT / "CHANGELOG.md")]
    assert tocsin.__version__ in changelog


def test_the_two_commands_stand_in_the_readme() -> None:
    readme = text_of(ROOT / "README.md")
    assert "make demo" in readme
    assert "make test" in readme


def test_what_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text_of(ROOT / "README.md"))
    assert len(links) > 3
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_make_help_lists_every_target() -> None:
    makefile = text_of(ROOT / "Makefile")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.M)
    help_text = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert [line.split()[1] for line in help_text.splitlines()] == phony.split()


def test_ci_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_what_is_begun_first_is_there() -> None:
    """A file that has another name now would be begun when its turn comes, and waited for."""
    assert [share for share in LONGEST if not (ROOT / share).exists()] == []
    assert share_of("tests/web/test_bell.py::test_x[a/b::c]") == "tests/web"
    assert share_of("tests/live/test_soak.py::test_x[60]") == "tests/live/test_soak.py"


def test_every_page_is_in_the_menu() -> None:
    menu = re.findall(r"[\w/-]+\.md", text_of(ROOT / "mkdocs.yml"))
    docs = ROOT / "docs"
    pages = [str(page.relative_to(docs)) for page in docs.rglob("*.md")]
    assert sorted(menu) == sorted(pages)


def test_decisions_are_numbered_without_gaps_and_say_what_would_change_our_mind() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        wanted = ["Question", "Options", "Choice", "What would change our mind"]
        assert list(headings(record))[1:] == wanted, record.name


def test_every_verb_and_option_is_documented() -> None:
    """The reference is generated: a drift means `python builders/build_cli_reference.py`."""
    command = [sys.executable, "builders/build_cli_reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
