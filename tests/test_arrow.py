"""What pyarrow loads when it is used by the command line."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest


@pytest.mark.skipif(find_spec("pandas") is None, reason="pandas is not installed here")
def test_arrays_leave_pyarrow_without_pandas_which_can_still_be_loaded() -> None:
    code = (
        "import sys\n"
        "from tocsin.commands.arrow import without_pandas\n"
        "without_pandas()\n"
        "import pyarrow as pa\n"
        "pa.table({'a': [1.0, 2.0], 'b': ['x', None]})['a'].to_numpy()\n"
        "assert 'pandas' not in sys.modules\n"
        "import pandas\n"
        "assert pandas.DataFrame({'a': [1]}).shape == (1, 1)\n"
        "without_pandas()\n"
        "assert 'pandas' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
