/* A device with its circuit on the test bench: read a deck, bring it to a state, look inside.
 * Every function fails the running test (Check) when the solver returns an error. */
#ifndef HALIDRIFT_TESTS_RIG_H
#define HALIDRIFT_TESTS_RIG_H

#include "solver/config/execute.h"
#include "solver/steady.h"
#include "solver/system.h"

/** A deck that is ready to be solved. */
struct rig {
  struct plan plan; /* owns the spec; may be changed between rig_read and rig_build */
  struct system *system;
  struct steady *steady;
  double *y, *yp, *F; /* [n + 1] state, its time derivative, residual */
  double *sources;    /* [n_elements] present values of the sources */
};

/** Read a file under HALIDRIFT_ROOT; sets are "key=value", NULL-terminated, or NULL. */
void rig_read(struct rig *rig, const char *path, const char *const *sets);
/** The same for a text. */
void rig_read_text(struct rig *rig, const char *text, const char *const *sets);
/** Make the system of what was read. */
void rig_build(struct rig *rig);
/** rig_read and rig_build. */
void rig_open(struct rig *rig, const char *path, const char *const *sets);
void rig_open_text(struct rig *rig, const char *text, const char *const *sets);
void rig_close(struct rig *rig);

/** Full equilibrium with all sources at zero. */
void rig_equilibrium(struct rig *rig);
/** Steady state with one source moved to `value` (V or A) from the present steady state. */
void rig_move(struct rig *rig, const char *source, double value);
/** Newton on the present state with yp = 0 until rounding stops it. */
void rig_polish(struct rig *rig);
/** One step of implicit Euler, Newton to rounding; the waveforms are read at t + dt. */
void rig_euler(struct rig *rig, double t, double dt);

/** The first device instance of the system. */
const struct system_instance *rig_instance(const struct rig *rig);
/** Index of a circuit element, of a contact of the first device. */
int rig_element(const struct rig *rig, const char *name);
int rig_contact(const struct rig *rig, const char *name);
/** Current into a contact of the first device, A. */
double rig_current(const struct rig *rig, const char *contact);
/** Unknown j of a node of the first device; NAN where it is absent. */
double rig_unknown(const struct rig *rig, int node, int j);

/** Conduction current of all species through each edge part, k -> l, A: [n_edge_parts] out. What
 * tunnels is shown as if it went along the ray. Ions count, whether held or not. */
void rig_conduction(const struct rig *rig, const double *y, const double *yp, double *current);
/** Conduction plus displacement current through each edge part, A; psi' is not taken from yp but
 * solved from div(eps grad psi') = -rho', psi' = V' at contacts: [n_edge_parts] out. */
void rig_total_current(const struct rig *rig, const double *y, const double *yp, double *current);
/** Largest net current out of any node that is no contact, A. */
double rig_leak(const struct rig *rig, const double *current);

/** A table of a run folder. */
struct table {
  size_t n_columns, n_rows;
  char (*columns)[HD_NAME];     /* [n_columns] owned, without "experiment" */
  char (*experiments)[HD_NAME]; /* [n_rows] owned */
  double *values;               /* [n_rows * n_columns] owned */
};

/** Run a deck into a folder and read its terminals.csv. */
void rig_run(struct table *table, const char *path, const char *const *sets, const char *dir);
void rig_run_text(struct table *table, const char *text, const char *const *sets, const char *dir);
/** Another table of a run folder. */
void rig_table(struct table *table, const char *dir, const char *name);
void table_free(struct table *table);
size_t table_column(const struct table *table, const char *name);
double table_at(const struct table *table, size_t row, const char *column);
/** Row of an experiment at which a column is nearest to a value. */
size_t table_find(const struct table *table, const char *experiment, const char *column,
                  double value);

#endif
