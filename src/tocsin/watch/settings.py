"""What a watch may choose beyond its rules: bounds of memory, errors, sensors, pressure."""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.schema import Datum


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where a witness should see an aircraft, and how often.

    Within `range_m` and above the radar horizon (4/3 Earth); no terrain is known.
    """

    witness: str
    lon_deg: float
    lat_deg: float
    h_msl_m: float
    range_m: float
    interval_s: float  # between two sights: a turn of the antenna


@dataclass(frozen=True, slots=True)
class HeightPrior:
    """Height where nobody reports one, above mean sea level."""

    q05_m: float = 300.0
    median_m: float = 5_000.0
    q95_m: float = 12_000.0

    def __post_init__(self) -> None:
        if not self.q05_m < self.median_m < self.q95_m:
            raise ValueError(
                f"a height prior needs q05 < median < q95, not {self.q05_m}, {self.median_m}, "
                f"{self.q95_m}"
            )


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """Settings of the engine.  Times are seconds of the watch's own clock unless they say else."""

    capacity: int = 32_768  # tracks held; the one not seen for longest gives way
    forget_s: float = 900.0  # a track not seen for this long is dropped
    coast_s: float = 30.0  # a track not seen for this long is told as coasting
    accel_psd: float = 1.0  # m2/s3, white acceleration: what an aircraft does on its own
    qnh_hpa: float | None = None  # sea-level pressure; None: flight levels are not altitudes
    qnh_sigma_hpa: float = 1.0
    geoid_m: float | None = None  # mean sea level above the ellipsoid; None: not known
    geoid_sigma_m: float = 1.0
    terrain_m: tuple[float, float] = (-430.0, 8_850.0)  # lowest and highest ground, above MSL
    height: HeightPrior = field(default_factory=HeightPrior)
    h_sigma_m: float = 25.0  # of a height that comes without its error
    recheck_s: float = 10.0  # a track is held against the rules at least this often
    predict_s: float = 4.0  # and its future looked at this often
    predictions: int = 64  # tracks looked at in one step, at most
    samplings: int = 4  # pairs of track and area drawn against the area's shape in one step
    sensors: tuple[Coverage, ...] = ()
    lost_sights: float = 4.0  # missing sights in a row that make a track lost
    landed_h_m: float = 600.0  # last seen below this and going down: it may have landed
    gnss_s: float = 5.0  # navigation of the neighbours is compared this often
    gnss_aircraft: int = 3  # affected at the same time, at least
    gnss_share: float = 0.5  # of those in a cell, to open; a third of it for a minute closes
    alerts_kept: int = 5_000  # closed alerts that are remembered for reopening

    def __post_init__(self) -> None:
        for name in ("capacity", "predictions", "samplings", "gnss_aircraft", "alerts_kept"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")


#: Heights of a track are kept for each of these, in this order.
DATUMS = (Datum.PRESSURE, Datum.MSL, Datum.HAE, Datum.AGL)
