"""What other records make of a passage, from files to findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.run.boxes import RESTRICTED, TRACK, collection, context, feature, square, studied

MFA = "Estonia, Ministry of Foreign Affairs"
PLAN = """(FPL-SVF631-IM
-3GRIP/M-SDFGRY/LB1
-ESIA0600
-N0430F330 NEPAX DCT TLL DCT
-EETN0155 EFHK
-STS/STATE DOF/250919 CODE/4A81C3)
"""
NOTAM = """(A1234/25 NOTAMN
Q) EETT/QRTCA/IV/BO/W/000/100/5910N02430E005
A) EETT B) 2509190600 C) 2509190704
E) TEMPORARY RESTRICTED AREA EER15 ACTIVATED
F) GND G) FL100)
"""
MERIDIAN = collection(feature("LineString", [[24.5, 58.0], [24.5, 61.0]], edge="geodesic"))
SIDES = """
[[fir]]
path = "fir.geojson"
left = { fir = "West FIR", served_by = "Latvia" }
right = { fir = "East FIR", served_by = "EE" }
"""


def clearance(word: str, by: str = MFA, more: str = "") -> str:
    return f'[[report]]\nkind = "clearance"\nauthorised = "{word}"\nby = "{by}"\n{more}\n'


def told(kind: str, value: str, by: str, more: str = "") -> str:
    return f'[[report]]\nkind = "{kind}"\nvalue = "{value}"\nby = "{by}"\n{more}\n'


# Authorisation


def test_nobody_said_is_cannot_tell_and_never_no(tmp_path: Path) -> None:
    done = studied(tmp_path).findings
    assert done["context"]["authorisation"]["answer"] == "not in this feed"
    (row,) = done["incursions"]
    assert row["authorised"] == "cannot tell" and row["authorised_by"] is None


def test_the_states_own_word_decides_and_is_named(tmp_path: Path) -> None:
    body = clearance("no") + clearance("yes", "Russia, Ministry of Defence")
    done = studied(tmp_path, body).findings
    (row,) = done["incursions"]
    assert row["authorised"] == "no" and row["authorised_by"] == MFA
    answer = done["context"]["authorisation"]
    assert "Russia, Ministry of Defence says yes, and does not decide here" in answer["why"]
    assert answer["sources"][0] == {"by": MFA, "path": "case.toml", "place": "[[report]] 1"}
    assert answer["state"] == "EE"


@pytest.mark.parametrize(
    ("by", "word", "answer"),
    [
        ("Latvia, Ministry of Defence", "no", "not in this feed"),  # another state's word
        ("EST, air navigation services", "yes", "yes"),  # its own, by another of its names
        ("the authority", "no", "no"),  # no state at all: may report that there was none
        ("the authority", "yes", "not in this feed"),  # and cannot grant one
    ],
)
def test_whose_word_counts_follows_from_the_volume(
    tmp_path: Path, by: str, word: str, answer: str
) -> None:
    assert context(tmp_path, clearance(word, by))["authorisation"]["answer"] == answer


def test_a_case_may_say_whose_airspace_a_volume_is(tmp_path: Path) -> None:
    body = RESTRICTED + 'state = "Latvia"\n' + clearance("yes", "Latvia, CAA")
    rows = {i["volume"]: i for i in studied(tmp_path, body).findings["incursions"]}
    assert rows["EER15"]["authorised"] == "yes"
    assert rows["EE"]["authorised"] == "cannot tell"


def test_a_clearance_ends_when_it_says(tmp_path: Path) -> None:
    whole = context(tmp_path, clearance("yes", more="until = 2025-09-19T23:00:00Z"))
    assert whole["authorisation"]["answer"] == "yes"
    assert whole["authorisation"]["until"] == "2025-09-19T23:00:00Z"
    part = context(tmp_path, clearance("yes", more="until = 2025-09-19T07:05:00Z"))
    assert part["authorisation"]["answer"] == "cannot tell"


def test_a_clearance_for_another_aircraft_changes_nothing(tmp_path: Path) -> None:
    other = clearance("yes", more='icao24 = "461e1a"')
    assert context(tmp_path, other)["authorisation"]["answer"] == "not in this feed"
    mine = clearance("yes", more='icao24 = "4a81c3"')
    assert context(tmp_path, mine)["authorisation"]["answer"] == "yes"


# Flight plan and transponder


def test_a_plan_of_this_flight_is_found_by_its_address(tmp_path: Path) -> None:
    answer = context(tmp_path, '[[plan]]\npath = "plans.txt"\n', plans_txt=PLAN)["flight_plan"]
    assert answer["answer"] == "yes"
    assert "24-bit address 4a81c3 is the same" in answer["why"]
    assert answer["sources"][0]["place"] == "line 1"


def test_no_plan_is_not_in_this_feed_unless_somebody_calls_the_feed_whole(tmp_path: Path) -> None:
    other = PLAN.replace("4A81C3", "461E1A").replace("SVF631", "FIN1AB")
    body = '[[plan]]\npath = "plans.txt"\n'
    assert context(tmp_path, body, plans_txt=other)["flight_plan"]["answer"] == "not in this feed"
    body += (
        '[plan.complete]\nby = "Estonia, EANS"\n'
        "from = 2025-09-19T00:00:00Z\nuntil = 2025-09-20T00:00:00Z\n"
    )
    answer = context(tmp_path, body, plans_txt=other)["flight_plan"]
    assert (answer["answer"], answer["by"]) == ("no", ["Estonia, EANS"])
    holed = other + "(FPL-XXX-IS)\n"  # what could not be read may be the one
    assert context(tmp_path, body, plans_txt=holed)["flight_plan"]["answer"] == "not in this feed"


def test_a_missing_plan_weighs_only_where_it_was_owed(tmp_path: Path) -> None:
    """Chicago 3(c) and (d): owed by a state aircraft in sovereign airspace, not outside it."""
    seen = '[[report]]\nkind = "visual"\nstate_aircraft = true\nby = "Estonia"\n'
    body = RESTRICTED + told("flight_plan", "no", "Estonia, EANS") + seen
    done = studied(tmp_path, body).findings
    volumes = {i["id"]: i["volume"] for i in done["incursions"]}
    weights = {
        volumes[one["incursion"]]: one["weight"] for one in done["context"]["flight_plan"]["each"]
    }
    assert weights == {"EE": "full", "EER15": "none"}
    assert done["context"]["flight_plan"]["owed"] is True


def test_a_plan_may_say_that_it_is_a_state_aircraft(tmp_path: Path) -> None:
    body = RESTRICTED + '[[plan]]\npath = "plans.txt"\n'
    done = studied(tmp_path, body, plans_txt=PLAN).findings
    volumes = {i["id"]: i["volume"] for i in done["incursions"]}
    each = done["context"]["transponder"]["each"]
    weights = {volumes[one["incursion"]]: one["weight"] for one in each}
    assert weights == {"EE": "full", "EER15": "none"}  # STS/STATE: Chicago 3(c), 3(d)


def test_an_address_was_sent_by_a_transponder(tmp_path: Path) -> None:
    answer = context(tmp_path)["transponder"]
    assert (answer["answer"], answer["by"]) == ("yes", ["north"])
    against = context(tmp_path, told("transponder", "off", "Estonia, Defence Forces"))
    assert against["transponder"]["answer"] == "cannot tell"  # word against receiver


# Radio: a region is not sovereignty


def test_silence_weighs_by_who_served_the_path(tmp_path: Path) -> None:
    """Inside from 24.37 to 24.59 E: 0.13 of 0.22 degrees lie west of 24.5 E."""
    body = SIDES + told("radio", "no", "Estonia, EANS")
    answer = context(tmp_path, body, fir_geojson=MERIDIAN)["radio"]
    shares = {one["fir"]: one for one in answer["regions"]}
    assert shares["West FIR"]["share"] == pytest.approx(0.587, abs=0.01)
    assert shares["East FIR"]["share"] == pytest.approx(0.413, abs=0.01)
    assert (answer["answer"], answer["weight"]) == ("no", "weak")
    assert (shares["West FIR"]["weight_there"], shares["East FIR"]["weight_there"]) == (
        "weak",
        "full",
    )
    assert {"path", "sha256", "what"} <= set(answer["sources"][-1])


def test_a_place_is_measured_too(tmp_path: Path) -> None:
    body = SIDES + '[[place]]\nid = "isle"\ntitle = "Isle"\nlat_deg = 59.5\nlon_deg = 24.48\n'
    (near,) = context(tmp_path, body, fir_geojson=MERIDIAN)["radio"]["places"]
    assert (near["fir"], near["weight"]) == ("West FIR", "weak")
    assert near["inside_m"] == pytest.approx(1132, abs=3)  # 0.02 degrees at 59.5 N, WGS-84


def test_a_region_may_be_an_outline(tmp_path: Path) -> None:
    outline = collection(
        feature("Polygon", [square(24.5, 58, 26, 61)], volume="EETT", edge="geodesic", layer="fir")
    )
    body = '[[fir]]\npath = "fir.geojson"\nfir = "East FIR"\nserved_by = "Estonia"\n'
    answer = context(tmp_path, body, fir_geojson=outline)["radio"]
    (east,) = answer["regions"]
    assert east["share"] == pytest.approx(0.413, abs=0.01)
    assert answer["weight"] == "weak" and "no known region" in answer["weight_why"]


def test_contact_needs_no_excuse(tmp_path: Path) -> None:
    log = "time,kind,by,value\n2025-09-19T07:03:00Z,radio,Estonia,yes\n"
    body = SIDES + '[[log]]\npath = "log.csv"\n'
    answer = context(tmp_path, body, fir_geojson=MERIDIAN, log_csv=log)["radio"]
    assert answer["answer"] == "yes" and answer["says"] == []


# Hours


def test_a_volume_is_active_when_a_notam_says(tmp_path: Path) -> None:
    body = RESTRICTED + '[[notam]]\npath = "notam.txt"\nvolumes = ["EER15"]\n'
    done = studied(tmp_path, body, notam_txt=NOTAM).findings
    rows = {i["volume"]: i for i in done["incursions"]}
    assert rows["EER15"]["exit_utc"]["q50"] == "2025-09-19T07:04:00.000Z"  # the clock, not the edge
    each = {one["volume"]: one for one in done["context"]["activation"]["each"]}
    assert each["EER15"]["answer"] == "yes" and "EETT" in each["EER15"]["why"]
    assert each["EE"]["why"] == "sovereign airspace has no hours"


def test_a_volume_that_no_notam_activates_is_not_tested_and_that_is_said(tmp_path: Path) -> None:
    body = RESTRICTED + '[[notam]]\npath = "notam.txt"\nvolumes = ["EER15"]\n'
    done = studied(tmp_path, body, notam_txt=NOTAM.replace("25091906", "25091706")
                   .replace("2509190704", "2509180704")).findings  # fmt: skip
    assert [i["volume"] for i in done["incursions"]] == ["EE"]
    assert any("EER15 was not active in the window" in text for text in done["limits"])


def test_a_report_gives_hours_too(tmp_path: Path) -> None:
    body = RESTRICTED + (
        '[[report]]\nkind = "activation"\nvolume = "EER15"\nby = "Estonia"\n'
        "time = 2025-09-19T07:00:00Z\nuntil = 2025-09-19T07:04:00Z\n"
    )
    rows = {i["volume"]: i for i in studied(tmp_path, body).findings["incursions"]}
    assert rows["EER15"]["exit_utc"]["q50"] == "2025-09-19T07:04:00.000Z"


# Response


def test_the_response_has_bounds_and_what_is_unknown_stays_so(tmp_path: Path) -> None:
    log = (
        "time,until,kind,step,by,subject\n"
        "2025-09-19T07:01:00Z,,response,detected,Estonia,\n"
        "2025-09-19T07:03:00Z,2025-09-19T07:04:00Z,response,scrambled,Estonia,QRA\n"
        ",,response,airborne,Estonia,QRA\n"
        "2025-09-19T07:09:00Z,,response,out,Estonia,\n"
    )
    answer = context(tmp_path, '[[log]]\npath = "log.csv"\n', log_csv=log)["response"]
    between = {(b["first"], b["then"]): (b["min_s"], b["max_s"]) for b in answer["between"]}
    assert between[("detected", "scrambled")] == (120.0, 180.0)
    assert between[("scrambled", "airborne")] == (None, None)  # recorded, and no time
    assert between[("airborne", "intercepted")] == (None, None)  # not recorded
    assert between[("scrambled", "out")] == (300.0, 360.0)
    assert answer["missing"] == ["intercepted", "escorted"]
    assert context(tmp_path)["response"]["answer"] == "not in this feed"


# Coverage


def sensor(lat: float, h_m: float, more: str = "") -> str:
    return (
        f'[[source]]\npath = "track.csv"\nwitness = "far"\n{more}[source.sensor]\n'
        f"lat_deg = {lat}\nlon_deg = 24.5\nh_hae_m = {h_m}\n"
    )


def test_could_anybody_have_seen_it(tmp_path: Path) -> None:
    """3 000 m is above the horizon of a sensor at 50 m out to 255 km (4/3 Earth)."""
    near = context(tmp_path)["coverage"]
    assert near["answer"] == "yes" and near["share"] == 1.0
    (row,) = near["sensors"]
    assert (row["sensor"], row["share"]) == ("north", 1.0)


def test_an_outage_is_time_in_which_nobody_could(tmp_path: Path) -> None:
    """Half of the stay, 07:01:52 to 07:08:08, lies after 07:05."""
    path = Path(str(tmp_path / "case.toml"))
    studied(tmp_path)
    text = path.read_text().replace(
        'witness = "north"\n',
        'witness = "north"\noutages = [[2025-09-19T07:05:00Z, 2025-09-19T07:30:00Z]]\n',
    )
    path.write_text(text)
    from tocsin.run.flow import study
    from tocsin.settings import FindSettings

    answer = study(path, FindSettings()).findings["context"]["coverage"]
    assert answer["answer"] == "cannot tell"
    assert answer["share"] == pytest.approx(0.5, abs=0.01)


def test_a_sensor_sees_above_a_place_from_a_height(tmp_path: Path) -> None:
    """d = sqrt(2 R h): at 100 km, past the 29.1 km of a 50 m mast, the rest needs 295 m."""
    body = '[[place]]\nid = "far"\nlat_deg = 60.2976\nlon_deg = 24.8\n'
    (row,) = context(tmp_path, body)["coverage"]["sensors"]
    assert row["lowest_m"]["far"] == pytest.approx(295, abs=3)


# Aircraft, and what claims get


def visual(count: int, by: str) -> str:
    return f'[[report]]\nkind = "visual"\ncount = {count}\nby = "{by}"\n'


def test_witnesses_count_the_aircraft(tmp_path: Path) -> None:
    done = studied(tmp_path, visual(3, "Italy, Air Force") + visual(3, "Finland")).findings
    (row,) = done["incursions"]
    assert row["aircraft_count"] == 3
    assert row["aircraft_count_source"] == "Italy, Air Force; Finland"


def test_witnesses_who_differ_leave_the_number_open_and_that_is_said(tmp_path: Path) -> None:
    done = studied(tmp_path, visual(3, "Italy") + visual(2, "Finland")).findings
    assert done["incursions"][0]["aircraft_count"] is None
    assert (
        f"Words conflict on how many aircraft {TRACK} is: 2 by Finland; 3 by Italy."
        in (done["limits"])
    )


def verdicts(folder: Path, test: str, body: str = "", **files: str) -> dict[str, Any]:
    claim = f'[[claim]]\nid = "x"\nby = "Russia"\ntest = "{test}"\n'
    (row,) = studied(folder, body + claim, **files).findings["claims"]
    return dict(row)


def test_a_claim_is_judged_by_what_the_records_say(tmp_path: Path) -> None:
    plan = {"plans_txt": PLAN}
    body = '[[plan]]\npath = "plans.txt"\n'
    assert verdicts(tmp_path, "flight_plan = no", body, **plan)["verdict"] == "contradicted"
    assert verdicts(tmp_path, "transponder = on")["verdict"] == "supported"
    radio = told("radio", "no", "Estonia, EANS")
    assert verdicts(tmp_path, "radio = no", radio)["verdict"] == "supported"


def test_where_interceptors_came_from_is_told_by_reports_of_the_response(tmp_path: Path) -> None:
    went = (
        '[[report]]\nkind = "response"\nstep = "airborne"\nsubject = "F-35"\n'
        'from = "Estonia, Ämari"\nby = "Italy, Air Force"\n'
    )
    assert verdicts(tmp_path, "interceptors_from = Estonia", went)["verdict"] == "supported"
    assert verdicts(tmp_path, "interceptors_from = Lithuania", went)["verdict"] == "contradicted"


def test_what_is_only_not_in_this_feed_is_unobserved_never_no(tmp_path: Path) -> None:
    other = PLAN.replace("4A81C3", "461E1A").replace("SVF631", "FIN1AB")
    row = verdicts(tmp_path, "flight_plan = no", '[[plan]]\npath = "plans.txt"\n', plans_txt=other)
    assert row["verdict"] == "unobserved"


def test_a_report_on_another_aircraft_is_no_evidence(tmp_path: Path) -> None:
    other = told("radio", "no", "Estonia, EANS", 'callsign = "FIN1AB"\nicao24 = "461e1a"')
    assert verdicts(tmp_path, "radio = no", other)["verdict"] == "unobserved"
