"""Incidents from and to dictionaries: strict, lossless, and as the JSON Schema says."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.register.made import incident
from tests.schemas import validator
from tocsin.errors import IncidentError
from tocsin.schema import (
    Answer,
    Civil,
    Count,
    Domain,
    Incident,
    Moment,
    Precision,
    Source,
    Span,
    Stated,
    When,
    Where,
    incident_dict,
    incident_of,
    incident_schema,
)
from tocsin.schema.incident import earliest
from tocsin.schema.moment import utc

ROOT = Path(__file__).resolve().parents[2]
DAY_NS = 86_400 * 10**9


def ns(text: str) -> int:
    begin = Moment.of(text).earliest_ns
    assert begin is not None
    return begin


@pytest.mark.parametrize(
    ("text", "precision", "begin", "end"),
    [
        ("2016", Precision.YEAR, "2016-01-01T00:00:00Z", "2017-01-01T00:00:00Z"),
        ("2016-02", Precision.MONTH, "2016-02-01T00:00:00Z", "2016-03-01T00:00:00Z"),
        ("2016-12", Precision.MONTH, "2016-12-01T00:00:00Z", "2017-01-01T00:00:00Z"),
        ("2016-02-29", Precision.DAY, "2016-02-29T00:00:00Z", "2016-03-01T00:00:00Z"),
        ("2014-12-09T15:05Z", Precision.MINUTE, "2014-12-09T15:05:00Z", "2014-12-09T15:06:00Z"),
        ("2014-12-09T17:05+02", Precision.MINUTE, "2014-12-09T15:05:00Z", "2014-12-09T15:06:00Z"),
        ("2014-12-09T15:05:07Z", Precision.SECOND, "2014-12-09T15:05:07Z", "2014-12-09T15:05:08Z"),
        ("2014-12-09T15:05:07.2Z", Precision.INSTANT, "2014-12-09T15:05:07.2Z",
         "2014-12-09T15:05:07.3Z"),
        ("2014-12-03/2014-12-07", Precision.INTERVAL, "2014-12-03T00:00:00Z",
         "2014-12-08T00:00:00Z"),
    ],
)  # fmt: skip
def test_a_date_is_the_interval_that_its_precision_leaves(
    text: str, precision: Precision, begin: str, end: str
) -> None:
    moment = Moment.of(text)
    assert moment.precision is precision
    assert moment.earliest_ns is not None and utc(moment.earliest_ns) == begin
    assert moment.latest_ns is not None and utc(moment.latest_ns) == end


def test_open_ends_and_unknown_are_values() -> None:
    assert Moment.of("unknown") == Moment.of("") == Moment()
    assert Moment.of("2014/..").latest_ns is None
    assert Moment.of("../2014").earliest_ns is None


@given(
    st.datetimes(min_value=__import__("datetime").datetime(1700, 1, 1)).filter(
        lambda t: t.year < 2262
    ),
    st.sampled_from([4, 7, 10, 13, 16, 19, 21, 26]),
)
def test_a_moment_is_written_and_read_back(when: Any, cut: int) -> None:
    text = f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond:06d}".zfill(26)[:cut]
    moment = Moment.of(text + "Z" * (cut > 10))
    assert Moment.of(str(moment)) == moment


@given(st.integers(-(2**62), 2**62), st.integers(1, 2**60), st.booleans(), st.booleans())
def test_an_interval_is_written_and_read_back(
    begin: int, length: int, left: bool, right: bool
) -> None:
    ends = (None if left else begin, None if right else begin + length)
    moment = Moment() if ends == (None, None) else Moment(*ends, Precision.INTERVAL)
    assert Moment.of(str(moment)) == moment


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2014-12-09T15:05", "has no zone"),
        ("2014-13", "is no date"),
        ("09.12.2014", "is no date"),
        ("2014-02-30", "is no date"),
        ("0999", "outside the years"),
        ("2014-12-09/2014-12-01", "must end after it begins"),
    ],
)
def test_a_date_that_is_none_says_so(text: str, says: str) -> None:
    with pytest.raises(IncidentError, match=says):
        Moment.of(text)


def test_an_incident_begins_no_later_than_it_ends() -> None:
    begun = When(Moment.of("2025"), Moment.of("2025-03-01T12:00Z")).begun
    assert begun.earliest_ns == ns("2025-01-01") and begun.latest_ns == ns("2025-03-01T12:01Z")
    with pytest.raises(IncidentError, match="before it begins"):
        When(Moment.of("2025-03"), Moment.of("2025-02"))


def test_the_earliest_of_several_sources() -> None:
    first = earliest([Moment.of("2025-09-20"), Moment.of("2025-09-19"), Moment()])
    assert first == Moment.of("2025-09-19")
    # A month and a day in it: it may have been before that day, and was by its end.
    mixed = earliest([Moment.of("2016-11"), Moment.of("2016-11-10")])
    assert (mixed.earliest_ns, mixed.latest_ns) == (ns("2016-11-01"), ns("2016-11-11"))
    assert earliest([Moment()]) == Moment()


def test_what_is_left_out_is_unknown_and_written_out() -> None:
    told = incident_dict(incident())
    assert told["authorised"] == {"answer": "unknown", "by": "", "text": ""}
    assert told["count_of_objects"] == {"least": None, "most": None, "text": ""}
    assert told["when"] == {"begin": "2025-05-13", "end": "unknown"}
    assert told["schema_version"] == 1 and told["civil"] is None


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
AMOUNT = st.none() | st.floats(0, 1e9)
INCIDENTS = st.builds(
    Incident,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True),
    what=TEXT.filter(str.strip),
    domain=st.sampled_from(Domain),
    states=st.lists(st.sampled_from(["EE", "FI", "LV"]), unique=True).map(tuple),
    when=st.sampled_from(["2014", "2014-12", "2014-12-09T15:05Z", "2014/..", "unknown"]).map(
        lambda text: When(Moment.of(text))
    ),
    where=st.builds(
        Where, TEXT, st.floats(-90, 90), st.floats(-180, 180), st.none() | st.floats(0, 1e6)
    ),
    count_of_objects=st.builds(Count, st.none() | st.integers(0, 5), st.none() | st.integers(5, 9)),
    duration_s=AMOUNT.map(lambda least: Span(least, None, "about")),
    authorised=st.builds(Stated, st.sampled_from(Answer), TEXT, TEXT),
    civil=st.none() | st.builds(Civil, separation_lost=st.sampled_from(Answer)),
    sources=st.lists(st.builds(Source, TEXT.filter(str.strip)), min_size=1, max_size=3).map(tuple),
    synthetic=st.booleans(),
)


@given(INCIDENTS)
def test_an_incident_survives_its_dictionary_and_its_json(made: Incident) -> None:
    told = incident_dict(made)
    assert incident_of(told) == made
    assert incident_of(json.loads(json.dumps(told))) == made


@cache
def valid() -> Any:
    return validator()(incident_schema())


@given(INCIDENTS)
def test_what_is_written_is_valid_by_the_schema(made: Incident) -> None:
    valid().validate(incident_dict(made))


def test_the_schema_in_the_docs_is_the_one_of_the_code() -> None:
    path = ROOT / "docs" / "reference" / "incident.schema.json"
    again = "python builders/build_incident_schema.py"
    assert json.loads(path.read_text()) == incident_schema(), f"run: {again}"
    validator().check_schema(incident_schema())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"wen": {}}, 'no field is called "wen"; did you mean when?'),
        ({"domain": "airr"}, 'domain: "airr" is not one of its values; did you mean air?'),
        ({"sources": []}, "has no source"),
        ({"sources": [{"url": "x"}]}, r'sources\[0\]: field "title" is missing'),
        ({"sources": [{"title": "x", "grade": "G1"}]}, 'grade "G1" is no Admiralty grade'),
        ({"where": {"lat_deg": "x"}}, r'where.lat_deg: "x" is not a number'),
        ({"where": {"lat_deg": 91.0, "lon_deg": 0}}, "where: latitude 91.0.* not on Earth"),
        ({"count_of_objects": {"least": 3, "most": 2}}, "is more than the most"),
        ({"count_of_objects": {"least": True}}, "count_of_objects.least: True is not a whole"),
        ({"when": {"begin": "2014-12-09T15:05"}}, "when.begin: .* has no zone"),
        ({"states": ["Estonia"]}, "is no ISO 3166-1 code"),
        ({"id": "a b"}, "is no id"),
        ({"id": "a@1"}, "is no id"),
        ({"what": " "}, "does not say what happened"),
        ({"what": "\x1b[2J"}, "control character"),
        ({"schema_version": 2}, "a newer tocsin"),
        ({"actors": "Russia"}, "actors: .* is no list"),
        ({"synthetic": "yes"}, "synthetic: .* is not true or false"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(
    change: dict[str, Any], says: str
) -> None:
    with pytest.raises(IncidentError, match=says):
        incident(**change)


def test_a_place_is_a_box_that_surely_holds_it() -> None:
    west, south, east, north = Where("", 59.83, 26.36, 15_000.0).box or (0, 0, 0, 0)
    # 15 km is 0.1347 degrees of latitude on WGS-84 at 60 N, 0.2676 of longitude.
    assert 0.1347 <= 59.83 - south < 0.14 and 0.1347 <= north - 59.83 < 0.14
    assert 0.2676 <= 26.36 - west < 0.28 and 0.2676 <= east - 26.36 < 0.28
    assert Where("", 59.83, 26.36).box is None
    assert Where("", 60.0, 179.9, 50_000.0).box == pytest.approx(
        (-180, 59.55, 180, 60.45), abs=0.01
    )


@pytest.mark.data
def test_the_columns_of_real_incidents_have_a_place_here(shared: Path) -> None:
    """Every date, point and domain of the shipped table is understood as it stands."""
    with (shared / "facts" / "incidents.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 70
    for row in rows:
        uncertain = row["position_uncertainty_km"]
        made = incident(
            row["id"],
            what=row["what"],
            domain=row["domain"],
            states=row["state"].split("/"),
            when={"begin": row["start_utc"], "end": row["end_utc"]},
            where={
                "text": row["location_text"],
                "lat_deg": float(row["lat"]) if row["lat"] else None,
                "lon_deg": float(row["lon"]) if row["lon"] else None,
                "radius_m": float(uncertain) * 1000 if uncertain and row["lat"] else None,
            },
        )
        assert incident_of(incident_dict(made)) == made
        assert made.when.begin.known == bool(row["start_utc"])
