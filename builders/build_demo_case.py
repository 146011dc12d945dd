"""Run the reference case and keep its bundle as the case that `tocsin serve --demo` shows.

    .venv/bin/python builders/build_demo_case.py

The bundle takes minutes to make and is shown within seconds of starting.  The tests hold it against
its inputs, and with full counts against a new run (tests/api/test_demo_case.py).
"""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
from pathlib import Path

from tocsin.dossier.bundlezip import pack, unpack
from tocsin.run.examples import REFERENCE, examples
from tocsin.run.flow import run_case

DEMO = Path(__file__).resolve().parents[1] / "src" / "tocsin" / "data" / "demo"


def bundle() -> bytes:
    """Return the bundle of the reference case."""
    with tempfile.TemporaryDirectory() as folder:
        done = run_case(examples()[REFERENCE], Path(folder) / "out")
        return (done.directory / "bundle.zip").read_bytes()


def smaller(data: bytes) -> bytes:
    """Return a bundle with its files deflated: a third of the bytes, and verified all the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(unpack(data).items()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    made = out.getvalue()
    assert pack(unpack(made)) == data  # whoever unpacks it has what the run wrote
    return made


def main() -> None:
    """Write the bundle."""
    DEMO.mkdir(exist_ok=True)
    path = DEMO / "EE-2025-09-19.zip"
    path.write_bytes(smaller(bundle()))
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
