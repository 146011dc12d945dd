/* The filter of imm.py with constants behind the moving state, and the backward sampling of
   sample.py: the same equations, in which every step is explained there.  A vector holds a number
   of each mode.

   Those two are what runs where no compiler was at hand when tocsin was installed. */

#include <string.h>

#include "steps.h"

#define FLOOR 1e-12
#define LOG_2PI 1.8378770664093453

typedef struct { /* over one step: the motion of every mode, and from which mode they come */
  Motion motion;
  v from[MODES];
} Step;

/* e to the power of what is not above 700; nothing below -700 counts beside one.  The series to
   r^13 by halves, for a long chain would have to wait for itself. */
ALWAYS v power(v x) {
  const double whole = 6755399441055744.0; /* added, it leaves an integer in the last bits */
  x = pick(x > all(-700.0), x, all(-700.0));
  v bits = x * all(1.4426950408889634) + all(whole), n = bits - all(whole);
  v r = x - n * all(0.693147180369123816490) - n * all(1.90821492927058770002e-10);
  v r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
  v a = (all(1.0) + r) + (all(1.0 / 2) + all(1.0 / 6) * r) * r2;
  v b = (all(1.0 / 24) + all(1.0 / 120) * r) + (all(1.0 / 720) + all(1.0 / 5040) * r) * r2;
  v c = (all(1.0 / 40320) + all(1.0 / 362880) * r) +
        (all(1.0 / 3628800) + all(1.0 / 39916800) * r) * r2;
  v d = all(1.0 / 479001600) + all(1.0 / 6227020800) * r;
  v out = (a + b * r4) + (c + d * r4) * r8;
  return (v)((vi)out + ((vi)bits << 52));
}

static void step_of(double dt, const Modes *modes, Step *out) {
  memset(out, 0, sizeof *out);
  motion_of(dt, modes, &out->motion);
  EACH(r, 0, modes->count) {
    double stay = exp(-dt / modes->stay[r]);
    EACH(l, 0, modes->count)
      out->from[r][l] =
          l == r ? (modes->count == 1 ? 1.0 : stay) : (1 - stay) / (modes->count - 1);
  }
}

/* The step to one mode, for whatever came before */
ALWAYS Motion to_mode(const Motion *of, long l) {
  return (Motion){all(of->along[l]), all(of->across[l]), all(of->cos[l]), all(of->sin[l]),
                  all(of->far[l]),   all(of->mid[l]),    all(of->near[l])};
}

/* One measurement of one track.  m0, p0, w0 are those of the one before. */
ALWAYS double updated(long r, long constants, const Step *step, const double *z,
                      const double *noise, const double *design, const double *m0,
                      const double *p0, const double *w0, double *m1, double *p1, double *w1) {
  long n = S + constants, nn = n * n;
  v share[MODES], off[MODES][N], mixed[N], m[N], p[N * N], ahead[N * N], ph[N][2];
  v predicted = all(0), innovation[2], s[2][2];
  EACH(i, 0, r) predicted += all(w0[i]) * step->from[i];
  EACH(i, 0, r)
    share[i] = all(w0[i]) * step->from[i] / pick(predicted > all(FLOOR), predicted, all(FLOOR));
  EACH(a, 0, n) {
    mixed[a] = all(0);
    EACH(i, 0, r) mixed[a] += share[i] * all(m0[i * n + a]);
    EACH(i, 0, r) off[i][a] = all(m0[i * n + a]) - mixed[a];
  }
  EACH(a, 0, n) EACH(b, a, n) {
    v sum = all(0);
    EACH(i, 0, r) sum += share[i] * (all(p0[i * nn + a * n + b]) + off[i][a] * off[i][b]);
    p[a * n + b] = p[b * n + a] = sum;
  }
  moved(&step->motion, mixed, 1, m);
  EACH(a, S, n) m[a] = mixed[a];
  carried(n, p, &step->motion, ahead);
  EACH(c, 0, 2) {
    const double *j = design + c * constants;
    innovation[c] = all(z[c]) - m[c];
    EACH(b, 0, constants) innovation[c] -= all(j[b]) * m[S + b];
    EACH(a, 0, n) {
      ph[a][c] = ahead[a * n + c];
      EACH(b, 0, constants) ph[a][c] += ahead[a * n + S + b] * all(j[b]);
    }
  }
  EACH(c, 0, 2) EACH(d, 0, 2) {
    s[c][d] = ph[c][d];
    EACH(b, 0, constants) s[c][d] += all(design[c * constants + b]) * ph[S + b][d];
    s[c][d] += all(noise[c * 2 + d]);
  }
  v det = s[0][0] * s[1][1] - s[0][1] * s[1][0];
  v inverse[2][2] = {{s[1][1] / det, -s[0][1] / det}, {-s[1][0] / det, s[0][0] / det}};
  v gain[N][2];
  EACH(a, 0, n) EACH(c, 0, 2) gain[a][c] = ph[a][0] * inverse[0][c] + ph[a][1] * inverse[1][c];
  EACH(a, 0, n) {
    v now = m[a] + gain[a][0] * innovation[0] + gain[a][1] * innovation[1];
    EACH(j, 0, r) m1[j * n + a] = now[j];
    EACH(b, a, n) {
      v one = ahead[a * n + b] - (gain[a][0] * ph[b][0] + gain[a][1] * ph[b][1]);
      v other = ahead[b * n + a] - (gain[b][0] * ph[a][0] + gain[b][1] * ph[a][1]);
      v even = (one + other) / all(2);
      EACH(j, 0, r) p1[j * nn + a * n + b] = p1[j * nn + b * n + a] = even[j];
    }
  }
  v square = innovation[0] * (inverse[0][0] * innovation[0] + inverse[0][1] * innovation[1]) +
             innovation[1] * (inverse[1][0] * innovation[0] + inverse[1][1] * innovation[1]);
  double least = square[0], top = 0, total = 0;
  EACH(j, 1, r) if (square[j] < least) least = square[j];
  v like = power(all(-0.5) * (square - all(least))) / root(det);
  EACH(j, 0, r) if (like[j] > top) top = like[j];
  EACH(j, 0, r) {
    double w = predicted[j] * (like[j] / top);
    w1[j] = w > FLOOR ? w : FLOOR;
    total += w1[j];
  }
  EACH(j, 0, r) w1[j] /= total;
  return log(total * top) - 0.5 * least - LOG_2PI;
}

