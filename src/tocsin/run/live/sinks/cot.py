"""Cursor on Target: an alert as an event on the map of TAK.

The schema (MITRE, Event 2.0) has `ce` and `le` as one sigma of a Gaussian error in metres, and
9999999 for what is not known.  `hae` is a height above the ellipsoid: one against another datum
is told in the remarks and not put there.  An alert that is over goes stale at once.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement, tostring

from tocsin.run.live.configsinks import SinkSpec
from tocsin.run.live.outbox import Letter
from tocsin.schema.live import Alert, AlertState, rfc3339

UNKNOWN = "9999999.0"
TIMEOUT_S = 5.0
#: One-sigma error in metres of a track as it stands; None where nobody knows.
Sigma = Callable[[str], float | None]


def cot(alert: Alert, watch: str, kind: str, stale_s: float, sigma_m: float | None) -> bytes:
    """Return the event of an alert that has a place."""
    over = alert.state == AlertState.CLOSED
    stale_ns = alert.changed_ns + (0 if over else round(stale_s * 1e9))
    event = Element(
        "event",
        {
            "version": "2.0",
            "uid": f"tocsin.{watch}.{alert.id}",
            "type": kind,
            "how": "m-f",
            "time": rfc3339(alert.changed_ns),
            "start": rfc3339(alert.changed_ns),
            "stale": rfc3339(stale_ns),
        },
    )
    hae = alert.h_m if alert.h_datum == "hae" else None
    SubElement(
        event,
        "point",
        {
            "lat": f"{alert.lat_deg:.6f}",
            "lon": f"{alert.lon_deg:.6f}",
            "hae": UNKNOWN if hae is None else f"{hae:.1f}",
            "ce": UNKNOWN if sigma_m is None else f"{sigma_m:.1f}",
            "le": UNKNOWN,
        },
    )
    detail = SubElement(event, "detail")
    SubElement(detail, "contact", {"callsign": alert.callsign or alert.track or alert.id})
    remarks = SubElement(detail, "remarks", {"source": f"tocsin {watch}"})
    mark = "SYNTHETIC. " if alert.synthetic else ""
    remarks.text = f"{mark}{alert.why} ({alert.state.value}, revision {alert.revision})"
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(event)


class CotSink:
    """One TAK server or group, over UDP or TCP."""

    def __init__(self, spec: SinkSpec, watch: str, sigma: Sigma) -> None:
        self._spec, self._watch, self._sigma = spec, watch, sigma
        self._writer: asyncio.StreamWriter | None = None

    async def deliver(self, letter: Letter) -> None:
        alert = letter.alert
        if alert.lat_deg is None or alert.lon_deg is None:
            return  # a map has no place for it
        sigma_m = self._sigma(alert.track) if alert.track else None
        data = cot(alert, self._watch, self._spec.type, self._spec.stale_s, sigma_m)
        if self._spec.protocol == "udp":
            family = socket.AF_INET6 if ":" in self._spec.host else socket.AF_INET
            with socket.socket(family, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto(data, (self._spec.host, self._spec.port))
            return
        try:
            writer = await self._connected()
            writer.write(data)
            async with asyncio.timeout(TIMEOUT_S):
                await writer.drain()
        except (OSError, TimeoutError):
            await self.close()
            raise

    async def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    async def _connected(self) -> asyncio.StreamWriter:
        writer = self._writer
        if writer is None or writer.is_closing():
            async with asyncio.timeout(TIMEOUT_S):
                _, made = await asyncio.open_connection(self._spec.host, self._spec.port)
            self._writer = made
            return made
        return writer
