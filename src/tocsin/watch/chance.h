/* The normal distribution as chance.py and Python's `statistics` have it. */

#ifndef TOCSIN_CHANCE_H
#define TOCSIN_CHANCE_H

#include <math.h>

#define NOTHING_LEFT 746.0 /* e to the minus that is 0, which is found at length */

/* Abramowitz and Stegun 7.1.26, as chance.py has it. */
static inline double phi(double z) {
  double x = fabs(z) * 0.7071067811865476, t = 1.0 / (1.0 + 0.3275911 * x);
  if (x * x > NOTHING_LEFT) return z < 0 ? 0.0 : 1.0;
  double poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 +
                t * 1.061405429))));
  double tail = 0.5 * poly * exp(-x * x);
  return z < 0 ? tail : 1.0 - tail;
}

/* Wichura (1988), algorithm AS 241, Applied Statistics 37, 477-484: numerators and denominators
   about the middle, beside it, and far out; the highest power first. */
static const double AS241[6][8] = {
    {2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
     1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e+0},
    {5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
     5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1.0},
    {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e+0,
     3.64784832476320460504e+0, 5.76949722146069140550e+0, 4.63033784615654529590e+0, 1.42343711074968357734e+0},
    {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940e+0, 2.05319162663775882187e+0, 1.0},
    {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580e+0, 5.46378491116411436990e+0, 6.65790464350110377720e+0},
    {2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0}};

static inline double power_series(const double *c, double r) {
  double sum = c[0];
  for (int k = 1; k < 8; k++) sum = sum * r + c[k];
  return sum;
}

/* The quantile of a share between 0 and 1. */
static inline double phi_inverse(double share) {
  double q = share - 0.5, r, x;
  if (fabs(q) <= 0.425) {
    r = 0.180625 - q * q;
    return power_series(AS241[0], r) * q / power_series(AS241[1], r);
  }
  r = sqrt(-log(q <= 0.0 ? share : 1.0 - share));
  x = r <= 5.0 ? power_series(AS241[2], r - 1.6) / power_series(AS241[3], r - 1.6)
               : power_series(AS241[4], r - 5.0) / power_series(AS241[5], r - 5.0);
  return q < 0.0 ? -x : x;
}
#endif
