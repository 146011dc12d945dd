"""FIXM: the two published samples, a small one of our own, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.context.fixm import parse
from tocsin.context.moments import parse_ns
from tocsin.context.plan import FlightPlan, report

OURS = b"""<?xml version="1.0" encoding="UTF-8"?>
<fx:Flight xmlns:fx="http://www.fixm.aero/flight/4.3" xmlns:fb="http://www.fixm.aero/base/4.3">
  <fx:aircraft>
    <fx:aircraftAddress>4A81C3</fx:aircraftAddress>
    <fx:aircraftType><fx:aircraftCount>2</fx:aircraftCount>
      <fx:icaoAircraftTypeDesignator>GRIP</fx:icaoAircraftTypeDesignator></fx:aircraftType>
    <fx:aircraftType><fx:aircraftCount>1</fx:aircraftCount>
      <fx:icaoAircraftTypeDesignator>C130</fx:icaoAircraftTypeDesignator></fx:aircraftType>
    <fx:registration>39-210 39211</fx:registration>
  </fx:aircraft>
  <fx:arrival><fx:destinationAerodrome><fb:locationIndicator>EETN</fb:locationIndicator>
  </fx:destinationAerodrome></fx:arrival>
  <fx:departure><fx:departureAerodrome><fb:locationIndicator>ESIA</fb:locationIndicator>
    </fx:departureAerodrome>
    <fx:estimatedOffBlockTime>2025-09-19T06:00:00Z</fx:estimatedOffBlockTime></fx:departure>
  <fx:flightIdentification><fx:aircraftIdentification>SVF631</fx:aircraftIdentification>
  </fx:flightIdentification>
  <fx:flightType>M</fx:flightType>
  <fx:routeTrajectoryGroup>
    <fx:desired><fx:routeInformation><fx:routeText>DCT</fx:routeText></fx:routeInformation></fx:desired>
    <fx:agreed><fx:routeInformation><fx:routeText>NEPAX DCT TLL</fx:routeText>
      <fx:totalEstimatedElapsedTime>PT55M</fx:totalEstimatedElapsedTime>
    </fx:routeInformation></fx:agreed>
  </fx:routeTrajectoryGroup>
  <fx:specialHandling>STATE SAR</fx:specialHandling>
</fx:Flight>
"""


def one(data: bytes) -> FlightPlan:
    read = parse(data, "plan.xml")
    assert read.refusals == ()
    (plan,) = read.items
    return plan


def reason(data: bytes) -> str:
    read = parse(data, "plan.xml")
    assert read.items == ()
    (refusal,) = read.refusals
    return refusal.reason


@pytest.mark.data
def test_the_published_filed_plan(shared: Path) -> None:
    plan = one((shared / "data" / "fpl" / "fixm_C-4_Filed_Flight_Plan.xml").read_bytes())
    assert plan.gufi == "4322102a-a540-4604-baa0-564ff3002a3f"
    assert (plan.callsign, plan.departure, plan.destination) == ("UFO001", "EDDM", "EDDL")
    assert plan.eobt_ns == parse_ns("2024-06-20T00:00:00Z")
    assert plan.eet_s == 53 * 60
    assert plan.alternates == ("EDDG",)
    assert (plan.rules, plan.flight_type, plan.operator, plan.by) == ("I", "S", "UFO", "ABCDEFGH")
    assert (plan.aircraft_type, plan.wake, plan.aircraft_count) == ("A319", "M", 1)
    assert plan.registrations == ("AAAAAA",)
    assert plan.surveillance == "B1H"
    assert plan.declares_mode_s
    assert plan.icao24 == ()  # 000000 is never an aircraft's
    assert "never assigned" in plan.notes[0]
    assert plan.route == ""  # the sample gives points, and no text
    assert plan.history[0].kind == "FILED_FLIGHT_PLAN"


@pytest.mark.data
def test_the_published_response(shared: Path) -> None:
    plan = one((shared / "data" / "fpl" / "fixm_C-11_Flight_Data_Response.xml").read_bytes())
    assert plan.gufi == "f2a3e175-0818-4ca5-beaf-a5698fb2e9d4"
    assert (plan.callsign, plan.icao24) == ("UFO555", (0x123456,))
    assert plan.eobt_ns == parse_ns("2024-06-20T00:00:00Z")
    assert plan.route == (
        "GIVMI1N GIVMI Y101 INBED DCT REKDI DCT LOHRE Z850 ADEMI T854 DOMUX DOMUX2G"
    )
    assert (plan.rules, plan.operator) == ("I", "UFO")  # the rules stand in an extension
    assert plan.special == ()
    assert plan.history[0].kind == "FLIGHT_DATA_RESPONSE"


def test_a_formation_of_state_aircraft() -> None:
    plan = one(OURS)
    assert plan.aircraft_count == 3
    assert plan.registrations == ("39210", "39211")
    assert plan.special == ("STATE", "SAR")
    assert plan.state_aircraft
    assert plan.route == "NEPAX DCT TLL"  # agreed goes before desired
    told = report(plan)
    assert told.until_ns == parse_ns("2025-09-19T06:55:00Z")
    assert told.authorised == "unknown"


def test_the_namespace_of_another_4_x_reads_the_same() -> None:
    assert one(OURS.replace(b"/4.3", b"/4.2")) == one(OURS)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"<fx:Flight", b"<!DOCTYPE x SYSTEM 'http://example.net/x'><fx:Flight", "document-type"),
        (b"<fx:Flight", b'<!DOCTYPE x [<!ENTITY a "b">]><fx:Flight', "document-type"),
        (b"</fx:Flight>", b"", "bad-xml"),
        (b"fixm.aero", b"example.net", "no-flight"),
        (b"SVF631", b"SVF-631", "missing-field"),
        (b"06:00:00Z", b"06:00:00", "naive-time"),
        (b"06:00:00Z", b"26:00:00Z", "bad-time"),
    ],
)
def test_what_is_refused(old: bytes, new: bytes, why: str) -> None:
    assert old in OURS
    assert reason(OURS.replace(old, new, 1)) == why


def test_utf_16_hides_no_document_type() -> None:
    hidden = OURS.decode().replace("<fx:Flight", "<!DOCTYPE x><fx:Flight", 1)
    hidden = hidden.replace("UTF-8", "UTF-16")
    assert reason(hidden.encode("utf-16")) == "document-type"


def test_a_flight_without_a_time_says_why() -> None:
    text = OURS.replace(b"estimatedOffBlockTime", b"estimatedTimeOfArrival")
    plan = one(text)
    assert plan.eobt_ns is None
    assert plan.eobt_why == "no estimatedOffBlockTime"


@given(st.binary(max_size=300), st.integers(0, len(OURS)))
def test_no_bytes_make_it_raise(noise: bytes, at: int) -> None:
    assert parse(noise).records == 1
    assert parse(OURS[:at] + noise + OURS[at:]).records == 1
