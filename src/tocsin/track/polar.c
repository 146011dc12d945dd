/* Where polar plots lie on a plane, at several heights at once: geo.from_polar and Plane.xy.

   The formulae are those, without angles: a latitude is a sine and a cosine throughout, and the
   angle between two directions comes from the sine of it.  The elevation is found by Newton's
   method with the slope that it really has.  The plane is Krueger's series to the sixth order in
   the third flattening (Karney 2011, equations 7-9, 11 and 35). */

#include "../lanes.h"

#define A 6378137.0
#define F (1 / 298.257223563)
#define E2 (F * (2 - F))
#define B (A * (1 - F))
#define R_MEAN 6371008.8
#define WIDE 3      /* vectors of heights side by side */
#define TURNS 8     /* of Newton's method; two or three do */
#define NEAR_M 1e-7 /* as in geo.from_polar */
#define LOST_M 1.0

#define M (F / (2 - F)) /* the third flattening */
#define M2 (M * M)
#define M3 (M2 * M)
#define M4 (M2 * M2)
#define M5 (M4 * M)
#define M6 (M3 * M3)
#define RADIUS (A / (1 + M) * (1 + M2 / 4 + M4 / 64 + M6 / 256))

static const double KRUEGER[] = {
    M / 2 - 2 * M2 / 3 + 5 * M3 / 16 + 41 * M4 / 180 - 127 * M5 / 288 + 7891 * M6 / 37800,
    13 * M2 / 48 - 3 * M3 / 5 + 557 * M4 / 1440 + 281 * M5 / 630 - 1983433 * M6 / 1935360,
    61 * M3 / 240 - 103 * M4 / 140 + 15061 * M5 / 26880 + 167603 * M6 / 181440,
    49561 * M4 / 161280 - 179 * M5 / 168 + 6601661 * M6 / 7257600,
    34729 * M5 / 80640 - 3418889 * M6 / 1995840,
    212378941 * M6 / 319334400,
};

typedef struct { /* of the middle of the plane: its conformal latitude, and its northing */
  double sin, cos, north;
} Middle;

typedef struct {
  v x, y;
} Spot;

/* arcsin x / x by x^2, or arsinh x / x by -x^2 */
ALWAYS v turned(v square) {
  static const double terms[] = {
      676039.0 / 104857600, 88179.0 / 12058624, 46189.0 / 5505024, 12155.0 / 1245184,
      6435.0 / 557056,      143.0 / 10240,      231.0 / 13312,     63.0 / 2816,
      35.0 / 1152,          5.0 / 112,          3.0 / 40,          1.0 / 6,
      1.0,
  };
  v out = all(terms[0]);
  EACH(i, 1, 13) out = out * square + all(terms[i]);
  return out;
}

/* Points whose longitude from the middle and latitude have these sines and cosines */
ALWAYS Spot projected(v sin_lon, v cos_lon, v sin_lat, v cos_lat, const Middle *middle) {
  const double e = sqrt(E2);
  v es = all(e) * sin_lat, q = es * es;
  v t = all(1.0 / 15);
  EACH(i, 0, 7) t = t * q + all(1.0 / (13 - 2 * i));
  t *= all(e) * es; /* e artanh(e sin lat) */
  v q2 = t * t, sigma = t * (all(1.0) + q2 * all(1.0 / 6) * (all(1.0) + q2 * all(1.0 / 20)));
  v up = sin_lat * root(all(1.0) + sigma * sigma) - sigma, side = cos_lat * cos_lon;
  v across = cos_lat * sin_lon, by = all(1.0) / root(up * up + side * side);
  v s = up * by, c = side * by, sh = across * by, ch = root(all(1.0) + sh * sh);
  v ds = s * all(middle->cos) - c * all(middle->sin);
  v dc = c * all(middle->cos) + s * all(middle->sin);
  v north = ds * turned(ds * ds), east = sh * turned(-(sh * sh));
  vi far = (ds * ds > all(0.0625)) | (dc < all(0.0)) | (sh * sh > all(0.0625));
  EACH(i, 0, LANES) if (far[i]) {
    north[i] = atan2(ds[i], dc[i]);
    east[i] = asinh(sh[i]);
  }
  v s2 = all(2) * s * c, c2 = (c - s) * (c + s); /* of twice the angles */
  v sh2 = all(2) * sh * ch, ch2 = all(1.0) + all(2) * sh * sh;
  v re = all(2) * c2 * ch2, im = all(-2) * s2 * sh2; /* Clenshaw's sum, complex */
  v y1r = all(KRUEGER[5]), y1i = all(0), y2r = all(0), y2i = all(0);
  for (int k = 4; k >= 0; k--) {
    v r = all(KRUEGER[k]) + re * y1r - im * y1i - y2r, i = re * y1i + im * y1r - y2i;
    y2r = y1r, y2i = y1i, y1r = r, y1i = i;
  }
  v sr = s2 * ch2, si = c2 * sh2;
  return (Spot){all(RADIUS) * (east + y1r * si + y1i * sr),
                all(RADIUS) * (north + y1r * sr - y1i * si) - all(middle->north)};
}

