"""`tocsin pattern` as a person meets it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tocsin.cli import main

COUNTS = "year,count\n2021,5\n2022,3\n2023,0\n2024,0\n2025,4\n"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Tocsin = Callable[..., Done]


@pytest.fixture
def tocsin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tocsin:
    """The real command line, in this process."""

    def run(*words: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["tocsin", "pattern", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return Done(left.value.code if isinstance(left.value.code, int) else 0, out, err)

    return run


@pytest.mark.data
def test_the_coal_mining_disasters_on_the_command_line(
    shared: Path, tmp_path: Path, tocsin: Tocsin
) -> None:
    """METHODS section 4."""
    path = shared / "data" / "patterns" / "coal_disasters_dates.csv"
    picture = tmp_path / "coal.svg"
    asked = ("change", "--events", path, "--time", "date", "--unit", "year")
    done = tocsin(*asked, "--json", "-o", picture)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["k"], told["after_bin"], told["k_interval"]) == (41, "1891", [36, 46])
    assert round(told["ln_bf10"], 3) == 28.942 and round(told["two_log_lr"], 3) == 69.988
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert "the window is taken" in done.stderr
    again = tocsin(*asked)
    assert again.stdout.startswith("verdict: the rate changed\n")


def test_the_fourth_this_year_from_counts(tmp_path: Path, tocsin: Tocsin) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(COUNTS)
    done = tocsin("rate", "--counts", path, "--as-of", "2025-09-19", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"].startswith("weak evidence")
    row = next(row for row in told["baselines"] if row["label"] == "2022 to 2024")
    assert (round(row["p"], 4), round(row["p_full_year"], 4)) == (0.0295, 0.0706)


def test_excite_and_coordinate_answer_from_one_file(tmp_path: Path, tocsin: Tocsin) -> None:
    path, picture = tmp_path / "e.csv", tmp_path / "e.svg"
    rows = [f"2024-{m:02}-{d:02},{s}" for m in range(1, 13) for d, s in ((3, "A"), (17, "B"))]
    path.write_text("\n".join(["when,who", *rows]))
    asked = ("--events", path, "--time", "when", "--state", "who", "--seed", "3", "--json")
    first = tocsin("excite", *asked, "--draws", "3", "--replicates", "39", "-o", picture)
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert told["verdict"] != "self-exciting" and told["draws"] == 3 and picture.is_file()
    second = json.loads(tocsin("coordinate", *asked).stdout)
    assert second["exact"] and second["states"] == {"A": 12, "B": 12}


def test_fewer_than_five_is_an_answer(tmp_path: Path, tocsin: Tocsin) -> None:
    path, picture = tmp_path / "e.csv", tmp_path / "e.svg"
    path.write_text("t\n1.5\n2.5\n3.5\n")
    done = tocsin("change", "--events", path, "--time", "t", "-o", picture)
    assert done.returncode == 0 and "no pattern claim is possible" in done.stdout
    assert not picture.exists() and "nothing to draw" in done.stderr


def test_all_on_one_day_is_an_answer_of_every_verb(tmp_path: Path, tocsin: Tocsin) -> None:
    path = tmp_path / "e.csv"
    path.write_text("t,s\n" + "".join(f"7.{k},{'AB'[k % 2]}\n" for k in range(1, 9)))
    for verb in ("rate", "change", "excite", "coordinate"):
        asked = ("--events", path, "--time", "t", "--state", "s", "--from", "0", "--to", "900")
        done = tocsin(verb, *asked)
        assert done.returncode == 0 and "within one day" in done.stdout, (verb, done.stderr)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("excite",), "--events FILE --time COLUMN"),
        (("rate", "--events", "e.csv", "--time", "t", "--unit", "week"), "day or year"),
        (("change", "--events", "e.csv", "--time", "t", "--bin", "decade"), "--bin"),
        (("change", "--events", "e.csv", "--time", "t", "--prior", "1"), "SHAPE,YEARS"),
        (("coordinate", "--events", "e.csv", "--time", "t"), "--state"),
        (("rate", "--store", "sqlite:///x", "--events", "e.csv"), "do not go together"),
        (("rate", "--counts", "c.csv"), "--as-of"),
    ],
)
def test_a_call_without_meaning_is_one_line_and_exit_2(
    words: tuple[str, ...], says: str, tocsin: Tocsin
) -> None:
    done = tocsin(*words)
    assert done.returncode == 2 and says in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_rows_under_strict_are_exit_3(tmp_path: Path, tocsin: Tocsin) -> None:
    path = tmp_path / "e.csv"
    path.write_text("t\n" + "".join(f"{k}.5\n" for k in range(9)) + "soon\n")
    done = tocsin("change", "--events", path, "--time", "t", "--strict")
    assert done.returncode == 3 and "bad-time" in done.stderr and "verdict" in done.stdout


def test_dates_after_today_are_asked_about(tmp_path: Path, tocsin: Tocsin) -> None:
    path = tmp_path / "e.csv"
    path.write_text("when\n" + "".join(f"{year}-03-01\n" for year in (2020, 2021, 2022, 2199)))
    done = tocsin("change", "--events", path, "--time", "when")
    assert done.returncode == 0 and "1 incidents are dated after today" in done.stderr
