"""`tocsin bell` as a person meets it: answers, one object of JSON, a figure, one-line errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.calling import Done, tocsin


def bell(*words: str | Path) -> Done:
    return tocsin("bell", *words)


def answer(*words: str | Path) -> dict[str, Any]:
    done = bell(*words, "--json")
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)  # exactly one object, or this raises
    return made


def test_arl_of_a_poisson_chart() -> None:
    told = answer("arl", "--poisson", "0.25", "--k", "0.25", "--h", "10")
    assert told["arl"] == pytest.approx(438.125, abs=5e-4)
    assert told["k_fraction"] == "1/4"
    assert told["q05"] < told["q50"] < told["q95"]
    early = answer("arl", "--poisson", ".25", "--k", "1/4", "--h", "10", "--head-start", "5")
    assert early["arl"] == pytest.approx(333.125, abs=5e-4)


def test_arl_of_a_normal_chart() -> None:
    told = answer("arl", "--normal", "0", "--k", ".5", "--h", "4")
    assert told["arl"] == pytest.approx(335.36757763, abs=6e-9)
    told = answer("arl", "--normal", "0", "--k", ".5", "--h", "4", "--two-sided")
    assert told["arl"] == pytest.approx(335.36757763 / 2, abs=1e-8)
    words = ("arl", "--normal", "-0.5", "--k", ".5", "--h", "4", "--two-sided")
    told = answer(*words, "--head-start", "2")
    assert told["arl"] < told["one_side"]["lower"]


def test_arl_tells_more_when_asked() -> None:
    words = ("arl", "--poisson", ".2", "--k", ".45", "--h", "3.25")
    told = answer(*words, "--within", "52", "--then", ".8")
    assert 0 < told["within"]["p"] < 0.1
    assert told["then"]["arl_at_once"] == pytest.approx(9.7705, abs=5e-5)
    assert told["then"]["arl_after_long"] < told["then"]["arl_at_once"]
    said = bell(*words, "--within", "52").stdout
    assert "mean run length 893.742" in said
    assert "within 52: 6 %" in said or "within 52: 5 %" in said


def test_arl_of_a_chart_that_listens_for_a_fall() -> None:
    told = answer("arl", "--poisson", "2", "--k", "1", "--h", "3", "--fall")
    assert told["listens_for"] == "fall"
    assert told["arl"] > 20


def test_the_optimum_says_what_is_illustrative_and_shows_phi_0() -> None:
    told = answer("optimum", "--false-cost", "2", "--phi", "0.4")
    assert (told["optimum"]["phi"]["h"], told["optimum"]["phi_0"]["h"]) == (3.25, 1.9)
    assert round(told["optimum"]["phi"]["j"], 4) == 5.8911
    assert round(told["optimum"]["phi_0"]["j_phi_0"], 4) == 3.8741
    assert "delay_cost_per_week" in told["illustrative"]
    assert not {"false_ring_cost", "fatigue"} & set(told["illustrative"])
    assert "illustrative" in told["note"]
    assert {each["delay_measured_from"] for each in told["regret"]} == {"zero state", "mean onset"}
    assert told["exact_year"]["phi"]["mean_response"] == pytest.approx(0.954, abs=1e-3)


def test_the_curve_and_its_figure(tmp_path: Path) -> None:
    figure = tmp_path / "curve.svg"
    told = answer("curve", "-o", figure)
    assert [row["h"] for row in told["rows"]][:2] == [0.05, 0.1]
    assert all({"j", "j_phi_0", "arms", "arms_phi_0"} <= set(row) for row in told["rows"])
    text = figure.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)  # noqa: S314  # our own output
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    for said in ("cost a year", "threshold h (counts)", "weeks", "ILLUSTRATIVE", "φ = 0"):
        assert said in text
    again = tmp_path / "again.svg"
    answer("curve", "-o", again)
    assert again.read_bytes() == figure.read_bytes()


def test_a_figure_without_fatigue_and_with_given_costs(tmp_path: Path) -> None:
    figure = tmp_path / "curve.svg"
    done = bell("curve", "--phi", "0", "--k", "1/2", "-o", figure)
    assert done.returncode == 0
    assert "ringing arm, φ = 0" in figure.read_text(encoding="utf-8")
    assert "illustrative, chosen by nobody" in done.stderr
    assert " 0 %" not in done.stdout
    assert "100 %" not in done.stdout


def test_people_read_the_optimum() -> None:
    done = bell("optimum")
    assert done.returncode == 0
    assert "phi 0.4: best h 3.25" in done.stdout
    assert "phi 0: best h 1.9" in done.stdout
    assert "no cost here is measured or official" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("arl --poisson 0 --k 1 --h 3", "the rate must be above 0"),
        ("arl --poisson nan --k 1 --h 3", '"nan" is no number'),
        ("arl --poisson 1 --k 1 --h 0", "h must be above 0"),
        ("arl --poisson 1 --k 1 --h 3 --head-start 3", "is not below h 3"),
        ("arl --poisson 1 --k 1 --h 3 --two-sided", "--two-sided is for --normal"),
        ("arl --normal 1 --k 1 --h 3 --fall", "--fall is for --poisson"),
        ("arl --k 1 --h 3", "give one of --poisson RATE and --normal MU"),
        ("arl --poisson 1 --normal 1 --k 1 --h 3", "give one of"),
        ("arl --poisson 1 --k 1 --h 3 --within 0", "no number of observations"),
        ("curve -o curve.png", "use .svg"),
        ("curve --delay-cost 0", "never ringing is best"),
        ("optimum --false-cost -3", "always ringing is best"),
    ],
)
def test_a_bad_call_is_one_line(words: str, said: str) -> None:
    done = bell(*words.split(), "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
