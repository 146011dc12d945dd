/* The squares of tree.py, and distances in them; in limits.py every step is explained.

   The squares are made in Python.  Where a place needs one that is still to be made the answer is
   MISSING: Python makes it and asks again. */

#ifndef TOCSIN_SQUARES_H
#define TOCSIN_SQUARES_H

#include "planes.h"

enum { LEAF = 2, UNMADE = -1, NOTHING = -2 }; /* limits.py */
enum { LEVELS = 4, ROWS = 180, COLUMNS = 180, MISSING = -1, CELLS = 4, NODES = CELLS + 1, ENOUGH = 200 };
#define FAR_M 100000.0

/* Powers of two: to divide by one is to multiply by the other, to the last bit. */
static const double STEP_DEG[LEVELS] = {1.0, 0.25, 0.0625, 0.015625};
static const double A_DEGREE[LEVELS] = {1.0, 4.0, 16.0, 64.0};

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

static inline int64_t index_of(double steps, int64_t most) {
  if (!(steps >= 0)) return 0;
  return steps >= most ? most - 1 : (int64_t)steps;
}

static inline int64_t root_of(const Squares *s, double lon, double lat) {
  if (isnan(lon) || isnan(lat)) return MISSING; /* no place: Python refuses it */
  return s->root[index_of(lat + 90.0, ROWS) * COLUMNS + index_of((lon + 180.0) / 2, COLUMNS)];
}

/* Which of the sixteen that a square is divided into a place lies in, at a level. */
static inline int64_t cell_of(int level, double lon, double lat) {
  double times = A_DEGREE[level];
  int64_t most = (int64_t)(180 * times);
  int64_t i = index_of((lat + 90.0) * times, most), j = index_of((lon + 180.0) * (times / 2), most);
  return (i & 3) * 4 + (j & 3);
}

/* The smallest square of a place below a node; MISSING where it is still to be made. */
static inline int64_t smallest(const Squares *s, int64_t node, double lon, double lat) {
  for (int level = 1; level < LEVELS; level++) {
    int64_t first = s->below[node];
    if (first == NOTHING) return node;
    if (first == UNMADE) return MISSING;
    node = first + cell_of(level, lon, lat);
  }
  return node;
}

/* The distance from the nearest of a square's pieces, every `step`-th of them.  In a leaf the side
   is that of the middle, changed with every piece that the way from there (qx, qy) crosses; another
   square lies on one side as a whole, as far as anything is measured in it. */
static SWIFT double measured(const Squares *s, const Place *at, int64_t node, int64_t step,
                             double qx, double qy) {
  Places here = one_place(at);
  v least_m2 = all(INFINITY);
  vi over = {0};
  const int64_t *piece = s->flat + s->start[node];
  int64_t count = s->n[node];
  int leaf = s->state[node] == LEAF, within = s->middle[4 * node + 2] > 0;
  double m2;
  for (int64_t k = 0; k < count; k += step * LANES) {
    int64_t p[LANES];
    vi mine = {0}, clip;
    v a[2], b[2], each_m2;
    EACH(l, 0, LANES) { /* where there are no more, the first of these again */
      mine[l] = -(int64_t)(k + l * step < count);
      p[l] = piece[mine[l] ? k + l * step : k];
    }
    both_ends(&here, (v){s->a_lon[p[0]], s->a_lon[p[1]], s->a_lon[p[2]], s->a_lon[p[3]]},
              (v){s->a_lat[p[0]], s->a_lat[p[1]], s->a_lat[p[2]], s->a_lat[p[3]]},
              (v){s->b_lon[p[0]], s->b_lon[p[1]], s->b_lon[p[2]], s->b_lon[p[3]]},
              (v){s->b_lat[p[0]], s->b_lat[p[1]], s->b_lat[p[2]], s->b_lat[p[3]]}, a, b);
    clip = -(vi){s->clip[p[0]], s->clip[p[1]], s->clip[p[2]], s->clip[p[3]]};
    each_m2 = squared(a, b);
    least_m2 = pick(clip, least_m2, least(each_m2, least_m2));
    if (leaf) over ^= crossed(a, b, all(qx), all(qy)) & mine;
  }
  m2 = least_of(least_of(least_m2[0], least_m2[1]), least_of(least_m2[2], least_m2[3]));
  m2 = m2 == INFINITY ? FAR_M : sqrt(m2);
  if (leaf && (over[0] ^ over[1] ^ over[2] ^ over[3])) within = !within;
  return within ? m2 : -m2;
}

/* Where the distances at the points of a square are kept, each NaN until somebody asks for it; null
   where there is no room. */
static inline float *drawn(const Squares *s, int64_t node) {
  if (s->grid[node] < 0) {
    if (*s->drawings >= s->room) return 0;
    s->grid[node] = (*s->drawings)++;
    for (int k = 0; k < NODES * NODES; k++) s->drawn[s->grid[node] * NODES * NODES + k] = NAN;
  }
  return s->drawn + s->grid[node] * NODES * NODES;
}

/* The distance at a point of a square, which `rough` goes between. */
static inline double at_point(const Squares *s, int64_t node, float *points, int64_t row,
                              int64_t column) {
  float *here = points + row * NODES + column;
  if (isnan(*here)) {
    const double *middle = s->middle + 4 * node;
    double high = STEP_DEG[s->level[node]], qx, qy;
    double lat = middle[1] + high * (row / (double)CELLS - 0.5);
    double lon = middle[0] + 2 * high * (column / (double)CELLS - 0.5);
    int64_t step = s->state[node] != LEAF && s->n[node] > ENOUGH ? s->n[node] / ENOUGH : 1;
    Place at = place(lon, lat < -90.0 ? -90.0 : lat > 90.0 ? 90.0 : lat);
    xy(&at, middle[0], middle[1], &qx, &qy);
    *here = (float)measured(s, &at, node, step, qx, qy);
  }
  return *here;
}

/* A distance interpolated between the points drawn in the square of a place; 0 where a square is
   still to be made, or has no room to be drawn. */
static inline int rough(const Squares *s, double lon, double lat, int64_t area, double *d_m) {
  int64_t root = root_of(s, lon, lat), node, row, column;
  double times, x, y, fx, fy, south, north;
  float *at;
  if (root < 0) return 0;
  node = s->table[root * s->areas + area];
  *d_m = -FAR_M;
  if (node < 0) return 1;
  node = smallest(s, node, lon, lat);
  if (node < 0 || !(at = drawn(s, node))) return 0;
  times = A_DEGREE[s->level[node]];
  x = (lon - s->middle[4 * node]) * (times / 2) + 0.5;
  y = (lat - s->middle[4 * node + 1]) * times + 0.5;
  x = (x < 0 ? 0 : x > 1 ? 1 : x) * CELLS, y = (y < 0 ? 0 : y > 1 ? 1 : y) * CELLS;
  row = y < CELLS ? (int64_t)y : CELLS - 1, column = x < CELLS ? (int64_t)x : CELLS - 1;
  fy = y - row, fx = x - column;
  south = at_point(s, node, at, row, column) * (1 - fx) + at_point(s, node, at, row, column + 1) * fx;
  north = at_point(s, node, at, row + 1, column) * (1 - fx) +
          at_point(s, node, at, row + 1, column + 1) * fx;
  *d_m = south * (1 - fy) + north * fy;
  return 1;
}

#endif
