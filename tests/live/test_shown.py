"""What the screens are shown of many tracks, and what is prepared while nothing comes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.live.traffic import write_config
from tocsin.feed.columns import fixes
from tocsin.feed.documents import ipc, joined
from tocsin.run.live import areas
from tocsin.run.live.config import read_config
from tocsin.run.live.core import Core, Out, packed
from tocsin.run.live.cursor import Cursor
from tocsin.run.live.segment import Kind, Record
from tocsin.run.live.shown import Shown
from tocsin.run.live.warmth import Warmth
from tocsin.schema.live import TRACK_COLUMNS

S_NS = 1_000_000_000
NOW_NS = 1_758_263_880 * S_NS
COUNT = 2300
_FEED = '[[feed]]\nname = "many"\nkind = "nats"\nurl = "nats://127.0.0.1:4"\nsubject = "s"\n'


@pytest.fixture
def core(tmp_path: Path) -> Core:
    feeds = _FEED + 'stream = "s"\ndurable = "d"\nformat = "fixes"\n'
    config = read_config(write_config(tmp_path, 30005, feeds=feeds))
    return Core(config, areas.load(config.areas, config.path).areas)


def take(core: Core, seq: int, t_ns: int, icao24: np.ndarray, lat_deg: float) -> Out:
    count = len(icao24)
    columns = {
        "source_kind": "adsb",
        "t_applicability": pa.array(np.full(count, t_ns)).cast(pa.timestamp("ns", "UTC")),
        "lon_deg": np.linspace(20.0, 28.0, count),
        "lat_deg": np.full(count, lat_deg),
        "icao24": pa.array(icao24, pa.uint32()),
        "nacp": pa.array(np.full(count, 9), pa.uint8()),
    }
    table = fixes(bytes(32), np.arange(count, dtype=np.uint64), columns)
    return core.take(Record(seq, t_ns, Kind.DATA, "many", joined([ipc(table)])))


def test_many_tracks_are_shown_within_a_second_and_few_at_a_time(core: Core) -> None:
    shown, seen = Shown(core), set[str]()
    addresses = np.arange(COUNT) + 0x400000
    largest = 0
    for k in range(21):  # 50 ms apart
        t_ns = NOW_NS + k * S_NS // 20
        out = take(core, k + 1, t_ns, addresses, 50.0 + k * 1e-4)
        part = shown.part(t_ns, out.gone)
        if k == 0:
            continue  # where nothing came before, all is owed at once
        if part is not None:
            largest = max(largest, len(part.rows))
            seen |= {row[0] for row in part.rows}
    assert largest == 500
    rest = shown.part(NOW_NS + 20 * S_NS // 20 + 1, ())
    assert rest is not None
    seen |= {row[0] for row in rest.rows}
    take(core, 30, NOW_NS + 3 * S_NS, addresses, 50.01)
    late = shown.part(NOW_NS + 3 * S_NS, ())  # a second and more since the last record
    assert late is not None and len(late.rows) + len(seen) >= COUNT


def test_what_only_grew_older_is_not_shown_and_what_is_gone_is_told_once(core: Core) -> None:
    shown = Shown(core)
    take(core, 1, NOW_NS, np.array([0x4A0001, 0x4A0002]), 50.0)
    first = shown.part(NOW_NS, ())
    assert first is not None and [row[0] for row in first.rows] == ["4a0001", "4a0002"]
    assert shown.part(NOW_NS + S_NS // 2, ()) is None
    core.take(Record(2, NOW_NS + S_NS, Kind.TICK, "", b""))
    older = shown.part(NOW_NS + S_NS, ())
    assert older is not None and not older.rows
    gone: list[str] = []
    for k in range(2, 80):  # the rule of this configuration: forgotten after a minute
        gone += core.take(Record(k + 1, NOW_NS + k * S_NS, Kind.TICK, "", b"")).gone
    assert sorted(gone) == ["4a0001", "4a0002"]
    take(core, 90, NOW_NS + 80 * S_NS, np.array([0x4A0002]), 50.0)
    last = shown.part(NOW_NS + 80 * S_NS, gone)
    assert last is not None and list(last.gone) == ["4a0001"]  # the other came again
    assert [row[TRACK_COLUMNS.index("id")] for row in last.rows] == ["4a0002"]


def test_what_is_prepared_changes_no_answer_and_comes_to_an_end(core: Core) -> None:
    cold = take(core, 1, NOW_NS, np.array([0x4A0001]), 59.75)
    before = core.plain()
    warmth = Warmth(core)
    assert warmth.begin(30.0, lambda: False)
    assert warmth.more()
    count = core.engine.warm(1)
    assert count > 1
    assert core.plain() == before
    other = Core(core.config, core.areas)
    assert not Warmth(other).begin(0.0, lambda: False)
    assert not Warmth(other).begin(30.0, lambda: True)
    assert Warmth(other).begin(30.0, lambda: False)
    warm = take(other, 1, NOW_NS, np.array([0x4A0001]), 59.75)
    assert warm.alerts == cold.alerts
    other.load(packed(before))  # a checkpoint: the engine is another one
    assert take(other, 2, NOW_NS + S_NS, np.array([0x4A0001]), 59.75).alerts == (
        take(core, 2, NOW_NS + S_NS, np.array([0x4A0001]), 59.75).alerts
    )


def test_a_cursor_stands_in_its_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sinks" / "hook.cursor"
    cursor = Cursor(path, 7)
    for number in (8, 9, 1234567):
        assert cursor.keep(number)
        assert int(path.read_text()) == number  # a crash now costs nothing
    assert Cursor(path, 0).number == 1234567
    path.write_text("12\n")  # as an older tocsin wrote it
    older = Cursor(path, 0)
    assert older.number == 12 and older.keep(13) and path.read_text() == f"{13:020d}\n"
    older.close()
    path.write_text("twelve")
    with pytest.raises(Exception, match="is no cursor of a sink"):
        Cursor(path, 0)
