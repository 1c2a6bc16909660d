/* Internal to fits: which columns of a data file hold what. */
#ifndef HALIDRIFT_SOLVER_FIT_LAYOUT_H
#define HALIDRIFT_SOLVER_FIT_LAYOUT_H

#include "solver/fit/fit.h"

enum { FIT_CELLS = 128 };

/** Cells of a line in place. */
struct fit_cells {
  int n;
  char *text[FIT_CELLS]; /* borrowed from the line */
};

void fit_cells_split(struct fit_cells *cells, char *line);

/** Columns by their place. */
struct fit_layout {
  int experiment; /* -1: not there */
  int x, value[FIT_WIDTH], error[FIT_WIDTH];
};

/** Read line 1: type, width, columns and quantities, terminal and has_errors of `data`. */
enum hd_status fit_layout_read(struct fit_layout *layout, struct fit_data *data,
                               const struct fit_cells *cells, const struct run_spec *spec,
                               struct hd_error *err);

/** Column of the x of a type of experiment. */
const char *fit_abscissa(int type);

#endif
