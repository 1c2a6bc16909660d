/* halidrift fit: numbers of the input from measured currents. */
#include <stdio.h>
#include "solver/app/commands.h"
#include "solver/base/memory.h"
#include "solver/fit/fit.h"
#include "solver/sink.h"

static enum hd_status fit(const struct config *config, const struct run_spec *spec,
                          struct fit_data *data, const struct arguments *arguments, const char *dir,
                          struct hd_error *err) {
  FILE *terminal = arguments->level > PROGRESS_QUIET ? stdout : NULL;
  struct fit_result result = {0};
  for (size_t d = 0; d < arguments->n_data; d++)
    TRY(fit_data_read(&data[d], arguments->data[d], spec, err));
  TRY(sink_make_folder(dir, err));
  enum hd_status status = fit_solve(&result, config, spec, arguments->n_data, data, terminal, err);
  if (status == HD_OK)
    status = fit_report(&result, config, spec, arguments->n_data, data, dir, terminal, err);
  if (status == HD_OK)
    fit_warn(stderr, &result, &spec->fit);
  if (status == HD_OK && !result.converged)
    status = hd_fail(err, HD_CONVERGENCE, "the fit has not converged in %zu iterations",
                     result.iterations);
  if (status == HD_OK && terminal)
    fprintf(terminal, "results are in %s\n", dir);
  fit_result_free(&result);
  return status;
}

/** halidrift fit FILE. */
enum hd_status cmd_fit(const struct arguments *arguments, struct hd_error *err) {
  char own[HD_PATH];
  struct config *config = NULL;
  struct run_spec spec;
  struct fit_data *data = NULL;
  if (arguments->n_data == 0)
    return hd_fail(err, HD_USAGE, "halidrift fit: needs --data FILE, once or several times");
  if (!arguments->dir)
    TRY(arguments_default_dir(own, "fit", arguments->operand, "_fit", err));
  TRY(config_read(&config, &spec, arguments->operand, arguments->sets, err));
  enum hd_status status = spec.fit.n > 0
                              ? hd_alloc(&data, arguments->n_data, sizeof *data, err)
                              : hd_fail(err, HD_INPUT, "%s: fit: is missing: says which parameters",
                                        arguments->operand);
  if (status == HD_OK)
    status = fit(config, &spec, data, arguments, arguments->dir ? arguments->dir : own, err);
  for (size_t d = 0; data && d < arguments->n_data; d++)
    fit_data_free(&data[d]);
  hd_free(&data);
  run_spec_free(&spec);
  config_free(&config);
  return status;
}
