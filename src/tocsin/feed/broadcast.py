"""One Remote ID broadcast inside a captured frame: whose, of which scheme, and where it stands.

What `wifi` and `bluetooth` find and `remoteid` reads.  Nothing is copied: a broadcast is a place in
the bytes of the capture.
"""

from __future__ import annotations

from dataclasses import dataclass

#: ASTM F3411 and ASD-STAN EN 4709-002 (OpenDroneID), DJI DroneID, the French decree of 2019.
ODID, DJI, FRENCH = "odid", "dji", "french"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """The payload of one vendor element, NAN attribute or Bluetooth service data."""

    scheme: str
    sender: str  # MAC address "90:3a:e6:5b:c8:a8", as transmitted; empty where the frame has none
    begin: int  # of the payload in the capture: after the OUI and its type, or the app code
    end: int


class Malformed(Exception):
    """A frame that carries Remote ID and cannot be read: reason code and sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def mac(octets: bytes) -> str:
    """Return six octets as text, in the order they are given."""
    return octets.hex(":")
