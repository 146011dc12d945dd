/* Stays inside, sample by sample: the loops of stays.py, in which every quantity is explained.  They
   are what runs where no compiler was at hand at install.

   Sums run in the order of time, each sample's by itself; numpy adds in another order, so that
   lengths and times agree to rounding. */

#include <math.h>

/* A place by its parallel: how far from the axis, how far above the equator, and its longitude. */
typedef struct {
  double p, z, lon;
} Place;

static Place place(double lon_deg, double lat_deg, double a_m, double e2) {
  const double rad = 0.017453292519943295;
  double lat = lat_deg * rad, s = sin(lat);
  double n = a_m / sqrt(1 - e2 * (s * s));
  return (Place){n * cos(lat), n * (1 - e2) * s, lon_deg * rad};
}

/* sin^2, by its series where that is good to rounding. */
static double sin2(double x) {
  double x2 = x * x;
  if (x2 < 1e-4) return x2 * (1 - x2 * (1.0 / 3 - x2 * (2.0 / 45 - x2 / 315)));
  double s = sin(x);
  return s * s;
}

/* How far samples move in each step, along the chord: (rows, times - 1). */
void tocsin_steps(long rows, long times, const double *lon_deg, const double *lat_deg, double a_m,
                  double e2, double *out) {
  for (long row = 0; row < rows; row++) {
    const double *lon = lon_deg + row * times, *lat = lat_deg + row * times;
    Place before = place(lon[0], lat[0], a_m, e2);
    for (long k = 1; k < times; k++) {
      Place here = place(lon[k], lat[k], a_m, e2);
      double p = here.p - before.p, z = here.z - before.z;
      double turn = 4 * here.p * before.p * sin2((here.lon - before.lon) / 2);
      out[row * (times - 1) + k - 1] = sqrt(p * p + turn + z * z);
      before = here;
    }
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

   signed_m, far_m  (rows, times); far_m may be null: depth is then by `signed_m`
   step_m           (rows, times - 1)
   out              duration, path, every depth, depth, entry, exit of those that are ever inside,
                    one after the other, each (rows,)
   Returns how many are; `ever` says which. */
long tocsin_stays(long rows, long times, long begin, long end, const double *signed_m,
                  const double *far_m, const double *step_m, const char *seen, const double *t_s,
                  char *ever, double *out) {
  long found = 0, last_k = end - begin;
  const double *t = t_s + begin;
  const char *was = seen + begin;
  for (long row = 0; row < rows; row++) {
    const double *d = signed_m + row * times + begin;
    const double *far = far_m ? far_m + row * times + begin : d;
    const double *step = step_m + row * (times - 1) + begin;
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
    for (long k = 0; k < last_k; k++) {
      if (!(was[k] && was[k + 1])) continue;
      double part = share(d[k], d[k + 1]);
      length_s += part * (t[k + 1] - t[k]);
      path += part * step[k];
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
