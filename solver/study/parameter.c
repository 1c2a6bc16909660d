#include "solver/study/parameter.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/table.h"

bool parameter_is_number(enum param_kind kind) {
  return kind == PARAM_QUANTITY || kind == PARAM_NUMBER || kind == PARAM_INTEGER;
}

enum { MOST_PARAMETERS = 256 };

/* ---- what a key is ---- */

enum hd_status parameter_sets(const char ***all, size_t *n, const char *const *sets, size_t more,
                              struct hd_error *err) {
  *n = 0;
  while (sets && sets[*n])
    ++*n;
  TRY(hd_alloc(all, *n + more + 1, sizeof **all, err));
  for (size_t i = 0; i < *n; i++)
    (*all)[i] = sets[i];
  return HD_OK;
}

/** Every sentence about an override, told as one about the place where the user wrote it. */
static void retell(const char *place, const struct hd_error *from, struct hd_error *err) {
  static const char begin[] = "--set '", end[] = "': ";
  for (const char *at = from->text; *at;) {
    const char *next = strchr(at, '\n');
    const char *stop = next ? next : at + strlen(at);
    const char *told = strncmp(at, begin, sizeof begin - 1) == 0 ? strstr(at, end) : NULL;
    told = told && told < stop ? told + sizeof end - 1 : at;
    hd_fail(err, HD_INPUT, "%s: %.*s", place, (int)(stop - told), told);
    at = next ? next + 1 : stop;
  }
}

enum hd_status parameter_probe(struct config_key *found, const char *place, const char *key,
                               const char *value, const char *path, const char *const *sets,
                               struct hd_error *err) {
  struct hd_error note = {.status = HD_OK};
  const char **all = NULL;
  char *set = NULL;
  size_t n, size = strlen(key) + strlen(value) + 2;
  TRY(parameter_sets(&all, &n, sets, 1, err));
  enum hd_status status = hd_alloc(&set, size, 1, err);
  if (status == HD_OK) {
    snprintf(set, size, "%s=%s", key, value);
    all[n] = set;
    *found = (struct config_key){.set = set};
    status = config_probe(path, all, found, &note);
    if (status == HD_INPUT && found->read && !found->refused)
      status = HD_OK; /* it does not fit the rest of the input; at a point it may */
    else if (status == HD_INPUT)
      retell(place, &note, err);
    else if (status != HD_OK)
      hd_fail(err, status, "%s", note.text);
    else if (!found->read)
      status = hd_fail(err, HD_INPUT, "%s: %s is no key that holds one value", place, key);
  }
  hd_free(&set);
  hd_free(&all);
  return status;
}

/* ---- values ---- */

enum hd_status parameter_make_room(struct parameter *parameter, size_t n, struct hd_error *err) {
  TRY(hd_alloc(&parameter->value, n, sizeof(double), err));
  TRY(hd_alloc(&parameter->text, n, sizeof(char *), err));
  parameter->n = n;
  return HD_OK;
}

enum hd_status parameter_set(struct parameter *parameter, size_t i, double value,
                             struct hd_error *err) {
  char text[32];
  if (parameter->kind == PARAM_INTEGER)
    snprintf(text, sizeof text, "%.0f", value);
  else
    format_number(value, text);
  parameter->value[i] = value;
  return hd_strdup(&parameter->text[i], text, err);
}

double parameter_between(const struct parameter *p, double share) {
  double value = p->vary->scale == STUDY_LOG ? p->from * pow(p->to / p->from, share)
                                             : p->from + share * (p->to - p->from);
  if (share == 0 || share == 1)
    value = share == 0 ? p->from : p->to;
  return p->kind == PARAM_INTEGER ? round(value) : value;
}

double parameter_within(const struct parameter *p, double share) {
  if (p->kind != PARAM_INTEGER || p->vary->scale == STUDY_LOG)
    return parameter_between(p, share);
  double low = fmin(p->from, p->to), n = fabs(p->to - p->from) + 1;
  return low + fmin(floor(share * n), n - 1);
}

enum hd_status parameter_pick(struct parameter *parameter, size_t n, const double *share,
                              size_t stride, struct hd_error *err) {
  struct parameter list = *parameter;
  enum hd_status status = HD_OK;
  parameter->value = NULL;
  parameter->text = NULL;
  parameter->n = 0;
  status = parameter_make_room(parameter, n, err);
  for (size_t i = 0; i < n && status == HD_OK; i++) {
    size_t at = (size_t)(share[i * stride] * (double)list.n);
    at = at < list.n ? at : list.n - 1;
    parameter->value[i] = list.value[at];
    status = hd_strdup(&parameter->text[i], list.text[at], err);
  }
  parameter_free(&list);
  return status;
}

/* ---- reading ---- */

static void take_kind(struct parameter *parameter, const struct config_key *found) {
  parameter->kind = found->kind;
  parameter->doc = found->doc;
  snprintf(parameter->unit, sizeof parameter->unit, "%s", found->unit);
}

