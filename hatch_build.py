"""Compiles the smoother of many tracks where a C compiler is at hand; without one numpy does it.

Only an editable install compiles, for the machine it is on.  A wheel stays one for every machine,
unless TOCSIN_NATIVE=1 asks for one of this platform.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("src/tocsin/track/smoother.c")
FLAGS = ("-O2", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi", "-shared", "-fPIC")


class Native(BuildHookInterface):  # type: ignore[type-arg, misc, unused-ignore]
    """Puts smoother.bin beside its source: not .so, which Python would take for a module."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before anything is packed."""
        asked = os.environ.get("TOCSIN_NATIVE") == "1"
        if version != "editable" and not asked:
            return
        built = compiled(Path(self.root) / SOURCE)
        if built is None and asked:
            raise RuntimeError("TOCSIN_NATIVE=1 needs a C compiler (cc, gcc or clang)")
        if built is not None and version != "editable":
            build_data["artifacts"].append(str(SOURCE.with_suffix(".bin")))
            build_data["pure_python"] = False
            build_data["infer_tag"] = True


def compiled(source: Path) -> Path | None:
    """Return the library made of a source beside it; None where nothing here can compile it."""
    target = source.with_suffix(".bin")
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        found = shutil.which(name) if name else None
        if found is None:
            continue
        draft = target.with_suffix(f".{os.getpid()}.bin")  # whole or not at all
        made = subprocess.run([found, *FLAGS, "-o", draft, source, "-lm"], capture_output=True)
        if made.returncode == 0:
            draft.replace(target)
            return target
        draft.unlink(missing_ok=True)
        sys.stderr.write(f"{name} cannot compile {source.name}: numpy will do\n")
    return None


if __name__ == "__main__":  # for an install that is there already
    raise SystemExit(0 if compiled(Path(__file__).parent / SOURCE) else 1)
