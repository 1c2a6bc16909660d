#include "solver/ensemble/variables.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <netcdf.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"
#include "solver/nc_try.h"

int variables_text(int file, int variable, const char *name, const char *text) {
  return nc_put_att_text(file, variable, name, strlen(text), text);
}

int variables_remarks(int file, const struct remarks *remarks) {
  char *lines = NULL;
  if (remarks_lines(remarks, &lines, NULL) != HD_OK)
    return NC_ENOMEM;
  int code = variables_text(file, NC_GLOBAL, "remarks", lines);
  hd_free(&lines);
  return code;
}

void variables_name(char *name) {
  char *to = name;
  for (const char *from = name; *from; from++)
    if (isalnum((unsigned char)*from) || (to > name && to[-1] != '_'))
      *to++ = (char)(isalnum((unsigned char)*from) ? *from : '_');
  while (to > name && to[-1] == '_')
    to--;
  *to = '\0';
}

void variables_experiment(char name[VARIABLE_NAME], const char *experiment, const char *rest) {
  snprintf(name, VARIABLE_NAME, "%s%s", isalpha((unsigned char)experiment[0]) ? "" : "e",
           experiment);
  variables_name(name);
  size_t length = strlen(name);
  snprintf(name + length, VARIABLE_NAME - length, "_%s", rest);
}

const char *variables_unit(const char *column, char name[VARIABLE_NAME]) {
  static const char *const units[][2] = {
      {"s", "s"},     {"A", "A"},        {"V", "V"},           {"J", "J"},
      {"C", "C"},     {"m", "m"},        {"K", "K"},           {"F", "F"},
      {"Ohm", "Ohm"}, {"deg", "degree"}, {"A2/Hz", "A2 Hz-1"}, {"V2/Hz", "V2 Hz-1"}};
  const char *end = strrchr(column, '_');
  snprintf(name, VARIABLE_NAME, "%s", column);
  for (size_t i = 0; end && i < sizeof units / sizeof *units; i++)
    if (strcmp(end + 1, units[i][0]) == 0) {
      name[end - column] = '\0';
      return units[i][1];
    }
  return "1";
}

int variables_numbers(int file, int n, const int *dimensions, const char *name, const char *units,
                      const char *long_name, const double *values) {
  const double fill = NAN;
  int variable;
  NC_TRY(nc_def_var(file, name, NC_DOUBLE, n, dimensions, &variable));
  NC_TRY(variables_text(file, variable, "long_name", long_name));
  NC_TRY(variables_text(file, variable, "units", units));
  NC_TRY(nc_put_att_double(file, variable, "_FillValue", NC_DOUBLE, 1, &fill));
  return nc_put_var_double(file, variable, values);
}

int variables_wholes(int file, int n, const int *dimensions, const char *name, const char *units,
                     const char *long_name, size_t count, double *values) {
  const int fill = NC_FILL_INT;
  int variable;
  for (size_t i = 0; i < count; i++)
    values[i] = isnan(values[i]) ? fill : values[i];
  NC_TRY(nc_def_var(file, name, NC_INT, n, dimensions, &variable));
  NC_TRY(variables_text(file, variable, "long_name", long_name));
  NC_TRY(variables_text(file, variable, "units", units));
  NC_TRY(nc_put_att_int(file, variable, "_FillValue", NC_INT, 1, &fill));
  return nc_put_var_double(file, variable, values);
}

int variables_counts(int file, int n, const int *dimensions, const char *name,
                     const char *long_name, const int *values, int *variable) {
  NC_TRY(nc_def_var(file, name, NC_INT, n, dimensions, variable));
  NC_TRY(variables_text(file, *variable, "long_name", long_name));
  NC_TRY(variables_text(file, *variable, "units", "1"));
  return nc_put_var_int(file, *variable, values);
}

/** The meanings of the numbers as CF has them. */
int variables_status(int file, int n, const int *dimensions, const struct records *records,
                     int *counts) {
  static const int flags[] = {RECORD_MISSING, RECORD_DONE, RECORD_FAILED, RECORD_LOST};
  char long_name[VARIABLE_NAME];
  int variable;
  for (size_t i = 0; i < records->n; i++)
    counts[i] = records->record[i].status;
  snprintf(long_name, sizeof long_name, "what became of the %s", records->one);
  NC_TRY(variables_counts(file, n, dimensions, "status", long_name, counts, &variable));
  NC_TRY(variables_text(file, variable, "flag_meanings", "missing done failed lost"));
  return nc_put_att_int(file, variable, "flag_values", NC_INT, sizeof flags / sizeof *flags, flags);
}

/** Numbers of a record that is done, by the place in its struct. */
int variables_work(int file, int n, const int *dimensions, const struct records *records,
                   double *values) {
  static const struct {
    const char *name, *units, *long_name;
    size_t offset;
  } rows[] = {
      {"cpu_time", "s", "processor time", offsetof(struct record, cpu_s)},
      {"wall_time", "s", "duration by the clock", offsetof(struct record, wall_s)},
      {"peak_memory", "byte", "largest resident memory", offsetof(struct record, memory)},
  };
  for (size_t i = 0; i < records->n; i++)
    values[i] = records->record[i].status == RECORD_DONE ? records->record[i].steps : (double)NAN;
  NC_TRY(variables_wholes(file, n, dimensions, "steps", "1", "accepted time steps", records->n,
                          values));
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    for (size_t i = 0; i < records->n; i++) {
      const struct record *record = &records->record[i];
      values[i] = NAN;
      if (record->status == RECORD_DONE)
        memcpy(&values[i], (const char *)record + rows[r].offset, sizeof(double));
    }
    NC_TRY(variables_numbers(file, n, dimensions, rows[r].name, rows[r].units, rows[r].long_name,
                             values));
  }
  return NC_NOERR;
}

