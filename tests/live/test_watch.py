"""Watches that run: every kind of feed in, alerts on the board, what people say, health."""

from __future__ import annotations

import http.server
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.live.conftest import alerts, free_port, until
from tests.live.traffic import (
    INSIDE,
    OUTSIDE,
    appearing,
    beast_server,
    frames,
    message,
    write_config,
)
from tocsin.errors import SettingsError, TocsinError, UsageError
from tocsin.feed.beastframes import STATUS, split
from tocsin.run.live.board import Said
from tocsin.run.live.config import read_config
from tocsin.run.live.configkeys import KEYS
from tocsin.run.live.outbox import lines
from tocsin.run.live.replayed import Replayed, replay
from tocsin.run.live.service import Watch
from tocsin.schema.live import AlertKind, AlertState
from tocsin.watch.rules import Rule

EXAMPLES = ROOT / "examples" / "watch"


def same_again(watch: Watch) -> None:
    """The journal of a watch that has stopped, judged again, gives what left."""
    config = watch.config
    assert list(replay(config, config.journal, Replayed())) == list(
        lines(config.journal / "outbox")
    )


def test_beast_in_an_alert_out_and_handled_by_people(tmp_path: Path) -> None:
    with beast_server(appearing) as port:
        watch = Watch.of(write_config(tmp_path, port))
        with watch:
            until(lambda: alerts(watch, AlertKind.INSIDE), "an aircraft is inside")
            alert = alerts(watch, AlertKind.INSIDE)[0]
            assert alert.area == "BOX"
            assert alert.synthetic
            assert alert.p_inside is not None and alert.p_inside > 0.9
            assert watch.board.say(Said("acknowledge", "ann", "seen", alert.id))
            assert watch.board.say(Said("test", "ann", "is this thing on?"))
            until(lambda: alerts(watch, AlertKind.TEST), "the button was pressed")

            def seen() -> bool:
                now = watch.board.alert(alert.id)
                return now is not None and now.state == AlertState.ACKNOWLEDGED

            until(seen, "the alert is acknowledged")
            feed = watch.board.feeds()[0]
            assert (feed.name, feed.connected, feed.silent) == ("rx", True, False)
            assert [area["id"] for area in watch.board.areas] == ["BOX"]
            text = watch.metrics_text()
            assert 'tocsin_feed_connected{watch="test",feed="rx",kind="beast"} 1' in text
            assert 'tocsin_alerts{watch="test",kind="test",state="open"} 1' in text
        same_again(watch)


def test_a_second_watch_of_one_journal_is_refused(tmp_path: Path) -> None:
    path = write_config(tmp_path, free_port())
    with Watch.of(path), pytest.raises(TocsinError, match="another watch"):
        Watch.of(path).start()


def test_what_was_known_is_known_after_a_restart(tmp_path: Path) -> None:
    with beast_server(appearing) as port:
        path = write_config(tmp_path, port)
        first = Watch.of(path)
        with first:
            until(lambda: alerts(first, AlertKind.INSIDE), "an aircraft is inside")
            first.board.say(
                Said("acknowledge", "ann", "seen", alerts(first, AlertKind.INSIDE)[0].id)
            )
            time.sleep(0.5)
        known = {a.id for a in alerts(first, AlertKind.INSIDE)}
        second = Watch.of(path)
        with second:
            assert known <= {a.id for a in second.board.alerts()}
        same_again(second)
    told = [json.loads(line) for line in lines(second.config.journal / "outbox")]
    assert len({(a["id"], a["revision"]) for a in told}) == len(told)


def test_a_feed_that_is_not_there_and_one_of_garbage_are_told(tmp_path: Path) -> None:
    def garbage() -> Iterator[tuple[float, bytes]]:
        for k in range(10_000):
            yield k * 0.05, bytes([0x1A, 0x39, k % 251, 0x1A, 0x33, 1, 2]) * 60

    port = free_port()
    gone = f'[[feed]]\nname = "gone"\nkind = "sbs"\naddress = "127.0.0.1:{port}"\nquiet_s = 1.0\n'
    with beast_server(garbage) as served:
        watch = Watch.of(write_config(tmp_path, served, feeds=gone))
        with watch:

            def both() -> bool:
                said = [a.why for a in alerts(watch, AlertKind.FEED)]
                return any("gone is not connected" in w for w in said) and any(
                    "rx is unreadable" in w for w in said
                )

            until(both, "both feeds are told to be in trouble")
            health = {feed.name: feed for feed in watch.board.feeds()}
            assert health["rx"].quarantined > 0
            assert not health["gone"].connected
            assert watch.error is None
        same_again(watch)


