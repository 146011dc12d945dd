"""How fast a register of a million incidents answers, and how many revisions a second it takes.

    python benchmarks/register.py [--incidents 1000000] [--store sqlite:///out/bench/register.db]

Incidents are made from one seed: 30 states, 8 domains, 40 years, one in ten uncertain by a month
or a year, one in fifty without a state.  They go through the same hashes, ledger, triggers and
tables as any other, only many to a transaction.  Each question is asked nine times and the
median printed; the writes are one transaction each, on the disk (synchronous=FULL) as they
return.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tocsin.register.ledger import Entry, Head, enter
from tocsin.register.link import Link
from tocsin.register.query import Filter, Times, window
from tocsin.register.revision import Draft, Revision, seal
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore
from tocsin.register.workflow import Action, State
from tocsin.schema import Actor, Domain, Incident, Moment, Source, Tlp, Verification, When, Where

STATES = [f"{a}{b}" for a in "EFGLNP" for b in "AEILO"]
ACTORS = ["Russia", "Belarus", "unknown", "Ukraine", "smugglers"]
WHAT = ["Su-27 near the island", "drone over the border river", "jamming at sea", "balloons"]
CHUNK = 1000
CLOCK_NS = 1_790_000_000_000_000_000


def incident(n: int, chance: random.Random) -> Incident:
    """Return one made incident."""
    day = f"{chance.randint(1986, 2025)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    begun = {0: day[:4], 1: day[:7]}.get(chance.randint(0, 19), f"{day}T12:30Z")
    states = () if chance.random() < 0.02 else (chance.choice(STATES),)
    lat, lon = 45 + 25 * chance.random(), 5 + 30 * chance.random()
    return Incident(
        id=f"X-{n:07d}",
        what=chance.choice(WHAT),
        domain=chance.choice(list(Domain)),
        states=states,
        when=When(Moment.of(begun)),
        where=Where("", round(lat, 3), round(lon, 3), chance.choice([2e3, 15e3, 60e3])),
        actors=(Actor(chance.choice(ACTORS), "a ministry"),),
        sources=(Source("a ministry", "https://example.org", Moment.of(day), "B2"),),
        verification=chance.choice([Verification.PRESS, Verification.OFFICIAL]),
        tlp=chance.choice([Tlp.CLEAR, Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER]),
    )


def sealed(first: int) -> list[Revision]:
    """Return a thousand first revisions; they do not depend on each other."""
    chance = random.Random(first)
    made = [incident(n, chance) for n in range(first, first + CHUNK)]
    drafts = [Draft(each.id, Action.ADD, "builder", each) for each in made]
    revisions = [seal(d, None, CLOCK_NS + n) for n, d in enumerate(drafts, first)]
    for revision in revisions:
        assert revision.hash  # computed here, in the process that has the time
    return revisions


def entries(count: int) -> Iterator[Entry]:
    """Yield the ledger of that many incidents, in thousands."""
    head = Head()
    with ProcessPoolExecutor() as pool:
        for chunk in pool.map(sealed, range(0, count, CHUNK), chunksize=4):
            for revision in chunk:
                entry, head = enter(revision, head)
                yield entry


def median_ms(ask: Callable[[], object]) -> float:
    """Return the median of nine times, after one that warms the cache, in milliseconds."""
    ask()
    took = []
    for _ in range(9):
        begin = time.perf_counter()
        ask()
        took.append(time.perf_counter() - begin)
    return statistics.median(took) * 1e3


def questions(store: SqlStore, count: int) -> dict[str, Callable[[], object]]:
    """Return what is asked, each under its name."""
    begin, end = window("2025")
    spring = window("2014-03/2014-05")
    baltic = (21.0, 57.0, 29.0, 60.0)
    asked = {
        "all": Filter(),
        "state, domain, year": Filter("EE", Domain.AIR, begin, end),
        "state": Filter("EE"),
        "domain": Filter(domain=Domain.DRONE),
        "year": Filter(begin_ns=begin, end_ns=end),
        "three months": Filter(begin_ns=spring[0], end_ns=spring[1]),
        "actor": Filter(actor="Belarus"),
        "verification": Filter(verification=Verification.OFFICIAL),
        "workflow: released": Filter(workflow=State.RELEASED),
        "TLP": Filter(tlp=Tlp.AMBER),
        "box, year": Filter(box=baltic, begin_ns=begin, end_ns=end),
        "box": Filter(box=baltic),
        "actor, domain, year": Filter(
            actor="Belarus", domain=Domain.SEA, begin_ns=begin, end_ns=end
        ),
        "words, year": Filter(text="river", begin_ns=begin, end_ns=end),
    }
    told: dict[str, Callable[[], object]] = {}
    for name, wanted in asked.items():
        told[f"count: {name}"] = lambda wanted=wanted: store.count(wanted, most_rows=100)  # type: ignore[misc]
        told[f"list 100: {name}"] = lambda wanted=wanted: list(  # type: ignore[misc]
            store.opened(store.find(wanted, limit=100))
        )
    past = Times(as_of_ns=window("2024-06-30")[1])
    told["count as of 2024: state, domain, year"] = lambda: store.count(
        Filter("EE", Domain.AIR, *window("2024")), past, 100
    )
    told["open one"] = lambda: store.revision(Link(f"X-{count // 2:07d}"))
    told["open one@1"] = lambda: store.revision(Link(f"X-{count // 3:07d}", 1))
    return told


def writes_per_s(store: SqlStore, first: int, seconds: float) -> float:
    """Return how many revisions a second are written, one transaction each."""
    chance = random.Random(2)
    made = [incident(first + n, chance) for n in range(int(seconds * 2000))]
    begin, n = time.perf_counter(), 0
    while time.perf_counter() - begin < seconds and n < len(made):
        store.append([Draft(made[n].id, Action.ADD, "writer", made[n])], CLOCK_NS + 2 * 10**15)
        n += 1
    return n / (time.perf_counter() - begin)


def main() -> None:
    """Build the store where it is not there yet, ask, write, print."""
    parser = argparse.ArgumentParser(description="time the register")
    parser.add_argument("--incidents", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--store", default="sqlite:///out/bench/register.db", metavar="URL")
    parser.add_argument("--seconds", type=float, default=10.0, help="of writing")
    options = parser.parse_args()
    Path("out/bench").mkdir(parents=True, exist_ok=True)
    result: dict[str, float] = {}
    with open_store(options.store) as store:
        if store.head().seq == 0:
            begin = time.perf_counter()
            store.load(entries(options.incidents))
            store.tidy()
            result["build, s"] = time.perf_counter() - begin
            print(f"{'build':45} {result['build, s']:9.1f} s")
        for name, ask in questions(store, options.incidents).items():
            result[f"{name}, ms"] = median_ms(ask)
            print(f"{name:45} {result[f'{name}, ms']:9.1f} ms")
        rate = writes_per_s(store, store.head().seq, options.seconds)
        result["revisions a second"] = rate
        print(f"{'revisions a second, one a transaction':45} {rate:9.0f}")
    text = json.dumps(result, indent=1) + "\n"
    Path("out/bench/register.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
