/* A batch of positions into the filters of a watch, four tracks together (filter.h).

   The same rules and equations as fold.py and plane.py, in which every step is explained; those are
   what runs where no compiler was at hand.  + - * / and sqrt give the bits that numpy gives.

   Compiled without -ffast-math: a NaN is "not told" and stays one. */

#include "filter.h"

enum { BACK_S = 10, AGREE = 3, MOST_RUN = 100, POOR = 4, SOUND = 7, LEAST = 3 };
#define HELD_S 30.0
#define LEAP_S 60.0
#define SILENT_S 25.0
#define AWAKE_S 10.0
#define UNPLACED_S 14.0
enum { AHEAD = 12 }; /* turns that memory takes */
enum { LATE, REPEATED, UNREACHABLE, ASKED };
#define NEVER -1e9
#define UNKNOWN_V_MPS 150.0
#define FASTEST_MPS 1000.0
#define LIKELY_MPS 400.0
#define DEGREE_M 112000.0

typedef struct { /* of tracks.py: a row a track */
  double *numbers; /* (rows, WIDE), with the counts and codes at the end */
  double *late_t, *odd_t, *odd_lon, *odd_lat, *moved_at, *leapt_at, *other_at, *poor_at;
  uint8_t *suspect;        /* its navigation may be affected */
  int32_t *stamp;          /* the last batch that told of it */
  const double *recheck_s; /* engine.py */
} Columns;

typedef struct { /* updates as batch.py has them */
  const int64_t *row;
  const double *t_s, *lon, *lat, *sigma_m, *ve, *vn, *h_m /* (4, count) */, *h_sigma_m, *vrate_mps;
  const int8_t *kind, *answers, *plan, *grounded, *nacp, *nic;
  int64_t count;
} Updates;

typedef struct {
  double clock_s, now_s, accel_psd, widest2, soonest_s; /* no track is looked at again sooner */
  int64_t witness;      /* its bit */
  int64_t turn;         /* of the witnesses */
  int64_t other_kinds;  /* a bit for each kind of source that needs no satellites */
} Now;

/* Whether no aircraft gets so far; asked of what is not plainly in reach. */
static int unreachable(const double *m, double x, double y, double dt, double r) {
  double span = most_of(dt, 0.0) + 1.5, speed2 = m[VE] * m[VE] + m[VN] * m[VN];
  double pace = 1.3 * sqrt(speed2) + 3 * sqrt(m[VV]) + 50.0 + 5.0 * span;
  double reach = least_of(pace, FASTEST_MPS) * span + 4 * sqrt(r + m[R]) + 300.0;
  return x * x + y * y > reach * reach;
}

static int set_back(const Columns *c, int64_t row, double t_s, double dt) {
  int8_t *code = codes_of(c->numbers + row * WIDE);
  int in_order, run;
  if (!(dt < -BACK_S)) return 0;
  in_order = t_s > c->late_t[row];
  run = in_order ? (code[LATES] < MOST_RUN ? code[LATES] + 1 : MOST_RUN) : 1;
  c->late_t[row] = t_s;
  code[LATES] = (int8_t)run;
  return in_order && run >= AGREE;
}

static int elsewhere(const Columns *c, int64_t row, double t, double lon, double lat, double r) {
  Place odd = place(c->odd_lon[row], c->odd_lat[row]);
  double x, y, dt = t - c->odd_t[row], reach = LIKELY_MPS * (fabs(dt) + 1.5) + 8 * sqrt(r) + 300.0;
  int8_t *code = codes_of(c->numbers + row * WIDE);
  int run = 1;
  xy(&odd, lon, lat, &x, &y);
  if (code[LEAPS] > 0 && x * x + y * y <= reach * reach && dt >= 0)
    run = code[LEAPS] < MOST_RUN ? code[LEAPS] + 1 : MOST_RUN;
  code[LEAPS] = (int8_t)run;
  c->odd_t[row] = t;
  c->odd_lon[row] = lon;
  c->odd_lat[row] = lat;
  return run >= AGREE;
}

static void started(double *m, double lon, double lat, double r, double ve, double vn) {
  int told = !isnan(ve + vn);
  m[LON] = lon, m[LAT] = lat;
  m[VE] = told ? ve : 0.0, m[VN] = told ? vn : 0.0;
  m[PP] = r, m[PV] = 0.0;
  m[VV] = told ? V_SIGMA_MPS * V_SIGMA_MPS : UNKNOWN_V_MPS * UNKNOWN_V_MPS;
}

