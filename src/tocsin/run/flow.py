"""A case from its file to its dossier: where the rooms meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from tocsin.claims.evidence import Asking
from tocsin.claims.grammar import parse
from tocsin.claims.tree import Node
from tocsin.incursion.find import Passages, find
from tocsin.run import airspaces, claims, context, dark, doubt, own, register_claims
from tocsin.run.airspaces import Airspaces
from tocsin.run.aside import ALONE, Aside
from tocsin.run.bundle import BUNDLE, UNSIGNED, Seal, answered, packed
from tocsin.run.bundleregister import Recorder
from tocsin.run.case import Case, read_case
from tocsin.run.context import Context
from tocsin.run.evidence import Weighed
from tocsin.run.findings import case_findings, input_row
from tocsin.run.firs import load_firs
from tocsin.run.heard import heard
from tocsin.run.hours import with_hours
from tocsin.run.left import reach
from tocsin.run.output import write_directory
from tocsin.run.outward import OutwardLimits
from tocsin.run.records import read_records
from tocsin.run.register_claims import Asked
from tocsin.run.sensitivity import sensitivity
from tocsin.run.shown import Shown, begun
from tocsin.run.sources import Gathered, Say, gather, quiet
from tocsin.run.stays import Stay, stays
from tocsin.schema import Outline
from tocsin.settings import FindSettings


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a run found, and where it lies."""

    findings: dict[str, Any]
    directory: Path
    files: tuple[str, ...]
    gathered: Gathered


@dataclass(frozen=True, slots=True, eq=False)
class Studied:
    """A case answered: its findings, and what a page draws of them."""

    case: Case
    gathered: Gathered  # with the inputs, refusals and failures of the records beside it
    airspace: Airspaces
    outlines: tuple[Outline, ...]
    found: Passages
    weighed: tuple[Weighed, ...]
    findings: dict[str, Any]
    asked: Recorder | Asked | None = None  # what a register answered, where there was one
    limits: OutwardLimits | None = None  # from which edges depth is measured
    shown: Shown | None = None  # its figures, where they were begun before it was answered


def run_case(
    case_path: str | Path,
    directory: Path,
    settings: FindSettings | None = None,
    say: Say = quiet,
    seal: Seal = UNSIGNED,
    register: Asking | None = None,
    store: str | None = None,
    aside: Aside = ALONE,
) -> Outcome:
    """Answer a case and write its results into a directory, whole or not at all.

    seal      who signs the bundle, and as what it may be shared
    register  answers `register:` tests as of the case's date; None: `store` does
    store     the URL of a register, or `bundled:`, in place of the one that the case names
    aside     processes that draw, and test claims, beside this one; the answers are the same

    Raises CaseError, FeedError or AirspaceError for what cannot be read, UsageError for a
    directory that tocsin did not write.
    """
    settings = settings or FindSettings()
    drawing = partial(begun, aside, settings.max_gap_s) if seal.redact is None else None
    done = study(
        case_path, settings, say, register=register, store=store, aside=aside, drawing=drawing
    )
    say("drawing the dossier and packing the bundle")
    made = answered(done, settings, redact=seal.redact, aside=aside)
    files = made.results | {BUNDLE: packed(made, seal.key)}
    write_directory(directory, files)
    return Outcome(made.done.findings, directory, tuple(files), done.gathered)


