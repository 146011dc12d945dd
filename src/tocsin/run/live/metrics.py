"""What a watch counts, as Prometheus reads it (text exposition format 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tocsin.run.live.sinks.sink import Standing
from tocsin.schema.live import Alert, FeedHealth

if TYPE_CHECKING:
    from tocsin.run.live.service import Watch

#: Upper bounds of the classes of latency, in seconds.
BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = dict[str, str]


@dataclass(slots=True)
class Latency:
    """From the receipt of a batch to the moment its alerts may leave."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    sum_s: float = 0.0

    def add(self, seconds: float) -> None:
        at = next((k for k, bound in enumerate(BOUNDS_S) if seconds <= bound), len(BOUNDS_S))
        self.counts[at] += 1
        self.sum_s += seconds


@dataclass(slots=True)
class Figures:
    """What the watch counts beside feeds, sinks and alerts."""

    tracks: int = 0
    journal_bytes: int = 0
    journal_records: int = 0
    journal_lost: int = 0
    unkept: int = 0
    backlog_records: int = 0
    backlog_bytes: int = 0
    outbox_alerts: int = 0
    checkpoints: int = 0
    dropped: dict[str, int] = field(default_factory=dict)  # datagrams, by feed
    not_used: dict[str, int] = field(default_factory=dict)  # updates, by reason


def text_of(watch: Watch) -> str:
    """Return the figures of a watch that runs."""
    figures = Figures(
        tracks=watch.judge.tracks,
        journal_bytes=watch.journal.size_bytes(),
        journal_records=watch.journal.seq,
        journal_lost=watch.journal.lost,
        unkept=watch.journal.unkept,
        backlog_records=watch.journal.seq - watch.judge.done,
        backlog_bytes=watch.backlog.size_bytes(),
        outbox_alerts=watch.outbox.number,
        checkpoints=watch.committer.checkpoints,
        dropped=dict(watch.drops),
        not_used=dict(watch.core.engine.counts),
    )
    return text(
        watch.config.id,
        figures,
        watch.board.feeds(),
        watch.board.alerts(),
        [each.standing for each in watch.outgoing],
        {each.spec.name: each.cursor.number for each in watch.outgoing},
        watch.committer.latency,
    )


def text(
    watch: str,
    figures: Figures,
    feeds: Sequence[FeedHealth],
    alerts: Iterable[Alert],
    sinks: Sequence[Standing],
    numbers: dict[str, int],
    latency: Latency,
) -> str:
    """Return all of it.

    numbers  how far each sink has got in the outbox
    """
    out = _Page({"watch": watch})
    for name, kind, about, value in (
        ("tracks", "gauge", "Tracks that are held.", figures.tracks),
        ("journal_bytes", "gauge", "Bytes of the journal's files.", figures.journal_bytes),
        ("journal_records_total", "counter", "Records ever journalled.", figures.journal_records),
        ("journal_lost_total", "counter", "Records a full disk cost.", figures.journal_lost),
        ("journal_unkept", "gauge", "Records not on the disk yet.", figures.unkept),
        ("backlog_records", "gauge", "Records not judged yet.", figures.backlog_records),
        ("backlog_bytes", "gauge", "Bytes not judged yet.", figures.backlog_bytes),
        ("outbox_alerts_total", "counter", "Alert revisions that left.", figures.outbox_alerts),
        ("checkpoints_total", "counter", "Checkpoints written.", figures.checkpoints),
    ):
        out.family(name, kind, about, [({}, value)])
    out.family(
        "feed_connected", "gauge", "1 while connected.",
        [({"feed": f.name, "kind": f.kind}, int(f.connected)) for f in feeds],
    )  # fmt: skip
    for name, kind, about, key in (
        ("feed_records_total", "counter", "Records received.", "records"),
        ("feed_quarantined_total", "counter", "Records refused.", "quarantined"),
        ("feed_reconnects_total", "counter", "Connections made again.", "reconnects"),
        ("feed_silent", "gauge", "1 while nothing comes.", "silent"),
        ("feed_age_seconds", "gauge", "Since the newest record.", "age_s"),
        ("feed_latency_seconds", "gauge", "Receipt less its own time.", "latency_s"),
    ):
        told = [({"feed": f.name}, getattr(f, key)) for f in feeds]
        out.family(name, kind, about, [(at, v) for at, v in told if v is not None])
    out.family(
        "feed_dropped_total", "counter", "Datagrams the system dropped.",
        [({"feed": name}, count) for name, count in sorted(figures.dropped.items())],
    )  # fmt: skip
    out.family(
        "updates_not_used_total", "counter", "Updates the engine did not use, by reason.",
        [({"reason": name}, count) for name, count in sorted(figures.not_used.items())],
    )  # fmt: skip
    held: dict[tuple[str, str], int] = {}
    for alert in alerts:
        held[alert.kind, alert.state] = held.get((alert.kind, alert.state), 0) + 1
    out.family(
        "alerts", "gauge", "Alerts that are held, by kind and state.",
        [({"kind": k, "state": s}, n) for (k, s), n in sorted(held.items())],
    )  # fmt: skip
    for name, kind, about, key in (
        ("sink_delivered_total", "counter", "Alert revisions delivered.", "delivered"),
        ("sink_refused_total", "counter", "Alert revisions refused for good.", "refused"),
        ("sink_failures_total", "counter", "Tries that failed.", "failures"),
    ):
        out.family(name, kind, about, [({"sink": s.name}, getattr(s, key)) for s in sinks])
    out.family(
        "sink_waiting", "gauge", "Alert revisions that wait.",
        [({"sink": s.name}, figures.outbox_alerts - numbers.get(s.name, 0)) for s in sinks],
    )  # fmt: skip
    total = 0
    rows: list[tuple[Labels, float]] = []
    for bound, count in zip([*map(str, BOUNDS_S), "+Inf"], latency.counts, strict=True):
        total += count
        rows.append(({"le": bound}, total))
    out.family("latency_seconds", "histogram", "Receipt to alert.", rows, "_bucket")
    out.line("latency_seconds_sum", {}, latency.sum_s)
    out.line("latency_seconds_count", {}, total)
    return "\n".join(out.lines) + "\n"


class _Page:
    def __init__(self, common: Labels) -> None:
        self.common, self.lines = common, list[str]()

    def family(
        self,
        name: str,
        kind: str,
        about: str,
        rows: Sequence[tuple[Labels, float]],
        suffix: str = "",
    ) -> None:
        self.lines += [f"# HELP tocsin_{name} {about}", f"# TYPE tocsin_{name} {kind}"]
        for labels, value in rows:
            self.line(name + suffix, labels, value)

    def line(self, name: str, labels: Labels, value: float) -> None:
        told = ",".join(f'{k}="{_quoted(v)}"' for k, v in {**self.common, **labels}.items())
        number = float(value)
        said = str(int(number)) if number.is_integer() else repr(number)
        self.lines.append(f"tocsin_{name}{{{told}}} {said}")


def _quoted(text: str) -> str:
    return str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
