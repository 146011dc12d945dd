"""Symmetric 4x4 matrices by hand, many at once, written down on a tape.

A matrix is held by its upper triangle in rows, `u[c, i]` with i >= c, and beside it, in
column 4, a vector that goes through the same steps: arrays (4, 5, N), each entry in one piece.
What lies below the diagonal is free.

A = L D L' with L unit lower: `l_rows[c, i]` is L_ic, i > c.
"""

from __future__ import annotations

import numpy as np

from tocsin.schema import Floats
from tocsin.track.tape import Tape

SIZE = 4


def split(tape: Tape, a: Floats, l_rows: Floats, inverse: Floats, spare: Floats) -> None:
    """Write down A = L D L'; `a` keeps D on its diagonal, `inverse` (4, N) is 1 / D."""
    for c in range(SIZE):
        tape.do(np.reciprocal, a[c, c], inverse[c])
        if c + 1 < SIZE:
            tape.multiply(a[c, c + 1 : SIZE], inverse[c], l_rows[c, c + 1 :])
        for j in range(c + 1, SIZE):
            tape.less(a[c, j:SIZE], l_rows[c, j], spare[j:SIZE], a[j, j:SIZE])


def eliminate(
    tape: Tape, u: Floats, d: Floats, inverse: Floats, factor: Floats, spare: Floats
) -> None:
    """Write down the elimination of (U + D) x = v; U and v stay as they are.

    d        (4, 5, N) with D on its diagonal; keeps what is left of rows 1 to 3 when their turn
             comes, of row 0 all is
    inverse  (4, N) of the pivots: its product is 1 / det, and the sum of it times the squares of
             what is left of v is v' M^-1 v
    factor   (5, N) room
    """
    for c in range(SIZE):
        tape.add(d[c, c], u[c, c], d[c, c])
    for c in range(SIZE):
        source = d if c else u
        tape.do(np.reciprocal, d[c, c], inverse[c])
        if c + 1 < SIZE:
            tape.multiply(source[c, c + 1 : SIZE], inverse[c], factor[c + 1 : SIZE])
        for j in range(c + 1, SIZE):
            cut = spare[: SIZE + 1 - j]
            tape.multiply(source[c, j:], factor[j], cut)
            tape.subtract(d[j, j], cut[0], d[j, j])
            tape.subtract(source[j, j + 1 :], cut[1:], d[j, j + 1 :])


def unravel(tape: Tape, u: Floats, l_rows: Floats, spare: Floats) -> None:
    """Write down U -> L^-1 U L^-T and v -> L^-1 v, in place.

    Column by column of L: u_ij falls by l_i u_cj as it was and by l_j u_ic as it has become.
    """
    for c in range(SIZE - 1):
        column = l_rows[c, c + 1 :]  # of L, below the diagonal
        for j in range(c + 1, SIZE):
            tape.less(l_rows[c, j:], u[c, j], spare[j:SIZE], u[j, j:SIZE])
        tape.less(column, u[c, c], spare[c + 1 : SIZE], u[c, c + 1 : SIZE])
        for j in range(c + 1, SIZE):
            tape.less(u[c, j:], l_rows[c, j], spare[: SIZE + 1 - j], u[j, j:])
        for m in range(c):
            tape.less(column, u[m, c], spare[c + 1 : SIZE], u[m, c + 1 : SIZE])


def ravel(tape: Tape, u: Floats, l_rows: Floats, before: Floats, spare: Floats) -> None:
    """Write down U -> L^-T U L^-1 and v -> L^-T v, in place.

    Column by column of L, from the last: row c falls by l_i times row i, and u_cc by l_i times
    u_ci as it was and as it has become.  `before` and `spare`, (5, N), are room.
    """
    for c in range(SIZE - 2, -1, -1):
        column, across = l_rows[c, c + 1 :], u[c, c + 1 : SIZE]
        both = before[c + 1 : SIZE]
        if c + 2 < SIZE:  # rows below need what lies left of their diagonal
            tape.do(np.copyto, u[c + 2 : SIZE, c + 1], u[c + 1, c + 2 : SIZE])
        tape.do(np.copyto, both, across)
        for i in range(c + 1, SIZE):
            tape.less(u[i, c + 1 :], l_rows[c, i], spare[c + 1 :], u[c, c + 1 :])
        tape.add(both, across, both)
        tape.multiply(both, column, both)
        for i in range(c + 1, SIZE):
            tape.subtract(u[c, c], before[i], u[c, c])
            for m in range(c):
                tape.less(u[m, i], l_rows[c, i], spare[0], u[m, c])
