"""`tocsin register` as a person meets it: answers, one-line refusals, exit codes."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.register.conftest import sqlite_url
from tocsin.cli import main

DAYS = {"2025-05-13": "2025-05-14", "2025-06-22": "2025-06-25", "2025-09-07": "2025-09-08",
        "2025-09-19": "2025-09-19"}  # fmt: skip


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def tocsin(box: Path, *words: str, store: bool = True, **environment: str) -> Done:
    """Run the command line in this process: a hundred fresh ones would take minutes."""
    told = {"XDG_CONFIG_HOME": str(box / "config")}
    told |= {"TOCSIN_STORE": "sqlite:///r.db"} if store else {}
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.delenv("TOCSIN_STORE", raising=False)
        for name, value in {**told, **environment}.items():
            patch.setenv(name, value)
        patch.chdir(box)
        patch.setattr(sys, "argv", ["tocsin", "register", *words])
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def answer(box: Path, *words: str) -> Any:
    done = tocsin(box, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(done: Done | subprocess.CompletedProcess[str], code: int, says: str) -> None:
    assert done.returncode == code, done.stderr
    assert says in done.stderr and done.stderr.startswith("tocsin: ")
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder with a register of the four Estonian cases of 2025."""
    sqlite_url(tmp_path / "r.db")
    told = [
        {
            "id": f"EE-{day}",
            "what": "an aircraft near Vaindloo",
            "domain": "air",
            "states": ["EE"],
            "when": {"begin": day},
            "sources": [{"title": "EDF", "date": source, "grade": "A2"}],
        }
        for day, source in DAYS.items()
    ]
    (tmp_path / "four.json").write_text(json.dumps({"incident": told}))
    assert tocsin(tmp_path, "add", "four.json", "--by", "ann").returncode == 0
    return tmp_path


def test_the_fourth_this_year_is_a_query_whose_rows_can_be_opened(box: Path) -> None:
    asked = ("count", "--state", "EE", "--domain", "air", "--year", "2025")
    four = answer(box, *asked)
    assert four["count"] == 4 and four["undecided"] == 0 and four["coverage_gaps"] == []
    assert [row["link"] for row in four["rows"]] == [f"EE-{day}@1" for day in DAYS]
    for row in four["rows"]:
        opened = answer(box, "show", row["link"])
        assert opened["incident"]["when"]["begin"] == row["begin"]
        assert opened["incident"]["sources"] == row["sources"]
    three = answer(box, *asked, "--as-of", "2025-09-10")
    assert three["count"] == 3 and three["as_of"] == "2025-09-10"
    assert answer(box, *asked, "--recorded-as-of", "2025-09-30")["count"] == 0
    plain = tocsin(box, *asked)
    assert plain.stdout == "4\n" and "EE-2025-09-19@1" in plain.stderr