def test_a_feed_that_comes_back_is_well_again(tmp_path: Path) -> None:
    with beast_server(appearing) as port:
        path = write_config(tmp_path, port)
        watch = Watch.of(path, ["feed.rx.quiet_s=1.5"])
        watch.start()
        until(lambda: watch.board.feeds() and watch.board.feeds()[0].records, "records come")
    try:
        until(lambda: alerts(watch, AlertKind.FEED), "the feed is told to be silent")
        assert alerts(watch, AlertKind.FEED)[0].state == AlertState.OPEN
    finally:
        watch.stop()


def test_out_of_order_and_doubled_input_makes_one_alert(tmp_path: Path) -> None:
    def twice() -> Iterator[tuple[float, bytes]]:
        said = [message(f, 1 + k / 100) for k, f in enumerate(frames(0x4A0001, *INSIDE))]
        for k in range(400):
            yield k * 0.05, b"".join([*said, *reversed(said), *said])

    with beast_server(twice) as port:
        watch = Watch.of(write_config(tmp_path, port))
        with watch:
            until(lambda: alerts(watch, AlertKind.INSIDE), "an aircraft is inside")
            time.sleep(1.0)
            assert len(alerts(watch, AlertKind.INSIDE)) == 1
            assert watch.board.alerts()[0].revision == 1


