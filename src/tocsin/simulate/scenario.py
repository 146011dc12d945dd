"""The words of a scenario: who flies, what looks at them, and with which errors.

Every table of the TOML file is one of these values and every key one of its fields (`reading`
makes them).  Times are seconds since the scenario's start, which alone is absolute.  A bias that
is given stands; one that is not is drawn from a Gaussian with its `_sd_` once per case.  Signs:
what is measured is truth times (1 + scale) plus bias plus noise, and a report is stamped with the
true time plus the time bias.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.simulate.path import Waypoint

TRANSPONDERS = ("off", "mode_ac", "mode_s")
CHANNELS = ("psr", "ssr", "psr_ssr")
TAILS = ("normal", "student")
STREAMS = ("jet1090", "beast", "beast_gps")
MANOEUVRES = ("modes", "heavy")

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """A point of a path and when the aircraft is there: `[[aircraft.position]]`."""

    t: float
    lat_deg: float
    lon_deg: float
    h_hae_m: float


@dataclass(frozen=True, slots=True)
class Chance:
    """A random path: `[aircraft.random]`."""

    lat_deg: float
    lon_deg: float
    h_hae_m: float
    course_deg: float
    speed_mps: float
    seconds: float
    manoeuvres: str = "modes"


@dataclass(frozen=True, slots=True)
class Spoof:
    """A stretch in which the receiver aboard is lied to: `[[aircraft.spoof]]`.

    With `east_m` and `north_m` reported positions jump by a fixed offset.  With `lat_deg` and
    `lon_deg` they drift from the true place to that spot within `drift_s` and stay there.
    """

    begin: float
    end: float
    east_m: float | None = None
    north_m: float | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    drift_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Aircraft:
    """An aircraft or a formation of one kind: `[[aircraft]]`."""

    id: str
    count: int = 1
    formation: str = "wedge"
    spacing_m: float = 150.0
    start: float = 0.0  # when the first waypoint is left
    bank_deg: float = 25.0
    flag: str = ""  # the state whose it is: from which edges its true depth is measured
    transponder: str = "off"
    icao24: str = ""
    callsign: str = ""
    squawk: str = ""
    adsb: bool = False
    nacp: int = 9
    nic: int = 8
    gnss_tau_s: float = 300.0  # correlation time of the position error aboard
    latency_max_s: float = 0.4  # age of a position when it is sent, uncompensated
    silent: Spans = ()  # no transmission of any kind
    jammed: Spans = ()  # the aircraft is heard and knows no position
    serial: str = ""  # of a drone that sends Remote ID
    operator_lat_deg: float | None = None
    operator_lon_deg: float | None = None
    waypoint: tuple[Waypoint, ...] = ()
    position: tuple[Timed, ...] = ()
    random: Chance | None = None
    spoof: tuple[Spoof, ...] = ()


@dataclass(frozen=True, slots=True)
class Radar:
    """A rotating radar that gives plots in CAT048 and its own state in CAT034: `[[radar]]`."""

    id: str
    lat_deg: float
    lon_deg: float
    h_hae_m: float
    sac: int = 0
    sic: int = 1
    channels: str = "psr_ssr"
    mode_s: bool = True
    rotation_s: float = 12.0
    min_range_m: float = 1_000.0
    max_range_m: float = 460_000.0
    detection_probability: float = 0.9  # of one aircraft by primary radar
    ssr_detection_probability: float = 0.98
    range_sigma_m: float = 60.0
    azimuth_sigma_deg: float = 0.08
    tails: str = "normal"
    tail_freedom: float = 3.0  # of Student's t; the standard deviation stays as given
    range_resolution_m: float = 230.0
    azimuth_resolution_deg: float = 1.5
    range_bias_m: float | None = None
    range_bias_sd_m: float = 60.0
    range_scale: float | None = None
    range_scale_sd: float = 0.0
    azimuth_bias_deg: float | None = None
    azimuth_bias_sd_deg: float = 0.1
    time_bias_s: float | None = None
    time_bias_sd_s: float = 0.2
    transponder_delay_sd_m: float = 75.0  # per aircraft, secondary only
    collimation_range_sd_m: float = 0.0  # secondary against primary
    collimation_azimuth_sd_deg: float = 0.0
    clutter_per_scan: float = 0.0  # false primary plots
    outages: Spans = ()


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver of ADS-B: `[[receiver]]`."""

    id: str
    lat_deg: float
    lon_deg: float
    h_hae_m: float
    max_range_m: float = 400_000.0
    detection_probability: float = 0.6
    clock_sigma_s: float = 0.0005
    formats: tuple[str, ...] = ("jet1090",)
    outages: Spans = ()


@dataclass(frozen=True, slots=True)
class Tracker:
    """A centre that makes CAT062 system tracks of the plots of radars: `[[tracker]]`."""

    id: str
    lat_deg: float
    lon_deg: float
    radars: tuple[str, ...] = ()  # all of them when empty
    sac: int = 0
    sic: int = 100
    service: int = 1
    update_s: float = 4.0
    acceleration_mps2: float = 2.0  # of the white-acceleration model
    assumed_h_m: float = 6_000.0  # where nothing reports a height
    coast_s: float = 30.0
    drop_s: float = 60.0
    accuracies: bool = True  # whether I062/500 is given


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener for Remote ID beacons of drones: `[[remote_id]]`."""

    id: str
    lat_deg: float
    lon_deg: float
    h_hae_m: float = 0.0
    max_range_m: float = 3_000.0
    detection_probability: float = 0.8
    horizontal_accuracy: int = 10  # F3411 code: better than 10 m
    position_sigma_m: float = 4.0
    height_sigma_m: float = 6.0


@dataclass(frozen=True, slots=True)
class Traffic:
    """Co-operative civil flights over a disc, at random but by their own seed: `[traffic]`."""

    count: int
    lat_deg: float
    lon_deg: float
    seed: int = 1
    radius_m: float = 130_000.0
    lowest_h_m: float = 8_500.0
    highest_h_m: float = 12_000.0


@dataclass(frozen=True, slots=True)
class Met:
    """What turns height above the ellipsoid into pressure altitude: `[met]`."""

    qnh_hpa: float = 1013.25
    geoid_m: float = 17.0  # geoid above the ellipsoid; 17 m in the Gulf of Finland

    def pressure_altitude_m(self, h_hae_m: float) -> float:
        """Return the pressure altitude of a height, by the standard atmosphere (ICAO Doc 7488).

        The air is taken as standard above the given QNH: temperature is not modelled.
        """
        lift = 44_330.77 * (1 - (self.qnh_hpa / 1013.25) ** 0.190263)
        return float(h_hae_m - self.geoid_m + lift)


@dataclass(frozen=True, slots=True)
class Airspace:
    """A volume whose passages are part of the truth: `[[airspace]]`, as in a case file."""

    path: str
    volume: str = ""
    layer: str = ""
    hypothesis: str = ""
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario, read and checked."""

    path: str
    id: str
    title: str
    start_ns: int
    length_s: float
    seed: int
    sample_s: float  # spacing of the path in truth.json
    met: Met
    aircraft: tuple[Aircraft, ...]
    radars: tuple[Radar, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    trackers: tuple[Tracker, ...] = ()
    listeners: tuple[Listener, ...] = ()
    traffic: Traffic | None = None
    airspaces: tuple[Airspace, ...] = ()
