"""Remote ID in captures of Wi-Fi and Bluetooth: drones where they say they are, under their names.

Open Drone ID (`odid`) and DJI DroneID (`droneid`).  A record is a captured frame that carries at
least one of them; frames without are counted in a note.  A frame is quarantined whole: damaged in
reception, cut, of an unknown kind, of a position that is not on Earth, or of the French scheme,
which is not read.  So is the rest of a capture that cannot be framed.

All of it is unsigned: an identity, a position and its accuracy are what the transmitter says, and
anyone can transmit.  Signatures (Authentication messages) are counted and not verified.

Time.  A Location says tenths of a second within the hour; the hour is the one that puts it nearest
to the capture's clock.  Where the two then differ by more than `riddeclared.AGREES_S`, the message
does not tell when it applies (it is frozen or replayed, or a clock is wrong): t_applicability is
null, the row carries a warning and its time is that of reception.  DroneID tells no time of the
position.

Operators.  The position of the operator (System message), of the phone that flies a DJI drone and
of its home point show where a person stands.  They are left out and counted, unless
`ReadOptions.operators` asks for them: then they are rows of kind "remote_id_operator", in tracks of
their own.  Operator ID, Self-ID and the user's UUID are never given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tocsin.errors import FeedError
from tocsin.feed import capture, odid, riddeclared, ridrows
from tocsin.feed.broadcast import Malformed
from tocsin.feed.capture import Capture, Ints
from tocsin.feed.quarantine import Quarantine
from tocsin.feed.ridframes import (
    FRENCH_REASON,
    LINKTYPES,
    Heard,
    Message,
    collect,
    drop_refused,
    refuse,
)
from tocsin.feed.ridnames import uas_ids
from tocsin.feed.ridrows import Rows
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Floats, Reading

NAME = "remoteid"
TITLE = "Remote ID and DJI DroneID in Wi-Fi and Bluetooth captures (pcap, pcapng)"

_KNOWN = (odid.BASIC_ID, odid.LOCATION, odid.AUTHENTICATION, odid.SELF_ID, odid.SYSTEM)


def sniff(head: bytes) -> bool:
    """Return whether this is a capture whose packets are Wi-Fi or Bluetooth frames.

    Where in a capture the first Remote ID frame stands is luck, so that the link type decides.
    """
    if not capture.is_capture(head):
        return False
    return bool(np.isin(capture.packets(head).linktype, list(LINKTYPES)).any())


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of a capture: one row a position.

    Raises FeedError for a file that is no capture, and for one without a frame that is read.
    """
    quarantine = Quarantine(source.path)
    taken = capture.packets(source.data)
    heard = collect(source.data, taken, quarantine)
    frames = len(heard.frames) + len(heard.refused)
    _usable(source.path, taken, heard, quarantine, frames)
    for lost in taken.damage:
        quarantine.add(f"byte {lost.offset}", lost.reason, lost.detail)
    told = _tell(source.data, taken, heard)
    if _refuse_elsewhere(source.data, taken, heard, quarantine, told.drones):
        drop_refused(heard)
        told = _tell(source.data, taken, heard)
    shown = [*told.drones, *(told.operators if options.operators else ())]
    shown = [part.take(part.placed() & part.on_earth()) for part in shown]
    name = options.source_id or source.path.rsplit("/", 1)[-1]
    table = ridrows.table(shown, taken.t_ns, source.sha256, name)
    records = frames + len(taken.damage)
    notes = _notes(taken, heard, told, frames, options.operators)
    return quarantine.reading(source.sha256, NAME, records, table, notes)


@dataclass(slots=True)
class _Told:
    """What the frames say, before anything is left out."""

    drones: list[Rows] = field(default_factory=list)
    operators: list[Rows] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of drones, those without a position too
    ahead_s: Floats = field(default_factory=lambda: np.zeros(0))  # declared time less reception


def _tell(data: bytes, taken: Capture, heard: Heard) -> _Told:
    told = _Told()
    if heard.odid:
        ids = uas_ids(data, heard.odid)
        told.names |= set(riddeclared.names(ids, heard.odid))
        messages, some = _of_kind(heard.odid, ids, odid.LOCATION)
        if messages:
            t_ns = taken.t_ns[[message.frame for message in messages]]
            rows, told.ahead_s = riddeclared.odid_positions(data, messages, some, t_ns)
            told.drones.append(rows)
        messages, some = _of_kind(heard.odid, ids, odid.SYSTEM)
        if messages:
            told.operators.append(riddeclared.odid_operators(data, messages, some))
    for version in sorted({message.kind for message in heard.dji}):
        messages = [message for message in heard.dji if message.kind == version]
        drone, app, home = riddeclared.dji_positions(data, messages, version)
        told.names |= set(drone.name)
        told.drones.append(drone)
        told.operators += [app, home]
    return told


