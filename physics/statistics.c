#include "physics/statistics.h"

#include <math.h>

/* Beyond these the exponential goes on as a straight line (above) and as its mirror image, a
 * hyperbola (below), so that no Newton iterate makes a density infinite or zero. n^2 p with
 * N = 1e26 m^-3 stays below 1e308; no device comes near either end. */
static const double exponent_max = 150, exponent_min = -600;

const char *const statistics_names[] = {"boltzmann", "fermi_dirac", "blakemore", "lattice", NULL};

/** z = e^eta, continued; its logarithm l, and z'/z, z''/z. */
struct exponential {
  double z, l, d, d2;
};

static inline struct exponential exponential(double eta) {
  double bounded = fmin(fmax(eta, exponent_min), exponent_max), z = exp(bounded);
  if (eta > exponent_max) {
    double s = 1 + (eta - exponent_max);
    return (struct exponential){z * s, exponent_max + log(s), 1 / s, 0};
  }
  if (eta < exponent_min) {
    double s = 1 + (exponent_min - eta);
    return (struct exponential){z / s, exponent_min - log(s), 1 / s, 2 / (s * s)};
  }
  return (struct exponential){z, eta, 1, 1};
}

/** Inverse of z(eta), given ln z. */
static double exponential_inverse(double l) {
  if (l > exponent_max)
    return exponent_max + expm1(l - exponent_max);
  if (l < exponent_min)
    return exponent_min - expm1(exponent_min - l);
  return l;
}

/**
 * Boltzmann statistics.
 *   F = e^eta
 * Errors  none, for any eta
 */
static struct statistics_value boltzmann(double eta, double gamma) {
  (void)gamma;
  struct exponential e = exponential(eta);
  return (struct statistics_value){
      .F = e.z, .dF = e.z * e.d, .activity = eta - e.l, .d_activity = 1 - e.d, .d2F = e.z * e.d2};
}

static double boltzmann_inverse(double x, double gamma) {
  (void)gamma;
  return exponential_inverse(log(x));
}

/**
 * Blakemore's statistics of a band with a finite number of states, F < 1 / gamma.
 *   F = 1 / (e^-eta + gamma),   ln(e^eta / F) = ln(1 + gamma e^eta)
 * Errors  none, for any eta
 * Source  Blakemore 1982; a lattice gas has gamma = 1
 */
static struct statistics_value blakemore(double eta, double gamma) {
  struct exponential e = exponential(eta);
  double y = gamma * e.z, w = 1 / (1 + y), dz = e.z * e.d;
  return (struct statistics_value){.F = e.z * w,
                                   .dF = dz * w * w,
                                   .activity = (eta - e.l) + log1p(y),
                                   .d_activity = (1 - e.d + y) * w,
                                   .d2F = w * w * (e.z * e.d2 - 2 * gamma * w * dz * dz)};
}

/** x = z / (1 + gamma z), so z = x / (1 - gamma x). */
static double blakemore_inverse(double x, double gamma) {
  return exponential_inverse(log(x) - log1p(-gamma * x));
}

/** Lattice gas (Fermi-Dirac integral of order -1): F = 1 / (1 + e^-eta). */
static struct statistics_value lattice(double eta, double gamma) {
  (void)gamma;
  return blakemore(eta, 1);
}

static double lattice_inverse(double x, double gamma) {
  (void)gamma;
  return blakemore_inverse(x, 1);
}

/* Fermi-Dirac integral of order 1/2, F -> e^eta for eta -> -infinity. Chebyshev expansions of
 * degree 19, written in powers of t in [-1, 1] over lo <= x <= hi, of
 *   first row:  -ln(F / z) / z as a function of x = z = e^eta,
 *   others:     ln F as a function of x = eta,
 * computed with 50 digits from F = -Li_3/2(-e^eta); truncated below 1e-16. One expansion gives
 * value and two derivatives that belong together in 34 ns (GSL: 72 ns for F and F' alone). */
