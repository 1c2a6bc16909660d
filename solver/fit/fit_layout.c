#include "solver/fit/fit_layout.h"

#include <string.h>
#include "solver/fit/fit_quantity.h"

/** What x is, by type of experiment. The first one that a file has counts. */
static const struct {
  const char *column;
  int type;
} abscissae[] = {{"frequency_Hz", EXPERIMENT_IMPEDANCE},
                 {"time_s", EXPERIMENT_TRANSIENT},
                 {"bias_V", EXPERIMENT_DC_SWEEP}};
enum { ABSCISSAE = sizeof abscissae / sizeof *abscissae };

const char *fit_abscissa(int type) {
  int i = 0;
  while (i < ABSCISSAE - 1 && abscissae[i].type != type)
    i++;
  return abscissae[i].column;
}

void fit_cells_split(struct fit_cells *cells, char *line) {
  cells->n = 0;
  line[strcspn(line, "\r\n")] = '\0';
  for (char *at = line; at && cells->n < FIT_CELLS; cells->n++) {
    cells->text[cells->n] = at;
    at = strchr(at, ',');
    if (at)
      *at++ = '\0';
  }
}

/** Place of a column, or -1. */
static int find(const struct fit_cells *cells, const char *name) {
  for (int i = 0; i < cells->n; i++)
    if (strcmp(cells->text[i], name) == 0)
      return i;
  return -1;
}

static void add_column(struct fit_layout *layout, struct fit_data *data, int at, const char *name) {
  layout->value[data->width] = at;
  snprintf(data->columns[data->width++], FIT_COLUMN, "%s", name);
}

/* ---- currents ---- */

/** The first column I(<terminal>)_A of the circuit's only device. */
static enum hd_status find_current(struct fit_layout *layout, struct fit_data *data,
                                   const struct fit_cells *cells, const struct run_spec *spec,
                                   struct hd_error *err) {
  if (spec->circuit.n_instances != 1)
    return hd_fail(err, HD_INPUT, "%s: currents need one device in the circuit", data->file);
  const struct device_spec *device = &spec->devices[spec->circuit.instances[0].device];
  for (int i = 0; i < cells->n && data->width == 0; i++)
    for (size_t c = 0; c < device->n_contacts && data->width == 0; c++) {
      char name[FIT_COLUMN];
      snprintf(name, sizeof name, "I(%s)_A", device->contacts[c].name);
      data->terminal = c;
      if (strcmp(name, cells->text[i]) == 0)
        add_column(layout, data, i, name);
    }
  if (data->width == 0)
    return hd_fail(err, HD_INPUT,
                   "%s:1: needs a column I(<terminal>)_A with a terminal of the device beside %s",
                   data->file, fit_abscissa(data->type));
  layout->error[0] = find(cells, "error_A");
  data->has_errors = layout->error[0] >= 0;
  return HD_OK;
}

/* ---- impedances ---- */

static enum hd_status find_quantities(struct fit_layout *layout, struct fit_data *data,
                                      const struct fit_cells *cells, struct hd_error *err) {
  for (int i = 0; i < fit_quantities_count; i++) {
    const struct fit_quantity *quantity = &fit_quantities[i], *other = data->quantities[0];
    int at = find(cells, quantity->column);
    if (at < 0)
      continue;
    if (data->width == FIT_WIDTH ||
        (other && (other->group != quantity->group || other->part == quantity->part)))
      return hd_fail(err, HD_INPUT,
                     "%s:1: %s and %s say the same, must be ReZ_Ohm and ImZ_Ohm, or absZ_Ohm and "
                     "phase_deg, or ReY_S and ImY_S, or ReY_S and C_F, or one of them",
                     data->file, other->column, quantity->column);
    data->quantities[data->width] = quantity;
    add_column(layout, data, at, quantity->column);
  }
  if (data->width == 0)
    return hd_fail(err, HD_INPUT,
                   "%s:1: needs ReZ_Ohm, ImZ_Ohm, absZ_Ohm, phase_deg, ReY_S, ImY_S or C_F beside "
                   "frequency_Hz",
                   data->file);
  return HD_OK;
}

/** error_<column> of every column, or of none. */
static enum hd_status find_errors(struct fit_layout *layout, struct fit_data *data,
                                  const struct fit_cells *cells, struct hd_error *err) {
  size_t found = 0;
  for (size_t j = 0; j < data->width; j++) {
    char name[FIT_COLUMN + 8];
    snprintf(name, sizeof name, "error_%s", data->columns[j]);
    layout->error[j] = find(cells, name);
    found += layout->error[j] >= 0;
  }
  data->has_errors = found == data->width;
  if (found > 0 && !data->has_errors)
    return hd_fail(err, HD_INPUT, "%s:1: needs error_%s beside error_%s, or neither", data->file,
                   data->columns[layout->error[0] >= 0], data->columns[layout->error[0] < 0]);
  return HD_OK;
}

enum hd_status fit_layout_read(struct fit_layout *layout, struct fit_data *data,
                               const struct fit_cells *cells, const struct run_spec *spec,
                               struct hd_error *err) {
  layout->experiment = find(cells, "experiment");
  layout->x = -1;
  for (int i = 0; i < ABSCISSAE && layout->x < 0; i++) {
    layout->x = find(cells, abscissae[i].column);
    data->type = abscissae[i].type;
  }
  if (layout->x < 0)
    return hd_fail(err, HD_INPUT,
                   "%s:1: needs a column time_s (of a transient), bias_V (of a dc_sweep) or "
                   "frequency_Hz (of an impedance)",
                   data->file);
  if (data->type != EXPERIMENT_IMPEDANCE)
    return find_current(layout, data, cells, spec, err);
  TRY(find_quantities(layout, data, cells, err));
  return find_errors(layout, data, cells, err);
}
