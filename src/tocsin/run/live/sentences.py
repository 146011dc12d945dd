"""What a watch says to its operator, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tocsin.run.live.segment import Damage


def damaged(damage: Sequence[Damage]) -> str:
    """Return in a sentence what was found wrong in the journal; empty where nothing was."""
    if not damage:
        return ""
    torn = sum(each.span for each in damage if each.torn)
    lost = sum(each.span for each in damage if not each.torn)
    said = []
    if torn:
        said.append(f"a write that a crash cut short was taken back ({torn:,} bytes)")
    if lost:
        where = ", ".join(sorted({Path(d.path).name for d in damage if not d.torn}))
        said.append(f"{lost:,} bytes in the middle of {where} are damaged and were passed over")
    return f"The journal: {' and '.join(said)}."


def linked(feed: str, told: Mapping[str, object]) -> str:
    """Return what became of a connection."""
    if told["ended"]:
        return f"{feed}: the recording has ended"
    if told["connected"]:
        return f"{feed}: connected"
    return f"{feed}: not connected ({told['why']})"