static enum hd_status read_list(struct parameter *parameter, const char *path,
                                const char *const *sets, struct hd_error *err) {
  const struct vary_spec *vary = parameter->vary;
  TRY(parameter_make_room(parameter, vary->n_values, err));
  for (size_t i = 0; i < vary->n_values; i++) {
    struct config_key found;
    enum hd_status status =
        parameter_probe(&found, vary->place, vary->key, vary->values[i], path, sets, err);
    if (status != HD_OK && status != HD_INPUT)
      return status;
    if (status == HD_OK)
      take_kind(parameter, &found);
    parameter->value[i] = status == HD_OK ? found.value : (double)NAN;
    TRY(hd_strdup(&parameter->text[i], vary->values[i], err));
  }
  return HD_OK;
}

static enum hd_status read_range(struct parameter *parameter, const char *path,
                                 const char *const *sets, struct hd_error *err) {
  const struct vary_spec *vary = parameter->vary;
  struct config_key from, to;
  enum hd_status first =
      parameter_probe(&from, vary->place, vary->key, vary->from, path, sets, err);
  /* A wrong key needs one sentence, not two. */
  enum hd_status second = first == HD_OK || from.read ? parameter_probe(&to, vary->place, vary->key,
                                                                        vary->to, path, sets, err)
                                                      : first;
  if (first != HD_OK || second != HD_OK)
    return first != HD_OK ? first : second;
  take_kind(parameter, &from);
  parameter->from = from.value;
  parameter->to = to.value;
  if (!parameter_is_number(from.kind))
    return hd_fail(err, HD_INPUT, "%s: %s is no number and has no range; list its values",
                   vary->place, vary->key);
  if (vary->scale == STUDY_LOG && !(from.value * to.value > 0))
    return hd_fail(err, HD_INPUT, "%s: from %s to %s cannot be logarithmic, both must be > 0",
                   vary->place, vary->from, vary->to);
  return HD_OK;
}

enum hd_status parameter_read(struct parameter *parameter, const char *path,
                              const char *const *sets, struct hd_error *err) {
  return parameter->vary->n_values > 0 ? read_list(parameter, path, sets, err)
                                       : read_range(parameter, path, sets, err);
}

void parameter_free(struct parameter *parameter) {
  for (size_t i = 0; parameter->text && i < parameter->n; i++)
    hd_free(&parameter->text[i]);
  hd_free(&parameter->text);
  hd_free(&parameter->value);
  parameter->n = 0;
}

/* ---- names ---- */

static bool is_separator(char c) {
  return c == '.' || c == '[' || c == ']';
}

/** The last `words` words of a key, joined by "_": "layers_0_thickness". It begins with a letter.
 */
static void end_of_key(const char *key, size_t words, char name[HD_NAME]) {
  const char *from = key + strlen(key);
  size_t n = 0;
  for (; from > key && (words > 0 || isdigit((unsigned char)*from)); words -= words > 0) {
    while (from > key && is_separator(from[-1]))
      from--;
    while (from > key && !is_separator(from[-1]))
      from--;
  }
  for (; *from && n < HD_NAME - 1; from++)
    if (isalnum((unsigned char)*from))
      name[n++] = *from;
    else if (n > 0 && name[n - 1] != '_')
      name[n++] = '_';
  while (n > 0 && name[n - 1] == '_')
    n--;
  name[n] = '\0';
}

/** Variables and dimensions that study.nc has besides. */
static const char *const own_names[] = {"point",     "trajectory", "status", "message",
                                        "remarks",   "exit_code",  "steps",  "cpu_time",
                                        "wall_time", "peak_memory"};

bool parameter_name_is_own(const char *name) {
  for (size_t i = 0; i < sizeof own_names / sizeof *own_names; i++)
    if (strcmp(own_names[i], name) == 0)
      return true;
  return false;
}

static bool is_taken(const struct parameter *parameters, size_t n, size_t k) {
  if (parameter_name_is_own(parameters[k].name))
    return true;
  for (size_t j = 0; j < n; j++)
    if (j != k && strcmp(parameters[j].name, parameters[k].name) == 0)
      return true;
  return false;
}

enum hd_status parameter_name_all(struct parameter *parameters, size_t n, struct hd_error *err) {
  enum { MOST_WORDS = 16 };
  bool taken[MOST_PARAMETERS];
  if (n > MOST_PARAMETERS)
    return hd_fail(err, HD_INPUT, "study: %zu parameters vary, must be at most %d", n,
                   MOST_PARAMETERS);
  for (size_t k = 0; k < n; k++)
    if (parameters[k].vary->name[0])
      snprintf(parameters[k].name, HD_NAME, "%s", parameters[k].vary->name);
    else
      end_of_key(parameters[k].vary->key, 1, parameters[k].name);
  for (size_t words = 2; words <= MOST_WORDS; words++) {
    for (size_t k = 0; k < n; k++)
      taken[k] = !parameters[k].vary->name[0] && is_taken(parameters, n, k);
    for (size_t k = 0; k < n; k++)
      if (taken[k])
        end_of_key(parameters[k].vary->key, words, parameters[k].name);
  }
  for (size_t k = 0; k < n; k++)
    if (is_taken(parameters, n, k))
      hd_fail(err, HD_INPUT, "%s: the name %s is taken, give another one with `name`",
              parameters[k].vary->place, parameters[k].name);
  return err->status;
}
