"""Yes, no, cannot tell, not in this feed: whose word, why, and what changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.context.messages import AIRLINER, FERRY, short
from tocsin.context import clearance
from tocsin.context.amend import apply
from tocsin.context.correlate import authorised, concerning, flight_plan, radio, transponder
from tocsin.context.fir import FirShare, Weight
from tocsin.context.fpl import parse
from tocsin.context.identity import Facts, Index
from tocsin.context.moments import MINUTE_NS, parse_ns
from tocsin.context.owed import owed
from tocsin.context.plan import report
from tocsin.context.words import Answer, Complete, Value
from tocsin.schema import Report

INSIDE = (parse_ns("2025-09-19T06:58Z"), parse_ns("2025-09-19T07:10Z"))
DAY = (parse_ns("2025-09-19T00:00Z"), parse_ns("2025-09-20T00:00Z"))
MFA = "Estonia, Ministry of Foreign Affairs"
MOD = "Russia, Ministry of Defence"
DARK = Facts(track="radar-a-17", state_aircraft=True)  # no address, no call sign
SWEDE = Facts(track="4a81c3-1", icao24=0x4A81C3, callsigns=("SVF631",), state_aircraft=True)
FINN = Facts(track="461e1a-1", icao24=0x461E1A, callsigns=("FIN1AB",), state_aircraft=False)


def says(
    word: str,
    by: str = MFA,
    since: str = "",
    until: str = "",
    volume: str = "",
    subject: str = "",
) -> Report:
    return Report(
        "clearance",
        parse_ns(f"2025-09-19T{since}Z") if since else None,
        parse_ns(f"2025-09-19T{until}Z") if until else None,
        authorised=word,
        by=by,
        volume=volume,
        subject=subject,
    )


def told(kind: str, word: str, by: str, at: str = "") -> Report:
    t_ns = parse_ns(f"2025-09-19T{at}Z") if at else None
    return Report(kind, t_ns, by=by, properties=(("value", word),))


def plans(text: str) -> list[Report]:
    return [report(plan) for plan in apply(parse(text, "plans.txt").items).plans]


def asked(facts: Facts, *rows: Report, **more: object) -> Answer:
    return authorised(facts, rows, "EE", INSIDE, **more)  # type: ignore[arg-type]


# Authorisation


def test_one_word_decides_and_is_named() -> None:
    answer = asked(DARK, says("no"))
    assert (answer.value, answer.by) == (Value.NO, (MFA,))
    assert answer.why == f"{MFA} says no"
    assert answer.rows == (says("no"),)


def test_nobody_said_is_never_no() -> None:
    answer = asked(DARK)
    assert answer.value is Value.NOT_IN_FEED
    assert answer.by == ()


def test_conflicting_words_cannot_tell_and_both_are_named() -> None:
    answer = asked(DARK, says("no"), says("yes", MOD))
    assert answer.value is Value.CANNOT_TELL
    assert set(answer.by) == {MFA, MOD}
    assert MFA in answer.why
    assert MOD in answer.why


def test_only_the_state_whose_airspace_it_is_can_grant() -> None:
    """An agreed route may be true for another state's service and still be a violation."""
    answer = asked(DARK, says("no"), says("yes", MOD), competent=("Estonia",))
    assert (answer.value, answer.by) == (Value.NO, (MFA,))
    assert f"{MOD} says yes, and does not decide here" in answer.why
    alone = asked(DARK, says("yes", MOD), competent=("Estonia",))
    assert alone.value is Value.NOT_IN_FEED
    assert MOD in alone.why
    near = asked(DARK, says("yes", "Estonian Air Club"), competent=("Estonia",))
    assert near.value is Value.NOT_IN_FEED


def test_distress_needs_nobodys_grant() -> None:
    mayday = replace(says("yes", "the aircraft"), properties=(("basis", "distress"),))
    assert asked(DARK, mayday, competent=("Estonia",)).value is Value.YES
    assert asked(DARK, mayday, says("no"), competent=("Estonia",)).value is Value.CANNOT_TELL


