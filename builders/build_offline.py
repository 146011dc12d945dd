"""Make the archive that installs tocsin where there is no network.

    python builders/build_offline.py -o dist

writes `tocsin-VERSION-offline.tar`: a folder of wheels for this kind of machine and this version
of Python, what is in them (sbom.cdx.json, CycloneDX 1.6), their checksums, and `install.sh`.
Wheels come from the package index that pip is set up with; nothing else is fetched.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = "serve,postgres,nats,figures"


def main() -> None:
    """Build the archive and print where it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "dist")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wheels = Path(scratch) / "wheels"
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(wheels)]
        # The archive is for one kind of machine in any case, so its loops are compiled if they can
        # be: where it goes there is no compiler as a rule.
        native = any(map(shutil.which, ("cc", "gcc", "clang")))
        asked = {**os.environ, "TOCSIN_NATIVE": "1" if native else "0"}
        subprocess.run([*command, f"{ROOT}[{EXTRAS}]"], check=True, env=asked)
        print(archive(sorted(wheels.glob("*.whl")), out))


def archive(wheels: list[Path], out: Path) -> Path:
    """Return the archive of these wheels; the same wheels give the same bytes."""
    (own,) = [each for each in wheels if each.name.startswith("tocsin-")]
    version = own.name.split("-")[1]
    name = f"tocsin-{version}-offline"
    members = {f"wheels/{each.name}": each.read_bytes() for each in wheels}
    members["sbom.cdx.json"] = bill(wheels, version)
    members["install.sh"] = (ROOT / "deploy" / "install.sh").read_bytes()
    members["tocsin-serve.service"] = (ROOT / "deploy" / "tocsin-serve.service").read_bytes()
    members["README.txt"] = (ROOT / "deploy" / "OFFLINE.txt").read_bytes()
    sums = [f"{hashlib.sha256(data).hexdigest()}  {at}\n" for at, data in sorted(members.items())]
    members["SHA256SUMS"] = "".join(sums).encode()
    path = out / f"{name}.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for at, data in sorted(members.items()):
            info = tarfile.TarInfo(f"{name}/{at}")
            info.size, info.mode = len(data), 0o755 if at.endswith(".sh") else 0o644
            tar.addfile(info, io.BytesIO(data))
    return path


def bill(wheels: list[Path], version: str) -> bytes:
    """Return the bill of materials, CycloneDX 1.6, of what the wheels say of themselves."""
    components = []
    for each in wheels:
        with zipfile.ZipFile(each) as packed:
            (at,) = [n for n in packed.namelist() if n.endswith(".dist-info/METADATA")]
            told = HeaderParser().parsestr(packed.read(at).decode("utf-8"))
        terms = told["License-Expression"] or told["License"] or ""
        component = {
            "type": "library",
            "name": told["Name"],
            "version": told["Version"],
            "purl": f"pkg:pypi/{told['Name'].lower().replace('_', '-')}@{told['Version']}",
            "hashes": [
                {"alg": "SHA-256", "content": hashlib.sha256(each.read_bytes()).hexdigest()}
            ],
        }
        if terms and len(terms) < 100:  # some put the whole text of their licence there
            component["licenses"] = [{"license": {"name": terms.strip()}}]
        components.append(component)
    whole = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "tocsin", "version": version},
        },
        "components": components,
    }
    return (json.dumps(whole, indent=1, sort_keys=True) + "\n").encode()


if __name__ == "__main__":
    main()
