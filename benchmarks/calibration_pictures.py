"""Pictures of the calibration study: coverage at every level, and the reliability of P(inside)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from calibration_draws import Result

BLUE, ORANGE, GREY = "#0b61a4", "#d1600a", "#777777"


def draw(base: Sequence[Result], ignored: Sequence[Result], folder: Path) -> None:
    """Write calibration-coverage.svg and calibration-reliability.svg."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "tocsin"
    mpl.rcParams["font.size"] = 10
    mpl.rcParams["svg.fonttype"] = "none"
    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.4), sharey=True)
    for axis, key, title in zip(
        axes, ("rank_s", "rank_m"), ("time inside", "greatest depth"), strict=True
    ):
        _coverage(axis, base, key, BLUE, "biases in the model")
        _coverage(axis, ignored, key, ORANGE, "biases ignored")
        axis.plot([0, 1], [0, 1], color=GREY, lw=0.8, ls="--", label="honest")
        axis.set_title(title)
        axis.set_xlabel("nominal probability of the central interval")
    axes[0].set_ylabel("share of intervals that hold the truth")
    axes[0].legend(frameon=False)
    _save(figure, folder / "calibration-coverage.svg")

    figure, axis = plt.subplots(figsize=(5.2, 4.6))
    p = np.array([r.p_ever for r in base])
    truth = np.array([r.true_s > 0 for r in base])
    edges = np.array([0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.0])
    for low, high in pairwise(edges.tolist()):
        some = (p >= low) & ((p < high) | (high == 1.0))
        n = int(some.sum())
        if not n:
            continue
        share = truth[some].mean()
        half = 1.96 * np.sqrt(max(share * (1 - share), 0.25 / n) / n)
        axis.errorbar(
            p[some].mean(),
            share,
            yerr=[[min(half, share)], [min(half, 1 - share)]],
            fmt="o",
            color=BLUE,
            capsize=3,
        )
        axis.annotate(
            f"n = {n}", (p[some].mean(), share), textcoords="offset points", xytext=(8, -10)
        )
    axis.plot([0, 1], [0, 1], color=GREY, lw=0.8, ls="--")
    axis.set_xlabel("P(inside) as stated, mean of the bin")
    axis.set_ylabel("share that were inside")
    axis.set_xlim(-0.03, 1.12)
    _save(figure, folder / "calibration-reliability.svg")


def _coverage(axis: Axes, results: Sequence[Result], key: str, colour: str, label: str) -> None:
    ranks = np.array([getattr(r, key) for r in results if r.true_s > 0])
    ranks = ranks[np.isfinite(ranks)]
    levels = np.linspace(0.02, 0.98, 49)
    off = np.abs(ranks - 0.5) * 2
    share = np.array([(off <= level).mean() for level in levels])
    half = 1.96 * np.sqrt(share * (1 - share) / len(ranks))
    axis.fill_between(levels, share - half, share + half, color=colour, alpha=0.2, lw=0)
    axis.plot(levels, share, color=colour, label=label)


def _save(figure: Figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