def test_list_is_one_object_a_line(box: Path) -> None:
    done = tocsin(box, "list", "--year", "2025-06/2025-09", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["EE-2025-06-22", "EE-2025-09-07", "EE-2025-09-19"]
    assert {"link", "path", "hash", "known_on", "recorded_at", "incident"} <= set(rows[0])
    assert len(tocsin(box, "list", "--limit", "2").stdout.splitlines()) == 2
    assert len(tocsin(box, "list", "--year", "2025-09/..").stdout.splitlines()) == 2
    assert tocsin(box, "list", "--bbox", "20,57,29,60").stdout.startswith("? EE-2025-05-13@1")


def test_the_author_does_not_approve_and_a_return_has_a_reason(box: Path) -> None:
    name = "EE-2025-09-19"
    refused(tocsin(box, "review", name, "--approve", "--by", "ANN"), 1, "cannot approve it")
    refused(tocsin(box, "review", name, "--return", "--by", "bob"), 2, "needs a reason")
    refused(tocsin(box, "review", name, "--by", "bob"), 2, "one step")
    refused(tocsin(box, "review", name, "--release", "--by", "bob"), 1, "possible now")
    back = answer(box, "review", name, "--return", "--reason", "which radar?", "--by", "bob")
    assert (back["revision"], back["state"], back["reason"]) == (2, "draft", "which radar?")
    late = tocsin(box, "review", f"{name}@1", "--approve", "--by", "bob")
    refused(late, 1, "revision 2, not 1, is the newest")
    for step in ("--approve", "--adjudicate", "--release"):
        assert tocsin(box, "review", name, step, "--by", "bob").returncode == 0
    told = answer(box, "history", name)["revisions"]
    assert [row["state"] for row in told] == ["draft", "draft", "reviewed", "adjudicated",
                                             "released"]  # fmt: skip
    assert answer(box, "count", "--workflow", "released")["count"] == 1


def test_a_dissent_is_signed_and_shown_with_the_incident(box: Path) -> None:
    public = tocsin(box, "key", "new", "key.pem").stdout.strip()
    assert stat.S_IMODE((box / "key.pem").stat().st_mode) == 0o600
    name = "EE-2025-09-19"
    assert tocsin(box, "sign", name, "--key", "key.pem", "--by", "bob").returncode == 0
    words = ("dissent", name, "--key", "key.pem", "--by", "carl", "--says", "only two aircraft")
    assert tocsin(box, *words).returncode == 0
    shown = answer(box, "show", name)
    assert shown["dissents"][0]["says"] == "only two aircraft"
    assert shown["signatures"][0]["public_key"] == public
    assert "DISSENT of carl from EE-2025-09-19@1: only two" in tocsin(box, "show", name).stdout
    tocsin(box, "key", "trust", public, "--name", "desk", "--trust", "trust.json")
    assert tocsin(box, "audit", "--trust", "trust.json").returncode == 0
    tocsin(box, "key", "new", "other.pem")
    assert tocsin(box, "sign", name, "--key", "other.pem", "--by", "x").returncode == 0
    refused(tocsin(box, "audit", "--trust", "trust.json"), 4, "which is not trusted")
    assert (
        tocsin(box, "key", "rotate", "key.pem", "next.pem", "--trust", "trust.json").returncode == 0
    )
    assert tocsin(box, "audit").returncode == 0


def test_an_audit_that_fails_exits_4_and_names_the_link(box: Path) -> None:
    import sqlite3

    kept = answer(box, "audit")
    assert kept["ok"] and kept["entries"] == 4 and kept["broken"] is None
    connection = sqlite3.connect(box / "r.db")
    connection.execute("DROP TRIGGER revision_no_update")
    connection.execute(
        "UPDATE revision SET content = replace(content, 'an aircraft', 'no aircraft') WHERE seq = 2"
    )
    connection.commit()
    connection.close()
    refused(
        tocsin(box, "audit"), 4, "entry 2 (EE-2025-06-22@1): its content is not what was hashed"
    )
    done = tocsin(box, "audit", "--json")
    assert done.returncode == 4 and json.loads(done.stdout)["broken"]["seq"] == 2


def test_backup_restore_and_what_they_refuse(box: Path) -> None:
    head = answer(box, "audit")["head"]
    assert answer(box, "backup", "b.db")["head"] == head
    assert answer(box, "restore", "b.db", "--store", "sqlite:///again.db")["head"] == head
    assert answer(box, "audit", "--store", "sqlite:///again.db", "--expect", head)["ok"]
    assert answer(box, "move", "--to", "sqlite:///third.db")["head"] == head
    refused(tocsin(box, "restore", "b.db"), 1, "already holds 4 entries")
    refused(tocsin(box, "backup", "b.db"), 2, "exists")
    (box / "bad").write_text("{}")
    refused(tocsin(box, "restore", "bad", "--store", "sqlite:///x.db"), 4, "is no backup")


TOML = """
id = "EE-1"
what = "one aircraft"
domain = "air"
states = ["EE"]
[when]
begin = 2025-05-13T06:58:00Z
[[sources]]
title = "a ministry"
date = 2025-05-14
"""


def test_an_incident_is_written_by_hand_in_toml_and_edited(box: Path) -> None:
    (box / "one.toml").write_text(TOML)
    assert tocsin(box, "add", "one.toml", "--by", "ann").stdout.startswith("EE-1@1 draft ")
    refused(tocsin(box, "add", "one.toml", "--by", "ann"), 1, "already in the register")
    (box / "one.toml").write_text(TOML.replace("one aircraft", "two aircraft"))
    written = answer(box, "add", "one.toml", "--by", "ann", "--edit", "--reason", "second source")
    assert written["written"][0]["revision"] == 2
    late = ("add", "one.toml", "--by", "ann", "--edit", "--base", "1")
    refused(tocsin(box, *late), 1, "EE-1 has moved on")
    first = answer(box, "show", "EE-1@1")
    assert first["incident"]["what"] == "one aircraft" and first["path"] == "/i/EE-1@1"
    assert answer(box, "show", "/i/EE-1@1") == first


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('domain = "air"', 'domian = "air"', 'no field is called "domian"; did you mean domain?'),
        ("[[sources]]", "[[statements]]", "no field is called"),
        ('title = "a ministry"', 'title = ""', "one.toml sources[0]: a source has no title"),
        ("2025-05-13T06:58:00Z", "2025-05-13T06:58:00", "when.begin"),
        ("[when]", "[when", "is not TOML"),
    ],
)
def test_a_bad_file_is_one_line_and_nothing_is_written(
    box: Path, old: str, new: str, says: str
) -> None:
    (box / "one.toml").write_text(TOML.replace(old, new))
    refused(tocsin(box, "add", "four.json", "one.toml", "--by", "ann"), 3, says)
    assert answer(box, "count")["count"] == 4