void variables_column(const struct records *records, const struct record_column *column,
                      size_t length, double *values) {
  size_t place = column->place;
  for (size_t i = 0; i < records->n; i++) {
    const struct record *record = &records->record[i];
    const struct record_list *list = place < record->n_lists ? &record->lists[place] : NULL;
    if (length == 0) /* a place among the numbers */
      values[i] = place < record->n_numbers ? record->numbers[place] : (double)NAN;
    for (size_t k = 0; k < length; k++)
      values[i * length + k] = list && k < list->n ? list->value[k] : (double)NAN;
  }
}

void variables_unused(int file, char name[VARIABLE_NAME]) {
  size_t length = strlen(name);
  int variable;
  for (int i = 2; nc_inq_varid(file, name, &variable) == NC_NOERR; i++)
    snprintf(name + length, VARIABLE_NAME - length, "_%d", i);
}

int variables_dimension(int file, const char *name, size_t n, int *dimension) {
  return nc_inq_dimid(file, name, dimension) == NC_NOERR ? NC_NOERR
                                                         : nc_def_dim(file, name, n, dimension);
}

/* ---- what columns are called ---- */

/** Is a word one of "on, off"? */
static bool is_listed(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *at = list; *at; at += strcspn(at, ","), at += strspn(at, ", "))
    if (strcspn(at, ",") == length && strncmp(at, word, length) == 0)
      return true;
  return false;
}

/** What the table of the protocols says of a number; NULL: nothing. */
static const struct protocol_value *find_protocol_value(const struct experiment_spec *experiment,
                                                        const char *name) {
  const struct protocol_value *value = protocol_table[experiment->protocol.kind].values;
  while (value->name && !is_listed(value->name, name))
    value++;
  return value->name ? value : NULL;
}

/** Unit of what a protocol finds. */
static void find_protocol_unit(const struct run_spec *spec, const struct protocol_spec *protocol,
                               const struct protocol_value *value, char unit[HD_NAME]) {
  const struct param row = {.unit = value->unit};
  const struct table table = {.value_unit = drive_unit(spec, protocol->target, protocol->index)};
  table_unit(&table, &row, unit);
}

/** Unit of what a continuation is over. */
static const char *curve_unit(const struct run_spec *spec, const struct experiment_spec *of) {
  return of->sweep_source < 0 ? of->curve.unit : drive_unit(spec, DRIVE_SOURCE, of->sweep_source);
}

/** Are these groups no part of a variable's name? */
static bool is_plain(const char *group) {
  return !group[0] || strcmp(group, "ranges") == 0 || strcmp(group, "figures") == 0;
}

/** Words for a range, and for anything else. */
static void describe(const struct record_column *column, const char *experiment,
                     const struct protocol_value *value, char *text, size_t size) {
  const char *part = column->part;
  if (strcmp(column->group, "figures") == 0)
    snprintf(text, size, "%s", column->name);
  else if (strcmp(part, "end") == 0)
    snprintf(text, size, "%s at the end of %s", column->name, experiment);
  else if (part[0])
    snprintf(text, size, "%s %s in %s", strcmp(part, "min") == 0 ? "smallest" : "largest",
             column->name, experiment);
  else
    snprintf(text, size, "%s%s%s of %s%s%s", column->group, column->group[0] ? "." : "",
             column->name, experiment, value ? ": " : "", value ? value->doc : "");
}

/** Name, unit and long name of a column, and the dimension of its lists. */
void variables_describe(const struct records *records, const struct record_column *column,
                        struct variable_text *text) {
  const struct run_spec *spec = records->spec;
  char plain[VARIABLE_NAME], rest[2 * VARIABLE_NAME];
  const char *group = is_plain(column->group) ? "" : column->group;
  snprintf(text->unit, HD_NAME, "%s", variables_unit(column->name, plain));
  if (column->experiment < 0) {
    variables_name(plain);
    snprintf(text->name, VARIABLE_NAME, "%s", plain);
    snprintf(text->long_name, sizeof text->long_name, "%s, largest over all experiments",
             column->name);
    return;
  }
  const struct experiment_spec *experiment = &spec->experiments[column->experiment];
  const struct protocol_value *value =
      strcmp(column->group, "protocol") == 0 ? find_protocol_value(experiment, column->name) : NULL;
  if (value)
    find_protocol_unit(spec, &experiment->protocol, value, text->unit);
  else if (strcmp(column->group, "folds") == 0 && strcmp(column->name, "parameter") == 0)
    snprintf(text->unit, HD_NAME, "%s", curve_unit(spec, experiment));
  if (!text->unit[0])
    snprintf(text->unit, HD_NAME, "1");
  snprintf(rest, sizeof rest, "%s_%s_%s", group, plain, column->part);
  variables_name(rest);
  variables_experiment(text->name, experiment->name, rest);
  snprintf(rest, sizeof rest, "%s_member", group);
  variables_experiment(text->dimension, experiment->name, rest);
  describe(column, experiment->name, value, text->long_name, sizeof text->long_name);
}
