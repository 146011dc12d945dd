"""QNH reports in a table that somebody made by hand."""

from __future__ import annotations

import csv
import io

import numpy as np
import polars as pl

from tocsin.errors import FeedError
from tocsin.feed import textcells
from tocsin.feed.met import QNH_RANGE_HPA, QnhSeries


def qnh_series(text: str, path: str = "") -> QnhSeries:
    """Return the QNH reports of a CSV with the columns `time` and `qnh_hpa`.

    Times are RFC 3339 with a zone.  Raises FeedError with the line for anything else: a QNH table
    is small and made by hand, so that it is corrected, not quarantined.
    """
    lines = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    if not lines or not {"time", "qnh_hpa"} <= set(lines[0]):
        raise FeedError("needs the columns time and qnh_hpa", path=path, hint="one report a line")
    times = pl.Series([str(line["time"] or "") for line in lines])
    t_ns, fault = textcells.times(times)
    values, wrong = textcells.numbers(pl.Series([str(line["qnh_hpa"] or "") for line in lines]))
    for row in range(len(lines)):
        place = f"line {row + 2}"
        if fault[row]:
            raise FeedError(
                f'time "{times[row]}" is not UTC time', path=path, place=place, hint="end it in Z"
            )
        if wrong[row] or not QNH_RANGE_HPA[0] <= values[row] <= QNH_RANGE_HPA[1]:
            raise FeedError(
                f'qnh_hpa "{lines[row]["qnh_hpa"]}" is no sea-level pressure',
                path=path,
                place=place,
                hint="QNH lies between 850 and 1090 hPa",
            )
    order = np.argsort(t_ns, kind="stable")
    return QnhSeries(t_ns[order], values[order])
