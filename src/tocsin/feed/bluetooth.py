"""Remote ID broadcasts of one captured Bluetooth Low Energy packet.

Carried by legacy advertising (one message) and extended advertising (a message pack) as service
data, AD type 0x16, of the UUID 0xFFFA with the application code 0x0D (ASTM F3411-22a, 5.4).
Layouts: Bluetooth Core 5.4, vol. 6 part B, 2.3 (advertising PDUs); vol. 4 part E, 7.7.65 (HCI
advertising reports).  Captures hold link-layer packets bare (251), behind a radio header (256) or
that of the nRF sniffer (272), or what a controller told its host (187, 201).

A pack that a controller reports in pieces, or a sender chains over several packets, is not put
together: its first piece is malformed.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.feed.broadcast import ODID, Broadcast, Malformed, mac

HCI, HCI_PHDR, LINK_LAYER, LINK_LAYER_PHDR, NORDIC = 187, 201, 251, 256, 272
LINKTYPES = frozenset({HCI, HCI_PHDR, LINK_LAYER, LINK_LAYER_PHDR, NORDIC})

_SERVICE = b"\x16\xfa\xff\x0d"  # AD type, UUID, application code
#: A packet without this carries no Remote ID: the quick test.
MARKS = (_SERVICE,)
_ADVERTISING = b"\xd6\xbe\x89\x8e"  # access address of all advertising, 0x8E89BED6
_LEGACY = frozenset({0, 2, 4, 6})  # ADV_IND, ADV_NONCONN_IND, SCAN_RSP, ADV_SCAN_IND
_EXTENDED = 7
_CRC = 3
_CODED = 2  # PHY with a coding indicator between access address and PDU
_NORDIC_LONGEST = 24  # bytes of any version of its header


def broadcasts(data: bytes, begin: int, end: int, linktype: int, whole: bool) -> list[Broadcast]:
    """Return the Remote ID broadcasts of the packet `data[begin:end]`, none for most packets.

    whole   the capture holds all of it, the checksum at its end included

    Raises Malformed where a packet that carries one is damaged.
    """
    if data.find(_SERVICE, begin, end) < 0:
        return []
    if linktype in (HCI, HCI_PHDR):
        at = begin + (4 if linktype == HCI_PHDR else 0)
        return [found for block in _reports(data, at, end) for found in _structures(data, *block)]
    at, coded, good = _packet(data, begin, end, linktype)
    if not data.startswith(_ADVERTISING, at, end):
        return []
    pdu = at + 4 + (1 if coded else 0)
    found = [
        broadcast
        for block in _advertised(data, pdu, end - _CRC if whole else end)
        for broadcast in _structures(data, *block)
    ]
    if found and not good:
        raise Malformed("bad-crc", "the receiver says that the checksum does not fit")
    return found


Block = tuple[int, int, str]  # advertising data, and the address of the advertiser


def _packet(data: bytes, begin: int, end: int, linktype: int) -> tuple[int, bool, bool]:
    """Return where the access address stands, whether the PHY is coded, and the checksum good."""
    if linktype == LINK_LAYER_PHDR and begin + 10 <= end:
        flags = int.from_bytes(data[begin + 8 : begin + 10], "little")
        checked, valid = flags & 0x400, flags & 0x800
        return begin + 10, flags >> 14 == _CODED, bool(valid) or not checked
    if linktype == NORDIC:
        # The header has three versions of different length; the address that follows is fixed.
        at = data.find(_ADVERTISING, begin, min(end, begin + _NORDIC_LONGEST + 4))
        if at < begin + 9:
            return end, False, True
        flags = data[at - 9]  # before channel, signal, event counter (2) and time (4)
        return at, flags >> 4 & 7 == _CODED, bool(flags & 1)
    return begin, False, True


def _advertised(data: bytes, pdu: int, last: int) -> Iterator[Block]:
    """Yield the advertising data of a link-layer PDU."""
    if pdu + 2 > last:
        return
    kind, begin = data[pdu] & 0x0F, pdu + 2
    end = begin + data[pdu + 1]
    if end > last:
        raise Malformed("truncated", f"PDU says {end - begin} bytes, {last - begin} are left")
    if kind in _LEGACY and begin + 6 <= end:
        yield begin + 6, end, mac(data[begin : begin + 6][::-1])
    elif kind == _EXTENDED and begin < end:
        fields = begin + 1 + (data[begin] & 0x3F)
        if fields > end:
            raise Malformed(
                "truncated", f"extended header runs past its PDU of {end - begin} bytes"
            )
        # The address is the first field; auxiliary packets may leave it out.
        addressed = fields >= begin + 8 and data[begin + 1] & 1
        yield fields, end, mac(data[begin + 2 : begin + 8][::-1]) if addressed else ""


def _reports(data: bytes, at: int, end: int) -> Iterator[Block]:
    """Yield the advertising data of each report in an HCI event."""
    if at + 5 > end or data[at] != 0x04 or data[at + 1] != 0x3E:  # event, LE meta event
        return
    last = at + 3 + data[at + 2]
    if last > end:
        raise Malformed(
            "truncated", f"HCI event says {data[at + 2]} bytes, {end - at - 3} are left"
        )
    # Of a report: its fixed fields, where the address stands, and what follows the data.
    layouts = {0x02: (9, 2, 1), 0x0D: (24, 3, 0)}
    if data[at + 3] not in layouts:
        return
    fixed, address, after = layouts[data[at + 3]]
    place = at + 5
    for _ in range(data[at + 4]):
        begin = place + fixed
        if begin > last or begin + data[begin - 1] > last:
            raise Malformed("truncated", "an advertising report runs past its event")
        yield (
            begin,
            begin + data[begin - 1],
            mac(data[place + address : place + address + 6][::-1]),
        )
        place = begin + data[begin - 1] + after


def _structures(data: bytes, at: int, last: int, sender: str) -> Iterator[Broadcast]:
    """Yield the Remote ID service data among AD structures (vol. 3 part C, 11)."""
    while at + 1 < last and data[at]:
        end = at + 1 + data[at]
        if data.startswith(_SERVICE, at + 1, last):
            if end > last:
                detail = f"service data says {data[at]} bytes, {last - at - 1} are left"
                raise Malformed("truncated", detail)
            yield Broadcast(ODID, sender, at + 1 + len(_SERVICE), end)
        at = end
