"""Where the file of accounts is."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from tocsin.errors import UsageError
from tocsin.run.register import STORE, store_url

NAME = "accounts.db"


def accounts_path(option: Path | None, store: str | None) -> Path:
    """Return the path: as told, else beside a register in a file, else the user's own data."""
    if option is not None:
        return option
    if store is not None:
        try:
            url = make_url(store)
        except ArgumentError:
            raise UsageError(f'--store "{store}" is no address') from None
        if url.get_backend_name() == "sqlite" and url.database:
            return Path(url.database).parent / NAME
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "tocsin" / NAME


def named_store() -> str | None:
    """Return the register that the settings name, if any."""
    try:
        return store_url(None)
    except UsageError:
        if os.environ.get(STORE):
            raise
        return None
