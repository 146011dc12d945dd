/* Signed distances of places from the limits of areas: `Limits.look` of limits.py, and `rough`. */

#include "chance.h"
#include "motion.h"
#include "squares.h"

enum { LOWER_BOUND, EXACT, GROUP = 16 };
#define MOVED_S 30.0 /* tracks.py */

/* A place, and a limit nearer to it than this is measured. */
typedef struct {
  Place at;
  double need_m;
} Asked;

/* What the middle of its square tells of a place's distance, and whether that has to be measured. */
static inline double by_middle(const Squares *s, const Asked *place, int64_t node, uint8_t *how) {
  const double *middle = s->middle + 4 * node;
  double qx, qy, least_m;
  xy(&place->at, middle[0], middle[1], &qx, &qy);
  least_m = fabs(middle[2]) - sqrt(qx * qx + qy * qy) * 1.02;
  *how = least_m < place->need_m ? EXACT : LOWER_BOUND;
  return copysign(most_of(least_m, 0.0), middle[2]);
}

static inline double exactly(const Squares *s, const Asked *place, int64_t node) {
  const double *middle = s->middle + 4 * node;
  double qx, qy;
  xy(&place->at, middle[0], middle[1], &qx, &qy);
  return measured(s, &place->at, node, 1, qx, qy);
}

/* Pairs of places and the areas that are not far from them.  `room` is for how many there is room;
   MISSING where a square is still to be made. */
typedef struct {
  long room;
  int64_t *point, *area, *node;
  double *d_m;
  uint8_t *how;
} Pairs;

/* A group of places takes each step together, so that their lines of memory come together; returns
   how many pairs there are then. */
static long beside(const Squares *s, long first, int count, const Asked *places, long out,
                   const Pairs *to, double *rest_m) {
  int64_t root[GROUP], cell[GROUP][LEVELS];
  long from = out;
  for (int g = 0; g < count; g++) {
    double lon = places[g].at.lon, lat = places[g].at.lat;
    if ((root[g] = root_of(s, lon, lat)) < 0) return MISSING;
    for (int64_t v = 0; v < s->areas; v += 8) __builtin_prefetch(s->table + root[g] * s->areas + v);
    for (int level = 1; level < LEVELS; level++) cell[g][level] = cell_of(level, lon, lat);
  }
  for (int g = 0; g < count; g++) {
    const int64_t *table = s->table + root[g] * s->areas;
    rest_m[first + g] = s->rest_m[root[g]];
    for (int64_t v = 0; v < s->areas; v++) {
      if (table[v] < 0) continue;
      if (out == to->room) return MISSING;
      __builtin_prefetch(s->below + table[v]);
      to->point[out] = first + g, to->area[out] = v, to->node[out++] = table[v];
    }
  }
  for (int level = 1; level < LEVELS; level++)
    for (long k = from; k < out; k++) {
      int64_t below = s->below[to->node[k]];
      if (below == UNMADE) return MISSING;
      if (below != NOTHING) to->node[k] = below + cell[to->point[k] - first][level];
      __builtin_prefetch(level < LEVELS - 1 ? (void *)(s->below + to->node[k])
                                            : (void *)(s->middle + 4 * to->node[k]));
    }
  for (long k = from; k < out; k++) {
    int64_t node = to->node[k];
    to->d_m[k] = by_middle(s, places + (to->point[k] - first), node, &to->how[k]);
    if (to->how[k] != EXACT) continue;
    __builtin_prefetch(s->start + node), __builtin_prefetch(s->n + node);
    __builtin_prefetch(s->state + node);
  }
  for (long k = from; k < out; k++)
    if (to->how[k] == EXACT) __builtin_prefetch(s->flat + s->start[to->node[k]]);
  for (long k = from; k < out; k++)
    if (to->how[k] == EXACT) {
      int64_t piece = s->n[to->node[k]] ? s->flat[s->start[to->node[k]]] : 0;
      __builtin_prefetch(s->a_lon + piece), __builtin_prefetch(s->a_lat + piece);
      __builtin_prefetch(s->b_lon + piece), __builtin_prefetch(s->b_lat + piece);
    }
  for (long k = from; k < out; k++)
    if (to->how[k] == EXACT)
      to->d_m[k] = exactly(s, places + (to->point[k] - first), to->node[k]);
  return out;
}

