#include "solver/study/figures.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include "solver/base/memory.h"

/* ---- spikes ---- */

/** Mean of a column of spike_columns over the spikes that are complete. */
static double mean_of(const struct spike *spikes, size_t n, const char *column) {
  double sum = 0;
  size_t at = 0, count = 0;
  while (strcmp(spike_columns[at], column) != 0)
    at++;
  for (size_t i = 0; i < n; i++)
    if (spikes[i].complete) {
      sum += fabs(spike_value(&spikes[i], at));
      count++;
    }
  return count > 0 ? sum / (double)count : (double)NAN;
}

static double number_of_spikes(const struct spike *spikes, size_t n) {
  (void)spikes;
  return (double)n;
}

static double pulses_to_first(const struct spike *spikes, size_t n) {
  return n > 0 && spikes[0].pulse > 0 ? spikes[0].pulse : (double)NAN;
}

static double time_of_first(const struct spike *spikes, size_t n) {
  return n > 0 ? spikes[0].t : (double)NAN;
}

static double energy_source(const struct spike *spikes, size_t n) {
  return mean_of(spikes, n, "E_source_J");
}

static double energy_device(const struct spike *spikes, size_t n) {
  return mean_of(spikes, n, "E_device_J");
}

static double charge(const struct spike *spikes, size_t n) {
  return mean_of(spikes, n, "charge_C");
}

static double peak(const struct spike *spikes, size_t n) {
  return mean_of(spikes, n, "peak_current_A");
}

static double width(const struct spike *spikes, size_t n) {
  return mean_of(spikes, n, "width_s");
}

const struct spike_figure spike_figures[] = {
    {"spikes", "1", "Number of spikes.", number_of_spikes},
    {"first_spike_pulse", "1", "Number of the pulse of the first spike; missing: never.",
     pulses_to_first},
    {"first_spike_time", "s", "Time of the first spike; missing: never.", time_of_first},
    {"energy_per_spike", "J", "Mean energy from the source over the complete spikes' windows.",
     energy_source},
    {"device_energy_per_spike", "J", "The same into the device.", energy_device},
    {"charge_per_spike", "C", "Mean charge through the terminal, without sign.", charge},
    {"peak_current", "A", "Mean peak current of the complete spikes, without sign.", peak},
    {"spike_width", "s", "Mean time above the threshold.", width},
};
const size_t spike_figures_count = sizeof spike_figures / sizeof *spike_figures;

/* ---- relaxation ---- */

/** Time at which an excess that goes from a to b between two times has the size x. */
static double crossing(double t_a, double a, double t_b, double b, double x) {
  double share = b > 0 ? log(a / x) / log(a / b) : (a - x) / (a - b);
  return t_a + (t_b - t_a) * share;
}

double figures_relaxation(size_t n, const double *t, const double *value, double after,
                          double level, int rest) {
  if (n == 0)
    return NAN;
  double base = rest == RELAXATION_END ? value[n - 1] : 0, first = value[0] - base;
  size_t i = 1;
  for (; i < n && t[i] <= after; i++)
    first = value[i] - base;
  if (i < n && t[i - 1] < after)
    first += (value[i] - value[i - 1]) * (after - t[i - 1]) / (t[i] - t[i - 1]);
  double sign = first < 0 ? -1 : 1, x = level * fabs(first), t_a = after, a = fabs(first);
  for (; i < n && a > 0; i++) {
    double b = sign * (value[i] - base);
    if (b <= x)
      return crossing(t_a, a, t[i], b, x) - after;
    t_a = t[i];
    a = b;
  }
  return NAN;
}

/** End of the last pulse of the sources: the last kink of their waveforms. */
static double last_kink(const struct run_spec *spec, const struct experiment_spec *experiment) {
  double last = 0;
  for (size_t e = 0; e < spec->circuit.n_elements; e++) {
    if (!element_is_source(&spec->circuit.elements[e]))
      continue;
    const struct waveform *waveform = experiment_waveform(spec, experiment, e);
    for (double t = 0; (t = waveform_next_kink(waveform, t)) < experiment->duration;)
      last = fmax(last, t);
  }
  return last;
}

