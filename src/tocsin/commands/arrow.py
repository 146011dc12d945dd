"""pyarrow without pandas, where that is installed: it takes half a second to load."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder


class _Hidden(MetaPathFinder):
    """Finds no pandas."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("not looked for", name=fullname)


def without_pandas() -> None:
    """Have pyarrow look for pandas now and find none.

    It looks once a process, at the first array, to know one of pandas' objects if it ever meets
    one; tocsin has none.  Who loaded pandas already keeps it, and it can be loaded afterwards.
    """
    if "pandas" in sys.modules:
        return
    hidden = _Hidden()
    sys.meta_path.insert(0, hidden)
    try:
        import pyarrow

        pyarrow.array([0]).to_numpy()
    finally:
        sys.meta_path.remove(hidden)
