/* The series of conformal.py at very many points. */

#include "../lanes.h"

#define AT_ONCE 2 /* vectors: one waits for its own product while the other is made */
#define DEGREE 57.29577951308232

typedef struct {
  long count, degree;
  const double *real, *imaginary, *latitude;
  double scale, middle, half;
} Series;

/* Fill lon and lat, whose rows lie `wide` apart, from points (rows, points, 2). */
ALWAYS void row(const Series *of, long points, const double *xy, double *lon, double *lat) {
  for (long first = 0; first < points; first += AT_ONCE * LANES) {
    v x[AT_ONCE], y[AT_ONCE], re[AT_ONCE], im[AT_ONCE], at[AT_ONCE];
    EACH(k, 0, AT_ONCE) {
      EACH(i, 0, LANES) {
        long one = first + k * LANES + i;
        if (one >= points) one = points - 1;
        x[k][i] = xy[2 * one], y[k][i] = xy[2 * one + 1];
      }
      x[k] *= all(of->scale), y[k] *= all(of->scale);
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
      EACH(i, 0, LANES) {
        long one = first + k * LANES + i;
        if (one >= points) break;
        lon[one] = re[k][i], lat[one] = im[k][i];
      }
    }
  }
}

SWIFT void tocsin_lonlat(long rows, long points, const double *xy, long count, const double *real,
                         const double *imaginary, double scale, long degree,
                         const double *latitude, double middle, double half, double *lon,
                         double *lat, long wide) {
  Series of = {count, degree, real, imaginary, latitude, scale, middle, half};
  EACH(r, 0, rows) row(&of, points, xy + r * points * 2, lon + r * wide, lat + r * wide);
}