def test_a_clearance_for_part_of_the_time_is_not_one_for_all_of_it() -> None:
    answer = asked(DARK, says("yes", until="07:00"))
    assert answer.value is Value.CANNOT_TELL
    assert "yes 2025-09-19T06:58:00Z to 2025-09-19T07:00:00Z, nothing" in answer.why
    both = asked(DARK, says("yes", until="07:00"), says("yes", since="07:00"))
    assert both.value is Value.YES
    withdrawn = asked(DARK, says("yes"), says("no", since="07:00"))
    assert withdrawn.value is Value.CANNOT_TELL
    before = asked(DARK, says("yes"), says("no", since="06:00"))
    assert before.value is Value.NO  # the later word of one party replaces its earlier


def test_a_clearance_with_conditions_says_which() -> None:
    granted = replace(says("yes"), properties=(("condition", "not below FL 100"),))
    answer = asked(SWEDE, granted)
    assert answer.value is Value.CANNOT_TELL
    assert "not below FL 100" in answer.why
    checked = replace(SWEDE, conditions_met=("not below FL 100",))
    assert asked(checked, granted).value is Value.YES


def test_a_clearance_is_for_whom_it_names() -> None:
    (granted,) = clearance.parse(
        """[[clearance]]
        basis = "diplomatic"
        authorised = "yes"
        granted_by = "Estonia, Ministry of Foreign Affairs"
        from = 2025-09-19T00:00:00Z
        until = 2025-09-19T23:59:00Z
        callsign = ["SVF630", "SVF631"]
        volume = ["EE", "EETT"]"""
    ).items
    row = clearance.report(granted)
    assert asked(SWEDE, row).value is Value.YES
    assert asked(FINN, row).value is Value.NOT_IN_FEED
    assert authorised(SWEDE, [row], "LV", INSIDE).value is Value.NOT_IN_FEED
    dark = asked(DARK, row)
    assert dark.value is Value.CANNOT_TELL  # it may be this one
    assert "nothing tells" in dark.why
    assert asked(DARK, row, says("no")).value is Value.NO  # a word on this very track governs
    operated = replace(row, properties=(("operator", "SWEDISH AIR FORCE"),), subject="")
    assert asked(replace(SWEDE, operators=("SWEDISH AIR FORCE",)), operated).value is Value.YES


def test_a_complete_record_without_it_is_a_no_by_who_declares_it() -> None:
    whole = Complete("clearance", MFA, *DAY)
    answer = asked(SWEDE, complete=(whole,))
    assert (answer.value, answer.by) == (Value.NO, (MFA,))
    assert asked(SWEDE, complete=(replace(whole, refused=1),)).value is Value.NOT_IN_FEED
    assert asked(DARK, complete=(whole,)).value is Value.CANNOT_TELL


# Flight plans


def test_a_plan_is_found_by_address_call_sign_and_time() -> None:
    answer = flight_plan(SWEDE, plans(FERRY + AIRLINER), "EE", (INSIDE[0], INSIDE[0]))
    assert (answer.value, answer.by) == (Value.YES, ("EETNZPZX",))
    assert "24-bit address 4a81c3 is the same" in answer.why
    assert [row.subject for row in answer.rows] == ["SVF631"]


def test_a_missing_plan_is_at_most_not_in_this_feed() -> None:
    feed = plans(FERRY)
    here = owed("flight_plan", "sovereign", None, crosses_border=True)
    answer = flight_plan(FINN, feed, "EE", INSIDE, owed=here)
    assert answer.value is Value.NOT_IN_FEED
    assert answer.weighed.weight is Weight.FULL


def test_a_declared_complete_feed_makes_it_a_no_there_and_then() -> None:
    feed = plans(FERRY)
    whole = Complete("flight_plan", "EANS", *DAY, volumes=("EE",))
    assert flight_plan(FINN, feed, "EE", INSIDE, complete=(whole,)).value is Value.NO
    for other in (
        replace(whole, volumes=("LV",)),
        replace(whole, until_ns=INSIDE[0]),
        replace(whole, kind="clearance"),
        replace(whole, refused=2),  # one of the two that could not be read may be the one
    ):
        assert flight_plan(FINN, feed, "EE", INSIDE, complete=(other,)).value is Value.NOT_IN_FEED
    dark = flight_plan(DARK, feed, "EE", INSIDE, complete=(whole,))
    assert dark.value is Value.CANNOT_TELL  # there is nothing to look it up by