enum { FIT_TERMS = 20 };
static const struct fit {
  double lo, hi, c[FIT_TERMS];
} fits[] = {
    {0, 1, {0.30216993381933749,     -0.041008086136960102,  0.0079748512041539261,
            -0.0018012262323845198,  4.4215701787760768e-4,  -1.1449071973264485e-4,
            3.0771703827978082e-5,   -8.5015828732921882e-6, 2.3991996981514618e-6,
            -6.885877351250071e-7,   2.0037222468618014e-7,  -5.8974063951604465e-8,
            1.7504768724893875e-8,   -5.2426567154807115e-9, 1.6103702489958214e-9,
            -4.9094221843679085e-10, 1.2581946073605001e-10, -3.7624993418749203e-11,
            2.2923831262578126e-11,  -7.2980911872872778e-12}},
    {0, 2, {0.45466203154065515,     0.65183456852587062,     -0.071001716066723663,
            0.0012419439683599267,   0.0015692009616805713,   -2.2215072017519356e-4,
            -4.5521419321493497e-5,  1.8164604192470725e-5,   2.2304970918974013e-8,
            -1.1291620915014072e-6,  1.7222685026043387e-7,   4.9037933116631295e-8,
            -1.9764650943048554e-8,  -2.973403697326023e-10,  1.4845798779612942e-9,
            -2.2046015017328168e-10, -7.6289359496954442e-11, 2.7878463298646248e-11,
            1.9210862064246774e-12,  -1.7645292252634329e-12}},
    {2, 5, {1.6970905550389791,      0.55684606649915425,    -0.086644259621983504,
            0.014088807615985182,    -0.0016426510831971138, -4.7624015977554395e-5,
            9.9605757583784215e-5,   -3.3558565905922277e-5, 6.4035319537678625e-6,
            -2.2700021295187798e-7,  -3.6520901079738302e-7, 1.6541954697865523e-7,
            -4.0419589987428621e-8,  3.9495092161490212e-9,  1.5391586022592685e-9,
            -9.8472652086046557e-10, 3.1663677093454463e-10, -4.7254727055875509e-11,
            -1.6461285633407771e-11, 7.8760775874796292e-12}},
    {5, 10, {2.7597750961420001,      0.48510927710189736,    -0.075777846276477635,
             0.015110414229070299,    -0.003198528907371523,  6.6635207034216669e-4,
             -1.2832330827272126e-4,  2.0589357635880555e-5,  -1.8279353138905792e-6,
             -4.3521109731585153e-7,  3.2734996219703665e-7,  -1.2901687207159424e-7,
             4.0457185464762772e-8,   -1.0832241659945632e-8, 2.4412138312202167e-9,
             -4.3017357235017631e-10, 5.4446251519664869e-11, 1.0392176978339752e-11,
             -1.9568380756039788e-11, 6.7871466935344939e-12}},
    {10, 20, {3.7828824728581489,     0.49633463044135307,     -0.081496512568026641,
              0.017699408435448259,   -0.0042866650706938979,  0.001096436067093546,
              -2.887181527740707e-4,  7.7084117377035547e-5,   -2.0633584750109178e-5,
              5.4824427827862671e-6,  -1.431034351727746e-6,   3.6241517461298803e-7,
              -8.7592105966013364e-8, 1.9589615085173351e-8,   -3.6785151801511433e-9,
              4.6151643368539436e-10, -5.2219143097877548e-11, -3.0992166173734739e-11,
              7.0871697714194527e-11, -2.7328930416235909e-11}},
    {20, 40, {4.8184843689536688,      0.49908562092430091,    -0.08287595924372424,
              0.018315134463244949,    -0.0045448304119926737, 0.0012006207378718052,
              -3.2972090177741958e-4,  9.2941507279774973e-5,  -2.6685255623126352e-5,
              7.7653669349962222e-6,   -2.2823644275704178e-6, 6.7577719903116018e-7,
              -2.0098988901910073e-7,  6.0043263235130297e-8,  -1.82332108451158e-8,
              5.4782737727552494e-9,   -1.4296036485891127e-9, 4.2278907162247547e-10,
              -2.2646169133149864e-10, 6.8177435608399644e-11}},
};
enum { FIT_COUNT = sizeof fits / sizeof *fits };

/* Sommerfeld's expansion above the last fit: F = 4/(3 sqrt(pi)) eta^3/2 sum_n c_n eta^-2n,
 * c_n = 2 (1 - 2^(1-2n)) zeta(2n) prod_{k<2n} (3/2 - k); the first term left out is 1e-16. */
static const double sommerfeld[] = {1,
                                    1.2337005501361698,
                                    1.0654119331844017,
                                    9.7015185549591268,
                                    242.71504814667832,
                                    11865.691745445624,
                                    958843.39514411062,
                                    115801357.47490658,
                                    19542370099.726801};
enum { SOMMERFELD_COUNT = sizeof sommerfeld / sizeof *sommerfeld };
static const double sommerfeld_log_factor = -0.28468287047291916;

/** Value and two derivatives of a function. */
struct jet {
  double f, d, d2;
};

