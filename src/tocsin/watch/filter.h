/* A position into each of four tracks at once: the equations of fold.py and plane.py, in which every
   step is explained.  + - * / and sqrt give the bits that numpy gives, in whatever lane. */

#ifndef TOCSIN_FILTER_H
#define TOCSIN_FILTER_H

#include "motion.h"
#include "planes.h"

#define NEAR_DEG 1e-5
#define SAME_S 10.0
#define V_SIGMA_MPS 5.0

/* Four numbers that lie in memory one after the other, wherever they begin. */
typedef double row4 __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

ALWAYS v at_once(const double *from) { return *(const row4 *)from; }
#if defined(__clang__)
#define MIXED(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define MIXED(a, b, i, j, k, l) __builtin_shuffle(a, b, (vi){i, j, k, l})
#endif

/* Four lines of four numbers, the other way round. */
ALWAYS void turned_over(v *m) {
  v ab0 = MIXED(m[0], m[1], 0, 4, 2, 6), ab1 = MIXED(m[0], m[1], 1, 5, 3, 7);
  v cd0 = MIXED(m[2], m[3], 0, 4, 2, 6), cd1 = MIXED(m[2], m[3], 1, 5, 3, 7);
  m[0] = MIXED(ab0, cd0, 0, 1, 4, 5), m[1] = MIXED(ab1, cd1, 0, 1, 4, 5);
  m[2] = MIXED(ab0, cd0, 2, 3, 6, 7), m[3] = MIXED(ab1, cd1, 2, 3, 6, 7);
}

/* Four positions and their tracks. */
typedef struct {
  v t, lon, lat, variance, ve, vn; /* positions as they are told */
  v m[COUNT + 4];                  /* the numbers of the tracks */
  Places at;                       /* where they were */
  vi anew, copy, late, far; /* far: perhaps; plainly in reach is the rest, nearly all */
  v dt, x, y;               /* the position, from where the track was; in the end, where it is */
} Group;

/* What positions are to their tracks. */
ALWAYS void beside(Group *g) {
  const v *m = g->m;
  v span, speed2, off2, up_deg = size_of(g->lat - m[FLAT]), aside_deg = size_of(g->lon - m[FLON]);
  g->at = places(m[LON], m[LAT]);
  g->anew = m[COUNT] == all(0.0), g->dt = g->t - m[T];
  g->copy = (up_deg <= all(NEAR_DEG)) & (aside_deg <= all(2 * NEAR_DEG));
  if (some(g->copy)) {
    vi same = (up_deg == all(0.0)) & (aside_deg == all(0.0)) & (size_of(g->dt) < all(SAME_S));
    g->copy &= ((size_of(g->dt) < all(1.0)) | same) & ~g->anew;
  }
  g->late = (g->dt < all(0.0)) & ~g->anew & ~g->copy;
  apart(&g->at, g->lon, g->lat, &g->x, &g->y);
  off2 = g->x * g->x + g->y * g->y, span = most(g->dt, all(0.0)) + all(1.5);
  speed2 = m[VE] * m[VE] + m[VN] * m[VN];
  g->far = off2 > (all(1.69) * speed2 + all(2500.0)) * (span * span) + all(90000.0);
  g->far &= ~(g->anew | g->copy | g->late);
}

/* Takes in positions as if all were to be used. */
ALWAYS void filtered(Group *g, double accel_psd) {
  v *m = g->m, q = all(accel_psd), dt = g->dt, dt2 = dt * dt, one = all(1.0), zero = all(0.0);
  v pp = m[PP] + all(2.0) * dt * m[PV] + dt2 * m[VV] + (q / all(3.0)) * dt2 * dt;
  v pv = m[PV] + dt * m[VV] + (q / all(2.0)) * dt2, vv = m[VV] + q * dt;
  v east = m[VE] * dt, north = m[VN] * dt, ex = g->x - east, ey = g->y - north;
  v off2 = ex * ex + ey * ey, s, k0, k1, vx, vy, ux, uy;
  vi turned = off2 > all(18.0) * (pp + g->variance), told;
  if (some(turned)) { /* a turn that q does not explain */
    v more = pick(turned, off2 / all(4.0), zero);
    pp = pp + more;
    pv = pv + more / most(dt, one);
    vv = vv + all(2.0) * more / most(dt2, one);
  }
  s = pp + g->variance, k0 = pp / s, k1 = pv / s;
  g->x = east + k0 * ex, g->y = north + k0 * ey;
  vx = m[VE] + k1 * ex, vy = m[VN] + k1 * ey;
  vv = vv - k1 * pv;
  pv = pv * (one - k0);
  pp = pp * (one - k0);
  told = g->ve + g->vn == g->ve + g->vn; /* no NaN */
  s = vv + all(V_SIGMA_MPS * V_SIGMA_MPS);
  k0 = pick(told, pv / s, zero), k1 = pick(told, vv / s, zero);
  ux = pick(told, g->ve - vx, zero), uy = pick(told, g->vn - vy, zero);
  g->x = g->x + k0 * ux, g->y = g->y + k0 * uy;
  m[VE] = vx + k1 * ux, m[VN] = vy + k1 * uy;
  m[PP] = pp - k0 * pv, m[PV] = pv * (one - k1), m[VV] = vv * (one - k1);
  off(&g->at, g->x, g->y, &m[LON], &m[LAT]);
  m[GAP] = m[GAP] + (least(dt, all(60.0)) - m[GAP]) * pick(m[COUNT] > one, all(0.2), one);
  m[T] = g->t, m[R] = g->variance, m[FLON] = g->lon, m[FLAT] = g->lat;
  m[COUNT] = m[COUNT] + one;
}

/* The columns of the tracks to lines, or back. */
ALWAYS void over(v *m) {
  EACH(i, 0, 3) turned_over(m + 4 * i);
}

#endif