def test_a_row_without_a_source_is_refused(box: Path) -> None:
    (box / "one.toml").write_text(TOML.partition("[[sources]]")[0])
    refused(tocsin(box, "add", "one.toml", "--by", "ann"), 3, "EE-1 has no source")


def test_the_store_is_named_by_option_environment_or_file(box: Path) -> None:
    refused(tocsin(box, "count", store=False), 2, "no register is named")
    (box / "tocsin.toml").write_text('[register]\nstore = "sqlite:///r.db"\n')
    assert tocsin(box, "count", store=False).stdout == "4\n"
    refused(tocsin(box, "count", "--store", "sqlite:///typo.db"), 1, "no such register")
    assert not (box / "typo.db").exists()
    refused(tocsin(box, "count", TOCSIN_STORE="mysql://x/y"), 2, "is no register")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("count", "--domain", "airr"), "--domain"),
        (("count", "--year", "soon"), "--year"),
        (("count", "--year", "unknown"), "no window of dates"),
        (("count", "--as-of", "yesterday"), "--as-of"),
        (("count", "--bbox", "1,2,3"), "--bbox"),
        (("count", "--bbox", "0,60,1,50"), "is not on Earth"),
        (("count", "--include", "all"), "--include"),
        (("show", "EE-1@x"), "names no incident"),
        (("show", "EE-1@0"), "numbered from 1"),
    ],
)
def test_usage_errors_are_2(box: Path, words: tuple[str, ...], says: str) -> None:
    refused(tocsin(box, *words), 2, says)


def test_what_is_not_there_says_so(box: Path) -> None:
    refused(tocsin(box, "show", "FI-1"), 1, "FI-1 is not in the register")
    refused(tocsin(box, "show", "EE-2025-09-19@7"), 1, "the newest is EE-2025-09-19@1")
    before = tocsin(box, "show", "EE-2025-09-19", "--as-of", "2025-01-01")
    refused(before, 1, "was not known then")


def test_a_disk_that_fills_up_is_one_line(box: Path) -> None:
    many = [json.loads((box / "four.json").read_text())["incident"][0] for _ in range(400)]
    told = [{**one, "id": f"X-{n}", "notes": "x" * 4000} for n, one in enumerate(many)]
    (box / "many.json").write_text(json.dumps(told))
    command = f'ulimit -f 1000; exec "{sys.executable}" -m tocsin register add many.json --by ann'
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        cwd=box,
        env={**os.environ, "TOCSIN_STORE": "sqlite:///r.db"},
        check=False,
    )
    refused(done, 1, "nothing was written")
    assert answer(box, "audit")["entries"] == 4
