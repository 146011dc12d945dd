/* Signed distances of places from the limits of areas: `Limits.look` of limits.py, and `rough`. */

#include "chance.h"
#include "motion.h"
#include "squares.h"

enum { LOWER_BOUND, EXACT, CHUNK = 64 };

/* The distance of a place in its square; *how says what it is worth. */
static double distance(const Squares *s, const Place *at, int64_t node, double need_m, uint8_t *how) {
  const double *middle = s->middle + 4 * node;
  double qx, qy, middle_m = middle[2], least_m;
  xy(at, middle[0], middle[1], &qx, &qy);
  least_m = fabs(middle_m) - hypot(qx, qy) * 1.02;
  *how = least_m < need_m ? EXACT : LOWER_BOUND;
  if (*how == EXACT) return measured(s, at, node, 1, qx, qy);
  return copysign(most_of(least_m, 0.0), middle_m);
}

/* Pairs of one place and the areas that are not far from it; returns how many there are then.
   `room` is for how many there is room; MISSING where a square is still to be made. */
typedef struct {
  long room;
  int64_t *point, *area, *node;
  double *d_m;
  uint8_t *how;
} Pairs;

static long beside(const Squares *s, long i, double lon, double lat, double need_m, long out,
                   const Pairs *to, double *rest_m) {
  int64_t root = root_of(s, lon, lat), node[CHUNK], area[CHUNK], cell[LEVELS];
  Place at = place(lon, lat);
  if (root < 0) return MISSING;
  *rest_m = s->rest_m[root];
  for (int level = 1; level < LEVELS; level++) cell[level] = cell_of(level, lon, lat);
  for (int64_t from = 0; from < s->areas; from += CHUNK) {
    int64_t to_area = from + CHUNK < s->areas ? from + CHUNK : s->areas;
    int count = 0;
    for (int64_t v = from; v < to_area; v++) {
      int64_t first = s->table[root * s->areas + v];
      if (first < 0) continue;
      __builtin_prefetch(s->below + first);
      node[count] = first, area[count++] = v;
    }
    /* All areas a level at a time: their lines of memory come together. */
    for (int level = 1; level < LEVELS; level++)
      for (int k = 0; k < count; k++) {
        int64_t first = s->below[node[k]];
        if (first == NOTHING) continue;
        if (first == UNMADE) return MISSING;
        node[k] = first + cell[level];
        if (level < LEVELS - 1) __builtin_prefetch(s->below + node[k]);
        __builtin_prefetch(s->middle + 4 * node[k]);
      }
    if (out + count > to->room) return MISSING;
    for (int k = 0; k < count; k++, out++) {
      to->point[out] = i, to->area[out] = area[k], to->node[out] = node[k];
      to->d_m[out] = distance(s, &at, node[k], need_m, &to->how[out]);
    }
  }
  return out;
}

long tocsin_look(const Squares *s, const Pairs *to, long n, const double *lon, const double *lat,
                 const double *need_m, double *rest_m) {
  long out = 0;
  for (long i = 0; i < n && out >= 0; i++)
    out = beside(s, i, lon[i], lat[i], need_m[i], out, to, &rest_m[i]);
  return out;
}

/* The outline's part of `Judge.within`: pairs of tracks (rows of `numbers`, `wide` to a row) and
   areas with P, and how far each track may go before anything changes. */
long tocsin_within(const Squares *s, const Pairs *to, const double *numbers, long wide,
                   const int64_t *rows, long n, const double *sigma_m, double widest_m, double *p,
                   double *clear_m, double *rest_m) {
  long out = 0;
  for (long i = 0; i < n; i++) {
    const double *m = numbers + rows[i] * wide;
    double variance = most_of(m[PP], m[R]);
    double need_m = SURE * sqrt(variance + widest_m * widest_m);
    long k = out;
    out = beside(s, i, m[LON], m[LAT], need_m, out, to, &rest_m[i]);
    if (out < 0) return MISSING;
    clear_m[i] = rest_m[i];
    for (; k < out; k++) {
      double sigma = sigma_m[to->area[k]];
      p[k] = phi(to->d_m[k] / sqrt(variance + sigma * sigma));
      clear_m[i] = least_of(fabs(to->d_m[k]), clear_m[i]);
    }
  }
  return out;
}

/* The distance of one place from one area; returns MISSING where a square is still to be made, FAR
   where the area is not near. */
enum { FAR = 3 };
long tocsin_distance(const Squares *s, double lon, double lat, int64_t area, double *d_m) {
  int64_t root = root_of(s, lon, lat), node;
  Place at = place(lon, lat);
  uint8_t how;
  if (root < 0) return MISSING;
  if ((node = s->table[root * s->areas + area]) < 0) return FAR;
  if ((node = smallest(s, node, lon, lat)) < 0) return MISSING;
  *d_m = distance(s, &at, node, INFINITY, &how);
  return how;
}

/* `rough` of limits.py. */
long tocsin_rough(const Squares *s, long n, const double *lon, const double *lat,
                  const int64_t *area, double *d_m) {
  for (long i = 0; i < n; i++)
    if (!rough(s, lon[i], lat[i], area[i], &d_m[i])) return MISSING;
  return n;
}

/* All points of the squares from one on and before another that are divided no further; returns how
   many squares were drawn, MISSING where there is no room. */
long tocsin_draw(const Squares *s, int64_t from, int64_t to) {
  long out = 0;
  for (int64_t node = from; node < to; node++) {
    float *points;
    if (s->below[node] != NOTHING) continue;
    if (!(points = drawn(s, node))) return MISSING;
    for (int64_t k = 0; k < NODES * NODES; k++) at_point(s, node, points, k / NODES, k % NODES);
    out++;
  }
  return out;
}
