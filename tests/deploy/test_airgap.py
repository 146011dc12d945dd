"""From an archive of wheels to a dossier and the pages, where there is no network at all.

Building the archive fetches some 200 MB of wheels, so this is for `make airgap`, which CI runs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.airgap

#: Everything below runs in here: a network namespace with a loopback and nothing else.
SCRIPT = r"""
set -eu
ip link set lo up
if "$PYTHON" - <<'EOP'
import socket
try:
    socket.create_connection(("192.0.2.1", 80), 2)
except OSError as error:
    print("no network:", error.strerror)
else:
    raise SystemExit("there is a network here: this would prove nothing")
EOP
then :; else exit 9; fi
"$ARCHIVE/install.sh" "$WHERE" "$PYTHON"
cd "$SCRATCH"
"$WHERE/bin/tocsin" doctor
"$WHERE/bin/tocsin" register import --bundled --store sqlite:///r.db
"$WHERE/bin/tocsin" register count --state EE --domain air --year 2025 --store sqlite:///r.db \
  --json > count.json
"$WHERE/bin/tocsin" demo --out shown
"$WHERE/bin/tocsin" serve --demo --port 18471 > serve.log 2>&1 &
server=$!
"$PYTHON" - <<'EOP'
import json, time, urllib.request
for _ in range(100):
    try:
        with urllib.request.urlopen("http://127.0.0.1:18471/healthz", timeout=2) as told:
            assert told.status == 200
        break
    except OSError:
        time.sleep(0.2)
else:
    raise SystemExit("the pages did not come up")
with urllib.request.urlopen("http://127.0.0.1:18471/api/live", timeout=5) as told:
    assert json.load(told)["tracks"]["columns"][0] == "id"
EOP
kill -TERM $server
wait $server
"""


def test_an_archive_installs_and_works_without_a_network(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("needs unshare and ip (util-linux, iproute2)")
    apart = ["unshare", "--net", "--map-root-user", "true"]
    if subprocess.run(apart, capture_output=True, check=False).returncode:
        pytest.skip("needs a network namespace of its own, which this machine refuses")
    built = subprocess.run(
        [sys.executable, ROOT / "builders" / "build_offline.py", "-o", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (path,) = tmp_path.glob("tocsin-*-offline.tar")
    with tarfile.open(path) as tar:
        tar.extractall(tmp_path, filter="data")
    archive = path.with_suffix("")
    bill = json.loads((archive / "sbom.cdx.json").read_text())
    assert {each["name"] for each in bill["components"]} >= {"tocsin", "numpy", "pyarrow"}
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = subprocess.run(
        ["unshare", "--net", "--map-root-user", "sh", "-c", SCRIPT],
        env={
            "PATH": os.environ["PATH"] + ":/usr/sbin",
            "HOME": str(scratch),
            "PYTHON": sys.executable,
            "ARCHIVE": str(archive),
            "WHERE": str(tmp_path / "installed"),
            "SCRATCH": str(scratch),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no network" in done.stdout
    assert json.loads((scratch / "count.json").read_text())["count"] == 4
    assert list((scratch / "shown").rglob("dossier.html"))

    # One byte changed on the way, and nothing is installed.
    wheel = next((archive / "wheels").glob("tocsin-*.whl"))
    data = bytearray(wheel.read_bytes())
    data[len(data) // 2] ^= 1
    wheel.write_bytes(data)
    refused = subprocess.run(
        [archive / "install.sh", tmp_path / "other", sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 4 and "SHA256SUMS" in refused.stderr
    assert not (tmp_path / "other").exists()
