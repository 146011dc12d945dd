"""One incident reported twice is proposed, two at one place are not; merging loses nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.register.labelled import labelled
from tests.register.made import incident
from tocsin.errors import RegisterError
from tocsin.register import match_words
from tocsin.register.match import PROPOSED, compare, pairs, proposals, word_weights
from tocsin.register.match_merge import merged
from tocsin.run.register_import import bundled_incidents
from tocsin.schema import Answer, LinkKind, Tlp

ALL = {each.id: each for each in bundled_incidents()}


def told(name: str, **more: Any) -> Any:
    usual = {"what": "three MiG-31 near the island", "where": AT, "count_of_objects": THREE}
    return incident(name, **{**usual, **more})


AT = {"lat_deg": 59.83, "lon_deg": 26.36, "radius_m": 15_000}
THREE = {"least": 3, "most": 3}
BY = word_weights(ALL.values())


def test_recall_and_precision_on_the_labelled_set() -> None:
    """As in docs/reference/register-matching.md, there over more seeds."""
    made = labelled(0)
    said = [compare(pair.a, pair.b, BY).chance >= PROPOSED for pair in made]
    one = [pair.one for pair in made]
    both = sum(s and o for s, o in zip(said, one, strict=True))
    assert both / sum(one) >= 0.90
    assert both / sum(said) >= 0.90
    wrong = [p for p, s in zip(made, said, strict=True) if s and p.kind == "listed"]
    assert wrong == []


def test_two_of_one_day_stay_two() -> None:
    for a, b in (("EE-2016-11-a", "EE-2016-11-b"), ("FI-2016-10-06a", "FI-2016-10-06b")):
        assert compare(ALL[a], ALL[b], BY).chance < 0.05
    assert proposals(list(ALL.values())) == []


def test_a_run_and_a_newspaper_are_proposed_with_reasons() -> None:
    paper = told("news", when={"begin": "2025-09-19"}, duration_s={"least": 720, "most": 720})
    run = told(
        "run", what="passage of 3 tracks through EE",
        when={"begin": "2025-09-19T06:58:04Z", "end": "2025-09-19T07:10:02Z"},
        where={"lat_deg": 59.9, "lon_deg": 26.3, "radius_m": 300},
        duration_s={"least": 700, "most": 735},
        sources=[{"title": "a run"}],
    )  # fmt: skip
    (found,) = proposals([paper, run])
    assert found.chance > 0.9 and (found.a, found.b) == ("news", "run")
    fields = {reason.field for reason in found.reasons if reason.bans > 0}
    assert {"when", "where", "state", "domain", "count", "duration"} <= fields


@pytest.mark.parametrize(
    "change",
    [
        {"when": {"begin": "2025-05-20"}},
        {"where": {"lat_deg": 58.0, "lon_deg": 21.0, "radius_m": 10_000}},
        {"what": "one Il-76 transport", "count_of_objects": {"least": 1, "most": 1}},
        {"domain": "sea", "what": "an anchor dragged over a cable"},
        {"states": ["PL"], "where": {"lat_deg": 52.0, "lon_deg": 23.0, "radius_m": 10_000}},
    ],
)
def test_what_differs_speaks_against(change: dict[str, Any]) -> None:
    a, b = told("a"), told("b", sources=[{"title": "another"}])
    other = told("b", sources=[{"title": "another"}], **change)
    same = compare(a, b, BY).chance
    assert compare(a, other, BY).chance < 0.5 < same


def test_order_changes_nothing() -> None:
    a, b = told("a", what="Su-27 in the morning"), told("b", what="Su-27 seen at dawn")
    assert compare(a, b, BY).chance == compare(b, a, BY).chance


def test_what_is_unknown_says_nothing() -> None:
    a, b = told("a"), told("b")
    blank = replace(b, where=told("c", where={}).where, count_of_objects=told("c", count_of_objects={}).count_of_objects)  # fmt: skip  # noqa: E501
    fields = {reason.field for reason in compare(a, blank, BY).reasons}
    assert not fields & {"where", "count", "depth", "duration", "conduct"}


def test_an_article_that_lists_two_tells_them_apart() -> None:
    a, b = told("a"), told("b", duration_s={"least": 30, "most": 30})
    again = compare(a, told("b"), BY)
    assert next(r.bans for r in again.reasons if r.field == "source") > 0
    apart = compare(told("a", duration_s={"least": 90, "most": 90}), b, BY)
    assert next(r.bans for r in apart.reasons if r.field == "source") < 0


def test_only_what_may_be_near_in_time_is_compared() -> None:
    many = [told(f"x{n}", when={"begin": f"2025-{n:02d}-01"}) for n in range(1, 13)]
    assert list(pairs(many)) == []
    many.append(told("month", when={"begin": "2025-05"}))
    assert {(a.id, b.id) for a, b in pairs(many)} == {("month", "x5"), ("month", "x6")}


def test_words() -> None:
    assert match_words.types("two Su-27 and Mi-8MTV, MiG-31BM") == {"su-27", "mi-8", "mig-31"}
    assert match_words.types("Geran-2 on the E-20") >= {"shahed"}
    assert match_words.types("three Article 4 requests, A-4 paper") == {"a-4"}
    assert match_words.part_of_day("Monday evening") == {"evening"}
    assert match_words.weekdays("a Tuesday") == {1}
    weight = match_words.weights([frozenset("ab"), frozenset("ac")])
    assert match_words.likeness(frozenset("a"), frozenset("a"), weight) == pytest.approx(1)


def test_a_merge_keeps_both_says() -> None:
    a = told("a", when={"begin": "2025-09-19"}, duration_s={"least": 720, "most": 720},
             transponder={"answer": "no"}, notes="one")  # fmt: skip
    b = told("b", what="MiGs", when={"begin": "2025-09-19T06:58Z"}, tlp="GREEN", notes="two",
             duration_s={"least": 780, "most": 780}, transponder={"answer": "yes"},
             depth_m={"most": 9000}, states=["EE", "FI"], actors=[{"name": "Russia", "by": "b"}],
             sources=[{"title": "b", "date": "2025-09-20"}])  # fmt: skip
    one = merged(a, b)
    assert one.id == "a" and str(one.when.begin) == "2025-09-19T06:58Z"  # the narrower
    assert (one.duration_s.least, one.duration_s.most) == (720, 780)
    assert one.transponder.answer is Answer.UNKNOWN  # those who said it differ
    assert one.depth_m.most == 9000 and one.states == ("EE", "FI") and one.tlp is Tlp.GREEN
    assert [source.title for source in one.sources] == ["a ministry", "b"]
    says = {(s.about, s.by, s.says) for s in one.statements}
    assert ("duration_s", "a ministry (a)", "720 to 720") in says
    assert ("duration_s", "b (b)", "780 to 780") in says
    assert ("what", "b (b)", "MiGs") in says
    assert [(link.kind, link.id) for link in one.links] == [(LinkKind.MERGED_FROM, "b")]
    assert one.notes == "one; two"


def test_a_control_and_a_case_cannot_be_one() -> None:
    with pytest.raises(RegisterError, match="only one of them is control"):
        merged(told("a"), told("b", control=True))
