#include "solver/study/study.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/resolve.h"
#include "solver/config/suggest.h"
#include "solver/ensemble/variables.h"
#include "solver/output.h"
#include "solver/sink.h"
#include "solver/study/curves.h"
#include "solver/study/figures.h"
#include "solver/study/point.h"
#include "solver/study/study_output.h"
#include "solver/study/vary.h"

/** Lines of the table that a terminal gets. */
enum { SHOWN_POINTS = 40 };

static const struct batch_words points = {"point", "points", "a study"},
                                runs = {"run", "runs", "a study"};

struct study {
  struct batch_options batch;
  const struct study_options *options;
  struct plan base;         /* the input as it is: read first, so that its own errors come first */
  struct remarks remarks;   /* on it */
  struct study_spec spec;   /* its lists are borrowed from base.config */
  struct vary_spec *varies; /* [n_varies] owned: of the command line */
  size_t n_varies;
  struct design design;
  struct threshold *thresholds; /* [spec.n_thresholds] owned */
  struct point_plan plan;
  char *traces; /* owned */
  char hash[HASH_HEX];
};

/* ---- what is asked for ---- */

/** The parameters of the command line in place of the input's. */
static enum hd_status take_varies(struct study *study, struct hd_error *err) {
  const char *const *varies = study->options->varies;
  size_t n = 0;
  while (varies && varies[n])
    n++;
  if (n == 0)
    return HD_OK;
  TRY(hd_alloc(&study->varies, n, sizeof *study->varies, err));
  study->n_varies = n;
  enum hd_status status = HD_OK;
  for (size_t i = 0; i < n; i++) {
    enum hd_status read = vary_read(&study->varies[i], varies[i], err);
    status = status == HD_OK ? read : status;
  }
  study->spec.vary = study->varies;
  study->spec.n_vary = n;
  return status;
}

static enum hd_status read_threshold(struct study *study, size_t k, struct hd_error *err) {
  const struct threshold_spec *spec = &study->spec.thresholds[k];
  const struct batch_options *batch = &study->batch;
  struct config_key from, to;
  TRY(parameter_probe(&from, spec->place, spec->key, spec->from, batch->path, batch->sets, err));
  TRY(parameter_probe(&to, spec->place, spec->key, spec->to, batch->path, batch->sets, err));
  if (from.kind != PARAM_QUANTITY && from.kind != PARAM_NUMBER)
    return hd_fail(err, HD_INPUT, "%s: %s is no quantity: its range cannot be halved", spec->place,
                   spec->key);
  if (figures_threshold_experiment(&study->base.spec, spec) < 0)
    return hd_fail(err, HD_INPUT, "%s.experiment: there is no %s%s that looks for spikes",
                   spec->place, spec->experiment[0] ? "experiment " : "experiment",
                   spec->experiment);
  study->thresholds[k] = (struct threshold){.spec = spec, .from = from.value, .to = to.value};
  snprintf(study->thresholds[k].unit, HD_NAME, "%s", from.unit);
  return HD_OK;
}

/** Name number i of what is looked for, and where it stands: thresholds, relaxations, curves, sides
 * of thresholds. */
static const char *name_of(const struct study_spec *spec, size_t i, char name[THRESHOLD_SIDE],
                           const char **place) {
  size_t n = spec->n_thresholds, relaxations = n + spec->n_relaxations;
  size_t all = relaxations + spec->n_curves;
  const char *own = i < n             ? spec->thresholds[i].name
                    : i < relaxations ? spec->relaxations[i - n].name
                    : i < all         ? spec->curves[i - relaxations].name
                                      : NULL;
  *place = i < n             ? spec->thresholds[i].place
           : i < relaxations ? spec->relaxations[i - n].place
           : i < all         ? spec->curves[i - relaxations].place
                             : spec->thresholds[i - all].place;
  if (own)
    snprintf(name, THRESHOLD_SIDE, "%s", own);
  else
    threshold_side(&spec->thresholds[i - all], name);
  return name;
}

/** Variables of an experiment in study.nc begin with its name: which experiment has this one, or
 * NULL. */
