/* What the files of fields.nc share: its description and where it stands. The functions return
 * netCDF codes. */
#ifndef HALIDRIFT_SOLVER_SINK_FIELDS_H
#define HALIDRIFT_SOLVER_SINK_FIELDS_H

#include <stdbool.h>
#include <sys/types.h>
#include "solver/base/param.h"
#include "solver/sink.h"

enum { FIELDS_DIMENSIONS = 3 };

/* One device: its mesh and its variables in the file. */
struct fields_group {
  const struct mesh *mesh;               /* borrowed */
  const struct sink_variable *variables; /* [n_variables] borrowed */
  size_t n_variables;
  char name[HD_NAME];       /* device, as the user wrote it */
  char prefix[HD_NAME + 1]; /* "" when there is one device only */
  int *id;                  /* [n_variables] netCDF variables */
};

struct sink_fields {
  char *path, *title;
  char *dir, *trial; /* folder and scratch file of probe_space */
  int file;          /* netCDF id; valid when `made` */
  bool made;
  bool broken; /* a write failed: no more are tried */
  size_t n_groups;
  struct fields_group *groups;
  size_t n_records;
  off_t record_bytes; /* at most what one record adds to the file */
  off_t proven;       /* the file may grow to this length, as far as probe_space knows */
  bool flushed;       /* every record is on the disk */
  double flushed_at, flush_takes;                /* s */
  int record, time, bias, frequency, experiment; /* netCDF variables along the record dimension */
  double *grid; /* [most points of a mesh] values in the file's order */
};

/** Dimensions, variables and attributes of the open file. */
int sink_fields_define(struct sink_fields *fields);
/** The variables of the open file that an earlier run defined. */
int sink_fields_find(struct sink_fields *fields);

#endif
