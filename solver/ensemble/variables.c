#include "solver/ensemble/variables.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <netcdf.h>
#include "solver/base/memory.h"
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
  static const char *const units[] = {"s", "A", "V", "J", "C", "m", "K", "Ohm", "F"};
  const char *end = strrchr(column, '_');
  snprintf(name, VARIABLE_NAME, "%s", column);
  for (size_t i = 0; end && i < sizeof units / sizeof *units; i++)
    if (strcmp(end + 1, units[i]) == 0) {
      name[end - column] = '\0';
      return units[i];
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

int variables_wholes(int file, int n, const int *dimensions, const char *name,
                     const char *long_name, size_t count, double *values) {
  const int fill = NC_FILL_INT;
  int variable;
  for (size_t i = 0; i < count; i++)
    values[i] = isnan(values[i]) ? fill : values[i];
  NC_TRY(nc_def_var(file, name, NC_INT, n, dimensions, &variable));
  NC_TRY(variables_text(file, variable, "long_name", long_name));
  NC_TRY(variables_text(file, variable, "units", "1"));
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
  NC_TRY(variables_wholes(file, n, dimensions, "steps", "accepted time steps", records->n, values));
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
                      double *values) {
  size_t index = (size_t)(column - records->columns);
  for (size_t i = 0; i < records->n; i++) {
    const struct record *record = &records->record[i];
    values[i] = index < record->n_numbers ? record->numbers[index] : (double)NAN;
  }
}
