/* Steps of the motion models, one mode in each number of a vector; see models.py and sample.py. */

#ifndef TOCSIN_STEPS_H
#define TOCSIN_STEPS_H

#include "../lanes.h"

#define S 4         /* entries that move */
#define N 24        /* at most in all */
#define MODES LANES /* at most */
#define KNOWN 1e-13

typedef struct {
  long count;
  const double *turn, *density, *stay; /* rad/s, m2/s3, s */
} Modes;

typedef struct { /* what a step does to a state, and the noise of place, of both, of speed */
  v along, across, cos, sin, far, mid, near;
} Motion;

/* The motion of every mode; where there are fewer than four the first stands in */
static void motion_of(double dt, const Modes *modes, Motion *out) {
  EACH(r, 0, MODES) {
    long one = r < modes->count ? r : 0;
    double w = modes->turn[one], s = sin(w * dt), c = cos(w * dt), d = modes->density[one];
    out->along[r] = w == 0 ? dt : s / w;
    out->across[r] = w == 0 ? 0.0 : (1 - c) / w;
    out->cos[r] = c;
    out->sin[r] = s;
    out->far[r] = d * (dt * dt * dt) / 3;
    out->mid[r] = d * (dt * dt) / 2;
    out->near[r] = d * dt;
  }
}

/* f x, for entries that lie `apart` */
ALWAYS void moved(const Motion *f, const v *x, long apart, v *out) {
  v a = x[0], b = x[apart], c = x[2 * apart], d = x[3 * apart];
  out[0] = a + f->along * c + f->across * d;
  out[apart] = b - f->across * c + f->along * d;
  out[2 * apart] = f->cos * c + f->sin * d;
  out[3 * apart] = f->cos * d - f->sin * c;
}

/* f p f' + q, of which only the moving rows and columns change */
ALWAYS void carried(long n, const v *p, const Motion *f, v *out) {
  v half[N * N];
  EACH(b, 0, n) moved(f, p + b, n, half + b);
  EACH(a, 0, n) {
    const v *row = a < S ? half + a * n : p + a * n;
    moved(f, row, 1, out + a * n);
    EACH(b, S, n) out[a * n + b] = row[b];
  }
  EACH(a, 0, 2) {
    out[a * n + a] += f->far;
    out[(a + 2) * n + a + 2] += f->near;
    out[a * n + a + 2] += f->mid;
    out[(a + 2) * n + a] += f->mid;
  }
}

/* A state before another one, n entries of which the rest are constants.  p is its covariance and
   `ahead` that of the one after, seen from it.  Fills the lower root of `ahead`, whose diagonal
   holds inverses (what is divided by it is multiplied), the product of that diagonal, the
   gain (S, n) of the state before on what is seen after, I - gain f (S, n), and the root (S, S) of
   what is left open.  0 where there is no root. */
ALWAYS int reversed(long n, long r, const v *p, const Motion *f, v *lower, v *height, v *gain,
                    v *rest, v *left) {
  v ahead[N * N], by[S * N];
  carried(n, p, f, ahead);
  *height = all(1);
  EACH(c, 0, n) {
    EACH(a, c, n) {
      v sum = ahead[a * n + c];
      EACH(i, 0, c) sum -= lower[a * n + i] * lower[c * n + i];
      if (a > c) {
        lower[a * n + c] = sum * lower[c * n + c];
        continue;
      }
      EACH(j, 0, r) if (!(sum[j] > 0)) return 0;
      lower[c * n + c] = all(1) / root(sum);
      *height *= lower[c * n + c];
    }
  }
  EACH(s, 0, S) { /* row s of p f', solved by the root twice */
    v *g = gain + s * n, *e = rest + s * n;
    moved(f, p + s * n, 1, g);
    EACH(a, S, n) g[a] = p[s * n + a];
    EACH(a, 0, n) {
      EACH(i, 0, a) g[a] -= lower[a * n + i] * g[i];
      g[a] *= lower[a * n + a];
    }
    for (long a = n - 1; a >= 0; a--) {
      EACH(i, a + 1, n) g[a] -= lower[i * n + a] * g[i];
      g[a] *= lower[a * n + a];
    }
    e[0] = all(s == 0) - g[0]; /* what is left open is a sum of squares */
    e[1] = all(s == 1) - g[1];
    e[2] = all(s == 2) - g[0] * f->along + g[1] * f->across - g[2] * f->cos + g[3] * f->sin;
    e[3] = all(s == 3) - g[0] * f->across - g[1] * f->along - g[2] * f->sin - g[3] * f->cos;
    EACH(a, S, n) e[a] = -g[a];
    EACH(a, 0, n) {
      by[s * n + a] = all(0);
      EACH(i, 0, n) by[s * n + a] += e[i] * p[i * n + a];
    }
  }
  EACH(c, 0, S) {
    v scale = all(0);
    vi known = {0};
    EACH(a, 0, S) {
      if (a < c) {
        left[a * S + c] = all(0);
        continue;
      }
      const v *g = gain + a * n, *h = gain + c * n;
      v sum = all(0);
      EACH(i, 0, n) sum += by[a * n + i] * rest[c * n + i];
      sum += (g[0] * f->far + g[2] * f->mid) * h[0] + (g[1] * f->far + g[3] * f->mid) * h[1];
      sum += (g[0] * f->mid + g[2] * f->near) * h[2] + (g[1] * f->mid + g[3] * f->near) * h[3];
      v open = sum;
      EACH(i, 0, c) open -= left[a * S + i] * left[c * S + i];
      if (a == c) {
        known = open <= all(KNOWN) * sum;
        scale = pick(known, all(1), root(open));
      }
      left[a * S + c] = pick(known, all(0), open / scale);
    }
  }
  return 1;
}

#endif
