/* A batch of positions into the filters of a watch, one after the other.

   The same rules and equations as fold.py, limits.py and plane.py, in which every step is explained;
   those are what runs where no compiler was at hand.  + - * / and sqrt give the bits that numpy
   gives; sin and cos may differ in the last one.

   Compiled without -ffast-math: a NaN is "not told" and stays one. */

#include "motion.h"
#include "plane.h"

enum { BY_NOW, BY_EVER, BARE, SOUND_TIMES, BY_THEN, TURN_OF, SCRATCH };
enum { BACK_S = 10, AGREE = 3, MOST_RUN = 100, POOR = 4, SOUND = 7, LEAST = 3 };
#define HELD_S 30.0
#define LEAP_S 60.0
#define SILENT_S 25.0
#define AWAKE_S 10.0
#define UNPLACED_S 14.0
enum { AHEAD = 24 }; /* turns that memory takes */
enum { LATE, REPEATED, UNREACHABLE, ASKED };
#define NEVER -1e9
#define SAME_S 10.0
#define NEAR_DEG 1e-5
#define UNKNOWN_V_MPS 150.0
#define V_SIGMA_MPS 5.0
#define FASTEST_MPS 1000.0
#define LIKELY_MPS 400.0
#define DEGREE_M 112000.0

typedef struct { /* of tracks.py: a row a track */
  double *numbers; /* (rows, WIDE), with the counts and codes at the end */
  double *late_t, *odd_t, *odd_lon, *odd_lat, *moved_at, *leapt_at, *other_at, *poor_at;
  uint8_t *suspect;        /* its navigation may be affected */
  int32_t *stamp;          /* the last batch that told of it */
  const int32_t *waiting;  /* hold.py */
  const double *recheck_s; /* engine.py */
} Columns;

static inline int64_t *counts_of(const Columns *c, int64_t row) {
  return (int64_t *)(c->numbers + row * WIDE + COUNTS);
}

static inline int8_t *codes_of(const Columns *c, int64_t row) {
  return (int8_t *)(c->numbers + row * WIDE + WIDE - 1);
}

typedef struct { /* updates as batch.py has them */
  const int64_t *row;
  const double *t_s, *lon, *lat, *sigma_m, *ve, *vn, *h_m /* (4, count) */, *h_sigma_m, *vrate_mps;
  const int8_t *kind, *answers, *plan, *grounded, *nacp, *nic;
  int64_t count;
} Updates;

typedef struct {
  double clock_s, now_s, accel_psd, widest2;
  int64_t witness;      /* its bit */
  int64_t turn;         /* of the witnesses */
  int64_t other_kinds;  /* a bit for each kind of source that needs no satellites */
} Now;

static int unreachable(const double *m, double x, double y, double dt, double r) {
  double off2 = x * x + y * y, span = most_of(dt, 0.0) + 1.5, pace, reach;
  double speed2 = m[VE] * m[VE] + m[VN] * m[VN];
  if (!(off2 > (1.69 * speed2 + 2500.0) * (span * span) + 90000.0)) return 0;
  pace = 1.3 * sqrt(speed2) + 3 * sqrt(m[VV]) + 50.0 + 5.0 * span;
  reach = least_of(pace, FASTEST_MPS) * span + 4 * sqrt(r + m[R]) + 300.0;
  return off2 > reach * reach;
}

