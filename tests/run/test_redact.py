"""What may not leave does not: in no file of the results, and in no form that can be guessed."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from tests.run.bundlecase import CASE, ROWS, made, ran, tocsin
from tocsin.dossier.bundlezip import unpack
from tocsin.errors import IntegrityError, UsageError
from tocsin.run.bundle import Seal
from tocsin.run.bundleread import open_bundle
from tocsin.run.flow import run_case
from tocsin.run.redact import commitment, target
from tocsin.run.redactfields import without
from tocsin.run.verify import verify

SITED = CASE.replace(
    'witness = "receiver"\n',
    'witness = "receiver"\n[source.sensor]\nlat_deg = 58.4321\nlon_deg = 24.9876\n'
    "range_sigma_m = 61.75\n",
)
SECRETS = (b"58.4321", b"24.9876", b"61.75")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case run as it is (`out`) and as it may leave under TLP:GREEN (`green`)."""
    folder = tmp_path_factory.mktemp("redact")
    ran(folder, SITED)
    run_case(folder / "case.toml", folder / "green", seal=Seal(redact="GREEN"))
    return folder


def everything(directory: Path) -> dict[str, bytes]:
    files = {one.name: one.read_bytes() for one in directory.iterdir()}
    return {**files, **unpack(files.pop("bundle.zip"))}


def test_sensor_position_and_accuracy_are_in_no_file(folder: Path) -> None:
    assert any(secret in data for data in everything(folder / "out").values() for secret in SECRETS)
    for name, data in everything(folder / "green").items():
        assert not any(secret in data for secret in SECRETS), name
        assert ROWS.encode() != data, name
    assert "bundle/data/case/track.csv" not in everything(folder / "green")


def test_what_is_withheld_stands_there_by_its_hash(folder: Path) -> None:
    run = open_bundle(folder / "green" / "bundle.zip").run
    rows = {row["path"]: row for row in run["files"]}
    assert rows["track.csv"]["sha256"] == hashlib.sha256(ROWS.encode()).hexdigest()
    assert "sensor" in rows["track.csv"]["withheld"]
    assert "bag" in rows["box.geojson"] and "bag" in rows["log.csv"]
    # the case file is small and mostly known: its plain hash would let its numbers be tried
    whole = hashlib.sha256((folder / "case.toml").read_bytes()).hexdigest().encode()
    assert all(whole not in data for data in everything(folder / "green").values())
    assert rows["case.toml"]["mark"].startswith("hmac-sha256:")


def test_a_position_cannot_be_found_by_trying_all(folder: Path) -> None:
    """Nobody who lacks the recording can test a guess; who has it can."""
    (at,) = [
        row
        for row in open_bundle(folder / "green" / "bundle.zip").run["redaction"]["fields"]
        if row["at"].endswith("lat_deg")
    ]
    text = json.dumps([at["at"], 58.4321], separators=(",", ":"))
    public = everything(folder / "green")
    keys = [hashlib.sha256(data).digest() for data in public.values()]
    keys += [bytes.fromhex(hashlib.sha256(ROWS.encode()).hexdigest()), b"", b"tocsin withheld"]
    for key in keys:
        assert hmac.new(key, text.encode(), "sha256").hexdigest() not in at["mark"]
    inner = hashlib.sha256(b"\0" + ROWS.encode()).digest()
    key = hashlib.sha256(b"tocsin withheld\0" + inner).digest()
    assert commitment(key, at["at"], 58.4321) == at["mark"]
    assert commitment(None, at["at"], 58.4321) == "withheld"


def test_a_redacted_bundle_verifies_and_says_what_it_could_not_compute(folder: Path) -> None:
    verdict = verify(folder / "green" / "bundle.zip")
    assert verdict.ok
    assert {row["path"] for row in verdict.withheld} == {"case.toml", "track.csv"}
    assert {"incursions", "claims"} <= set(verdict.not_rederived)
    done = tocsin("verify", folder / "green" / "bundle.zip")
    assert done.returncode == 0 and "not computed again" in done.stdout
    told = json.loads(tocsin("verify", folder / "green" / "bundle.zip", "--json").stdout)
    assert told["ok"] and told["not_rederived"]


