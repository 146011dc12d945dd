"""`tocsin pattern cluster, similar, intent, probe, reporting`: where, what is alike, and why."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.commands.options import QUARANTINED, Json, Strict
from tocsin.commands.pattern_time import Domain, StoreOption
from tocsin.commands.register_options import filter_of, opened
from tocsin.commands.telling import say, tell_inputs, tell_refusals
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.pattern.placebo import Trigger
    from tocsin.register.query import Filter, Times
    from tocsin.run.pattern_space import Told


class Unit(StrEnum):
    """What times count; as in tocsin.pattern.events, which would load numpy for the help."""

    DAY = "day"
    YEAR = "year"


UnitOption = Annotated[Unit, typer.Option("--unit", help="What times count.")]
Svg = Annotated[Path | None, typer.Option("-o", "--out", help="Write the picture (SVG) here.")]
Seed = Annotated[int, typer.Option(min=0, help="Of the draws: the same seed, the same answer.")]
Replicates = Annotated[int, typer.Option(help="Data sets drawn by chance alone.")]
Time = Annotated[str | None, typer.Option("--time", help="Column of the time.")]
State = Annotated[str | None, typer.Option("--state", help="With --store: the state, as EE.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="With --store: what was known then.")]
Lon = Annotated[str | None, typer.Option("--lon", help="Column of the longitude.")]
Lat = Annotated[str | None, typer.Option("--lat", help="Column of the latitude.")]


def cluster(
    cases: Annotated[str | None, typer.Option(help="Cases by place and year (CSV).")] = None,
    places: Annotated[str | None, typer.Option(help="Places and their coordinates (CSV).")] = None,
    population: Annotated[
        str | None, typer.Option(help="People by place and year (CSV); may be the cases' file.")
    ] = None,
    events: Annotated[
        str | None, typer.Option(help="Events with time and place (CSV), where nobody is counted.")
    ] = None,
    store: StoreOption = None,
    state: State = None,
    domain: Domain = None,
    as_of: AsOf = None,
    time: Time = None,
    unit: UnitOption = Unit.DAY,
    lon: Lon = None,
    lat: Lat = None,
    planar: Annotated[
        bool, typer.Option("--planar", help="Coordinates are kilometres of a plane.")
    ] = False,
    max_window: Annotated[
        int | None, typer.Option(help="Longest window, in years or the unit; half the period.")
    ] = None,
    max_share: Annotated[
        float, typer.Option(help="Of the people, or events, that a circle may hold.")
    ] = 0.5,
    max_radius: Annotated[
        float | None, typer.Option(help="Widest circle of events, in km; no limit.")
    ] = None,
    spatial: Annotated[
        bool, typer.Option("--spatial", help="Where only: windows over the whole period.")
    ] = False,
    replicates: Replicates = 999,
    seed: Seed = 1,
    out: Svg = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Find clusters in space and time, and the smallest that could have been found.

    With cases, places and people: Kulldorff's scan statistic; columns that cases and people share
    (age, sex) are adjusted for. With events alone: the space-time permutation scan.
    """
    from tocsin.run.pattern_space import ScanOptions, cluster_counts, cluster_file, cluster_read

    options = ScanOptions(
        replicates,
        seed,
        max_window,
        max_share,
        float("inf") if max_radius is None else max_radius,
        spatial,
    )
    ways = [events is not None, store is not None, cases is not None or population is not None]
    if sum(ways) > 1:
        raise UsageError("give one of --store, --events, or --cases with --places and --population")
    if store is not None:
        from tocsin.pattern.events import Unit as SeriesUnit
        from tocsin.run.space_store import located_from_register

        with opened(store) as found:
            read = located_from_register(found, *_asked(state, domain, as_of), store)
        told = cluster_read(read, SeriesUnit.DAY, options)
    elif events is not None:
        told = cluster_file(events, unit.value, options, time=time, lon=lon, lat=lat)
    elif cases is not None and places is not None and population is not None:
        told = cluster_counts(
            cases, places, population, options, time=time, lon=lon, lat=lat, planar=planar
        )
    else:
        raise UsageError(
            "there is nothing to scan",
            hint="give --store, --events FILE, or --cases with --places and --population",
        )
    return _tell(told, out, as_json, strict)


