"""Sinks: each is told of every alert, by its own protocol; one that is down catches up."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.server
import io
import json
import socket
import threading
from pathlib import Path

import pytest
from cloudevents.core.v1.event import CloudEvent
from lxml import etree

from tests.live.conftest import alerts, free_port, until
from tests.live.traffic import appearing, beast_server, write_config
from tests.register.made import template
from tocsin.errors import SettingsError
from tocsin.feed.documents import ipc
from tocsin.feed.formats import read
from tocsin.register.revision import Draft
from tocsin.register.sql import open_store
from tocsin.register.workflow import Action
from tocsin.run.live.config import read_config
from tocsin.run.live.configsinks import SinkSpec
from tocsin.run.live.outbox import Letter, line_of
from tocsin.run.live.service import Watch
from tocsin.run.live.sinks.cot import cot
from tocsin.run.live.sinks.event import StdoutSink, cloudevent
from tocsin.run.live.sinks.register import RegisterSink, incident_id
from tocsin.run.live.sinks.sink import Refused
from tocsin.run.live.sinks.webhook import WebhookSink, judged
from tocsin.schema.live import Alert, AlertKind, AlertState

T_NS = 1_758_263_880_123_456_000


def alert(**more: object) -> Alert:
    told: dict[str, object] = {
        "id": "a1",
        "revision": 1,
        "kind": AlertKind.INSIDE,
        "rule": "box",
        "state": AlertState.OPEN,
        "severity": 3,
        "area": "EE",
        "layer": "sovereign",
        "track": "4ab179",
        "callsign": "SAS1",
        "opened_ns": T_NS,
        "changed_ns": T_NS,
        "closed_ns": None,
        "lon_deg": 24.5,
        "lat_deg": 59.75,
        "h_m": 9000.0,
        "h_datum": "pressure",
        "p_inside": 0.99,
        "p_soon": None,
        "eta_s": None,
        "waiting_cost": 2.97,
        "sources": 1,
        "plot_age_s": 0.5,
        "why": "SAS1 (4ab179) is inside Estonia (P 99 %).",
        "synthetic": True,
    }
    return Alert(**{**told, **more})  # type: ignore[arg-type]


def letter(told: Alert, number: int = 1) -> Letter:
    return Letter(number, 1, told, line_of(told))


def over(revision: int = 2) -> Alert:
    end_ns = T_NS + 60 * 10**9
    return alert(revision=revision, state=AlertState.CLOSED, closed_ns=end_ns, changed_ns=end_ns)


def test_an_event_is_a_cloudevent_and_its_id_tells_what_came_twice() -> None:
    told = cloudevent(letter(alert()), "gulf")
    event = CloudEvent(
        {name: value for name, value in told.items() if name not in ("data", "time")}, told["data"]
    )
    assert event.get_id() == "a1/1"
    assert event.get_type() == "org.tocsin.alert.inside"
    assert told["time"] == "2025-09-19T06:38:00.123456Z"
    out = io.StringIO()
    asyncio.run(StdoutSink("gulf", out).deliver(letter(alert())))
    assert json.loads(out.getvalue()) == told
    assert out.getvalue().count("\n") == 1


def test_cursor_on_target_has_the_error_as_one_sigma_and_goes_stale() -> None:
    root = etree.fromstring(cot(alert(), "gulf", "a-u-A", 120, 37.4))
    point = root.find("point")
    assert root.attrib["version"] == "2.0" and root.attrib["uid"] == "tocsin.gulf.a1"
    assert root.attrib["stale"] == "2025-09-19T06:40:00.123456Z"
    assert point is not None and point.attrib["ce"] == "37.4"
    assert point.attrib["hae"] == "9999999.0"  # a pressure altitude is none above the ellipsoid
    ended = etree.fromstring(cot(over(), "gulf", "a-u-A", 120, None))
    assert ended.attrib["stale"] == ended.attrib["time"]
    high = etree.fromstring(cot(alert(h_datum="hae"), "gulf", "a-u-A", 120, None))
    assert [p.attrib["hae"] for p in high.iter("point")] == ["9000.0"]


class Hook(http.server.BaseHTTPRequestHandler):
    """A webhook that answers what its server says."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        assert isinstance(server, Hooks)
        server.got.append((self.path, dict(self.headers), body))
        self.send_response(server.answers.pop(0) if server.answers else 204)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Hooks(http.server.ThreadingHTTPServer):
    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Hook)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