/* A position that may be none to use as it is. */
enum { UNUSED, USUAL, BEGUN };
static int odd(const Columns *c, const Now *now, int64_t row, const Group *g, int lane, double x,
               double y, int64_t *counts) {
  double *m = c->numbers + row * WIDE, t = g->t[lane], lon = g->lon[lane], lat = g->lat[lane];
  double r = g->variance[lane];
  int anew = g->anew[lane] != 0;
  if (g->late[lane]) {
    counts[LATE]++, anew = set_back(c, row, t, g->dt[lane]);
  } else if (g->copy[lane]) {
    counts[REPEATED]++;
  } else if (g->far[lane]) {
    if (!unreachable(m, x, y, g->dt[lane], r)) return USUAL;
    counts[UNREACHABLE]++;
    anew = elsewhere(c, row, t, lon, lat, r);
    if (anew) c->moved_at[row] = now->clock_s, m[JUDGED_AT] = NEVER; /* in doubt from now on */
    c->leapt_at[row] = now->clock_s, c->suspect[row] = 1;
  } else if (!anew) {
    return USUAL;
  }
  if (!anew) return UNUSED;
  started(m, lon, lat, r, g->ve[lane], g->vn[lane]);
  m[T] = t, m[R] = r, m[FLON] = lon, m[FLAT] = lat, m[GAP] = 0.0;
  m[COUNT] += 1.0;
  return BEGUN;
}

ALWAYS v of(const double *from, const int64_t *k) {
  return (v){from[k[0]], from[k[1]], from[k[2]], from[k[3]]};
}

/* Positions of `count` tracks, one of each, into them; `used` says of each whether it was.  `k` are
   the updates; side by side where they lie so. */
ALWAYS void folded(const Columns *c, const Updates *u, const Now *now, const int64_t *k, int count,
                   int side_by_side, int64_t *counts, int *used) {
  double *m[LANES];
  Group g;
  v x, y;
  long odds;
  EACH(l, 0, LANES) m[l] = c->numbers + u->row[k[l]] * WIDE;
  if (side_by_side) {
    g.t = at_once(u->t_s + k[0]), g.lon = at_once(u->lon + k[0]), g.lat = at_once(u->lat + k[0]);
    g.ve = at_once(u->ve + k[0]), g.vn = at_once(u->vn + k[0]);
    g.variance = at_once(u->sigma_m + k[0]);
  } else {
    g.t = of(u->t_s, k), g.lon = of(u->lon, k), g.lat = of(u->lat, k);
    g.ve = of(u->ve, k), g.vn = of(u->vn, k), g.variance = of(u->sigma_m, k);
  }
  g.variance = g.variance * g.variance;
  EACH(j, 0, 3) EACH(l, 0, LANES) g.m[4 * j + l] = at_once(m[l] + 4 * j);
  g.m[COUNT] = (v){m[0][COUNT], m[1][COUNT], m[2][COUNT], m[3][COUNT]};
  over(g.m);
  beside(&g);
  x = g.x, y = g.y;
  odds = some(g.anew | g.copy | g.late | g.far);
  filtered(&g, now->accel_psd);
  over(g.m);
  EACH(l, 0, count) {
    int how = USUAL;
    if (odds) how = odd(c, now, u->row[k[l]], &g, (int)l, x[l], y[l], counts);
    used[l] = how != UNUSED;
    if (!used[l]) continue;
    codes_of(m[l])[LEAPS] = codes_of(m[l])[LATES] = 0;
    if (how != USUAL) continue;
    EACH(j, 0, 3) *(row4 *)(m[l] + 4 * j) = g.m[4 * j + l];
    m[l][COUNT] = g.m[COUNT][l];
  }
}

/* The lines of memory of a track that comes some turns later; not the last, seldom needed. */
static inline void fetch(const Columns *c, int64_t row) {
  const char *record = (const char *)(c->numbers + row * WIDE);
  for (int line = 0; line < 4; line++) __builtin_prefetch(record + 64 * line, 1);
}

/* Whether anything may have changed for a track against the areas. */
static inline int due(const Columns *c, const Now *now, int64_t row) {
  const double *m = c->numbers + row * WIDE;
  double x = (m[LON] - m[JUDGED_LON]) * m[JUDGED_WIDE], y = (m[LAT] - m[JUDGED_LAT]) * DEGREE_M;
  double left = m[CLEAR_M] - SURE * sqrt(most_of(m[PP], m[R]) + now->widest2);
  double since_s = now->clock_s - m[JUDGED_AT];
  return x * x + y * y >= left * left || left <= 0 || *waiting_of(m) > 0 ||
         (since_s >= now->soonest_s && since_s >= c->recheck_s[row]);
}

