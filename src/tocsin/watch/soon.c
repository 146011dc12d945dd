/* What lies ahead of tracks: `foresee` of soon.py, in which every step is explained.

   Without a square that is still to be made; where one is missing the answer is MISSING. */

#include <stdlib.h>

#include "chance.h"
#include "motion.h"
#include "squares.h"

enum { ALONG = 12, DRAWS = 64, TIMES = 16, NORMALS = 8 };
#define NEVER -4.5
#define SURELY 3.5
#define FLAT 0.15
#define LEAST 0.02

typedef struct {
  const double *numbers; /* of all tracks */
  const int64_t *row, *area;
  const double *horizon_s; /* one a pair */
  int64_t count;
  double accel_psd;
  const double *sigma_m; /* of areas */
  const uint8_t *tall;
} Asked;

static int straight(const Squares *s, const Place *at, double x, double y, int64_t area, double *d) {
  double lon, lat;
  away(at, x, y, &lon, &lat);
  return rough(s, lon, lat, area, d);
}

/* When z, which never falls, first comes to a level, between the times at which it is known. */
static double first(const double *z, const double *t, double level) {
  int k = 0;
  while (k <= ALONG && !(z[k] >= level)) k++;
  if (k > ALONG) return t[ALONG];
  return k ? t[k - 1] + (level - z[k - 1]) / (z[k] - z[k - 1]) * (t[k] - t[k - 1]) : 0.0;
}

static void entry(const double *z, const double *t, double p, double *eta) {
  static const double SHARE[3] = {0.05, 0.5, 0.95};
  double rising[ALONG + 1], most = -INFINITY;
  for (int i = 0; i <= ALONG; i++) rising[i] = most = z[i] > most ? z[i] : most;
  for (int n = 0; n < 3; n++) {
    double share = 1.0 - SHARE[n] * p;
    share = share < 1e-12 ? 1e-12 : share > 1 - 1e-12 ? 1 - 1e-12 : share;
    eta[n] = first(rising, t, -phi_inverse(share));
  }
}

/* For every pair: P and times of entry (3) where the limit is straight; `bent` where flights are to
   be drawn, between `begin_s` and `end_s`; and for how long P stays 0 whatever the track does. */
