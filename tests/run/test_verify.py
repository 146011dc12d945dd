"""Bundles verified: what holds, what was changed, and every way in which one can be broken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.run.bundlecase import CASE, ran, tocsin
from tocsin.dossier import bagit
from tocsin.dossier.bundlezip import pack, unpack
from tocsin.errors import IntegrityError, UsageError
from tocsin.register.sign import new_key
from tocsin.run.bundle import Seal
from tocsin.run.bundleread import open_bundle
from tocsin.run.verify import verify

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = "data/results/findings.json"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ran(tmp_path_factory.mktemp("verify")) / "bundle.zip"


def rewritten(whole: Path, to: Path, changes: Mapping[str, bytes | None], *, hashed: bool) -> Path:
    """Write a bundle with some files changed; `hashed`: by somebody who can also make manifests."""
    files = {k.removeprefix("bundle/"): v for k, v in unpack(whole.read_bytes()).items()}
    for name, data in changes.items():
        if data is None:
            del files[name]
        else:
            files[name] = data
    if hashed:
        info = [tuple(line.split(": ", 1)) for line in files[bagit.INFO].decode().splitlines()]
        payload = {k: v for k, v in files.items() if k.startswith("data/")}
        files = bagit.bag(payload, [(k, v) for k, v in info if k != "Payload-Oxum"])
    to.write_bytes(pack({f"bundle/{name}": data for name, data in files.items()}))
    return to


def refused(path: Path, **more: object) -> IntegrityError:
    with pytest.raises(IntegrityError) as caught:
        verify(path, **more).refuse()  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_whole_bundle_is_computed_again_and_agrees(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "elsewhere.zip"
    moved.write_bytes(whole.read_bytes())
    monkeypatch.chdir(tmp_path)
    verdict = verify(Path("elsewhere.zip"))
    assert verdict.ok and not verdict.signer
    assert verdict.fields > 100
    assert "data/results/dossier.pdf" in verdict.compared
    assert not verdict.not_compared and not verdict.withheld


def test_it_needs_nothing_but_the_bundle(tmp_path: Path) -> None:
    """The files of the case are gone, and the case named one by an absolute path."""
    folder = tmp_path / "case"
    path = tmp_path / "far" / "track.csv"
    out = ran(folder)
    path.parent.mkdir()
    (folder / "track.csv").rename(path)
    (folder / "case.toml").write_text(CASE.replace('"track.csv"', f'"{path}"'))
    from tocsin.run.flow import run_case

    run_case(folder / "case.toml", out)
    path.unlink()
    (folder / "box.geojson").unlink()
    assert verify(out / "bundle.zip").ok


def test_a_case_in_a_bundle_reads_no_file_of_this_machine(whole: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(open_bundle(whole).files["data/case/track.csv"])
    run = json.loads(open_bundle(whole).files["data/run.json"])
    case = CASE.replace('"track.csv"', f'"{secret}"').encode()
    run["files"][0]["sha256"] = hashlib.sha256(case).hexdigest()
    changes = {"data/case/case.toml": case, "data/run.json": json.dumps(run).encode()}
    bad = rewritten(whole, tmp_path / "b.zip", changes, hashed=True)
    assert "no such file" in str(refused(bad))


@pytest.mark.parametrize("name", ["case/track.csv", "results/dossier.pdf", "results/findings.json"])
def test_a_changed_byte_names_its_file(whole: Path, tmp_path: Path, name: str) -> None:
    data = bytearray(open_bundle(whole).files[f"data/{name}"])
    data[len(data) // 2] ^= 1
    changed = {f"data/{name}": bytes(data)}
    error = refused(rewritten(whole, tmp_path / "b.zip", changed, hashed=False))
    assert f"data/{name}" in str(error)


def test_a_number_changed_with_all_its_hashes_is_found_by_computing(
    whole: Path, tmp_path: Path
) -> None:
    findings = json.loads(open_bundle(whole).files[FINDINGS])
    old = findings["incursions"][0]["max_depth_m"]["q50"]
    findings["incursions"][0]["max_depth_m"]["q50"] = old + 1000
    text = json.dumps(findings, indent=1, ensure_ascii=False) + "\n"
    bad = rewritten(whole, tmp_path / "b.zip", {FINDINGS: text.encode()}, hashed=True)
    error = refused(bad)
    assert error.place == FINDINGS
    assert f"/incursions/0/max_depth_m/q50: {old + 1000} in the bundle, {old} computed" in str(
        error
    )


def test_a_page_changed_with_all_its_hashes_is_found_by_drawing(
    whole: Path, tmp_path: Path
) -> None:
    name = "data/results/dossier.html"
    page = open_bundle(whole).files[name].replace(b"A box", b"A fox")
    error = refused(rewritten(whole, tmp_path / "b.zip", {name: page}, hashed=True))
    assert error.place == name


def test_an_input_changed_with_all_its_hashes_is_found(whole: Path, tmp_path: Path) -> None:
    name = "data/case/track.csv"
    data = open_bundle(whole).files[name].replace(b"59.08", b"59.18")
    assert "data/case/track.csv" in str(
        refused(rewritten(whole, tmp_path / "b.zip", {name: data}, hashed=True))
    )


@pytest.mark.parametrize(
    "name", ["data/extra.txt", "notes.txt", "data/case/more.csv", "signature.json"]
)
def test_a_file_too_many_is_named(whole: Path, tmp_path: Path, name: str) -> None:
    error = refused(rewritten(whole, tmp_path / "b.zip", {name: b"{}"}, hashed=False))
    assert error.place == name


@pytest.mark.parametrize(
    "name",
    [*("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"),
     *("data/run.json", FINDINGS, "data/case/case.toml")],
)  # fmt: skip
def test_a_file_too_few_is_named(whole: Path, tmp_path: Path, name: str) -> None:
    assert refused(rewritten(whole, tmp_path / "b.zip", {name: None}, hashed=False)).place == name


def test_no_flipped_byte_passes(whole: Path, tmp_path: Path) -> None:
    """Every part: headers, lists, the directory at the end, and a sample of the contents."""
    data = whole.read_bytes()
    directory = int.from_bytes(data[-6:-2], "little")
    spots = [*range(0, directory, 1499), *range(directory, len(data), 7), *range(120)]
    bad = tmp_path / "b.zip"
    for at in spots:
        changed = bytearray(data)
        changed[at] ^= 0x20
        bad.write_bytes(changed)
        with pytest.raises(IntegrityError) as caught:
            open_bundle(bad)
        assert caught.value.path == str(bad) and caught.value.exit_code == 4
        if at < directory:
            assert caught.value.place or "archive" in str(caught.value) or at < 4, at


def test_no_bundle_cut_short_passes(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    for length in [*range(200), *range(200, len(data), 4999), len(data) - 1]:
        (tmp_path / "b.zip").write_bytes(data[:length])
        with pytest.raises(IntegrityError):
            open_bundle(tmp_path / "b.zip")


def test_no_file_and_a_folder_are_integrity_errors(tmp_path: Path) -> None:
    assert "no such file" in str(refused(tmp_path / "none.zip"))
    assert "is a directory" in str(refused(tmp_path))


def test_a_signature_says_who_and_trust_says_whether_that_counts(
    tmp_path: Path, whole: Path
) -> None:
    mine, other = new_key(tmp_path / "a.pem"), new_key(tmp_path / "b.pem")
    signed = ran(tmp_path / "s", seal=Seal(tmp_path / "a.pem")) / "bundle.zip"
    assert verify(signed).signer == mine
    assert verify(signed, [other, mine]).trusted is True
    assert "which is not trusted" in str(refused(signed, trust=[other]))
    assert "is unsigned" in str(refused(whole, trust=[mine]))
    with pytest.raises(UsageError):
        verify(whole, ["ed25519:short"])
    files = open_bundle(signed).files
    told = json.loads(files[bagit.SIGNATURE])
    for key, value in (("public_key", other), ("signature", "AAAA" + told["signature"][4:])):
        forged = (json.dumps({**told, key: value}, indent=1) + "\n").encode()
        bad = rewritten(signed, tmp_path / "f.zip", {bagit.SIGNATURE: forged}, hashed=False)
        assert refused(bad).place == bagit.SIGNATURE
    moved = rewritten(whole, tmp_path / "m.zip", {bagit.SIGNATURE: files[bagit.SIGNATURE],
                      "bag-info.txt": b"Payload-Oxum: 1.1\n"}, hashed=False)  # fmt: skip
    assert refused(moved).place in ("bag-info.txt", bagit.SIGNATURE)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("bundle", 2), ("files", []), ("files", [{}]), ("files", {}), ("settings", [])),
        *(("settings", {"max_gap_s": "60"}), ("code", None), ("results", ["none.json"])),
        *(("shipped", [1]), ("redaction", "GREEN"), ("redaction", {"tlp": ["RED"]})),
        ("files", [{"path": 1, "role": "case"}]),
        ("files", [{"path": "..", "role": "case", "bag": "data/case/case.toml", "sha256": "x"}]),
    ],
)
def test_a_list_of_inputs_that_makes_no_sense_is_one_line(
    whole: Path, tmp_path: Path, key: str, value: Any
) -> None:
    run = json.loads(open_bundle(whole).files["data/run.json"]) | {key: value}
    changes = {"data/run.json": json.dumps(run).encode()}
    error = refused(rewritten(whole, tmp_path / "b.zip", changes, hashed=True))
    assert error.exit_code == 4


@pytest.mark.parametrize("text", ["[]", "{", '{"settings_sha256": 1}', "null"])
def test_findings_that_are_none_are_one_line(whole: Path, tmp_path: Path, text: str) -> None:
    bad = rewritten(whole, tmp_path / "b.zip", {FINDINGS: text.encode()}, hashed=True)
    assert refused(bad).place == FINDINGS


def test_the_command_says_it_in_one_line_with_exit_4(whole: Path, tmp_path: Path) -> None:
    done = tocsin("verify", whole)
    assert done.returncode == 0 and "unsigned" in done.stdout
    told = json.loads(tocsin("verify", whole, "--json").stdout)
    assert told["ok"] is True and told["signature"]["state"] == "unsigned"
    data = bytearray(whole.read_bytes())
    at = data.index(b"24.5,58.99")
    data[at] ^= 1
    (tmp_path / "b.zip").write_bytes(data)
    done = tocsin("verify", tmp_path / "b.zip", "--json")
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1 and "data/case/track.csv" in done.stderr
    assert json.loads(done.stdout)["file"].endswith("data/case/track.csv")


@pytest.mark.full
def test_the_reference_case_verifies_and_a_changed_byte_is_named(tmp_path: Path) -> None:
    case = ROOT / "examples" / "vaindloo-2025-09-19" / "case.toml"
    done = tocsin("run", case, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    bundle = tmp_path / "out" / "bundle.zip"
    done = tocsin("verify", bundle, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    files = unpack(bundle.read_bytes())
    name = "bundle/data/case/radar-a.ast"
    data = bytearray(bundle.read_bytes())
    data[data.index(files[name][:400]) + 200] ^= 1
    (tmp_path / "changed.zip").write_bytes(data)
    done = tocsin("verify", tmp_path / "changed.zip")
    assert done.returncode == 4 and "data/case/radar-a.ast" in done.stderr
