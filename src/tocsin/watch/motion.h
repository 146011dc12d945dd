/* Columns of `Tracks.record` (tracks.py), and what two of the loops have in common. */

#ifndef TOCSIN_MOTION_H
#define TOCSIN_MOTION_H

#include <stdint.h>

enum { T, LON, LAT, VE, VN, PP, PV, VV, R, FLON, FLAT, GAP, COUNT, HEARD_AT, PLACED_AT, LAG_S,
       ANSWERED_AT, H_SIGMA_M, VRATE_MPS, JUDGED_AT, JUDGED_LON, JUDGED_LAT, JUDGED_WIDE, CLEAR_M,
       BY_NOW, BY_EVER, BARE, SOUND_TIMES, TURN_AND_WAITING, CODES, H, H_AT, BY_THEN = H + 8, SCRATCH,
       WIDE };
enum { DATUMS = 4, NEXT = 2 }; /* from a datum's height and time to the next one's */
enum { KIND, PLAN, GROUNDED, LEAPS, LATES }; /* bytes of CODES */
#define SURE 6.0 /* sigmas from a limit beyond which P is 0 or 1 to 1e-9 */

static inline int64_t *count_of(const double *record, int which) {
  return (int64_t *)(record + which);
}

static inline int32_t *turn_of(const double *record) {
  return (int32_t *)(record + TURN_AND_WAITING);
}

static inline int32_t *waiting_of(const double *record) { return turn_of(record) + 1; }

static inline int8_t *codes_of(const double *record) { return (int8_t *)(record + CODES); }

#endif