long tocsin_ahead(const Squares *s, const Asked *asked, double *p, double *eta, uint8_t *bent,
                  double *begin_s, double *end_s, double *free_s) {
  double q = asked->accel_psd;
  for (int64_t k = 0; k < asked->count; k++) {
    const double *m = asked->numbers + asked->row[k] * WIDE;
    int64_t area = asked->area[k];
    double horizon = asked->horizon_s[k], limit = asked->sigma_m[area];
    double t[ALONG + 1], d[ALONG + 1], sigma[ALONG + 1], z[ALONG + 1];
    double base = most_of(m[PP], m[R]), speed = hypot(m[VE], m[VN]), step = speed * horizon / ALONG;
    double nearest = -INFINITY, pace = most_of(speed + 3 * sqrt(m[VV]), 30.0), slot = horizon / ALONG;
    int best = 0, from = -1, to = ALONG;
    Place at = place(m[LON], m[LAT]);
    for (int i = 0; i <= ALONG; i++) {
      double near;
      t[i] = (i < ALONG ? i * (1.0 / ALONG) : 1.0) * horizon;
      if (!straight(s, &at, m[VE] * t[i], m[VN] * t[i], area, &d[i])) return MISSING;
      sigma[i] = sqrt(base + 2 * t[i] * m[PV] + t[i] * t[i] * m[VV] + (q / 3) * (t[i] * t[i] * t[i]) +
                      limit * limit);
      z[i] = d[i] / sigma[i];
      if (z[i] > z[best]) best = i;
      near = (d[i] + step / 2) / sigma[i];
      if (near > nearest) nearest = near;
      if ((d[i] + step) / sigma[i] > NEVER) from = from < 0 ? i : from, to = i;
    }
    p[k] = nearest < NEVER ? 0.0 : phi(z[best]);
    bent[k] = nearest >= NEVER && asked->tall[area];
    if (nearest >= NEVER && !bent[k] && z[best] < SURELY) {
      double x = m[VE] * t[best], y = m[VN] * t[best], aside[4], off;
      double wide = fabs(d[best] / (z[best] == 0 ? 1.0 : z[best]));
      wide = wide > 0 ? wide : 1.0;
      if (!straight(s, &at, x + wide, y, area, &aside[0]) ||
          !straight(s, &at, x - wide, y, area, &aside[1]) ||
          !straight(s, &at, x, y + wide, area, &aside[2]) ||
          !straight(s, &at, x, y - wide, area, &aside[3]))
        return MISSING;
      off = most_of(fabs(aside[0] + aside[1] - 2 * d[best]) / 2,
                    fabs(aside[2] + aside[3] - 2 * d[best]) / 2);
      bent[k] = off > FLAT * sigma[best] ||
                (nearest > 0 && z[best] < 0 && step > sigma[0] && best < ALONG);
    }
    for (int n = 0; n < 3; n++) eta[3 * k + n] = NAN;
    if (!bent[k] && p[k] >= LEAST && z[0] < 0) entry(z, t, p[k], eta + 3 * k);
    from = from < 0 ? 0 : from;
    begin_s[k] = (from > 1 ? from - 1 : 0) * slot;
    end_s[k] = (to < ALONG ? to + 1 : ALONG) * slot;
    free_s[k] = most_of((-d[0] - 5 * sigma[ALONG]) / pace - horizon, 0.0);
  }
  return asked->count;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* numpy's quantile of sorted values. */
static double quantile(const double *value, int n, double share) {
  double at = share * (n - 1), below = floor(at), part = at - below, low, step;
  int k = (int)below;
  low = value[k], step = value[k < n - 1 ? k + 1 : k] - low;
  return part >= 0.5 ? value[k < n - 1 ? k + 1 : k] - step * (1 - part) : low + step * part;
}

/* One flight's distances at its times: whether it is inside at some time, and when first. */
static int enters(const double *d, const double *t, double *when) {
  int top = 0, in = -1, k, mid;
  double best, a, b, c, bend, share = 1.0;
  for (int j = 0; j < TIMES; j++) {
    if (d[j] > d[top]) top = j;
    if (in < 0 && d[j] >= 0) in = j;
  }
  mid = top < 1 ? 1 : top > TIMES - 2 ? TIMES - 2 : top;
  a = d[mid - 1], b = d[mid], c = d[mid + 1], bend = a - 2 * b + c, best = d[top];
  if (bend < 0 && fabs(c - a) < -2 * bend) best = most_of(best, b - (c - a) * (c - a) / (8 * bend));
  k = in >= 0 ? in : top;
  if (k > 0 && d[k] > d[k - 1]) {
    share = -d[k - 1] / (d[k] - d[k - 1]);
    share = share < 0 ? 0 : share > 1 ? 1 : share;
  }
  *when = k > 0 ? t[k - 1] + share * (t[k] - t[k - 1]) : t[0];
  return in >= 0 || best >= 0;
}

/* P and times of entry of some of the pairs, from flights drawn with `normal` (DRAWS, NORMALS);
   `margin` (n, DRAWS, TIMES) is how far each is within the vertical limits, or null. */
long tocsin_flights(const Squares *s, const Asked *asked, const int64_t *which, long n,
                    const double *begin_s, const double *end_s, const double *normal,
                    const double *margin, double *p, double *eta) {
  double q = asked->accel_psd;
  for (long i = 0; i < n; i++) {
    int64_t k = which[i], area = asked->area[k];
    const double *m = asked->numbers + asked->row[k] * WIDE;
    double t[TIMES], blown[TIMES], whens[DRAWS];
    double root = sqrt(most_of(m[PP], m[R])), lean = m[PV] / root;
    double rest = sqrt(most_of(m[VV] - lean * lean, 0.0));
    int entered = 0, hits = 0;
    Place at = place(m[LON], m[LAT]);
    for (int j = 0; j < TIMES; j++) {
      double share = j < TIMES - 1 ? j * (1.0 / (TIMES - 1)) : 1.0;
      t[j] = begin_s[k] + share * (end_s[k] - begin_s[k]);
      blown[j] = sqrt(q / 3) * pow(t[j], 1.5);
    }
    for (int f = 0; f < DRAWS; f++) {
      const double *z = normal + f * NORMALS;
      double d[TIMES], when;
      for (int j = 0; j < TIMES; j++) {
        double x = m[VE] * t[j] + root * z[0] + (lean * z[0] + rest * z[2]) * t[j] + blown[j] * z[4];
        double y = m[VN] * t[j] + root * z[1] + (lean * z[1] + rest * z[3]) * t[j] + blown[j] * z[5];
        if (!straight(s, &at, x, y, area, &d[j])) return MISSING;
        d[j] += asked->sigma_m[area] * z[7]; /* the limit is where it is, all along one flight */
        if (margin) d[j] = least_of(d[j], margin[(i * DRAWS + f) * TIMES + j]);
      }
      if (!enters(d, t, &when)) continue;
      entered++;
      if (d[0] < 0) whens[hits++] = when;
    }
    p[k] = (double)entered / DRAWS;
    if (!hits || 2 * hits < entered) continue;
    qsort(whens, (size_t)hits, sizeof *whens, by_size);
    eta[3 * k] = quantile(whens, hits, 0.05);
    eta[3 * k + 1] = quantile(whens, hits, 0.5);
    eta[3 * k + 2] = quantile(whens, hits, 0.95);
  }
  return n;
}
