"""Parts that an installation may be without, asked for before a watch begins."""

from __future__ import annotations

from importlib.util import find_spec

from tocsin.errors import UsageError
from tocsin.run.live.config import WatchConfig


def installed(config: WatchConfig) -> None:
    """Raise UsageError where a configuration asks for a part that is not installed."""
    named = [feed.name for feed in config.feeds if feed.kind == "nats"]
    named += [sink.name for sink in config.sinks if sink.kind == "nats"]
    if named and find_spec("nats") is None:
        raise UsageError(
            f"{named[0]} needs nats-py, which is not installed",
            path=config.path,
            hint="pip install 'tocsin[nats]'",
        )