def study(
    case_path: str | Path,
    settings: FindSettings,
    say: Say = quiet,
    moved: Mapping[str, Path] | None = None,
    register: Asking | None = None,
    store: str | None = None,
    aside: Aside = ALONE,
    drawing: Callable[..., Shown] | None = None,
) -> Studied:
    """Return the answers to a case; nothing is drawn or written.

    moved     where its files lie, if not where it says (`read_case`)
    register  answers `register:` tests; None: `store` does, or the register of the case
    store     a register in place of the one that the case names; not opened where files are
              `moved`, for then what a bundle took from its register is among them
    aside     processes that test claims beside this one
    drawing   begins to draw what was found (`shown.begun`)

    Raises CaseError, FeedError or AirspaceError for what cannot be read, ClaimError for a test
    that does not parse, RegisterError for a store that is not there, before any source is read.
    """
    case = read_case(case_path, moved)
    airspace = airspaces.load(case.airspaces, say)
    trees = _trees(case, airspace)
    asked = Recorder(register) if register else register_claims.ask(case, trees, store, moved)

    # What do other records say, and when is which volume active?
    records = read_records(case.files, case.said, case.window_ns, say)
    firs = load_firs(case.firs)
    hours = with_hours(airspace.volumes, records, case.window_ns)
    airspace = replace(airspace, volumes=hours.volumes)

    # Did it happen?
    gathered = gather(case.sources, settings, qnh=case.qnh, window_ns=case.window_ns, say=say)
    say("looking for passages")
    outlines = airspace.outlines(gathered.tracks, settings.max_error_m, reach(gathered.radars))
    limits = OutwardLimits(airspace.volumes, case.flag, settings.max_error_m, case.states)
    found = find(gathered.tracks, outlines, max_gap_s=settings.max_gap_s, limits=limits)

    # What did only radar see, and how sure is that?
    beside = Context(case, records, firs, hours, gathered.labels)
    only = dark.judged(case, gathered, outlines, limits, beside, say)
    weighed, beside = (
        only.weighed,
        replace(beside, heard=heard(gathered, only.tracks, case.sources)),
    )

    # What would a naive reading say, and what did nobody see?
    naive = doubt.not_established(gathered.tracks, gathered.distrust, outlines, found)
    unseen = doubt.unobserved(found, outlines, settings.max_gap_s)
    findings = case_findings(case, gathered, airspace, found, settings, naive, unseen)
    findings["incursions"] += only.rows
    findings["unobserved"] += only.unseen

    # Was it allowed, and could anybody have seen it?
    say("putting it together with other records")
    points = stays(findings, gathered, weighed, airspace.volumes)
    findings["context"] = context.found(beside, points, findings["incursions"])
    findings["incursions"] = context.apply(findings["incursions"], beside, findings["context"])
    findings["sensitivity"] = sensitivity(weighed, findings["incursions"])

    shown = drawing and drawing(case, gathered, outlines, found, findings, weighed)

    # What does each side say of it?
    say("testing the claims")
    flown = own.of_claims(
        case.claims, gathered.tracks, found.table, outlines, limits, only.flown, case.seed, case.qnh
    )
    told = replace(case, reports=_for_claims(beside, flown, findings["context"]["about"], points))
    findings["claims"], findings["compatibility"], more = claims.judged(
        told, flown, asked, aside.share
    )
    more_inputs = (*records.inputs, *firs.inputs, *register_claims.inputs(asked))
    findings["inputs"] += [input_row(done) for done in more_inputs]
    findings["limits"] += [*limits.said(outlines), *only.notes, *hours.notes, *firs.notes]
    findings["limits"] += [*context.limits(beside, points), *more]
    gathered = replace(
        gathered,
        inputs=(*gathered.inputs, *more_inputs),
        refusals=(*gathered.refusals, *records.refusals),
        failures=(*gathered.failures, *records.failures),
    )
    return Studied(
        case, gathered, airspace, outlines, found, weighed, findings, asked, limits, shown
    )


def _trees(case: Case, airspace: Airspaces) -> dict[str, Node]:
    """Return the tests by claim; ClaimError for the first that does not parse in this case."""
    volumes = tuple(dict.fromkeys(volume.name for volume in airspace.volumes))
    places = tuple(str(place["id"]) for place in case.places) or None
    return {
        str(item["id"]): parse(
            str(item["test"]),
            volumes=volumes,
            places=places,
            path=case.path,
            place=f"claim {item['id']}",
        )
        for item in case.claims
    }


def _for_claims(
    beside: Context, weighed: Sequence[Weighed], about: str | None, points: Sequence[Stay]
) -> tuple[dict[str, Any], ...]:
    """Return the reports that concern the track on which claims are tested."""
    mine = [stay for stay in points if stay.id == about]
    track = mine[0].track if mine else ""
    if weighed:  # the track that `run.claims` takes
        track = max(weighed, key=lambda one: one.judged.p_ever).track.posterior.track
    volumes = tuple(dict.fromkeys(volume.name for volume in beside.hours.volumes))
    return beside.for_claims(track, volumes)
