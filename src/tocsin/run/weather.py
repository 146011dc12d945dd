"""QNH of a case: one value, or reports over time from a CSV or from METARs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import CaseError, FeedError
from tocsin.feed.met import Metar, QnhSeries, metar
from tocsin.schema import Floats

Qnh = float | QnhSeries


def at(qnh: Qnh, t_ns: NDArray[np.int64]) -> Floats:
    """Return QNH in hPa at times, (N,); NaN where no report is near enough."""
    if isinstance(qnh, QnhSeries):
        return qnh.at(t_ns)
    return np.full(len(t_ns), qnh)


def load_qnh(path: str, where: Path, about: datetime | None) -> QnhSeries:
    """Return the QNH reports of a file: a CSV with time and qnh_hpa, or METARs, one a line.

    about  a moment of the case: a METAR names the day of the month and not the month

    Raises CaseError for a file that is not there and for METARs without a date to count from,
    FeedError for a line that is no report.
    """
    try:
        text = where.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CaseError("no such file", path=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"cannot be read: {error}", path=path) from error
    first = text.lstrip("\ufeff").splitlines()[:1]
    if first and "qnh_hpa" in first[0]:
        from tocsin.feed.qnhtable import qnh_series  # what reads columns takes long to load

        return qnh_series(text, path)
    if about is None:
        raise CaseError("METARs name no month", path=path, hint="give the case a window")
    times, values = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            report = metar(line)
            when = _moment(report, about)
        except ValueError as error:
            raise FeedError(str(error), path=path, place=f"line {number}") from error
        if report.qnh_hpa is not None:
            times.append(round(when.timestamp()) * 10**9)
            values.append(report.qnh_hpa)
    order = np.argsort(np.array(times, np.int64), kind="stable")
    return QnhSeries(np.array(times, np.int64)[order], np.array(values, np.float64)[order])


def _moment(report: Metar, about: datetime) -> datetime:
    """Return the time of a report in the month that brings it nearest to the case."""
    found = []
    for month in (about - timedelta(days=27), about, about + timedelta(days=27)):
        try:
            found.append(
                datetime(
                    month.year, month.month, report.day, report.hour, report.minute, tzinfo=UTC
                )
            )
        except ValueError:
            continue  # this month has no such day
    if not found:
        raise ValueError(f"day {report.day} is in no month about {about:%Y-%m}")
    return min(found, key=lambda moment: abs(moment - about))
