/* Variables of the netCDF files of batches. Functions return netCDF codes. */
#ifndef HALIDRIFT_ENSEMBLE_VARIABLES_H
#define HALIDRIFT_ENSEMBLE_VARIABLES_H

#include "solver/ensemble/record.h"
#include "solver/remarks.h"

enum { VARIABLE_NAME = 2 * RECORD_NAME };

/** An attribute; `variable` may be NC_GLOBAL. */
int variables_text(int file, int variable, const char *name, const char *text);
/** The global attribute `remarks`: a line each, empty when there are none. */
int variables_remarks(int file, const struct remarks *remarks);
/** Values along `n` dimensions (C order); NAN is the fill value. */
int variables_numbers(int file, int n, const int *dimensions, const char *name, const char *units,
                      const char *long_name, const double *values);
/** The same for whole numbers, stored as such. NAN is missing; it becomes the fill value in
 * `values`, too. */
int variables_wholes(int file, int n, const int *dimensions, const char *name, const char *units,
                     const char *long_name, size_t count, double *values);
/** The same for counts, of which none is missing; *variable out. */
int variables_counts(int file, int n, const int *dimensions, const char *name,
                     const char *long_name, const int *values, int *variable);

/** What became of each run. counts: scratch [records->n] */
int variables_status(int file, int n, const int *dimensions, const struct records *records,
                     int *counts);
/** Steps, times and memory of those that are done. values: scratch [records->n] */
int variables_work(int file, int n, const int *dimensions, const struct records *records,
                   double *values);
/** The numbers of a column by run, [records->n], or the members of its lists, [records->n][length];
 * NAN: it has none. */
void variables_column(const struct records *records, const struct record_column *column,
                      size_t length, double *values);

/** What a column is called. */
struct variable_text {
  char name[VARIABLE_NAME];
  char dimension[VARIABLE_NAME]; /* of the members of lists, common to a group */
  char unit[HD_NAME];
  char long_name[2 * VARIABLE_NAME];
};
void variables_describe(const struct records *records, const struct record_column *column,
                        struct variable_text *text);
/** Put a number behind a name that a variable has: columns that differ in signs only become one. */
void variables_unused(int file, char name[VARIABLE_NAME]);
/** Define a dimension unless it is there. */
int variables_dimension(int file, const char *name, size_t n, int *dimension);

/** Make a text a name: "ion_number(vacancy)" becomes "ion_number_vacancy". */
void variables_name(char *name);
/** Name of a variable of an experiment: "pulses_" and the rest. */
void variables_experiment(char name[VARIABLE_NAME], const char *experiment, const char *rest);
/** "filament_gap(vacancy)_m" into its unit as netCDF has it and the name without it; "1": it has
 * none. */
const char *variables_unit(const char *column, char name[VARIABLE_NAME]);

#endif