static Middle middle_of(double sin_lat, double cos_lat) {
  const double e = sqrt(E2), sigma = sinh(e * atanh(e * sin_lat));
  double up = sin_lat * sqrt(1 + sigma * sigma) - sigma, length = hypot(up, cos_lat);
  Middle out = {up / length, cos_lat / length, 0};
  out.north = projected(all(0), all(1), all(sin_lat), all(cos_lat), &out).y[0];
  return out;
}

/* A plot at `wide` vectors of heights, side by side: each waits for its own roots.  `site` is its
   radar's place, and the east, north and up there, and its height; `flat` is along the ground.  s
   and c are sine and cosine of the elevation: where to begin, and what was found. */
ALWAYS void placed(long wide, const double *site, const double *flat, double rho, const v *h,
                   const Middle *middle, v *s, v *c, Spot *out) {
  const double *up = site + 9;
  v x[WIDE], y[WIDE], z[WIDE], p[WIDE], sin_lat[WIDE], cos_lat[WIDE], miss[WIDE];
  for (int turn = 0;; turn++) {
    int done = 1;
    EACH(w, 0, wide) {
      x[w] = all(site[0]) + all(rho) * (c[w] * all(flat[0]) + s[w] * all(up[0]));
      y[w] = all(site[1]) + all(rho) * (c[w] * all(flat[1]) + s[w] * all(up[1]));
      z[w] = all(site[2]) + all(rho) * (c[w] * all(flat[2]) + s[w] * all(up[2]));
      p[w] = root(x[w] * x[w] + y[w] * y[w]);
      v za = z[w] * all(A), pb = p[w] * all(B), by = all(1.0) / root(za * za + pb * pb);
      v sin_b = za * by, cos_b = pb * by;
      v top = z[w] + all(E2 / (1 - E2) * B) * sin_b * sin_b * sin_b;
      v side = p[w] - all(E2 * A) * cos_b * cos_b * cos_b;
      by = all(1.0) / root(top * top + side * side);
      sin_lat[w] = top * by, cos_lat[w] = side * by;
      v level = all(A) * root(all(1.0) - all(E2) * sin_lat[w] * sin_lat[w]);
      miss[w] = p[w] * cos_lat[w] + z[w] * sin_lat[w] - level - h[w];
      EACH(i, 0, LANES) done &= !(fabs(miss[w][i]) >= NEAR_M);
    }
    if (done || turn == TURNS) break;
    EACH(w, 0, wide) {
      v by = cos_lat[w] / p[w];
      v slope = (c[w] * all(up[0]) - s[w] * all(flat[0])) * x[w] * by +
                (c[w] * all(up[1]) - s[w] * all(flat[1])) * y[w] * by +
                (c[w] * all(up[2]) - s[w] * all(flat[2])) * sin_lat[w];
      v d = miss[w] / (all(rho) * slope), d2 = d * d;
      v sin_d = d * (all(1.0) - d2 * all(1.0 / 6) * (all(1.0) - d2 * all(1.0 / 20)));
      v cos_d = all(1.0) - d2 * all(0.5) * (all(1.0) - d2 * all(1.0 / 12));
      v s1 = s[w] * cos_d - c[w] * sin_d, c1 = c[w] * cos_d + s[w] * sin_d;
      v size = all(1.0) / root(s1 * s1 + c1 * c1);
      vi going = (miss[w] >= all(NEAR_M)) | (miss[w] <= all(-NEAR_M)); /* by itself alone */
      s[w] = pick(going, s1 * size, s[w]), c[w] = pick(going, c1 * size, c[w]);
    }
  }
  EACH(w, 0, wide) {
    v by = all(1.0) / p[w];
    Spot at = projected(y[w] * by, x[w] * by, sin_lat[w], cos_lat[w], middle);
    vi lost = (miss[w] > all(LOST_M)) | (miss[w] < all(-LOST_M)) | (miss[w] != miss[w]);
    out[w] = (Spot){pick(lost, all(NAN), at.x), pick(lost, all(NAN), at.y)};
  }
}

