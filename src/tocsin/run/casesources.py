"""`[[source]]` and `[[airspace]]` of a case file: what is read, and what it is tested against."""

from __future__ import annotations

from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

from tocsin.errors import UsageError
from tocsin.feed.source import ReadOptions
from tocsin.run.airspaces import BUNDLED, AirspaceSpec
from tocsin.run.casekeys import Checked, Table
from tocsin.run.sources import Spec
from tocsin.schema import Edge, Sensor

#: What a number of a sensor may be; a plot without noise would be a plot without error.
RANGES = {
    "lat_deg": (-90.0, 90.0),
    "lon_deg": (-180.0, 180.0),
    "h_hae_m": (-1000.0, 20_000.0),
    "north_offset_deg": (-360.0, 360.0),
    "detection_probability": (0.0, 1.0),
    "rotation_s": (0.01, 3600.0),
    "range_sigma_m": (0.01, 100_000.0),
    "azimuth_sigma_deg": (1e-6, 90.0),
    "position_sigma_m": (0.01, 100_000.0),
    "height_sigma_m": (0.01, 100_000.0),
    "range_bias_sd_m": (0.0, 100_000.0),
    "range_scale_sd": (0.0, 0.1),
    "azimuth_bias_sd_deg": (0.0, 90.0),
    "time_bias_sd_s": (0.0, 3600.0),
    "transponder_delay_sd_m": (0.0, 100_000.0),
    "collimation_range_sd_m": (0.0, 100_000.0),
    "collimation_azimuth_sd_deg": (0.0, 90.0),
    "max_range_m": (1.0, 10_000_000.0),
}
MOST_SIGMA_M = 1_000_000.0
SENSORS = ("radar", "adsb", "mlat", "tracker", "remote_id")
LAYERS = ("sovereign", "eez", "fir", "adiz", "restricted", "custom")


@dataclass(frozen=True, slots=True)
class StateOf:
    """Whose airspace the volumes of one entry are, as the case says."""

    path: str
    volume: str  # "": all of the file
    state: str


def source(check: Checked, item: Table, place: str) -> Spec:
    path = check.text(item, "path", place)
    if "://" in path:
        raise check.fail(place, f'"{path}" is a live feed', "record it to a file first")
    given = item.get("sensor", {})
    if not isinstance(given, dict):
        raise check.fail(place, "sensor is no table", "write [source.sensor] under it")
    reference = None
    if "lat_deg" in given and "lon_deg" in given:
        check.within(given, "lat_deg", place, *RANGES["lat_deg"])
        check.within(given, "lon_deg", place, *RANGES["lon_deg"])
        reference = (float(given["lat_deg"]), float(given["lon_deg"]))
    mapping = item.get("mapping")
    use = check.text(item, "use", place, "evidence")
    if use not in ("evidence", "calibration"):
        raise check.fail(place, f'use "{use}"', "use evidence or calibration")
    return Spec(
        path=path,
        where=str(check.at(path)),
        format=check.text(item, "format", place, "auto"),
        options=ReadOptions(
            date=check.day(item, place),
            reference=reference,
            mapping=check.at(mapping) if mapping else None,
            source_id=check.text(item, "witness", place, ""),
            assume_utc=check.flag(item, "assume_utc", place),
            editions=editions(check, item, place),
        ),
        sensor=sensor(check, item, place),
        use=use,
    )


def sensor(check: Checked, item: Table, place: str) -> Sensor | None:
    given = item.get("sensor")
    if given is None:
        return None
    place = f"{place} sensor"
    allowed = [f.name for f in fields(Sensor) if f.name not in ("id", "witness")]
    for key in given:
        if key not in allowed:
            near = get_close_matches(key, allowed, 1)
            hint = f"did you mean {near[0]}?" if near else f"keys are {', '.join(allowed)}"
            raise check.fail(place, f'"{key}" means nothing here', hint)
        if key == "kind":
            check.one_of(given, key, place, SENSORS)
        else:
            check.within(given, key, place, *RANGES[key])
    witness = str(item.get("witness", "")) or check.text(item, "path", place)
    values: dict[str, Any] = {k: v if k == "kind" else float(v) for k, v in given.items()}
    return Sensor(id=witness, witness=witness, **values)


def outages(check: Checked, item: Table, place: str) -> tuple[tuple[int, int], ...]:
    """Return when a sensor was out of service, as nanoseconds."""
    given = item.get("outages", [])
    if not isinstance(given, list) or not all(isinstance(x, list) and len(x) == 2 for x in given):
        raise check.fail(place, "outages is a list of pairs of times")
    return tuple(check.span(begin, end, place, "outages") for begin, end in given)


def airspace(check: Checked, item: Table, place: str) -> AirspaceSpec:
    path = check.text(item, "path", place)
    layer = check.one_of(item, "layer", place, LAYERS)
    edge = check.one_of(item, "edge", place, tuple(Edge))
    sigma = check.within(item, "sigma_m", place, 0.0, MOST_SIGMA_M)
    return AirspaceSpec(
        path=path,
        where=path if path.startswith(BUNDLED) else str(check.at(path)),
        volume=check.text(item, "volume", place, ""),
        layer=layer,
        hypothesis=check.text(item, "hypothesis", place, ""),
        sigma_m=sigma,
        default_edge=Edge(edge) if edge else None,
    )


def state(check: Checked, item: Table, place: str) -> StateOf | None:
    named = check.text(item, "state", place, "")
    if not named:
        return None
    return StateOf(check.text(item, "path", place), check.text(item, "volume", place, ""), named)


def editions(check: Checked, item: Table, place: str) -> dict[str, str]:
    given = item.get("editions", {})
    if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
        raise check.fail(place, "editions is a table of text", 'write { "048" = "1.32" }')
    if given:
        from tocsin.feed.asterixgate import named  # and its tables, which few cases need
    for key, value in given.items():
        try:
            named(key, value)
        except UsageError as error:
            raise check.fail(f"{place} editions", error.problem, error.hint) from None
    return {str(key): str(value) for key, value in given.items()}
