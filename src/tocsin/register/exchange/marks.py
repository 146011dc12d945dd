"""TLP 2.0 as STIX objects: the ones that OASIS published, not our own.

From cti-stix-common-objects (oasis-open), extension-definition-specifications/tlp-2.0 and
objects/marking-definition.  STIX 2.1 itself defines only TLP 1.0, whose WHITE is not CLEAR and
which knows no AMBER+STRICT.
"""

from __future__ import annotations

from typing import Any

from tocsin.schema import Tlp

EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
CREATED = "2022-10-01T00:00:00.000Z"
IDS = {
    Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}


def marking(tlp: Tlp) -> dict[str, Any]:
    """Return the marking-definition of a mark."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": IDS[tlp],
        "created": CREATED,
        "name": f"TLP:{tlp.value}",
        "extensions": {
            EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp.value.lower()}
        },
    }
