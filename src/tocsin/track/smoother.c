/* The filter and smoother of imm.py for four tracks at once: one vector holds a number of each.

   The same equations as batch_forward.py and batch_backward.py, in which every step is explained;
   those two are what runs where no compiler was at hand when tocsin was installed.

   A covariance is held by its upper triangle, row by row: xx xy xu xv yy yu yv uu uv vv.
   Forward leaves means, covariances and weights of every mode at every measurement in `room`;
   backward goes over them and writes the mixture of the smoothed modes to `out`. */

#include <math.h>
#include <string.h>

#define LANES 4
#define N 4
#define TRI 10
#define MOST 4 /* modes */
#define FLOOR 1e-12
#define LEAST 1e-290

typedef double v __attribute__((vector_size(LANES * sizeof(double))));
typedef long long vi __attribute__((vector_size(LANES * sizeof(long long))));

#define INLINE static inline __attribute__((always_inline))
#define EACH(i, from, to) _Pragma("GCC unroll 8") for (int i = from; i < to; i++)

static const int AT[N][N] = {{0, 1, 2, 3}, {1, 4, 5, 6}, {2, 5, 7, 8}, {3, 6, 8, 9}};

typedef struct {
  v mean[MOST][N], cov[MOST][TRI], weight[MOST];
} State;

typedef struct { /* a step: of each mode its turn, its noise, and how modes switch */
  v dt, cos[MOST], sin[MOST], along[MOST], across[MOST], stay[MOST], leave[MOST];
  v noise[MOST][TRI], back[MOST][TRI];
} Step;

typedef struct {
  long modes;
  const double *turn, *density, *stay;
} Modes;

INLINE v all(double x) { return (v){x, x, x, x}; }
INLINE v pick(vi which, v a, v b) { return (v)(((vi)a & which) | ((vi)b & ~which)); }
INLINE v least_of(v a, v b) { return pick(a < b, a, b); }
INLINE v most_of(v a, v b) { return pick(a > b, a, b); }

INLINE v root(v a) {
  EACH(i, 0, LANES) a[i] = sqrt(a[i]);
  return a;
}

INLINE v power(v a) {
  EACH(i, 0, LANES) a[i] = exp(a[i]);
  return a;
}

INLINE v load(const double *from) {
  v out;
  memcpy(&out, from, sizeof out);
  return out;
}

/* F P F' for F = [[I, G], [0, R]], G = [[a, b], [-b, a]], R = [[c, s], [-s, c]], in place. */
INLINE void moved(v *m, v *p, v a, v b, v c, v s) {
  v u = m[2], w = m[3];
  m[0] += a * u + b * w;
  m[1] += a * w - b * u;
  m[2] = c * u + s * w;
  m[3] = c * w - s * u;
  v xu = p[2], xv = p[3], yu = p[5], yv = p[6], uu = p[7], uv = p[8], vv = p[9];
  v dxu = xu + a * uu + b * uv, dxv = xv + a * uv + b * vv; /* D = B + G C */
  v dyu = yu + a * uv - b * uu, dyv = yv + a * vv - b * uv;
  v bxu = (xu + dxu) * all(0.5), bxv = (xv + dxv) * all(0.5);
  v byu = (yu + dyu) * all(0.5), byv = (yv + dyv) * all(0.5);
  v xx = bxu * a + bxv * b, xy = bxv * a - bxu * b; /* X G' */
  v yx = byu * a + byv * b, yy = byv * a - byu * b;
  p[0] += xx + xx;
  p[1] += xy + yx;
  p[4] += yy + yy;
  p[2] = dxu * c + dxv * s;
  p[3] = dxv * c - dxu * s;
  p[5] = dyu * c + dyv * s;
  p[6] = dyv * c - dyu * s;
  v ru = c * uu + s * uv, rv = c * uv + s * vv;  /* R C */
  v tu = c * uv - s * uu, tv = c * vv - s * uv;
  p[7] = ru * c + rv * s;
  p[8] = rv * c - ru * s;
  p[9] = tv * c - tu * s;
}

