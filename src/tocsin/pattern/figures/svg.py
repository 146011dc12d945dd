"""The document around panels: one <svg> element with a title, a description and notes.

Draw with `Panel` (tocsin.pattern.figures.panel) on scales of tocsin.pattern.figures.scale, then
call `document`.  Same values, same bytes: no clock, no chance, no font of the machine.
"""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.pattern.figures.elements import (
    FONT,
    SIZE,
    WIDE,
    dark,
    fill,
    rect,
    short,
    stroke,
    words,
    write,
)
from tocsin.pattern.figures.panel import Panel


def document(
    panels: Sequence[Panel],
    *,
    name: str,
    title: str,
    desc: str,
    size: tuple[float, float],
    notes: Sequence[str] = (),
) -> str:
    """Return one <svg> element with all panels, and `notes` as lines at its foot.

    name   keeps the ids of this figure apart from those of others on one page
    title  stands at the top, and is the accessible name; desc is the picture in words
    size   (width, height) in points; leave 30 at the top, and 16 for each note, free
    """
    width, height = size
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {short(width)} {short(height)}" '
        f'class="tocsin-figure" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" font-family="{FONT}" '
        f'font-size="{short(SIZE)}">',
        f'<title id="{name}-title">{words(title)}</title>',
        f'<desc id="{name}-desc">{words(desc)}</desc>',
        f"<style>{dark()}</style>",
        f'<pattern id="{name}-unseen" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0,0 V6" {stroke("unseen")} stroke-width="2" '
        'stroke-opacity="0.5"/></pattern>',
        rect(0, 0, width, height, fill("paper")),
        write(16, 22, title, "start", "ink", bold=True, size=SIZE + 2),
    ]
    for k, panel in enumerate(panels):
        out += [
            line.replace("url(#unseen)", f"url(#{name}-unseen)")
            for line in panel.svg(f"{name}-{k}")
        ]
    for k, note in enumerate(notes):
        out.append(write(16, height - 10 - 15 * (len(notes) - 1 - k), note, "start", "faint"))
    return "\n".join([*out, "</svg>"]) + "\n"


def wrap(text: str, width: float) -> list[str]:
    """Return a text broken into lines that fit a width in points."""
    most, lines = max(1, int(width / (SIZE * WIDE))), [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
