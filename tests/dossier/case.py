"""One invented incursion, as findings.json has it."""

from __future__ import annotations

from typing import Any

T0 = 1_543_228_660.0  # 2018-11-26T10:37:40Z


def quantiles(q05: object, q50: object, q95: object) -> dict[str, object]:
    return {"q05": q05, "q50": q50, "q95": q95}


def incursion(**changes: Any) -> dict[str, Any]:
    """One incursion as findings.json has it."""
    return {
        "id": "4ab179-1/DK/1",
        "track": "4ab179-1",
        "volume": "DK",
        "layer": "sovereign",
        "hypothesis": "osm-2024",
        "p_inside": 0.9999,
        "authorised": "cannot tell",
        "entry_utc": quantiles(
            "2018-11-26T10:37:39Z", "2018-11-26T10:37:40Z", "2018-11-26T10:37:41Z"
        ),
        "exit_utc": quantiles(
            "2018-11-26T10:38:31Z", "2018-11-26T10:38:32Z", "2018-11-26T10:38:33Z"
        ),
        "duration_s": quantiles(50.0, 52.0, 54.0),
        "max_depth_m": quantiles(1100.0, 1200.0, 1300.0),
        "path_inside_m": quantiles(3700.0, 3800.0, 3900.0),
        "aircraft_count": 1,
        "open": "none",
        "coverage": 1.0,
        "dominant_uncertainty": "the error of the boundary line",
    } | changes