def similar(
    file: Annotated[str | None, typer.Argument(help="Incidents, one a row (CSV).")] = None,
    id: Annotated[str, typer.Option(help="The incident whose precedents are looked for.")] = "",
    store: StoreOption = None,
    state: State = None,
    domain: Domain = None,
    as_of: AsOf = None,
    nearest: Annotated[int, typer.Option(min=1, help="How many precedents.")] = 5,
    radius: Annotated[float, typer.Option(help="Of 'there again', in km.")] = 25.0,
    tracks: Annotated[
        str | None, typer.Option(help="Tracks: id, longitude, latitude in order (CSV).")
    ] = None,
    background: Annotated[
        str | None, typer.Option(help="Traffic: longitude, latitude, flights (CSV).")
    ] = None,
    background_share: Annotated[
        str | None, typer.Option(help="LO,HI: share of all traffic that passes within the radius.")
    ] = None,
    background_source: Annotated[str, typer.Option(help="Where that share comes from.")] = "",
    replicates: Replicates = 999,
    seed: Seed = 1,
    out: Svg = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Name the nearest precedents, with reasons for and against, and whether it is there again."""
    from tocsin.run.space_similar import Asked, similar_file, similar_known

    if not id:
        raise UsageError("no incident is named", hint="give --id ID")
    asked = Asked(
        id,
        nearest,
        radius,
        tracks,
        background,
        None if background_share is None else _pair(background_share, "--background-share"),
        background_source,
        seed,
        replicates,
    )
    if (file is None) == (store is None):
        raise UsageError("give a file of incidents, or --store; one of them")
    if file is not None:
        told = similar_file(file, asked)
    else:
        from tocsin.run.space_store import known_from_register

        with opened(store) as found:
            record = known_from_register(found, *_asked(state, domain, as_of), store or "")
        told = similar_known(record, asked)
    return _tell(told, out, as_json, strict)


def intent(
    cues: Annotated[str, typer.Argument(help="Prior and cues (TOML).")],
    out: Svg = None,
    as_json: Json = False,
) -> int:
    """Weigh accident, navigational interference and deliberate: ranges, and what moves them."""
    from tocsin.run.pattern_space import intent_file

    return _tell(intent_file(cues), out, as_json)


def probe(
    responses: Annotated[str, typer.Option(help="Responses with their time (CSV).")],
    events: Annotated[str | None, typer.Option(help="Events with their time (CSV).")] = None,
    time: Annotated[
        str | None, typer.Option("--time", help="Column of the time of events.")
    ] = None,
    response_time: Annotated[
        str | None, typer.Option(help="Column of the time of responses; the same, else time.")
    ] = None,
    store: StoreOption = None,
    state: State = None,
    domain: Domain = None,
    unit: UnitOption = Unit.DAY,
    window: Annotated[
        float | None, typer.Option(help="How long after a response, in the unit; 30 days.")
    ] = None,
    trigger: Annotated[
        str | None,
        typer.Option(help='Rule that brings responses: "3 in 30". Else read off the record.'),
    ] = None,
    lag: Annotated[float, typer.Option(help="From the rule's last event to the response.")] = 0.0,
    quiet: Annotated[float, typer.Option(help="No second response before so long.")] = 0.0,
    begin: Annotated[str | None, typer.Option("--from", help="Since when was watched.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Until when was watched.")] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", help="COLUMN=TEXT: only such events.")
    ] = None,
    weight: Annotated[
        str | None, typer.Option(help="Column of the chance that an event counts.")
    ] = None,
    replicates: Replicates = 999,
    seed: Seed = 1,
    out: Svg = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Tell whether activity changes after responses, beside a placebo by the same rule."""
    from tocsin.pattern import events as series
    from tocsin.run.pattern import EventFile, events_from_file
    from tocsin.run.pattern_space import probe_read

    counted = series.Unit(unit.value)
    answers = EventFile(responses, response_time or time or "time", counted)
    span = 30.0 / counted.days if window is None else window
    rule = None if trigger is None else _trigger(trigger, lag, quiet)
    if store is not None:
        from tocsin.run.pattern_store import events_from_register

        if events is not None or unit is not Unit.DAY:
            raise UsageError("a register counts days, and goes without --events and --unit year")
        with opened(store) as found:
            read = events_from_register(
                found, *_asked(state, domain, None), where=store, begin=begin, end=end
            )
    elif events is not None and time is not None:
        pairs = tuple(_equal(text) for text in where or ())
        read = events_from_file(
            EventFile(events, time, counted, weight=weight, where=pairs, begin=begin, end=end)
        )
    else:
        raise UsageError("no events are named", hint="give --events FILE --time COLUMN, or --store")
    told = probe_read(read, answers, window=span, trigger=rule, seed=seed, replicates=replicates)
    return _tell(told, out, as_json, strict)


def reporting(
    before: Annotated[str | None, typer.Option(help="COUNT,YEARS before: 3,3.")] = None,
    now: Annotated[str | None, typer.Option(help="COUNT,YEARS now: 4,0.718.")] = None,
    lists: Annotated[
        str | None, typer.Option(help="FIRST,SECOND,BOTH: incidents on two lists: 10,15,5.")
    ] = None,
    odds: Annotated[
        str, typer.Option(help="Odds ratios by which one list goes with the other.")
    ] = "1,2,5,10",
    as_json: Json = False,
) -> int:
    """Say what change in reporting would undo a finding, or how many incidents nobody reported."""
    from tocsin.run.pattern_space import recapture_told, tipping_told

    if lists is not None and before is None and now is None:
        told = recapture_told(_numbers(lists, "--lists", 3), _numbers(odds, "--odds", None))
    elif lists is None and before is not None and now is not None:
        told = tipping_told(_pair(before, "--before"), _pair(now, "--now"))
    else:
        raise UsageError(
            "give --before and --now, or --lists", hint="--before 3,3 --now 4,0.718, for example"
        )
    return _tell(told, None, as_json)


def add(app: typer.Typer) -> None:
    """Register the verbs of this module on `tocsin pattern`."""
    for verb in (cluster, similar, intent, probe, reporting):
        app.command()(verb)


def _asked(state: str | None, domain: str | None, as_of: str | None) -> tuple[Filter, Times]:
    """Return what is asked of a register."""
    from tocsin.run.register import times_of

    nothing = (None,) * 7
    return filter_of(state, domain, *nothing, include=None), times_of(as_of, None)


def _tell(told: Told, out: Path | None, as_json: bool, strict: bool = False) -> int:
    from tocsin.run.output import dumps, write_file

    tell_inputs(told.inputs)
    tell_refusals(told.refusals)
    if out is not None and told.svg is None:
        say(f"tocsin: {out} is not written: there is nothing to draw")
    elif out is not None and told.svg is not None:
        write_file(out, told.svg.encode())
    answer = told.as_json()
    code = QUARANTINED if strict and told.refusals else 0
    if as_json:
        typer.echo(dumps(answer), nl=False)
        return code
    for line in told.answer.words:
        typer.echo(line)
    for note in answer["notes"]:
        typer.echo(f"  ({note})")
    if out is not None and told.svg is not None:
        typer.echo(str(out))
    return code


def _trigger(text: str, lag: float, quiet: float) -> Trigger:
    from tocsin.pattern.placebo import Trigger

    found = re.fullmatch(r"\s*(\d+)\s+in\s+(\d+(?:\.\d*)?)\s*", text)
    if not found:
        hint = 'write "3 in 30": three events within 30 units'
        raise UsageError(f'--trigger "{text}" is no rule', hint=hint)
    return Trigger(int(found[1]), float(found[2]), lag, quiet)


def _pair(text: str, option: str) -> tuple[float, float]:
    first, second = _numbers(text, option, 2)
    return first, second


def _numbers(text: str, option: str, count: int | None) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or (count is not None and len(found) != count):
        many = "numbers" if count is None else f"{count} numbers"
        raise UsageError(f'{option} "{text}" is not {many} with commas between')
    return found


def _equal(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise UsageError(f'--where "{text}" is no condition', hint="write COLUMN=TEXT")
    return column, value
