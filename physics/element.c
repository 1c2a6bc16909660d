#include "physics/element.h"

#include <math.h>

#define AT(member) offsetof(struct element, member)

const char *const element_names[] = {"resistor", "capacitor", "inductor", "voltage",
                                     "current",  "switch",    NULL};

const struct param element_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, true, NULL,
     "Name by which drives and output refer to the element.", NULL},
    {"type", PARAM_CHOICE, "", AT(kind), 0, 0, 0, false, true, element_names, "Kind of element.",
     NULL},
    {"value", PARAM_QUANTITY, "$", AT(value), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Resistance, capacitance or inductance.", NULL},
    {"initial", PARAM_QUANTITY, "$initial", AT(initial), PARAM_MISSING, -INFINITY, INFINITY, false,
     false, NULL,
     "Voltage of a capacitor, current of an inductor at the start; missing: from the steady state.",
     NULL},
    {"on_resistance", PARAM_QUANTITY, "ohm", AT(r_on), 1, 0, INFINITY, true, false, NULL,
     "Resistance of a switch where its waveform is 1.", "small beside any memristor"},
    {"off_resistance", PARAM_QUANTITY, "ohm", AT(r_off), 1e12, 0, INFINITY, true, false, NULL,
     "Resistance of a switch where its waveform is 0.", "large beside any memristor"},
};
const size_t element_params_count = sizeof element_params / sizeof *element_params;

/** v - R i = 0 */
static struct element_value resistor(const struct element *element,
                                     const struct element_input *input) {
  struct element_value value = {
      .residual = input->v - element->value * input->i, .d_v = 1, .d_i = -element->value};
  return value;
}

/** i - C dv/dt = 0; steady: i = 0; at the start v = initial, if given */
static struct element_value capacitor(const struct element *element,
                                      const struct element_input *input) {
  struct element_value value = {.residual = input->i, .d_i = 1};
  if (input->initial && !isnan(element->initial)) {
    value.residual = input->v - element->initial;
    value.d_v = 1;
    value.d_i = 0;
  } else if (!input->initial && !input->steady) {
    value.residual = input->i - element->value * input->dv;
    value.d_dv = -element->value;
  }
  return value;
}

/** v - L di/dt = 0; steady: v = 0; at the start i = initial, if given */
static struct element_value inductor(const struct element *element,
                                     const struct element_input *input) {
  struct element_value value = {.residual = input->v, .d_v = 1};
  if (input->initial && !isnan(element->initial)) {
    value.residual = input->i - element->initial;
    value.d_v = 0;
    value.d_i = 1;
  } else if (!input->initial && !input->steady) {
    value.residual = input->v - element->value * input->di;
    value.d_di = -element->value;
  }
  return value;
}

/** v - V(t) = 0 */
static struct element_value voltage_source(const struct element *element,
                                           const struct element_input *input) {
  struct element_value value = {.residual = input->v - waveform_value(&element->waveform, input->t),
                                .d_v = 1};
  return value;
}

/** i - I(t) = 0 */
static struct element_value current_source(const struct element *element,
                                           const struct element_input *input) {
  struct element_value value = {.residual = input->i - waveform_value(&element->waveform, input->t),
                                .d_i = 1};
  return value;
}

/**
 * v - r i = 0 with r = r_off^(1-s) r_on^s, s the waveform between 0 and 1: the resistance moves
 * through its decades during the waveform's own rise, so that no step of time meets a jump.
 */
static struct element_value switched_resistor(const struct element *element,
                                              const struct element_input *input) {
  double s = fmin(fmax(waveform_value(&element->waveform, input->t), 0), 1);
  double r = element->r_off * pow(element->r_on / element->r_off, s);
  struct element_value value = {.residual = input->v - r * input->i, .d_v = 1, .d_i = -r};
  return value;
}

const struct element_law element_table[] = {
    {"resistor", resistor, "value", "ohm", "", false, "Resistor: v = R i."},
    {"capacitor", capacitor, "value initial", "F", "V", false, "Capacitor: i = C dv/dt."},
    {"inductor", inductor, "value initial", "H", "A", false, "Inductor: v = L di/dt."},
    {"voltage", voltage_source, "", "V", "", true, "Voltage source: v follows its waveform."},
    {"current", current_source, "", "A", "", true, "Current source: i follows its waveform."},
    {"switch", switched_resistor, "on_resistance off_resistance", "", "", true,
     "Switch: a resistance between off_resistance (waveform 0) and on_resistance (waveform 1)."},
};
const size_t element_table_count = sizeof element_table / sizeof *element_table;

/** Is this a voltage or a current source? */
bool element_is_source(const struct element *element) {
  return element->kind == ELEMENT_VOLTAGE_SOURCE || element->kind == ELEMENT_CURRENT_SOURCE;
}
