"""The case file: everything a finding rests on, in one TOML file (DESIGN: "The case file")."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from pathlib import Path

from tocsin.errors import CaseError, UsageError
from tocsin.run import casecontext, casesources
from tocsin.run.airspaces import AirspaceSpec
from tocsin.run.casecontext import FirSpec, RecordFile
from tocsin.run.casekeys import Checked, Table, ns_of
from tocsin.run.casesources import StateOf
from tocsin.run.sources import Spec
from tocsin.run.weather import Qnh, load_qnh
from tocsin.run.whose import flag_of
from tocsin.schema import Report
from tocsin.track.altitude import HeightPrior

QNH_HPA = (850.0, 1090.0)  # that was ever measured; inches of mercury are not hPa
HEIGHT_M = (-500.0, 100_000.0)  # of whatever flies
TLPS = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")


@dataclass(frozen=True, slots=True)
class Case:
    """A case file, read and checked."""

    path: str
    id: str
    title: str
    window_ns: tuple[int, int] | None
    as_of: datetime | None
    synthetic: bool
    tlp: str
    seed: int
    sources: tuple[Spec, ...]
    airspaces: tuple[AirspaceSpec, ...]
    qnh: Qnh | None
    height: HeightPrior | None
    places: tuple[Table, ...]
    reports: tuple[Table, ...]  # as written
    claims: tuple[Table, ...]
    raw: Table
    met: str = ""  # where the QNH reports lie, "" without a file of them
    said: tuple[Report, ...] = ()  # the reports, read
    files: tuple[RecordFile, ...] = ()  # plans, logs and NOTAM
    firs: tuple[FirSpec, ...] = ()
    states: tuple[StateOf, ...] = ()
    flag: str = ""  # code of the state whose aircraft it is about, "" where nobody says
    register: str = ""  # the store that answers `register:` tests, "" without one
    parties: tuple[str, ...] = ()  # to the dispute, beside who makes claims: no witnesses in it
    #: When a sensor was out of service, by witness, in nanoseconds.
    outages: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


def read_case(path: str | Path, moved: Mapping[str, Path] | None = None) -> Case:
    """Return a case file; paths in it are relative to it.

    moved  where its files lie instead, by their paths as written; no other file is read then

    Raises CaseError, naming the table and the key, for what is missing, misspelt or naive.
    """
    where = Path(path)
    name = str(path)
    if where.is_dir():
        raise CaseError("is a directory", path=name, hint="name the TOML file in it")
    try:
        root = tomllib.loads(where.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CaseError("no such file", path=name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"is not TOML: {error}", path=name) from error
    return _case(Checked(name, where.parent, moved), root)


def _case(check: Checked, root: Table) -> Case:
    check.known(root, "", "")
    head = root.get("case")
    if not isinstance(head, dict):
        raise check.fail("", "has no [case] table", "a case file begins with [case]")
    check.known(head, "case", "[case]")
    met = check.known(root.get("met", {}), "met", "[met]")
    register = check.known(root.get("register", {}), "register", "[register]")
    tlp = check.text(head, "tlp", "[case]", "CLEAR").removeprefix("TLP:")
    if tlp not in TLPS:
        raise check.fail("[case]", f'tlp "{tlp}" is no TLP 2.0 label', f"use {', '.join(TLPS)}")
    for kind in ("source", "airspace", "plan", "log", "notam"):
        for place, item in check.tables(root, kind):
            check.one_of(item, "tlp", place, TLPS)
    for kind in ("source", "plan", "log", "notam", "fir"):
        for place, item in check.tables(root, kind):
            check.text(item, "note", place, "")
    tables = check.tables(root, "source")
    if not tables:
        raise check.fail("", "names no [[source]]")
    airspaces = check.tables(root, "airspace")
    if not airspaces:
        raise check.fail("", "names no [[airspace]]", 'try path = "bundled:sovereign"')
    for kind in ("source", "report", "claim", "log"):
        for place, item in check.tables(root, kind):
            check.grade(item, place)
    for kind in ("place", "claim"):
        check.once(check.tables(root, kind), "id")
    sources = tuple(casesources.source(check, item, place) for place, item in tables)
    states = [casesources.state(check, item, place) for place, item in airspaces]
    reports = check.tables(root, "report")
    files = [
        casecontext.record_file(check, item, place, kind)
        for kind in ("plan", "log", "notam")
        for place, item in check.tables(root, kind)
    ]
    return Case(
        path=check.path,
        id=check.text(head, "id", "[case]"),
        title=check.text(head, "title", "[case]", ""),
        window_ns=_window(check, head),
        as_of=check.moment(head["as_of"], "[case]", "as_of") if "as_of" in head else None,
        synthetic=check.flag(head, "synthetic", "[case]"),
        tlp=tlp,
        seed=_seed(check, head),
        sources=sources,
        airspaces=tuple(casesources.airspace(check, item, place) for place, item in airspaces),
        qnh=_qnh(check, met, head),
        height=_height(check, root),
        flag=_flag(check, root),
        places=tuple(_place(check, item, place) for place, item in check.tables(root, "place")),
        reports=tuple(item for _, item in reports),
        claims=tuple(_claim(check, item, place) for place, item in check.tables(root, "claim")),
        raw=root,
        met=str(check.at(check.text(met, "source", "[met]"))) if "source" in met else "",
        said=tuple(casecontext.report(check, item, place) for place, item in reports),
        files=tuple(files),
        firs=tuple(
            casecontext.fir(check, item, place) for place, item in check.tables(root, "fir")
        ),
        register=check.text(register, "store", "[register]") if register else "",
        parties=check.texts(head, "parties", "[case]"),
        states=tuple(state for state in states if state is not None),
        outages={
            str(item.get("witness", "")) or str(item["path"]): found
            for place, item in tables
            if (found := casesources.outages(check, item, place))
        },
    )


def _seed(check: Checked, head: Table) -> int:
    value = check.within(head, "seed", "[case]", 0, inf) or 0.0
    if value != int(value):
        raise check.fail("[case]", f"seed = {value:g} is not a whole number")
    return int(head.get("seed", 0))


def _qnh(check: Checked, met: Table, head: Table) -> Qnh | None:
    value = check.within(met, "qnh_hpa", "[met]", *QNH_HPA)
    check.within(met, "transition_altitude_ft", "[met]", 0, 60_000)
    if "source" not in met:
        return value
    if value is not None:
        raise check.fail("[met]", "has both qnh_hpa and source", "give one of them")
    path = check.text(met, "source", "[met]")
    window = head.get("window")
    about = check.moment(window[0], "[case]", "window") if isinstance(window, list) else None
    return load_qnh(path, check.at(path), about)


def _flag(check: Checked, root: Table) -> str:
    target = check.known(root.get("target", {}), "target", "[target]")
    spaces = [item for _, item in check.tables(root, "airspace")]
    laid = {str(item.get(key, "")) for item in spaces for key in ("volume", "state")}
    try:
        return flag_of(check.text(target, "flag", "[target]", ""), laid)
    except UsageError as error:
        raise check.fail("[target]", error.problem, error.hint) from None


def _height(check: Checked, root: Table) -> HeightPrior | None:
    target = check.known(root.get("target", {}), "target", "[target]")
    given = target.get("h_msl_m")
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != {"median", "q05", "q95"}:
        raise check.fail("[target]", "h_msl_m needs median, q05 and q95")
    median, q05, q95 = (
        check.within(given, key, "[target] h_msl_m", *HEIGHT_M) for key in ("median", "q05", "q95")
    )
    assert median is not None and q05 is not None and q95 is not None  # all three are there
    try:
        return HeightPrior(median, q05, q95)
    except ValueError as error:
        raise check.fail("[target]", str(error)) from error


def _window(check: Checked, head: Table) -> tuple[int, int] | None:
    given = head.get("window")
    if given is None:
        return None
    if not isinstance(given, list) or len(given) != 2:
        raise check.fail("[case]", "window is a list of two times")
    begin, end = (check.moment(value, "[case]", "window") for value in given)
    if end <= begin:
        raise check.fail("[case]", "window ends before it begins")
    return ns_of(begin), ns_of(end)


def _place(check: Checked, item: Table, place: str) -> Table:
    check.text(item, "id", place)
    for key, most in (("lat_deg", 90.0), ("lon_deg", 180.0)):
        value = check.number(item, key, place)
        if value is None or abs(value) > most:
            raise check.fail(place, f"needs {key} between -{most:g} and {most:g}")
    check.within(item, "sigma_m", place, 0.0, casesources.MOST_SIGMA_M)
    check.text(item, "title", place, "")
    return item


def _claim(check: Checked, item: Table, place: str) -> Table:
    for key in ("id", "test"):
        check.text(item, key, place)
    for key in ("by", "says"):
        check.text(item, key, place, "")
    return {**item, "source": check.published(item, place)} if "source" in item else item
