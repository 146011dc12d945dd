"""A matplotlib figure as a clean inline SVG: same input, same bytes, text that can be read.

matplotlib takes a second to import, so it is imported on the first figure only.  What it
writes is a file of its own; inside a page the prologue, the metadata, the style rule for
"*" and ids that nothing points at must go, the ids that stay must not meet those of the
next figure, and path coordinates are cut to a tenth of a point (0.04 mm on paper).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Okabe and Ito's palette (blue, vermillion, reddish purple), safe for colour-blind readers.
OUTSIDE = "#0072B2"
INSIDE = "#D55E00"
REFUSED = "#A0457E"
LIMIT = "#6B4A12"
VOLUME = "#FBF0DC"
HATCH = "#E4CFA6"
OTHER = "#E9ECEF"
OTHER_EDGE = "#B9C0C7"
PAPER = "#F7F9FB"
INK = "#1B2733"
FAINT = "#5B6875"
GRID = "#D3DAE1"
UNSEEN = "#8A95A0"
ALARM = "#B00020"

WIDTH_IN = 7.0
NUMBER = r"-?\d+\.\d+"

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tocsin",
    "font.family": ["DejaVu Sans"],  # ships with matplotlib: the same widths everywhere
    "font.size": 8.0,
    "axes.linewidth": 0.7,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": FAINT,
    "axes.facecolor": PAPER,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "text.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "hatch.linewidth": 0.6,
    "path.simplify": False,  # thinned before, with a tolerance that the caption states
}


@contextmanager
def style() -> Iterator[None]:
    """Draw inside this: it sets what makes bytes repeat, and names the extra if it is missing."""
    try:
        import matplotlib
    except ModuleNotFoundError:
        raise UsageError(
            "figures need matplotlib, which is not installed",
            hint="install it with: pip install 'tocsin[figures]'",
        ) from None
    with matplotlib.rc_context(_STYLE):  # type: ignore[arg-type, unused-ignore]
        yield


def figure(height_in: float, width_in: float = WIDTH_IN) -> Figure:
    """Return an empty figure that knows how wide its texts are."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    fig = Figure(figsize=(width_in, height_in), dpi=72)
    FigureCanvasAgg(fig)
    return fig


def svg(fig: Figure, name: str, title: str) -> str:
    """Return the figure as one <svg> element; `name` keeps its ids apart, `title` is spoken."""
    out = io.StringIO()
    fig.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, facecolor="none")
    return clean(out.getvalue(), name, title)


def clean(text: str, name: str, title: str) -> str:
    """Return the <svg> element of a matplotlib file, fit to stand inside an HTML page."""
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r"\s*<style[^>]*>.*?</style>", "", text, flags=re.S)
    text = re.sub(r"\s*<defs>\s*</defs>", "", text)
    text = text.replace("xlink:href", "href")
    text = re.sub(r'\sxmlns(:xlink)?="[^"]*"', "", text)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.S)
    text = re.sub(r' id="(halo)[^"]*"', r' class="\1"', text)

    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))

    def rename(match: re.Match[str]) -> str:
        return f' id="{name}-{match[1]}"' if match[1] in used else ""

    text = re.sub(r' id="([^"]+)"', rename, text)
    text = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r' d="[^"]*"', lambda match: re.sub(NUMBER, _tenth, match[0]), text)
    text = re.sub(NUMBER, _hundredth, text)
    text = re.sub(r"<svg ([^>]*)>", lambda match: _open(match[1], title), text, count=1)
    return text.strip()


def _tenth(match: re.Match[str]) -> str:
    return _short(f"{float(match[0]):.1f}")


def _hundredth(match: re.Match[str]) -> str:
    return _short(f"{float(match[0]):.2f}") if len(match[0].partition(".")[2]) > 2 else match[0]


def _short(text: str) -> str:
    short = text.rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _open(attributes: str, title: str) -> str:
    box = re.search(r'viewBox="[^"]*"', attributes)
    label = escape(title, quote=True)
    return f'<svg {box[0] if box else ""} role="img" aria-label="{label}" focusable="false">'
