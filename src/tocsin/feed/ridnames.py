"""Under which name a transmitter flies: its UAS id where one was heard, else its MAC address.

A pack carries Basic ID and Location together; legacy Bluetooth sends them one after the other, so
that the id of a Location is the last that its sender gave, or the first that it gives later.  A
sender of several kinds of id is named by the best: serial number, registration, UTM, session.
"""

from __future__ import annotations

from bisect import bisect_right

from tocsin.feed import odid
from tocsin.feed.ridframes import Message

UNKNOWN = "unknown"  # neither an id nor an address


def uas_ids(data: bytes, messages: list[Message]) -> list[str]:
    """Return the UAS id that holds for each message, empty where none was heard, (N,)."""
    said = [_said(data, message) for message in messages]
    best: dict[str, int] = {}
    for message, (rank, _) in zip(messages, said, strict=True):
        if rank:
            best[message.sender] = min(rank, best.get(message.sender, rank))
    own: dict[tuple[int, str], str] = {}  # by frame and sender
    places: dict[str, list[int]] = {}  # by sender: which messages give its id
    for index, (message, (rank, uas_id)) in enumerate(zip(messages, said, strict=True)):
        if rank and rank == best[message.sender]:
            own.setdefault((message.frame, message.sender), uas_id)
            places.setdefault(message.sender, []).append(index)

    def named(index: int, message: Message) -> str:
        at_once = own.get((message.frame, message.sender))
        given = places.get(message.sender)
        if at_once is not None or not message.sender or not given:
            return at_once or ""
        return said[given[max(bisect_right(given, index) - 1, 0)]][1]

    return [named(index, message) for index, message in enumerate(messages)]


def _said(data: bytes, message: Message) -> tuple[int, str]:
    """Return rank (1 is best, 0 none) and id of a Basic ID message."""
    if message.kind != odid.BASIC_ID:
        return 0, ""
    told = odid.basic_id(data[message.at : message.at + odid.MESSAGE])
    return (told.id_type or 16 if told.uas_id else 0), told.uas_id
