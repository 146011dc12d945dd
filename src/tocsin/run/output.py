"""A directory of results, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tocsin.errors import TocsinError, UsageError

FINDINGS = "findings.json"
MARK = "settings_sha256"  # a key that only our findings have


def dumps(value: object) -> str:
    """Return canonical JSON, readable: keys in the order given, floats as they are."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def has_findings(target: Path) -> bool:
    """Return whether a directory is empty or holds the findings of a case."""
    if not target.is_dir():
        return False
    if not any(target.iterdir()):
        return True
    findings = target / FINDINGS
    if not findings.is_file():
        return False
    try:
        root = json.loads(findings.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        return False
    return isinstance(root, dict) and MARK in root


def write_directory(
    target: Path, files: Mapping[str, bytes], ours: Callable[[Path], bool] = has_findings
) -> None:
    """Put `files` into `target`, replacing it at once if tocsin wrote what is there.

    ours  tells whether it did

    Raises UsageError where the directory holds anything else.
    """
    if target.exists() and not ours(target):
        raise UsageError(
            "is not empty and was not written by tocsin",
            path=str(target),
            hint="name another directory with -o",
        )
    parent = target.resolve().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=parent))
        try:
            for name, data in files.items():
                (fresh / name).write_bytes(data)
            fresh.chmod(0o755)
            if target.exists():
                # Two renames: for an instant the name is free, never half full.
                old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=parent))
                target.rename(old / "was")
                fresh.rename(target)
                shutil.rmtree(old)
            else:
                fresh.rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise TocsinError(f"cannot be written: {error.strerror}", path=str(target)) from error


def write_file(target: Path, data: bytes) -> None:
    """Write a file whole: under another name first, then renamed into place."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        raise TocsinError(f"cannot be written: {error.strerror}", path=str(target)) from error