def test_a_missing_plan_weighs_only_where_it_was_owed() -> None:
    free = owed("flight_plan", "eez", True)
    no = told("flight_plan", "no", "Estonia, defence forces")
    answer = flight_plan(DARK, [no], "EE-EEZ", INSIDE, owed=free)
    assert (answer.value, answer.weighed.weight) == (Value.NO, Weight.NONE)
    assert "3(d)" in answer.weighed.why
    inside = flight_plan(DARK, [no], "EE", INSIDE, owed=owed("flight_plan", "sovereign", True))
    assert inside.weighed.weight is Weight.FULL


def test_a_party_that_says_no_plan_and_a_plan_that_is_there_conflict() -> None:
    no = told("flight_plan", "no", "Estonia, defence forces")
    answer = flight_plan(SWEDE, [*plans(FERRY), no], "EE", (INSIDE[0], INSIDE[0]))
    assert answer.value is Value.CANNOT_TELL
    assert set(answer.by) == {"EETNZPZX", "Estonia, defence forces"}


def test_a_cancelled_plan_is_no_plan_and_is_named() -> None:
    feed = plans(FERRY + short("CNL", "SVF631-ESIA0600-EETN-DOF/250919"))
    answer = flight_plan(SWEDE, feed, "EE", (INSIDE[0], INSIDE[0]))
    assert answer.value is Value.NOT_IN_FEED
    assert "cancelled" in answer.why


def test_yesterdays_plan_is_of_another_flight() -> None:
    feed = plans(FERRY.replace("250919", "250918"))
    assert flight_plan(SWEDE, feed, "EE", INSIDE).value is Value.NOT_IN_FEED


def test_two_plans_that_fit_alike_cannot_tell() -> None:
    once = FERRY.replace("CODE/4A81C3 ", "")
    feed = plans(once + once.replace("ESIA", "ESSA"))
    answer = flight_plan(SWEDE, feed, "EE", (INSIDE[0], INSIDE[0]))
    assert answer.value is Value.CANNOT_TELL
    assert "2 records fit" in answer.why
    from_there = replace(SWEDE, departure="ESSA")
    found = flight_plan(from_there, feed, "EE", (INSIDE[0], INSIDE[0]))
    assert found.value is Value.YES


def test_a_call_sign_of_another_address_is_not_enough() -> None:
    stolen = replace(SWEDE, icao24=0x151234)
    answer = flight_plan(stolen, plans(FERRY), "EE", (INSIDE[0], INSIDE[0]))
    assert answer.value is Value.CANNOT_TELL
    assert "24-bit address 4a81c3 is not 151234" in answer.why


# Radio and transponder


def test_one_contact_is_contact_and_silence_is_what_is_said() -> None:
    silent = told("radio", "no", "Estonia, Tallinn ACC", "06:59")
    assert radio(DARK, [silent], "EE", INSIDE).value is Value.NO
    answered = told("radio", "yes", "Estonia, Tallinn ACC", "07:05")
    assert radio(DARK, [silent, answered], "EE", INSIDE).value is Value.YES
    later = told("radio", "yes", "Estonia, Tallinn ACC", "07:30")
    assert radio(DARK, [silent, later], "EE", INSIDE).value is Value.NO
    theirs = told("radio", "yes", "Russia, St Petersburg ACC", "07:00")
    both = radio(DARK, [silent, theirs], "EE", INSIDE)
    assert both.value is Value.CANNOT_TELL
    assert both.by == ("Russia, St Petersburg ACC", "Estonia, Tallinn ACC")
    assert radio(DARK, [], "EE", INSIDE).value is Value.NOT_IN_FEED


def test_silence_weighs_little_where_a_neighbour_serves() -> None:
    """Vaindloo lies in the ST PETERSBURG FIR: facts, "FIR is not sovereignty"."""
    silent = told("radio", "no", "Estonia, Tallinn ACC")
    shares = [FirShare("ST PETERSBURG FIR", "Russia", 0.7), FirShare("TALLINN FIR", "Estonia", 0.3)]
    answer = radio(DARK, [silent], "EE", INSIDE, sovereign="Estonia", shares=shares)
    assert (answer.value, answer.weighed.weight) == (Value.NO, Weight.WEAK)
    assert "served by Russia" in answer.weighed.why


