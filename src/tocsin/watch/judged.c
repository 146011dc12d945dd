/* What follows for tracks from where they are beside areas: what they remember, what is asked of a
   rule, what moves.  The same as `Outlook.within`, `Engine._calm_s` and `Holds.meet` in Python, in
   which every step is explained.  Pairs of track and area come in the order of the tracks. */

#include "motion.h"
#include "plane.h"

enum { NONE, WAITING, OPEN, GOING }; /* hold.py */
enum { MOVES = 1, TOLD_ANEW = 2 };
#define DEGREE_M 112000.0
#define HARDLY 1e-3

typedef struct {
  const int64_t *at, *row, *area; /* which of the tracks asked, its row, the area */
  const double *p;                /* NaN: cannot be told */
  int64_t count;
} Pairs;

typedef struct {
  const int8_t *phase;   /* (rows, slots) */
  const int32_t *entry;  /* (rows, slots): where the three below are */
  const double *since_s;
  const float *told;
  const double *on, *off, *dwell_s, *close_s; /* (slots) */
  int64_t slots;
} Holds;

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

/* Which of some values change a phase, or what an alert tells; returns how many. */
long tocsin_moves(const Holds *h, const int64_t *row, const int64_t *slot, const double *p, long n,
                  double clock_s, double notable, int64_t *which, int8_t *why) {
  long out = 0;
  for (long k = 0; k < n; k++) {
    int64_t here = row[k] * h->slots + slot[k], e = h->entry[here], s = slot[k];
    int phase = h->phase[here], what = 0;
    if (phase == NONE) what = p[k] >= h->on[s] ? MOVES : 0;
    if (phase == WAITING)
      what = p[k] >= h->on[s] && clock_s - h->since_s[e] < h->dwell_s[s] ? 0 : MOVES;
    if (phase == OPEN) what = p[k] <= h->off[s] ? MOVES : 0;
    if (phase == GOING)
      what = p[k] <= h->off[s] && clock_s - h->since_s[e] < h->close_s[s] ? 0 : MOVES;
    if (phase >= OPEN && fabs(p[k] - h->told[e]) >= notable) what |= TOLD_ANEW;
    if (what) which[out] = k, why[out++] = (int8_t)what;
  }
  return out;
}
