"""Messages applied to plans: the right plan, the right day, a history of what changed."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.context.messages import AIRLINER, FERRY, short
from tocsin.context.amend import Applied, apply
from tocsin.context.fpl import parse
from tocsin.context.moments import parse_ns
from tocsin.context.plan import FlightPlan, report

SVF = "SVF631-ESIA0600-EETN-DOF/250919"


def applied(text: str, day: date | None = None) -> Applied:
    read = parse(text, "plans.txt")
    assert read.refusals == ()
    return apply(read.items, day)


def plan(text: str, day: date | None = None) -> FlightPlan:
    done = applied(text, day)
    assert done.refusals == ()
    (only,) = done.plans
    return only


def at(text: str) -> int:
    return parse_ns(f"2025-09-{text}Z")


def test_a_plan_says_what_it_was_filed_for() -> None:
    filed = plan(FERRY)
    assert filed.eobt_ns == at("19T06:00")
    assert filed.eet_s == 55 * 60
    assert filed.window_ns == (at("19T06:00"), at("19T06:55"))
    assert filed.icao24 == (0x4A81C3,)
    assert filed.registrations == ("39210",)
    assert filed.special == ("STATE",)
    assert filed.state_aircraft
    assert filed.declares_mode_s
    assert filed.aircraft_count == 3
    assert filed.by == "EETNZPZX"


def test_the_declared_transponder() -> None:
    for codes, mode_s, any_ssr in (("LB1", True, True), ("C", False, True), ("N", False, False)):
        filed = plan(AIRLINER.replace("/LB1", f"/{codes}"))
        assert (filed.declares_mode_s, filed.declares_transponder) == (mode_s, any_ssr)
    assert FlightPlan("X", "A", "B").declares_transponder is None


def test_without_a_day_of_flight_the_time_is_unknown_unless_a_date_is_given() -> None:
    text = AIRLINER.replace("DOF/250919 ", "")
    unknown = plan(text)
    assert unknown.eobt_ns is None
    assert "no DOF/" in unknown.eobt_why
    assert plan(text, date(2025, 9, 19)).eobt_ns == at("19T06:50")
    assert plan(AIRLINER, date(2020, 1, 1)).eobt_ns == at("19T06:50")  # DOF/ comes first


def test_an_unreadable_day_of_flight_is_no_day() -> None:
    wrong = plan(AIRLINER.replace("DOF/250919", "DOF/250931"), date(2025, 9, 19))
    assert wrong.eobt_ns is None
    assert "250931" in wrong.eobt_why


def test_delay_departure_and_arrival() -> None:
    text = (
        FERRY
        + short("DLA", "SVF631-ESIA0730-EETN-DOF/250919")
        + short("DEP", "SVF631/A4522-ESIA0741-EETN-DOF/250919")
        + short("ARR", "SVF631-ESIA0730-EETN0832")
    )
    flown = plan(text)
    assert (flown.status, flown.arrival, flown.ssr) == ("arrived", "EETN", "4522")
    assert flown.eobt_ns == at("19T07:30")
    assert flown.window_ns == (at("19T07:41"), at("19T08:32"))
    assert [(c.kind, c.place, c.what) for c in flown.history] == [
        ("FPL", "line 4", "filed, EOBT 2025-09-19T06:00:00Z"),
        ("DLA", "line 12", "EOBT 2025-09-19T06:00:00Z -> 2025-09-19T07:30:00Z"),
        ("DEP", "line 13", "departed 2025-09-19T07:41:00Z"),
        ("ARR", "line 14", "arrived EETN 2025-09-19T08:32:00Z"),
    ]


def test_times_run_over_midnight() -> None:
    late = AIRLINER.replace("EFHK0650", "EFHK2330")
    flown = plan(
        late
        + short("DLA", "FIN1AB-EFHK0010-EVRA-DOF/250919")
        + short("DEP", "FIN1AB-EFHK2355-EVRA-DOF/250919")
        + short("ARR", "FIN1AB-EFHK-EVRA0040")
    )
    assert flown.eobt_ns == at("20T00:10")
    assert flown.window_ns == (at("19T23:55"), at("20T00:40"))


def test_a_change_of_route_time_and_day() -> None:
    """Over midnight the CHG gives both item 13 and DOF (implementation tracking, issue 9)."""
    new = "DOF/250920 REG/39210 CODE/4A81C3"
    changed = plan(FERRY + short("CHG", f"{SVF}-8/IN-13/ESIA0045-16/EFHK0110 EETN-18/{new}"))
    assert changed.eobt_ns == at("20T00:45")
    assert (changed.destination, changed.eet_s, changed.alternates) == ("EFHK", 4200.0, ("EETN",))
    assert (changed.flight_type, changed.special) == ("N", ())
    assert changed.route.startswith("NEPAX")  # what was not amended stays
    assert changed.history[-1].what.startswith("rules amended, EOBT 2025-09-19T06:00:00Z -> ")


def test_a_cancelled_plan_is_kept_as_cancelled() -> None:
    gone = plan(FERRY + short("CNL", SVF))
    assert gone.status == "cancelled"
    assert dict(report(gone).properties)["status"] == "cancelled"


def test_a_message_that_fits_no_plan_is_refused_and_changes_none() -> None:
    for body in ("SVF632-ESIA0600-EETN-0", "SVF631-ESIB0600-EETN-0", "SVF631-ESIA0605-EETN-0",
                 "SVF631-ESIA0600-EFHK-0", "SVF631-ESIA0600-EETN-DOF/250920"):  # fmt: skip
        done = applied(FERRY + short("CNL", body))
        assert [p.status for p in done.plans] == ["filed"], body
        assert [r.reason for r in done.refusals] == ["no-such-plan"]


def test_the_day_of_flight_tells_two_plans_apart() -> None:
    two = FERRY + FERRY.replace("250919", "250920")
    done = applied(two + short("CNL", SVF))
    assert [p.status for p in done.plans] == ["cancelled", "filed"]
    unclear = applied(two + short("CNL", "SVF631-ESIA0600-EETN-0"))
    assert [r.reason for r in unclear.refusals] == ["ambiguous-reference"]
    assert [p.status for p in unclear.plans] == ["filed", "filed"]


def test_a_plan_sent_again_is_one_plan() -> None:
    once = plan(FERRY + FERRY)
    assert [c.what for c in once.history][1:] == ["sent again"]


def test_a_delay_to_the_time_it_has_is_refused() -> None:
    done = applied(FERRY + short("DLA", "SVF631-ESIA0600-EETN-DOF/250919"))
    assert [r.reason for r in done.refusals] == ["not-later"]


def test_a_plan_is_never_an_authorisation() -> None:
    told = report(plan(FERRY))
    assert told.authorised == "unknown"
    assert (told.kind, told.subject, told.t_ns) == ("flight_plan", "SVF631", at("19T06:00"))


BODIES = st.sampled_from(
    [
        ("CHG", f"{SVF}-13/ESIA0700"), ("CHG", f"{SVF}-18/DOF/250920"), ("CNL", SVF),
        ("DLA", "SVF631-ESIA0545-EETN-0"), ("DEP", "SVF631-ESIA0559-EETN-0"),
        ("ARR", "SVF631-ESIA-EETN0101"), ("CHG", f"{SVF}-18/0"),
    ]
)  # fmt: skip


@given(st.lists(BODIES, max_size=6))
def test_every_message_is_in_a_history_or_refused(bodies: list[tuple[str, str]]) -> None:
    messages = parse(FERRY + "".join(short(*body) for body in bodies)).items
    done = apply(messages)
    told = sum(len(p.history) for p in done.plans)
    assert told + len(done.refusals) == len(messages) == 1 + len(bodies)
    for p in done.plans:
        begin, end = p.window_ns
        assert begin is None or end is None or begin <= end


def test_another_flight_changes_nothing() -> None:
    alone = plan(FERRY + short("DEP", "SVF631-ESIA0603-EETN-0"))
    (first, *_) = applied(FERRY + AIRLINER + short("DEP", "SVF631-ESIA0603-EETN-0")).plans
    assert [c.what for c in first.history] == [c.what for c in alone.history]
