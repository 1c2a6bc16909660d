/* The design of a study: which values every parameter has at every point. */
#ifndef HALIDRIFT_STUDY_DESIGN_H
#define HALIDRIFT_STUDY_DESIGN_H

#include "solver/study/parameter.h"

struct design {
  int method; /* enum study_method */
  size_t n_parameters, n_points;
  struct parameter *parameter; /* [n_parameters] owned */
};

/**
 * Read what the keys are, and make the points.
 * design  out: freed with design_free, also after an error
 * study   borrowed for the life of the design
 * sets    "key=value", NULL-terminated, or NULL: overrides of the input at all points
 * Errors  HD_INPUT: all sentences about keys and values; HD_MEMORY
 */
enum hd_status design_create(struct design *design, const struct study_spec *study,
                             const char *path, const char *const *sets, struct hd_error *err);
void design_free(struct design *design);

/** Which of its values a parameter has at a point. */
size_t design_index(const struct design *design, size_t point, size_t parameter);

/**
 * Points of the unit cube.
 *   Latin hypercube: dimension d of point i is (p_d(i) + u) / n with a random permutation p_d of
 *   0 ... n - 1 and u uniform in (0, 1): each of n equal parts of each axis has one point.
 *   Sobol: Bratley and Fox's sequence without the origin; the first n of any n are the same.
 * share   out [n][n_dimensions]
 * Errors  HD_INPUT: more dimensions than Sobol's sequence has; HD_MEMORY
 * Source  McKay, Beckman and Conover 1979, doi:10.1080/00401706.1979.10489755; Bratley and Fox
 *         1988, doi:10.1145/42288.214372
 */
enum hd_status design_sample(int method, int seed, size_t n, size_t n_dimensions, double *share,
                             struct hd_error *err);

#endif
