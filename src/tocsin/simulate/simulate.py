"""A scenario to the files that its sensors would have left, and the truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.errors import CaseError
from tocsin.simulate import encode_034, encode_048, encode_062, encode_beast, encode_rid, truth
from tocsin.simulate.adsb import Heard, Sent, hear, send
from tocsin.simulate.asterix import stream
from tocsin.simulate.gnss import believe
from tocsin.simulate.radar import Biases, Plots, draw_biases, scan
from tocsin.simulate.scenario import Receiver, Scenario
from tocsin.simulate.station import keep
from tocsin.simulate.target import Target, target
from tocsin.simulate.tracker import follow
from tocsin.simulate.traffic import flights

TRUTH = "truth.json"
#: What knows volumes: the targets to passages by aircraft and volume (`truth.Rows`).
Passages = Callable[[Sequence[Target]], dict[str, truth.Rows]]


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """Files by name, the truth, and what both were made from."""

    files: dict[str, bytes]  # truth.json among them
    truth: dict[str, Any]
    targets: tuple[Target, ...]  # the scenario's own first, then traffic
    plots: dict[str, Plots]  # by radar
    biases: dict[str, Biases]
    heard: dict[str, Heard]  # by receiver


def no_passages(_: Sequence[Target]) -> dict[str, truth.Rows]:
    """Know no volumes."""
    return {}


def simulate(
    scenario: Scenario, rng: np.random.Generator, passages: Passages = no_passages
) -> Simulated:
    """Return everything that the sensors of a scenario give.

    The same scenario, generator state and numpy give the same bytes.  Each sensor has a
    generator of its own, so that another sensor in the file does not change its noise.  Raises
    CaseError where an aircraft cannot fly its path.
    """
    seed = _seed_of(rng, scenario)
    flying, drawing, sending, looking, hearing, sniffing = rng.spawn(6)
    targets = _targets(scenario, flying)
    length_s, start_ns, geoid_m = scenario.length_s, scenario.start_ns, scenario.met.geoid_m
    files: dict[str, bytes] = {}

    biases: dict[str, Biases] = {}
    plots: dict[str, Plots] = {}
    for radar, draw, look in zip(
        scenario.radars,
        drawing.spawn(len(scenario.radars)),
        looking.spawn(len(scenario.radars)),
        strict=True,
    ):
        constants = draw_biases(radar, len(targets), draw)
        seen = scan(radar, constants, targets, length_s, geoid_m, look)
        biases[radar.id], plots[radar.id] = constants, seen
        files[f"{radar.id}.ast"] = stream(
            encode_034.messages(radar, constants, length_s, start_ns)
            + encode_048.messages(radar, seen, keep(radar, seen), targets, start_ns)
        )
    for tracker in scenario.trackers:
        tracks = follow(
            tracker, scenario.radars, list(plots.values()), targets, scenario.met, length_s
        )
        files[f"{tracker.id}.ast"] = stream(encode_062.messages(tracker, tracks, targets, start_ns))

    sent = _sent(targets, length_s, sending)
    heard: dict[str, Heard] = {}
    for receiver, ears in zip(
        scenario.receivers, hearing.spawn(len(scenario.receivers)), strict=True
    ):
        heard[receiver.id] = hear(receiver, sent, targets, geoid_m, ears)
        files |= _written(receiver, heard[receiver.id], start_ns, ears)
    for listener, nose in zip(
        scenario.listeners, sniffing.spawn(len(scenario.listeners)), strict=True
    ):
        files[f"{listener.id}.pcapng"] = encode_rid.capture(
            listener, targets, length_s, start_ns, nose
        )

    told = truth.lay_out(
        scenario,
        seed,
        targets,
        len(scenario.aircraft),
        passages(targets),
        [(radar, biases[radar.id], plots[radar.id]) for radar in scenario.radars],
    )
    files[TRUTH] = (json.dumps(told, ensure_ascii=False, allow_nan=False) + "\n").encode()
    return Simulated(files, told, targets, plots, biases, heard)


def _seed_of(rng: np.random.Generator, scenario: Scenario) -> int:
    sequence = rng.bit_generator.seed_seq
    entropy = getattr(sequence, "entropy", None)
    return entropy if isinstance(entropy, int) else scenario.seed


def _targets(scenario: Scenario, rng: np.random.Generator) -> tuple[Target, ...]:
    traffic = flights(scenario.traffic, scenario.length_s) if scenario.traffic else ()
    out = []
    everyone = (*scenario.aircraft, *traffic)
    for number, (aircraft, own) in enumerate(zip(everyone, rng.spawn(len(everyone)), strict=True)):
        try:
            out.append(target(aircraft, scenario.met, own))
        except ValueError as error:
            raise CaseError(
                str(error), path=scenario.path, place=f"[[aircraft]] {number + 1}"
            ) from error
    return tuple(out)


def _sent(targets: Sequence[Target], length_s: float, rng: np.random.Generator) -> list[Sent]:
    out = []
    for index, (each, own) in enumerate(zip(targets, rng.spawn(len(targets)), strict=True)):
        if each.aircraft.adsb:
            out.append(send(index, believe(each, length_s, own), length_s, own))
    return out


def _written(
    receiver: Receiver, heard: Heard, start_ns: int, rng: np.random.Generator
) -> dict[str, bytes]:
    """Return the recordings of a receiver; Beast has no mark inside, so its name says it."""
    first_tick = int(rng.integers(0, 1 << 40))
    out = {}
    if "jet1090" in receiver.formats:
        out[f"{receiver.id}.jsonl"] = encode_beast.jet1090(heard, start_ns)
    if "beast" in receiver.formats:
        out[f"{receiver.id}-synthetic.beast"] = encode_beast.beast(heard, first_tick)
    if "beast_gps" in receiver.formats:
        out[f"{receiver.id}-synthetic-gps.beast"] = encode_beast.beast_gps(heard, start_ns)
    return out
