"""Where, why, and what follows a response: files to the answers of cluster, intent and probe."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from tocsin.errors import CaseError, UsageError
from tocsin.pattern.cluster import cluster_events, cluster_poisson
from tocsin.pattern.events import Unit
from tocsin.pattern.figures import clusters as cluster_figure
from tocsin.pattern.figures import intent as intent_figure
from tocsin.pattern.figures import probe as probe_figure
from tocsin.pattern.impute import draws
from tocsin.pattern.intent import CLASSES, Cue, Interval, prior_of
from tocsin.pattern.intent_answer import weigh_intent
from tocsin.pattern.placebo import Trigger
from tocsin.pattern.probe import Probe, pooled, probe
from tocsin.pattern.reporting import recapture, tipping
from tocsin.pattern.scan_answer import Scan
from tocsin.pattern.scan_zones import geodesic_km
from tocsin.pattern.words import NoClaim
from tocsin.run.pattern import EventFile, Gathered, events_from_file
from tocsin.run.space_counts import EventsRead, day_label, read_counts, read_events, read_places
from tocsin.schema import Input, Refusal

DRAWS = 5  # of uncertain records; the least decided answer is given


class Answer(Protocol):
    """What every pattern verb answers with."""

    @property
    def words(self) -> tuple[str, ...]: ...

    def as_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, its picture, and what became of the files."""

    answer: Answer
    svg: str | None  # None: there is nothing to draw
    inputs: tuple[Input, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        told = self.answer.as_json()
        return {
            **told,
            "notes": [*told.get("notes", []), *self.notes],
            "inputs": [
                {
                    "path": one.path,
                    "sha256": one.sha256,
                    "format": one.format,
                    "records": one.records,
                    "decoded": one.decoded,
                    "quarantined": one.quarantined,
                    "reasons": one.reasons,
                }
                for one in self.inputs
            ],
        }


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What a scan may be told; the defaults are Kulldorff's."""

    replicates: int = 999
    seed: int = 1
    longest: int | None = None  # None: half the period
    share: float = 0.5
    radius_km: float = np.inf
    spatial: bool = False

    def __post_init__(self) -> None:
        if self.replicates < 19:
            raise UsageError(
                f"{self.replicates} replicates cannot give a p of .05", hint="19 are the least"
            )
        if not 0 < self.share <= 0.5:
            raise UsageError(f"a circle holds a share above 0 and up to 0.5, not {self.share:g}")
        if self.longest is not None and self.longest < 1:
            raise UsageError(f"a window is at least 1 unit of time long, not {self.longest}")
        if not self.radius_km > 0:
            raise UsageError(f"a radius lies above 0, not at {self.radius_km:g} km")


def cluster_counts(
    cases: str,
    places: str,
    population: str,
    options: ScanOptions,
    *,
    time: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
    planar: bool = False,
) -> Told:
    """Return the clusters of cases against people, from three files; two may be the same."""
    placed, place_table = read_places(places, lon, lat, planar)
    counts, used, notes = read_counts(cases, population, placed, time)
    answer = cluster_poisson(
        counts,
        placed.distance_km,
        rng=np.random.default_rng(options.seed),
        replicates=options.replicates,
        most_times=options.longest,
        share=options.share,
        spatial=options.spatial,
        notes=[placed.note, *notes],
    )
    svg = None
    if isinstance(answer, Scan):
        of_place = counts.observed.sum(axis=1).astype(np.float64)
        svg = cluster_figure.cluster_map(answer, counts.places, placed.xy, of_place, planar=planar)
    tables = [*used, place_table]
    refusals = tuple(one for table in tables for one in table.refusals)
    return Told(answer, svg, tuple(table.read() for table in tables), refusals)


def cluster_file(
    events: str,
    unit: str,
    options: ScanOptions,
    *,
    time: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
) -> Told:
    """Return the clusters of events by space-time permutation, from one file."""
    return cluster_read(read_events(events, time, Unit(unit), lon, lat), Unit(unit), options)


def cluster_read(read: EventsRead, unit: Unit, options: ScanOptions) -> Told:
    """Return the clusters of events by space-time permutation."""
    if options.spatial:
        raise UsageError(
            "--spatial needs a population: shuffling times says nothing about places alone",
            hint="give --cases, --places and --population",
        )
    rng = np.random.default_rng(options.seed)
    found = []
    for _ in range(1 if read.certain else DRAWS):
        at = read.located(rng)
        answer = cluster_events(
            at,
            geodesic_km(at.lon_deg, at.lat_deg),
            rng=rng,
            label=day_label(unit, read.calendar),
            replicates=options.replicates,
            longest=options.longest,
            radius_km=options.radius_km,
            share=options.share,
            notes=["distances are geodesics on WGS-84"],
            units=f"{unit.value}s",
        )
        if isinstance(answer, NoClaim):
            return Told(answer, None, (read.input,), read.refusals)
        found.append((answer, at))
    shown, at = max(found, key=lambda one: _undecided(one[0]))
    if len(found) > 1:
        sure = sum(one.established for one, _ in found)
        note = (
            f"uncertain times: in {sure} of {len(found)} draws a cluster is established; shown is "
            "the least decided"
        )
        shown = replace(shown, notes=(*shown.notes, note))
    names = [f"{la:.3f}, {lo:.3f}" for lo, la in zip(at.lon_deg, at.lat_deg, strict=True)]
    xy = np.column_stack([at.lon_deg, at.lat_deg])
    cases = np.bincount(at.place, minlength=len(names)).astype(np.float64)
    svg = cluster_figure.cluster_map(shown, names, xy, cases)
    return Told(shown, svg, (read.input,), read.refusals)


def probe_files(
    events: EventFile,
    responses: EventFile,
    *,
    window: float,
    trigger: Trigger | None,
    seed: int = 1,
    replicates: int = 999,
) -> Told:
    """Return whether activity changes after responses, from two files of times.

    A response known to the day stands at its end: what happened that day came before it.
    """
    return probe_read(
        events_from_file(events),
        responses,
        window=window,
        trigger=trigger,
        seed=seed,
        replicates=replicates,
    )


def probe_read(
    read: Gathered,
    responses: EventFile,
    *,
    window: float,
    trigger: Trigger | None,
    seed: int = 1,
    replicates: int = 999,
) -> Told:
    """Return whether activity changes after the responses of a file."""
    made = events_from_file(replace(responses, begin=None, end=None, as_of=None, gaps=(), where=()))
    happened, answered = read.events, made.events
    inputs, refusals = (read.input, made.input), (*read.refusals, *made.refusals)
    if happened.calendar != answered.calendar:
        raise UsageError("one file has dates and the other plain numbers", path=responses.path)
    if happened.gaps:
        raise UsageError("a probe needs a record without gaps", hint="give --from and --to instead")
    end = happened.end
    notes = list(read.notes)
    inside = (answered.hi >= happened.begin) & (answered.hi < end)
    if not inside.all():
        out = int((~inside).sum())
        some = "1 response lies" if out == 1 else f"{out} responses lie"
        notes.append(f"{some} outside the window; left out")
    rng = np.random.default_rng(seed)
    wide = happened.hi - happened.lo > 1 / happened.unit.days + 1e-9
    whole = not wide.any() and bool((happened.p == 1).all())
    sets = [happened.within()] if whole else draws(happened, rng, DRAWS)
    found: list[Probe] = []
    for one in sets:
        answer = probe(
            one.t,
            np.unique(answered.hi[inside]),
            happened.begin,
            end,
            window=window,
            rng=rng,
            trigger=trigger,
            replicates=replicates,
            unit=happened.unit.value,
        )
        if isinstance(answer, NoClaim):
            return Told(
                answer,
                None,
                (read.input, made.input),
                (*read.refusals, *made.refusals),
                tuple(notes),
            )
        found.append(answer)
    shown = pooled(found) if len(found) > 1 else found[0]
    return Told(shown, probe_figure.event_study(shown), inputs, refusals, tuple(notes))


def intent_file(path: str) -> Told:
    """Return what the cues of a TOML file say of intent; see docs/explanation/pattern-space.md.

    Raises CaseError where the file cannot be read, UsageError where what it says has no meaning.
    """
    try:
        said = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CaseError(f"cannot be read: {error.strerror}", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"is not TOML: {error}", path=path) from error
    given = said.get("prior")
    if not isinstance(given, dict):
        raise UsageError(
            "there is no [prior]; it has no default",
            path=path,
            hint=f"give {', '.join(CLASSES)}: a number or [from, to] each",
        )
    ends = {k: _interval(given[k], f"prior of {k}", path) for k in CLASSES if k in given}
    prior = prior_of(ends, str(given.get("source", "")))
    cues, unseen = [], []
    for item in _tables(said, "cue", path):
        name = str(item.get("name", "")).strip()
        if not name:
            raise UsageError("a cue has no name", path=path)
        state = str(item.get("state", "seen"))
        if state not in ("seen", "unobserved"):
            raise UsageError(
                f'the state of cue "{name}" is "{state}"',
                path=path,
                hint="use seen or unobserved; what was seen not to be so is a cue of its own",
            )
        if state == "unobserved":
            unseen.append(name)
        else:
            cues.append(_cue(name, item, path))
    answer = weigh_intent(prior, cues, unobserved=unseen)
    return Told(answer, intent_figure.intent(answer))


def _undecided(scan: Scan) -> float:
    top = scan.clusters[0].p if scan.clusters else None
    return 1.0 if top is None else top.p


def _cue(name: str, item: Mapping[str, Any], path: str) -> Cue:
    about = f'cue "{name}"'
    if ("likelihood" in item) == ("ratio" in item):
        raise UsageError(
            f"{about} needs a likelihood or a ratio, and not both",
            path=path,
            hint="likelihood = { accident = [a, b], interference = [c, d], deliberate = [e, f] }",
        )
    given = item.get("likelihood", item.get("ratio"))
    if not isinstance(given, dict):
        raise UsageError(f"{about}: its likelihood is a table of the classes", path=path)
    ends = {k: _interval(given[k], about, path) for k in CLASSES if k in given}
    if "ratio" in item:
        ends.setdefault("accident", (1.0, 1.0))  # the class that the others are held against
    missing = [kind for kind in CLASSES if kind not in ends]
    unknown = [kind for kind in given if kind not in CLASSES]
    if missing or unknown:
        wrong = f"lacks {', '.join(missing)}" if missing else f"names {', '.join(unknown)}"
        raise UsageError(f"{about} {wrong}", path=path, hint=f"classes: {', '.join(CLASSES)}")
    return Cue(
        name,
        (ends["accident"], ends["interference"], ends["deliberate"]),
        str(item.get("source", "")),
        str(item.get("group", "")),
        str(item.get("note", "")),
    )


def _tables(said: Mapping[str, Any], name: str, path: str) -> list[Mapping[str, Any]]:
    rows = said.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{name} is not a list of tables", path=path, hint=f"write [[{name}]]")
    return rows


def _interval(value: Any, about: str, path: str) -> Interval:
    ends = value if isinstance(value, list) else [value, value]
    if len(ends) != 2 or any(isinstance(x, bool) or not isinstance(x, int | float) for x in ends):
        raise UsageError(f"{about}: {value!r} is neither a number nor [from, to]", path=path)
    return float(ends[0]), float(ends[1])


def tipping_told(before: tuple[float, float], now: tuple[float, float]) -> Told:
    """Return the tipping point of reporting; each pair is a count and its years."""
    for count, _ in (before, now):
        if not math.isfinite(count) or count != math.floor(count):
            raise UsageError(f"a count is a whole number, not {count:g}")
    return Told(tipping(int(before[0]), before[1], int(now[0]), now[1]), None)


def recapture_told(lists: tuple[float, ...], odds: tuple[float, ...]) -> Told:
    """Return how many incidents there were by two lists: of the first, the second, and both."""
    if not all(math.isfinite(one) and one == math.floor(one) for one in lists):
        raise UsageError("incidents on a list are whole numbers", hint="write 10,15,5")
    first, second, both = (int(one) for one in lists)
    return Told(recapture(first, second, both, odds=odds), None)
