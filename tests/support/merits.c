#include "tests/support/merits.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/config/variant.h"
#include "solver/experiment.h"

static void collect(struct merits *merits, const json_t *root) {
  size_t e, m, p;
  const json_t *experiment, *entry;
  merits->cpu_s = json_number_value(json_object_get(root, "cpu_s"));
  json_array_foreach(json_object_get(root, "experiments"), e, experiment) {
    json_array_foreach(json_object_get(experiment, "sensitivities"), m, entry) {
      size_t i = merits->n++;
      const char *key;
      json_t *slope;
      ck_assert_uint_lt(i, MERITS);
      snprintf(merits->name[i], sizeof merits->name[i], "%s: %s",
               json_string_value(json_object_get(experiment, "name")),
               json_string_value(json_object_get(entry, "merit")));
      merits->value[i] = json_number_value(json_object_get(entry, "value"));
      p = 0;
      json_object_foreach(json_object_get(entry, "logarithmic"), key, slope) {
        merits->slope[i][p++] = json_number_value(slope);
      }
    }
  }
}

void merits_run(struct merits *merits, const struct plan *plan, size_t n, const char *const *keys,
                size_t shifted, double shift) {
  struct hd_error err = {0};
  struct variant_set set, single;
  struct run_spec spec;
  json_t *summary = NULL;
  double values[MERITS];
  *merits = (struct merits){.n_parameters = n};
  ck_assert_msg(variant_set_create(&set, plan->config, n, keys, NULL, &err) == HD_OK, "%s",
                err.text);
  for (size_t i = 0; i < n; i++)
    values[i] = set.numbers[i].value * (i == shifted ? 1.0 + shift : 1.0);
  ck_assert_int_eq(variant_read(plan->config, n, keys, values, &spec, &err), HD_OK);
  /* A run that is only looked at needs one parameter, to name its figures. */
  size_t carried = shift == 0.0 ? n : 1;
  ck_assert_int_eq(variant_set_create(&single, plan->config, carried, keys, values, &err), HD_OK);
  const struct run_options options = {.level = PROGRESS_QUIET,
                                      .input_path = "",
                                      .hash = "",
                                      .summary = &summary,
                                      .n_parameters = carried,
                                      .parameters = single.parameters,
                                      .parameter_step = variant_step};
  ck_assert_msg(experiment_run(&spec, &options, &err) == HD_OK, "%s", err.text);
  collect(merits, summary);
  json_decref(summary);
  variant_set_free(&single);
  variant_set_free(&set);
  run_spec_free(&spec);
}

void merits_differences(const struct plan *plan, size_t n, const char *const *keys,
                        size_t parameter, double h, double slope[MERITS]) {
  static const double place[4] = {-2.0, -1.0, 1.0, 2.0};
  static const double factor[4] = {1.0, -8.0, 8.0, -1.0}, middle[4] = {-1.0, 4.0, 4.0, -1.0};
  double base[MERITS] = {0};
  for (int i = 0; i < MERITS; i++)
    slope[i] = 0.0;
  for (int k = 0; k < 4; k++) {
    struct merits merits;
    merits_run(&merits, plan, n, keys, parameter, place[k] * h);
    for (size_t i = 0; i < merits.n; i++) {
      base[i] += middle[k] * merits.value[i] / 6.0;
      slope[i] += factor[k] * merits.value[i] / (12.0 * h);
    }
  }
  for (int i = 0; i < MERITS; i++)
    slope[i] /= base[i];
}
