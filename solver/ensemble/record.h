/* What became of the runs of a batch, from the lines of results.jsonl. */
#ifndef HALIDRIFT_ENSEMBLE_RECORD_H
#define HALIDRIFT_ENSEMBLE_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include "solver/base/error.h"
#include "solver/spec.h"
#include "solver/spikes.h"

enum record_status {
  RECORD_MISSING, /* never run, or interrupted */
  RECORD_DONE,
  RECORD_FAILED, /* its run ended with an error */
  RECORD_LOST    /* its process died */
};

/** The spikes of one experiment. */
struct record_spikes {
  size_t n;
  struct spike *spike; /* [n] owned */
};

/** The members of one list of a run. */
struct record_list {
  size_t n;
  double *value; /* [n] owned */
};

/** One run. Missing numbers are NAN. */
struct record {
  int number;
  enum record_status status;
  int exit_code;                /* of a failed one: enum hd_status */
  char *message;                /* owned: why it failed or was lost; NULL: it did not */
  char *remarks;                /* owned: a line each; NULL: none of its own */
  double cpu_s, wall_s;         /* s */
  double memory;                /* byte: largest resident set of its process */
  double steps;                 /* accepted time steps */
  struct record_spikes *spikes; /* [n_experiments] owned; NULL: it is not done */
  size_t n_numbers;
  double *numbers; /* [n_numbers] owned: by `place` of the column, NAN beyond */
  size_t n_lists;
  struct record_list *lists; /* [n_lists] owned: by `place` of the column, empty beyond */
  json_t *curves;            /* owned: x and y of each by name; NULL: none */
};

enum { RECORD_NAME = 4 * HD_NAME };

/** A number, or list of numbers, of a run by its place in summary.json:
 * experiments[experiment].<group>.<name>.<part>. */
struct record_column {
  int experiment;         /* -1: of the run as a whole, whose place is the name */
  char group[HD_NAME];    /* "protocol", "ranges", ...; "": it stands in the experiment itself */
  char name[RECORD_NAME]; /* "gain", "ion_number(vacancy)", "relative_drift(vacancy)" */
  const char *part;       /* "min", "max", "end" of ranges; "": none */
  size_t length;          /* of the longest list; 0: one number */
  size_t place;           /* among the columns of lists, or of numbers */
  bool whole;             /* all values are whole numbers */
};

/** The runs `first` to `first` + n_asked - 1, and behind them others that are there too. */
struct records {
  const struct run_spec *spec; /* borrowed */
  const char *one;             /* borrowed: what a run is called, and the key of its number */
  int first;
  size_t n_asked, n;
  struct record *record; /* [capacity] owned: n of them; those asked for come first */
  size_t capacity;
  bool keeps_others; /* results of other runs are taken in; otherwise they are counted only */
  json_t *others;    /* owned: their index by number */
  size_t n_columns, columns_capacity;
  struct record_column *columns; /* [columns_capacity] owned, in the order in which they came */
  size_t n_numbers, n_lists;     /* columns of each kind */
  size_t next;                   /* where the search for a column begins: lines are alike */
  size_t beyond;                 /* lines of runs that are in no record */
};

/** All that are asked for, missing. */
enum hd_status records_create(struct records *records, const struct run_spec *spec, const char *one,
                              int first, size_t n, struct hd_error *err);
/** Make it missing again. */
void record_clear(struct record *record, size_t n_experiments);
/** Bring all into the order of their numbers, behind the last line. */
void records_sort(struct records *records);
void records_free(struct records *records);

/** One line: {"trajectory": 12, "status": "ok", ...}. A run that is done stays done. Everything
 * with numbers becomes columns (solver/ensemble/record_take.c).
 * Errors: HD_IO (it is no such line), HD_MEMORY */
enum hd_status records_take(struct records *records, const json_t *line, struct hd_error *err);

/** The columns by experiment, group and name: no order of the runs shows. *order is the caller's.
 */
enum hd_status records_order(const struct records *records, const struct record_column ***order,
                             struct hd_error *err);

/** Members that a list has room for, as all lists of its group; 0: it is one number. */
size_t records_length(const struct records *records, const struct record_column *column);
/** Most values that a run has of one column, at least 1. */
size_t records_width(const struct records *records);

/** How many have a status. */
size_t records_count(const struct records *records, enum record_status status);
const char *record_status_name(enum record_status status);

/** The line of a run that ended, from its summary; NULL: out of memory. */
json_t *record_line(const char *one, int number, json_t *summary);
/** The summary of a run that failed before it had one. */
json_t *record_failed_summary(enum hd_status status, const char *message);
/** The line of one whose process died, and why. */
json_t *record_lost_line(const char *one, int number, const char *reason);

#endif
