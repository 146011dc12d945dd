"""SIGKILL at random moments: no alert lost, none doubled in the register, replay byte for byte."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.live.traffic import appearing, beast_server, write_config
from tests.register.made import template
from tocsin.register.revision import Revision
from tocsin.register.sql import open_store
from tocsin.run.live import journal
from tocsin.run.live.config import read_config
from tocsin.run.live.outbox import lines
from tocsin.run.live.replayed import Replayed, replay
from tocsin.run.live.segment import Kind, Record

SINKS = """
[[sink]]
name = "events"
kind = "stdout"
[[sink]]
name = "register"
kind = "register"
store = "sqlite:///register.db"
"""


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.full)])
def test_killed_at_random_moments(tmp_path: Path, kills: int) -> None:
    (tmp_path / "register.db").write_bytes(Path(template()).read_bytes())
    with beast_server(appearing) as port:
        path = write_config(tmp_path, port, rest=SINKS)
        program = Path(__file__).with_name("killing.py")
        done = subprocess.run(
            [sys.executable, str(program), str(path), str(kills), "7"],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=120 + 5 * kills,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    config = read_config(path)
    records = [r for r in journal.scan(config.journal) if isinstance(r, Record)]
    assert [r.seq for r in records] == list(range(1, len(records) + 1))
    starts = sum(r.kind == Kind.START for r in records)
    assert starts > kills / 2  # the others were killed before they had begun

    # The journal judged again from its beginning gives what left, byte for byte.
    left = list(lines(config.journal / "outbox"))
    again = list(replay(config, config.journal, Replayed()))
    assert len(left) > kills / 2
    assert digest(again) == digest(left)
    alerts = [json.loads(line) for line in left]
    assert len({(a["id"], a["revision"]) for a in alerts}) == len(alerts)

    # Whoever is told at least once was told of each, in order, and can tell what came twice.
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    ids = [event["id"] for event in told]
    assert set(ids) == {f"{a['id']}/{a['revision']}" for a in alerts}
    assert len(ids) - len(set(ids)) <= kills

    # The register has each exactly once.
    with open_store(f"sqlite:///{tmp_path / 'register.db'}") as store:
        written = [e.item for e in store.entries() if isinstance(e.item, Revision)]
        held = {revision.incident for revision in written}
        expected = {f"watch:test:{a['id']}" for a in alerts if a["kind"] == "inside"}
        assert held == expected
        added = [revision.incident for revision in written if revision.action == "add"]
        assert len(added) == len(held)
        assert len(written) <= 2 * len(held)  # and once more when it was over


def digest(texts: list[str]) -> str:
    return hashlib.sha256("".join(f"{text}\n" for text in texts).encode()).hexdigest()
