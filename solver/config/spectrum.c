/* Experiments of small signals: where they enter, and their frequencies. */
#include <math.h>
#include <stdlib.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"

enum { MAX_FREQUENCIES = 100000 }; /* that a typing error may ask for */

/** A net by its name; ground cannot be driven. */
static void read_net(struct reader *reader, const struct node *group,
                     const struct circuit_spec *circuit, struct spectrum_spec *spectrum) {
  const char *name = member_string(reader, group, "net");
  if (tree_member(group, "source"))
    input_error(reader, tree_member(group, "net"), NULL, "is given besides source");
  if (name)
    spectrum->net = 1 + build_index(reader, tree_member(group, "net"), "net (besides ground)", name,
                                    circuit->nets + 1, sizeof *circuit->nets, circuit->n_nets - 1);
}

static void read_port(struct reader *reader, const struct node *group,
                      const struct circuit_spec *circuit, struct spectrum_spec *spectrum) {
  const struct node *source = tree_member(group, "source");
  if (tree_member(group, "net")) {
    spectrum->source = -1;
    read_net(reader, group, circuit, spectrum);
    return;
  }
  spectrum->source = source ? build_source(reader, group, "source", circuit)
                            : build_only_element(circuit, ELEMENT_VOLTAGE_SOURCE);
  if (spectrum->source < 0 && !source)
    input_error(reader, group, "source", "is missing. Source of the small signal, or give `net`");
  if (spectrum->source >= 0 && !element_is_source(&circuit->elements[spectrum->source]))
    input_error(reader, source, NULL, "%s is a %s, must be a voltage or current source",
                circuit->elements[spectrum->source].name,
                element_names[circuit->elements[spectrum->source].kind]);
}

/** from, ..., to with equal ratios. */
static enum hd_status make_frequencies(struct reader *reader, const struct node *group,
                                       const struct frequency_input *input,
                                       struct spectrum_spec *spectrum) {
  const double rounding = 1e-9; /* of an interval */
  if (isnan(input->from) || isnan(input->to)) {
    input_error(reader, group, NULL, "needs `from` and `to`, or `values`");
    return HD_OK;
  }
  double decades = log10(input->to / input->from);
  double intervals = ceil(fabs(decades) * input->per_decade - rounding);
  if (intervals >= MAX_FREQUENCIES) {
    input_error(reader, group, "per_decade", "makes %g frequencies, must be fewer than %d",
                intervals + 1, MAX_FREQUENCIES);
    return HD_OK;
  }
  size_t n = (size_t)intervals + 1;
  TRY(hd_alloc(&spectrum->frequencies, n, sizeof *spectrum->frequencies, reader->err));
  spectrum->n_frequencies = n;
  double ratio = copysign(1.0 / input->per_decade, decades);
  for (size_t i = 0; i < n; i++)
    spectrum->frequencies[i] = i + 1 == n ? input->to : input->from * pow(10.0, (double)i * ratio);
  return HD_OK;
}

/** The list itself; each within the limits of `from`. */
static enum hd_status read_values(struct reader *reader, const struct node *values,
                                  struct spectrum_spec *spectrum) {
  const struct param *limits = &frequency_params[0];
  size_t before = reader->err->count;
  TRY(quantity_array(reader, values, "Hz", &spectrum->frequencies, &spectrum->n_frequencies));
  if (spectrum->n_frequencies == 0 && reader->err->count == before)
    input_error(reader, values, NULL, "is empty, must hold at least one frequency");
  for (size_t i = 0; i < spectrum->n_frequencies && reader->err->count == before; i++)
    if (!(spectrum->frequencies[i] >= limits->min && spectrum->frequencies[i] <= limits->max))
      input_error(reader, values->children[i], NULL, "got %g Hz, must be >= %g and <= %g",
                  spectrum->frequencies[i], limits->min, limits->max);
  return HD_OK;
}

static enum hd_status read_frequencies(struct reader *reader, const struct node *group,
                                       struct spectrum_spec *spectrum) {
  struct frequency_input input;
  struct table table = section_table(SECTION_FREQUENCY, 0);
  size_t before = reader->err->count;
  section_refuse_unknown(reader, group, SECTION_FREQUENCY, NULL);
  TRY(table_read(reader, group, &table, &input));
  const struct node *values = tree_member(group, "values");
  if (values && (tree_member(group, "from") || tree_member(group, "to")))
    input_error(reader, values, NULL, "is given besides from and to");
  if (reader->err->count > before)
    return HD_OK;
  return values ? read_values(reader, values, spectrum)
                : make_frequencies(reader, group, &input, spectrum);
}

enum hd_status build_spectrum(struct reader *reader, const struct node *group,
                              const struct circuit_spec *circuit,
                              struct experiment_spec *experiment) {
  const struct node *frequency = member_group(reader, group, "frequency");
  read_port(reader, group, circuit, &experiment->spectrum);
  if (!tree_member(group, "frequency"))
    input_error(reader, group, "frequency",
                "is missing. Frequencies, as { from = \"1 mHz\"; to = \"1 MHz\"; }");
  return frequency ? read_frequencies(reader, frequency, &experiment->spectrum) : HD_OK;
}