INLINE void prepare(Step *step, const Modes *modes, v dt, int count) {
  vi same = (vi)(step->dt == dt);
  long long every = -1;
  EACH(i, 0, LANES) every &= same[i];
  if (every) return;
  step->dt = dt;
  for (int r = 0; r < count; r++) {
    v c, s;
    double w = modes->turn[r], q = modes->density[r];
    EACH(i, 0, LANES) {
      c[i] = cos(w * dt[i]);
      s[i] = sin(w * dt[i]);
    }
    step->cos[r] = c;
    step->sin[r] = s;
    step->along[r] = w == 0 ? dt : s / all(w);
    step->across[r] = w == 0 ? all(0) : (all(1) - c) / all(w);
    step->stay[r] = count > 1 ? power(dt * all(-1 / modes->stay[r])) : all(1);
    step->leave[r] = count > 1 ? (all(1) - step->stay[r]) / all(count - 1) : all(0);
    v *noise = step->noise[r], *back = step->back[r];
    for (int i = 0; i < TRI; i++) noise[i] = all(0);
    noise[0] = noise[4] = all(q / 3) * dt * dt * dt;
    noise[2] = noise[6] = all(q / 2) * dt * dt;
    noise[7] = noise[9] = all(q) * dt;
    /* Back, the noise is that of the time before the step: F^-1 Q F^-T. */
    v none[N] = {all(0), all(0), all(0), all(0)};
    memcpy(back, noise, sizeof(v) * TRI);
    v a = step->along[r], b = step->across[r];
    moved(none, back, -(a * c + b * s), a * s - b * c, c, -s);
  }
}

INLINE void begun(State *state, const double *seen, long b, int count, const double *start,
                  double speed_var, vi which) {
  for (int r = 0; r < count; r++) {
    v mean[N] = {load(seen), load(seen + b), all(0), all(0)};
    v cov[TRI] = {load(seen + 2 * b), load(seen + 3 * b), all(0), all(0), load(seen + 5 * b),
                  all(0), all(0), all(speed_var), all(0), all(speed_var)};
    EACH(i, 0, N) state->mean[r][i] = pick(which, mean[i], state->mean[r][i]);
    EACH(i, 0, TRI) state->cov[r][i] = pick(which, cov[i], state->cov[r][i]);
    state->weight[r] = pick(which, all(start[r]), state->weight[r]);
  }
}

