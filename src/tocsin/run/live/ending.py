"""The end of tasks that may not want to end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any


async def cancelled(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they are done: a library may swallow it once."""
    for _ in range(5):
        pending = [task for task in tasks if not task.done()]
        for task in pending:
            task.cancel()
        if not pending:
            break
        await asyncio.wait(pending, timeout=1.0)
