/* The filter of imm.py with constants behind the moving state, and the backward sampling of
   sample.py: the same equations, in which every step is explained there.

   Those two are what runs where no compiler was at hand when tocsin was installed. */

#include <math.h>
#include <string.h>

#define S 4     /* entries that move */
#define N 24    /* at most in all */
#define MODES 4 /* at most */
#define FLOOR 1e-12
#define KNOWN 1e-13
#define LOG_2PI 1.8378770664093453

typedef struct {
  long count;
  const double *turn, *density, *stay; /* rad/s, m2/s3, s */
} Modes;

typedef struct { /* over one step: motion and noise of every mode, and how they switch */
  double f[MODES][S][S], q[MODES][S][S], pi[MODES][MODES];
} Step;

static void step_of(double dt, const Modes *modes, Step *out) {
  memset(out, 0, sizeof *out);
  for (long r = 0; r < modes->count; r++) {
    double w = modes->turn[r], s = sin(w * dt), c = cos(w * dt), d = modes->density[r];
    double along = w == 0 ? dt : s / w, across = w == 0 ? 0.0 : (1 - c) / w;
    double(*f)[S] = out->f[r], (*q)[S] = out->q[r];
    f[0][0] = f[1][1] = 1.0;
    f[0][2] = f[1][3] = along;
    f[0][3] = across;
    f[1][2] = -across;
    f[2][2] = f[3][3] = c;
    f[2][3] = s;
    f[3][2] = -s;
    q[0][0] = q[1][1] = d * (dt * dt * dt) / 3;
    q[2][2] = q[3][3] = d * dt;
    q[0][2] = q[2][0] = q[1][3] = q[3][1] = d * (dt * dt) / 2;
    double stay = exp(-dt / modes->stay[r]);
    for (long l = 0; l < modes->count; l++)
      out->pi[r][l] = l == r ? (modes->count == 1 ? 1.0 : stay) : (1 - stay) / (modes->count - 1);
  }
}

/* f p f' + q, of which only the moving rows and columns change */
static void carried(long n, const double *p, double f[S][S], double q[S][S], double out[N][N]) {
  double half[N][N];
  for (long a = 0; a < n; a++)
    for (long b = 0; b < n; b++) {
      if (a >= S) {
        half[a][b] = p[a * n + b];
        continue;
      }
      double sum = 0;
      for (int i = 0; i < S; i++) sum += f[a][i] * p[i * n + b];
      half[a][b] = sum;
    }
  for (long a = 0; a < n; a++) {
    for (long b = 0; b < S; b++) {
      double sum = 0;
      for (int i = 0; i < S; i++) sum += half[a][i] * f[b][i];
      out[a][b] = sum + (a < S ? q[a][b] : 0.0);
    }
    for (long b = S; b < n; b++) out[a][b] = half[a][b];
  }
}

/* Forward over all tracks.  What `mean`, `cov`, `weight` hold of the first measurement is given;
   all are (K, T, R, ...) as imm.Filtered has them.  design is (T, K, 2, B). */
