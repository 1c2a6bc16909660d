#include "solver/output.h"

#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"

/** "anode", or "device.anode" when the circuit has several devices. */
void output_terminal_name(const struct system *system, size_t i, int T,
                          char text[OUTPUT_TERMINAL]) {
  const struct device_spec *spec = system->instances[i].device->spec;
  if (system->n_instances > 1)
    snprintf(text, OUTPUT_TERMINAL, "%s.%s", spec->name, spec->contacts[T].name);
  else
    snprintf(text, OUTPUT_TERMINAL, "%s", spec->contacts[T].name);
}

static bool is_named(size_t n, char (*names)[OUTPUT_COLUMN], const char *name) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0)
      return true;
  return false;
}

/** Columns: time, V and I of every terminal, V of every net that no terminal is named after, what
 * the fields boil down to. */
static void list_columns(struct output *output, char (*names)[OUTPUT_COLUMN]) {
  const struct system *system = output->system;
  size_t n = 0;
  int terminals = 0;
  snprintf(names[n++], OUTPUT_COLUMN, "experiment");
  snprintf(names[n++], OUTPUT_COLUMN, "time_s");
  for (size_t i = 0; i < system->n_instances; i++)
    for (int T = 0; T < system->instances[i].device->n_terminals; T++) {
      char terminal[OUTPUT_TERMINAL];
      output_terminal_name(system, i, T, terminal);
      output->voltage[n] = system->instances[i].spec->net[T];
      snprintf(names[n++], OUTPUT_COLUMN, "V(%s)_V", terminal);
      output->current[n] = terminals++;
      snprintf(names[n++], OUTPUT_COLUMN, "I(%s)_A", terminal);
    }
  for (size_t net = 1; net < system->run->circuit.n_nets; net++) {
    char name[OUTPUT_COLUMN];
    snprintf(name, sizeof name, "V(%s)_V", system->run->circuit.nets[net]);
    if (is_named(n, names, name))
      continue;
    output->voltage[n] = (int)net;
    memcpy(names[n++], name, sizeof name);
  }
  output->first_derived = n;
  for (size_t i = 0; i < derived_count(output->derived); i++)
    snprintf(names[n++], OUTPUT_COLUMN, "%s", derived_name(output->derived, i));
  output->n_columns = n;
}

static enum hd_status open_terminals(struct output *output, const char *dir,
                                     const struct store *from, struct hd_error *err) {
  const struct system *system = output->system;
  size_t room = 2 + system->run->circuit.n_nets + derived_count(output->derived);
  for (size_t i = 0; i < system->n_instances; i++)
    room += 2 * (size_t)system->instances[i].device->n_terminals;
  const char **columns = NULL;
  TRY(hd_alloc(&output->voltage, room, sizeof(int), err));
  TRY(hd_alloc(&output->current, room, sizeof(int), err));
  TRY(hd_alloc(&output->row, room, sizeof(double), err));
  TRY(hd_alloc(&output->columns, room, sizeof *output->columns, err));
  TRY(hd_alloc(&columns, room, sizeof *columns, err));
  for (size_t i = 0; i < room; i++)
    output->voltage[i] = output->current[i] = -1;
  list_columns(output, output->columns);
  for (size_t i = 0; i < output->n_columns; i++)
    columns[i] = output->columns[i];
  enum hd_status status =
      !dir   ? HD_OK
      : from ? sink_table_reopen(&output->terminals, dir, "terminals.csv", output->n_columns,
                                 columns, store_number(from, "terminals_bytes"), err)
             : sink_table_open(&output->terminals, dir, "terminals.csv", output->n_columns, columns,
                               err);
  hd_free(&columns);
  return status;
}

/* ---- curve.csv ---- */

static const char *const curve_columns[] = {"point",
                                            "branch",
                                            "fold",
                                            "parameter",
                                            "arc_length",
                                            "slope",
                                            "growth_rate_per_s",
                                            "growth_frequency_per_s",
                                            "growing_modes",
                                            "newton_iterations"};
enum { CURVE_COLUMNS = sizeof curve_columns / sizeof *curve_columns };

static bool has_curve(const struct run_spec *spec) {
  bool found = false;
  for (size_t i = 0; i < spec->n_experiments; i++)
    found = found || spec->experiments[i].type == EXPERIMENT_CONTINUATION;
  return found;
}

