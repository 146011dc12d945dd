"""OpenAIR zones as volumes, one by one: a bad zone is refused with its line, the rest survive.

Each zone's geometry goes through openair-rs in a canonical form (the library reads a whole file
or nothing, knows `D:M:S` only, rounds heights to feet and takes one activation time).  Ours are
the split into zones, coordinates, limits, hours, airways, and true arcs.

A zone must be closed: its last point is its first, as openAIP asks too.  Zones that begin or end
with DA list no point to close at and are closed by a straight line, with a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import openair

from tocsin.airspace import arcs, datum, valid
from tocsin.airspace import openair_about as about
from tocsin.airspace.airway import corridor
from tocsin.airspace.coordinates import parse_place, write_place
from tocsin.airspace.openair_zones import Command, Zone
from tocsin.airspace.refused import Refused
from tocsin.geo import distance_m
from tocsin.schema import Edge, Floats, Ring, Volume
from tocsin.units import NM_M

RESTRICTED = frozenset({"R", "P", "Q", "TRA", "TSA", "TFR", "MTA", "MTR"})
LAYERS = {"FIR": "fir", "UIR": "fir", "ADIZ": "adiz"}

CLOSED_M = 0.01  # nearer than this is the same point written twice
ROUNDED_M = 31.0  # one arc-second, to which most files are written: a gap that small is rounding

Segment = Mapping[str, object]  # a point or an arc, as openair-rs gives it


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """A zone that became a volume, and what was assumed or mended."""

    volume: Volume
    edge_stated: bool  # False: there are straight lines whose type nobody stated
    notes: tuple[str, ...] = ()


def read_zone(zone: Zone, edge: Edge | None) -> ZoneReading:
    """Return the zone as a volume; straight lines are `edge`, or lonlat if that is None.

    Raises Refused with the line where it can be told.
    """
    notes = list(about.check_commands(zone))
    kind = about.only(zone, "AC", "no-class").value.upper()
    name = about.only(zone, "AN", "no-name").value
    if not kind:
        raise Refused("no-class", "AC names no class", zone.line)
    if not name:
        raise Refused("no-name", "AN names nothing; a finding needs a name to go by", zone.line)
    lower, upper = about.limit(zone, "AL"), about.limit(zone, "AH")
    datum.check_order(lower, upper)
    properties, active, by_notam = about.attributes(zone, kind)
    if by_notam:
        notes.append("active by NOTAM only, hours not in the file: taken as always active")
    if kind not in about.CLASSES:
        notes.append(f'class "{kind}" is not known; kept as it is')

    straight = edge or Edge.LONLAT
    ring = _airway(zone) if zone.values("DY") else _outline(zone, kind, name, straight, notes)
    rings, mended = valid.clean([[ring]])
    notes.extend(mended)
    given = dict(properties).get("type", kind).upper()
    layer = LAYERS.get(given, "restricted" if {kind, given} & RESTRICTED else "custom")
    volume = Volume(
        name=name,
        rings=rings,
        layer=layer,
        lower=lower,
        upper=upper,
        active=active,
        title=name,
        properties=properties,
        place=zone.place,
    )
    stated = edge is not None or Edge.LONLAT not in ring.edges
    return ZoneReading(volume, stated, tuple(notes))


def _airway(zone: Zone) -> Ring:
    width = zone.values("V W")
    if not width:
        raise Refused("bad-airway", "DY points need the width of the airway: V W=", zone.line)
    if any(command.word in ("DP", "DA", "DB", "DC") for command in zone.commands):
        raise Refused("bad-airway", "an airway (DY) has no other outline", zone.line)
    points = [_at(command.line, command.value) for command in zone.values("DY")]
    return corridor(points, _number(width[-1]))


def _outline(zone: Zone, kind: str, name: str, straight: Edge, notes: list[str]) -> Ring:
    text = "\n".join([f"AC {kind}", f"AN {name}", "AL GND", "AH UNL", *_canonical(zone)])
    try:
        parsed = openair.parse_string(text + "\n")
    except ValueError as error:
        raise Refused("bad-geometry", str(error), zone.line) from None
    if len(parsed) != 1:
        raise Refused("bad-geometry", "the zone has no outline", zone.line)
    shape = parsed[0]["geom"]
    if shape["type"] == "Circle":
        lon, lat = arcs.circle(_place(shape["centerpoint"]), shape["radius"] * NM_M)
        return Ring(lon, lat, (Edge.ARC,) * len(lon))
    return _assembled(shape["segments"], straight, notes)


def _canonical(zone: Zone) -> Iterator[str]:
    """Give the drawing commands as openair-rs reads them, each value checked here first."""
    drawn = False
    for command in zone.commands:
        word, value = command.word, command.value
        if word == "V X":
            yield f"V X={write_place(_at(command.line, value))}"
        elif word == "V D":
            if value not in ("+", "-"):
                raise Refused("bad-arc", f'V D="{value}": the direction is + or -', command.line)
            yield f"V D={value}"
        elif word == "DP":
            yield f"DP {write_place(_at(command.line, value))}"
        elif word == "DB":
            ends = value.split(",")
            if len(ends) != 2:
                raise Refused("bad-arc", f'DB "{value}" is not two places', command.line)
            yield "DB " + ", ".join(write_place(_at(command.line, e)) for e in ends)
        elif word == "DA":
            numbers = [_number(replace(command, value=part)) for part in value.split(",")]
            if len(numbers) != 3:
                raise Refused("bad-arc", f'DA "{value}" is not radius, start, end', command.line)
            yield "DA " + ",".join(f"{number:.9f}" for number in numbers)
        elif word == "DC":
            yield f"DC {_number(command):.9f}"
        else:
            continue
        drawn |= word.startswith("D")
    if not drawn:
        raise Refused("too-few-points", "the zone has no outline (DP, DA, DB, DC, DY)", zone.line)


def _assembled(segments: Sequence[Segment], straight: Edge, notes: list[str]) -> Ring:
    """Return the ring of points and arcs, closed as the rules of the module allow."""
    lon: list[Floats] = []
    lat: list[Floats] = []
    edges: list[Edge] = []
    for segment in segments:
        x, y = _points(segment, notes)
        lon.append(x)
        lat.append(y)
        edges += [Edge.ARC] * (len(x) - 1) + [straight]  # the last leads on to what follows
    all_lon, all_lat = np.concatenate(lon), np.concatenate(lat)
    different = len(set(zip(all_lon, all_lat, strict=True)))
    if different < 3:
        raise Refused("too-few-points", f"the outline has {different} different points, it needs 3")
    gap = float(distance_m(all_lon[-1:], all_lat[-1:], all_lon[:1], all_lat[:1])[0])
    ends_in_angles = "ArcSegment" in (segments[0]["type"], segments[-1]["type"])
    if gap <= CLOSED_M:
        return Ring(all_lon[:-1], all_lat[:-1], tuple(edges[:-1]))
    if ends_in_angles:
        notes.append(f"closed by a straight line of {gap:.0f} m: DA lists no point to close at")
    elif gap <= ROUNDED_M:
        notes.append(f"closed over a gap of {gap:.1f} m, less than an arc-second")
    else:
        raise Refused(
            "open-ring",
            f"the outline is open: its last point lies {gap:.0f} m from its first; "
            "repeat the first point at the end",
        )
    return Ring(all_lon, all_lat, tuple(edges))


def _points(segment: Segment, notes: list[str]) -> tuple[Floats, Floats]:
    if segment["type"] == "Point":
        lon, lat = _place(segment)
        return np.array([lon]), np.array([lat])
    centre, clockwise = _place(segment["centerpoint"]), segment["direction"] == "cw"
    if segment["type"] == "ArcSegment":
        radius, start, end = (
            float(str(segment[key])) for key in ("radius", "angleStart", "angleEnd")
        )
        return arcs.arc_by_angles(centre, radius * NM_M, start, end, clockwise)
    lon_deg, lat_deg, unequal_m = arcs.arc_between(
        centre, _place(segment["start"]), _place(segment["end"]), clockwise
    )
    radius_m = float(
        distance_m(np.array([centre[0]]), np.array([centre[1]]), lon_deg[:1], lat_deg[:1])[0]
    )
    if unequal_m > max(100.0, 0.02 * radius_m):
        notes.append(
            f"the ends of an arc lie {radius_m:.0f} m and {unequal_m:.0f} m more or less from "
            "its centre; the radius runs evenly between them"
        )
    return lon_deg, lat_deg


def _place(value: object) -> tuple[float, float]:
    assert isinstance(value, Mapping)
    return float(value["lng"]), float(value["lat"])


def _number(command: Command) -> float:
    text = re.sub(r"\s*NM$", "", command.value.strip(), flags=re.IGNORECASE)
    if not re.fullmatch(r"[+-]?\d+(\.\d*)?|\.\d+", text):
        raise Refused(
            "bad-number",
            f'"{command.value.strip()}" of {command.word} is not a number',
            command.line,
        )
    return float(text)


def _at(line: int, value: str) -> tuple[float, float]:
    """Read a place and say on which line it stands where it is refused."""
    try:
        return parse_place(value)
    except Refused as refused:
        raise Refused(refused.reason, refused.detail, line) from None
