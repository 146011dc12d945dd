"""How `make test` shares the tests among its workers: a file at a time, the longest first.

A file stays together, so that what its tests share is made once; so do all that need a browser,
for one software renderer keeps both cores busy.  What takes long is begun first: what is left at
the end is short, and no worker waits for another.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

BROWSER = "tests/web"

#: What takes more than ten seconds, longest first; whatever is not named comes after.
LONGEST = (
    BROWSER,
    "tests/live/test_soak.py",
    "tests/live/test_command.py",
    "tests/run/test_evidence.py",
    "tests/live/test_strain.py",
    "tests/register/test_faults.py",
    "tests/claims/test_judge.py",
    "tests/live/test_watch.py",
    "tests/register/test_query.py",
    "tests/test_docs.py",
    "tests/pattern/test_excite.py",
    "tests/run/test_bundle.py",
    "tests/register/test_workflow.py",
    "tests/live/test_killed.py",
)


def share_of(nodeid: str) -> str:
    """Return what a test is kept together with: its file, or all that need a browser."""
    file = nodeid.partition("::")[0]
    return BROWSER if file.startswith(BROWSER + "/") else file


class Shares(LoadFileScheduling):  # type: ignore[misc]
    """Hands out shares in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests in place by their share; within one the order stays."""
    place = {share: k for k, share in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(share_of(item.nodeid), len(LONGEST)))


def scheduler(config: pytest.Config, log: Any) -> Shares | None:
    """Return our own way to share, where files are asked for."""
    return Shares(config, log) if config.getvalue("dist") == "loadfile" else None
