"""Units of the trade to SI, each constant with its source.

Feet, knots and flight levels exist only where data enters and where people read;
everything between is SI.
"""

from __future__ import annotations

FT_M = 0.3048  # international foot, exact (1959 agreement)
NM_M = 1852.0  # international nautical mile, exact (1929 conference)
KM_M = 1000.0
KT_MPS = NM_M / 3600.0
FPM_MPS = FT_M / 60.0
FL_M = 100.0 * FT_M  # one flight level is 100 ft of pressure altitude

#: Units of length, time and speed as people write them, in SI.
LENGTH_M = {"m": 1.0, "km": KM_M, "NM": NM_M, "ft": FT_M, "FL": FL_M}
TIME_S = {"s": 1.0, "min": 60.0, "h": 3600.0}
SPEED_MPS = {"m/s": 1.0, "kt": KT_MPS, "km/h": KM_M / 3600.0}
