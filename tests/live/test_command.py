"""`tocsin watch` as a person starts it: a process, its signals, its output, its journal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.calling import tocsin
from tests.conftest import ROOT
from tests.live.conftest import until
from tests.live.traffic import beast_server
from tocsin.run.live.outbox import lines

GULF = ROOT / "examples" / "watch" / "gulf.toml"
RECORDING = ROOT / "examples" / "vaindloo-2025-09-19" / "adsb-synthetic-gps.beast"


def recorded() -> Iterator[tuple[float, bytes]]:
    """Yield the recording of the reference case, forty minutes in as many seconds."""
    data = RECORDING.read_bytes()
    step = len(data) // 800
    for k in range(0, len(data), step):
        yield k / step * 0.05, data[k : k + step]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tocsin", "watch", *map(str, arguments)]


def test_a_receiver_that_replays_a_recording(tmp_path: Path) -> None:
    """The example as it ships, on a Beast server; ended by SIGTERM, judged again by --replay."""
    journal, out = tmp_path / "journal", tmp_path / "out"
    with beast_server(recorded, waits=True) as port, out.open("wb") as stdout:
        address = f"feed.rx.address=127.0.0.1:{port}"
        process = subprocess.Popen(
            command(GULF, "--json", "--set", address, "--journal", journal),
            stdout=stdout,
            stderr=subprocess.PIPE,
        )
        try:
            until(lambda: out.read_bytes().count(b"\n") >= 3, "three alerts are told", 120)
            begun_s = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
            process.communicate()
    assert process.returncode == 0, said.decode()
    assert time.monotonic() - begun_s < 30  # five on a machine that does nothing else
    events = [json.loads(line) for line in out.read_text().splitlines()]
    assert all(event["specversion"] == "1.0" for event in events)
    inside = [event["data"] for event in events if event["type"] == "org.tocsin.alert.inside"]
    assert {alert["area"] for alert in inside} <= {"EE", "FI"}
    assert any(str(alert["callsign"]).startswith("SYN") for alert in inside)
    again = subprocess.run(
        command(GULF, "--replay", journal), capture_output=True, text=True, check=True
    )
    told = list(lines(journal / "outbox"))
    assert again.stdout.splitlines()[: len(told)] == told


def test_it_ends_by_itself_and_says_what_it_sees_to_people(tmp_path: Path) -> None:
    demo = GULF.with_name("gulf-demo.toml")
    fast = ["--set", "feed.rx.speed=64", "--set", "feed.radar.speed=64"]
    done = subprocess.run(
        command(demo, *fast, "--journal", tmp_path / "journal", "--for", 11),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "radar: connected" in done.stderr
    assert " open SYNTHETIC: " in done.stdout


def test_check_says_what_a_configuration_is(tmp_path: Path) -> None:
    done = tocsin("watch", str(GULF), "--check", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [feed["name"] for feed in told["feeds"]] == ["rx"]
    assert [area["id"] for area in told["areas"]] == ["EE", "FI"]
    wrong = tocsin("watch", str(GULF), "--check", "--set", "feed.rx.adress=1")
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    assert "did you mean address?" in wrong.stderr
    empty = tocsin("watch", str(GULF), "--replay", str(tmp_path))
    assert empty.returncode == 2
    assert "holds no journal" in empty.stderr