/** The curve's own columns, then those of terminals.csv without the time. */
static enum hd_status open_curve(struct output *output, const char *dir, const struct store *from,
                                 struct hd_error *err) {
  const char **columns = NULL;
  size_t n = 0;
  if (!dir || !has_curve(output->system->run))
    return HD_OK;
  TRY(hd_alloc(&columns, CURVE_COLUMNS + output->n_columns, sizeof *columns, err));
  columns[n++] = output->columns[0];
  for (size_t i = 0; i < CURVE_COLUMNS; i++)
    columns[n++] = curve_columns[i];
  for (size_t i = 2; i < output->n_columns; i++)
    columns[n++] = output->columns[i];
  enum hd_status status = from ? sink_table_reopen(&output->curve, dir, "curve.csv", n, columns,
                                                   store_number(from, "curve_bytes"), err)
                               : sink_table_open(&output->curve, dir, "curve.csv", n, columns, err);
  hd_free(&columns);
  return status;
}

enum hd_status output_curve_row(struct output *output, const struct curve_row *row,
                                struct hd_error *err) {
  const double own[CURVE_COLUMNS] = {row->point,      row->branch,    row->fold, row->parameter,
                                     row->arc_length, row->slope,     row->rate, row->frequency,
                                     row->growing,    row->iterations};
  double *values = NULL;
  TRY(hd_alloc(&values, CURVE_COLUMNS + output->n_columns, sizeof *values, err));
  memcpy(values, own, sizeof own);
  memcpy(values + CURVE_COLUMNS, output->row + 1, (output->n_columns - 2) * sizeof *values);
  enum hd_status status = sink_table_row(output->curve, output->experiment, values, err);
  hd_free(&values);
  return status;
}

/** Do records of noise show where it comes from? */
static bool wants_noise(const struct run_spec *run) {
  for (size_t i = 0; i < run->n_experiments; i++)
    if (run->experiments[i].type == EXPERIMENT_NOISE && run->experiments[i].fields_every > 0)
      return true;
  return false;
}

/** The volume that belongs to each node, beside the shares of noise that it has. */
static enum hd_status add_volumes(struct output *output, size_t i, struct hd_error *err) {
  const struct device *device = output->system->instances[i].device;
  const struct mesh *mesh = device->mesh;
  double *volume;
  TRY(quantity_set_add(&output->sets[i], device, "cell_volume", "m3", "volume of the node's cell",
                       &volume, err));
  for (size_t k = 0; k < mesh->n_nodes; k++)
    volume[k] = 0.0;
  for (size_t part = 0; part < mesh->n_node_parts; part++)
    volume[mesh->node_parts[part].node] += mesh->node_parts[part].volume;
  return HD_OK;
}

/** A variable for every mechanism of noise that has a place. */
static enum hd_status add_mechanisms(struct output *output, const struct noise *noise,
                                     struct hd_error *err) {
  TRY(hd_alloc(&output->noise, noise_count(noise), sizeof *output->noise, err));
  for (size_t m = 0; m < noise_count(noise); m++) {
    char name[NOISE_FIELD], text[NOISE_FIELD + 32];
    int i = noise_place(noise, m, name);
    if (i < 0)
      continue;
    snprintf(text, sizeof text, "share of the noise: %s", noise_name(noise, m));
    TRY(quantity_set_add(&output->sets[i], output->system->instances[i].device, name, "1", text,
                         &output->noise[m], err));
  }
  return HD_OK;
}

static enum hd_status add_noise(struct output *output, struct hd_error *err) {
  struct noise *noise = NULL;
  for (size_t i = 0; i < output->system->n_instances; i++)
    TRY(add_volumes(output, i, err));
  enum hd_status status = noise_create(&noise, output->system, err);
  if (status == HD_OK)
    status = add_mechanisms(output, noise, err);
  noise_free(&noise);
  return status;
}

static enum hd_status open_fields(struct output *output, const char *dir, struct hd_error *err) {
  const struct system *system = output->system;
  size_t n = system->n_instances;
  if (!dir)
    return HD_OK;
  TRY(hd_alloc(&output->sets, n, sizeof *output->sets, err));
  TRY(hd_alloc(&output->meshes, n, sizeof *output->meshes, err));
  TRY(hd_alloc(&output->names, n, sizeof *output->names, err));
  TRY(hd_alloc(&output->counts, n, sizeof *output->counts, err));
  TRY(hd_alloc(&output->variables, n, sizeof *output->variables, err));
  for (size_t i = 0; i < n; i++) {
    TRY(quantity_set_create(&output->sets[i], &system->instances[i], err));
    output->meshes[i] = system->instances[i].device->mesh;
    output->names[i] = system->instances[i].device->spec->name;
  }
  if (wants_noise(system->run))
    TRY(add_noise(output, err));
  for (size_t i = 0; i < n; i++) {
    output->counts[i] = output->sets[i].count;
    output->variables[i] = output->sets[i].variables;
  }
  return sink_fields_open(&output->fields, dir, system->run->title, n, output->meshes,
                          output->names, output->counts, output->variables, err);
}

