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
REFERENCE = "vaindloo-2025-09-19"
FETCHED = "recordings"  # the folder of what is not ours to ship


def examples() -> dict[str, Path]:
    """Return the case file of each example by its name: the reference case first, then by name."""
    found = sorted(_folder().glob(f"*/{CASE_FILE}"))
    found.sort(key=lambda path: path.parent.name != REFERENCE)
    return {path.parent.name: path for path in found}


def demo_watch() -> Path:
    """Return the configuration of the watch that a demo shows: a simulated hour, replayed."""
    return _folder() / "watch" / "gulf-demo.toml"


def recordings(example: str) -> tuple[str, ...]:
    """Return the names of the recordings an example needs fetched, in its order.

    Sources that stand beside the case file ship with it: those are synthetic.
    """
    case = tomllib.loads(_case_file(example).read_text(encoding="utf-8"))
    paths = [PurePosixPath(source["path"]) for source in case["source"]]
    return tuple(path.name for path in paths if path.parent.name == FETCHED)


def prepare(example: str, destination: Path, samples: Samples) -> Path:
    """Return a working copy of an example's case file, all that it reads beside it.

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
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / FETCHED).mkdir(exist_ok=True)
        shutil.copyfile(samples.found[name], folder / FETCHED / name)
    for shipped in sorted(case_file.parent.iterdir()):
        if shipped.is_file():
            shutil.copyfile(shipped, folder / shipped.name)
    for path in _of_others(case_file):
        (folder / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(case_file.parent / path, folder / path)
    return folder / CASE_FILE


def _of_others(case_file: Path) -> list[str]:
    """Return the files of other examples that a case names: `../EXAMPLE/FILE`."""
    case = tomllib.loads(case_file.read_text(encoding="utf-8"))
    paths = [str(row["path"]) for kind in ("source", "airspace") for row in case.get(kind, ())]
    return [path for path in paths if path.startswith("../")]


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
