#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"

enum { MAX_TIMES = 10000000 }; /* rows of one experiment that a typing error may ask for */

/** Values from, from + step, ..., to; the last one is `to` itself. */
static enum hd_status make_values(struct reader *reader, const struct node *group,
                                  const struct sweep_input *input,
                                  struct experiment_spec *experiment) {
  const double rounding = 1e-6; /* of a step: 0.8 / 0.05 is 16.000000000000004 */
  if (input->points == 1) {
    input_error(reader, group, "points", "got 1, must be >= 2; one value is values = [...]");
    return HD_OK;
  }
  double span = input->to - input->from;
  double intervals =
      input->points ? input->points - 1.0 : ceil(fabs(span) / input->step - rounding);
  if (isnan(input->from) || isnan(input->to) || isnan(input->step) == (input->points == 0)) {
    input_error(reader, group, NULL,
                "a dc_sweep needs `values`, or `from`, `to` and one of `step` and `points`");
    return HD_OK;
  }
  if (intervals >= MAX_TIMES) {
    input_error(reader, group, "step", "makes %g points, must be fewer than %d", intervals,
                MAX_TIMES);
    return HD_OK;
  }
  size_t n = (size_t)intervals + 1;
  TRY(hd_alloc(&experiment->values, n, sizeof *experiment->values, reader->err));
  experiment->n_values = n;
  double step = input->points ? span / fmax(intervals, 1) : copysign(input->step, span);
  for (size_t i = 0; i < n; i++)
    experiment->values[i] = i + 1 == n && n > 1 ? input->to : input->from + (double)i * step;
  return HD_OK;
}

int build_stepped_source(struct reader *reader, const struct node *group,
                         const struct circuit_spec *circuit,
                         const struct experiment_spec *experiment) {
  bool given = tree_member(group, "source");
  int index = given ? build_source(reader, group, "source", circuit)
                    : build_only_element(circuit, ELEMENT_VOLTAGE_SOURCE);
  if (index < 0) {
    if (!given)
      input_error(reader, group, "source", "is missing. Source whose values are gone through");
    return -1;
  }
  const struct element *source = &circuit->elements[index];
  if (!element_is_source(source)) {
    input_error(reader, group, "source", "%s is no voltage or current source", source->name);
    return -1;
  }
  for (size_t i = 0; i < experiment->n_drives; i++)
    if (experiment->drives[i].target == DRIVE_SOURCE && experiment->drives[i].index == index)
      input_error(reader, group, "drive", "drives %s, which is swept", source->name);
  return index;
}