void tocsin_forward(long k_count, long tracks, long constants, const double *t_s, const double *z,
                    const double *noise, const double *design, long modes_count,
                    const double *turn, const double *density, const double *stay, double *mean,
                    double *cov, double *weight, double *loglik, double *so_far) {
  Modes modes = {modes_count, turn, density, stay};
  long r_count = modes_count, n = S + constants, nn = n * n;
  Step step;
  for (long t = 0; t < tracks; t++) {
    loglik[t] = so_far[t] = 0.0;
    for (long k = 1; k < k_count; k++) {
      const double *m0 = mean + ((k - 1) * tracks + t) * r_count * n;
      const double *p0 = cov + ((k - 1) * tracks + t) * r_count * nn;
      const double *w0 = weight + ((k - 1) * tracks + t) * r_count;
      double *m1 = mean + (k * tracks + t) * r_count * n;
      double *p1 = cov + (k * tracks + t) * r_count * nn;
      double *w1 = weight + (k * tracks + t) * r_count;
      const double *zk = z + (t * k_count + k) * 2, *rk = noise + (t * k_count + k) * 4;
      const double *jk = constants ? design + (t * k_count + k) * 2 * constants : 0;
      double lik[MODES], predicted[MODES], top = -INFINITY, total = 0;
      step_of(t_s[t * k_count + k] - t_s[t * k_count + k - 1], &modes, &step);
      for (long j = 0; j < r_count; j++) {
        double share[MODES], mixed[N] = {0}, p[N * N] = {0}, ahead[N][N], m[N], ph[N][2];
        predicted[j] = 0;
        for (long i = 0; i < r_count; i++) predicted[j] += w0[i] * step.pi[i][j];
        for (long i = 0; i < r_count; i++) {
          share[i] = w0[i] * step.pi[i][j] / (predicted[j] > FLOOR ? predicted[j] : FLOOR);
          for (long a = 0; a < n; a++) mixed[a] += share[i] * m0[i * n + a];
        }
        for (long i = 0; i < r_count; i++) {
          double off[N];
          for (long a = 0; a < n; a++) off[a] = m0[i * n + a] - mixed[a];
          for (long a = 0; a < n; a++)
            for (long b = 0; b < n; b++)
              p[a * n + b] += share[i] * (p0[i * nn + a * n + b] + off[a] * off[b]);
        }
        for (long a = 0; a < n; a++) {
          m[a] = a < S ? 0 : mixed[a];
          for (int i = 0; a < S && i < S; i++) m[a] += step.f[j][a][i] * mixed[i];
        }
        carried(n, p, step.f[j], step.q[j], ahead);
        double v[2] = {zk[0] - m[0], zk[1] - m[1]}, s[2][2];
        for (long c = 0; c < 2; c++)
          for (long b = 0; b < constants; b++) v[c] -= jk[c * constants + b] * m[S + b];
        for (long a = 0; a < n; a++)
          for (long c = 0; c < 2; c++) {
            double sum = ahead[a][c];
            for (long b = 0; b < constants; b++) sum += ahead[a][S + b] * jk[c * constants + b];
            ph[a][c] = sum;
          }
        for (long c = 0; c < 2; c++)
          for (long d = 0; d < 2; d++) {
            double sum = ph[c][d];
            for (long b = 0; b < constants; b++) sum += jk[c * constants + b] * ph[S + b][d];
            s[c][d] = sum + rk[c * 2 + d];
          }
        double det = s[0][0] * s[1][1] - s[0][1] * s[1][0];
        double inv[2][2] = {{s[1][1] / det, -s[0][1] / det}, {-s[1][0] / det, s[0][0] / det}};
        double gain[N][2];
        for (long a = 0; a < n; a++)
          for (long c = 0; c < 2; c++) gain[a][c] = ph[a][0] * inv[0][c] + ph[a][1] * inv[1][c];
        for (long a = 0; a < n; a++) {
          m1[j * n + a] = m[a] + gain[a][0] * v[0] + gain[a][1] * v[1];
          for (long b = 0; b < n; b++)
            p[a * n + b] = ahead[a][b] - (gain[a][0] * ph[b][0] + gain[a][1] * ph[b][1]);
        }
        for (long a = 0; a < n; a++)
          for (long b = 0; b < n; b++)
            p1[j * nn + a * n + b] = (p[a * n + b] + p[b * n + a]) / 2;
        double square = v[0] * (inv[0][0] * v[0] + inv[0][1] * v[1]) +
                        v[1] * (inv[1][0] * v[0] + inv[1][1] * v[1]);
        lik[j] = -0.5 * square - 0.5 * log(det) - LOG_2PI;
        if (lik[j] > top) top = lik[j];
      }
      for (long j = 0; j < r_count; j++) {
        double w = predicted[j] * exp(lik[j] - top);
        w1[j] = w > FLOOR ? w : FLOOR;
        total += w1[j];
      }
      for (long j = 0; j < r_count; j++) w1[j] /= total;
      loglik[t] += log(total) + top;
      so_far[k * tracks + t] = loglik[t];
    }
  }
}

typedef struct { /* one step back from mode l to mode j of one track */
  double ahead[N], lower[N][N], gain[S][N], root[S][S], log_weight;
} Pair;

