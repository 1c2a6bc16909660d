/* The tensor grid under a mesh: axes with all stops of a shape, and the region of every cell.
 * 1D is a tensor grid whose second axis has one point and one cell of unit width. */
#ifndef HALIDRIFT_GEOMETRY_TENSOR_H
#define HALIDRIFT_GEOMETRY_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include "geometry/metric.h"
#include "geometry/shape.h"
#include "solver/base/error.h"

struct tensor {
  struct metric metric;
  int dimension;     /* 1 or 2 */
  size_t n[2];       /* points */
  size_t n_cells[2]; /* n - 1; 1 along the missing axis of 1D */
  double *x[2];      /* [n] owned; points, m */
  int *region; /* [n_cells[0] * n_cells[1]] owned; cell (i, j) at i * n_cells[1] + j: a region,
                  SHAPE_VOID, or shape_electrode(terminal) */
};

/** Axes and cells of a shape that passed shape_check. Owned by the caller: tensor_free. */
enum hd_status tensor_build(struct tensor *tensor, const struct shape *shape, struct hd_error *err);

void tensor_free(struct tensor *tensor);

/** The half of cell `c` along `axis` next to its lower (upper) point; all of it in 1D's axis 1. */
struct span tensor_half(const struct tensor *tensor, int axis, size_t cell, bool upper);

/** Filling of a cell: its region, or < 0 without material: SHAPE_VOID in a void and outside the
 * grid, shape_electrode(terminal) in an electrode. (size_t)-1 is one before the first cell. */
int tensor_region(const struct tensor *tensor, size_t i, size_t j);

#endif
