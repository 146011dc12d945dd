/* What lies between plots: bridge.py has the equations. */

#include <string.h>

#include "steps.h"

#define COLUMNS (3 * S) /* of a time in one mode: what the state before, the end and chance do */
#define AT_ONCE 64      /* samples: their states stay at hand from one time to the next */

/* The columns of carry, gain and root at times `gone` after another one and `left` before the end
   of the leg, (G, R, COLUMNS, S).  0 where there are none. */
SWIFT long tocsin_between(long times, const double *gone_s, const double *left_s, long modes_count,
                          const double *turn, const double *density, const double *stay,
                          double *out) {
  Modes modes = {modes_count, turn, density, stay};
  EACH(g, 0, times) {
    Motion before, after;
    v p[S * S], lower[S * S], height, gain[S * S], rest[S * S], left[S * S], carry[S * S];
    motion_of(gone_s[g], &modes, &before);
    motion_of(left_s[g], &modes, &after);
    EACH(a, 0, S) EACH(b, 0, S)
      p[a * S + b] = a == b ? (a < 2 ? before.far : before.near)
                            : (a - b == 2 || b - a == 2 ? before.mid : all(0));
    if (!reversed(S, modes.count, p, &after, lower, &height, gain, rest, left)) return 0;
    EACH(a, 0, S) { /* rest f */
      const v *e = rest + a * S;
      carry[a * S] = e[0];
      carry[a * S + 1] = e[1];
      carry[a * S + 2] = e[0] * before.along - e[1] * before.across + e[2] * before.cos -
                         e[3] * before.sin;
      carry[a * S + 3] = e[0] * before.across + e[1] * before.along + e[2] * before.sin +
                         e[3] * before.cos;
    }
    const v *each[] = {carry, gain, left};
    EACH(j, 0, modes.count) EACH(k, 0, 3) EACH(b, 0, S) EACH(a, 0, S)
      out[(((g * modes.count + j) * 3 + k) * S + b) * S + a] = each[k][a * S + b][j];
  }
  return 1;
}

ALWAYS v row(const double *from) {
  v out;
  memcpy(&out, from, sizeof out);
  return out;
}

/* Positions (M, G, 2) at times, drawn one after the other: `plot` is the plot before each, and
   `inner` which of the columns and of the draws (., each, S) are its own; below nought it is at
   the plot.  States and modes are (K, M, ...); a mode is that of the leg which ends at a plot. */
SWIFT void tocsin_bridge(long samples, long each, long n, long times, const long *plot,
                         const long *inner, long modes_count, const double *columns,
                         const double *x, const long *mode, const double *normal, double *out) {
  v state[AT_ONCE], end[AT_ONCE];
  for (long first = 0; first < samples; first += AT_ONCE) {
    long size = samples - first < AT_ONCE ? samples - first : AT_ONCE, leg = -1, own[AT_ONCE];
    EACH(s, 0, size) own[s] = (first + s) % each * S;
    EACH(g, 0, times) {
      const double *now = x + (plot[g] * samples + first) * n, *next = now + samples * n;
      double *to = out + (first * times + g) * 2;
      if (inner[g] < 0) {
        EACH(s, 0, size) memcpy(to + s * times * 2, now + s * n, 2 * sizeof *to);
        continue;
      }
      if (plot[g] != leg) {
        EACH(s, 0, size) state[s] = row(now + s * n), end[s] = row(next + s * n);
        leg = plot[g];
      }
      const double *at = columns + inner[g] * modes_count * COLUMNS * S;
      const double *drawn = normal + inner[g] * each * S;
      const long *in = mode + (leg + 1) * samples + first;
      EACH(s, 0, size) {
        const double *by = at + in[s] * COLUMNS * S;
        const double *z = drawn + own[s];
        v sum = row(by) * all(state[s][0]);
        EACH(i, 1, S) sum += row(by + i * S) * all(state[s][i]);
        EACH(i, 0, S) sum += row(by + (S + i) * S) * all(end[s][i]);
        EACH(i, 0, S) sum += row(by + (2 * S + i) * S) * all(z[i]);
        state[s] = sum;
        to[s * times * 2] = sum[0];
        to[s * times * 2 + 1] = sum[1];
      }
    }
  }
}
