/* Stays inside, sample by sample: the loops of stays.py, in which every quantity is explained.  They
   are what runs where no compiler was at hand at install.

   Sums run in the order of time, each sample's by itself; numpy adds in another order, so that
   lengths and times agree to rounding. */

#include <math.h>
#include <string.h>

#include "../lanes.h"

static const double RAD = 0.017453292519943295;

/* The coefficients of sin d / d, of 1 - cos d, and of sin^2 d / d^2. */
#define S (-1.0 / 6), (1.0 / 120), (-1.0 / 5040), (1.0 / 362880), (-1.0 / 39916800)
#define C (1.0 / 2), (-1.0 / 24), (1.0 / 720), (-1.0 / 40320), (1.0 / 3628800)
#define Q (-1.0 / 3), (2.0 / 45), (-1.0 / 315)
#define SERIES(x, ...) series(x, (const double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / 8)
#define NEAR_RAD 0.2   /* off the parallel from which a place is worked out */
#define SHORT_RAD 0.01 /* half a step's turn: the series are good to rounding for both */

ALWAYS v series(v x, const double *terms, long count) {
  v out = all(terms[count - 1]);
  for (long k = count - 2; k >= 0; k--) out = out * x + all(terms[k]);
  return out;
}

/* The parallel near which a flight is. */
typedef struct {
  double lat, s, c, a_m, e2;
} Parallel;

/* How far four places are from the axis, and how far above the equator: of sin(lat + d) and
   cos(lat + d). */
ALWAYS void placed(v lat_deg, const Parallel *by, v *p, v *z) {
  v d = lat_deg * all(RAD) - all(by->lat), q = d * d;
  v sine = d + d * q * SERIES(q, S), less = q * SERIES(q, C);
  v s = all(by->s) + (all(by->c) * sine - all(by->s) * less);
  v c = all(by->c) - (all(by->s) * sine + all(by->c) * less);
  EACH(i, 0, LANES) {
    if (fabs(d[i]) < NEAR_RAD) continue;
    s[i] = sin(lat_deg[i] * RAD), c[i] = cos(lat_deg[i] * RAD);
  }
  v n = all(by->a_m) / root(all(1) - all(by->e2) * (s * s));
  *p = n * c, *z = n * all(1 - by->e2) * s;
}

/* How far it is in each step, along the chord: four at a time, (count - 1), for which there must be
   room in whole fours. */
ALWAYS void chords(long count, const double *lon_deg, const double *lat_deg, const Parallel *by,
                   double *out) {
  for (long from = 0; from < count - 1; from += LANES) {
    long size = count - 1 - from < LANES ? count - 1 - from : LANES;
    v lon = all(lon_deg[from]), next_lon = lon, lat = all(lat_deg[from]), next_lat = lat;
    memcpy(&lon, lon_deg + from, size * sizeof *lon_deg);
    memcpy(&lat, lat_deg + from, size * sizeof *lat_deg);
    memcpy(&next_lon, lon_deg + from + 1, size * sizeof *lon_deg);
    memcpy(&next_lat, lat_deg + from + 1, size * sizeof *lat_deg);
    v p, z, next_p, next_z;
    placed(lat, by, &p, &z), placed(next_lat, by, &next_p, &next_z);
    v half = (next_lon - lon) * all(RAD / 2), q = half * half, sin2 = q + q * q * SERIES(q, Q);
    EACH(i, 0, LANES) if (!(fabs(half[i]) < SHORT_RAD)) sin2[i] = sin(half[i]) * sin(half[i]);
    v dp = next_p - p, dz = next_z - z;
    v far = root(dp * dp + all(4) * next_p * p * sin2 + dz * dz);
    memcpy(out + from, &far, sizeof far);
  }
}

/* Which share of a step from a to b is inside. */
static double share(double a, double b) {
  if (a > 0 && b > 0) return 1;
  if (a <= 0 && b <= 0) return 0;
  double cut = a != b ? a / (a - b) : 0;
  return a > 0 ? cut : 1 - cut;
}

/* When a distance is 0 on the way from inside at `in` to `other`. */
static double crossing(const double *d, const double *t, long in, long other) {
  double a = d[in], b = d[other], f = 0;
  if (b <= 0) f = a / (a != b ? a - b : 1);
  return t[in] + f * (t[other] - t[in]);
}

/* What each of `rows` samples does in the window from `begin` to `end` (both in it) of `times`.

   signed_m, far_m   (rows, times); far_m may be null: depth is then by `signed_m`
   lon_deg, lat_deg  (rows, times)
   room              (times + 3,), written over
   out               duration, path, every depth, depth, entry, exit of those that are ever inside,
                     one after the other, each (rows,)
   Returns how many are; `ever` says which. */
SWIFT long tocsin_stays(long rows, long times, long begin, long end, const double *signed_m,
                        const double *far_m, const double *lon_deg, const double *lat_deg,
                        double a_m, double e2, const char *seen, const double *t_s, char *ever,
                        double *room, double *out) {
  long found = 0, last_k = end - begin;
  const double *t = t_s + begin;
  const char *was = seen + begin;
  for (long row = 0; row < rows; row++) {
    const double *d = signed_m + row * times + begin;
    const double *far = far_m ? far_m + row * times + begin : d;
    const double *lon = lon_deg + row * times + begin, *lat = lat_deg + row * times + begin;
    long first = -1, last = -1;
    double every = -INFINITY, deep = -INFINITY, length_s = 0, path = 0;
    for (long k = 0; k <= last_k; k++) {
      if (was[k] && d[k] > 0) {
        if (first < 0) first = k;
        last = k;
        if (d[k] > every) every = d[k];
        if (far[k] > deep) deep = far[k];
      }
    }
    ever[row] = first >= 0;
    if (first < 0) continue;
    double lat0 = lat[first] * RAD;
    long begins = first > 0 ? first - 1 : 0, ends = last < last_k ? last + 1 : last_k;
    Parallel by = {lat0, sin(lat0), cos(lat0), a_m, e2};
    chords(ends - begins + 1, lon + begins, lat + begins, &by, room);
    for (long k = begins; k < ends; k++) {
      if (!(was[k] && was[k + 1])) continue;
      double part = share(d[k], d[k + 1]);
      length_s += part * (t[k + 1] - t[k]);
      path += part * room[k - begins];
    }
    double *into = out + found++;
    into[0] = length_s;
    into[rows] = path;
    into[2 * rows] = every;
    into[3 * rows] = deep;
    into[4 * rows] = first > 0 ? crossing(d, t, first, first - 1) : NAN;
    into[5 * rows] = last < last_k ? crossing(d, t, last, last + 1) : NAN;
  }
  return found;
}
