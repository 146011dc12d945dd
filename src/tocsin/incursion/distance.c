/* Distances from boundaries: the loops of field.py, nearest.py and inside.py, in which the method
   and every bound is explained.  They are what runs where no compiler was at hand at install.

   Only + - * / and sqrt decide here, in the order of numpy, and the functions of libm. */

#include <math.h>

#define BLOCK 16
#define TILE 32
#define BITS 5
#define NODES (TILE + 1)
#define AHEAD 64

typedef struct {
  double x, y, z;
} V;

static V at(const double *from, long k) {
  return (V){from[3 * k], from[3 * k + 1], from[3 * k + 2]};
}
static V less(V a, V b) { return (V){a.x - b.x, a.y - b.y, a.z - b.z}; }
static double dot(V a, V b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static V cross(V a, V b) {
  return (V){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static double short_of_one(double x) { return x < 1 ? x : 1; }

static V ecef(double lon_deg, double lat_deg, double a_m, double e2) {
  const double rad = 0.017453292519943295;
  double lon = lon_deg * rad, lat = lat_deg * rad, s = sin(lat), c = cos(lat);
  double n = a_m / sqrt(1 - e2 * (s * s));
  return (V){n * c * cos(lon), n * c * sin(lon), n * (1 - e2) * s};
}

/* Interpolated distances; see Field._look.  Returns 0, 1 where a tile is missing (then `missing`
   is 1 at its place in the map), 2 where a position lies off the map, 3 where it is none.

   Tiles lie apart: those of some positions are called for before the first of them is looked at. */
long tocsin_look(long count, const double *lon, const double *lat, double lon0, double lat0,
                 double dlon, double dlat, long low_i, long low_j, long wide, long high,
                 const long *slot, const float *values, double *out, char *missing) {
  long state = 0;
  double per_lon = 1 / dlon, per_lat = 1 / dlat, fx[AHEAD], fy[AHEAD];
  const float *node[AHEAD];
  for (long from = 0; from < count; from += AHEAD) {
    long some = count - from < AHEAD ? count - from : AHEAD;
    for (long k = 0; k < some; k++) {
      double off = lon[from + k] - lon0;
      if (!(fabs(off) <= 180.0)) off -= 360.0 * rint(off / 360.0);
      double x = off * per_lon, y = (lat[from + k] - lat0) * per_lat;
      if (!(fabs(x) < 1e15 && fabs(y) < 1e15)) return 3;
      long i = (long)x, j = (long)y;
      i -= x < (double)i, j -= y < (double)j;
      fx[k] = x - (double)i, fy[k] = y - (double)j;
      long column = (i >> BITS) - low_i, row = (j >> BITS) - low_j;
      if (column < 0 || column >= wide || row < 0 || row >= high) return 2;
      long tile = slot[row * wide + column];
      if (tile < 0) {
        missing[row * wide + column] = 1;
        state = 1;
        continue;
      }
      node[k] = values + (tile * NODES + (j & (TILE - 1))) * NODES + (i & (TILE - 1));
      __builtin_prefetch(node[k]);
      __builtin_prefetch(node[k] + NODES);
    }
    if (state) continue;
    for (long k = 0; k < some; k++) {
      const float *v = node[k];
      float south = v[1] - v[0], north = v[NODES + 1] - v[NODES];
      double below = v[0] + south * fx[k], above = v[NODES] + north * fx[k];
      out[from + k] = below + (above - below) * fy[k];
    }
  }
  return state;
}

typedef struct {
  double r;
  const double *a, *b, *normal, *middle, *half;
} Pieces;

/* see nearest.along; `most` where it is no nearer than that: the arc is not worth working out */
static double along(V p, long e, const Pieces *of, double most) {
  V a = at(of->a, e), b = at(of->b, e), side = less(b, a), from_a = less(p, a);
  double t = dot(from_a, side), length2 = dot(side, side);
  if (t > 0 && t < length2) {
    double across = fabs(dot(from_a, at(of->normal, e)));
    return across > most ? INFINITY : of->r * asin(short_of_one(across / of->r));
  }
  V from = 2 * t > length2 ? less(p, b) : from_a;
  double chord = sqrt(dot(from, from));
  return chord > most ? INFINITY : 2 * of->r * asin(short_of_one(chord / (2 * of->r)));
}

static void closer(V p, const long *pieces, const Pieces *of, double *best, long *which) {
  for (int k = 0; k < BLOCK; k++) {
    long e = pieces[k];
    V off = less(p, at(of->middle, e));
    double reach = *best + of->half[e];
    if (!(dot(off, off) < reach * reach)) continue;
    double d = along(p, e, of, *best);
    if (d < *best) *best = d, *which = e;
  }
}

/* Distance and nearest piece of points against the balls of one volume; see nearest.nearest. */
void tocsin_nearest(long count, const double *points, long balls, const double *centre,
                    const double *radius, const long *pieces, const double *a, const double *b,
                    const double *normal, const double *middle, const double *half, double r,
                    double *best, long *which) {
  Pieces of = {r, a, b, normal, middle, half};
  for (long k = 0; k < count; k++) {
    V p = at(points, k);
    double least = INFINITY;
    long likely = -1;
    best[k] = INFINITY, which[k] = -1;
    for (long c = 0; c < balls; c++) {
      V off = less(p, at(centre, c));
      double squared = dot(off, off), room = least - radius[c];
      if (room > 0 && squared < room * room) least = sqrt(squared) + radius[c], likely = c;
    }
    if (likely < 0) continue;
    closer(p, pieces + likely * BLOCK, &of, best + k, which + k);
    for (long c = 0; c < balls; c++) {
      V off = less(p, at(centre, c));
      double reach = best[k] + radius[c];
      if (c != likely && dot(off, off) < reach * reach)
        closer(p, pieces + c * BLOCK, &of, best + k, which + k);
    }
  }
}

/* Whether points lie inside one volume: 1, 0, or 2 where a tie has to be broken; see inside.py.
   first[bin] .. first[bin + 1] are the places in `listed` of the pieces over a bin of longitude. */
void tocsin_inside(long count, const double *lon, const double *lat, const double *xyz, double top,
                   double bin_deg, long bins, const long *first, const long *listed,
                   const double *a, const double *b, const double *reach_lat, double a_m, double e2,
                   unsigned char *out) {
  for (long k = 0; k < count; k++) {
    long bin = (long)floor(lon[k] / bin_deg) % bins;
    if (bin < 0) bin += bins;
    out[k] = 0;
    if (first[bin] == first[bin + 1]) continue;
    V p = at(xyz, k), leg = less(ecef(lon[k], top, a_m, e2), p), plane = cross(p, leg);
    for (long m = first[bin]; m < first[bin + 1] && out[k] < 2; m++) {
      long e = listed[m];
      if (reach_lat[e] < lat[k]) continue;
      V from = at(a, e), to = at(b, e);
      double left_a = dot(less(from, p), plane), left_b = dot(less(to, p), plane);
      if (left_a == 0 || left_b == 0) {
        out[k] = 2;
        break;
      }
      if ((left_a > 0) == (left_b > 0)) continue;
      V normal = cross(from, less(to, from));
      V q = (V){p.x + leg.x, p.y + leg.y, p.z + leg.z};
      double d_p = dot(less(p, from), normal), d_q = dot(less(q, from), normal);
      if (d_p == 0 || d_q == 0)
        out[k] = 2;
      else if ((d_p > 0) != (d_q > 0))
        out[k] ^= 1;
    }
  }
}
