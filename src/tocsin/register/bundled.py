"""The incidents that ship with tocsin, from the lists they were collected in.

`incidents` returns one for each row of incidents.csv, in its order.  Cells become intervals by
`words`, sources are graded by `grading`; beside the list stand two tables written by hand:

actors.csv      what an `actor_alleged` says: who, by whom, denied or not
statements.csv  who says what where sources differ; with `low` and `high` a statement widens the
                field it is about, without them it only stands beside it

What this makes of a row, and what it leaves out, is in docs/reference/bundled-register.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tocsin.errors import IncidentError
from tocsin.register import grading, words
from tocsin.schema import (
    Actor,
    Answer,
    Count,
    Domain,
    Incident,
    Moment,
    Source,
    Span,
    Stated,
    Statement,
    When,
    Where,
)

Row = Mapping[str, str]
KM = 1000.0
_CONTROL = "CONTROL CASE"


@dataclass(frozen=True, slots=True)
class Tables:
    """The lists as they were read."""

    incidents: Sequence[Row]
    actors: Sequence[Row]
    statements: Sequence[Row]


def incidents(tables: Tables) -> list[Incident]:
    """Return every incident of the list; raise IncidentError with the row that is wrong."""
    alleged: defaultdict[str, list[Row]] = defaultdict(list)
    for row in tables.actors:
        alleged[row["alleged"]].append(row)
    told: defaultdict[str, list[Row]] = defaultdict(list)
    for row in tables.statements:
        told[row["incident"]].append(row)
    made = []
    for n, row in enumerate(tables.incidents, 2):
        try:
            made.append(incident(row, alleged, told[row["id"]]))
        except IncidentError as error:
            raise IncidentError(
                error.problem, place=f"line {n} ({row['id']})", hint=error.hint
            ) from None
    return made


def incident(
    row: Row, alleged: Mapping[str, Iterable[Row]] | None = None, told: Sequence[Row] = ()
) -> Incident:
    """Return the incident of one row.

    alleged  explanations of `actor_alleged`; what they do not explain is taken as a name
    told     statements about it
    """
    checked = grading.verification(row["verification"], row["response"], row["notes"])
    denied = "denial" in row["verification"]
    titles = sources_of(row)
    grade = grading.credibility(checked, len(titles), denied)
    by = titles[0][0] if titles else ""
    made = Incident(
        id=row["id"],
        what=row["what"],
        domain=_domain(row["domain"]),
        states=tuple(part for part in row["state"].split("/") if part),
        when=When(words.moment(row["start_utc"]), words.moment(row["end_utc"])),
        where=_where(row),
        actors=_actors(row["actor_alleged"], alleged or {}, by),
        count_of_objects=words.count(row["count_of_objects"]),
        duration_s=words.span(row["duration_s"]),
        depth_m=words.span(row["depth_km"], KM),
        transponder=words.stated(row["transponder"], by, yes=("on",), no=("off",)),
        flight_plan=words.stated(row["flight_plan"], by, yes=("filed",), no=("none",)),
        radio=words.stated(row["radio"], by, yes=("in contact",), no=("none",)),
        response=Stated(Answer.YES, by, row["response"]) if row["response"] else Stated(),
        sources=tuple(
            Source(title, url, Moment.of(date), grading.reliability(title) + grade)
            for title, url, date in titles
        ),
        verification=checked,
        control=row["what"].startswith(_CONTROL),
        notes=row["notes"],
    )
    for each in told:
        made = with_statement(made, each)
    return made


def sources_of(row: Row) -> list[tuple[str, str, str]]:
    """Return title, url and date of each source of a row: one for each address.

    Titles, addresses and dates pair up only where there are as many; otherwise each address has
    the whole title and the first date, for nothing says which part is whose.
    """
    urls = [url.strip() for url in row["source_url"].split(" ; ")]
    titles = [title.strip() for title in row["source_title"].split("; ")]
    dates = [date.strip() for date in row["source_date"].split(" / ")]
    if not any(titles):
        return []
    if len(titles) != len(urls):
        whole = row["source_title"].strip()
        titles = [whole if len(urls) == 1 else f"{whole} [{_host(url)}]" for url in urls]
    if len(dates) != len(urls):
        dates = [dates[0]] * len(urls)
    return list(zip(titles, urls, dates, strict=True))


def with_statement(made: Incident, row: Row) -> Incident:
    """Return an incident with one more statement, the field it is about widened by its bounds."""
    about, low, high = row["about"], row["low"].strip(), row["high"].strip()
    if not row["by"].strip() or not row["says"].strip():
        raise IncidentError("a statement is somebody's and says something", place=about)
    date = Moment.of(row["date"])
    statement = Statement(about, row["by"], row["says"], row["grade"], row["url"], date)
    made = replace(made, statements=(*made.statements, statement))
    if not low and not high:
        return made
    change: dict[str, Any]
    if about in ("when.begin", "when.end"):
        part = about.removeprefix("when.")
        moment = words.around(getattr(made.when, part), Moment.of(low))
        change = {"when": replace(made.when, **{part: moment})}
    elif about in ("duration_s", "depth_m", "count_of_objects"):
        change = {about: _widened(getattr(made, about), _number(low), _number(high))}
    elif about in ("authorised", "transponder", "flight_plan", "radio"):
        change = {about: _answered(getattr(made, about), Answer(low), row)}
    else:
        raise IncidentError(f"nothing is measured about {about}", place="low", hint="leave it out")
    return replace(made, **change)


def _widened(field: Span | Count, low: float | None, high: float | None) -> Span | Count:
    least, most = field.least, field.most
    if least is None and most is None and not field.text:
        bounds = (low, high)  # the list says nothing: what is stated is all there is
    else:
        bounds = words.hull((least, most), _open(low, high, least, most))
    if isinstance(field, Count):
        whole = tuple(None if x is None else int(x) for x in bounds)
        return Count(whole[0], whole[1], field.text)
    return Span(*bounds, field.text)


def _open(
    low: float | None, high: float | None, least: float | None, most: float | None
) -> words.Bounds:
    """Return a statement's bounds; an end it leaves open it leaves where it is."""
    return (least if low is None else low), (most if high is None else high)