long tocsin_look(const Squares *s, const Pairs *to, long n, const double *lon, const double *lat,
                 const double *need_m, double *rest_m) {
  Asked places[GROUP];
  long out = 0;
  for (long i = 0; i < n && out >= 0; i += GROUP) {
    int count = n - i < GROUP ? (int)(n - i) : GROUP;
    for (int g = 0; g < count; g++)
      places[g].at = place(lon[i + g], lat[i + g]), places[g].need_m = need_m[i + g];
    out = beside(s, i, count, places, out, to, rest_m);
  }
  return out;
}

/* Of tracks.py and judge.py: where they are never changes. */
typedef struct {
  const double *record;
  int64_t wide; /* columns of it */
  const double *moved_at;
  const uint8_t *jammed, *tall;
  const double *sigma_m;
} Beside;

/* The outline's part of `Judge.within`: pairs of tracks (rows of the record) and areas with P, and how
   far each track may go before anything changes.  *talls: pairs in which the height matters; where
   there are none, P of a doubtful position is none already. */
long tocsin_within(const Squares *s, const Pairs *to, const Beside *b, const int64_t *rows, long n,
                   double widest_m, double clock_s, double *p, int64_t *row, double *clear_m,
                   double *rest_m, int64_t *talls) {
  Asked places[GROUP];
  long out = 0;
  *talls = 0;
  for (long i = 0; i < n; i += GROUP) {
    int count = n - i < GROUP ? (int)(n - i) : GROUP;
    double variance[GROUP];
    long k = out;
    for (int g = 0; g < GROUP && i + GROUP + g < n; g++) /* of the next ones */
      for (int line = 0; line < 2; line++)
        __builtin_prefetch(b->record + rows[i + GROUP + g] * b->wide + 8 * line);
    for (int g = 0; g < count; g++) {
      const double *m = b->record + rows[i + g] * b->wide;
      variance[g] = most_of(m[PP], m[R]);
      places[g].at = place(m[LON], m[LAT]);
      places[g].need_m = SURE * sqrt(variance[g] + widest_m * widest_m);
    }
    out = beside(s, i, count, places, out, to, rest_m);
    if (out < 0) return MISSING;
    for (int g = 0; g < count; g++) clear_m[i + g] = rest_m[i + g];
    for (; k < out; k++) {
      double sigma = b->sigma_m[to->area[k]], *clear = clear_m + to->point[k];
      p[k] = phi(to->d_m[k] / sqrt(variance[to->point[k] - i] + sigma * sigma));
      *clear = least_of(fabs(to->d_m[k]), *clear);
      row[k] = rows[to->point[k]];
      *talls += b->tall[to->area[k]] && p[k] > 1e-6;
    }
  }
  if (!*talls)
    for (long k = 0; k < out; k++)
      if (b->jammed[row[k]] || clock_s - b->moved_at[row[k]] <= MOVED_S) p[k] = NAN;
  return out;
}

/* The distance of one place from one area; returns MISSING where a square is still to be made, FAR
   where the area is not near. */
enum { FAR = 3 };
long tocsin_distance(const Squares *s, double lon, double lat, int64_t area, double *d_m) {
  int64_t root = root_of(s, lon, lat), node;
  Asked asked = {place(lon, lat), INFINITY};
  if (root < 0) return MISSING;
  if ((node = s->table[root * s->areas + area]) < 0) return FAR;
  if ((node = smallest(s, node, lon, lat)) < 0) return MISSING;
  *d_m = exactly(s, &asked, node);
  return EXACT;
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
