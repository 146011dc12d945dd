"""Random incidents, every field of them, for Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tocsin.schema import (
    Actor,
    AirspaceClass,
    Answer,
    Cause,
    Civil,
    Count,
    Domain,
    Incident,
    Link,
    LinkKind,
    Moment,
    Precision,
    Severity,
    Source,
    Span,
    Stated,
    Statement,
    Tlp,
    Verification,
    When,
    Where,
)

#: Text with what breaks formats: signs of formulas, quotes, commas, blanks at the edges, markup.
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.text("=+-@'\",;\n\t <>&]é\ufffe\U0001f6e9 unkow1.5", max_size=12),
    st.sampled_from(
        ["unknown", " padded ", "=1+1", "'=1", "-5", "+5.", "true", "null", "[]", "a/b"]
    ),
)
WORDS = TEXT.filter(str.strip)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,12}", fullmatch=True)
MOMENTS = st.one_of(
    st.sampled_from(
        [
            *("unknown", "2014", "2014-12", "2014-12-09", "2014-12-09T15Z", "2014-12-09T15:05Z"),
            *("2014-12-09T15:05:30Z", "2014-12-09T15:05:30.25Z", "2014/..", "../2014-12-09"),
        ]
    ).map(Moment.of),
    st.tuples(st.integers(-(2**60), 2**60), st.integers(1, 2**59)).map(
        lambda ends: Moment(ends[0], ends[0] + ends[1], Precision.INTERVAL)
    ),
)
WHENS = st.one_of(
    st.builds(When, MOMENTS),
    st.just(When(Moment.of("2014-12-09T15:05Z"), Moment.of("2014-12-09T15:17:30Z"))),
)
LAT = st.floats(-90, 90)
LON = st.floats(-180, 180)
CORNERS = st.lists(st.tuples(LON, LAT), min_size=3, max_size=6).map(tuple)
WHERES = st.one_of(
    st.builds(Where, TEXT),
    st.builds(Where, TEXT, LAT, LON, st.none() | st.floats(0, 2e7)),
    st.builds(Where, TEXT, outline_deg=CORNERS),
)


def ends(
    kind: type[Count] | type[Span], one: st.SearchStrategy[float]
) -> st.SearchStrategy[object]:
    """Return counts or spans: closed, open on one side, or unknown."""
    pair = st.tuples(one, one).map(sorted)
    return st.builds(
        lambda both, left, right, text: kind(
            None if left else both[0], None if right else both[1], text
        ),
        pair,
        st.booleans(),
        st.booleans(),
        TEXT,
    )


COUNTS = ends(Count, st.integers(0, 2**40))
SPANS = ends(Span, st.floats(0, 1e12))
STATED = st.builds(Stated, st.sampled_from(Answer), TEXT, TEXT)
GRADES = st.sampled_from(["A1", "B2", "F6"])
SOURCES = st.builds(
    Source,
    WORDS,
    st.sampled_from(["", "https://example.org/a?b=c&d", "archive/scan.pdf"]) | TEXT,
    MOMENTS,
    GRADES,
    st.sampled_from(["", "0f" * 32]),
)
CIVIL = st.builds(
    Civil,
    st.sampled_from(AirspaceClass),
    st.lists(st.sampled_from(Cause), max_size=2).map(tuple),
    st.sampled_from(Answer),
    SPANS,
    SPANS,
    st.sampled_from(Severity),
)


def several(one: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(one, min_size=least, max_size=2).map(tuple)


INCIDENTS: st.SearchStrategy[Incident] = st.builds(
    Incident,
    id=IDS,
    what=WORDS,
    domain=st.sampled_from(Domain),
    states=st.lists(st.sampled_from(["EE", "FI", "INT"]), unique=True).map(tuple),
    when=WHENS,
    where=WHERES,
    actors=several(st.builds(Actor, TEXT, TEXT, st.sampled_from(Answer), TEXT)),
    count_of_objects=COUNTS,
    duration_s=SPANS,
    depth_m=SPANS,
    authorised=STATED,
    transponder=STATED,
    flight_plan=STATED,
    radio=STATED,
    response=STATED,
    civil=st.none() | CIVIL,
    incursions=several(TEXT),
    claims=several(TEXT),
    findings=several(TEXT),
    statements=several(st.builds(Statement, TEXT, TEXT, TEXT, GRADES, TEXT, MOMENTS)),
    sources=several(SOURCES, 1),
    links=several(st.builds(Link, st.sampled_from(LinkKind), IDS)),
    verification=st.sampled_from(Verification),
    control=st.booleans(),
    synthetic=st.booleans(),
    tlp=st.sampled_from(Tlp),
    notes=TEXT,
)
MANY = st.lists(INCIDENTS, max_size=4, unique_by=lambda incident: incident.id)
