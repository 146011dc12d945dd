"""Where the UDP payload of a captured packet stands.

Link layers: Ethernet with VLAN tags, raw IP, Linux cooked (both), loopback.  IPv4 (RFC 791) and
IPv6 without extension headers (RFC 8200), UDP (RFC 768); fragments are not put together.  Every
length is checked against the packet, so that nothing beyond it is read.
"""

from __future__ import annotations

#: Link types (LINKTYPE registry of tcpdump.org).
_ETHERNET, _COOKED, _COOKED2 = 1, 113, 276
_RAW = frozenset({12, 14, 101, 228, 229})
_LOOPBACK = frozenset({0, 108})
_VLAN = frozenset({0x8100, 0x88A8, 0x9100})
_IPV4, _IPV6, _UDP = 0x0800, 0x86DD, 17


def payload(data: bytes, offset: int, length: int, link: int) -> tuple[int, int] | str:
    """Return offset and end of a packet's UDP payload.

    Where there is none: "not-udp", "fragment", or "truncated" for one that was captured in part.
    """
    end = offset + length
    found = _network(data, offset, end, link)
    if found is None:
        return "not-udp"
    p, protocol = found
    if protocol == _IPV4:
        if p + 20 > end or data[p] >> 4 != 4:
            return "not-udp"
        header = 4 * (data[p] & 15)
        total = int.from_bytes(data[p + 2 : p + 4], "big")
        fragment = int.from_bytes(data[p + 6 : p + 8], "big") & 0x3FFF
        if data[p + 9] != _UDP or header < 20:
            return "not-udp"
        if fragment:
            return "fragment"
        if total:  # 0: left to the network card
            end = min(end, p + total)
        p += header
    else:
        if p + 40 > end or data[p + 6] != _UDP:
            return "not-udp"
        p += 40
    if p + 8 > end:
        return "truncated"
    size = int.from_bytes(data[p + 4 : p + 6], "big")
    if size < 8:
        return "not-udp"
    if p + size > end:
        return "truncated"
    return p + 8, p + size


def _network(data: bytes, p: int, end: int, link: int) -> tuple[int, int] | None:
    """Return where the network layer begins and its protocol, IPv4 or IPv6; else None."""
    if link == _ETHERNET:
        p += 12
        kind = int.from_bytes(data[p : p + 2], "big")
        while kind in _VLAN and p + 6 <= end:
            p += 4
            kind = int.from_bytes(data[p : p + 2], "big")
        p += 2
    elif link == _COOKED:
        kind, p = int.from_bytes(data[p + 14 : p + 16], "big"), p + 16
    elif link == _COOKED2:
        kind, p = int.from_bytes(data[p : p + 2], "big"), p + 20
    elif link in _RAW or link in _LOOPBACK:
        p += 4 if link in _LOOPBACK else 0
        kind = {4: _IPV4, 6: _IPV6}.get(data[p] >> 4, 0) if p < end else 0
    else:
        return None
    return (p, kind) if kind in (_IPV4, _IPV6) and p < end else None
