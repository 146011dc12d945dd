"""The inlets of a configuration."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tocsin.run.live.clock import Clock
from tocsin.run.live.config import WatchConfig
from tocsin.run.live.inlets.inlet import Inlet, Intake
from tocsin.run.live.inlets.poll import PollInlet
from tocsin.run.live.inlets.replay import GAP_NS, Recording, ReplayInlet
from tocsin.run.live.inlets.tcp import TcpInlet
from tocsin.run.live.inlets.udp import UdpInlet


def inlets_of(
    intake: Intake,
    config: WatchConfig,
    recordings: Sequence[Recording],
    clock: Clock,
    rng: Random,
) -> list[Inlet]:
    """Return what reads each feed; recordings are those of the replays, in order."""
    found: list[Inlet] = []
    begin, end = span(recordings) if recordings else (0, 0)
    shift_ns = 0 if config.replays else clock.now_ns() - begin
    period_ns = end - begin + GAP_NS
    played = iter(recordings)
    for feed in config.feeds:
        if feed.kind in ("beast", "sbs"):
            found.append(TcpInlet(feed, intake, rng))
        elif feed.kind == "asterix":
            found.append(UdpInlet(feed, intake, rng))
        elif feed.kind == "readsb":
            found.append(PollInlet(feed, intake, rng))
        elif feed.kind == "replay":
            late_ns = max(0, clock.now_ns() - shift_ns - begin)
            rounds = late_ns // period_ns if feed.loop else 0
            own_ns = shift_ns + rounds * period_ns
            found.append(ReplayInlet(next(played), intake, clock, own_ns, period_ns))
        else:
            from tocsin.run.live.inlets.natsfeed import NatsInlet

            found.append(NatsInlet(feed, intake, rng))
    return found


def span(recordings: Sequence[Recording]) -> tuple[int, int]:
    """Return the first and the last time of all recordings."""
    return min(r.begin_ns for r in recordings), max(r.end_ns for r in recordings)
