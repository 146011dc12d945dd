"""Files of records: every record is in the counts, and a bad one costs no other."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.run.boxes import studied, tocsin, write
from tocsin.run.casecontext import RecordFile
from tocsin.run.records import Records, read_records

PLANS = """(FPL-SVF631-IM
-3GRIP/M-SDFGRY/LB1
-ESIA0600
-N0430F330 NEPAX DCT TLL DCT
-EETN0155 EFHK
-STS/STATE DOF/250919 CODE/4A81C3)
(FPL-FIN1AB-IS-A320/M-SDFG/LB1-EFHK2561-N0450F360 DCT-EVRA0045-DOF/250919)
(CNL-XXX1-ESIA0610-EETN-DOF/250919)
"""
LOG = """time,kind,by,value
2025-09-19T07:02:00Z,radio,Estonia,yes
2025-09-19 07:02,radio,Estonia,no
"""
CLEARANCES = """
[[clearance]]
basis = "diplomatic"
authorised = "yes"
granted_by = "Estonia, Ministry of Foreign Affairs"
[[clearance]]
authorised = "perhaps"
[[entry]]
time = 2025-09-19T07:02:00Z
kind = "radio"
value = "no"
"""
FIXM = """<?xml version="1.0"?>
<fx:Flight xmlns:fx="http://www.fixm.aero/flight/4.3" xmlns:fb="http://www.fixm.aero/base/4.3">
  <fx:departure><fx:estimatedOffBlockTime>2025-09-19T06:00:00Z</fx:estimatedOffBlockTime>
  </fx:departure>
  <fx:flightIdentification><fx:aircraftIdentification>SVF631</fx:aircraftIdentification>
  </fx:flightIdentification>
</fx:Flight>
"""


def read(folder: Path, text: str, kind: str, name: str = "records.txt", **more: str) -> Records:
    (folder / name).write_text(text)
    return read_records([RecordFile(kind, name, str(folder / name), **more)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "name", "form", "counts", "reasons"),
    [
        ("plan", PLANS, "p.txt", "icao-fpl", (3, 1, 2), {"bad-time": 1, "no-such-plan": 1}),
        ("plan", FIXM, "p.xml", "fixm", (1, 1, 0), {}),
        ("log", LOG, "l.csv", "log-csv", (2, 1, 1), {"naive-time": 1}),
        ("log", CLEARANCES, "l.toml", "log-toml", (3, 2, 1), {"missing-field": 1}),
        ("notam", "A) EETT B) 2509190600 C) PERM E) X\n", "n.txt", "notam", (1, 1, 0), {}),
        ("log", "time,kind\n", "l.csv", "log-csv", (0, 0, 0), {}),
    ],
)
def test_every_record_is_counted(
    tmp_path: Path,
    kind: str,
    text: str,
    name: str,
    form: str,
    counts: tuple[int, int, int],
    reasons: dict[str, int],
) -> None:
    found = read(tmp_path, text, kind, name)
    (row,) = found.inputs
    assert (row.path, row.format) == (name, form)
    assert row.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert (row.records, row.decoded, row.quarantined) == counts
    assert row.reasons == reasons
    assert len(found.refusals) == row.quarantined
    assert found.failures == ()


def test_a_change_may_stand_in_another_file_than_the_plan(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PLANS.partition("(FPL-FIN")[0])
    (tmp_path / "b.txt").write_text("(CNL-SVF631-ESIA0600-EETN-DOF/250919)\n")
    files = [RecordFile("plan", name, str(tmp_path / name)) for name in ("a.txt", "b.txt")]
    found = read_records(files)
    (plan,) = found.reports
    assert ("status", "cancelled") in plan.properties
    assert [(one.records, one.quarantined) for one in found.inputs] == [(1, 0), (1, 0)]
    assert read_records(files[1:]).inputs[0].reasons == {"no-such-plan": 1}


def test_a_line_that_names_nobody_is_the_logs_word(tmp_path: Path) -> None:
    text = LOG.replace("Estonia,yes", ",yes")
    found = read(tmp_path, text, "log", by="Estonia, EANS", grade="B2")
    assert (found.reports[0].by, found.reports[0].grade) == ("Estonia, EANS", "B2")


def test_a_plan_that_names_no_sender_is_the_feeds_word(tmp_path: Path) -> None:
    assert read(tmp_path, PLANS, "plan").reports[0].by == "records.txt"


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("plan", b"\xff\xfe(FPL", "is not UTF-8 text"),
        ("plan", b"<html/>", "none of 1 records can be used (no-flight"),
        ("log", b"a,b\n1,2\n", "none of 1 records can be used (no-columns"),
        ("notam", b"hello", "none of 1 records can be used (no-notam"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_a_failure_and_the_others_stand(
    tmp_path: Path, kind: str, data: bytes, told: str
) -> None:
    (tmp_path / "bad").write_bytes(data)
    (tmp_path / "good.csv").write_text(LOG)
    found = read_records(
        [
            RecordFile(kind, "bad", str(tmp_path / "bad")),
            RecordFile("log", "good.csv", str(tmp_path / "good.csv")),
            RecordFile("log", "gone.csv", str(tmp_path / "gone.csv")),
        ]
    )
    assert len(found.reports) == 1
    assert sorted(failure.path for failure in found.failures) == ["bad", "gone.csv"]
    assert any(told in str(failure) for failure in found.failures)


def test_records_stand_among_the_inputs_of_a_case_and_in_its_quarantine(tmp_path: Path) -> None:
    done = studied(tmp_path, '[[log]]\npath = "log.csv"\n', log_csv=LOG)
    rows = {row["path"]: row for row in done.findings["inputs"]}
    assert rows["log.csv"]["records"] == rows["log.csv"]["decoded"] + rows["log.csv"]["quarantined"]
    assert [r.place for r in done.gathered.refusals if r.path == "log.csv"] == ["line 3"]


def test_the_ids_of_incursions_do_not_hang_on_what_others_say(tmp_path: Path) -> None:
    alone = studied(tmp_path).findings["incursions"][0]["id"]
    beside = studied(tmp_path, '[[log]]\npath = "log.csv"\n', log_csv=LOG)
    assert beside.findings["incursions"][0]["id"] == alone


def test_a_record_file_that_is_not_there_is_one_line_and_exit_3(tmp_path: Path) -> None:
    write(tmp_path, '[[log]]\npath = "gone.csv"\n')
    done = tocsin(tmp_path, "run", "case.toml", "-o", "out", "--json")
    assert done.returncode == 3
    assert done.stderr.strip() == "tocsin: gone.csv: no such file"
    assert len(json.loads(done.stdout)["incursions"]) == 1  # the rest stands
