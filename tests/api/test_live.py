"""The watch for its readers: state, streams, what people say, and who sees what of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Sign
from tests.api.made import alert, row
from tocsin.api import live as lives
from tocsin.api.accounts import audit
from tocsin.api.held import Held
from tocsin.api.live import Herald
from tocsin.api.livemark import Marked
from tocsin.api.problem import Problem
from tocsin.run.live.board import Board, Change
from tocsin.schema import Tlp
from tocsin.schema.live import TRACK_COLUMNS, FeedHealth, Jamming, rfc3339

NOW_NS = 1_760_000_000_000_000_000
AT = {name: n for n, name in enumerate(TRACK_COLUMNS)}
FEED = FeedHealth("radar-a", "asterix", "radar-a", True, False, 9.0, 0.2, 0.1, 99, 1, 0, "well")
AREAS = (
    {"id": "EE", "title": "Estonia", "layer": "sovereign", "geometry": None},
    {"id": "R1", "title": "a range", "layer": "restricted", "geometry": None, "tlp": "AMBER"},
)


def busy(board: Board) -> None:
    """Let a board tell of a track and an alert in each area, a feed and a jammed area."""
    board.areas = AREAS
    board.publish(
        Change(
            NOW_NS,
            [row("4ab179"), row("psr:1", "R1")],
            alerts=[alert("a1"), alert("a2", "R1")],
            feeds=[FEED],
            jamming=[Jamming("R1", NOW_NS, None, 4, 3, 26.0, 59.0, 1e4)],
        )
    )


@pytest.mark.parametrize(("name", "sees"), [("Rea", False), ("Ana", True)])
def test_who_may_not_read_an_area_hears_nothing_of_it(
    sign: Sign, board: Board, name: str, sees: bool
) -> None:
    busy(board)
    told = sign(name).get("/api/live").json()
    assert ("R1" in json.dumps(told)) is sees
    assert {a["id"] for a in told["alerts"]} == ({"a1", "a2"} if sees else {"a1"})
    assert {r[0] for r in told["tracks"]["rows"]} == {"4ab179", "psr:1"}  # it flies all the same
    other = next(r for r in told["tracks"]["rows"] if r[0] == "psr:1")
    assert (other[AT["p_soon"]] is not None) is sees
    assert (other[AT["sigma_m"]] is not None) is sees  # how well a sensor measures
    assert ("radar-a" in json.dumps(told["feeds"])) is sees
    assert bool(told["jamming"]) is sees


def test_a_simulated_watch_hides_no_sensor_and_a_marked_one_is_hidden_whole() -> None:
    board = Board(synthetic=True)
    busy(board)
    shown = Marked(Tlp.CLEAR, True).whole(board.state(), board.areas, Tlp.CLEAR)
    assert shown["tracks"]["rows"][0][AT["sigma_m"]] == 120.0
    with pytest.raises(Problem, match="TLP:RED"):
        Marked(Tlp.RED, False).whole(board.state(), board.areas, Tlp.AMBER_STRICT)


def test_people_handle_alerts_and_it_is_written_down(sign: Sign, board: Board, held: Held) -> None:
    busy(board)
    client = sign("Ana")
    path = "/api/live/alerts/a1"
    done = client.post(path, json={"action": "acknowledge", "reason": "seen on two radars"})
    assert done.status_code == 202
    until = rfc3339(time.time_ns() + 600 * 10**9)
    snooze = {"action": "snooze", "reason": "a known exercise", "until_utc": until}
    assert client.post(path, json=snooze).status_code == 202
    assert client.post("/api/live/test", json={"reason": "each morning"}).status_code == 202
    said = board.heard()
    assert [(s.action, s.by, s.alert) for s in said] == [
        ("acknowledge", "Ana", "a1"),
        ("snooze", "Ana", "a1"),
        ("test", "Ana", None),
    ]
    assert said[1].until_ns is not None and rfc3339(said[1].until_ns) == until
    what = [(line["what"], line["why"]) for line in audit.lines(held.people)][-3:]
    assert what[0] == ("alert.acknowledge", "seen on two radars")
    for wrong, status in (
        ({"action": "acknowledge", "reason": ""}, 400),
        ({"action": "delete", "reason": "x"}, 400),
        ({"action": "snooze", "reason": "x"}, 400),
        ({"action": "snooze", "reason": "x", "until_utc": "soon"}, 400),
        ({"action": "snooze", "reason": "x", "until_utc": "2001-01-01T00:00:00Z"}, 400),
        ({"action": "snooze", "reason": "x", "until_utc": rfc3339(NOW_NS * 2)}, 400),
        ({"action": "reopen", "reason": "x", "until_utc": until}, 400),
        ({"action": "reopen", "reason": "x", "more": 1}, 400),
    ):
        assert client.post(path, json=wrong).status_code == status, wrong
    assert client.post("/api/live/alerts/none", json=snooze).status_code == 404
    hidden = sign("Ana").post("/api/live/alerts/a2", json=snooze)
    assert hidden.status_code == 202  # an analyst reads AMBER


def test_without_a_watch_there_is_none(client: TestClient, held: Held, sign: Sign) -> None:
    held.herald = None
    answer = sign("Rea").get("/api/live")
    assert answer.status_code == 404 and "--watch" in answer.json()["hint"]


def herald(board: Board, most: int = 8, each: int = 4) -> Herald:
    return Herald(board, Marked(Tlp.CLEAR, True), most, each)


async def next_event(stream: AsyncIterator[str]) -> tuple[str, dict[str, Any]]:
    text = await asyncio.wait_for(anext(stream), 10)
    if text.startswith(":"):
        return "heartbeat", {}
    lines = dict(line.split(": ", 1) for line in text.strip().split("\n"))
    data = json.loads(lines["data"])
    assert int(lines["id"]) == data["seq"]
    return lines["event"], data


def test_a_stream_tells_the_whole_then_each_change_then_the_whole_to_who_fell_behind() -> None:
    board = Board(synthetic=True)
    one = herald(board)

    async def reading() -> None:
        runner = asyncio.create_task(one.run())
        one.open_stream("x")
        stream = one.stream("x", Tlp.CLEAR, lambda: True)
        kind, data = await next_event(stream)
        assert kind == "reset" and data["tracks"]["rows"] == [] and data["areas"] == []
        for n in range(3):
            board.publish(Change(NOW_NS + n, [row(f"t{n}")]))
        got = [await next_event(stream) for _ in range(3)]
        assert [(k, d["tracks"]["rows"][0][0]) for k, d in got] == [
            *(("change", f"t{n}") for n in range(3)),
        ]
        for n in range(600):  # more than the board remembers
            board.publish(Change(NOW_NS + n, [row("t0")]))
        kind, data = await next_event(stream)
        assert kind == "reset" and len(data["tracks"]["rows"]) == 3
        waiting = asyncio.create_task(next_event(stream))
        await asyncio.sleep(0.05)
        board.publish(Change(NOW_NS, alerts=[alert("late")]))
        kind, data = await waiting
        assert kind == "change" and data["alerts"][0]["id"] == "late"
        one.close()
        with pytest.raises(StopAsyncIteration):
            await next_event(stream)
        await runner
        assert one.streams == 0

    asyncio.run(reading())


def test_a_quiet_stream_beats_and_ends_when_its_reader_no_longer_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lives, "HEARTBEAT_S", 0.02)
    may = [True]
    one = herald(Board(synthetic=True))

    async def reading() -> None:
        one.open_stream("x")
        stream = one.stream("x", Tlp.CLEAR, lambda: may[0])
        assert (await next_event(stream))[0] == "reset"
        assert (await next_event(stream))[0] == "heartbeat"
        may[0] = False
        with pytest.raises(StopAsyncIteration):
            for _ in range(3):
                await next_event(stream)

    asyncio.run(reading())


def test_streams_are_limited_in_all_and_for_each_reader() -> None:
    one = herald(Board(), most=3, each=2)
    one.open_stream("a")
    one.open_stream("a")
    with pytest.raises(Problem, match="too many"):
        one.open_stream("a")
    one.open_stream("b")
    with pytest.raises(Problem, match="too many") as refused:
        one.open_stream("c")
    assert refused.value.status == 429 and "retry-after" in refused.value.headers


def test_a_change_is_written_as_json_once_for_each_audience() -> None:
    board = Board()
    one = Herald(board, Marked(Tlp.CLEAR, False), 8, 8)
    busy(board)
    change = (board.since(0) or [])[0]
    assert one._of(change, Tlp.CLEAR) is one._of(change, Tlp.CLEAR)
    assert "R1" not in one._of(change, Tlp.CLEAR) and "R1" in one._of(change, Tlp.RED)