def test_a_webhook_is_signed_and_told_apart_by_its_answers(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"0123456789abcdef\n")
    with Hooks() as hooks:
        url = f"http://127.0.0.1:{hooks.server_port}/in?x=1"
        sink = WebhookSink(SinkSpec("hook", "webhook", url=url, secret_file=secret), "gulf")
        asyncio.run(sink.deliver(letter(alert())))
        path, headers, body = hooks.got[0]
        assert path == "/in?x=1"
        mac = hmac.new(b"0123456789abcdef", body, hashlib.sha256).hexdigest()
        assert headers["X-Tocsin-Signature"] == f"sha256={mac}"
        assert headers["Content-Type"].startswith("application/cloudevents+json")
        assert json.loads(body)["id"] == "a1/1"
        for answer in (302, 401, 429, 500, 503):
            hooks.answers = [answer]
            with pytest.raises(ConnectionError):
                asyncio.run(sink.deliver(letter(alert())))
        hooks.answers = [422]
        with pytest.raises(Refused):
            asyncio.run(sink.deliver(letter(alert())))
    short = tmp_path / "short"
    short.write_bytes(b"x")
    with pytest.raises(SettingsError, match="needs 16"):
        WebhookSink(SinkSpec("hook", "webhook", url=url, secret_file=short), "gulf")


HOME = (
    *("10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::ffff:10.0.0.1"),  # noqa: S104
    *("fe80::1", "fd00::1", "224.0.0.1", "255.255.255.255"),
)


@pytest.mark.parametrize("host", HOME)
def test_no_webhook_reaches_into_the_house(host: str) -> None:
    with pytest.raises(ConnectionError, match="no public address"):
        judged(host, 80, allow_private=False)
    assert judged(host, 80, allow_private=True)


def test_a_name_that_points_home_is_refused_and_a_written_loopback_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert judged("127.0.0.1", 80, allow_private=False) == "127.0.0.1"
    home = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: home)
    with pytest.raises(ConnectionError, match=r"evil\.example is 127\.0\.0\.1"):
        judged("evil.example", 80, allow_private=False)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://h/", "http://", "//h/x", "ftp://h"]
)
def test_a_webhook_is_http_and_nothing_else(tmp_path: Path, url: str) -> None:
    rest = f'[[sink]]\nname = "hook"\nkind = "webhook"\nurl = "{url}"\n'
    with pytest.raises(SettingsError, match="neither http nor https"):
        read_config(write_config(tmp_path, 30005, rest=rest))


def test_a_register_has_an_alert_once_however_often_it_is_told(tmp_path: Path) -> None:
    config = read_config(write_config(tmp_path, 30005))
    (tmp_path / "register.db").write_bytes(Path(template()).read_bytes())
    store = f"sqlite:///{tmp_path / 'register.db'}"
    sink = RegisterSink(SinkSpec("register", "register", store=store), config)

    async def tell(*told: Alert) -> None:
        for each in told:
            await sink.deliver(letter(each))
        await sink.close()

    asyncio.run(tell(alert(), alert(), over(), over(), alert()))
    name = incident_id("test", alert())
    with open_store(store) as held:
        history = held.history(name)
        assert [(r.action, r.state) for r in history] == [("add", "draft"), ("edit", "draft")]
        assert history[0].author == "test desk"
        record = history[-1].record
        assert record["states"] == ["EE"]
        assert record["synthetic"]
        assert record["duration_s"] == {"least": None, "most": 60.0, "text": ""}
        # Once a person has approved it, the watch has no more to say.
        held.append([Draft(name, Action.APPROVE, "bea", None)], T_NS)
    asyncio.run(tell(over(3)))
    with open_store(store) as held:
        assert len(held.history(name)) == 3