/* Forward over all tracks.  What `mean`, `cov`, `weight` hold of the first measurement is given;
   all are (K, T, R, ...) as imm.Filtered has them.  design is (T, K, 2, B). */
SWIFT void tocsin_forward(long k_count, long tracks, long constants, const double *t_s,
                          const double *z, const double *noise, const double *design,
                          long modes_count, const double *turn, const double *density,
                          const double *stay, double *mean, double *cov, double *weight,
                          double *loglik, double *so_far) {
  Modes modes = {modes_count, turn, density, stay};
  long r = modes_count, n = S + constants, nn = n * n;
  Step step;
  double stepped = NAN; /* tracks that are one flight at several heights share their times */
  EACH(t, 0, tracks) loglik[t] = so_far[t] = 0.0;
  EACH(k, 1, k_count) EACH(t, 0, tracks) {
    long now = k * tracks + t, before = now - tracks, at = t * k_count + k;
    double dt = t_s[at] - t_s[at - 1];
    if (dt != stepped) step_of(stepped = dt, &modes, &step);
#define UPDATED(constants)                                                                       \
  updated(r, constants, &step, z + at * 2, noise + at * 4, design + at * 2 * (constants),        \
          mean + before * r * n, cov + before * r * nn, weight + before * r, mean + now * r * n, \
          cov + now * r * nn, weight + now * r)
    loglik[t] += constants ? UPDATED(constants) : UPDATED(0);
    so_far[now] = loglik[t];
  }
}

/* One step back to every mode of one track from one: offsets into its vectors.  Gain and root are
   by mode and column, a column to a vector. */
#define AHEAD 1
#define LOWER (AHEAD + n)
#define GAIN (LOWER + n * n)
#define ROOT (GAIN + MODES * n)
#define SIZE (ROOT + MODES * S)

long tocsin_pair_bytes(long constants) {
  long n = S + constants;
  return SIZE * sizeof(v);
}

/* 0 where a covariance has no root, or one beyond all measure.  mean and cov are those of all modes before, and `weight`
   how likely each of them is. */
ALWAYS int pair_of(long n, long r, const double *mean, const double *cov, v weight,
                   const Motion *f, v *out) {
  v m[N], p[N * N], height, gain[S * N], rest[S * N], left[S * S];
  EACH(j, 0, MODES) {
    long one = j < r ? j : 0;
    EACH(a, 0, n) m[a][j] = mean[one * n + a];
    EACH(a, 0, n * n) p[a][j] = cov[one * n * n + a];
  }
  moved(f, m, 1, out + AHEAD);
  EACH(a, S, n) out[AHEAD + a] = m[a];
  if (!reversed(n, r, p, f, out + LOWER, &height, gain, rest, left)) return 0;
  EACH(j, 0, r) EACH(a, 0, S) {
    EACH(i, 0, n) out[GAIN + j * n + i][a] = gain[a * n + i][j];
    EACH(i, 0, S) out[ROOT + j * S + i][a] = left[a * S + i][j];
  }
  EACH(j, 0, r) if (!(height[j] > 1e-280 && height[j] < 1e280)) return 0;
  EACH(j, 0, MODES) out[0][j] = j < r ? weight[j] * height[j] : 0; /* of its normal density */
  return 1;
}

