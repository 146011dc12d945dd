"""Make src/tocsin/web/dist, the bundle of the screens, from the folder web/.

    python builders/build_web.py            build (Node 20 or newer, npm)
    python builders/build_web.py --check    fail unless what is committed is what the sources build

The check compares what is committed with what it says of itself (dist/sources.json: a hash of
the sources, one of the files), which needs no Node; with Node and an installed web/node_modules
it also builds once more, elsewhere, and compares byte for byte (not with --quick).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
DIST = ROOT / "src" / "tocsin" / "web" / "dist"
NOTE = "sources.json"
#: What goes into the bundle; tests of the sources do not.
SOURCES: tuple[str, ...] = (
    "index.html",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
)


def main() -> int:
    """Build or check; returns 1 where the check finds a difference."""
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument("--check", action="store_true")
    ask.add_argument("--quick", action="store_true", help="with --check: hashes only")
    asked = ask.parse_args()
    if asked.check:
        wrong = differences(again=not asked.quick)
        print("\n".join(wrong) or f"{DIST.relative_to(ROOT)} is what web/ builds")
        return 1 if wrong else 0
    build(DIST)
    size = sum(path.stat().st_size for path in files(DIST))
    print(f"{DIST.relative_to(ROOT)}: {size / 1e6:.2f} MB")
    return 0


def build(out: Path) -> None:
    """Build the bundle into a folder, with its note of what it was made from."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("building needs Node and npm; the committed bundle serves without them")
    if not (WEB / "node_modules").is_dir():
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=WEB, check=True)
    before = hash_of(sources())
    vite = ["node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]
    subprocess.run([*vite, "--outDir", str(out), "--emptyOutDir"], cwd=WEB, check=True)
    if hash_of(sources()) != before:
        raise SystemExit("the sources changed while they were built; build again")
    (out / "licences.txt").write_text(licences())
    note = {"sources": before, "files": hash_of(files(out))}
    (out / NOTE).write_text(json.dumps(note, indent=1) + "\n")


def licences() -> str:
    """Return the licence texts of all that goes into the bundle; they ask to be passed on."""
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    shipped = [name for name, told in packages.items() if name and not told.get("dev")]
    out = []
    for name in sorted([*shipped, "node_modules/svelte"]):
        folder = WEB / name
        told = json.loads((folder / "package.json").read_text())
        texts = sorted(
            p for p in folder.glob("*") if p.name.upper().startswith(("LICEN", "COPYING"))
        )
        words = (
            texts[0].read_text(encoding="utf-8").strip() if texts else "(no text in the package)"
        )
        head = f"{told['name']} {told['version']} ({told.get('license', 'see below')})"
        out.append(f"{head}\n{'=' * len(head)}\n{words}\n")
    return "\n\n".join(out)


def differences(*, again: bool) -> list[str]:
    """Return in what the committed bundle is not what the sources build."""
    note = json.loads((DIST / NOTE).read_text())
    wrong = []
    if note["sources"] != hash_of(sources()):
        wrong.append("the sources in web/ changed since the bundle: python builders/build_web.py")
    if note["files"] != hash_of(files(DIST)):
        wrong.append("files of the bundle were changed by hand: python builders/build_web.py")
    if not wrong and again and shutil.which("node") and (WEB / "node_modules").is_dir():
        with tempfile.TemporaryDirectory() as scratch:
            other = Path(scratch) / "dist"
            build(other)
            ours = {path.relative_to(DIST): path.read_bytes() for path in files(DIST)}
            theirs = {path.relative_to(other): path.read_bytes() for path in files(other)}
            names = sorted(ours.keys() | theirs.keys())
            other_bytes = [name for name in names if ours.get(name) != theirs.get(name)]
            wrong += [f"{name} is not what is built here" for name in other_bytes]
    return wrong


def sources() -> Iterator[Path]:
    """Yield what the bundle is made from, in order."""
    yield from (WEB / name for name in SOURCES)
    for folder in ("public", "src"):
        yield from sorted(path for path in (WEB / folder).rglob("*") if path.is_file())


def files(dist: Path) -> Iterator[Path]:
    """Yield the files of a bundle, in order, without the note."""
    yield from sorted(p for p in dist.rglob("*") if p.is_file() and p != dist / NOTE)


def hash_of(paths: Iterator[Path]) -> str:
    """Return one sha256 over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        base = (
            WEB if path.is_relative_to(WEB) else next(p for p in path.parents if p.name == "dist")
        )
        total.update(f"{path.relative_to(base).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
