/* The plane about a place: the equations of plane.py, one place at a time. */

#ifndef TOCSIN_PLANE_H
#define TOCSIN_PLANE_H

#include <math.h>
#include <stdint.h>

#define RAD (3.14159265358979323846 / 180.0)
#define A_M 6378137.0
#define FLATTENING (1.0 / 298.257223563)
#define E2 (FLATTENING * (2 - FLATTENING))

/* numpy's maximum and minimum: a NaN in either is the answer. */
static inline double most_of(double a, double b) { return a != a || a > b ? a : b; }
static inline double least_of(double a, double b) { return a != a || a < b ? a : b; }

/* The sine of a quarter turn and less, by a series whose next term is below a hundredth of the last
   bit: `sine` of plane.py.  `of` makes a number what x is: one, or several at once. */
#define SERIES(type, name, of)                                                                     \
  static inline __attribute__((always_inline)) type name(type x) {                                 \
    type q = x * x, s = of(1.0 / 51090942171709440000.0);                                          \
    s = s * q - of(1.0 / 121645100408832000.0), s = s * q + of(1.0 / 355687428096000.0);           \
    s = s * q - of(1.0 / 1307674368000.0), s = s * q + of(1.0 / 6227020800.0);                     \
    s = s * q - of(1.0 / 39916800.0), s = s * q + of(1.0 / 362880.0);                              \
    s = s * q - of(1.0 / 5040.0), s = s * q + of(1.0 / 120.0), s = s * q - of(1.0 / 6.0);          \
    return x + x * (q * s);                                                                        \
  }
SERIES(double, sine, )

typedef struct {
  double lon, lat, sin, cos, n, m, bend;
} Place;

static inline Place place(double lon, double lat) {
  Place p;
  double sin2, e;
  p.lon = lon, p.lat = lat;
  p.sin = sine(lat * RAD);
  sin2 = p.sin * p.sin;
  p.cos = sqrt(most_of(1 - sin2, 0.0));
  e = E2 * sin2;
  p.n = A_M * (1 + e * (0.5 + e * (0.375 + e * 0.3125)));
  p.m = A_M * (1 - E2) * (1 + e * (1.5 + e * (1.875 + e * 2.1875)));
  p.bend = p.sin / (most_of(p.cos, 1e-3) * (2 * A_M));
  return p;
}

static inline void project(const Place *p, double dlon, double lat, double *x, double *y) {
  double rise = (lat - p->lat) * RAD;
  double cos = p->cos * (1 - rise * rise / 2) - p->sin * rise;
  *x = dlon * RAD * p->n * cos;
  *y = rise * p->m + p->bend * *x * *x;
}

/* A difference of longitudes the short way; half a turn and less is one already. */
static inline double short_way(double dlon) {
  return fabs(dlon) <= 180.0 ? dlon : dlon - 360.0 * rint(dlon / 360.0);
}

static inline void xy(const Place *p, double lon, double lat, double *x, double *y) {
  project(p, short_way(lon - p->lon), lat, x, y);
}

static inline void away(const Place *p, double x, double y, double *lon, double *lat) {
  double rise = (y - p->bend * x * x) / p->m, at = p->lat + rise / RAD;
  double cos = most_of(p->cos * (1 - rise * rise / 2) - p->sin * rise, 1e-6);
  *lon = short_way(p->lon + x / (p->n * cos) / RAD);
  *lat = at < -90.0 ? -90.0 : at > 90.0 ? 90.0 : at;
}

#endif
