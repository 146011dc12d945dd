"""Write docs/reference/incident.schema.json from the declared types.

python builders/build_incident_schema.py
"""

from __future__ import annotations

import json
from pathlib import Path

from tocsin.schema import incident_schema

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "incident.schema.json"


def main() -> None:
    """Write the schema."""
    PAGE.write_text(json.dumps(incident_schema(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
