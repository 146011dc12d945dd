"""`tocsin user`: the first administrator, passwords from a pipe, and what the audit shows."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.api.made import PASSWORDS
from tocsin.api.accounts import password
from tocsin.cli import main


class Desk:
    """Somebody at the machine."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._seen = monkeypatch, capsys

    def __call__(self, *arguments: str, typed: str = "") -> tuple[int, str, str]:
        self._patch.setattr(sys, "stdin", io.StringIO(typed))
        self._patch.setattr(sys, "argv", ["tocsin", "user", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._seen.readouterr()
        return int(ended.value.code or 0), out, err


@pytest.fixture
def user(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Desk:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("TOCSIN_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # strength: test_session
    monkeypatch.setattr(password, "_HASHER", weak)
    return Desk(monkeypatch, capsys)


def test_accounts_from_the_first_administrator_to_the_audit(user: Desk, tmp_path: Path) -> None:
    code, _, err = user("list")
    assert code == 2 and "no accounts" in err
    made = user("add", "Ada", "--role", "admin", typed=PASSWORDS["Ada"] + "\n")
    assert made[:2] == (0, "Ada admin\n")
    assert (tmp_path / "tocsin" / "accounts.db").is_file()
    assert user("add", "Rea", typed=PASSWORDS["Rea"])[0] == 0
    assert user("roles", "Rea", "--role", "analyst")[0] == 0
    assert user("password", "Rea", typed="another five words for her\n")[0] == 0
    code, out, err = user("token", "Rea", "--role", "reader", "--days", "3", "--about", "a map")
    text = out.strip()
    assert code == 0 and text.startswith("tocsin_") and "not shown again" in err
    code, out, _ = user("list", "--json")
    rows = {row["name"]: row for row in json.loads(out)["users"]}
    token = rows["Rea"]["tokens"][0]
    assert rows["Rea"]["role"] == "analyst" and token["role"] == "reader"
    assert text.split("_")[1] == token["id"] and text.split("_", 2)[2] not in out
    assert user("token", token["id"], "--revoke")[0] == 0
    assert user("disable", "Rea")[0] == 0
    assert user("disable", "Rea", "--enable")[0] == 0
    code, out, err = user("audit", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and "the chain holds" in err
    assert [line["what"] for line in lines] == [
        "account.add",
        "account.add",
        "account.role",
        "account.password",
        "token.issue",
        "token.revoke",
        "account.disable",
        "account.enable",
    ]
    assert lines[2]["before"] == {"role": "reader"} and lines[2]["after"] == {"role": "analyst"}
    assert all(word not in out for word in (*PASSWORDS.values(), text))
    assert "account.role Rea" in user("audit")[1]


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "said"),
    [
        (["add", "Bo"], "", 2, "no password came in"),
        (["add", "Bo"], "short\n", 2, "at least 12 letters"),
        (["add", "Bo", "--role", "king"], "four words are good\n", 2, "use reader, analyst"),
        (["add", "  "], "four words are good\n", 2, "names nobody"),
        (["password", "Bo"], "four words are good\n", 1, "has no account"),
        (["token", "Ada", "--days", "1000"], "", 2, "lasts 1 to 366 days"),
        (["disable", "Ada"], "", 1, "the last administrator"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    user: Desk, arguments: list[str], typed: str, code: int, said: str
) -> None:
    user("add", "Ada", "--role", "admin", typed=PASSWORDS["Ada"])
    ended, _, error = user(*arguments, typed=typed)
    assert ended == code and said in error and error.count("\n") == 1


def test_a_broken_audit_ends_with_4(user: Desk, tmp_path: Path) -> None:
    import sqlite3

    user("add", "Ada", "--role", "admin", typed=PASSWORDS["Ada"])
    user("add", "Rea", typed=PASSWORDS["Rea"])
    with sqlite3.connect(tmp_path / "tocsin" / "accounts.db") as raw:
        raw.execute("DROP TRIGGER audit_holds")
        raw.execute("DELETE FROM audit WHERE seq = 1")
    code, _, error = user("audit")
    assert code == 4 and "does not hold" in error
