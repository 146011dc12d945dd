"""The validator of JSON Schema, loaded where it is asked for and not by every worker that collects.

Its grammars take three seconds.
"""

from __future__ import annotations

from typing import Any


def validator() -> Any:
    """Return the class that validates against draft 2020-12."""
    import jsonschema

    return jsonschema.Draft202012Validator