@pytest.mark.parametrize("beside", ["out/bundle.zip", "."])
def test_with_the_withheld_inputs_everything_is_computed_again(folder: Path, beside: str) -> None:
    verdict = verify(folder / "green" / "bundle.zip", inputs=folder / beside)
    assert verdict.ok and not verdict.withheld
    assert verdict.fields > 100 and "data/results/dossier.pdf" in verdict.compared


def test_another_recording_in_its_place_is_refused(folder: Path, tmp_path: Path) -> None:
    made(tmp_path, SITED)
    (tmp_path / "track.csv").write_text(ROWS.replace("59.08", "59.07"))
    with pytest.raises(IntegrityError, match="is not the file that was withheld"):
        verify(folder / "green" / "bundle.zip", inputs=tmp_path)


def test_the_pages_carry_the_label_they_leave_under(folder: Path) -> None:
    page = (folder / "green" / "dossier.html").read_text(encoding="utf-8")
    assert "TLP:GREEN" in page and "TLP:CLEAR" not in page
    assert "Withheld" in page and "it tells where a sensor stands" in page


def test_under_amber_sensors_stay_and_what_is_marked_red_goes(tmp_path: Path) -> None:
    case = SITED.replace('path = "log.csv"\n', 'path = "log.csv"\ntlp = "RED"\n')
    out = ran(tmp_path, case, Seal(redact="AMBER"))
    rows = {row["path"]: row for row in open_bundle(out / "bundle.zip").run["files"]}
    assert rows["log.csv"]["withheld"] == "it is marked TLP:RED"
    assert "bag" in rows["track.csv"] and "bag" in rows["case.toml"]


def test_a_case_above_the_label_leaves_its_findings_only(tmp_path: Path) -> None:
    case = CASE.replace('tlp = "CLEAR"', 'tlp = "AMBER"') + "# for our eyes: the source is Ivan\n"
    out = ran(tmp_path, case, Seal(redact="GREEN"))
    files = everything(out)
    assert not any(b"Ivan" in data for data in files.values())
    held = {name for name in files if "/case/" in name}
    assert held == {"bundle/data/case/case.redacted.json"}


def test_where_nothing_is_withheld_every_number_is_computed_again(tmp_path: Path) -> None:
    out = ran(tmp_path, CASE, Seal(redact="CLEAR"))
    verdict = verify(out / "bundle.zip")
    assert verdict.ok and not verdict.withheld and verdict.fields > 100


def test_labels_are_those_of_tlp_2() -> None:
    assert target(None) is None
    assert target("tlp:amber+strict") == "AMBER+STRICT"
    with pytest.raises(UsageError, match="is no TLP label"):
        target("WHITE")


def test_findings_keep_their_answers_and_lose_what_measures_a_sensor() -> None:
    claim = {
        "id": "c",
        "verdict": "contradicted",
        "bias_needed_sigma": 76.6,
        "bias_needed": "76.6 sigma (radar-a azimuth -50)",
        "bias_parts": {"radar-a azimuth": -50.125},
        "why": "holds in 0 of 40 samples; would need a sensor bias of 76.6 sigma (radar-a -50)",
    }
    findings = {
        "tlp": "AMBER",
        "settings_sha256": "ab",
        "inputs": [{"path": "a.ast", "notes": ["its site is 59, 24"]}, {"path": "b", "notes": []}],
        "limits": ["Calibrated: radar-a range bias +22 m.", "radar-ab is another", "plain"],
        "incursions": [{"id": "i", "p_inside": 1.0, "shares_of_variance": {"bias": 0.1}}],
        "sensitivity": [{"incursion": "i"}],
        "claims": [claim],
        "context": {"coverage": {"answer": "yes", "why": "radar-a", "sensors": [1], "each": []}},
    }
    before = json.dumps(findings)
    made = without(findings, tlp="GREEN", withheld=frozenset({"a.ast"}),
                   witnesses=frozenset({"radar-a"}), sensors=True, settings="m")  # fmt: skip
    assert json.dumps(findings) == before  # inputs are never written to
    assert made["limits"] == ["radar-ab is another", "plain",
                              "Withheld: 1 sentence names what is left out."]  # fmt: skip
    assert made["claims"][0]["why"] == "holds in 0 of 40 samples"
    assert made["claims"][0]["verdict"] == "contradicted"
    text = json.dumps(made)
    for secret in ("76.6", "50.125", "59, 24", "+22 m", '"bias": 0.1'):
        assert secret not in text