/* What an update tells beside a position, in three steps: of one track the last update counts, one
   sigma serves the heights of all datums, and what is counted is counted once a batch. */
static inline void told(const Columns *c, const Updates *u, const Now *now, int64_t k) {
  int64_t row = u->row[k], *by_now;
  double *m = c->numbers + row * WIDE;
  int8_t *code = codes_of(m);
  m[HEARD_AT] = now->clock_s;
  if (now->clock_s - m[PLACED_AT] >= UNPLACED_S) c->suspect[row] = 1;
  by_now = count_of(m, BY_NOW);
  if (*turn_of(m) != now->turn) { /* `Tracks.brought_on` */
    *count_of(m, BY_THEN) = now->turn - *turn_of(m) == 1 ? *by_now : 0;
    *by_now = 0, *turn_of(m) = (int32_t)now->turn;
  }
  *by_now |= now->witness; /* also by a second receiver of the same message */
  if (!isnan(u->vrate_mps[k])) m[VRATE_MPS] = u->vrate_mps[k];
  if (u->answers[k] == 1) m[ANSWERED_AT] = now->clock_s, *count_of(m, BARE) = 0;
  if (u->plan[k] >= 0) code[PLAN] = u->plan[k];
  if (u->grounded[k] >= 0 && u->grounded[k] != code[GROUNDED])
    code[GROUNDED] = u->grounded[k], m[JUDGED_AT] = NEVER;
  if ((u->nacp[k] >= 0 && u->nacp[k] <= POOR) || (u->nic[k] >= 0 && u->nic[k] <= POOR))
    c->poor_at[row] = now->clock_s, c->suspect[row] = 1;
}

static inline void told_height(const Columns *c, const Updates *u, const Now *now, int64_t k,
                               int d) {
  double h = u->h_m[d * u->count + k], *m = c->numbers + u->row[k] * WIDE;
  if (isnan(h)) return;
  m[H + NEXT * d] = h, m[H_AT + NEXT * d] = now->clock_s, m[H_SIGMA_M] = u->h_sigma_m[k];
}

/* `sound_before`: how often its navigation was sound before this batch. */
static inline void told_once(const Columns *c, const Updates *u, int64_t k, int64_t sound_before) {
  const double *m = c->numbers + u->row[k] * WIDE;
  int nacp = u->nacp[k], nic = u->nic[k], best = nacp > nic ? nacp : nic;
  int poor = (nacp >= 0 && nacp <= POOR) || (nic >= 0 && nic <= POOR);
  if (best >= SOUND && !poor)
    *count_of(m, SOUND_TIMES) = sound_before < MOST_RUN ? sound_before + 1 : MOST_RUN;
  if (u->answers[k] == 0) *count_of(m, BARE) += 1;
}

/* For batches in which a track comes twice; after it, which of the `moved` rows are due. */
void tocsin_told(const Columns *c, const Updates *u, const Now *now, const int64_t *order, long n,
                 const int64_t *rows, long moved, int64_t *asked, int64_t *counts) {
  for (long i = 0; i < n; i++) {
    const double *m = c->numbers + u->row[order[i]] * WIDE;
    told(c, u, now, order[i]);
    *count_of(m, SCRATCH) = *count_of(m, SOUND_TIMES);
  }
  for (int d = 0; d < DATUMS; d++)
    for (long i = 0; i < n; i++) told_height(c, u, now, order[i], d);
  for (long i = 0; i < n; i++)
    told_once(c, u, order[i], *count_of(c->numbers + u->row[order[i]] * WIDE, SCRATCH));
  for (long i = 0; i < moved; i++)
    if (due(c, now, rows[i])) asked[counts[ASKED]++] = rows[i];
}

/* All positions in `order`; writes the rows that moved, each once where equal rows stand side by
   side, and returns how many; `asked` those of them that are due, as many as counts[ASKED].
   `whole`: each row comes once, every update has a position and they come in their own order, so
   that what else they tell is told at the same time. */