def test_sbs_and_aircraft_json_over_http(tmp_path: Path) -> None:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lon, lat = INSIDE
            entry = {"hex": "4ab179", "lat": lat, "lon": lon, "seen_pos": 0.1, "seen": 0.1}
            entry |= {"alt_baro": 30000, "nac_p": 9, "gs": 10, "track": 90}
            body = json.dumps({"now": time.time(), "aircraft": [entry]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    def sbs() -> Iterator[tuple[float, bytes]]:
        for k in range(2000):
            stamp = time.strftime("%Y/%m/%d,%H:%M:%S.000", time.gmtime())
            lon, lat = OUTSIDE
            yield (
                k * 0.1,
                f"MSG,3,1,1,4AB180,1,{stamp},{stamp},,30000,,,{lat},{lon},,,,,,0\r\n".encode(),
            )

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/data/aircraft.json"
    with beast_server(sbs) as port:
        feeds = (
            f'[[feed]]\nname = "json"\nkind = "readsb"\nurl = "{url}"\npoll_s = 0.2\n'
            f'[[feed]]\nname = "text"\nkind = "sbs"\naddress = "127.0.0.1:{port}"\n'
            "assume_utc = true\n"
        )
        watch = Watch.of(write_config(tmp_path, free_port(), feeds=feeds))
        with watch:
            until(lambda: alerts(watch, AlertKind.INSIDE), "the aircraft of the page is inside")
            until(lambda: watch.board.track("4ab180"), "the aircraft of the lines is seen")
            assert [a.track for a in alerts(watch, AlertKind.INSIDE)] == ["4ab179"]
    server.shutdown()
    server.server_close()


def test_gps_stamps_that_nobody_announced_are_found_out(tmp_path: Path) -> None:
    """The reference case's receiver, joined in the middle without its status messages."""
    recorded = (ROOT / "examples" / "vaindloo-2025-09-19" / "adsb-synthetic-gps.beast").read_bytes()
    messages, _ = split(recorded)
    rows = np.flatnonzero(messages.kind != STATUS)
    rows = rows[len(rows) // 2 :]

    def middle() -> Iterator[tuple[float, bytes]]:
        stamp = messages.stamp[rows]
        at_s = (stamp >> 30) - (stamp[0] >> 30) + (stamp & 0x3FFFFFFF) / 1e9
        for k, row in enumerate(rows.tolist()):
            begin = int(messages.offset[row])
            yield float(at_s[k] - at_s[0]), recorded[begin : begin + int(messages.span[row])]

    with beast_server(middle, waits=True) as port:
        watch = Watch.of(write_config(tmp_path, port))
        with watch:
            until(lambda: "its times are shifted" in watch.board.feeds()[0].said, "GPS times")
            until(lambda: len(watch.board.state()["tracks"]["rows"]) > 3, "aircraft are seen")
            time.sleep(1.5)
            latency_s = watch.board.feeds()[0].latency_s
            assert latency_s is not None and latency_s < 2.0
            assert not watch.core.engine.counts.get("late")
    same_again(watch)


@pytest.mark.parametrize("group", ["", "239.255.77.7"])
def test_asterix_in_datagrams(tmp_path: Path, group: str) -> None:
    """The reference case's radar, played over the loopback: hours from now, and all the same."""
    data = (ROOT / "examples" / "vaindloo-2025-09-19" / "radar-a.ast").read_bytes()
    blocks, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 3], "big")
        blocks.append(data[at : at + size])
        at += size
    port = free_port(socket.SOCK_DGRAM)
    where = f'group = "{group}"\ninterface = "127.0.0.1"\n' if group else ""
    feeds = f"""[[feed]]
name = "radar"
kind = "asterix"
address = "127.0.0.1:{port}"
editions = {{ "048" = "1.32" }}
{where}[feed.sensor]
lat_deg = 59.39
lon_deg = 24.83
h_hae_m = 60
"""
    watch = Watch.of(write_config(tmp_path, free_port(), feeds=feeds))
    with watch, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        until(lambda: any(f.connected for f in watch.board.feeds()), "the socket is bound")
        for block in blocks[:400]:
            sender.sendto(block, (group or "127.0.0.1", port))
            time.sleep(0.002)
        sender.sendto(b"\xff garbage", (group or "127.0.0.1", port))
        until(lambda: watch.board.track("f00101"), "a civil flight is seen")
        until(lambda: watch.board.feeds()[1].quarantined, "the garbage is counted")
        rows = {row[0]: row for row in watch.board.state()["tracks"]["rows"]}
        assert any(name.startswith("228.1-") for name in rows)  # primary plots, placed
        assert "its times are shifted" in watch.board.feeds()[1].said
    same_again(watch)


def test_a_recording_is_replayed_by_its_own_time(tmp_path: Path) -> None:
    fast = ["feed.rx.speed=64", "feed.radar.speed=64"]
    watch = Watch.of(EXAMPLES / "gulf-demo.toml", fast, journal=tmp_path / "journal")
    with watch:
        until(lambda: alerts(watch, AlertKind.DARK), "the dark formation is told")
        dark = alerts(watch, AlertKind.DARK)[0]
        assert dark.opened_ns // 10**9 >= 1_760_702_400  # 17 October 2025: its own day
        assert dark.track is not None and dark.track.startswith("228.7-")
        assert dark.synthetic
    same_again(watch)


def test_the_examples_hold() -> None:
    for name in ("gulf.toml", "gulf-demo.toml"):
        config = read_config(EXAMPLES / name)
        assert config.feeds and config.rules
    assert read_config(EXAMPLES / "gulf-demo.toml").replays


@pytest.mark.parametrize(
    ("assignments", "rule"),
    [
        (["feed.rx.adress=1"], "did you mean address"),
        (["feed.ry.address=1"], "there are rx"),
        (["feed.rx.address=nowhere"], "no HOST:PORT"),
        (["feed.rx.kind=modes"], "kinds are beast"),
        (["watch.fsync_ms=-1"], "not between 1 and"),
        (["watch.tlp=PINK"], "no TLP 2.0 label"),
        (["rule.box.dwell=1"], "dwell"),
        (["nonsense"], "sets nothing"),
    ],
)
def test_a_wrong_setting_is_told_with_what_is_valid(
    tmp_path: Path, assignments: list[str], rule: str
) -> None:
    path = write_config(tmp_path, 30005)
    with pytest.raises((SettingsError, TocsinError), match=rule) as caught:
        read_config(path, assignments)
    assert caught.value.exit_code == 2


def test_without_nats_py_it_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = '[[sink]]\nname = "bus"\nkind = "nats"\nurl = "nats://127.0.0.1:4"\nsubject = "a"\n'
    path = write_config(tmp_path, 30005, rest=sink)
    Watch.of(path)
    monkeypatch.setitem(sys.modules, "nats", None)
    with pytest.raises(UsageError, match="bus needs nats-py, which is not installed"):
        Watch.of(path)


def test_every_key_of_the_configuration_is_on_its_page() -> None:
    page = (ROOT / "docs" / "reference" / "watch-config.md").read_text()
    told = set(re.findall(r"`(\w+)(?:`| =)", page)) | set(re.findall(r"`\[+(\w+)", page))
    wanted = {key for kind, keys in KEYS.items() for key in keys if kind}
    assert sorted(wanted - told - {"path", "volume", "sensor"}) == []
    rules = {field.name for field in fields(Rule)} - {"title", "hours_s"}
    assert sorted(r for r in rules - told if not r.startswith("except_")) == []