static const char *owner_of(const struct run_spec *spec, const char *name) {
  for (size_t e = 0; e < spec->n_experiments; e++) {
    char begin[VARIABLE_NAME];
    variables_experiment(begin, spec->experiments[e].name, "");
    if (strncmp(begin, name, strlen(begin)) == 0)
      return spec->experiments[e].name;
  }
  return NULL;
}

/** Refuse names that study.nc gives to variables of its own. */
static void check_own(const struct study *study, const char *place, const char *name,
                      struct hd_error *err) {
  const char *owner = owner_of(&study->base.spec, name);
  if (parameter_name_is_own(name))
    hd_fail(err, HD_INPUT, "%s.name: \"%s\" is a variable that every study.nc has", place, name);
  else if (owner)
    hd_fail(err, HD_INPUT,
            "%s.name: \"%s\" must not begin as the variables of experiment %s in study.nc do",
            place, name, owner);
}

/** None twice, none a parameter's, none of study.nc's own. */
static void check_names(const struct study *study, struct hd_error *err) {
  const struct study_spec *spec = &study->spec;
  size_t n = 2 * spec->n_thresholds + spec->n_relaxations + spec->n_curves;
  for (size_t k = 0; k < spec->n_vary; k++)
    if (spec->vary[k].name[0])
      check_own(study, spec->vary[k].place, spec->vary[k].name, err);
  for (size_t i = 0; i < n; i++) {
    char name[THRESHOLD_SIDE], other[THRESHOLD_SIDE];
    const char *place, *elsewhere;
    bool taken = false;
    name_of(spec, i, name, &place);
    for (size_t k = 0; k < study->design.n_parameters; k++)
      taken = taken || strcmp(study->design.parameter[k].name, name) == 0;
    for (size_t j = 0; j < i; j++)
      taken = taken || strcmp(name_of(spec, j, other, &elsewhere), name) == 0;
    if (taken)
      hd_fail(err, HD_INPUT, "%s.name: \"%s\" is there twice", place, name);
    else
      check_own(study, place, name, err);
  }
}

/** One relaxation's column among those of terminals.csv; experiment and time are none. */
static void check_column(const struct relaxation_spec *relaxation, const struct output *output,
                         struct hd_error *err) {
  char near[128];
  struct suggest suggest = {.wanted = relaxation->column};
  for (size_t c = 2; c < output->n_columns; c++) {
    if (strcmp(output->columns[c], relaxation->column) == 0)
      return;
    suggest_offer(&suggest, output->columns[c]);
  }
  hd_fail(err, HD_INPUT, "%s.column: terminals.csv has no column '%s'%s", relaxation->place,
          relaxation->column, suggest_text(&suggest, near));
}

/** Columns of relaxations and curves, as the input without the study's values writes them. */
static void check_columns(const struct study *study, struct hd_error *err) {
  struct system *system = NULL;
  struct output *output = NULL;
  enum hd_status status = system_create(&system, &study->base.spec, err);
  if (status == HD_OK)
    status = output_open(&output, NULL, system, NULL, err);
  for (size_t k = 0; k < study->spec.n_relaxations && status == HD_OK; k++)
    check_column(&study->spec.relaxations[k], output, err);
  if (status == HD_OK)
    curves_check(&study->spec, &study->base.spec, system, output, err);
  output_close(&output, NULL);
  system_free(&system);
}

/** All that is wrong with what is looked for. */
static enum hd_status read_figures(struct study *study, struct hd_error *err) {
  const struct study_spec *spec = &study->spec;
  struct hd_error own = {.status = HD_OK};
  TRY(hd_alloc(&study->thresholds, spec->n_thresholds, sizeof *study->thresholds, err));
  for (size_t k = 0; k < spec->n_thresholds; k++)
    read_threshold(study, k, &own);
  for (size_t k = 0; k < spec->n_relaxations; k++)
    if (figures_relaxation_experiment(&study->base.spec, &spec->relaxations[k]) < 0)
      hd_fail(&own, HD_INPUT, "%s.experiment: there is no transient %s", spec->relaxations[k].place,
              spec->relaxations[k].experiment);
  check_names(study, &own);
  if (spec->n_relaxations + spec->n_curves > 0 && own.status == HD_OK)
    check_columns(study, &own);
  if (own.status != HD_OK)
    *err = own;
  return own.status;
}