/** Horner's rule for a polynomial and its derivatives. */
static inline struct jet polynomial(const double *c, int count, double t) {
  double f = c[count - 1], d = 0, half = 0;
  for (int i = count - 2; i >= 0; i--) {
    half = half * t + d;
    d = d * t + f;
    f = f * t + c[i];
  }
  return (struct jet){f, d, 2 * half};
}

static inline struct jet fit_value(const struct fit *fit, double x) {
  double scale = 2 / (fit->hi - fit->lo);
  struct jet p = polynomial(fit->c, FIT_TERMS, (x - fit->lo) * scale - 1);
  return (struct jet){p.f, p.d * scale, p.d2 * scale * scale};
}

/** ln F for eta > 0. */
static struct jet fermi_dirac_log(double eta) {
  for (int i = 1; i < FIT_COUNT; i++)
    if (eta <= fits[i].hi)
      return fit_value(&fits[i], eta);
  double y = 1 / (eta * eta);
  struct jet p = polynomial(sommerfeld, SOMMERFELD_COUNT, y);
  /* ln F = const + 3/2 ln eta + ln p(y), with dy/deta = -2 y / eta */
  double g = p.d / p.f, dg = p.d2 / p.f - g * g;
  return (struct jet){sommerfeld_log_factor + 1.5 * log(eta) + log(p.f), (1.5 - 2 * y * g) / eta,
                      y * (-1.5 + 6 * y * g + 4 * y * y * dg)};
}

/**
 * Fermi-Dirac statistics of a parabolic band.
 *   F = 2/sqrt(pi) int_0^inf sqrt(e) / (1 + e^(e - eta)) de
 * Errors  none, for any eta; relative error below 1e-14 (F), 1e-13 (dF)
 */
static struct statistics_value fermi_dirac(double eta, double gamma) {
  (void)gamma;
  if (eta > 0) {
    struct jet l = fermi_dirac_log(eta);
    double F = exp(l.f);
    return (struct statistics_value){F, F * l.d, eta - l.f, 1 - l.d, F * (l.d * l.d + l.d2)};
  }
  struct exponential e = exponential(eta);
  struct jet p = fit_value(&fits[0], e.z); /* ln F = ln z - z p(z) */
  double a = e.z * p.f, dz = e.z * e.d;
  double da = dz * (p.f + e.z * p.d);
  double d2a = e.z * e.d2 * (p.f + e.z * p.d) + dz * dz * (2 * p.d + e.z * p.d2);
  double slope = e.d - da, F = e.z * exp(-a);
  return (struct statistics_value){.F = F,
                                   .dF = F * slope,
                                   .activity = (eta - e.l) + a,
                                   .d_activity = 1 - e.d + da,
                                   .d2F = F * (slope * slope + e.d2 - e.d * e.d - d2a)};
}

/**
 * Newton's method for ln F(eta) = ln x. ln F rises and is concave, so the tangent lies above it:
 * from the second iterate on eta climbs to the solution without overshooting.
 */
static double fermi_dirac_inverse(double x, double gamma) {
  enum { ITERATIONS_MAX = 50 };          /* 4 or 5 from this start; a bound, never met */
  static const double tolerance = 1e-15; /* a few roundings of eta */
  double target = log(x);
  if (target < exponent_min)
    return exponential_inverse(target);
  double eta = x < 1 ? target + x / sqrt(8) : pow(1.3293403881791370 * x, 2.0 / 3);
  for (int i = 0; i < ITERATIONS_MAX; i++) {
    struct statistics_value value = fermi_dirac(eta, gamma);
    double step = (target - (eta - value.activity)) / (1 - value.d_activity);
    eta += step;
    if (fabs(step) <= tolerance * fmax(fabs(eta), 1))
      break;
  }
  return eta;
}

const struct statistics_law statistics_table[] = {
    {"boltzmann", boltzmann, boltzmann_inverse, "Dilute: F = e^eta.", NULL},
    {"fermi_dirac", fermi_dirac, fermi_dirac_inverse,
     "Parabolic band: the Fermi-Dirac integral of order 1/2.",
     "Sommerfeld, Z. Phys. 47, 1 (1928), doi:10.1007/BF01391052"},
    {"blakemore", blakemore, blakemore_inverse,
     "Band with a finite number of states: F = 1 / (e^-eta + gamma), gamma = N / band_limit.",
     "Blakemore, Solid-State Electron. 25, 1067 (1982), doi:10.1016/0038-1101(82)90143-5"},
    {"lattice", lattice, lattice_inverse, "Lattice gas, one particle a site: F = 1/(1 + e^-eta).",
     "Fermi-Dirac integral of order -1"},
};
const size_t statistics_table_count = sizeof statistics_table / sizeof *statistics_table;
