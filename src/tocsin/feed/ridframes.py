"""The Remote ID frames of a capture: every message with its frame, its sender and its place.

A frame is kept or refused as a whole, so that each is counted once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from tocsin.feed import bluetooth, droneid, odid, wifi
from tocsin.feed.broadcast import DJI, FRENCH, Broadcast, Malformed
from tocsin.feed.capture import Capture, Ints
from tocsin.feed.quarantine import Quarantine

LINKTYPES = wifi.LINKTYPES | bluetooth.LINKTYPES
FRENCH_REASON = "french-scheme"
_MARKS = re.compile(b"|".join(re.escape(mark) for mark in (*wifi.MARKS, *bluetooth.MARKS)))
_RAW_BYTES = 16  # of a refused frame: its headers, never the position of an operator


@dataclass(frozen=True, slots=True)
class Message:
    """One Open Drone ID message, or one flight record of DroneID."""

    frame: int  # index of the packet in the capture
    sender: str  # MAC address; empty where the frame has none
    kind: int  # type of the message, or version of the record
    at: int  # byte offset in the file


@dataclass(slots=True)
class Heard:
    """What a capture holds, in its order."""

    odid: list[Message] = field(default_factory=list)
    dji: list[Message] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)  # every frame with Remote ID, refused or not
    refused: set[int] = field(default_factory=set)
    cut: int = 0  # packs that end before their last message
    purposes: int = 0  # DroneID records of texts, which have no position


def collect(data: bytes, taken: Capture, quarantine: Quarantine) -> Heard:
    """Return the Remote ID of a capture; frames that cannot be read go to the quarantine."""
    heard = Heard()
    columns = (taken.offset, taken.length, taken.wire, taken.linktype)
    for frame in _candidates(data, taken).tolist():
        begin, length, wire, linktype = (int(column[frame]) for column in columns)
        carrier = wifi if linktype in wifi.LINKTYPES else bluetooth
        try:
            found = carrier.broadcasts(data, begin, begin + length, linktype, wire == length)
            if found:
                _read(data, frame, found, heard)
        except Malformed as error:
            refuse(heard, quarantine, data, begin, frame, error)
            found = []
        if found:
            heard.frames.append(frame)
    return heard


def drop_refused(heard: Heard) -> None:
    """Take out the messages of frames that were refused after they had been read."""
    heard.odid = [message for message in heard.odid if message.frame not in heard.refused]
    heard.dji = [message for message in heard.dji if message.frame not in heard.refused]


def refuse(
    heard: Heard, quarantine: Quarantine, data: bytes, begin: int, frame: int, why: Malformed
) -> None:
    """Refuse a frame, once, with all that it carries."""
    if frame in heard.refused:
        return
    heard.refused.add(frame)
    raw = data[begin : begin + _RAW_BYTES]
    quarantine.add(f"byte {begin}", why.reason, f"{why.detail}; frame {frame + 1}", raw)


def _candidates(data: bytes, taken: Capture) -> Ints:
    """Return the packets, in order, in which the octets of a Remote ID scheme occur."""
    if not len(taken):
        return np.zeros(0, np.int64)
    marks = np.array([found.start() for found in _MARKS.finditer(data)], np.int64)
    packet = np.searchsorted(taken.offset, marks, side="right") - 1
    packet = np.unique(packet[packet >= 0])
    return packet[np.isin(taken.linktype[packet], list(LINKTYPES))]


def _read(data: bytes, frame: int, found: list[Broadcast], heard: Heard) -> None:
    """Add the messages of one frame; raises Malformed, with nothing added, where one is bad."""
    dji: list[Message] = []
    open_id: list[Message] = []
    purposes, cut = 0, 0
    for broadcast in found:
        if broadcast.scheme == FRENCH:
            detail = "Remote ID of the French scheme (OUI 6a:5c:35) is not read"
            raise Malformed(FRENCH_REASON, detail)
        if broadcast.scheme == DJI:
            record = droneid.record(data, broadcast.begin, broadcast.end)
            if record is None:
                purposes += 1
            else:
                dji.append(Message(frame, broadcast.sender, record[1], record[0]))
            continue
        places, lost = odid.messages(data, broadcast.begin, broadcast.end)
        cut += lost > 0
        for at in places:
            open_id.append(Message(frame, broadcast.sender, data[at] >> 4, at))
    heard.dji.extend(dji)
    heard.odid.extend(open_id)
    heard.purposes += purposes
    heard.cut += cut