INLINE void forward_step(State *state, const Step *step, const double *seen, long b, int count) {
  State mixed;
  v likely[MOST], square[MOST], det[MOST];
  for (int l = 0; l < count; l++) {
    v joint[MOST], coming = all(0);
    for (int j = 0; j < count; j++) {
      joint[j] = state->weight[j] * (j == l ? step->stay[j] : step->leave[j]);
      coming += joint[j];
    }
    v per = all(1) / most_of(coming, all(FLOOR));
    v *m = mixed.mean[l], *p = mixed.cov[l];
    EACH(i, 0, N) m[i] = all(0);
    EACH(i, 0, TRI) p[i] = all(0);
    for (int j = 0; j < count; j++) {
      joint[j] *= per;
      EACH(i, 0, N) m[i] += joint[j] * (state->mean[j][i] - state->mean[0][i]);
    }
    EACH(i, 0, N) m[i] += state->mean[0][i];
    for (int j = 0; j < count; j++) {
      v off[N];
      EACH(i, 0, N) off[i] = state->mean[j][i] - m[i];
      EACH(i, 0, N) EACH(k, i, N) p[AT[i][k]] += joint[j] * (state->cov[j][AT[i][k]] + off[i] * off[k]);
    }
    mixed.weight[l] = coming;
    moved(m, p, step->along[l], step->across[l], step->cos[l], step->sin[l]);
    EACH(i, 0, TRI) p[i] += step->noise[l][i];

    v sxx = p[0] + load(seen + 2 * b), sxy = p[1] + load(seen + 3 * b), syy = p[4] + load(seen + 5 * b);
    det[l] = sxx * syy - sxy * sxy;
    v one = all(1) / det[l];
    v ixx = syy * one, ixy = -sxy * one, iyy = sxx * one;
    v gx = load(seen) - m[0], gy = load(seen + b) - m[1];
    v ex = ixx * gx + ixy * gy, ey = ixy * gx + iyy * gy;
    square[l] = gx * ex + gy * ey;
    v row[2][N], taken[2][N];
    EACH(i, 0, N) {
      row[0][i] = p[AT[0][i]];
      row[1][i] = p[AT[1][i]];
      taken[0][i] = ixx * row[0][i] + ixy * row[1][i];
      taken[1][i] = ixy * row[0][i] + iyy * row[1][i];
    }
    EACH(i, 0, N) m[i] += row[0][i] * ex + row[1][i] * ey;
    EACH(i, 0, N) EACH(k, i, N) p[AT[i][k]] -= row[0][i] * taken[0][k] + row[1][i] * taken[1][k];
  }
  v best = square[0], top = all(0), total = all(0);
  for (int l = 1; l < count; l++) best = least_of(best, square[l]);
  for (int l = 0; l < count; l++) {
    likely[l] = power((best - square[l]) * all(0.5)) / root(det[l]);
    top = most_of(top, likely[l]);
  }
  for (int l = 0; l < count; l++) {
    likely[l] = most_of(likely[l] / top * mixed.weight[l], all(FLOOR));
    total += likely[l];
  }
  for (int l = 0; l < count; l++) {
    memcpy(state->mean[l], mixed.mean[l], sizeof mixed.mean[l]);
    memcpy(state->cov[l], mixed.cov[l], sizeof mixed.cov[l]);
    state->weight[l] = likely[l] / total;
  }
}

/* One pair: of P + Q = L D L' its L and 1 / D, of L^-1 Ps L^-T + D its determinant. */
typedef struct {
  v lower[N][N], inverse[N], w[TRI], e[N];
} Pair;

INLINE void split(const v *a, v lower[N][N], v *inverse) {
  v left[N][N];
  EACH(i, 0, N) EACH(k, i, N) left[i][k] = a[AT[i][k]];
  EACH(c, 0, N) {
    inverse[c] = all(1) / left[c][c];
    EACH(i, c + 1, N) lower[i][c] = left[c][i] * inverse[c];
    EACH(i, c + 1, N) EACH(k, i, N) left[i][k] -= lower[i][c] * left[c][k];
  }
}

INLINE void pair_of(Pair *pair, v *like, v *volume, const v *m, const v *p, const v *s, const v *ps,
                    const v *noise) {
  v whole[TRI], pivot[N];
  EACH(i, 0, TRI) whole[i] = p[i] + noise[i];
  split(whole, pair->lower, pair->inverse);
  v (*lower)[N] = pair->lower;
  v *e = pair->e;
  EACH(i, 0, N) {
    e[i] = s[i] - m[i];
    EACH(c, 0, i) e[i] -= lower[i][c] * e[c];
  }
  v half[N][N]; /* L^-1 Ps, then W = L^-1 Ps L^-T */
  EACH(i, 0, N) EACH(k, 0, N) {
    half[i][k] = ps[AT[i][k]];
    EACH(c, 0, i) half[i][k] -= lower[i][c] * half[c][k];
  }
  v w[N][N];
  EACH(i, 0, N) EACH(k, 0, i + 1) {
    w[i][k] = half[i][k];
    EACH(c, 0, k) w[i][k] -= lower[k][c] * w[i][c];
  }
  v left[TRI], below[N][N], solved[N];
  EACH(i, 0, N) EACH(k, i, N) left[AT[i][k]] = pair->w[AT[i][k]] = w[k][i];
  EACH(i, 0, N) left[AT[i][i]] += all(1) / pair->inverse[i];
  split(left, below, pivot);
  v square = all(0), inverse_det = all(1);
  EACH(i, 0, N) {
    solved[i] = e[i];
    EACH(c, 0, i) solved[i] -= below[i][c] * solved[c];
    square += solved[i] * solved[i] * pivot[i];
    inverse_det *= pivot[i];
  }
  *like = square;
  *volume = inverse_det;
}