/* ---- the hash ---- */

/** What decides the results of all points that there are. Points of a Sobol sequence do not depend
 * on how many there are: such a study can grow. */
static void describe(FILE *file, const struct study *study) {
  const struct study_spec *spec = &study->spec;
  bool sobol = spec->method == STUDY_SOBOL;
  fprintf(file, "%s %s %d %d\n", config_hash(study->base.config), study_methods[spec->method],
          study->options->trajectories, study->batch.first);
  for (size_t k = 0; k < study->design.n_parameters; k++) {
    const struct parameter *parameter = &study->design.parameter[k];
    fprintf(file, "%s %d %.17g %.17g\n", parameter->vary->key, parameter->vary->scale,
            parameter->from, parameter->to);
    size_t n = sobol ? parameter->vary->n_values : parameter->n;
    for (size_t i = 0; i < n; i++)
      fprintf(file, " %s", sobol ? parameter->vary->values[i] : parameter->text[i]);
  }
  for (size_t k = 0; k < spec->n_thresholds; k++)
    fprintf(file, "\nthreshold %s %s %s %.17g %.17g %.17g", spec->thresholds[k].name,
            spec->thresholds[k].experiment, spec->thresholds[k].key, study->thresholds[k].from,
            study->thresholds[k].to, spec->thresholds[k].tolerance);
  for (size_t k = 0; k < spec->n_relaxations; k++)
    fprintf(file, "\nrelaxation %s %s %s %.17g %.17g %d", spec->relaxations[k].name,
            spec->relaxations[k].experiment, spec->relaxations[k].column,
            spec->relaxations[k].after, spec->relaxations[k].level, spec->relaxations[k].rest);
  for (size_t k = 0; k < spec->n_curves; k++)
    fprintf(file, "\ncurve %s %s %s", spec->curves[k].name, spec->curves[k].experiment,
            spec->curves[k].column);
}

static enum hd_status make_hash(struct study *study, struct hd_error *err) {
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  if (file)
    describe(file, study);
  if (!file || fclose(file) != 0) {
    free(text);
    return hd_fail(err, HD_MEMORY, "out of memory for the hash of the study");
  }
  resolve_hash(text, study->hash);
  free(text);
  return HD_OK;
}

/* ---- before and behind the runs ---- */

static enum hd_status count_runs(struct study *study, struct hd_error *err) {
  size_t trajectories = study->options->trajectories > 0 ? (size_t)study->options->trajectories : 1;
  if (study->design.n_points > INT_MAX / trajectories)
    return hd_fail(err, HD_USAGE, "a study of more than %d runs", INT_MAX);
  study->batch.first = 0;
  study->batch.count = (int)(study->design.n_points * trajectories);
  return HD_OK;
}

/** What is to be said about the input as it is. What an engine refuses there its points may have
 * otherwise. */
static enum hd_status remark(struct study *study, struct hd_error *err) {
  struct hd_error own = {.status = HD_OK};
  enum hd_status status = plan_remarks(&study->base, &study->remarks, &own);
  if (status == HD_INPUT)
    return remarks_add(&study->remarks, err, "without the values of the study: %.*s",
                       hd_first_line(own.text), own.text);
  return status == HD_OK ? HD_OK : hd_fail(err, status, "%s", own.text);
}

static enum hd_status prepare(struct study *study, struct hd_error *err) {
  const struct batch_options *batch = &study->batch;
  TRY(plan_create(&study->base, batch->path, batch->sets, err));
  TRY(batch_check(&study->base, err));
  study->spec = *config_study(study->base.config);
  TRY(take_varies(study, err));
  TRY(design_create(&study->design, &study->spec, batch->path, batch->sets, err));
  TRY(read_figures(study, err));
  TRY(make_hash(study, err));
  TRY(remark(study, err));
  if (study->options->traces)
    TRY(sink_path(&study->traces, batch->dir, "points", err));
  study->plan = (struct point_plan){.path = batch->path,
                                    .sets = batch->sets,
                                    .design = &study->design,
                                    .study = &study->spec,
                                    .thresholds = study->thresholds,
                                    .trajectories = study->options->trajectories,
                                    .first = batch->first,
                                    .one = study->options->trajectories > 0 ? runs.one : points.one,
                                    .traces = study->traces};
  return count_runs(study, err);
}

