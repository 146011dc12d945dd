/* What follows for tracks from where they are beside areas: what they remember, what is asked of a
   rule, what moves.  The same as `Outlook.within`, `Engine._calm_s`, `Judge.means` of
   a rule that asks for nothing and `Holds.meet` in Python, in
   which every step is explained.  Pairs of track and area come in the order of the tracks. */

#include "motion.h"
#include "plane.h"

enum { NONE, WAITING, OPEN, GOING }; /* hold.py */
enum { OPENS = 1, CLOSES, TOLD_ANEW }; /* judged.py */
#define DEGREE_M 112000.0
#define HARDLY 1e-3

typedef struct {
  const int64_t *at, *row, *area; /* which of the tracks asked, its row, the area */
  const double *p;                /* NaN: cannot be told */
  int64_t count;
} Pairs;

typedef struct { /* hold.py */
  int8_t *phase;                              /* (rows, slots) */
  int32_t *entry;                             /* (rows, slots): where the three below are */
  double *since_s;
  int64_t *since_ns;
  float *told;
  double *numbers;                            /* (rows, WIDE) of tracks.py */
  int32_t *free;                              /* entries that are nobody's; there must be enough */
  int64_t *free_count;
  const double *on, *off, *dwell_s, *close_s; /* (slots) */
  int64_t slots;
} Holds;

typedef struct { /* something opens, closes, or is to be said anew */
  int64_t which, row, slot, since_ns, what;
  double p;
} Turn;

/* Where tracks were when they were held against the areas, and in which they most likely are. */
void tocsin_settled(double *numbers, const int64_t *rows, long n, const double *clear_m,
                    const Pairs *pairs, const uint8_t *asked, int32_t *in_area, double *p_in) {
  int64_t k = 0;
  for (long i = 0; i < n; i++) {
    int64_t row = rows[i];
    double *m = numbers + row * WIDE, most = -1.0;
    m[JUDGED_LON] = m[LON], m[JUDGED_LAT] = m[LAT], m[CLEAR_M] = clear_m[i];
    m[JUDGED_WIDE] = DEGREE_M * cos(m[LAT] * RAD * 0.99); /* a little nearer the equator */
    in_area[row] = -1, p_in[row] = 0.0;
    for (; k < pairs->count && pairs->at[k] == i; k++) {
      double p = pairs->p[k], rank = isnan(p) ? HARDLY : p;
      if (!asked[pairs->area[k]] || p < HARDLY || rank < most) continue;
      most = rank, in_area[row] = (int32_t)pairs->area[k], p_in[row] = p;
    }
  }
}

/* When tracks are looked at again if they stay where they are; `soon_due` of the next look ahead,
   or null where nobody looks ahead. */
void tocsin_calm(double *numbers, const int64_t *rows, long n, const Pairs *pairs,
                 const uint8_t *changing, const double *recheck_s, double patience,
                 const double *soon_due, double clock_s) {
  int64_t k = 0;
  for (long i = 0; i < n; i++) {
    double calm_s = patience * recheck_s[rows[i]];
    for (; k < pairs->count && pairs->at[k] == i; k++)
      if (changing[pairs->area[k]] || isnan(pairs->p[k])) calm_s = 0.0;
    if (soon_due) calm_s = least_of(most_of(soon_due[rows[i]] - clock_s, 0.0), calm_s);
    numbers[rows[i] * WIDE + JUDGED_AT] = clock_s + calm_s;
  }
}

/* The pairs that a rule has to be asked about: P is not below `off`, or something holds already;
   `slot_of` has an area's slot at area + 1, or none.  Returns how many. */
long tocsin_asked(const Holds *h, const Pairs *pairs, const int64_t *slot_of, double off,
                  int64_t *which, int64_t *row, int64_t *slot) {
  long out = 0;
  for (int64_t k = 0; k < pairs->count; k++) {
    int64_t s = slot_of[pairs->area[k] + 1];
    if (s < 0 || (pairs->p[k] < off && h->phase[pairs->row[k] * h->slots + s] == NONE)) continue;
    which[out] = k, row[out] = pairs->row[k], slot[out++] = s;
  }
  return out;
}

static void set(const Holds *h, int64_t row, int64_t slot, int phase, double since_s,
                int64_t since_ns) {
  int64_t here = row * h->slots + slot;
  int was = h->phase[here], e = h->entry[here];
  *waiting_of(h->numbers + row * WIDE) +=
      (phase == WAITING || phase == GOING) - (was == WAITING || was == GOING);
  h->phase[here] = (int8_t)phase;
  if (phase == NONE) {
    if (e) h->entry[here] = 0, h->free[(*h->free_count)++] = e;
    return;
  }
  if (!e) h->entry[here] = e = h->free[--*h->free_count], h->told[e] = 0.0f;
  h->since_s[e] = since_s, h->since_ns[e] = since_ns;
}

