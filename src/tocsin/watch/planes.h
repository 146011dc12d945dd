/* The equations of plane.h in four lanes: four places at once, or four pieces of a limit beside one.
   The bits are those of one at a time. */

#ifndef TOCSIN_PLANES_H
#define TOCSIN_PLANES_H

#include "../lanes.h"
#include "plane.h"

ALWAYS long some(vi a) { return (a[0] | a[1] | a[2] | a[3]) != 0; }
ALWAYS v size_of(v a) { return (v)((vi)a & 0x7fffffffffffffffLL); }
ALWAYS v most(v a, v b) { return pick((a != a) | (a > b), a, b); } /* a NaN is the answer */
ALWAYS v least(v a, v b) { return pick((a != a) | (a < b), a, b); }

SERIES(v, sines, all)

typedef struct { /* of plane.h */
  v lon, lat, sin, cos, n, m, bend;
} Places;

ALWAYS Places places(v lon, v lat) {
  Places p = {.lon = lon, .lat = lat};
  v e, sin2;
  p.sin = sines(lat * all(RAD));
  sin2 = p.sin * p.sin;
  p.cos = root(most(all(1.0) - sin2, all(0.0)));
  e = all(E2) * sin2;
  p.n = all(A_M) * (all(1.0) + e * (all(0.5) + e * (all(0.375) + e * all(0.3125))));
  p.m = all(A_M * (1 - E2)) * (all(1.0) + e * (all(1.5) + e * (all(1.875) + e * all(2.1875))));
  p.bend = p.sin / (most(p.cos, all(1e-3)) * all(2 * A_M));
  return p;
}

ALWAYS v short_ways(v dlon) {
  if (some(size_of(dlon) > all(180.0))) EACH(i, 0, LANES) dlon[i] = short_way(dlon[i]);
  return dlon;
}

ALWAYS v cosine_at(const Places *p, v rise) {
  return p->cos * (all(1.0) - rise * rise / all(2.0)) - p->sin * rise;
}

ALWAYS void projected(const Places *p, v dlon, v lat, v *x, v *y) {
  v rise = (lat - p->lat) * all(RAD);
  *x = dlon * all(RAD) * p->n * cosine_at(p, rise);
  *y = rise * p->m + p->bend * *x * *x;
}

ALWAYS void apart(const Places *p, v lon, v lat, v *x, v *y) {
  projected(p, short_ways(lon - p->lon), lat, x, y);
}

ALWAYS void off(const Places *p, v x, v y, v *lon, v *lat) {
  v rise = (y - p->bend * x * x) / p->m, at = p->lat + rise / all(RAD);
  v cos = most(cosine_at(p, rise), all(1e-6));
  *lon = short_ways(p->lon + x / (p->n * cos) / all(RAD));
  *lat = pick(at < all(-90.0), all(-90.0), pick(at > all(90.0), all(90.0), at));
}

/* One place, for pieces of a limit in the lanes. */
ALWAYS Places one_place(const Place *p) {
  return (Places){all(p->lon), all(p->lat), all(p->sin), all(p->cos),
                  all(p->n),   all(p->m),   all(p->bend)};
}

/* Both ends of pieces in the plane; b lies where it does beside a. */
ALWAYS void both_ends(const Places *p, v a_lon, v a_lat, v b_lon, v b_lat, v *a, v *b) {
  v dlon = short_ways(a_lon - p->lon);
  projected(p, dlon, a_lat, &a[0], &a[1]);
  projected(p, dlon + (b_lon - a_lon), b_lat, &b[0], &b[1]);
}

/* The squared distances of the place from pieces. */
ALWAYS v squared(const v *a, const v *b) {
  v sx = b[0] - a[0], sy = b[1] - a[1], length2 = sx * sx + sy * sy, x, y;
  v t = -(a[0] * sx + a[1] * sy) / most(length2, all(1e-9));
  t = pick(t < all(0.0), all(0.0), pick(t > all(1.0), all(1.0), t));
  x = a[0] + t * sx, y = a[1] + t * sy;
  return x * x + y * y;
}

/* Which pieces the way from the place to q crosses; a vertex on it belongs to one side. */
ALWAYS vi crossed(const v *a, const v *b, v qx, v qy) {
  vi left = qx * a[1] - qy * a[0] > all(0.0), right = qx * b[1] - qy * b[0] > all(0.0);
  v sx = b[0] - a[0], sy = b[1] - a[1];
  vi here = sy * a[0] - sx * a[1] > all(0.0);
  vi there = sx * (qy - a[1]) - sy * (qx - a[0]) > all(0.0);
  return (left ^ right) & (here ^ there);
}

#endif
