"""migrations: the schema of a store, step by step (Alembic), shipped inside the package."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOCK = 0x746F6373696E  # "tocsin": of PostgreSQL's advisory locks


def upgrade(connection: Connection) -> None:
    """Bring a store to the newest schema, inside the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":  # SQLite's writers queue already
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    with as_file(files(__name__)) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
