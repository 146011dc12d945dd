/* Signed distances of places from the limits of areas: `Limits.look` of limits.py, and `rough`.

   The squares are made in Python.  Where a place needs one that is still to be made the answer is
   MISSING: Python makes it and asks again. */

#include "motion.h"
#include "plane.h"

enum { LEAF = 2, UNMADE = -1, NOTHING = -2 }; /* limits.py */
enum { LOWER_BOUND, EXACT };
enum { LEVELS = 4, ROWS = 180, COLUMNS = 180, MISSING = -1, CELLS = 4, NODES = CELLS + 1, ENOUGH = 200 };
#define FAR_M 100000.0

static const double STEP_DEG[LEVELS] = {1.0, 0.25, 0.0625, 0.015625};

typedef struct {
  const int64_t *root;                  /* of every largest square: its row in `table` */
  const int64_t *table;                 /* (rows, areas) first node, or none */
  const double *rest_m;                 /* of every row */
  int64_t areas;
  const double *middle;                 /* (nodes, 4): longitude, latitude, distance */
  const int64_t *below;                 /* of every node: its first of sixteen, UNMADE, NOTHING */
  const int8_t *level, *state;
  const int64_t *start, *n, *flat;      /* pieces of every node */
  const double *a_lon, *a_lat, *b_lon, *b_lat;
  const uint8_t *clip;                  /* an edge of the data, no limit */
  int64_t *grid;                        /* of every node: which of `drawn` */
  float *drawn;                         /* (room, NODES, NODES) */
  int64_t *drawings;                    /* how many there are */
  int64_t room;
} Squares;

static inline int64_t index_of(double value, double step, int64_t most) {
  double at = floor(value / step);
  return at < 0 ? 0 : at > most - 1 ? most - 1 : (int64_t)at;
}

static inline int64_t root_of(const Squares *s, double lon, double lat) {
  if (isnan(lon) || isnan(lat)) return MISSING; /* no place: Python refuses it */
  return s->root[index_of(lat + 90.0, 1.0, ROWS) * COLUMNS + index_of(lon + 180.0, 2.0, COLUMNS)];
}

/* The smallest square of a place below a node; MISSING where it is still to be made. */
static inline int64_t smallest(const Squares *s, int64_t node, double lon, double lat) {
  for (int level = 1; level < LEVELS; level++) {
    int64_t first = s->below[node];
    double step = STEP_DEG[level];
    int64_t most = (int64_t)(180 / step), i, j;
    if (first == NOTHING) return node;
    if (first == UNMADE) return MISSING;
    i = index_of(lat + 90.0, step, most), j = index_of(lon + 180.0, 2 * step, most);
    node = first + (i & 3) * 4 + (j & 3);
  }
  return node;
}

/* The distance from the nearest of a square's pieces, every `step`-th of them.  In a leaf the side
   is that of the middle, changed with every piece that the way from there (qx, qy) crosses; another
   square lies on one side as a whole, as far as anything is measured in it. */
static double measured(const Squares *s, const Place *at, int64_t node, int64_t step, double qx,
                       double qy) {
  double least = INFINITY, a[2], b[2];
  int leaf = s->state[node] == LEAF, within = s->middle[4 * node + 2] > 0;
  const int64_t *piece = s->flat + s->start[node];
  for (int64_t k = 0; k < s->n[node]; k += step) {
    int64_t p = piece[k];
    ends(at, s->a_lon[p], s->a_lat[p], s->b_lon[p], s->b_lat[p], a, b);
    if (!s->clip[p]) least = least_of(squared(a, b), least);
    if (leaf) within ^= crossed(a, b, qx, qy);
  }
  least = least == INFINITY ? FAR_M : sqrt(least);
  return within ? least : -least;
}

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
  int64_t root = root_of(s, lon, lat);
  Place at = place(lon, lat);
  if (root < 0) return MISSING;
  *rest_m = s->rest_m[root];
  for (int64_t v = 0; v < s->areas; v++) {
    int64_t here = s->table[root * s->areas + v];
    if (here < 0) continue;
    here = smallest(s, here, lon, lat);
    if (here < 0 || out == to->room) return MISSING;
    to->point[out] = i, to->area[out] = v, to->node[out] = here;
    to->d_m[out] = distance(s, &at, here, need_m, &to->how[out]);
    out++;
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

/* Abramowitz and Stegun 7.1.26, as chance.py has it. */
static double phi(double z) {
  double x = fabs(z) * 0.7071067811865476, t = 1.0 / (1.0 + 0.3275911 * x);
  double poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 +
                t * 1.061405429))));
  double tail = 0.5 * poly * exp(-x * x);
  return z < 0 ? tail : 1.0 - tail;
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

/* Draw a square, if there is room: the distance at the points that `rough` goes between. */
static int drawn(const Squares *s, int64_t node) {
  const double *middle = s->middle + 4 * node;
  double high = STEP_DEG[s->level[node]];
  int64_t step = s->state[node] != LEAF && s->n[node] > ENOUGH ? s->n[node] / ENOUGH : 1;
  float *out = s->drawn + *s->drawings * NODES * NODES;
  if (*s->drawings >= s->room) return 0;
  for (int k = 0; k < NODES * NODES; k++) {
    double lat = middle[1] + high * ((k / NODES) / (double)CELLS - 0.5), qx, qy;
    double lon = middle[0] + 2 * high * ((k % NODES) / (double)CELLS - 0.5);
    Place at = place(lon, lat < -90.0 ? -90.0 : lat > 90.0 ? 90.0 : lat);
    xy(&at, middle[0], middle[1], &qx, &qy);
    out[k] = (float)measured(s, &at, node, step, qx, qy);
  }
  s->grid[node] = (*s->drawings)++;
  return 1;
}

/* `rough` of limits.py: distances interpolated between the points drawn in each square. */
long tocsin_rough(const Squares *s, long n, const double *lon, const double *lat,
                  const int64_t *area, double *d_m) {
  for (long i = 0; i < n; i++) {
    int64_t root = root_of(s, lon[i], lat[i]), node, row, column;
    double high, x, y, fx, fy, south, north;
    const float *at;
    if (root < 0) return MISSING;
    node = s->table[root * s->areas + area[i]];
    d_m[i] = -FAR_M;
    if (node < 0) continue;
    node = smallest(s, node, lon[i], lat[i]);
    if (node < 0 || (s->grid[node] < 0 && !drawn(s, node))) return MISSING;
    high = STEP_DEG[s->level[node]];
    x = (lon[i] - s->middle[4 * node]) / (2 * high) + 0.5;
    y = (lat[i] - s->middle[4 * node + 1]) / high + 0.5;
    x = (x < 0 ? 0 : x > 1 ? 1 : x) * CELLS, y = (y < 0 ? 0 : y > 1 ? 1 : y) * CELLS;
    row = y < CELLS ? (int64_t)y : CELLS - 1, column = x < CELLS ? (int64_t)x : CELLS - 1;
    fy = y - row, fx = x - column;
    at = s->drawn + s->grid[node] * NODES * NODES + row * NODES + column;
    south = at[0] * (1 - fx) + at[1] * fx, north = at[NODES] * (1 - fx) + at[NODES + 1] * fx;
    d_m[i] = south * (1 - fy) + north * fy;
  }
  return n;
}
