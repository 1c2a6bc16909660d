/* Circuit elements with two ends: one branch current and one equation each. */
#ifndef HALIDRIFT_PHYSICS_ELEMENT_H
#define HALIDRIFT_PHYSICS_ELEMENT_H

#include <stdbool.h>
#include "physics/waveform.h"
#include "solver/base/param.h"

enum element_kind {
  ELEMENT_RESISTOR,
  ELEMENT_CAPACITOR,
  ELEMENT_INDUCTOR,
  ELEMENT_VOLTAGE_SOURCE,
  ELEMENT_CURRENT_SOURCE,
  ELEMENT_SWITCH
};

struct element {
  char name[HD_NAME];
  int kind;
  int net[2];         /* indices of the circuit's nets; current flows from [0] to [1] inside */
  double value;       /* ohm, F, H */
  double initial;     /* capacitor: V, inductor: A at the start; missing: from the DC state */
  double r_on, r_off; /* ohm, switch: r_off where its waveform is 0, r_on where it is 1 */
  struct waveform waveform; /* sources and switch */
};

/** What the equation of an element sees. v = V(net[0]) - V(net[1]); dv, di: time derivatives. */
struct element_input {
  double v, i, dv, di;
  double t;
  bool steady;  /* true: time derivatives are zero (capacitor open, inductor short) */
  bool initial; /* true: initial state: hold capacitor voltages and inductor currents if given */
};

/** Residual and partials; the pattern of entries never changes. */
struct element_value {
  double residual;
  double d_v, d_i, d_dv, d_di;
};

struct element_law {
  const char *name; /* "resistor", "capacitor", "inductor", "voltage", "current", "switch" */
  struct element_value (*value)(const struct element *element, const struct element_input *input);
  const char *keys;         /* space-separated keys of element_params that it reads */
  const char *value_unit;   /* unit of `value`, or of the waveform; stands for "$" in the rows */
  const char *initial_unit; /* unit of `initial`; stands for "$initial" */
  bool has_waveform;        /* true: a waveform drives it */
  const char *doc;
};

/** Voltage or current source: its value is its waveform. */
bool element_is_source(const struct element *element);

extern const struct element_law element_table[];
extern const size_t element_table_count;
extern const char *const element_names[];
extern const struct param element_params[];
extern const size_t element_params_count;

#endif