static int set_back(const Columns *c, int64_t row, double t_s, double dt) {
  int8_t *code = codes_of(c, row);
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
  int8_t *code = codes_of(c, row);
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

static void filtered(double *m, const Place *at, double dt, double x, double y, double r, double ve,
                     double vn, double q) {
  double dt2 = dt * dt;
  double pp = m[PP] + 2 * dt * m[PV] + dt2 * m[VV] + (q / 3) * dt2 * dt;
  double pv = m[PV] + dt * m[VV] + (q / 2) * dt2, vv = m[VV] + q * dt;
  double east = m[VE] * dt, north = m[VN] * dt, ex = x - east, ey = y - north;
  double off2 = ex * ex + ey * ey, s, k0, k1, px, py, vx, vy;
  if (off2 > 18.0 * (pp + r)) { /* a turn that q does not explain */
    double more = off2 / 4;
    pp = pp + more;
    pv = pv + more / most_of(dt, 1.0);
    vv = vv + 2 * more / most_of(dt2, 1.0);
  }
  s = pp + r, k0 = pp / s, k1 = pv / s;
  px = east + k0 * ex, py = north + k0 * ey;
  vx = m[VE] + k1 * ex, vy = m[VN] + k1 * ey;
  vv = vv - k1 * pv;
  pv = pv * (1 - k0);
  pp = pp * (1 - k0);
  if (!isnan(ve + vn)) {
    double sv = vv + V_SIGMA_MPS * V_SIGMA_MPS, ux = ve - vx, uy = vn - vy;
    k0 = pv / sv, k1 = vv / sv;
    px = px + k0 * ux, py = py + k0 * uy;
    vx = vx + k1 * ux, vy = vy + k1 * uy;
    pp = pp - k0 * pv;
    pv = pv * (1 - k1);
    vv = vv * (1 - k1);
  }
  away(at, px, py, &m[LON], &m[LAT]);
  m[VE] = vx, m[VN] = vy, m[PP] = pp, m[PV] = pv, m[VV] = vv;
}

static void started(double *m, double lon, double lat, double r, double ve, double vn) {
  int told = !isnan(ve + vn);
  m[LON] = lon, m[LAT] = lat;
  m[VE] = told ? ve : 0.0, m[VN] = told ? vn : 0.0;
  m[PP] = r, m[PV] = 0.0;
  m[VV] = told ? V_SIGMA_MPS * V_SIGMA_MPS : UNKNOWN_V_MPS * UNKNOWN_V_MPS;
}

/* One position into its track; returns whether it was used. */
static int folded(const Columns *c, const Now *now, int64_t row, double t, double lon, double lat,
                  double r, double ve, double vn, int64_t *counts) {
  double *m = c->numbers + row * WIDE, dt = t - m[T], x, y, gap;
  int anew = m[COUNT] == 0, copy = 0, late, far;
  Place at = place(m[LON], m[LAT]);
  if (!anew && fabs(lat - m[FLAT]) <= NEAR_DEG && fabs(lon - m[FLON]) <= 2 * NEAR_DEG)
    copy = fabs(dt) < 1.0 || (lat == m[FLAT] && lon == m[FLON] && fabs(dt) < SAME_S);
  late = dt < 0 && !anew && !copy;
  xy(&at, lon, lat, &x, &y);
  far = !anew && !copy && !late && unreachable(m, x, y, dt, r);
  if (late) counts[LATE]++, anew = set_back(c, row, t, dt);
  if (copy) counts[REPEATED]++;
  if (far) {
    counts[UNREACHABLE]++;
    anew = elsewhere(c, row, t, lon, lat, r);
    if (anew) c->moved_at[row] = now->clock_s, m[JUDGED_AT] = NEVER; /* in doubt from now on */
    c->leapt_at[row] = now->clock_s, c->suspect[row] = 1;
  }
  if (!anew && (late || copy || far)) return 0;
  if (anew) {
    started(m, lon, lat, r, ve, vn);
    gap = 0.0;
  } else {
    filtered(m, &at, dt, x, y, r, ve, vn, now->accel_psd);
    gap = m[GAP] + (least_of(dt, 60.0) - m[GAP]) * (m[COUNT] > 1 ? 0.2 : 1.0);
  }
  m[GAP] = gap;
  m[T] = t, m[R] = r, m[FLON] = lon, m[FLAT] = lat;
  m[COUNT] += 1.0;
  codes_of(c, row)[LEAPS] = codes_of(c, row)[LATES] = 0;
  return 1;
}

/* The lines of memory of a track that comes some turns later. */
static inline void fetch(const Columns *c, int64_t row) {
  const char *numbers = (const char *)(c->numbers + row * WIDE);
  for (int line = 0; line < 5; line++) __builtin_prefetch(numbers + 64 * line, 1);
}

/* Whether anything may have changed for a track against the areas. */
static inline int due(const Columns *c, const Now *now, int64_t row) {
  const double *m = c->numbers + row * WIDE;
  double x = (m[LON] - m[JUDGED_LON]) * m[JUDGED_WIDE], y = (m[LAT] - m[JUDGED_LAT]) * DEGREE_M;
  double left = m[CLEAR_M] - SURE * sqrt(most_of(m[PP], m[R]) + now->widest2);
  return x * x + y * y >= left * left || left <= 0 || c->waiting[row] > 0 ||
         now->clock_s - m[JUDGED_AT] >= c->recheck_s[row];
}

/* What an update tells beside a position, in three steps: of one track the last update counts, one
   sigma serves the heights of all datums, and what is counted is counted once a batch. */
static inline void told(const Columns *c, const Updates *u, const Now *now, int64_t k) {
  int64_t row = u->row[k], *count = counts_of(c, row);
  double *m = c->numbers + row * WIDE;
  int8_t *code = codes_of(c, row);
  m[HEARD_AT] = now->clock_s;
  if (now->clock_s - m[PLACED_AT] >= UNPLACED_S) c->suspect[row] = 1;
  if (count[TURN_OF] != now->turn) { /* `Tracks.brought_on` */
    count[BY_THEN] = now->turn - count[TURN_OF] == 1 ? count[BY_NOW] : 0;
    count[BY_NOW] = 0, count[TURN_OF] = now->turn;
  }
  count[BY_NOW] |= now->witness; /* also by a second receiver of the same message */
  if (!isnan(u->vrate_mps[k])) m[VRATE_MPS] = u->vrate_mps[k];
  if (u->answers[k] == 1) m[ANSWERED_AT] = now->clock_s, count[BARE] = 0;
  if (u->plan[k] >= 0) code[PLAN] = u->plan[k];
  if (u->grounded[k] >= 0 && u->grounded[k] != code[GROUNDED])
    code[GROUNDED] = u->grounded[k], m[JUDGED_AT] = NEVER;
  count[SCRATCH] = count[SOUND_TIMES];
  if ((u->nacp[k] >= 0 && u->nacp[k] <= POOR) || (u->nic[k] >= 0 && u->nic[k] <= POOR))
    c->poor_at[row] = now->clock_s, c->suspect[row] = 1;
}

static inline void told_height(const Columns *c, const Updates *u, const Now *now, int64_t k,
                               int d) {
  double h = u->h_m[d * u->count + k], *m = c->numbers + u->row[k] * WIDE;
  if (isnan(h)) return;
  m[H + d] = h, m[H_AT + d] = now->clock_s, m[H_SIGMA_M] = u->h_sigma_m[k];
}

static inline void told_once(const Columns *c, const Updates *u, int64_t k) {
  int64_t *count = counts_of(c, u->row[k]);
  int nacp = u->nacp[k], nic = u->nic[k], best = nacp > nic ? nacp : nic;
  int poor = (nacp >= 0 && nacp <= POOR) || (nic >= 0 && nic <= POOR);
  if (best >= SOUND && !poor)
    count[SOUND_TIMES] = count[SCRATCH] < MOST_RUN ? count[SCRATCH] + 1 : MOST_RUN;
  if (u->answers[k] == 0) count[BARE] += 1;
}

/* For batches in which a track comes twice; after it, which of the `moved` rows are due. */
void tocsin_told(const Columns *c, const Updates *u, const Now *now, const int64_t *order, long n,
                 const int64_t *rows, long moved, int64_t *asked, int64_t *counts) {
  for (long i = 0; i < n; i++) told(c, u, now, order[i]);
  for (int d = 0; d < 4; d++)
    for (long i = 0; i < n; i++) told_height(c, u, now, order[i], d);
  for (long i = 0; i < n; i++) told_once(c, u, order[i]);
  for (long i = 0; i < moved; i++)
    if (due(c, now, rows[i])) asked[counts[ASKED]++] = rows[i];
}

/* All positions in `order`; writes the rows that moved, each once where equal rows stand side by
   side, and returns how many; `asked` those of them that are due, as many as counts[ASKED].
   `whole`: each row comes once and every update has a position, so that what else they tell is told
   at the same time. */
long tocsin_fold(const Columns *c, const Updates *u, const Now *now, const int64_t *order, long n,
                 int whole, int64_t *rows, int64_t *asked, int64_t *counts) {
  long out = 0, moved = 0;
  for (long i = 0; i < n; i++) {
    int64_t k = order[i], row = u->row[k];
    double lag = now->now_s - u->t_s[k];
    if (i + AHEAD < n) fetch(c, u->row[order[i + AHEAD]]);
    counts_of(c, row)[BY_EVER] |= now->witness;
    if (folded(c, now, row, u->t_s[k], u->lon[k], u->lat[k], u->sigma_m[k] * u->sigma_m[k],
               u->ve[k], u->vn[k], counts)) {
      c->numbers[row * WIDE + PLACED_AT] = now->clock_s;
      c->numbers[row * WIDE + LAG_S] = lag < 0.0 ? 0.0 : lag > 60.0 ? 60.0 : lag;
      codes_of(c, row)[KIND] = u->kind[k];
      if (now->other_kinds >> u->kind[k] & 1) c->other_at[row] = now->clock_s;
      if (!out || rows[out - 1] != row) rows[out++] = row;
    }
    if (!whole) continue;
    told(c, u, now, k);
    for (int d = 0; d < 4; d++) told_height(c, u, now, k, d);
    told_once(c, u, k);
    if (out > moved) { /* while its lines of memory are at hand */
      moved = out;
      if (due(c, now, row)) asked[counts[ASKED]++] = row;
    }
  }
  return out;
}

/* The rows of keys that are addresses, the times of observation in seconds, and which updates have
   a position; returns how many have, UNKNOWN where a key has no row yet or is no address.
   *alone: whether every row comes once; `stamp` is another for each batch. */
enum { UNKNOWN = -1 };
long tocsin_find(const Columns *c, const int32_t *addressed, int64_t addresses, const int64_t *key,
                 const int64_t *t_ns, const double *lon, long n, int64_t epoch_ns, double now_s,
                 int32_t stamp, int64_t *row, double *t_s, int64_t *placed, int32_t *alone) {
  int32_t *stamps = c->stamp, twice = 0;
  long out = 0;
  for (long i = 0; i < n; i++) {
    int64_t at = key[i];
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
    const int8_t *code = codes_of(c, row);
    double heard_s = clock_s - m[HEARD_AT];
    int sound = counts_of(c, row)[SOUND_TIMES] >= LEAST, kind = code[KIND];
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