def _of_kind(messages: list[Message], ids: list[str], kind: int) -> tuple[list[Message], list[str]]:
    some = [i for i, message in enumerate(messages) if message.kind == kind]
    return [messages[i] for i in some], [ids[i] for i in some]


def _usable(path: str, taken: Capture, heard: Heard, quarantine: Quarantine, frames: int) -> None:
    """Raise FeedError where no frame carries anything that is read."""
    if not frames:
        if taken.damage and not len(taken):
            first = taken.damage[0]
            raise FeedError(
                f"is a capture without a whole packet: {first.detail}",
                path=path,
                place=f"byte {first.offset}",
                hint="fetch it again",
            )
        wireless = int(np.isin(taken.linktype, list(LINKTYPES)).sum())
        raise FeedError(
            f"is a capture of {len(taken):,} packets, {wireless:,} of them Wi-Fi or Bluetooth "
            "frames, and none carries Remote ID or DJI DroneID",
            path=path,
            hint="record it on a channel that drones use, in monitor mode",
        )
    french = sum(refusal.reason == FRENCH_REASON for refusal in quarantine.refusals)
    if french == frames:
        raise FeedError(
            f"holds {french:,} Remote ID frames of the French scheme (OUI 6a:5c:35) and no other",
            path=path,
            hint="give the positions as CSV with t, lat, lon",
        )


def _refuse_elsewhere(
    data: bytes, taken: Capture, heard: Heard, quarantine: Quarantine, drones: list[Rows]
) -> bool:
    """Refuse the frames whose drone is not on this Earth; return whether there are any."""
    before = len(heard.refused)
    for part in drones:
        for i in np.flatnonzero(~part.on_earth()).tolist():
            lat, lon = (float(part.numbers[name][i]) for name in ("lat_deg", "lon_deg"))
            why = Malformed("bad-position", f"position {lat:.7g}, {lon:.7g} is not on Earth")
            frame = int(part.frame[i])
            refuse(heard, quarantine, data, int(taken.offset[frame]), frame, why)
    return len(heard.refused) > before


def _notes(taken: Capture, heard: Heard, told: _Told, frames: int, shown: bool) -> tuple[str, ...]:
    """Return what was assumed and left out, in words."""
    kinds = [message.kind for message in heard.odid]
    located = kinds.count(odid.LOCATION)
    notes = [
        f"{len(told.names):,} x drone by UAS id, else by address; {located:,} x Location message "
        f"of Open Drone ID; {len(heard.dji):,} x DJI DroneID record",
        "unsigned and self-declared: identity, position and accuracy are what a transmitter says",
    ]
    counted: list[tuple[int, str]] = [
        (len(taken) - frames, "frame without Remote ID"),
        (kinds.count(odid.AUTHENTICATION), "Authentication message, not verified"),
        (sum(k not in (*_KNOWN, odid.OPERATOR_ID) for k in kinds), "message of an undefined type"),
        (heard.cut, "message pack that ends before its last message: the whole ones are read"),
        (heard.purposes, "DroneID record of texts, no fix"),
        (_sum(told.drones, lambda part: ~part.placed()), "message without a position, no fix"),
        (
            _sum(told.operators, lambda part: part.placed() & ~part.on_earth()),
            "operator or home position that is not on Earth, no fix",
        ),
    ]
    notes += [f"{count:,} x {text}" for count, text in counted if count]
    operators = _sum(told.operators, lambda part: part.placed() & part.on_earth())
    if operators and not shown:
        notes.append(
            f"{operators:,} x operator or home position redacted: personal data, "
            "which --operator shows"
        )
    if heard.dji:
        notes.append(
            "DJI DroneID: heights and speeds are not given, for their units are not published; "
            "times are those of reception"
        )
    return tuple(notes + _time_notes(taken.t_ns, told.ahead_s))


def _time_notes(t_ns: Ints, ahead_s: Floats) -> list[str]:
    notes = []
    untimed = int((t_ns == capture.NO_TIME_NS).sum())
    if untimed:
        notes.append(f"{untimed:,} x packet without a time: its fixes have none")
    off = ahead_s[np.abs(ahead_s) > riddeclared.AGREES_S]
    if len(off):
        notes.append(
            f"{len(off):,} x declared time more than {riddeclared.AGREES_S:g} s from the capture's "
            f"clock ({off.min():+,.0f} to {off.max():+,.0f} s): that of reception is used"
        )
    return notes


def _sum(
    parts: list[Rows], which: Callable[[Rows], np.ndarray[tuple[int], np.dtype[np.bool_]]]
) -> int:
    return sum(int(which(part).sum()) for part in parts)