static int find_experiment(const struct run_spec *spec, const char *name,
                           bool (*fits)(const struct experiment_spec *), bool last) {
  int found = -1;
  for (size_t e = 0; e < spec->n_experiments; e++) {
    const struct experiment_spec *experiment = &spec->experiments[e];
    bool named = !name[0] || strcmp(name, experiment->name) == 0;
    if (named && fits(experiment) && (last || found < 0))
      found = (int)e;
  }
  return found;
}

static bool is_transient(const struct experiment_spec *experiment) {
  return experiment->type == EXPERIMENT_TRANSIENT;
}

static bool looks_for_spikes(const struct experiment_spec *experiment) {
  return experiment->spike.enabled;
}

int figures_relaxation_experiment(const struct run_spec *spec, const struct relaxation_spec *of) {
  return find_experiment(spec, of->experiment, is_transient, true);
}

int figures_threshold_experiment(const struct run_spec *spec, const struct threshold_spec *of) {
  return find_experiment(spec, of->experiment, looks_for_spikes, false);
}

/* ---- rows ---- */

enum hd_status figures_create(struct figures *figures, const struct run_spec *spec,
                              const struct study_spec *study, struct hd_error *err) {
  *figures = (struct figures){.spec = spec, .study = study, .experiment = SIZE_MAX};
  TRY(hd_alloc(&figures->columns, spec->n_experiments, sizeof *figures->columns, err));
  TRY(hd_alloc(&figures->traces, study->n_relaxations, sizeof *figures->traces, err));
  for (size_t k = 0; k < study->n_relaxations; k++) {
    const struct relaxation_spec *relaxation = &study->relaxations[k];
    int e = figures_relaxation_experiment(spec, relaxation);
    figures->traces[k].column = -1;
    figures->traces[k].after = isnan(relaxation->after) && e >= 0
                                   ? last_kink(spec, &spec->experiments[e])
                                   : relaxation->after;
  }
  return HD_OK;
}

void figures_free(struct figures *figures) {
  for (size_t e = 0; figures->columns && e < figures->spec->n_experiments; e++)
    hd_free(&figures->columns[e]);
  for (size_t k = 0; figures->traces && k < figures->study->n_relaxations; k++) {
    hd_free(&figures->traces[k].t);
    hd_free(&figures->traces[k].value);
  }
  hd_free(&figures->columns);
  hd_free(&figures->traces);
}

static bool begins_with(const char *text, const char *begin) {
  return strncmp(text, begin, strlen(begin)) == 0;
}

/** The first row of an experiment. */
static enum hd_status begin_experiment(struct figures *figures, size_t experiment,
                                       const struct output *output) {
  figures->experiment = experiment;
  figures->n_columns = output->n_columns - 2;
  bool transient = is_transient(&figures->spec->experiments[experiment]);
  if (transient)
    TRY(hd_alloc(&figures->columns[experiment], figures->n_columns, sizeof **figures->columns,
                 NULL));
  for (size_t c = 0; transient && c < figures->n_columns; c++) {
    struct column_figures *column = &figures->columns[experiment][c];
    *column = (struct column_figures){.before = NAN};
    if (begins_with(output->columns[c + 2], "I("))
      memcpy(column->name, output->columns[c + 2], OUTPUT_COLUMN);
  }
  for (size_t k = 0; k < figures->study->n_relaxations; k++) {
    const struct relaxation_spec *relaxation = &figures->study->relaxations[k];
    if (figures_relaxation_experiment(figures->spec, relaxation) != (int)experiment)
      continue;
    for (size_t c = 0; c < figures->n_columns; c++)
      if (strcmp(output->columns[c + 2], relaxation->column) == 0)
        figures->traces[k].column = (int)c;
  }
  return HD_OK;
}

static void take_value(struct column_figures *column, double value, double step) {
  if (!isnan(column->before))
    column->charge += step * 0.5 * (column->before + value);
  column->before = value;
}

static enum hd_status extend_trace(struct relaxation_trace *trace, double t, double value) {
  if (isnan(value))
    return HD_OK;
  if (trace->n == 1 && t <= trace->after)
    trace->n = 0; /* only the last one before counts */
  if (trace->n == trace->capacity) {
    size_t capacity = 2 * trace->capacity + 64;
    TRY(hd_resize(&trace->t, capacity, sizeof(double), NULL));
    TRY(hd_resize(&trace->value, capacity, sizeof(double), NULL));
    trace->capacity = capacity;
  }
  trace->t[trace->n] = t;
  trace->value[trace->n++] = value;
  return HD_OK;
}