/* 0 where the covariance has no root */
static int pair_of(long n, const double *m, const double *p, double log_weight, double f[S][S],
                   double q[S][S], Pair *out) {
  double cov[N][N], log_det = 0;
  for (long a = 0; a < n; a++) {
    out->ahead[a] = a < S ? 0 : m[a];
    for (int i = 0; a < S && i < S; i++) out->ahead[a] += f[a][i] * m[i];
  }
  carried(n, p, f, q, cov);
  double(*l)[N] = out->lower; /* its diagonal holds inverses: what is divided by it is multiplied */
  for (long c = 0; c < n; c++)
    for (long a = c; a < n; a++) {
      double sum = cov[a][c];
      for (long i = 0; i < c; i++) sum -= l[a][i] * l[c][i];
      if (a > c) {
        l[a][c] = sum * l[c][c];
        continue;
      }
      if (!(sum > 0)) return 0;
      log_det += log(sum);
      l[c][c] = 1 / sqrt(sum);
    }
  out->log_weight = log_weight - 0.5 * log_det;
  for (int s = 0; s < S; s++) { /* row s of p f', solved by the root twice */
    double *g = out->gain[s];
    for (long a = 0; a < n; a++) {
      double sum = a < S ? 0 : p[s * n + a];
      for (int i = 0; a < S && i < S; i++) sum += p[s * n + i] * f[a][i];
      for (long i = 0; i < a; i++) sum -= l[a][i] * g[i];
      g[a] = sum * l[a][a];
    }
    for (long a = n - 1; a >= 0; a--) {
      double sum = g[a];
      for (long i = a + 1; i < n; i++) sum -= l[i][a] * g[i];
      g[a] = sum * l[a][a];
    }
  }
  double rest[S][N], by[S][N], left[S][S]; /* what is left open, as a sum of squares */
  for (int s = 0; s < S; s++)
    for (long a = 0; a < n; a++) {
      double sum = s == a ? 1.0 : 0.0;
      if (a >= S)
        sum -= out->gain[s][a];
      else
        for (int i = 0; i < S; i++) sum -= out->gain[s][i] * f[i][a];
      rest[s][a] = sum;
    }
  for (int s = 0; s < S; s++)
    for (long a = 0; a < n; a++) {
      by[s][a] = 0;
      for (long i = 0; i < n; i++) by[s][a] += rest[s][i] * p[i * n + a];
    }
  for (int s = 0; s < S; s++)
    for (int u = 0; u < S; u++) {
      double sum = 0;
      for (long i = 0; i < n; i++) sum += by[s][i] * rest[u][i];
      for (int i = 0; i < S; i++)
        for (int j = 0; j < S; j++) sum += out->gain[s][i] * q[i][j] * out->gain[u][j];
      left[s][u] = sum;
    }
  memset(out->root, 0, sizeof out->root);
  for (int c = 0; c < S; c++) {
    double top = left[c][c];
    for (int i = 0; i < c; i++) top -= out->root[c][i] * out->root[c][i];
    if (top <= KNOWN * left[c][c]) continue;
    for (int a = c; a < S; a++) {
      double sum = left[a][c];
      for (int i = 0; i < c; i++) sum -= out->root[a][i] * out->root[c][i];
      out->root[a][c] = sum / sqrt(top);
    }
  }
  return 1;
}

long tocsin_pair_bytes(void) { return sizeof(Pair); }

/* One step back for `samples` states after it.  mean, cov and weight are those of the filter at
   the step's begin, (T, R, ...); place is each sample's track among those used, (U,).  Returns 0
   where a covariance has no root: nothing was drawn then. */