def test_a_transponder_holds_until_somebody_says_otherwise() -> None:
    off = told("transponder", "no", "Estonia, defence forces")
    rule = owed("transponder", "eez", True)
    answer = transponder(DARK, [off], "EE", INSIDE, owed=rule)
    assert (answer.value, answer.weighed.weight) == (Value.NO, Weight.NONE)
    heard = told("transponder", "yes", "radar-a")
    assert transponder(DARK, [off, heard], "EE", INSIDE).value is Value.CANNOT_TELL


# What changes nothing

ROWS = st.lists(
    st.builds(
        says,
        st.sampled_from(["yes", "no", "unknown"]),
        st.sampled_from([MFA, MOD, ""]),
        st.sampled_from(["", "06:00", "07:00", "07:05"]),
        st.sampled_from(["", "07:06", "08:00"]),
    ),
    max_size=4,
)
ELSEWHERE = st.sampled_from(["LV", "EE2", "ee"]).map(lambda name: says("yes", volume=name))
ANOTHER_TIME = st.sampled_from(
    [
        says("yes", since="08:00"),
        says("no", until="06:00"),
        says("no", since="01:00", until="02:00"),
    ]
)
SOMEBODY_ELSE = st.sampled_from(["SVF632", "OHLXA", "461e1a"]).map(
    lambda name: says("yes", subject=name)
)
ANOTHER_KIND = st.sampled_from(["radio", "transponder", "visual", "response", "met"]).map(
    lambda kind: told(kind, "yes", MOD)
)


@given(ROWS, ELSEWHERE | ANOTHER_TIME | SOMEBODY_ELSE | ANOTHER_KIND, st.integers(0, 4))
def test_an_irrelevant_report_changes_no_answer(
    rows: list[Report], other: Report, where: int
) -> None:
    assert asked(SWEDE, *rows) == asked(SWEDE, *rows[:where], other, *rows[where:])


@given(ROWS)
def test_order_and_repetition_change_no_answer(rows: list[Report]) -> None:
    a = asked(DARK, *rows)
    for b in (asked(DARK, *reversed(rows)), asked(DARK, *rows, *rows)):
        assert (a.value, a.by, a.why) == (b.value, b.by, b.why)


@given(ROWS)
def test_the_answer_is_that_of_every_moment_where_all_moments_agree(rows: list[Report]) -> None:
    """Independent route: ask minute by minute."""
    whole = asked(DARK, *rows).value
    minutes = range(INSIDE[0], INSIDE[1], MINUTE_NS)
    each = [authorised(DARK, rows, "EE", (t + 1, t + 2)).value for t in minutes]
    if len(set(each)) == 1:
        assert whole in (each[0], Value.CANNOT_TELL)
    if whole in (Value.YES, Value.NO):
        assert {Value.YES: Value.NO, Value.NO: Value.YES}[whole] not in each


@given(st.integers(1, 40))
def test_other_plans_change_no_answer(count: int) -> None:
    many = [
        AIRLINER.replace("FIN1AB", f"FIN{k}").replace("461E1A", f"4600{k:02X}")
        for k in range(count)
    ]
    span = (INSIDE[0], INSIDE[0])
    alone = flight_plan(SWEDE, plans(FERRY), "EE", span)
    crowd = flight_plan(SWEDE, Index.of(plans(FERRY + "".join(many))), "EE", span)
    assert alone == crowd
    missing = flight_plan(FINN, [], "EE", span)
    assert missing == flight_plan(FINN, plans("".join(many)), "EE", span)


def test_values_read_as_words() -> None:
    assert [str(value) for value in Value] == ["yes", "no", "cannot tell", "not in this feed"]
    with pytest.raises(ValueError, match="maybe"):
        Value("maybe")


# What concerns a track


def test_what_concerns_a_track_names_it_or_nobody_and_is_of_its_time() -> None:
    mine = told("radio", "no", MFA)
    other = replace(told("radio", "no", MFA), properties=(("value", "no"), ("icao24", "461e1a")))
    late = told("radio", "no", MFA, "09:00")
    elsewhere = replace(mine, volume="LV")
    rows = [mine, other, late, elsewhere]
    assert concerning("radio", SWEDE, rows, ("EE",), INSIDE) == (mine,)
    assert concerning("radio", SWEDE, rows, ("EE", "LV"), INSIDE) == (mine, elsewhere)
    assert concerning("radio", FINN, rows, ("EE",), INSIDE) == (mine, other)
