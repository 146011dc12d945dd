/* Geocentric coordinates of very many points: geo.ecef in one pass. */

#include <string.h>

#include "lanes.h"

#define A 6378137.0
#define F (1 / 298.257223563)
#define E2 (F * (2 - F))
#define RADIAN (3.14159265358979323846 / 180)

typedef struct {
  v sin, cos;
} Angle;

/* Sine and cosine of degrees: quarter turns go off without rounding, the rest is a series whose
   next terms are below a tenth of the last bit. */
ALWAYS Angle angle(v deg) {
  const double whole = 6755399441055744.0; /* added, it leaves an integer in the last bits */
  v bits = deg * all(1.0 / 90) + all(whole);
  v r = (deg - (bits - all(whole)) * all(90.0)) * all(RADIAN), q = r * r;
  v s = all(-1.0 / 1307674368000), c = all(1.0 / 20922789888000);
  s = s * q + all(1.0 / 6227020800), c = c * q - all(1.0 / 87178291200);
  s = s * q - all(1.0 / 39916800), c = c * q + all(1.0 / 479001600);
  s = s * q + all(1.0 / 362880), c = c * q - all(1.0 / 3628800);
  s = s * q - all(1.0 / 5040), c = c * q + all(1.0 / 40320);
  s = s * q + all(1.0 / 120), c = c * q - all(1.0 / 720);
  s = s * q - all(1.0 / 6), c = c * q + all(1.0 / 24);
  s = r + r * q * s, c = all(1.0) - (all(0.5) * q - q * q * c);
  vi turn = (vi)bits, odd = -(turn & 1);
  v sin = pick(odd, c, s), cos = pick(odd, s, c);
  vi down = (turn & 2) << 62, left = ((turn + 1) & 2) << 62; /* signs */
  sin = (v)((vi)sin ^ down), cos = (v)((vi)cos ^ left);
  /* A zero has the sign that it has in radians, where half a turn is a little less: 180 degrees
     come back as 180 and not as -180. */
  return (Angle){pick(sin == all(0), (v)((vi)deg & (vi)all(-0.0)), sin), cos + all(0.0)};
}

SWIFT void tocsin_ecef(long count, const double *lon_deg, const double *lat_deg, double *out) {
  for (long first = 0; first < count; first += LANES) {
    long size = count - first < LANES ? count - first : LANES;
    v lon = all(0), lat = all(0);
    memcpy(&lon, lon_deg + first, size * sizeof *lon_deg);
    memcpy(&lat, lat_deg + first, size * sizeof *lat_deg);
    Angle round = angle(lon), up = angle(lat);
    v n = all(A) / root(all(1.0) - all(E2) * up.sin * up.sin), level = n * up.cos;
    v x = level * round.cos, y = level * round.sin, z = n * all(1 - E2) * up.sin;
    EACH(i, 0, size) {
      double *to = out + (first + i) * 3;
      to[0] = x[i], to[1] = y[i], to[2] = z[i];
    }
  }
}
