"""What the sensors themselves say of a transponder, as reports beside those of people.

A radar that hears replies of others and none of this target says that its transponder was off,
or answered nothing that it asked; a fix that carries a 24-bit address was sent by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from tocsin.run.radar import DarkTrack
from tocsin.run.sources import Gathered, Spec
from tocsin.schema import DISTRUST, Reading, Report, Sensor

_ADDRESS = re.compile(r"[0-9a-f]{6}-\d+", re.ASCII)


def heard(
    gathered: Gathered, dark: Sequence[DarkTrack], sources: Sequence[Spec] = ()
) -> tuple[Report, ...]:
    """Return one report a track and sensor, those of addressed tracks first.

    sources  of the case: those that are evidence and no radar heard the addressed tracks
    """
    radars = {sensor.id for _, sensor in gathered.radars}
    evidence = [spec.options.source_id or spec.path for spec in sources if spec.use == "evidence"]
    own = [name for name in dict.fromkeys(evidence) if name not in radars]
    out = _addressed(gathered, " + ".join(own) or "a receiver")
    replies = _replies(gathered.radars)
    for track in dark:
        plots = track.plots
        names = np.array(plots.sensor)
        for witness in dict.fromkeys(plots.sensor):
            mine = names == witness
            answered = int(np.count_nonzero(plots.secondary & mine))
            count, others = int(mine.sum()), replies.get(witness, 0)
            if answered:
                value, text = "yes", f"{answered} of {count} plots of it had a reply"
            elif others:
                value = "no"
                text = f"{count} plots of it, none with a reply, while {others} of others had one"
            else:
                value, text = "unknown", f"{count} plots of it, and no reply of anybody: no SSR"
            t = plots.t_s[mine]
            out.append(
                Report(
                    "transponder",
                    track.t0_ns + round(float(t[0]) * 1e9),
                    track.t0_ns + round(float(t[-1]) * 1e9),
                    by=witness,
                    subject=track.posterior.track,
                    text=text,
                    properties=(("value", value), ("sensor", "yes")),
                )
            )
    return tuple(out)


def _addressed(gathered: Gathered, by: str) -> list[Report]:
    tracks = gathered.tracks
    names = tracks["track"].combine_chunks()
    code = names.indices.to_numpy()
    t = tracks["t"].cast(pa.int64()).to_numpy(zero_copy_only=False)
    good = (tracks["flags"].to_numpy() & int(DISTRUST)) == 0
    out = []
    for k, name in enumerate(names.dictionary.to_pylist()):
        mine = t[(code == k) & good]
        if not len(mine) or not _ADDRESS.fullmatch(name):
            continue
        out.append(
            Report(
                "transponder",
                int(mine.min()),
                int(mine.max()),
                by=by,
                subject=name,
                text=f"{len(mine)} fixes carry the address {name.partition('-')[0]}",
                properties=(("value", "yes"), ("sensor", "yes")),
            )
        )
    return out


def _replies(radars: Sequence[tuple[Reading, Sensor]]) -> Mapping[str, int]:
    """Return how many plots of each radar had a transponder's reply."""
    out: dict[str, int] = {}
    for reading, sensor in radars:
        table = reading.fixes
        flags = np.zeros(table.num_rows, bool)
        for name in ("ssr", "mode_s"):
            if name in table.column_names:
                flags |= table[name].fill_null(False).to_numpy().astype(bool)
        out[sensor.id] = out.get(sensor.id, 0) + int(flags.sum())
    return out
