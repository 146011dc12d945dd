"""A plan view being drawn: its axes, its plane, and the small geometry between page and ground."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tocsin.dossier import shapes
from tocsin.dossier.data import Bools, Floats
from tocsin.dossier.plane import Frame, Plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """The axes of one plan view, in metres of its plane."""

    ax: Axes
    plane: Plane
    shown: Frame
    m_per_pt: float
    used: set[str] = field(default_factory=set)  # keys of the legend, filled while drawing

    @property
    def tolerance_m(self) -> float:
        """How far thinning may move a drawn line: a third of a printed point."""
        return 0.3 * self.m_per_pt

    def spot(self, lon_deg: float, lat_deg: float) -> tuple[float, float]:
        """Return one position in metres of the plane."""
        ((x, y),) = self.plane.xy(np.array([lon_deg]), np.array([lat_deg]))
        return float(x), float(y)

    def within(self, xy_m: Floats, margin: float = 0.0) -> Bools:
        """Return which points (N, 2) lie in the frame, widened by a share of its size."""
        pad = margin * max(self.shown.width_m, self.shown.height_m)
        x, y = xy_m[:, 0], xy_m[:, 1]
        return np.asarray(
            (x >= self.shown.x0_m - pad)
            & (x <= self.shown.x1_m + pad)
            & (y >= self.shown.y0_m - pad)
            & (y <= self.shown.y1_m + pad)
        )

    def page(self, xy_m: Floats) -> Floats:
        """Return points of the page, from the lower left corner of the frame."""
        return np.asarray((xy_m - [self.shown.x0_m, self.shown.y0_m]) / self.m_per_pt)

    def along(self, xy_m: Floats) -> Floats:
        """Return points of the page every four points along a line, within the frame."""
        gone = walked(xy_m) / self.m_per_pt
        at = np.arange(0.0, gone[-1] + 1e-9, 4.0)
        xy = np.column_stack([np.interp(at, gone, xy_m[:, k]) for k in (0, 1)])
        return self.page(xy[self.within(xy)])

    def fill(self, shape: Any, **look: Any) -> None:
        """Fill a shapely geometry, holes left open."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        for part in shapes.polygons(shape):
            rings = [ring.coords[:] for ring in (part.exterior, *part.interiors)]
            path = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
            self.ax.add_patch(PathPatch(path, **look))


def walked(xy_m: Floats) -> Floats:
    """Return the way gone along a line at each vertex (N,), in metres."""
    steps = np.hypot(*np.diff(xy_m, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def spaced(xy_m: Floats, least_m: float) -> NDArray[np.intp]:
    """Return indices of points, one for each such length of way."""
    cell = np.floor(walked(xy_m) / max(least_m, 1e-9))
    return np.asarray(np.unique(cell, return_index=True)[1])