/* `Holds._move`: whether an alert opens or closes. */
static int moved(const Holds *h, int64_t row, int64_t slot, double p, double clock_s,
                 int64_t now_ns, int64_t *since_ns) {
  int64_t here = row * h->slots + slot, e;
  int phase = h->phase[here];
  double since_s;
  if (phase == NONE || phase == OPEN) {
    phase = phase == NONE ? WAITING : GOING;
    set(h, row, slot, phase, clock_s, now_ns);
  }
  e = h->entry[here], since_s = h->since_s[e], *since_ns = h->since_ns[e];
  if (isnan(p)) {
    set(h, row, slot, phase, clock_s, now_ns);
  } else if (phase == WAITING) {
    if (p < h->on[slot]) {
      set(h, row, slot, NONE, 0.0, 0);
    } else if (clock_s - since_s >= h->dwell_s[slot]) {
      set(h, row, slot, OPEN, 0.0, 0);
      h->told[e] = (float)p;
      return OPENS;
    }
  } else if (p > h->off[slot]) {
    set(h, row, slot, OPEN, 0.0, 0);
  } else if (clock_s - since_s >= h->close_s[slot]) {
    set(h, row, slot, NONE, 0.0, 0);
    return CLOSES;
  }
  return 0;
}

/* One value against a slot; returns how many turns there are then. */
static long met(const Holds *h, Turn *to, long out, int64_t k, int64_t row, int64_t slot,
                double p, double clock_s, int64_t now_ns, double notable) {
  int64_t here = row * h->slots + slot, e = h->entry[here], since_ns = 0;
  int phase = h->phase[here], moves = 0, what = 0, differs;
  if (phase == NONE) moves = p >= h->on[slot];
  if (phase == WAITING) moves = !(p >= h->on[slot] && clock_s - h->since_s[e] < h->dwell_s[slot]);
  if (phase == OPEN) moves = p <= h->off[slot];
  if (phase == GOING) moves = !(p <= h->off[slot] && clock_s - h->since_s[e] < h->close_s[slot]);
  differs = phase >= OPEN && fabs(p - h->told[e]) >= notable;
  if (moves) what = moved(h, row, slot, p, clock_s, now_ns, &since_ns);
  if (differs && h->phase[here] == OPEN) h->told[h->entry[here]] = (float)p, what = TOLD_ANEW;
  if (!what) return out;
  to[out] = (Turn){k, row, slot, since_ns, what, p};
  return out + 1;
}

/* Values of rows against slots, each pair once; returns how many turns there are. */
long tocsin_meet(const Holds *h, Turn *to, const int64_t *row, const int64_t *slot,
                 const double *p, long n, double clock_s, int64_t now_ns, double notable) {
  long out = 0;
  for (long k = 0; k < n; k++)
    out = met(h, to, out, k, row[k], slot[k], p[k], clock_s, now_ns, notable);
  return out;
}

/* The same for all pairs that a rule has to be asked about, which means whoever is not on the ground. */
long tocsin_ruled(const Holds *h, Turn *to, const Pairs *pairs, const int64_t *slot_of,
                  double off, const double *numbers, double clock_s, int64_t now_ns,
                  double notable) {
  long out = 0;
  for (int64_t k = 0; k < pairs->count; k++) {
    int64_t row = pairs->row[k], slot = slot_of[pairs->area[k] + 1];
    const int8_t *code = codes_of(numbers + row * WIDE);
    double p = pairs->p[k];
    if (slot < 0 || (p < off && h->phase[row * h->slots + slot] == NONE)) continue;
    p = p * (code[GROUNDED] == 1 ? 0.0 : 1.0);
    out = met(h, to, out, k, row, slot, p, clock_s, now_ns, notable);
  }
  return out;
}

typedef struct { /* what rules ask that all mean whoever is not on the ground, and do not look ahead */
  const uint8_t *asked, *changing; /* (areas) */
  const double *recheck_s;         /* (rows) */
  double patience;
  const int64_t *slot_of;          /* (rules, areas + 1) */
  const double *off;               /* (rules) */
  int64_t rules, areas;
} Terms;

/* All of the above for such rules, in one call. */
long tocsin_judged(const Holds *h, Turn *to, const Terms *terms, const int64_t *rows, long n,
                   const double *clear_m, const Pairs *pairs, int32_t *in_area, double *p_in,
                   double clock_s, int64_t now_ns, double notable) {
  long out = 0;
  tocsin_settled(h->numbers, rows, n, clear_m, pairs, terms->asked, in_area, p_in);
  for (int64_t r = 0; r < terms->rules; r++) {
    const int64_t *slot_of = terms->slot_of + r * (terms->areas + 1);
    out += tocsin_ruled(h, to + out, pairs, slot_of, terms->off[r], h->numbers, clock_s, now_ns,
                        notable);
  }
  tocsin_calm(h->numbers, rows, n, pairs, terms->changing, terms->recheck_s, terms->patience, 0,
              clock_s);
  return out;
}
