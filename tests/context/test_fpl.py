"""Flight plan messages: published examples, what is refused and where, and a round trip."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.context.encode import encode
from tests.context.messages import AIRLINER, FERRY
from tocsin.context.fields import Item7, Item8, Item9, Item10, Item13, Item15, Item16, Item17
from tocsin.context.fpl import Items, Message, parse
from tocsin.context.other import values
from tocsin.schema import Datum, Limit
from tocsin.units import FT_M, KT_MPS

# FIXM user manual 4.3, "Translating FF-ICE FIXM messages to ATS messages", examples.
QFA8 = """(FPL-QFA8-IS
-B744/H-SDE2E3FGHIJ3J5M1RWYZ/LB1D1
-KDFW0400
-N0501F280 DCT ABI J4 INK/N0504F300 J50 ELP J26 HMO V2 GRN
2704N11627W 26N119W 2544N12000W 24N126W/M084F320 22N133W 19N139W
-YBBN1519
-PBN/A1B1D1L1S1 NAV/GPSRNAV RNVD1A1 DOF/130202 REG/VHOEG
DLE/INK0100 26N119W0200 SEL/MQDE
PER/D RIF/GUXIB R587 MEPAB G591 LTO NWWW)
"""
RAQ = "(FPL-RAQ-VG\n-C172/L-V/C\n-YBSU0540\n-N0115A035 DCT\n-YRED0021\n-DOF/140622 REG/RAQ)"
RAQ_LANDED = "(ARR-RAQ-YBSU-YRED-ZZZZ0622 CABOOLTURE)"

# ICAO FPL 2012 implementation tracking system, issue 9: messages with and without DOF.
FITS = """(CHG-ABC123-NZAA2300-VTBS-DOF/091120-16/VTBD1151 VTBD)
(CHG-ABC123-NZAA2300-VTBS-0-16/VTBD1151 VTBD)
(CNL-ABC123-NZAA2300-VTBS-DOF/091120)
(CNL-ABC123-NZAA2300-VTBS-0)
(DLA-ABC123-NZAA2345-VTBS-DOF/091120)
(DLA-ABC123-NZAA2345-VTBS-0)
(DEP-ABC123/A0254-NZAA2347-VTBS-DOF/091120)
(DEP-ABC123/A0254-NZAA2347-VTBS-0)
(ARR-ABC123-NZAA-VTBS1315)
(ARR-ABC123-NZAA0145-VTBS1315)
"""


def one(text: str) -> Message:
    read = parse(text)
    assert read.refusals == ()
    (message,) = read.items
    return message


def reason(text: str) -> str:
    read = parse(text, "plans.txt")
    assert read.items == ()
    (refusal,) = read.refusals
    assert refusal.path == "plans.txt"
    return refusal.reason


def test_a_published_airliner() -> None:
    message = one(QFA8)
    items = message.items
    assert (message.kind, message.callsign) == ("FPL", "QFA8")
    assert items.rules == Item8("I", "S")
    assert items.aircraft == Item9(1, "B744", "H")
    assert items.equipment == Item10("SDE2E3FGHIJ3J5M1RWYZ", "LB1D1")
    assert items.departure == Item13("KDFW", "0400")
    assert items.route is not None
    assert items.route.speed_mps == pytest.approx(501 * KT_MPS)
    assert items.route.level == Limit(28_000 * FT_M, Datum.PRESSURE, "F280")
    assert items.route.route.startswith("DCT ABI J4 INK/N0504F300 J50")
    assert items.destination == Item16("YBBN", (15 * 60 + 19) * 60.0)
    assert values(items.other or (), "REG") == ("VHOEG",)
    assert values(items.other or (), "RIF") == ("GUXIB", "R587", "MEPAB", "G591", "LTO", "NWWW")


def test_a_published_private_flight_and_where_it_landed() -> None:
    plan, landed = parse(f"{RAQ}\n{RAQ_LANDED}").items
    assert plan.items.rules == Item8("V", "G")
    assert plan.items.equipment == Item10("V", "C")
    assert plan.items.route is not None
    assert plan.items.route.level == Limit(3500 * FT_M, Datum.MSL, "A035")
    assert landed.items.arrival == Item17("ZZZZ", "0622", "CABOOLTURE")
    assert landed.items.destination == Item16("YRED")


def test_the_published_short_messages() -> None:
    read = parse(FITS)
    assert read.refusals == ()
    assert [m.kind for m in read.items] == (
        ["CHG"] * 2 + ["CNL"] * 2 + ["DLA"] * 2 + ["DEP"] * 2 + ["ARR"] * 2
    )
    assert {m.callsign for m in read.items} == {"ABC123"}
    assert read.items[0].amended == Items(
        destination=Item16("VTBD", (11 * 60 + 51) * 60.0, ("VTBD",))
    )
    assert read.items[6].items.who == Item7("ABC123", "0254")
    assert read.items[8].items.departure == Item13("NZAA")


def test_the_misprint_among_the_published_ones_is_refused() -> None:
    """The same list prints 3/ for 13/: item 3 cannot be amended."""
    assert reason("(CHG-ABC123-NZAA2300-VTBS-DOF/091120-3/NZAA0045-18/DOF/091121)") == (
        "bad-amendment"
    )


def test_headers_are_passed_over_and_say_who_sent_it() -> None:
    message = one(FERRY)
    assert (message.place, message.origin, message.filed) == ("line 4", "EETNZPZX", "190510")
    assert message.items.who == Item7("SVF631", "4521")
    assert message.items.aircraft == Item9(3, "GRIP", "M")
    other = message.items.other or ()
    assert values(other, "STS") == ("STATE",)
    assert values(other, "CODE") == ("4A81C3",)
    assert dict(other)["OPR"] == "SWEDISH AIR FORCE"
    assert dict(other)["RMK"] == "TCAS NOT EQUIPPED NON-RVSM"  # its hyphen divides nothing


def test_supplementary_information_is_told_from_item_18() -> None:
    text = AIRLINER.replace("RMK/TCAS)", "RMK/TCAS\n-E/0345 P/TBN R/UV A/WHITE BLUE C/SEPP)")
    message = one(text)
    assert message.items.supplement == (
        ("E", "0345"), ("P", "TBN"), ("R", "UV"), ("A", "WHITE BLUE"), ("C", "SEPP"),
    )  # fmt: skip
    assert dict(message.items.other or ())["RMK"] == "TCAS"


def test_levels_keep_their_datum() -> None:
    levels = {
        "K0830S1130": Limit(11_300.0, Datum.PRESSURE, "S1130"),
        "M082F350": Limit(35_000 * FT_M, Datum.PRESSURE, "F350"),
        "N0120A045": Limit(4500 * FT_M, Datum.MSL, "A045"),
        "K0220M0840": Limit(8400.0, Datum.MSL, "M0840"),
        "N0110VFR": None,
    }
    for text, level in levels.items():
        route = one(AIRLINER.replace("N0450F360", text)).items.route
        assert route is not None
        assert route.level == level, text


def test_a_metric_speed_is_in_kilometres_an_hour() -> None:
    route = one(AIRLINER.replace("N0450F360", "K0830S1130")).items.route
    assert route is not None
    assert route.speed_mps == pytest.approx(830 / 3.6)


def test_a_mach_number_is_no_speed() -> None:
    route = one(AIRLINER.replace("N0450F360", "M082F350")).items.route
    assert route is not None
    assert (route.speed_mps, route.mach) == (None, 0.82)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("EFHK0650", "EFHK2561", "bad-time"),
        ("EFHK0650", "EFHK", "bad-item-13"),
        ("EVRA0045", "EVRA0075", "bad-time"),
        ("FIN1AB", "FIN1ABCDE", "bad-item-7"),
        ("A320/M", "A320", "bad-item-9"),
        ("/LB1", "/L B1", "bad-item-10"),
        ("-IS\n", "-QS\n", "bad-item-8"),
        ("N0450F360", "N450F360", "bad-item-15"),
        ("-EVRA0045 EETN\n-PBN", "-PBN", "bad-item-16"),
        ("RMK/TCAS)", "RMK/TCAS", "not-closed"),
        ("(FPL", "(CPL", "not-a-plan-message"),
        ("(FPL-", "(FPL ", "bad-head"),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, why: str) -> None:
    assert old in AIRLINER
    assert reason(AIRLINER.replace(old, new)) == why


def test_a_message_that_ends_early_names_the_item_that_is_missing() -> None:
    (refusal,) = parse("(FPL-FIN1AB-IS-A320/M-S/C-EFHK0650-N0450F360 DCT)").refusals
    assert (refusal.reason, refusal.detail) == (
        "missing-field", "item 16 (destination) is missing",
    )  # fmt: skip


def test_a_bad_message_costs_no_other() -> None:
    read = parse(AIRLINER.replace("0650", "2561") + FERRY, "plans.txt")
    assert [m.callsign for m in read.items] == ["SVF631"]
    assert [(r.place, r.reason) for r in read.refusals] == [("line 1", "bad-time")]
    assert "2561" in read.refusals[0].detail
    assert read.records == 2
    assert read.reasons == {"bad-time": 1}


def test_a_message_cut_short_does_not_swallow_the_next() -> None:
    read = parse(AIRLINER.replace(")", "") + FERRY)
    assert [r.reason for r in read.refusals] == ["not-closed"]
    assert [m.callsign for m in read.items] == ["SVF631"]


def test_an_unreadable_remark_is_a_note_and_the_plan_stays() -> None:
    message = one(AIRLINER.replace("CODE/461E1A", "CODE/46IE1A").replace("250919", "251319"))
    assert len(message.notes) == 2
    assert '"251319" is no date' in message.notes[0]
    assert '"46IE1A"' in message.notes[1]


def test_a_file_without_a_message_says_so() -> None:
    assert reason("Dear colleague, the plan is attached.") == "no-message"
    assert parse("").records == 0


@given(st.text(alphabet="()-/ \nFPLCHGDEARN0123456789XQ", max_size=200) | st.text(max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    read = parse(text)
    assert all(r.reason and r.detail and r.place for r in read.refusals)
    assert read.records > 0 or not text.strip()


CALL = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=7)
PLACE = st.text(string.ascii_uppercase, min_size=4, max_size=4)
HHMM = st.builds("{:02d}{:02d}".format, st.integers(0, 23), st.integers(0, 59))
WORD = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=8)
EET_S = st.integers(0, 99 * 60 + 59).map(lambda minutes: minutes * 60.0)
OTHER = st.lists(
    st.tuples(st.sampled_from(["STS", "REG", "OPR", "RMK"]), WORD), min_size=1, max_size=4
).map(tuple)
WHO = st.builds(Item7, CALL, st.just("") | st.text("01234567", min_size=4, max_size=4))
GO = st.builds(Item13, PLACE, HHMM)
TO = st.builds(Item16, PLACE, EET_S, st.lists(PLACE, max_size=2).map(tuple))
LEVEL = st.none() | st.builds(
    lambda fl: Limit(fl * 100 * FT_M, Datum.PRESSURE, f"F{fl:03d}"), st.integers(10, 600)
)
ROUTE = st.builds(
    Item15,
    st.integers(50, 1500).map(lambda kt: kt * KT_MPS),
    st.none(),
    LEVEL,
    st.lists(WORD, min_size=1, max_size=6).map(" ".join),
)
FULL = st.builds(
    Items,
    who=WHO,
    rules=st.builds(Item8, st.sampled_from("IVYZ"), st.sampled_from(["", *"SNGMX"])),
    aircraft=st.builds(
        Item9, st.integers(1, 99), st.sampled_from(["A320", "F16", "ZZZZ"]), st.sampled_from("LMHJ")
    ),
    equipment=st.builds(
        Item10, st.sampled_from(["N", "SDFG"]), st.sampled_from(["N", "C", "LB1", "EB2D1"])
    ),
    departure=GO,
    route=ROUTE,
    destination=TO,
    other=OTHER,
)
AMENDED = st.builds(
    Items,
    departure=st.none() | GO,
    destination=TO,
    equipment=st.none() | st.just(Item10("S", "C")),
)


@given(FULL)
def test_a_plan_comes_back_as_it_was(items: Items) -> None:
    assert items.who is not None
    message = Message("FPL", items.who.callsign, items)
    assert one(encode(message)).items == items


@given(WHO, GO, TO, OTHER, AMENDED)
def test_a_change_comes_back_as_it_was(
    who: Item7, go: Item13, to: Item16, other: tuple[tuple[str, str], ...], amended: Items
) -> None:
    items = Items(who=who, departure=go, destination=to, other=other)
    back = one(encode(Message("CHG", who.callsign, items, amended)))
    assert (back.items, back.amended) == (items, amended)


def test_small_letters_are_read_as_the_capitals_that_they_stand_for() -> None:
    text = "(fpl-svf631-im-grip/m-s/c-esia0600-n0430f330 dct-eetn0055-dof/250919 code/4a81c3)"
    small, large = parse(text), parse(text.upper())
    assert small == large and [m.callsign for m in small.items] == ["SVF631"]
