"""`tocsin bell report`: an incident, or a register, as one page to support a decision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import AsOf, DomainOption, RecordedAsOf, State, put
from tocsin.commands.telling import say
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.run.believe import Dispute

PAGES = (".html", ".htm", ".pdf")


def report(
    incident: Annotated[
        str | None, typer.Argument(help="Id of the incident; left out: all of --store.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option("--store", help="Take the incident from a register: sqlite:///FILE, …"),
    ] = None,
    factors: Annotated[
        Path | None, typer.Option(help="TOML with its factors; left out: the bundled case.")
    ] = None,
    positions: Annotated[
        str, typer.Option(help="TOML with two positions, or bundled:september-2025.")
    ] = "bundled:september-2025",
    state: State = None,
    domain: DomainOption = None,
    as_of: AsOf = None,
    recorded_as_of: RecordedAsOf = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The page: FILE.html or FILE.pdf.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Write one page: assessment, precedents, curve, beliefs, levers, dissent, caveats."""
    if out is None and not as_json:
        raise UsageError("nothing to write", hint="name a page with -o FILE.html, or give --json")
    if out is not None and out.suffix.lower() not in PAGES:
        raise UsageError(f'-o "{out}" is no page', hint="use .html or .pdf")
    if factors is not None and store is not None:
        raise UsageError("factors come from a file or from a register, not from both")
    if incident is not None and (state or domain):
        raise UsageError("--state and --domain choose incidents of a register; one is named")
    if store is None and (as_of or recorded_as_of):
        raise UsageError("--as-of and --recorded-as-of ask a register", hint="name it with --store")
    from tocsin.run.believe import read_dispute

    dispute = read_dispute(positions)
    if store is not None:
        given = _stored(store, incident, dispute, state, domain, as_of, recorded_as_of)
    elif incident is None:
        raise UsageError("name an incident, or a register with --store")
    else:
        from tocsin.run.assess import bundled_incident, read_factors
        from tocsin.run.bell_report import of_incident

        about = read_factors(factors, incident) if factors else bundled_incident(incident)
        given = of_incident(about, dispute)
    if out is not None:
        from tocsin.dossier import bell
        from tocsin.run.output import write_file

        made = bell.document(given)
        as_pdf = out.suffix.lower() == ".pdf"
        write_file(out, bell.paper(made) if as_pdf else bell.page(made).encode())
        say(f"tocsin: wrote {out}")
    if as_json:
        from tocsin.run.bell_report import as_json as plain

        put(plain(given))
    return 0


def _stored(
    store: str,
    incident: str | None,
    dispute: Dispute,
    state: str | None,
    domain: str | None,
    as_of: str | None,
    recorded_as_of: str | None,
) -> dict[str, Any]:
    from tocsin.commands.register_options import filter_of, opened
    from tocsin.run.bell_report import of_register, of_stored
    from tocsin.run.register import times_of

    times = times_of(as_of, recorded_as_of)
    wanted = filter_of(state, domain, None, None, None, None, None, None, None, None)
    with opened(store) as held:
        if incident is not None:
            return of_stored(held, incident, dispute, times)
        return of_register(held, wanted, dispute, times, as_of or "")
