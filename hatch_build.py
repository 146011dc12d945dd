"""Compiles the innermost loops where a C compiler is at hand; without one numpy does them.

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

#: Each with the level that was measured to suit it.
SOURCES = {
    Path("src/tocsin/geo.c"): "-O3",  # geocentric coordinates
    Path("src/tocsin/track/smoother.c"): "-O2",  # the smoother of many tracks
    Path("src/tocsin/track/sampler.c"): "-O3",  # whole trajectories drawn from a posterior
    Path("src/tocsin/track/bridge.c"): "-O3",  # what lies between plots
    Path("src/tocsin/track/polar.c"): "-O3",  # plots on a plane at many heights
    Path("src/tocsin/track/conformal.c"): "-O3",  # from a plane to longitude and latitude
    Path("src/tocsin/incursion/distance.c"): "-O3",  # distances from boundaries
    Path("src/tocsin/incursion/stays.c"): "-O3",  # what each sample does inside
    Path("src/tocsin/watch/round.c"): "-O3",  # a batch into the filters of a watch
    Path("src/tocsin/watch/limits.c"): "-O3",  # places beside the limits of areas
    Path("src/tocsin/watch/soon.c"): "-O3",  # where tracks may soon be
    Path("src/tocsin/watch/judged.c"): "-O2",  # what follows from where tracks are
}
#: No fused multiply-add: + - * / and sqrt are then those of numpy.
FLAGS = ("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-Wno-psabi")
LINK = ("-shared", "-fPIC")


class Native(BuildHookInterface):  # type: ignore[type-arg, misc, unused-ignore]
    """Puts a .bin beside each source: not .so, which Python would take for a module."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before anything is packed."""
        asked = os.environ.get("TOCSIN_NATIVE") == "1"
        if version != "editable" and not asked:
            return
        built = [compiled(Path(self.root) / source, SOURCES[source]) for source in SOURCES]
        if asked and None in built:
            raise RuntimeError("TOCSIN_NATIVE=1 needs a C compiler (cc, gcc or clang)")
        if all(built) and version != "editable":
            build_data["artifacts"] += [str(source.with_suffix(".bin")) for source in SOURCES]
            build_data["pure_python"] = False
            build_data["infer_tag"] = True


def compiled(source: Path, level: str = "-O2") -> Path | None:
    """Return the library made of a source beside it; None where nothing here can compile it."""
    target = source.with_suffix(".bin")
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        found = shutil.which(name) if name else None
        if found is None:
            continue
        draft = target.with_suffix(f".{os.getpid()}.bin")  # whole or not at all
        command = [found, level, *FLAGS, *LINK, "-o", draft, source, "-lm"]
        made = subprocess.run(command, capture_output=True)
        if made.returncode == 0:
            draft.replace(target)
            return target
        draft.unlink(missing_ok=True)
        sys.stderr.write(f"{name} cannot compile {source.name}: numpy will do\n")
    return None


if __name__ == "__main__":  # for an install that is there already
    made = [compiled(Path(__file__).parent / each, SOURCES[each]) for each in SOURCES]
    raise SystemExit(0 if all(made) else 1)
