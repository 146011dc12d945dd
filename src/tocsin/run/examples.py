"""The example cases that ship with tocsin, laid out beside their recordings so that they run.

A case file names its sources relative to itself.  The examples come without their recordings,
which are not ours to ship (NOTICE), so a working copy is made: the case file as it is, and
under `recordings/` what `tocsin.run.samples` fetched.
"""

from __future__ import annotations

import shutil
import tomllib
from importlib.resources import files
from pathlib import Path, PurePosixPath

from tocsin.errors import CaseError, UsageError
from tocsin.run.samples import Samples

CASE_FILE = "case.toml"


def examples() -> dict[str, Path]:
    """Return the case file of each example by the example's name, sorted by name."""
    return {path.parent.name: path for path in sorted(_folder().glob(f"*/{CASE_FILE}"))}


def recordings(example: str) -> tuple[str, ...]:
    """Return the names of the recordings an example reads, in its order."""
    case = tomllib.loads(_case_file(example).read_text(encoding="utf-8"))
    return tuple(PurePosixPath(source["path"]).name for source in case["source"])


def prepare(example: str, destination: Path, samples: Samples) -> Path:
    """Return a working copy of an example's case file, its recordings beside it.

    The copy is `destination`/`example`/case.toml; one that is already there is renewed.
    Raises UsageError for an example that does not exist, CaseError where a recording is missing.
    """
    case_file = _case_file(example)
    names = recordings(example)
    for name in names:
        if name not in samples.found:
            why = samples.missing.get(name, f"{name} is no sample recording")
            raise CaseError(why, path=str(case_file), hint="the other examples do not need it")
    folder = destination / example
    (folder / "recordings").mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copyfile(samples.found[name], folder / "recordings" / name)
    return Path(shutil.copyfile(case_file, folder / CASE_FILE))


def _folder() -> Path:
    """The examples of the wheel, or of the checkout that this module runs from."""
    packaged = Path(str(files("tocsin"))) / "data" / "examples"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "examples"


def _case_file(example: str) -> Path:
    known = examples()
    if example not in known:
        hint = f"there are {', '.join(known)}" if known else "this installation ships none"
        raise UsageError(f'no example is called "{example}"', hint=hint)
    return known[example]