INLINE void backward_step(State *state, const State *now, const Step *step, int count) {
  Pair pairs[MOST][MOST];
  v like[MOST][MOST], volume[MOST][MOST], joint[MOST][MOST], weight[MOST], total = all(0);
  for (int l = 0; l < count; l++) {
    v a = step->along[l], b = step->across[l], c = step->cos[l], s = step->sin[l];
    moved(state->mean[l], state->cov[l], -(a * c + b * s), a * s - b * c, c, -s);
    v best, sum = all(0);
    for (int j = 0; j < count; j++) {
      pair_of(&pairs[j][l], &like[j][l], &volume[j][l], now->mean[j], now->cov[j], state->mean[l],
              state->cov[l], step->back[l]);
      best = j ? least_of(best, like[j][l]) : like[j][l];
    }
    for (int j = 0; j < count; j++) {
      v switched = j == l ? step->stay[j] : step->leave[j];
      v odds = power((best - like[j][l]) * all(0.5)) * root(volume[j][l]);
      joint[j][l] = now->weight[j] * switched * odds;
      sum += joint[j][l];
    }
    for (int j = 0; j < count; j++)
      joint[j][l] = most_of(joint[j][l] * (state->weight[l] / sum), all(LEAST));
  }
  for (int j = 0; j < count; j++) {
    weight[j] = all(0);
    for (int l = 0; l < count; l++) weight[j] += joint[j][l];
    v pull[N] = {all(0), all(0), all(0), all(0)}, k[TRI];
    EACH(i, 0, TRI) k[i] = all(0);
    for (int l = 0; l < count; l++) {
      const Pair *pair = &pairs[j][l];
      v share = joint[j][l] / weight[j], x[N][N], y[N], u[N];
      EACH(i, 0, N) {
        y[i] = pair->e[i] * pair->inverse[i];
        EACH(c, i, N)
        x[i][c] = pair->w[AT[i][c]] * pair->inverse[i] * pair->inverse[c] + y[i] * (pair->e[c] * pair->inverse[c]);
        x[i][i] -= pair->inverse[i];
      }
      EACH(i, 0, N) EACH(c, 0, i) x[i][c] = x[c][i];
      for (int i = N - 1; i >= 0; i--) { /* L^-T from the left, then its transpose */
        u[i] = y[i];
        EACH(c, i + 1, N) u[i] -= pair->lower[c][i] * u[c];
        EACH(m, 0, N) EACH(c, i + 1, N) x[i][m] -= pair->lower[c][i] * x[c][m];
      }
      EACH(m, 0, N) for (int i = N - 1; i >= m; i--) {
        EACH(c, i + 1, N) x[m][i] -= pair->lower[c][i] * x[m][c];
        k[AT[m][i]] += share * x[m][i];
      }
      EACH(i, 0, N) pull[i] += share * u[i];
    }
    EACH(i, 0, N) EACH(c, i, N) k[AT[i][c]] -= pull[i] * pull[c];
    const v *p = now->cov[j];
    v pk[N][N];
    EACH(i, 0, N) {
      v shift = all(0);
      EACH(c, 0, N) shift += p[AT[i][c]] * pull[c];
      state->mean[j][i] = now->mean[j][i] + shift;
      EACH(m, 0, N) {
        pk[i][m] = all(0);
        EACH(c, 0, N) pk[i][m] += p[AT[i][c]] * k[AT[c][m]];
      }
    }
    EACH(i, 0, N) EACH(m, i, N) {
      v sum = p[AT[i][m]];
      EACH(c, 0, N) sum += pk[i][c] * p[AT[c][m]];
      state->cov[j][AT[i][m]] = sum;
    }
    weight[j] = most_of(weight[j], all(FLOOR));
    total += weight[j];
  }
  for (int j = 0; j < count; j++) state->weight[j] = weight[j] / total;
}