static long back(long samples, long used_count, const long *used, const double *dt_s,
                 long constants, const double *mean, const double *cov, const double *weight,
                 long modes_count, const double *turn, const double *density, const double *stay,
                 const long *place, const long *mode_after, const double *after,
                 const double *normal, const double *uniform, double *before, long *mode,
                 Pair *room) {
  Modes modes = {modes_count, turn, density, stay};
  long r = modes_count, n = S + constants;
  Step step;
  for (long u = 0; u < used_count; u++) {
    step_of(dt_s[u], &modes, &step);
    for (long j = 0; j < r; j++)
      for (long l = 0; l < r; l++) {
        long at = used[u] * r + j;
        double log_weight = log(weight[at]) + log(step.pi[j][l]);
        if (!pair_of(n, mean + at * n, cov + at * n * n, log_weight, step.f[l], step.q[l],
                     room + (u * r + l) * r + j))
          return 0;
      }
  }
  for (long s = 0; s < samples; s++) {
    const Pair *pairs = room + (place[s] * r + mode_after[s]) * r;
    const double *x = after + s * n;
    double gap[MODES][N], w[MODES], top = -INFINITY, total = 0, upto = 0;
    for (long j = 0; j < r; j++) {
      double y[N], square = 0;
      for (long a = 0; a < n; a++) {
        double sum = gap[j][a] = x[a] - pairs[j].ahead[a];
        for (long i = 0; i < a; i++) sum -= pairs[j].lower[a][i] * y[i];
        y[a] = sum * pairs[j].lower[a][a];
        square += y[a] * y[a];
      }
      w[j] = pairs[j].log_weight - 0.5 * square;
      if (w[j] > top) top = w[j];
    }
    for (long j = 0; j < r; j++) total += w[j] = exp(w[j] - top);
    long j = 0;
    for (upto = w[0]; j + 1 < r && !(upto > uniform[s] * total); upto += w[j]) j++;
    const double *m = mean + (used[place[s]] * r + j) * n;
    for (int a = 0; a < S; a++) {
      double sum = m[a];
      for (long i = 0; i < n; i++) sum += pairs[j].gain[a][i] * gap[j][i];
      for (int i = 0; i <= a; i++) sum += pairs[j].root[a][i] * normal[s * S + i];
      before[s * n + a] = sum;
    }
    for (long a = S; a < n; a++) before[s * n + a] = x[a];
    mode[s] = j;
  }
  return 1;
}

/* Steps back from the plot `from` + 1 to `from`, and on, `steps` of them: normal and uniform are
   (steps, M, ...) in that order, the rest is (K, ...) and dt_s (K - 1, U).  Returns how many were
   done before a covariance had no root. */
long tocsin_back_many(long from, long steps, long samples, long used_count, const long *used,
                      const double *dt_s, long constants, long tracks, const double *mean,
                      const double *cov, const double *weight, long modes_count,
                      const double *turn, const double *density, const double *stay,
                      const long *place, const double *normal, const double *uniform, double *x,
                      long *mode, Pair *room) {
  long n = S + constants, r = tracks * modes_count;
  for (long step = 0; step < steps; step++) {
    long k = from - step;
    if (!back(samples, used_count, used, dt_s + k * used_count, constants, mean + k * r * n,
                     cov + k * r * n * n, weight + k * r, modes_count, turn, density, stay, place,
                     mode + (k + 1) * samples, x + (k + 1) * samples * n,
                     normal + step * samples * S, uniform + step * samples, x + k * samples * n,
                     mode + k * samples, room))
      return step;
  }
  return steps;
}

/* Positions at the inner times of one leg, drawn one after the other: see sample._leg.  The
   matrices are (R, G, 4, 4), the states at both ends (M, n), normal (G, M, 4), out (M, wide, 2)
   from its first inner time on. */
void tocsin_leg(long samples, long n, long times, const double *begin, const double *end,
                const long *mode, const double *gain, const double *carry, const double *root,
                const double *normal, double *out, long wide) {
  for (long s = 0; s < samples; s++) {
    const double *e = end + s * n;
    double x[S];
    memcpy(x, begin + s * n, sizeof x);
    for (long g = 0; g < times; g++) {
      long at = (mode[s] * times + g) * S * S;
      const double *z = normal + (g * samples + s) * S;
      double next[S];
      for (int a = 0; a < S; a++) {
        double sum = 0;
        for (int i = 0; i < S; i++) sum += carry[at + a * S + i] * x[i];
        for (int i = 0; i < S; i++) sum += gain[at + a * S + i] * e[i];
        for (int i = 0; i <= a; i++) sum += root[at + a * S + i] * z[i];
        next[a] = sum;
      }
      memcpy(x, next, sizeof x);
      out[(s * wide + g) * 2] = x[0];
      out[(s * wide + g) * 2 + 1] = x[1];
    }
  }
}
