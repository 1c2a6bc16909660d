/* Experiments that everybody does, as a course of one waveform and what is made of the current.
 * Pure logic: it reads accepted time points and knows no solver. */
#ifndef HALIDRIFT_SOLVER_PROTOCOL_H
#define HALIDRIFT_SOLVER_PROTOCOL_H

#include <jansson.h>
#include <stdbool.h>
#include "physics/waveform.h"
#include "solver/base/param.h"
#include "solver/store.h"

/** Rows of protocol_table. */
enum protocol_kind {
  PROTOCOL_HYSTERESIS,
  PROTOCOL_CURRENT_TRANSIENT,
  PROTOCOL_PAIRED_PULSE,
  PROTOCOL_PULSE_TRAIN,
  PROTOCOL_RETENTION,
  PROTOCOL_ENDURANCE,
  PROTOCOL_TEMPERATURE_RAMP
};

/** One protocol; of a series (several rates or intervals) the member `part`. */
struct protocol_spec {
  bool enabled;
  char name[HD_NAME];            /* of the experiment; those of a series get a number behind it */
  int kind;                      /* enum protocol_kind */
  int target, index;             /* what is driven: enum drive_target, element or device */
  int instance, terminal;        /* whose current */
  double low, high, read, reset; /* unit of what is driven; missing: not given */
  double edge, width, pause, wait, duration; /* s */
  int cycles;
  size_t part, n_values;
  double *values;           /* owned: of the whole series; NULL: one experiment */
  double kT;                /* eV of the run, for activation energies */
  double per_kelvin;        /* k_B, eV/K */
  struct waveform waveform; /* owned, pwl: its course */
};

/** One number that a protocol finds. */
struct protocol_value {
  const char *name, *unit, *doc;
};

struct protocol_trace;

struct protocol_law {
  const char *name;
  const char *keys;  /* space-separated rows of protocol_params that it reads */
  const char *needs; /* those of them that must be given */
  const char *list;  /* key of the values of a series; NULL: there is none */
  const char *list_unit;
  /** The course from t = 0 on, point by point (protocol_go). */
  enum hd_status (*course)(struct protocol_spec *protocol, struct hd_error *err);
  /** Put what it finds into a JSON object. */
  void (*evaluate)(const struct protocol_spec *protocol, const struct protocol_trace *trace,
                   json_t *found);
  const struct protocol_value *values; /* ends with a NULL name */
  const char *doc;
};

extern const struct protocol_law protocol_table[];
extern const size_t protocol_table_count;
extern const char *const protocol_names[];
extern const struct param protocol_params[];
extern const size_t protocol_params_count;

/** Make the waveform of a protocol. Errors: HD_MEMORY */
enum hd_status protocol_prepare(struct protocol_spec *protocol, struct hd_error *err);
/** End of the waveform, s. */
double protocol_duration(const struct protocol_spec *protocol);
void protocol_free(struct protocol_spec *protocol);

/** Accepted time points of one experiment. */
struct protocol_trace {
  size_t n, room;
  double *t, *drive, *I; /* owned: s, unit of what is driven, A */
};

enum hd_status protocol_record(struct protocol_trace *trace, double t, double drive, double I,
                               struct hd_error *err);
enum hd_status protocol_save(const struct protocol_trace *trace, struct store *store,
                             struct hd_error *err);
enum hd_status protocol_restore(struct protocol_trace *trace, const struct store *store,
                                struct hd_error *err);
void protocol_trace_free(struct protocol_trace *trace);

/** What the protocol finds in a trace: a new object, the caller's. NAN becomes null. */
json_t *protocol_evaluate(const struct protocol_spec *protocol, const struct protocol_trace *trace);

#endif
