/* halidrift check: everything that can go wrong before the first equation is solved. */
#include <stdio.h>
#include "geometry/mesh.h"
#include "solver/app/commands.h"
#include "solver/config/variant.h"
#include "solver/front.h"
#include "solver/langevin_window.h"
#include "solver/lattice.h"
#include "solver/study/study.h"

/** Slack of lengths that are the smoothing length but for the shares of an axis, h / ell. */
static const double ROUNDING = 1e-6;

/** Print how many nodes stand where fronts can go, and where the mesh is too coarse for one. */
static enum hd_status check_fronts(const struct run_spec *spec, struct device_spec *device,
                                   const struct mesh *mesh, struct hd_error *err) {
  struct front_zones fronts;
  struct front front;
  char text[HD_ERROR_TEXT];
  enum hd_status status = mesh_device_fronts(&fronts, spec, device, err);
  if (status == HD_OK && fronts.n > 0)
    printf("device %s: fronts can go where %zu of its nodes stand\n", device->name,
           front_nodes(mesh, &fronts));
  if (status == HD_OK && front_expected(device, mesh, &fronts, 1 + ROUNDING, &front)) {
    front_foretell(mesh->dimension, &front, text, sizeof text);
    printf("device %s: %s\n", device->name, text);
  }
  front_zones_free(&fronts);
  return status;
}

/** Print where forces do not stand for so few ions. */
static void check_forces(const struct run_spec *spec, const struct device_spec *device,
                         const struct mesh *mesh) {
  struct langevin_window window;
  char text[HD_ERROR_TEXT];
  if (spec->stochastic.engine != ENGINE_LANGEVIN ||
      !langevin_is_outside(spec, device, mesh, &window))
    return;
  langevin_speak(spec, device, mesh, &window, text, sizeof text);
  printf("device %s: %s\n", device->name, text);
}

/** Build the mesh of one device and print its size. */
static enum hd_status check_device(const struct run_spec *spec, struct device_spec *device,
                                   struct hd_error *err) {
  struct mesh *mesh = NULL;
  TRY(mesh_build(&mesh, &device->shape, err));
  printf("device %s: %dD, %zu nodes, %zu regions, %zu species, %zu contacts\n", device->name,
         mesh->dimension, mesh->n_nodes, device->n_regions, device->n_species, device->n_contacts);
  enum hd_status status = check_fronts(spec, device, mesh, err);
  check_forces(spec, device, mesh);
  mesh_free(&mesh);
  return status;
}

/** Can single ions hop on the meshes of this run? What to know about the cells, if so. */
static enum hd_status check_cells(const struct run_spec *spec, struct hd_error *err) {
  struct system *system = NULL;
  struct lattice *lattice = NULL;
  char text[HD_ERROR_TEXT];
  enum hd_status status = system_create(&system, spec, err);
  if (status == HD_OK)
    status = lattice_create(&lattice, system, err);
  for (int i = 0; lattice && i < LATTICE_REMARKS; i++)
    if (lattice_remark(lattice, i, text, sizeof text))
      puts(text);
  lattice_free(&lattice);
  system_free(&system);
  return status;
}

static enum hd_status check_spec(struct run_spec *spec, struct hd_error *err) {
  TRY(mesh_plan(spec, err));
  for (size_t i = 0; i < spec->n_devices; i++)
    TRY(check_device(spec, &spec->devices[i], err));
  if (spec->stochastic.engine == ENGINE_INTEGER)
    TRY(check_cells(spec, err));
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
