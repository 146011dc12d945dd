"""How often somebody may try: failures counted by account and by address, forgotten with time.

Three counts stop a sign-in: of an account from one address, of an address over all accounts, and
of an account over all addresses.  The last is wide, so that nobody can lock somebody else out by
trying in their name.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

WINDOW_S = 900.0
PAIR, ADDRESS, ACCOUNT = 5, 20, 100
_MOST_KEYS = 20_000


class Failures:
    """Failed tries of the last quarter of an hour; in memory, bounded."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._at_s: OrderedDict[tuple[str, ...], list[float]] = OrderedDict()

    def wait_s(self, account: str, address: str) -> float:
        """Return how long to wait before another try; 0: now."""
        with self._lock:
            return max(self._left_s(key, most) for key, most in _keys(account, address))

    def add(self, account: str, address: str) -> None:
        """Count a try before it is made, so that many at once are many."""
        now_s = self._clock_s()
        with self._lock:
            for key, most in _keys(account, address):
                times = [at for at in self._at_s.pop(key, []) if at > now_s - WINDOW_S]
                self._at_s[key] = [*times, now_s][-most:]
            while len(self._at_s) > _MOST_KEYS:
                self._at_s.popitem(last=False)

    def take_back(self, account: str, address: str) -> None:
        """The try was right: it counts for nothing, and clears the account from there."""
        with self._lock:
            for key, _ in _keys(account, address):
                if key[0] == "pair":
                    self._at_s.pop(key, None)
                elif times := self._at_s.get(key):
                    times.pop()

    def _left_s(self, key: tuple[str, ...], most: int) -> float:
        now_s = self._clock_s()
        times = [at for at in self._at_s.get(key, ()) if at > now_s - WINDOW_S]
        return times[-most] + WINDOW_S - now_s if len(times) >= most else 0.0


def _keys(account: str, address: str) -> tuple[tuple[tuple[str, ...], int], ...]:
    return (
        (("pair", account, address), PAIR),
        (("address", address), ADDRESS),
        (("account", account), ACCOUNT),
    )