/* Write the mixture over modes: 4 means, 16 covariances and the weights of each lane. */
INLINE void collapse(const State *state, double *out, long stride, int count) {
  v mean[N], cov[TRI];
  EACH(i, 0, N) mean[i] = all(0);
  EACH(i, 0, TRI) cov[i] = all(0);
  for (int r = 0; r < count; r++) EACH(i, 0, N) mean[i] += state->weight[r] * state->mean[r][i];
  for (int r = 0; r < count; r++) {
    v off[N];
    EACH(i, 0, N) off[i] = state->mean[r][i] - mean[i];
    EACH(i, 0, N) EACH(k, i, N)
    cov[AT[i][k]] += state->weight[r] * (state->cov[r][AT[i][k]] + off[i] * off[k]);
  }
  for (int lane = 0; lane < LANES; lane++) {
    double *to = out + lane * stride;
    EACH(i, 0, N) to[i] = mean[i][lane];
    EACH(i, 0, N) EACH(k, 0, N) to[N + N * i + k] = cov[AT[i][k]][lane];
    for (int r = 0; r < count; r++) to[N + N * N + r] = state->weight[r][lane];
  }
}

INLINE void run(long k_count, long b, const double *dt, const double *seen, const long long *begin,
                const Modes *modes, const double *start, double speed_var, State *room,
                double *out, int count) {
  const long entries = N + N * N + count, stride = k_count * entries;
  for (long lane = 0; lane < b; lane += LANES) {
    State state;
    Step step;
    step.dt = all(NAN);
    vi first, now;
    memcpy(&first, begin + lane, sizeof first);
    memset(&state, 0, sizeof state);
    begun(&state, seen + lane, b, count, start, speed_var, (vi){-1, -1, -1, -1});
    room[0] = state;
    for (long k = 1; k < k_count; k++) {
      const double *at = seen + k * 6 * b + lane;
      prepare(&step, modes, load(dt + (k - 1) * b + lane), count);
      forward_step(&state, &step, at, b, count);
      now = (vi)(first == (vi){k, k, k, k});
      if (now[0] | now[1] | now[2] | now[3]) begun(&state, at, b, count, start, speed_var, now);
      room[k] = state;
    }
    double *mine = out + lane * stride;
    collapse(&state, mine + (k_count - 1) * entries, stride, count);
    for (long k = k_count - 2; k >= 0; k--) {
      prepare(&step, modes, load(dt + k * b + lane), count);
      backward_step(&state, &room[k], &step, count);
      collapse(&state, mine + k * entries, stride, count);
    }
  }
}

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
#define CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

long tocsin_room(void) { return sizeof(State); } /* bytes a measurement */

/* Return 0, or 1 where there are more modes than this was made for.

   dt     (k_count - 1, b), seen (k_count, 6, b): x, y, and the covariance xx xy yx yy
   begin  (b,) index of the first measurement of each track; b is a multiple of LANES
   room   k_count states, aligned; out (b, k_count, 4 + 16 + modes) */
CLONES int tocsin_smooth(long k_count, long b, const double *dt, const double *seen,
                         const long long *begin, long count, const double *turn,
                         const double *density, const double *stay, const double *start,
                         double speed_var, void *room, double *out) {
  Modes modes = {count, turn, density, stay};
  if (count > MOST) return 1;
  run(k_count, b, dt, seen, begin, &modes, start, speed_var, room, out, (int)count);
  return 0;
}