static enum hd_status read_sweep(struct reader *reader, const struct node *group,
                                 const struct circuit_spec *circuit,
                                 struct experiment_spec *experiment) {
  struct sweep_input input;
  struct table table = section_table(SECTION_EXPERIMENT, 1);
  experiment->sweep_source = build_stepped_source(reader, group, circuit, experiment);
  if (experiment->sweep_source < 0)
    return HD_OK;
  const struct element *source = &circuit->elements[experiment->sweep_source];
  size_t before = reader->err->count;
  table.value_unit = element_table[source->kind].value_unit;
  TRY(table_read(reader, group, &table, &input));
  const struct node *values = tree_member(group, "values");
  if (values && (!isnan(input.from) || !isnan(input.to) || !isnan(input.step) || input.points))
    input_error(reader, values, NULL, "is given besides from, to, step or points");
  if (reader->err->count > before)
    return HD_OK;
  if (!values)
    return make_values(reader, group, &input, experiment);
  TRY(quantity_array(reader, values, table.value_unit, &experiment->values, &experiment->n_values));
  if (experiment->n_values == 0 && reader->err->count == before)
    input_error(reader, values, NULL, "is empty, must hold at least one value");
  return HD_OK;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/** Append n times to a list. */
static enum hd_status append_times(struct reader *reader, double **times, size_t *count,
                                   const double *more, size_t n) {
  TRY(hd_resize(times, *count + n, sizeof **times, reader->err));
  if (n > 0)
    memcpy(*times + *count, more, n * sizeof *more);
  *count += n;
  return HD_OK;
}

/** Sort and leave out what is there twice (but for rounding). */
static void sort_times(double *times, size_t *count) {
  const double rounding = 1e-12; /* relative: 3 * 0.1 and 0.3 are one instant */
  size_t kept = 0;
  if (*count == 0)
    return;
  qsort(times, *count, sizeof *times, by_value);
  for (size_t i = 0; i < *count; i++)
    if (kept == 0 || times[i] - times[kept - 1] > rounding * times[i])
      times[kept++] = times[i];
  *count = kept;
}

/** An explicit list of instants: ascending, within the experiment. */
static enum hd_status read_times(struct reader *reader, const struct node *group, double duration,
                                 double **times, size_t *count) {
  const struct node *node = tree_member(group, "times");
  if (!node)
    return HD_OK;
  size_t before = reader->err->count;
  TRY(quantity_array(reader, node, "s", times, count));
  for (size_t i = 0; i < *count && reader->err->count == before; i++) {
    if ((*times)[i] < 0 || (*times)[i] > duration)
      input_error(reader, node->children[i], NULL, "got %g s, must be within the duration (%g s)",
                  (*times)[i], duration);
    else if (i > 0 && !((*times)[i] > (*times)[i - 1]))
      input_error(reader, node->children[i], NULL, "got %g s after %g s, must be sorted",
                  (*times)[i], (*times)[i - 1]);
  }
  return HD_OK;
}

static enum hd_status add_interval(struct reader *reader, const struct node *group,
                                   const struct output_input *input,
                                   struct experiment_spec *experiment) {
  double n = floor(experiment->duration / input->interval + 1e-9);
  if (isnan(n))
    return HD_OK;
  if (n > MAX_TIMES) {
    input_error(reader, group, "interval", "makes %g rows, must be fewer than %d", n, MAX_TIMES);
    return HD_OK;
  }
  for (size_t i = 0; i <= (size_t)n; i++) {
    double t = fmin((double)i * input->interval, experiment->duration);
    TRY(append_times(reader, &experiment->times, &experiment->n_times, &t, 1));
  }
  return HD_OK;
}

static enum hd_status add_log(struct reader *reader, const struct node *group,
                              struct experiment_spec *experiment) {
  struct log_input input;
  struct table table = section_table(SECTION_LOG_TIMES, 0);
  size_t before = reader->err->count;
  section_refuse_unknown(reader, group, SECTION_LOG_TIMES, NULL);
  TRY(table_read(reader, group, &table, &input));
  if (reader->err->count > before)
    return HD_OK;
  if (!(input.from < input.to) || input.to > experiment->duration)
    input_error(reader, group, "to", "got %g s, must be > from and within the duration (%g s)",
                input.to, experiment->duration);
  else {
    double decades = log10(input.to / input.from);
    double n = ceil(decades * input.per_decade - 1e-9);
    for (size_t i = 0; i <= (size_t)n; i++) {
      double t = (double)i >= n ? input.to : input.from * pow(10, (double)i / input.per_decade);
      TRY(append_times(reader, &experiment->times, &experiment->n_times, &t, 1));
    }
  }
  return HD_OK;
}

static enum hd_status read_output(struct reader *reader, const struct node *group,
                                  struct experiment_spec *experiment) {
  struct output_input input;
  struct table table = section_table(SECTION_OUTPUT, 0);
  if (group)
    section_refuse_unknown(reader, group, SECTION_OUTPUT, NULL);
  if (group && experiment->type != EXPERIMENT_TRANSIENT)
    input_error(reader, group, NULL, "is for transients: other types write every point");
  TRY(table_read(reader, group, &table, &input));
  experiment->every_step = input.every_step;
  if (!group)
    return HD_OK;
  const struct node *log = member_group(reader, group, "log");
  TRY(read_times(reader, group, experiment->duration, &experiment->times, &experiment->n_times));
  TRY(add_interval(reader, group, &input, experiment));
  if (log)
    TRY(add_log(reader, log, experiment));
  sort_times(experiment->times, &experiment->n_times);
  if (!tree_member(group, "every_step") && experiment->n_times > 0)
    experiment->every_step = false;
  return HD_OK;
}

static enum hd_status read_fields(struct reader *reader, const struct node *group,
                                  struct experiment_spec *experiment) {
  struct table table = section_table(SECTION_FIELDS, 0);
  TRY(table_read(reader, group, &table, experiment));
  if (!group)
    return HD_OK;
  section_refuse_unknown(reader, group, SECTION_FIELDS, NULL);
  if (experiment->type != EXPERIMENT_TRANSIENT && tree_member(group, "times"))
    input_error(reader, group, "times", "is for transients only");
  return read_times(reader, group, experiment->duration, &experiment->field_times,
                    &experiment->n_field_times);
}

/** Element of one kind by name, or the only one there is. */
static int find_element(struct reader *reader, const struct node *group, const char *key,
                        const struct circuit_spec *circuit, int kind) {
  if (!tree_member(group, key))
    return build_only_element(circuit, kind);
  int index = build_source(reader, group, key, circuit);
  if (index >= 0 && circuit->elements[index].kind != kind) {
    input_error(reader, tree_member(group, key), NULL, "%s is a %s, must be a %s",
                circuit->elements[index].name, element_names[circuit->elements[index].kind],
                element_names[kind]);
    return -1;
  }
  return index;
}

static enum hd_status read_spikes(struct reader *reader, const struct node *group,
                                  const struct run_spec *spec, struct experiment_spec *experiment) {
  struct spike_spec *spike = &experiment->spike;
  struct table table = section_table(SECTION_SPIKES, 0);
  TRY(table_read(reader, group, &table, experiment));
  spike->capacitor = -1;
  if (!group)
    return HD_OK;
  section_refuse_unknown(reader, group, SECTION_SPIKES, NULL);
  if (experiment->type != EXPERIMENT_TRANSIENT)
    input_error(reader, group, NULL, "is for transients only");
  spike->enabled = true;
  build_watched(reader, group, spec, &spike->instance, &spike->terminal);
  spike->source = find_element(reader, group, "source", &spec->circuit, ELEMENT_VOLTAGE_SOURCE);
  spike->capacitor = find_element(reader, group, "capacitor", &spec->circuit, ELEMENT_CAPACITOR);
  if (spike->source < 0 && !tree_member(group, "source"))
    input_error(reader, group, "source", "is missing. Voltage source that makes the pulses");
  return HD_OK;
}

/** Keys that only one type of experiment reads. */
static void check_keys(struct reader *reader, const struct node *group,
                       const struct experiment_spec *experiment) {
  static const char *const sweep_keys[] = {"from", "to", "step", "points", "values"};
  static const char *const spectrum_keys[] = {"net", "frequency", "hold_ions"};
  const size_t shared = 2; /* with a continuation */
  bool spectrum = experiment_is_spectrum(experiment->type);
  bool curve = experiment->type == EXPERIMENT_CONTINUATION;
  for (size_t i = 0; i < sizeof sweep_keys / sizeof *sweep_keys; i++) {
    const struct node *node = tree_member(group, sweep_keys[i]);
    if (node && experiment->type != EXPERIMENT_DC_SWEEP && !(curve && i < shared))
      input_error(reader, node, NULL, "is for type \"dc_sweep\"%s only",
                  i < shared ? " or \"continuation\"" : "");
  }
  for (size_t i = 0; i < sizeof spectrum_keys / sizeof *spectrum_keys; i++) {
    const struct node *node = tree_member(group, spectrum_keys[i]);
    if (node && !spectrum)
      input_error(reader, node, NULL, "is for types \"impedance\" and \"noise\" only");
  }
  if (experiment->frozen_ions && experiment->spectrum.hold_ions)
    input_error(reader, group, "hold_ions",
                "excludes frozen_ions: held ions respond to the small signal, frozen ones do not");
  const struct node *source = tree_member(group, "source");
  if (source && !spectrum && !curve && experiment->type != EXPERIMENT_DC_SWEEP)
    input_error(reader, source, NULL,
                "is for types \"dc_sweep\", \"impedance\", \"noise\" and \"continuation\" only");
  static const char *const curve_keys[] = {"key", "curve"};
  for (size_t i = 0; i < sizeof curve_keys / sizeof *curve_keys; i++) {
    const struct node *node = tree_member(group, curve_keys[i]);
    if (node && !curve)
      input_error(reader, node, NULL, "is for type \"continuation\" only");
  }
  const struct node *duration = tree_member(group, "duration");
  if (duration && experiment->type != EXPERIMENT_TRANSIENT)
    input_error(reader, duration, NULL, "is for type \"transient\" only");
  const struct node *drive = tree_member(group, "drive");
  if (drive && experiment->type == EXPERIMENT_EQUILIBRIUM)
    input_error(reader, drive, NULL,
                "is not read: in equilibrium all sources are at zero; type \"steady\" drives them");
  if (duration && tree_member(group, "protocol"))
    input_error(reader, duration, NULL, "is not read: the protocol has its own duration");
  if (!duration && experiment->type == EXPERIMENT_TRANSIENT && !tree_member(group, "protocol"))
    input_error(reader, group, "duration", "is missing. Length of the transient (s)");
}

static enum hd_status read_experiment(struct reader *reader, const struct node *group,
                                      const struct run_spec *spec, size_t part,
                                      struct experiment_spec *experiment) {
  struct table table = section_table(SECTION_EXPERIMENT, 0);
  if (!section_enter(reader, group, SECTION_EXPERIMENT))
    return HD_OK;
  struct table type = table;
  size_t before = reader->err->count;
  type.keys = "type";
  TRY(table_read(reader, group, &type, experiment));
  bool known = reader->err->count == before;
  type.keys = "name start duration frozen_ions hold_ions";
  TRY(table_update(reader, group, &type, experiment));
  if (!tree_member(group, "name"))
    input_error(reader, group, "name", "is missing. Name of the experiment in the output");
  if (!known)
    return HD_OK; /* the other keys depend on the type */
  check_keys(reader, group, experiment);
  TRY(build_drives(reader, group, spec, experiment));
  TRY(build_protocol(reader, group, spec, part, experiment));
  if (experiment->type == EXPERIMENT_DC_SWEEP)
    TRY(read_sweep(reader, group, &spec->circuit, experiment));
  if (experiment_is_spectrum(experiment->type))
    TRY(build_spectrum(reader, group, &spec->circuit, experiment));
  if (experiment->type == EXPERIMENT_CONTINUATION)
    TRY(build_curve(reader, group, &spec->circuit, experiment));
  TRY(read_output(reader, member_group(reader, group, "output"), experiment));
  TRY(read_fields(reader, member_group(reader, group, "fields"), experiment));
  return read_spikes(reader, member_group(reader, group, "spikes"), spec, experiment);
}

/** Names of experiments are unique, those of the members of series among them. */
static void refuse_repeated(struct reader *reader, const struct node *entry,
                            const struct run_spec *spec, size_t at) {
  const char *name = spec->experiments[at].name;
  for (size_t i = 0; i < at && name[0]; i++)
    if (strcmp(spec->experiments[i].name, name) == 0) {
      input_error(reader, entry, "name", "\"%s\" is there twice", name);
      return;
    }
}

/** All members of the series that a protocol makes, entry after entry. */
static enum hd_status read_members(struct reader *reader, const struct node *list,
                                   struct run_spec *spec) {
  size_t total = 0;
  for (size_t i = 0; i < list->n_children; i++)
    total += build_protocol_members(list->children[i]);
  TRY(hd_alloc(&spec->experiments, total, sizeof *spec->experiments, reader->err));
  spec->n_experiments = total;
  for (size_t i = 0, at = 0; i < list->n_children; i++) {
    size_t members = build_protocol_members(list->children[i]), before = reader->err->count;
    for (size_t part = 0; part < members && reader->err->count == before; part++) {
      TRY(read_experiment(reader, list->children[i], spec, part, &spec->experiments[at + part]));
      refuse_repeated(reader, list->children[i], spec, at + part);
    }
    at += members;
  }
  return HD_OK;
}

enum hd_status build_experiments(struct reader *reader, const struct node *root,
                                 struct run_spec *spec) {
  const struct node *list = member_list(reader, root, "experiments");
  if (!tree_member(root, "experiments") || (list && list->n_children == 0))
    input_error(reader, list ? list : root, list ? NULL : "experiments",
                "there are no experiments, must be at least one");
  return list ? read_members(reader, list, spec) : HD_OK;
}
