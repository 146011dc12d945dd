/* The series of conformal.py at very many points. */

#include <string.h>

#include "../lanes.h"

#define AT_ONCE 2 /* vectors: one waits for its own product while the other is made */
#define DEGREE 57.29577951308232

typedef struct {
  long count, degree;
  const double *real, *imaginary, *latitude;
  double scale, middle, half;
} Series;

/* Longitude and latitude of so many points (., 2) */
ALWAYS void some(const Series *of, const double *xy, double *lon, double *lat) {
  v x[AT_ONCE], y[AT_ONCE], re[AT_ONCE], im[AT_ONCE], at[AT_ONCE];
  EACH(k, 0, AT_ONCE) {
    v one, two;
    memcpy(&one, xy + 2 * LANES * k, sizeof one);
    memcpy(&two, xy + 2 * LANES * k + LANES, sizeof two);
    x[k] = (v){one[0], one[2], two[0], two[2]} * all(of->scale);
    y[k] = (v){one[1], one[3], two[1], two[3]} * all(of->scale);
    re[k] = all(of->real[of->count - 1]), im[k] = all(of->imaginary[of->count - 1]);
  }
  for (long t = of->count - 2; t >= 0; t--) EACH(k, 0, AT_ONCE) {
    v next = re[k] * x[k] - im[k] * y[k] + all(of->real[t]);
    im[k] = re[k] * y[k] + im[k] * x[k] + all(of->imaginary[t]);
    re[k] = next;
  }
  EACH(k, 0, AT_ONCE) {
    at[k] = (im[k] - all(of->middle)) * all(1 / of->half);
    im[k] = all(of->latitude[of->degree]);
  }
  for (long t = of->degree - 1; t >= 0; t--)
    EACH(k, 0, AT_ONCE) im[k] = im[k] * at[k] + all(of->latitude[t]);
  EACH(k, 0, AT_ONCE) {
    re[k] *= all(DEGREE), im[k] *= all(DEGREE);
    memcpy(lon + LANES * k, &re[k], sizeof re[k]);
    memcpy(lat + LANES * k, &im[k], sizeof im[k]);
  }
}

ALWAYS void row(const Series *of, long points, const double *xy, double *lon, double *lat) {
  long first = 0, wide = AT_ONCE * LANES;
  for (; first + wide <= points; first += wide) some(of, xy + 2 * first, lon + first, lat + first);
  if (first == points) return;
  double rest[2 * AT_ONCE * LANES] = {0}, out[2][AT_ONCE * LANES]; /* what is left of the row */
  memcpy(rest, xy + 2 * first, 2 * (points - first) * sizeof *xy);
  some(of, rest, out[0], out[1]);
  memcpy(lon + first, out[0], (points - first) * sizeof *lon);
  memcpy(lat + first, out[1], (points - first) * sizeof *lat);
}

/* Fill lon and lat, whose rows lie `wide` apart, from points (rows, points, 2). */
SWIFT void tocsin_lonlat(long rows, long points, const double *xy, long count, const double *real,
                         const double *imaginary, double scale, long degree,
                         const double *latitude, double middle, double half, double *lon,
                         double *lat, long wide) {
  Series of = {count, degree, real, imaginary, latitude, scale, middle, half};
  EACH(r, 0, rows) row(&of, points, xy + r * points * 2, lon + r * wide, lat + r * wide);
}
