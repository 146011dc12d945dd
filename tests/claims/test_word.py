"""Whose word it is: no party is its own witness, and silence is not a no."""

from __future__ import annotations

import pytest

from tocsin.claims.compatibility import compatible
from tocsin.claims.evaluate import evaluate
from tocsin.claims.evidence import Evidence
from tocsin.claims.grammar import parse
from tocsin.claims.verdict import overall, verdicts
from tocsin.schema import Report, Verdict

ESTONIA, RUSSIA = "Estonia, defence forces", "Russia, Ministry of Defence"


def transponder(by: str, value: str) -> Report:
    return Report("transponder", by=by, properties=(("value", value),))


def judged(test: str, by: str, *reports: Report) -> Verdict:
    sides = frozenset({ESTONIA, RUSSIA})
    return overall(
        verdicts(evaluate(parse(test), Evidence(reports=reports, claimants=sides), by=by))
    )


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([], "unobserved"),
        ([transponder("Finland, border guard", "not in this feed")], "unobserved"),
        ([transponder("Estonia, Ministry of Foreign Affairs", "off")], "unresolved"),
        ([transponder("Finland, air force", "off")], "supported"),
        ([transponder("Finland, air force", "on")], "contradicted"),
        ([transponder("Finland, air force", "off"), transponder(RUSSIA, "on")], "unresolved"),
        ([transponder(RUSSIA, "on")], "unresolved"),  # a rival's word is no witness either
        ([transponder(ESTONIA, "on")], "contradicted"),  # against its own claim
        ([transponder(ESTONIA, "off"), transponder("Finland, air force", "off")], "supported"),
    ],
)
def test_an_independent_witness_decides(reports: list[Report], expected: str) -> None:
    assert judged("transponder = off", ESTONIA, *reports) == expected


def test_two_offices_of_one_state_are_one_witness_however_often_heard() -> None:
    once = transponder("Finland, air force", "off")
    again = transponder("Finland, border guard", "off")
    answer = evaluate(parse("transponder = off"), Evidence(reports=(once, again, once)), by=ESTONIA)
    assert overall(verdicts(answer)) is Verdict.SUPPORTED
    assert sum("reports transponder" in note for note in answer.notes) == 1


def test_order_does_not_matter() -> None:
    reports = [
        transponder("Finland", "off"),
        transponder(RUSSIA, "on"),
        transponder("Sweden", "off"),
    ]
    assert judged("transponder = off", ESTONIA, *reports) == judged(
        "transponder = off", ESTONIA, *reports[::-1]
    )


def test_a_clearance_is_read_from_its_own_field_and_may_have_run_out() -> None:
    no = Report("clearance", authorised="no", by="Finland, ATS")
    assert judged("authorised = no", ESTONIA, no) is Verdict.SUPPORTED
    assert judged("authorised = yes", RUSSIA, no) is Verdict.CONTRADICTED
    assert judged("authorised = no", ESTONIA, Report("clearance", by="Finland")) == "unobserved"
    old = Report("clearance", authorised="yes", by="Finland", until_ns=1)
    answer = evaluate(parse("authorised = yes"), Evidence(reports=(old,), window_ns=(10, 20)))
    assert overall(verdicts(answer)) is Verdict.UNOBSERVED


def test_a_fact_beside_a_track_that_nobody_saw() -> None:
    said = Evidence(reports=(transponder("Finland", "on"),))
    answer = evaluate(parse("transponder = off and never inside(EE)"), said)
    assert overall(verdicts(answer)) is Verdict.CONTRADICTED  # one false part decides
    answer = evaluate(parse("transponder = on and never inside(EE)"), said)
    assert overall(verdicts(answer)) is Verdict.UNOBSERVED


def interceptors(subject: str, start: str, step: str = "airborne") -> Report:
    return Report("response", by="Italy", subject=subject, step=step, properties=(("from", start),))


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("interceptors_from = Estonia", "supported"),
        ('interceptors_from = "Ämari"', "supported"),
        ("interceptors_from = Finland", "supported"),
        ("interceptors_from = Lithuania", "contradicted"),
        ("interceptors_from = Finland and interceptors_from = Lithuania", "contradicted"),
        ("interceptors_from = Finland or interceptors_from = Lithuania", "supported"),
    ],
)
def test_interceptors_come_from_where_reports_say(test: str, expected: str) -> None:
    """Facts: Finnish fighters first, Italian F-35 from Ämari; no source names Lithuania."""
    reports = interceptors("F-35", "Ämari, Estonia"), interceptors("F/A-18", "Finland", "escorted")
    assert judged(test, "a newspaper", *reports) == expected


def test_where_interceptors_came_from_is_unknown_while_nobody_says() -> None:
    silent = Report("response", by="NATO", step="intercepted")
    left = Report("response", by="NATO", step="out", properties=(("from", "Estonia"),))
    assert judged("interceptors_from = Estonia", "a newspaper", silent, left) == "unobserved"


def test_interceptors_may_come_from_two_places() -> None:
    """One aircraft has one transponder; two pairs of interceptors may have two bases."""
    both = [parse(f"interceptors_from = {name}") for name in ("Finland", "Estonia")]
    assert compatible(both, Evidence()).compatible is True
    sides = [parse("transponder = on"), parse("transponder = off")]
    assert compatible(sides, Evidence()).compatible is False