SWIFT long tocsin_fold(const Columns *c, const Updates *u, const Now *now, const int64_t *order,
                       long n, int whole, int64_t *rows, int64_t *asked, int64_t *counts) {
  long out = 0, count;
  for (long i = 0; i < n; i += count) {
    int64_t k[LANES];
    int used[LANES];
    for (count = 1; count < LANES && i + count < n; count++) /* each of another track */
      if (u->row[order[i + count]] == u->row[order[i + count - 1]]) break;
    EACH(l, 0, LANES) k[l] = order[l < count ? i + l : i]; /* the first one fills up */
    EACH(l, 0, count) if (i + l + AHEAD < n) fetch(c, u->row[order[i + l + AHEAD]]);
    folded(c, u, now, k, (int)count, whole && count == LANES, counts, used);
    EACH(l, 0, count) {
      int64_t row = u->row[k[l]];
      double *m = c->numbers + row * WIDE, lag = now->now_s - u->t_s[k[l]];
      *count_of(m, BY_EVER) |= now->witness;
      if (used[l]) {
        m[PLACED_AT] = now->clock_s, m[LAG_S] = lag < 0.0 ? 0.0 : lag > 60.0 ? 60.0 : lag;
        codes_of(m)[KIND] = u->kind[k[l]];
        if (now->other_kinds >> u->kind[k[l]] & 1) c->other_at[row] = now->clock_s;
        if (!out || rows[out - 1] != row) rows[out++] = row;
      }
      if (!whole) continue;
      told(c, u, now, k[l]);
      for (int d = 0; d < DATUMS; d++) told_height(c, u, now, k[l], d);
      told_once(c, u, k[l], *count_of(m, SOUND_TIMES));
      if (used[l] && due(c, now, row)) asked[counts[ASKED]++] = row; /* while its lines are at hand */
    }
  }
  return out;
}

/* The rows of keys that are addresses, the times of observation in seconds, and which updates have
   a position; returns how many have, UNKNOWN where a key has no row yet or is no address.
   *alone: whether every row comes once; `stamp` is another for each batch. */
enum { UNKNOWN = -1, WELL_AHEAD = 16 };
long tocsin_find(const Columns *c, const int32_t *addressed, int64_t addresses, const int64_t *key,
                 const int64_t *t_ns, const double *lon, long n, int64_t epoch_ns, double now_s,
                 int32_t stamp, int64_t *row, double *t_s, int64_t *placed, int32_t *alone) {
  int32_t *stamps = c->stamp, twice = 0;
  long out = 0;
  for (long i = 0; i < n; i++) {
    int64_t at = key[i], later = i + WELL_AHEAD < n ? key[i + WELL_AHEAD] : UNKNOWN;
    if (later >= 0 && later < addresses) __builtin_prefetch(addressed + later);
    later = i + WELL_AHEAD / 2 < n ? key[i + WELL_AHEAD / 2] : UNKNOWN;
    if (later >= 0 && later < addresses && addressed[later])
      __builtin_prefetch(stamps + addressed[later] - 1, 1);
    if (at < 0 || at >= addresses || !addressed[at]) return UNKNOWN;
    row[i] = at = addressed[at] - 1;
    twice |= stamps[at] == stamp;
    stamps[at] = stamp;
    t_s[i] = t_ns[i] >= 0 ? (double)(t_ns[i] - epoch_ns) / 1e9 : now_s;
    placed[out] = i, out += !isnan(lon[i]);
  }
  *alone = !twice;
  return out;
}

/* `affected` of gnss.py for some rows: 1 who navigates by satellites, 3 who is affected too. */
void tocsin_affected(const Columns *c, const int64_t *rows, long n, double clock_s,
                     int64_t satellite_kinds, int8_t *out) {
  for (long i = 0; i < n; i++) {
    int64_t row = rows[i];
    const double *m = c->numbers + row * WIDE;
    const int8_t *code = codes_of(m);
    double heard_s = clock_s - m[HEARD_AT];
    int sound = *count_of(m, SOUND_TIMES) >= LEAST, kind = code[KIND];
    int poor = sound && clock_s - c->poor_at[row] <= HELD_S;
    int leapt = clock_s - c->leapt_at[row] <= LEAP_S;
    int silent = clock_s - m[PLACED_AT] >= SILENT_S && heard_s <= AWAKE_S && m[COUNT] >= 5 &&
                 m[GAP] <= SILENT_S / 4;
    int flying = kind >= 0 && (satellite_kinds >> kind & 1 || sound) && code[GROUNDED] != 1;
    out[i] = 0;
    if (!flying || heard_s > HELD_S || !(sound || m[COUNT] >= 5)) continue;
    out[i] = silent || poor || leapt ? 3 : 1;
  }
}