typedef struct { /* of one plot: its radar, along the ground, and along it a little further round */
  const double *site;
  double flat[2][3], rho, by_m;
} Plot;

/* A plot, and one further out and one further round, at heights `count` apart from `first` on */
ALWAYS void read(long wide, long first, long tracks, long count, const Plot *plot, const double *h,
                 const Middle *middle, double *z, double *further, double *round) {
  v at[WIDE], s[WIDE], c[WIDE], s1[WIDE], c1[WIDE];
  Spot spot[3][WIDE];
  EACH(w, 0, wide) {
    EACH(i, 0, LANES) {
      long t = first + w * LANES + i;
      at[w][i] = h[(t < tracks ? t : tracks - 1) * count];
    }
    s[w] = (at[w] - all(plot->site[12])) / all(plot->rho) - all(plot->rho / (2 * R_MEAN));
    c[w] = root(all(1.0) - s[w] * s[w]);
  }
  placed(wide, plot->site, plot->flat[0], plot->rho, at, middle, s, c, spot[0]);
  EACH(w, 0, wide) s1[w] = s[w], c1[w] = c[w];
  placed(wide, plot->site, plot->flat[0], plot->rho + plot->by_m, at, middle, s1, c1, spot[1]);
  placed(wide, plot->site, plot->flat[1], plot->rho, at, middle, s, c, spot[2]);
  double *out[] = {z, further, round};
  EACH(w, 0, wide) EACH(i, 0, LANES) {
    long t = first + w * LANES + i;
    if (t >= tracks) return;
    EACH(j, 0, 3) {
      out[j][t * count * 2] = spot[j][w].x[i];
      out[j][t * count * 2 + 1] = spot[j][w].y[i];
    }
  }
}

/* Plots of range and azimuth (K,) as places z (T, K, 2) at heights h (T, K), and at another range
   and another azimuth, (T, K, 2) each.  sites are (., 13), turned so that the plane's middle has
   longitude nought; `of` says which is whose, and is below nought where a plot is left out. */
SWIFT void tocsin_polar(long tracks, long count, const double *range_m, const double *azimuth_rad,
                        const long *of, const double *sites, double sin_lat, double cos_lat,
                        const double *h, double by_m, double by_rad, double *z, double *further,
                        double *round) {
  Middle middle = middle_of(sin_lat, cos_lat);
  EACH(k, 0, count) {
    if (of[k] < 0) continue;
    Plot plot = {.site = sites + of[k] * 13, .rho = range_m[k], .by_m = by_m};
    EACH(i, 0, 2) {
      double s = sin(azimuth_rad[k] + i * by_rad), c = cos(azimuth_rad[k] + i * by_rad);
      EACH(axis, 0, 3) plot.flat[i][axis] = s * plot.site[3 + axis] + c * plot.site[6 + axis];
    }
    for (long t = 0; t < tracks;) {
#define READ(wide) \
  read(wide, t, tracks, count, &plot, h + k, &middle, z + 2 * k, further + 2 * k, round + 2 * k)
      if (tracks - t > 2 * LANES) {
        READ(WIDE);
        t += WIDE * LANES;
      } else {
        READ(1);
        t += LANES;
      }
    }
  }
}
