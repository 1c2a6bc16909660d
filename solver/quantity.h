/* Field quantities: everything that can be written on the nodes of a device. */
#ifndef HALIDRIFT_SOLVER_QUANTITY_H
#define HALIDRIFT_SOLVER_QUANTITY_H

#include "solver/sink.h"
#include "solver/system.h"

/** What a quantity is evaluated for: one per device, or one per species of a kind. */
enum quantity_per {
  PER_DEVICE,
  PER_DEVICE_2D,
  PER_DEVICE_HEAT,
  PER_SPECIES,
  PER_SPECIES_2D,
  PER_CARRIER,
  PER_ION,
  PER_FIELD
};

/** One row: "%s" in name and long_name stands for the species. */
struct quantity {
  const char *name, *units, *long_name;
  enum quantity_per per;
  /** values[n_nodes] out, at the state last gathered by quantity_gather. */
  void (*value)(const struct system_instance *instance, int species, double *values);
};

extern const struct quantity quantity_table[];
extern const size_t quantity_table_count;

/** All field variables of one device instance: their descriptions and values. */
struct quantity_set {
  size_t count;
  const struct quantity **row;     /* [count] owned; NULL: added, see quantity_set_add */
  int *species;                    /* [count] owned */
  char (*names)[2][160];           /* [count] owned: name and long name */
  struct sink_variable *variables; /* [count] owned */
  double **values;                 /* [count][n_nodes] owned */
};

enum hd_status quantity_set_create(struct quantity_set *set, const struct system_instance *instance,
                                   struct hd_error *err);
/** Add a variable that the caller fills; its values, [n_nodes], stay as they are until then. */
enum hd_status quantity_set_add(struct quantity_set *set, const struct device *device,
                                const char *name, const char *units, const char *long_name,
                                double **values, struct hd_error *err);
/** Evaluate all of them at y (and yp, or NULL). frozen: ions stay where they are. */
void quantity_set_fill(struct quantity_set *set, struct system *system, int instance,
                       const double *y, const double *yp, double t, bool frozen);
void quantity_set_free(struct quantity_set *set);

#endif
