"""Write src/tocsin/data/register/{incidents,article4,incident_counts,alliance}.csv from the facts.

    python builders/build_register.py FACTS            FACTS holds the four files
    python builders/build_register.py FACTS --check

They ship as they were collected, byte for byte but for line ends: what the register makes of a
cell is decided where it can be read and tested (`tocsin.register.bundled`), not here.  The two
files beside them, actors.csv and statements.csv, are written by hand and only checked: every
alleged actor must be explained, every statement must be about an incident that is there.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "src" / "tocsin" / "data" / "register"
FILES = ("incidents.csv", "article4.csv", "incident_counts.csv", "alliance.csv")


def tables(facts: Path) -> dict[str, str]:
    """Return the four files by name, with one line end."""
    return {
        name: "\n".join((facts / name).read_text(encoding="utf-8").splitlines()) + "\n"
        for name in FILES
    }


def problems(incidents: str) -> list[str]:
    """Return what the files written by hand leave open."""
    rows = list(csv.DictReader(io.StringIO(incidents)))
    names = {row["id"] for row in rows}
    explained = {row["alleged"] for row in _own("actors.csv")}
    alleged = {row["actor_alleged"] for row in rows} - {""}
    return [
        *(f'actors.csv does not explain "{text}"' for text in sorted(alleged - explained)),
        *(f'actors.csv explains "{text}", alleged nowhere' for text in sorted(explained - alleged)),
        *(
            f"statements.csv speaks of {row['incident']}, which is not in incidents.csv"
            for row in _own("statements.csv")
            if row["incident"] not in names
        ),
    ]


def _own(name: str) -> list[dict[str, str]]:
    with (OUT / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def main() -> None:
    """Write the tables, or compare them."""
    if len(sys.argv) < 2:
        sys.exit(f"name the folder with {', '.join(FILES)}")
    made = tables(Path(sys.argv[1]))
    for name, text in made.items():
        if "--check" not in sys.argv[2:]:
            (OUT / name).write_text(text, encoding="utf-8")
        elif (OUT / name).read_text(encoding="utf-8") != text:
            sys.exit(f"{name} is out of date; run: python builders/build_register.py FACTS")
    if found := problems(made["incidents.csv"]):
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