/* One step back for `samples` states after it.  mean, cov and weight are those of the filter at
   the step's begin, (T, R, ...); place is each sample's track among those used, (U,).  Returns 0
   where a covariance has no root.  What leads to a mode that no sample of a track is in is never
   made. */
ALWAYS int back(long samples, long each, const long *used, long used_count, const double *dt_s,
                long constants, const double *mean, const double *cov, const double *weight,
                const Modes *modes, const long *place, const long *mode_after,
                const double *after, const double *fixed, const double *normal,
                const double *uniform, double *before, long *mode, v *room, char *made) {
  long r = modes->count, n = S + constants;
  Step step;
  double stepped = NAN;
  memset(made, 0, used_count * r);
  for (long s = 0, draw = 0; s < samples; s++, draw = draw + 1 == each ? 0 : draw + 1) {
    long u = place[s], l = mode_after[s], at = used[u] * r;
    v *pair = room + (u * r + l) * SIZE;
    if (!made[u * r + l]) {
      if (dt_s[u] != stepped) step_of(stepped = dt_s[u], modes, &step);
      v came = all(1);
      EACH(j, 0, r) came[j] = weight[at + j] * step.from[j][l];
      Motion f = to_mode(&step.motion, l);
      if (!pair_of(n, r, mean + at * n, cov + at * n * n, came, &f, pair)) return 0;
      made[u * r + l] = 1;
    }
    const double *x = after + s * S, *c = fixed + s * constants, *z = normal + draw * S;
    v gap[N], y[N], square = all(0);
    EACH(a, 0, n) {
      v sum = gap[a] = all(a < S ? x[a] : c[a - S]) - pair[AHEAD + a];
      EACH(i, 0, a) sum -= pair[LOWER + a * n + i] * y[i];
      y[a] = sum * pair[LOWER + a * n + a];
      square += y[a] * y[a];
    }
    double least = INFINITY, total = 0;
    EACH(j, 0, r) if (pair[0][j] > 0 && square[j] < least) least = square[j];
    v off = all(-0.5) * (square - all(least)); /* above nought only where nothing came from */
    v w = pair[0] * power(pick(off < all(0), off, all(0)));
    EACH(j, 0, r) total += w[j];
    double upto = 0, wanted = uniform[draw] * total;
    long j = 0;
    EACH(i, 0, r - 1) j += !((upto += w[i]) > wanted); /* no branch: nobody could foresee it */
    v sum;
    memcpy(&sum, mean + (at + j) * n, sizeof sum);
    EACH(i, 0, n) sum += pair[GAIN + j * n + i] * all(gap[i][j]);
    EACH(i, 0, S) sum += pair[ROOT + j * S + i] * all(z[i]);
    memcpy(before + s * S, &sum, sizeof sum);
    mode[s] = j;
  }
  return 1;
}

/* Steps back from the plot `from` + 1 to `from`, and on, `steps` of them: normal and uniform are
   (steps, each, ...) in that order and used again for every group of `each` samples, the rest is
   (K, ...) and dt_s (K - 1, U); `made` holds a byte, and `room` a pair, for each mode of each track
   used.  Returns how many steps were done before a covariance had no root. */
SWIFT long tocsin_back_many(long from, long steps, long samples, long each, long used_count,
                            const long *used, const double *dt_s, long constants, long tracks,
                            const double *mean, const double *cov, const double *weight,
                            long modes_count, const double *turn, const double *density,
                            const double *stay, const long *place, const double *normal,
                            const double *uniform, double *x, const double *fixed, long *mode,
                            v *room, char *made) {
  Modes modes = {modes_count, turn, density, stay};
  long n = S + constants, r = tracks * modes_count;
#define BACK(constants)                                                                          \
  back(samples, each, used, used_count, dt_s + k * used_count, constants, mean + k * r * n,      \
       cov + k * r * n * n, weight + k * r, &modes, place, mode + (k + 1) * samples,             \
       x + (k + 1) * samples * S, fixed, normal + step * each * S, uniform + step * each,        \
       x + k * samples * S, mode + k * samples, room, made)
  EACH(step, 0, steps) {
    long k = from - step;
    if (!(constants ? BACK(constants) : BACK(0))) return step;
  }
  return steps;
}
