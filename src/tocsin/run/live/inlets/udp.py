"""ASTERIX in datagrams, unicast or multicast.

Nobody sends a datagram twice: what the watch does not fetch in time the system drops, and says
how many.  So datagrams go to the journal whether the watch keeps up or not.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from random import Random

from tocsin.feed.documents import joined
from tocsin.run.live.config import FeedSpec
from tocsin.run.live.inlets.inlet import Backoff, Gathering, Intake, reason

RECEIVE_BYTES = 8 << 20  # asked of the system for what waits
LARGEST = 65_535
_AT_ONCE = 256  # datagrams, before anything else has its turn
#: Linux: each datagram comes with the count of those dropped before it.
_SO_RXQ_OVFL = 40


class UdpInlet:
    """Datagrams at an address of this machine, or of a group that it joins."""

    def __init__(self, feed: FeedSpec, intake: Intake, rng: Random) -> None:
        self._feed, self._intake = feed, intake
        self._backoff = Backoff(rng)
        self._lost = 0

    async def run(self) -> None:
        while True:
            try:
                sock = opened(self._feed)
            except OSError as error:
                self._intake.link(self._feed.name, False, reason(error))
                await asyncio.sleep(self._backoff.next_s())
                continue
            with sock:
                self._intake.link(self._feed.name, True)
                self._backoff.reset()
                await self._read(sock)

    async def _read(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        gathered = Gathering(self._feed, self._intake)
        ready = asyncio.Event()
        loop.add_reader(sock.fileno(), ready.set)
        try:
            while True:
                left_s = gathered.left_s(loop.time())
                if left_s != 0.0:
                    try:
                        async with asyncio.timeout(left_s):
                            await ready.wait()
                    except TimeoutError:
                        left_s = 0.0
                ready.clear()
                for _ in range(_AT_ONCE):
                    try:
                        data, told, _, _ = sock.recvmsg(LARGEST, 64)
                    except BlockingIOError:
                        break
                    gathered.add(data, loop.time())
                    self._count(told)
                if left_s == 0.0:
                    await gathered.flush(joined, wait=False)
        finally:
            loop.remove_reader(sock.fileno())
            await gathered.flush(joined, wait=False)

    def _count(self, told: list[tuple[int, int, bytes]]) -> None:
        for level, kind, data in told:
            if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL and len(data) >= 4:
                lost = int(struct.unpack("I", data[:4])[0])
                if lost > self._lost:
                    self._intake.dropped(self._feed.name, lost - self._lost)
                    self._lost = lost


def opened(feed: FeedSpec) -> socket.socket:
    """Return a bound socket that does not block; of a group where the feed names one."""
    six = ":" in (feed.group or feed.host)
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        if hasattr(socket, "SO_REUSEADDR") and feed.group:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # another system than Linux: what it drops it does not tell
            sock.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        # Bound to the group itself, so that what others send to this port stays out.
        sock.bind((feed.group or feed.host, feed.port))
        if feed.group:
            _join(sock, feed, six)
    except OSError:
        sock.close()
        raise
    return sock


def _join(sock: socket.socket, feed: FeedSpec, six: bool) -> None:
    if six:
        index = socket.if_nametoindex(feed.interface) if feed.interface else 0
        member = socket.inet_pton(socket.AF_INET6, feed.group) + struct.pack("@I", index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        return
    own = feed.interface or feed.host
    member = socket.inet_aton(feed.group) + socket.inet_aton(own)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
