"""The pictures of clusters, precedents, intent and responses: what they show."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np

from tocsin.pattern.cluster import cluster_events, cluster_poisson
from tocsin.pattern.figures.clusters import cluster_map
from tocsin.pattern.figures.intent import intent
from tocsin.pattern.figures.precedents import precedents
from tocsin.pattern.figures.probe import event_study
from tocsin.pattern.intent import Cue, prior_of
from tocsin.pattern.intent_answer import weigh_intent
from tocsin.pattern.placebo import Trigger, laid_out
from tocsin.pattern.probe import Probe, probe
from tocsin.pattern.scan_answer import Scan
from tocsin.pattern.scan_permutation import Located
from tocsin.pattern.scan_poisson import Counts
from tocsin.pattern.scan_zones import geodesic_km, planar_km
from tocsin.pattern.similar import similar


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 - ours
    width, height = (float(x) for x in root.attrib["viewBox"].split()[2:])
    for element in root.iter():
        for name, most in (("x", width), ("y", height)):
            if name in element.attrib and element.tag.endswith("text"):
                assert -1 <= float(element.attrib[name]) <= most
    assert not re.search(r"\b(nan|inf)\b", svg)
    return [element.text or "" for element in root.iter() if element.tag.endswith("text")]


def scan(strong: bool) -> tuple[Scan, Located]:
    rng = np.random.default_rng(2)
    lon, lat, day = 20 + 8 * rng.random(20), 55 + 4 * rng.random(20), rng.integers(0, 900, 20)
    if strong:
        lon[:7], lat[:7], day[:7] = 26.3 + 0.01 * np.arange(7), 59.8, 500 + np.arange(7)
    events = Located(lon, lat, np.arange(20), day)
    found = cluster_events(events, geodesic_km(lon, lat), rng=rng, replicates=199)
    assert isinstance(found, Scan)
    return found, events


def test_a_cluster_that_stands_out_is_drawn_and_dated() -> None:
    found, events = scan(strong=True)
    names = [f"{la:.3f}, {lo:.3f}" for lo, la in zip(events.lon_deg, events.lat_deg, strict=True)]
    xy = np.column_stack([events.lon_deg, events.lat_deg])
    svg = cluster_map(found, names, xy, np.ones(20))
    said = texts(svg)
    assert "cluster, p at most .05" in said
    top = found.clusters[0]
    assert f"{top.first} to {top.last}" in said
    assert "longitude (degrees east)" in said
    assert svg == cluster_map(found, names, xy, np.ones(20))


def test_a_cluster_that_chance_makes_is_only_dashed() -> None:
    found, events = scan(strong=False)
    names = [f"{la:.3f}, {lo:.3f}" for lo, la in zip(events.lon_deg, events.lat_deg, strict=True)]
    xy = np.column_stack([events.lon_deg, events.lat_deg])
    said = texts(cluster_map(found, names, xy, np.ones(20)))
    assert "likeliest, but no more than chance" in said
    assert "cluster, p at most .05" not in said


def test_a_plane_has_kilometres() -> None:
    x = np.array([0.0, 10, 20, 30])
    counts = Counts(
        tuple("ABCD"), ("1", "2"), np.array([[[9, 1], [1, 1], [1, 1], [1, 1]]]), np.ones((1, 4, 2))
    )
    rng = np.random.default_rng(0)
    found = cluster_poisson(counts, planar_km(x, x), rng=rng, replicates=19)
    assert isinstance(found, Scan)
    said = texts(cluster_map(found, "ABCD", np.column_stack([x, x]), np.ones(4), planar=True))
    assert "x (km)" in said


def test_precedents_show_what_is_missing() -> None:
    rows = {
        "case": {"place": (26.0, 59.8), "domain": "air", "radio": "none"},
        "a": {"place": (26.1, 59.8), "domain": "air"},
        "b": {"place": (21.0, 55.0), "domain": "sea", "radio": "none"},
    }
    said = texts(precedents(similar("case", rows)))
    assert {"a", "b", "whatever is missing"} <= set(said)
    assert any(line.startswith("b, for:") for line in said)


def test_intent_shows_ranges_and_prior() -> None:
    prior = prior_of({"accident": (0.2, 0.4), "interference": (0.2, 0.4), "deliberate": (0.2, 0.5)})
    cue = Cue("course", ((0.1, 0.2), (0.1, 0.3), (0.4, 0.9)), "a study")
    said = texts(intent(weigh_intent(prior, [cue])))
    assert {"accident", "interference", "deliberate", "prior", "with all cues"} <= set(said)
    assert "without course" in said


def test_the_event_study_shows_its_placebo() -> None:
    gaps = np.random.default_rng(3).exponential(20.0, (1, 80))
    laid = laid_out(gaps, 0.0, 40.0, Trigger(3, 30.0), 1.0)
    t, r = laid.t[0], laid.responses[0]
    t, r = t[t < 900], r[r < 900]
    rng = np.random.default_rng(0)
    found = probe(t, r, 0.0, 900.0, window=40.0, rng=rng, replicates=49)
    assert isinstance(found, Probe)
    said = texts(event_study(found))
    assert "placebo: same rule, no effect, 90 % of records" in said
    assert {"time from a response (days)", "events per day", "no change"} <= set(said)
