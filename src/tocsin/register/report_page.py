"""A report as one HTML page: nothing to load, nothing to run, equal bytes for equal reports."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from tocsin.register.report import Report, Table

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 1.5rem 0 .25rem; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd;
  vertical-align: top; }
td.n { text-align: right; width: 4rem; } td.bar { width: 45%; }
.bar span { display: block; height: .8rem; background: #4a6fa5; }
tr.unknown { color: #666; font-style: italic; } tr.unknown .bar span { background: #bbb; }
.mark { float: right; font-weight: 600; border: 1px solid; padding: 0 .4rem; }
.sum { font-size: 1.1rem; } li { margin: .2rem 0; }
@media print { body { margin: 0; } }
""".strip()


def page(made: Report) -> str:
    """Return the whole page."""
    tables = "\n".join(_table(table, made.count) for table in made.tables)
    undecided = f", {made.undecided} more may belong to it" if made.undecided else ""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(made.title)}</title><style>{_STYLE}</style></head><body><main>",
        f'<p class="mark">TLP:{escape(made.tlp)}</p>',
        f"<h1>{escape(made.title)}</h1>",
        f'<p class="sum">{made.count} civil infringements{undecided}; as of {escape(made.as_of)}.'
        "</p>",
        tables,
        _gaps(made.coverage_gaps),
        _incidents("Incidents counted", made.rows),
        _incidents("Not decided: they may belong to the period or not", made.undecided_rows),
        "<h2>Notes</h2><ul>",
        *(f"<li>{escape(note)}</li>" for note in made.notes),
        "</ul></main></body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _table(table: Table, count: int) -> str:
    most = max((n for _, n in table.rows), default=0) or 1
    lines = [
        f"<table><caption>{escape(table.title)}</caption>",
        f'<thead><tr><th scope="col">{escape(table.title)}</th>'
        '<th scope="col">Incidents</th><th scope="col"></th></tr></thead><tbody>',
    ]
    for value, n in table.rows:
        row = ' class="unknown"' if value == "unknown" else ""
        lines.append(
            f'<tr{row}><th scope="row">{escape(value)}</th><td class="n">{n}</td>'
            f'<td class="bar"><span style="width:{100 * n / most:.0f}%"></span></td></tr>'
        )
    total = sum(n for _, n in table.rows)
    if total != count:
        lines.append(f"<tr><td>sum {total}, of {count} incidents</td><td></td><td></td></tr>")
    return "\n".join([*lines, "</tbody></table>"])


def _gaps(gaps: Iterable[dict[str, Any]]) -> str:
    rows = [
        f"<li>{escape(gap['state'] or 'all states')} {escape(gap['period'])}: "
        f"{escape(gap['why'])}</li>"
        for gap in gaps
    ]
    if not rows:
        return "<h2>Not covered</h2><p>No gap is on record. That is not the same as none.</p>"
    return "\n".join(["<h2>Not covered</h2><ul>", *rows, "</ul>"])


def _incidents(title: str, rows: Iterable[dict[str, Any]]) -> str:
    lines = [_incident(row) for row in rows]
    if not lines:
        return ""
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Incident", "Begin", "Area", "What", "Class", "Causes", "Severity", "Source")
    )
    return "\n".join(
        [
            f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>",
            *lines,
            "</tbody></table>",
        ]
    )


def _incident(row: dict[str, Any]) -> str:
    cells = (
        *(row["link"], row["begin"], row["area"], row["what"], row["airspace_class"]),
        ", ".join(row["causes"]),
        row["severity"],
        "; ".join(f"{source['title']} ({source['grade']})" for source in row["sources"]),
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
