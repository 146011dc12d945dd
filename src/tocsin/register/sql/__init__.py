"""sql: the register in SQLite or PostgreSQL, the same tables and the same code.

`open_store` is the way in.
"""

from tocsin.register.sql.engine import open_store

__all__ = ["open_store"]