def _answered(field: Stated, answer: Answer, row: Row) -> Stated:
    if field.answer is Answer.UNKNOWN and not field.text:
        return Stated(answer, row["by"], row["says"])
    if field.answer is answer:
        return field
    return Stated(Answer.UNKNOWN, field.by, field.text)  # those who said it differ


def _number(text: str) -> float | None:
    return float(text) if text else None


def _domain(text: str) -> Domain:
    try:
        return Domain(text)
    except ValueError:
        known = ", ".join(each.value for each in Domain)
        raise IncidentError(f'domain "{text}" is unknown', hint=f"use {known}") from None


def _where(row: Row) -> Where:
    if not row["lat"].strip():
        return Where(row["location_text"])
    try:
        lat, lon = float(row["lat"]), float(row["lon"])
        radius = row["position_uncertainty_km"].strip()
        return Where(row["location_text"], lat, lon, float(radius) * KM if radius else None)
    except ValueError:
        raise IncidentError(
            f'"{row["lat"]}, {row["lon"]}" is no place', place="lat", hint="degrees, WGS-84"
        ) from None


def _actors(text: str, alleged: Mapping[str, Iterable[Row]], by: str) -> tuple[Actor, ...]:
    if not text.strip():
        return ()
    if text not in alleged:
        return _plain_actor(text.strip(), by)
    return tuple(
        Actor(row["name"], row["by"] or by, Answer(row["denied"]), row["text"])
        for row in alleged[text]
        if row["name"]
    )


def _plain_actor(text: str, by: str) -> tuple[Actor, ...]:
    """Return the actor of a cell that nobody explained: a name, and a remark in brackets."""
    name, _, remark = (part.strip(" )") for part in text.partition("("))
    if name.casefold().startswith("unknown"):
        return ()
    denied = Answer.YES if remark.startswith(("denies", "denied")) else Answer.UNKNOWN
    return (Actor(name, by, denied, "" if denied is Answer.YES else remark),)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0] or url
