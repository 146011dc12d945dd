"""`tocsin watch`: live feeds to alerts, with a journal."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from tocsin.commands.options import Json
from tocsin.commands.telling import say

POLL_S = 0.2
STOP_S = 4.5  # of the five that whoever sends SIGTERM may wait


def watch(
    config: Annotated[str, typer.Argument(help="The configuration (TOML).")],
    as_json: Json = False,
    seconds: Annotated[
        float | None, typer.Option("--for", min=0.0, help="End after so many seconds.")
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(help="Judge a journal again and print its alerts; nothing is written."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only check the configuration, and say what it is.")
    ] = False,
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", help="Set a value over the file's: feed.NAME.address=HOST:PORT."),
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(help="Where the journal lies, whatever the file says.")
    ] = None,
) -> int:
    """Watch live feeds: alerts as they come, every input kept in a journal.

    With --json alerts are CloudEvents, one a line.  SIGTERM and SIGINT end it cleanly.
    """
    from tocsin.run.live.config import read_config

    assignments = tuple(assign or ())
    if check:
        return _check(read_config(config, assignments, journal=journal), as_json)
    if replay is not None:
        return _replay(read_config(config, assignments, journal=journal), replay)
    return _run(config, assignments, journal, as_json, seconds)


def _check(config: Any, as_json: bool) -> int:
    from tocsin.run.live import areas
    from tocsin.run.live.core import Core

    found = areas.load(config.areas, config.path)
    Core(config, found.areas)  # rules and areas are held against each other here
    told = {
        "id": config.id,
        "synthetic": config.synthetic,
        "journal": str(config.journal),
        "feeds": [{"name": f.name, "kind": f.kind, "witness": f.witness} for f in config.feeds],
        "areas": [{"id": a.id, "layer": a.layer, "pieces": len(a.clip)} for a in found.areas],
        "rules": [{"id": r.id, "kinds": list(r.kinds)} for r in config.rules],
        "sinks": [{"name": s.name, "kind": s.kind} for s in config.sinks],
    }
    for note in found.notes:
        say(note)
    if as_json:
        typer.echo(json.dumps(told, indent=1))
        return 0
    typer.echo(f"{config.id}: the configuration holds")
    for kind in ("feeds", "areas", "rules", "sinks"):
        names = ", ".join(str(each.get("name", each.get("id"))) for each in told[kind])
        typer.echo(f"  {kind}: {names or 'none'}")
    typer.echo(f"  journal: {config.journal}")
    return 0


def _replay(config: Any, folder: Path) -> int:
    from tocsin.run.live.replayed import Replayed, replay

    told = Replayed()
    for line in replay(config, folder, told):
        typer.echo(line)
    since = f", from the checkpoint after record {told.since:,}" if told.since else ""
    say(f"{told.records:,} records judged again{since}")
    if told.foreign:
        say(f"{told.foreign:,} records of another configuration were passed over")
    return 0


def _run(
    path: str,
    assignments: tuple[str, ...],
    journal: Path | None,
    as_json: bool,
    seconds: float | None,
) -> int:
    from tocsin.run.live.configsinks import SinkSpec
    from tocsin.run.live.people import PeopleSink
    from tocsin.run.live.service import Watch

    spec = SinkSpec("stdout", "stdout")
    made = Watch.of(
        path,
        assignments,
        journal=journal,
        extra_sinks=[spec],
        sinks={} if as_json else {"stdout": PeopleSink(typer.echo)},
        say=lambda text: say(f"tocsin: {text}"),
    )
    ended = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    made.start()
    waited_s = 0.0
    while not ended.is_set() and not made.wait(POLL_S):
        waited_s += POLL_S
        if seconds is not None and waited_s >= seconds:
            break
    whole = made.stop(STOP_S)
    if made.error is not None:
        raise made.error
    if not whole:
        say("tocsin: stopped before everything was judged; it is in the journal")
    return 0
