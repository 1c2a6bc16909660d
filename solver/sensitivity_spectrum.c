#include "solver/sensitivity_spectrum.h"

#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"

struct sensitivity_spectrum {
  struct sensitivity *sensitivity;  /* borrowed */
  struct small_signal *(*twins)[2]; /* [n] owned */
  double complex *left[2];          /* [system->n] owned work: what dy leaves in the twins */
};

static enum hd_status fill(struct sensitivity_spectrum *spectrum, bool frozen, const double *y,
                           struct hd_error *err) {
  struct sensitivity *sensitivity = spectrum->sensitivity;
  size_t n = (size_t)sensitivity->system->n;
  TRY(hd_alloc(&spectrum->twins, sensitivity->n, sizeof *spectrum->twins, err));
  for (int side = 0; side < 2; side++)
    TRY(hd_alloc(&spectrum->left[side], n, sizeof **spectrum->left, err));
  for (size_t i = 0; i < sensitivity->n; i++)
    for (int side = 0; side < 2; side++) {
      sensitivity_shift(sensitivity, i, side, y, sensitivity->y);
      TRY(small_signal_create(&spectrum->twins[i][side], sensitivity->twins[i][side], frozen,
                              sensitivity->y, err));
    }
  return HD_OK;
}

/**
 * Linearise the twins.
 * sensitivity  borrowed; must outlive it
 * y            [n] the steady state that the sensitivities s are of
 * Errors       HD_MEMORY, HD_INTERNAL
 */
enum hd_status sensitivity_spectrum_create(struct sensitivity_spectrum **out,
                                           struct sensitivity *sensitivity, bool frozen,
                                           const double *y, struct hd_error *err) {
  TRY(hd_alloc(out, 1, sizeof **out, err));
  (*out)->sensitivity = sensitivity;
  enum hd_status status = fill(*out, frozen, y, err);
  if (status != HD_OK)
    sensitivity_spectrum_free(out);
  return status;
}

/** Free; NULL is accepted. */
void sensitivity_spectrum_free(struct sensitivity_spectrum **spectrum) {
  if (!*spectrum)
    return;
  struct sensitivity_spectrum *own = *spectrum;
  for (size_t i = 0; own->twins && i < own->sensitivity->n; i++)
    for (int side = 0; side < 2; side++)
      small_signal_free(&own->twins[i][side]);
  hd_free(&own->twins);
  for (int side = 0; side < 2; side++)
    hd_free(&own->left[side]);
  hd_free(spectrum);
}

/** The rows of twins have other factors, which does not matter where r = 0. */
void sensitivity_spectrum_slopes(struct sensitivity_spectrum *spectrum,
                                 const struct small_signal_port *port, double frequency,
                                 const double complex *dy, const double complex *z,
                                 double complex *slopes) {
  const struct sensitivity *sensitivity = spectrum->sensitivity;
  for (size_t i = 0; i < sensitivity->n; i++) {
    double complex sum = 0.0;
    for (int side = 0; side < 2; side++)
      small_signal_residual(spectrum->twins[i][side], port, frequency, dy, spectrum->left[side]);
    for (int g = 0; g < sensitivity->system->n; g++)
      sum += z[g] * (spectrum->left[1][g] - spectrum->left[0][g]);
    slopes[i] = -sum / (2.0 * sensitivity->step);
  }
}

/* ---- rows ---- */

enum hd_status sensitivity_spectrum_open(struct sink_table **table,
                                         const struct sensitivity *sensitivity, const char *dir,
                                         const struct store *from, struct hd_error *err) {
  enum { COLUMN = HD_PATH + HD_NAME, FIRST = 4 };
  static const char *const first[FIRST] = {"experiment", "frequency_Hz", "ReY_S", "ImY_S"};
  char(*names)[COLUMN] = NULL;
  const char **columns = NULL;
  size_t n = FIRST + 2 * sensitivity->n;
  TRY(hd_alloc(&names, n, sizeof *names, err));
  enum hd_status status = hd_alloc(&columns, n, sizeof *columns, err);
  for (size_t i = 0; i < n && status == HD_OK; i++) {
    const char *part = (i - FIRST) % 2 ? "Im" : "Re";
    if (i < FIRST)
      snprintf(names[i], COLUMN, "%s", first[i]);
    else
      snprintf(names[i], COLUMN, "d%sY/dln(%s)_S", part,
               sensitivity->parameters[(i - FIRST) / 2].name);
    columns[i] = names[i];
  }
  if (status == HD_OK)
    status = from ? sink_table_reopen(table, dir, "impedance_sensitivity.csv", n, columns,
                                      store_number(from, "impedance_sensitivity_bytes"), err)
                  : sink_table_open(table, dir, "impedance_sensitivity.csv", n, columns, err);
  hd_free(&columns);
  hd_free(&names);
  return status;
}

enum hd_status sensitivity_spectrum_row(struct sink_table *table, const char *experiment,
                                        double frequency, size_t n, const double complex *values,
                                        struct hd_error *err) {
  double *row = NULL;
  TRY(hd_alloc(&row, 3 + 2 * n, sizeof *row, err));
  row[0] = frequency;
  for (size_t i = 0; i <= n; i++) {
    row[1 + 2 * i] = creal(values[i]);
    row[2 + 2 * i] = cimag(values[i]);
  }
  enum hd_status status = sink_table_row(table, experiment, row, err);
  hd_free(&row);
  return status;
}

enum hd_status spectrum_rows_add(struct spectrum_rows *rows, size_t experiment, double frequency,
                                 size_t n, const double complex *values, struct hd_error *err) {
  size_t count = rows->n + 1, width = 1 + n;
  TRY(hd_resize(&rows->experiment, count, sizeof *rows->experiment, err));
  TRY(hd_resize(&rows->frequency, count, sizeof *rows->frequency, err));
  TRY(hd_resize(&rows->Y, count * width, sizeof *rows->Y, err));
  rows->n_parameters = n;
  rows->experiment[rows->n] = experiment;
  rows->frequency[rows->n] = frequency;
  memcpy(rows->Y + rows->n * width, values, width * sizeof *values);
  rows->n = count;
  return HD_OK;
}

void spectrum_rows_free(struct spectrum_rows *rows) {
  hd_free(&rows->experiment);
  hd_free(&rows->frequency);
  hd_free(&rows->Y);
  *rows = (struct spectrum_rows){0};
}
