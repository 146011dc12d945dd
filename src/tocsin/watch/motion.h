/* Columns of `Tracks.record` (tracks.py), and what two of the loops have in common. */

#ifndef TOCSIN_MOTION_H
#define TOCSIN_MOTION_H

enum { T, LON, LAT, VE, VN, PP, PV, VV, R, FLON, FLAT, GAP, COUNT, H, H_AT = H + 4,
       HEARD_AT = H_AT + 4, PLACED_AT, LAG_S, ANSWERED_AT, H_SIGMA_M, VRATE_MPS, JUDGED_AT,
       JUDGED_LON, JUDGED_LAT, JUDGED_WIDE, CLEAR_M, COUNTS, WIDE = 40 };
enum { KIND, PLAN, GROUNDED, LEAPS, LATES }; /* bytes of the last column */
#define SURE 6.0 /* sigmas from a limit beyond which P is 0 or 1 to 1e-9 */

#endif