def test_a_sink_that_is_down_stops_nothing_and_catches_up(tmp_path: Path) -> None:
    port = free_port()
    rest = f'[[sink]]\nname = "hook"\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/"\n'
    with beast_server(appearing) as served:
        watch = Watch.of(write_config(tmp_path, served, rest=rest))
        with watch:
            until(lambda: len(alerts(watch, AlertKind.INSIDE)) > 4, "alerts are on the screens")
            until(lambda: watch.outgoing[0].standing.failures, "the hook was tried")
            assert watch.outgoing[0].cursor.number == 0
            with Hooks(port) as hooks:
                # At least once: one that is not answered in time comes again, the same.
                until(lambda: len({body for _, _, body in hooks.got}) > 4, "the hook has caught up")
                told = {body for _, _, body in hooks.got}
                assert len({json.loads(body)["id"] for body in told}) == len(told)
                assert watch.stop(10.0)  # while the hook is there: nothing waits for it
        kept = watch.outgoing[0].cursor.number
    assert kept == int((tmp_path / "journal" / "sinks" / "hook.cursor").read_text())


def test_tak_over_udp_and_tcp(tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.create_server(("127.0.0.1", 0)) as tcp,
        beast_server(appearing) as served,
    ):
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(40)
        tcp.settimeout(40)
        rest = "".join(
            f'[[sink]]\nname = "{name}"\nkind = "cot"\nprotocol = "{name}"\n'
            f'address = "127.0.0.1:{sock.getsockname()[1]}"\n'
            for name, sock in (("udp", udp), ("tcp", tcp))
        )
        with Watch.of(write_config(tmp_path, served, rest=rest)):
            root = etree.fromstring(udp.recv(65_535))
            client, _ = tcp.accept()
            client.settimeout(40)
            stream = client.recv(65_535)
            client.close()
    assert root.tag == "event"
    point = root.find("point")
    assert point is not None and abs(float(point.attrib["lat"]) - 59.75) < 0.01
    assert 0 < float(point.attrib["ce"]) < 1000
    assert b"<event " in stream


def test_nats_in_and_nats_out(tmp_path: Path, nats_url: str) -> None:
    """Fixes come by JetStream and are acknowledged once kept; alerts leave by it, once each."""
    import nats

    source = Path(__file__).parents[2] / "examples/vaindloo-2025-09-19/adsb-synthetic-gps.beast"
    fixes = read(source, "beast").fixes.slice(0, 2000)

    async def published() -> None:
        client = await nats.connect(nats_url)
        stream = client.jetstream()
        await stream.add_stream(name="fixes", subjects=["fixes.>"])
        await stream.add_stream(name="alerts", subjects=["alerts.>"])
        for k in range(0, 2000, 500):
            await stream.publish("fixes.rx", ipc(fixes.slice(k, 500)))
        await client.close()

    async def told() -> tuple[int, int]:
        client = await nats.connect(nats_url)
        stream = client.jetstream()
        alerts = await stream.stream_info("alerts")
        info = await stream.consumer_info("fixes", "tocsin-lake")
        await client.close()
        return alerts.state.messages, info.num_ack_pending + (info.num_pending or 0)

    asyncio.run(published())
    feeds = (
        f'[[feed]]\nname = "lake"\nkind = "nats"\nurl = "{nats_url}"\nsubject = "fixes.rx"\n'
        'stream = "fixes"\n'
    )
    rest = f'[[sink]]\nname = "out"\nkind = "nats"\nurl = "{nats_url}"\nsubject = "alerts.test"\n'
    path = write_config(tmp_path, free_port(), feeds=feeds, rest=rest)
    path.write_text(path.read_text().replace("box.geojson", "bundled:sovereign/EE"))
    watch = Watch.of(path, ['rule.box.areas=["EE"]'])
    with watch:
        until(lambda: alerts(watch, AlertKind.INSIDE), "an aircraft of the lake is inside")
        until(lambda: watch.outgoing[0].standing.delivered, "an alert has left")
        until(lambda: asyncio.run(told())[1] == 0, "every message is acknowledged")

        def counted() -> bool:
            return {f.name: f.records for f in watch.board.feeds()}["lake"] == 2000

        until(counted, "every fix is counted once")
    inside = len(alerts(watch, AlertKind.INSIDE))
    assert asyncio.run(told())[0] >= inside
