"""The case file's keys: what they hold, and what is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.boxes import HEAD, write
from tocsin.context.moments import parse_ns
from tocsin.errors import CaseError
from tocsin.run.case import Case, read_case


def read(folder: Path, body: str) -> Case:
    return read_case(write(folder, body))


def test_a_report_holds_what_a_log_holds_and_where_it_was_published(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        """
[[report]]
kind = "clearance"
basis = "diplomatic"
authorised = "yes"
by = "Estonia, Ministry of Foreign Affairs"
time = 2025-09-19T06:00:00Z
until = 2025-09-19T23:00:00Z
callsign = ["SVF631", "SVF632"]
conditions = ["not below FL 100"]
source = { title = "a note", url = "https://example.org/1", date = 2025-09-18 }
grade = "B2"
""",
    )
    (report,) = case.said
    assert report.t_ns == parse_ns("2025-09-19T06:00:00Z")
    assert report.until_ns == parse_ns("2025-09-19T23:00:00Z")
    assert (report.path, report.place) == ("case.toml", "[[report]] 1")
    assert report.properties == (
        ("condition", "not below FL 100"),
        ("callsign", "SVF631"),
        ("callsign", "SVF632"),
        ("basis", "diplomatic"),
        ("source_title", "a note"),
        ("source_url", "https://example.org/1"),
        ("source_date", "2025-09-18"),
    )


@pytest.mark.parametrize(
    "kind", ["clearance", "flight_plan", "radio", "transponder", "response", "visual", "activation"]
)
def test_every_kind_of_report_is_known(tmp_path: Path, kind: str) -> None:
    assert read(tmp_path, f'[[report]]\nkind = "{kind}"\n').said[0].kind == kind


def test_on_and_off_are_yes_and_no_of_a_transponder_only(tmp_path: Path) -> None:
    (report,) = read(tmp_path, '[[report]]\nkind = "transponder"\nvalue = "off"\n').said
    assert report.properties == (("value", "no"),)
    with pytest.raises(CaseError, match='value "off" means nothing'):
        read(tmp_path, '[[report]]\nkind = "radio"\nvalue = "off"\n')


def test_files_of_records_are_named_with_what_they_need(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        """
[[plan]]
path = "plans.xml"
format = "fixm"
date = 2025-09-19
[[log]]
path = "calls.csv"
by = "Estonia, EANS"
grade = "B2"
[log.complete]
kind = "radio"
by = "Estonia, EANS"
from = 2025-09-19T00:00:00Z
until = 2025-09-20T00:00:00Z
volumes = ["EE"]
[[notam]]
path = "notam.txt"
volumes = "EER15"
""",
    )
    plans, calls, notam = case.files
    assert (plans.kind, plans.format, str(plans.date)) == ("plan", "fixm", "2025-09-19")
    assert calls.complete is not None
    assert (calls.by, calls.complete.kind, calls.complete.volumes) == (
        "Estonia, EANS",
        "radio",
        ("EE",),
    )
    assert notam.volumes == ("EER15",)
    assert all(Path(one.where).parent == tmp_path for one in case.files)


def test_a_region_is_an_outline_or_the_sides_of_a_line(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        """
[[fir]]
path = "bundled:fir-gof"
left = { fir = "St Petersburg FIR", served_by = "Russia" }
[[fir]]
path = "eett.geojson"
fir = "Tallinn FIR"
served_by = "Estonia"
""",
    )
    line, outline = case.firs
    assert line.whole is None and line.right is None and line.left is not None
    assert line.left.fir == "St Petersburg FIR"
    assert outline.whole is not None and outline.whole.served_by == "Estonia"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('[[report]]\nkind = "radio"\nvalu = "no"\n', 'report]] 1: "valu" means nothing here; did'),
        ('[[report]]\nby = "Estonia"\n', r"\[\[report\]\] 1: needs kind"),
        ('[[report]]\nkind = "rumour"\n', 'kind "rumour" means nothing'),
        ('[[report]]\nkind = "radio"\ntime = 2025-09-19T07:00:00\n', "states no zone"),
        ('[[report]]\nkind = "visual"\ncount = 0\n', "count = 0 is no number of aircraft"),
        ('[[report]]\nkind = "response"\nstep = "flown"\n', 'step "flown" means nothing'),
        ('[[report]]\nkind = "radio"\ngrade = "Z9"\n', "no Admiralty grade"),
        ('[[report]]\nkind = "clearance"\nbasis = "luck"\n', 'basis "luck" does not exist'),
        (
            '[[source]]\npath = "p"\neditions = { "048" = "9.9" }\n',
            r'case.toml \[\[source\]\] \d+ editions: CAT048 has no edition "9.9" here',
        ),
        ('[[plan]]\npath = "p"\nformat = "pdf"\n', 'format "pdf" does not exist; use icao, fixm'),
        ('[[plan]]\npath = "p"\n[plan.complete]\nby = "x"\n', "is not a time"),
        ('[[log]]\npath = "p"\n[log.complete]\nby = "x"\n', "needs kind; use flight_plan"),
        ('[[notam]]\npath = "p"\nvolume = "X"\n', '"volume" means nothing here; did you mean vol'),
        ('[[fir]]\npath = "p"\n', "needs fir as text"),
        ('[[fir]]\npath = "p"\nfir = "A"\nserved_by = "B"\nleft = { fir = "C", served_by = "D" }\n',
         "is an outline or a line"),
        ('[[fir]]\npath = "p"\nleft = { fir = "C" }\n', r"1 left: needs served_by"),
        ('[[place]]\nid = "x"\nlat_deg = 95\nlon_deg = 1\n', "needs lat_deg between -90 and 90"),
        ('[[claim]]\nid = "a"\ntest = "radio = no"\n' * 2, r'id "a" stands in \[\[claim\]\] 1 too'),
        ('[[claim]]\nid = "a"\ntest = "radio = no"\ngrade = "B7"\n', "no Admiralty grade"),
        ('[met]\nqnh_hpa = 29.92\n', "qnh_hpa = 29.92 is not between 850 and 1090"),
        ('[[source]]\npath = "p"\nsensor = 5\n', "sensor is no table"),
        ('[[source]]\npath = "p"\n[source.sensor]\nrange_sigma_m = -5\n', "-5 is not between 0.01"),
        ('[[source]]\npath = "p"\n[source.sensor]\nazimuth_sigma_deg = 0\n', "= 0 is not between"),
        ('[[source]]\npath = "p"\n[source.sensor]\nkind = "eye"\n', 'kind "eye" does not exist'),
        ('[[source]]\npath = "p"\nwitness = 5\n', "needs witness as text"),
        ('[[source]]\npath = "p"\nnote = 5\n', "needs note as text"),
        ('[[airspace]]\nstate = "EE"\n', r"\[\[airspace\]\] 2: needs path as text"),
        ('[[place]]\nid = [1]\nlat_deg = 9\nlon_deg = 1\n', r"\[\[place\]\] 1: needs id as text"),
        ('[[place]]\nid = "x"\nlat_deg = 9\nlon_deg = 1\nsigma_m = "far"\n', "'far' is not a num"),
        ('[[claim]]\nid = {}\ntest = "radio = no"\n', "needs id as text"),
        ('[[claim]]\nid = "a"\ntest = "radio = no"\nby = 5\n', "needs by as text"),
        ('[[claim]]\nid = "a"\ntest = "radio = no"\nsource = { titel = "t" }\n', "title, url and"),
        ('[[report]]\nkind = "radio"\nsource = { url = 5 }\n', "source: url = 5 is not text"),
        ('[target]\nh_msl_m = { median = "5000", q05 = 1, q95 = 9 }\n', "'5000' is not a number"),
        ('[target]\nh_msl_m = { median = 5, q05 = 9, q95 = 20 }\n', "needs q05 < median < q95"),
        ('[met]\ntransition_altitude_ft = "high"\n', "'high' is not a number"),
        ('[[source]]\npath = "p"\n[source.sensor]\nlon_deg = 240\n', "not between -180 and 180"),
        ('[[source]]\npath = "p"\n[source.sensor]\nrotation_s = inf\n', "inf is not a number"),
        ('[plan]\npath = "p"\n', r"\[plan\]: is written \[\[plan\]\]"),
        ('[[planned]]\npath = "p"\n', '"planned" means nothing here; did you mean plan'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, body: str, told: str) -> None:
    with pytest.raises(CaseError, match=told):
        read(tmp_path, body)


def test_the_source_of_a_claim_is_a_title_or_a_table(tmp_path: Path) -> None:
    body = '[[claim]]\nid = "a"\ntest = "radio = no"\nsource = "a note"\n'
    assert read(tmp_path, body).claims[0]["source"] == {"title": "a note"}


def test_an_outage_is_a_pair_of_times(tmp_path: Path) -> None:
    text = HEAD.replace(
        'witness = "north"\n',
        'witness = "north"\noutages = [[2025-09-19T07:05:00Z, 2025-09-19T07:10:00Z]]\n',
    )
    path = write(tmp_path)
    path.write_text(text)
    pair = parse_ns("2025-09-19T07:05:00Z"), parse_ns("2025-09-19T07:10:00Z")
    assert read_case(path).outages == {"north": (pair,)}
    path.write_text(text.replace("07:10:00Z]]", "07:01:00Z]]"))
    with pytest.raises(CaseError, match="outages ends before it begins"):
        read_case(path)


@pytest.mark.parametrize(("seed", "told"), [("-1", "seed = -1 is neg"), ("1.5", "no whole|not a")])
def test_a_seed_is_a_whole_number(tmp_path: Path, seed: str, told: str) -> None:
    path = write(tmp_path, "")
    path.write_text(path.read_text().replace("[case]", f"[case]\nseed = {seed}"))
    with pytest.raises(CaseError, match=told):
        read_case(path)
