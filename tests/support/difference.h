/* Comparison of partial derivatives with differences of values. */
#ifndef HALIDRIFT_TESTS_DIFFERENCE_H
#define HALIDRIFT_TESTS_DIFFERENCE_H

#include <check.h>
#include <math.h>
#include "tests/support/suite.h"

/* Rounding of a difference quotient of relative step 1e-3: eps / 1e-3, times ten; the truncation
 * error of the rule below is h^4 = 1e-12 of the curvature. */
static const double difference_tolerance = 1e-9;

typedef double difference_function(double x, const void *context);

/** Five-point difference quotient, error O(h^4). */
static inline double difference(difference_function *f, double x, double h, const void *context) {
  double near = f(x + h, context) - f(x - h, context);
  double far = f(x + 2 * h, context) - f(x - 2 * h, context);
  return (8 * near - far) / (12 * h);
}

/** Assert that slope = df/dx; `floor` is the slope below which only the absolute error counts. */
static inline void assert_slope(difference_function *f, double x, double h, const void *context,
                                double slope, double floor, const char *what) {
  double expected = difference(f, x, h, context);
  double error = fabs(slope - expected) / fmax(fabs(expected), floor);
  ck_assert_msg(error < difference_tolerance,
                "%s at %g: partial %.15g, differences %.15g, error %g", what, x, slope, expected,
                error);
}

#endif
