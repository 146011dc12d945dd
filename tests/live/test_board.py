"""What readers of the board are given: every change once, or the whole again."""

from __future__ import annotations

import json
import threading

from tocsin.run.live.board import Board, Change, Said
from tocsin.schema.live import (
    TRACK_COLUMNS,
    Alert,
    AlertKind,
    AlertState,
    Handling,
    Interval,
    alert_of,
    plain,
    rfc3339,
)

NOON_NS = 1_758_283_200_000_000_000  # 2025-09-19T12:00:00Z


def alert(name: str, *, cost: float = 1.0, closed_ns: int | None = None) -> Alert:
    return Alert(
        id=name,
        revision=1,
        kind=AlertKind.INSIDE,
        rule="entry",
        state=AlertState.OPEN if closed_ns is None else AlertState.CLOSED,
        severity=3,
        area="EE",
        layer="sovereign",
        track="4ab179",
        callsign=None,
        opened_ns=NOON_NS,
        changed_ns=NOON_NS + 1000,
        closed_ns=closed_ns,
        lon_deg=26.4,
        lat_deg=59.8,
        h_m=None,
        h_datum=None,
        p_inside=0.97,
        p_soon=0.99,
        eta_s=Interval(0.0, 1.5, 3.0),
        waiting_cost=cost,
        sources=2,
        plot_age_s=4.0,
        why="inside EE",
        synthetic=True,
        handling=(Handling("anna", NOON_NS, "snooze", "known flight", NOON_NS + 60_000_000_000),),
    )


def row(name: str, lon_deg: float) -> list[object]:
    return [name, None, "adsb", lon_deg, *[None] * (len(TRACK_COLUMNS) - 4)]


def test_an_alert_survives_its_json_form() -> None:
    one = alert("a")
    assert alert_of(json.loads(json.dumps(plain(one)))) == one
    assert plain(one)["opened_utc"] == rfc3339(NOON_NS) == "2025-09-19T12:00:00.000000Z"


def test_a_reader_gets_each_change_once_and_the_whole_when_it_fell_behind() -> None:
    board = Board()
    assert board.since(0) == []
    for k in range(3):
        board.publish(Change(NOON_NS + k, rows=[row("4ab179", 26.0 + k)]))
    changes = board.since(1)
    assert changes is not None and [each["seq"] for each in changes] == [2, 3]
    for k in range(600):
        board.publish(Change(NOON_NS + k, rows=[row("4ab179", 27.0)]))
    assert board.since(1) is None  # forgotten: ask for the whole
    assert board.since(10**9) is None  # a number of another board, before a restart
    state = board.state()
    assert state["seq"] == 603 and [r[0] for r in state["tracks"]["rows"]] == ["4ab179"]
    json.dumps(state)


def test_alerts_stand_in_order_of_what_waiting_costs_and_old_closed_ones_go() -> None:
    board = Board(closed_kept=2)
    board.publish(Change(NOON_NS, alerts=[alert("low", cost=0.5), alert("high", cost=3.0)]))
    board.publish(
        Change(NOON_NS, alerts=[alert(f"c{k}", cost=0.0, closed_ns=NOON_NS + k) for k in range(5)])
    )
    assert [each["id"] for each in board.state()["alerts"]] == ["high", "low", "c3", "c4"]


def test_a_track_that_is_gone_is_no_longer_shown() -> None:
    board = Board()
    board.publish(Change(NOON_NS, rows=[row("a", 1.0), row("b", 2.0)]))
    board.publish(Change(NOON_NS, gone=["a"]))
    assert [r[0] for r in board.state()["tracks"]["rows"]] == ["b"]


def test_readers_are_woken_and_requests_come_out_in_order() -> None:
    board = Board()
    woken: list[bool] = []
    reader = threading.Thread(target=lambda: woken.append(board.wait(0, 20.0)))
    reader.start()
    board.publish(Change(NOON_NS))
    reader.join(20.0)
    assert woken == [True]
    assert board.wait(1, 0.0) is False
    assert board.say(Said("acknowledge", "anna", "seen", alert="a"))
    assert board.say(Said("test", "bo", "drill"))
    assert [each.action for each in board.heard()] == ["acknowledge", "test"]
    assert board.heard() == []
