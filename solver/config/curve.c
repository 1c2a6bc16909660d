/* Reading of a continuation. */
#include <math.h>
#include "solver/config/build.h"

/** Values that end the curve: at least those that it begins and ends with. */
static void check_bounds(struct reader *reader, const struct node *group, struct curve_spec *curve,
                         const char *unit) {
  double low = fmin(curve->from, curve->to), high = fmax(curve->from, curve->to);
  curve->low = isnan(curve->low) ? low : curve->low;
  curve->high = isnan(curve->high) ? high : curve->high;
  if (curve->low > low)
    input_error(reader, group, "low", "got %g %s, must be <= from and to", curve->low, unit);
  if (curve->high < high)
    input_error(reader, group, "high", "got %g %s, must be >= from and to", curve->high, unit);
}

static void check_steps(struct reader *reader, const struct node *group,
                        const struct curve_spec *curve) {
  if (curve->first_step > curve->largest_step)
    input_error(reader, group, "first_step", "got %g, must be <= largest_step (%g)",
                curve->first_step, curve->largest_step);
  if (curve->smallest_step > curve->first_step)
    input_error(reader, group, "smallest_step", "got %g, must be <= first_step (%g)",
                curve->smallest_step, curve->first_step);
}

enum hd_status build_curve(struct reader *reader, const struct node *group,
                           const struct circuit_spec *circuit, struct experiment_spec *experiment) {
  struct table ends = section_table(SECTION_EXPERIMENT, 1), table = section_table(SECTION_CURVE, 0);
  struct sweep_input input;
  const struct node *own = member_group(reader, group, "curve");
  struct curve_spec *curve = &experiment->curve;
  experiment->sweep_source = build_stepped_source(reader, group, circuit, experiment);
  if (experiment->sweep_source < 0)
    return HD_OK;
  const char *unit = element_table[circuit->elements[experiment->sweep_source].kind].value_unit;
  size_t before = reader->err->count;
  ends.value_unit = table.value_unit = unit;
  TRY(table_read(reader, group, &ends, &input));
  if (own)
    section_refuse_unknown(reader, own, SECTION_CURVE, NULL);
  TRY(table_read(reader, own, &table, experiment));
  if (reader->err->count > before)
    return HD_OK;
  if (isnan(input.from) || isnan(input.to) || input.from == input.to) {
    input_error(reader, group, NULL, "a continuation needs `from` and `to`, and they must differ");
    return HD_OK;
  }
  curve->from = input.from;
  curve->to = input.to;
  check_bounds(reader, own ? own : group, curve, unit);
  check_steps(reader, own ? own : group, curve);
  return HD_OK;
}