static enum hd_status take_row(struct figures *figures, size_t experiment,
                               const struct output *output) {
  const double *values = output->row + 1;
  double t = output->row[0];
  if (figures->experiment != experiment) {
    TRY(begin_experiment(figures, experiment, output));
    figures->t = t;
  }
  for (size_t c = 0; figures->columns[experiment] && c < figures->n_columns; c++)
    take_value(&figures->columns[experiment][c], values[c], t - figures->t);
  figures->t = t;
  for (size_t k = 0; k < figures->study->n_relaxations; k++) {
    struct relaxation_trace *trace = &figures->traces[k];
    int e = figures_relaxation_experiment(figures->spec, &figures->study->relaxations[k]);
    if (e == (int)experiment && trace->column >= 0)
      TRY(extend_trace(trace, t, values[trace->column]));
  }
  return HD_OK;
}

void figures_look(void *context, size_t experiment, const struct output *output) {
  struct figures *figures = context;
  if (figures->status == HD_OK)
    figures->status = take_row(figures, experiment, output);
}

/* ---- to the summary ---- */

static void put(json_t *object, const char *name, double value) {
  if (isfinite(value))
    json_object_set_new(object, name, json_real(value));
}

/** "I(anode)_A" and "max" become "I(anode)_max_A": the unit stays at the end. */
static void put_column(json_t *object, const char *column, const char *which, double value) {
  char name[OUTPUT_COLUMN + 16];
  const char *unit = strrchr(column, ')');
  unit = unit ? unit + 1 : strrchr(column, '_');
  unit = unit ? unit : "";
  snprintf(name, sizeof name, "%.*s_%s%s", (int)(strlen(column) - strlen(unit)), column, which,
           unit);
  put(object, name, value);
}

static void put_charges(json_t *object, const struct column_figures *columns, size_t n) {
  for (size_t c = 0; columns && c < n; c++) {
    char name[OUTPUT_COLUMN + 16];
    const char *terminal = columns[c].name + 2; /* behind "I(" */
    if (!columns[c].name[0])
      continue;
    snprintf(name, sizeof name, "charge(%.*s)_C", (int)strcspn(terminal, ")"), terminal);
    put(object, name, columns[c].charge);
  }
}

/** What the summary has kept of columns, those of spectra among them. */
static void put_ranges(json_t *object, json_t *ranges) {
  static const char *const which[] = {"min", "max", "end"};
  const char *column;
  json_t *range;
  json_object_foreach(ranges, column, range) {
    for (size_t i = 0; i < sizeof which / sizeof *which; i++) {
      const json_t *value = json_object_get(range, which[i]);
      if (value)
        put_column(object, column, which[i], json_number_value(value));
    }
  }
}

enum hd_status figures_put(const struct figures *figures, json_t *summary, struct hd_error *err) {
  json_t *list = json_object_get(summary, "experiments"), *own = json_object();
  if (figures->status != HD_OK)
    return hd_fail(err, figures->status, "out of memory for the figures of merit");
  for (size_t e = 0; e < figures->spec->n_experiments; e++) {
    json_t *experiment = json_array_get(list, e), *object = json_object();
    put_charges(object, figures->columns[e], figures->n_columns);
    put_ranges(object, json_object_get(experiment, "ranges"));
    json_object_del(experiment, "ranges");
    json_object_set_new(experiment, "figures", object);
  }
  json_object_set_new(summary, "figures", own);
  for (size_t k = 0; k < figures->study->n_relaxations; k++) {
    const struct relaxation_spec *relaxation = &figures->study->relaxations[k];
    const struct relaxation_trace *trace = &figures->traces[k];
    if (trace->column < 0)
      return hd_fail(err, HD_INPUT, "%s.column: terminals.csv has no column '%s'",
                     relaxation->place, relaxation->column);
    put(own, relaxation->name,
        figures_relaxation(trace->n, trace->t, trace->value, trace->after, relaxation->level,
                           relaxation->rest));
  }
  return HD_OK;
}
