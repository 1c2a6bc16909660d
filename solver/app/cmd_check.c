/* halidrift check: everything that can go wrong before the first equation is solved. */
#include <stdio.h>
#include "solver/app/commands.h"
#include "solver/config/variant.h"
#include "solver/front.h"
#include "solver/remarks.h"
#include "solver/study/study.h"

/** Print the size of a device's mesh, and how many nodes stand where fronts can go. */
static enum hd_status check_device(const struct run_spec *spec, const struct device *device,
                                   struct hd_error *err) {
  const struct device_spec *own = device->spec;
  struct front_zones fronts;
  printf("device %s: %dD, %zu nodes, %zu regions, %zu species, %zu contacts\n", own->name,
         device->mesh->dimension, device->mesh->n_nodes, own->n_regions, own->n_species,
         own->n_contacts);
  enum hd_status status = mesh_device_fronts(&fronts, spec, own, err);
  if (status == HD_OK && fronts.n > 0)
    printf("device %s: fronts can go where %zu of its nodes stand\n", own->name,
           front_nodes(device->mesh, &fronts));
  front_zones_free(&fronts);
  return status;
}

/** Print the devices, and what there is to say about them. */
static enum hd_status check_system(struct system *system, struct hd_error *err) {
  struct remarks remarks = {0};
  for (size_t d = 0; d < system->n_devices; d++)
    TRY(check_device(system->run, system->devices[d], err));
  enum hd_status status = remarks_create(&remarks, system, err);
  for (size_t i = 0; i < remarks.n && status == HD_OK; i++)
    puts(remarks.text[i]);
  remarks_free(&remarks);
  return status;
}

static enum hd_status check_spec(struct run_spec *spec, struct hd_error *err) {
  struct system *system = NULL;
  TRY(mesh_plan(spec, err));
  enum hd_status status = system_create(&system, spec, err);
  if (status == HD_OK)
    status = check_system(system, err);
  system_free(&system);
  TRY(status);
  printf("circuit: %zu nets, %zu elements, %zu device%s\n", spec->circuit.n_nets,
         spec->circuit.n_elements, spec->circuit.n_instances,
         spec->circuit.n_instances == 1 ? "" : "s");
  static const char *const types[] = {"equilibrium", "steady state", "dc sweep",    "transient",
                                      "impedance",   "noise",        "continuation"};
  for (size_t i = 0; i < spec->n_experiments; i++) {
    const struct experiment_spec *experiment = &spec->experiments[i];
    printf("experiment %s: %s", experiment->name, types[experiment->type]);
    if (experiment->type == EXPERIMENT_DC_SWEEP)
      printf(", %zu points", experiment->n_values);
    if (experiment->type == EXPERIMENT_TRANSIENT)
      printf(", %g s", experiment->duration);
    if (experiment_is_spectrum(experiment->type))
      printf(", %zu frequencies", experiment->spectrum.n_frequencies);
    putchar('\n');
  }
  return HD_OK;
}

/** halidrift check FILE. */
enum hd_status cmd_check(const struct arguments *arguments, struct hd_error *err) {
  struct config *config = NULL;
  struct run_spec spec = {0};
  TRY(config_read(&config, &spec, arguments->operand, arguments->sets, err));
  enum hd_status status = check_spec(&spec, err);
  if (status == HD_OK)
    status = variant_check_curves(config, &spec, err);
  if (status == HD_OK && config_study(config)->n_vary > 0)
    status = study_check(stdout, arguments->operand, arguments->sets, err);
  if (status == HD_OK)
    printf("%s: valid, hash %s\n", arguments->operand, config_hash(config));
  run_spec_free(&spec);
  config_free(&config);
  return status;
}
