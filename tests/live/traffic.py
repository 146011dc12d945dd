"""Aircraft for a watch that is really started: frames as a receiver sends them, and a server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from tocsin.feed import beastframes
from tocsin.simulate import squitter

#: A square about Naissaar; nothing else of a test lies near.
WEST, SOUTH, EAST, NORTH = 24.0, 59.5, 25.0, 60.0
INSIDE, OUTSIDE = (24.5, 59.75), (26.5, 59.75)
CLOCK_HZ = 12_000_000

AREA = f"""{{"type": "FeatureCollection", "features": [{{"type": "Feature", "properties":
{{"volume": "BOX", "layer": "restricted", "sigma_m": 50, "edge": "geodesic"}}, "geometry":
{{"type": "Polygon", "coordinates": [[[{WEST},{SOUTH}],[{EAST},{SOUTH}],[{EAST},{NORTH}],
[{WEST},{NORTH}],[{WEST},{SOUTH}]]]}}}}]}}"""

CONFIG = """
[watch]
id = "test"
synthetic = true
journal = "journal"
batch_ms = 30
checkpoint_s = 2
desk = "test desk"
{watch}
[engine]
forget_s = 60
[[feed]]
name = "rx"
kind = "beast"
address = "127.0.0.1:{port}"
quiet_s = 20
{feeds}
[[area]]
path = "box.geojson"
[[rule]]
id = "box"
kinds = ["inside"]
areas = ["BOX"]
dwell_s = 0
close_s = 1
{rest}
"""


def write_config(
    folder: Path, port: int, *, watch: str = "", feeds: str = "", rest: str = ""
) -> Path:
    """Return a configuration in a folder, its area beside it."""
    (folder / "box.geojson").write_text(AREA)
    path = folder / "watch.toml"
    path.write_text(CONFIG.format(port=port, watch=watch, feeds=feeds, rest=rest))
    return path


def frames(icao24: int, lon_deg: float, lat_deg: float) -> list[bytes]:
    """Return what tells where an aircraft is: accuracy, velocity, an even and an odd position."""
    lon, lat, h_m = np.full(2, lon_deg), np.full(2, lat_deg), np.full(2, 9000.0)
    slow, none, one = np.array([5.0]), np.zeros(1), np.ones(1, np.int64)
    me = [
        squitter.status(9 * one, 0),
        squitter.velocity(slow, none, none, none, np.ones(1, np.bool_)),
        squitter.position(lon, lat, h_m, np.array([0, 1]), np.full(2, 11), 0),
    ]
    return [frame.tobytes() for words in me for frame in squitter.frames(words, icao24)]


def message(frame: bytes, t_s: float) -> bytes:
    """Return a frame in Beast binary with a counter of 12 MHz."""
    stamp = int(t_s * CLOCK_HZ) & (1 << 48) - 1
    return beastframes.join(ord("3"), stamp, 200, frame)


def appearing(first: int = 0x4A0001, every_s: float = 0.2) -> Iterator[tuple[float, bytes]]:
    """Yield when and what: aircraft that appear inside the box, one after the other, for ever."""
    at_s, address = 0.0, first
    while True:
        data = b"".join(message(f, at_s + k / 200) for k, f in enumerate(frames(address, *INSIDE)))
        yield at_s, data
        at_s, address = at_s + every_s, address + 1


@contextmanager
def beast_server(
    source: Callable[[], Iterator[tuple[float, bytes]]], *, waits: bool = False
) -> Iterator[int]:
    """Serve Beast on a port of the loopback: what is due by now, to whoever is connected.

    Like a receiver it goes on whether somebody listens or not, and repeats nothing; one that
    waits begins with its first listener.
    """
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        clients: list[socket.socket] = []
        begun_s = time.monotonic()
        for at_s, data in source():
            while not stop.is_set():
                late = bool(clients) and time.monotonic() - begun_s >= at_s
                server.settimeout(0.0 if late else 0.05)
                with suppress(TimeoutError, BlockingIOError):
                    client, _ = server.accept()
                    client.settimeout(None)
                    clients.append(client)
                if waits and not clients:
                    begun_s = time.monotonic()
                elif time.monotonic() - begun_s >= at_s:
                    break
            if stop.is_set():
                break
            for client in list(clients):
                try:
                    client.sendall(data)
                except OSError:
                    client.close()
                    clients.remove(client)
        stop.wait()
        for client in clients:
            client.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(server.getsockname()[1])
    finally:
        stop.set()
        thread.join(5)
        server.close()