enum hd_status output_open(struct output **out, const char *dir, struct system *system,
                           const struct store *from, struct hd_error *err) {
  struct output *output = NULL;
  TRY(hd_alloc(&output, 1, sizeof *output, err));
  output->system = system;
  *out = output;
  TRY(currents_create(&output->currents, system, err));
  TRY(hd_alloc(&output->I, currents_count(output->currents), sizeof(double), err));
  TRY(derived_create(&output->derived, system, err));
  TRY(open_terminals(output, dir, from, err));
  TRY(open_curve(output, dir, from, err));
  TRY(open_fields(output, dir, err));
  return from ? sink_fields_continue(output->fields, (size_t)store_number(from, "records"), err)
              : HD_OK;
}

enum hd_status output_row(struct output *output, double t, const double *y, const double *yp,
                          double rate, struct hd_error *err) {
  TRY(currents_evaluate(output->currents, y, yp, t, rate, output->frozen, output->I, err));
  output->row[0] = t;
  for (size_t i = 2; i < output->first_derived; i++)
    output->row[i - 1] = output->voltage[i] >= 0 ? system_net(output->system, y, output->voltage[i])
                                                 : output->I[output->current[i]];
  TRY(derived_follow(output->derived, err));
  derived_evaluate(output->derived, y, &output->row[output->first_derived - 1]);
  return sink_table_row(output->terminals, output->experiment, output->row, err);
}

/** A record of what the sets hold. */
static enum hd_status write_sets(struct output *output, double t, double bias, double frequency,
                                 struct hd_error *err) {
  const double *const **values = NULL;
  TRY(hd_alloc(&values, output->system->n_instances, sizeof *values, err));
  for (size_t i = 0; i < output->system->n_instances; i++)
    values[i] = (const double *const *)output->sets[i].values;
  enum hd_status status =
      sink_fields_write(output->fields, output->experiment, t, bias, frequency, values, err);
  hd_free(&values);
  return status;
}

static void fill_sets(struct output *output, double t, const double *y, const double *yp) {
  for (size_t i = 0; i < output->system->n_instances; i++)
    quantity_set_fill(&output->sets[i], output->system, (int)i, y, yp, t, output->frozen);
}

enum hd_status output_fields(struct output *output, double t, double bias, const double *y,
                             const double *yp, struct hd_error *err) {
  if (!output->fields)
    return HD_OK;
  fill_sets(output, t, y, yp);
  return write_sets(output, t, bias, NAN, err);
}

/** Records of other experiments have no shares: they are missing again behind this one. */
enum hd_status output_noise(struct output *output, double frequency, const double *y,
                            const struct noise *noise, const double complex *z, double S,
                            struct hd_error *err) {
  if (!output->fields)
    return HD_OK;
  fill_sets(output, 0.0, y, NULL);
  noise_spread(noise, z, S, output->noise);
  enum hd_status status = write_sets(output, 0.0, 0.0, frequency, err);
  for (size_t m = 0; m < noise_count(noise); m++) {
    char name[NOISE_FIELD];
    int i = noise_place(noise, m, name);
    for (int k = 0; i >= 0 && k < output->system->instances[i].device->n_nodes; k++)
      output->noise[m][k] = NAN;
  }
  return status;
}

/** Close all files; NULL is accepted. The first failure is reported. */
enum hd_status output_close(struct output **output, struct hd_error *err) {
  if (!*output)
    return HD_OK;
  struct output *o = *output;
  enum hd_status status = sink_table_close(&o->terminals, err);
  enum hd_status curve = sink_table_close(&o->curve, err);
  enum hd_status fields = sink_fields_close(&o->fields, err);
  for (size_t i = 0; o->sets && i < o->system->n_instances; i++)
    quantity_set_free(&o->sets[i]);
  hd_free(&o->sets);
  hd_free(&o->meshes);
  hd_free(&o->names);
  hd_free(&o->counts);
  hd_free(&o->variables);
  hd_free(&o->noise);
  hd_free(&o->voltage);
  hd_free(&o->current);
  hd_free(&o->columns);
  hd_free(&o->row);
  hd_free(&o->I);
  currents_free(&o->currents);
  derived_free(&o->derived);
  hd_free(output);
  return status != HD_OK ? status : curve != HD_OK ? curve : fields;
}