static enum hd_status write_output(void *owner, const struct records *records,
                                   enum hd_status status, struct hd_error *err) {
  const struct study *study = owner;
  const struct study_about about = {.input = study->batch.path,
                                    .hash = study->hash,
                                    .input_hash = config_hash(study->base.config),
                                    .title = study->base.spec.title,
                                    .remarks = &study->remarks,
                                    .dir = study->batch.dir,
                                    .study = &study->spec,
                                    .design = &study->design,
                                    .thresholds = study->thresholds,
                                    .trajectories = study->plan.trajectories,
                                    .first = study->plan.first};
  TRY(study_netcdf(records, &about, err));
  TRY(study_table(records, &about, err));
  return study_summary(records, &about, status, err);
}

/** The first lines of the table. */
static void show_table(const struct study *study) {
  char *path = NULL, *line = NULL;
  size_t size = 0, n = 0;
  if (sink_path(&path, study->batch.dir, "table.txt", NULL) != HD_OK)
    return;
  FILE *file = fopen(path, "r");
  while (file && n < SHOWN_POINTS + 2 && getline(&line, &size, file) > 0) {
    fputs(line, study->batch.terminal);
    n++;
  }
  if (study->design.n_points > SHOWN_POINTS)
    fprintf(study->batch.terminal, "... all %zu points are in %s\n", study->design.n_points, path);
  if (file)
    fclose(file);
  free(line);
  hd_free(&path);
}

static void study_free(struct study *study) {
  design_free(&study->design);
  for (size_t i = 0; i < study->n_varies; i++)
    vary_spec_free(&study->varies[i]);
  hd_free(&study->varies);
  hd_free(&study->thresholds);
  hd_free(&study->traces);
  remarks_free(&study->remarks);
  plan_free(&study->base);
}

/** "of a grid in 2 parameters". */
static void label(const struct study *study, char *text, size_t size) {
  snprintf(text, size, "of a %s in %zu parameter%s", study_methods[study->spec.method],
           study->spec.n_vary, study->spec.n_vary > 1 ? "s" : "");
}

enum hd_status study_check(FILE *file, const char *path, const char *const *sets,
                           struct hd_error *err) {
  const struct study_options none = {0};
  struct study study = {.batch = {.path = path, .sets = sets}, .options = &none};
  char text[BATCH_LABEL];
  enum hd_status status = prepare(&study, err);
  label(&study, text, sizeof text);
  if (status == HD_OK)
    fprintf(file, "study: %zu %s %s\n", study.design.n_points,
            study.design.n_points == 1 ? points.one : points.many, text);
  study_free(&study);
  return status;
}

enum hd_status study_run(const struct batch_options *options, const struct study_options *own,
                         const struct team *team, struct hd_error *err) {
  struct study study = {.batch = *options, .options = own};
  struct batch *batch = NULL;
  TRY(batch_open(&batch, &study.batch, team, err));
  enum hd_status status = prepare(&study, err);
  bool whole = study.batch.parts == 1, ready = status == HD_OK;
  struct batch_work work = {.words = own->trajectories > 0 ? &runs : &points,
                            .plan = &study.base,
                            .hash = study.hash,
                            .remarks = &study.remarks,
                            .traces = study.traces,
                            .traced = "-o DIR begins a study that keeps them all",
                            .run = point_run,
                            .context = &study.plan,
                            .write = write_output,
                            .owner = &study};
  label(&study, work.label, sizeof work.label);
  status = batch_run(&batch, &work, status, err);
  bool written = status == HD_OK || status == HD_INCOMPLETE || status == HD_INTERRUPTED;
  if (ready && whole && written && options->terminal && options->level > PROGRESS_QUIET)
    show_table(&study);
  study_free(&study);
  return status;
}
