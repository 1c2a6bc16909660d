#include "solver/system.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/** Relative net charge of the initial state above which the neutral potential is the better guess.
 */
static const double GUESS_CHARGE = 1e-6;

double system_net(const struct system *system, const double *y, int net) {
  return net == 0 ? 0.0 : y[system_net_dof(system, net)];
}

/* ---- create ---- */

static enum hd_status create_instance(struct system *system, size_t i, struct hd_error *err) {
  struct system_instance *instance = &system->instances[i];
  instance->spec = &system->run->circuit.instances[i];
  const struct device *device = system->devices[instance->spec->device];
  instance->device = device;
  instance->weight = device->weight;
  size_t unknowns = (size_t)(device->n_nodes * device->n_unknowns);
  size_t states = device->mesh->n_node_parts * (size_t)device->model.n_species;
  TRY(hd_alloc(&instance->dof, unknowns, sizeof(int), err));
  TRY(hd_alloc(&instance->u, unknowns, sizeof(double), err));
  TRY(hd_alloc(&instance->up, unknowns, sizeof(double), err));
  TRY(hd_alloc(&instance->energy, (size_t)device->n_nodes, sizeof(double), err));
  TRY(hd_alloc(&instance->spread, (size_t)device->n_nodes, sizeof(double), err));
  TRY(hd_alloc(&instance->state, states, sizeof *instance->state, err));
  TRY(hd_alloc(&instance->hop_current, (size_t)device->n_terminals, sizeof(double), err));
  size_t edges = device->mesh->n_edge_parts * (size_t)device->model.n_species;
  TRY(hd_alloc(&instance->emf, edges + device->n_faces, sizeof(double), err));
  instance->face_emf = instance->emf + edges;
  TRY(hd_alloc(&instance->past, states, sizeof(double), err));
  TRY(hd_alloc(&instance->ion_total, device->n_components, sizeof(double), err));
  instance->base = system->n;
  instance->current_base = instance->base + device->n_dofs;
  instance->lambda_base = instance->current_base + device->n_terminals;
  system->n = instance->lambda_base + (int)device->n_components;
  return HD_OK;
}

/** Global indices; absent unknowns point at the scratch entry n. */
static void number_instance(struct system *system, struct system_instance *instance) {
  const struct device *device = instance->device;
  for (int i = 0; i < device->n_nodes * device->n_unknowns; i++)
    instance->dof[i] = device->dof[i] < 0 ? system->n : instance->base + device->dof[i];
}

/** Which unknowns belong to which node, for the order of elimination. */
static enum hd_status fill_nodes(struct system *system, struct hd_error *err) {
  int first = 0;
  TRY(hd_alloc(&system->node, (size_t)system->n + 1, sizeof *system->node, err));
  for (int g = 0; g <= system->n; g++)
    system->node[g] = -1;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    bool lumped = device_is_lumped(device); /* then one temperature belongs to no node */
    for (int at = 0; at < device->n_nodes * device->n_unknowns; at++)
      if (instance->dof[at] < system->n &&
          !(lumped && at % device->n_unknowns == device->model.heat))
        system->node[instance->dof[at]] = first + at / device->n_unknowns;
    first += device->n_nodes;
    if (device->mesh->dimension > system->linear.dimension)
      system->linear.dimension = device->mesh->dimension;
  }
  system->linear.node = system->node;
  system->linear.solver = (enum linear_choice)system->run->solver.linear;
  system->linear.ordering = (enum linear_ordering)system->run->solver.ordering;
  system->linear.blas_threads = system->run->solver.blas_threads;
  system->linear.keep = system->run->stochastic.engine != ENGINE_NONE;
  return HD_OK;
}

void system_reset_drives(struct system *system) {
  for (size_t d = 0; d < system->n_devices; d++) {
    system->light[d] = system->run->devices[d].generation.factor;
    system->surroundings[d] = (struct waveform){.kind = WAVEFORM_CONSTANT};
  }
}

/** Potential between the contacts' (Laplace), or the neutral one where the start is charged. */
static double guess_potential(const struct device *device, int node) {
  const struct model *model = &device->model;
  int part = device_lead_part(device, node);
  const struct model_region *region = &model->regions[device->mesh->node_parts[part].region];
  double charge = device->fixed_charge[part], scale = fabs(charge), psi = 0.0;
  for (int s = 0; s < model->n_species; s++)
    if (!model->carrier[s] && region->species[s].present) {
      double c = model->c_unit[s] * device->initial_x[node * model->n_species + s];
      charge += model->charge[s] * c;
      scale += fabs(model->charge[s]) * c;
    }
  if (fabs(charge) > GUESS_CHARGE * scale && !region->material->insulator)
    return device_neutral_potential(device, node, part);
  double total = 0.0;
  for (size_t c = 0; c < device->n_contact_nodes; c++) {
    const struct contact_node *at = &device->contact_nodes[c];
    bool first = true;
    for (size_t b = 0; b < c; b++)
      first = first && device->contact_nodes[b].terminal != at->terminal;
    if (!first)
      continue;
    double w = device->weight[at->terminal * device->n_nodes + node];
    psi += w * at->psi_offset;
    total += w;
  }
  return psi / total; /* every node is connected to a contact */
}

/** First guess of the equilibrium: potentials as above, levels at zero, ions at their profiles. */
static void fill_guess(struct system *system) {
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    const struct model *model = &device->model;
    for (int k = 0; k < device->n_nodes; k++)
      for (int j = 0; j < model->n_unknowns; j++) {
        int g = instance->dof[k * model->n_unknowns + j];
        int s = model->unknown_species[j];
        if (g < system->n)
          system->guess[g] = j == 0             ? guess_potential(device, k)
                             : j == model->heat ? model->T
                             : model_is_excess(model, j)
                                 ? 0.0
                                 : device->initial_x[k * model->n_species + s];
      }
  }
}

static enum hd_status system_fill(struct system *system, struct hd_error *err) {
  const struct circuit_spec *circuit = &system->run->circuit;
  system->n_devices = system->run->n_devices;
  TRY(hd_alloc(&system->devices, system->n_devices, sizeof *system->devices, err));
  for (size_t d = 0; d < system->n_devices; d++)
    TRY(device_create(&system->devices[d], system->run, (int)d, err));
  TRY(hd_alloc(&system->light, system->n_devices, sizeof *system->light, err));
  TRY(hd_alloc(&system->surroundings, system->n_devices, sizeof *system->surroundings, err));
  system_reset_drives(system);
  TRY(hd_alloc(&system->instances, circuit->n_instances, sizeof *system->instances, err));
  system->n_instances = circuit->n_instances;
  for (size_t i = 0; i < system->n_instances; i++)
    TRY(create_instance(system, i, err));
  system->net_base = system->n;
  system->branch_base = system->net_base + (int)circuit->n_nets - 1;
  system->n = system->branch_base + (int)circuit->n_elements;
  for (size_t i = 0; i < system->n_instances; i++)
    number_instance(system, &system->instances[i]);
  TRY(fill_nodes(system, err));
  TRY(hd_alloc(&system->elements, circuit->n_elements, sizeof *system->elements, err));
  memcpy(system->elements, circuit->elements, circuit->n_elements * sizeof *system->elements);
  TRY(hd_alloc(&system->frozen, (size_t)system->n + 1, sizeof(double), err));
  TRY(hd_alloc(&system->guess, (size_t)system->n + 1, sizeof(double), err));
  fill_guess(system);
  TRY(hd_alloc(&system->identity, (size_t)system->n + 1, sizeof(int), err));
  for (int g = 0; g <= system->n; g++)
    system->identity[g] = g;
  return hd_alloc(&system->row_scale, (size_t)system->n + 1, sizeof(double), err);
}

/**
 * Build all devices of a run and number the unknowns.
 * run     borrowed; must outlive the system
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status system_create(struct system **out, const struct run_spec *run,
                             struct hd_error *err) {
  struct system *system = NULL;
  TRY(hd_alloc(&system, 1, sizeof *system, err));
  system->run = run;
  enum hd_status status = system_fill(system, err);
  if (status != HD_OK)
    system_free(&system);
  *out = system;
  return status;
}

/** Free a system; NULL is accepted. */
void system_free(struct system **system) {
  if (!*system)
    return;
  struct system *s = *system;
  system_free_plans(s);
  for (size_t i = 0; i < s->n_instances; i++) {
    hd_free(&s->instances[i].dof);
    hd_free(&s->instances[i].u);
    hd_free(&s->instances[i].up);
    hd_free(&s->instances[i].state);
    hd_free(&s->instances[i].energy);
    hd_free(&s->instances[i].spread);
    hd_free(&s->instances[i].past);
    hd_free(&s->instances[i].emf);
    hd_free(&s->instances[i].ion_total);
    hd_free(&s->instances[i].hop_current);
  }
  for (size_t d = 0; s->devices && d < s->n_devices; d++)
    device_free(&s->devices[d]);
  hd_free(&s->devices);
  hd_free(&s->light);
  hd_free(&s->surroundings);
  hd_free(&s->instances);
  hd_free(&s->elements);
  hd_free(&s->node);
  hd_free(&s->frozen);
  hd_free(&s->guess);
  hd_free(&s->row_scale);
  hd_free(&s->identity);
  hd_free(system);
}

/* ---- state ---- */

/** First guess of the equilibrium; it is asked for by every plan and made once. */
void system_guess(const struct system *system, double *y) {
  memcpy(y, system->guess, (size_t)system->n * sizeof *y);
}

/** Number of ions of one component (dimensionless). */
double system_ion_count(const struct system *system, const double *y, int i, int component) {
  const struct system_instance *instance = &system->instances[i];
  const struct device *device = instance->device;
  int n_species = device->model.n_species, s = device->components[component].species;
  double sum = 0.0;
  for (int k = 0; k < device->n_nodes; k++) {
    int at = k * n_species + s;
    if (device->component[at] == component)
      sum += device->species_volume[at] * device->model.c_unit[s] *
             y[instance->dof[k * device->n_unknowns + 1 + s]];
  }
  return sum;
}

/** Ions that came in through exchanging contacts since the transient began (dimensionless). */
double system_ion_inflow(const struct system *system, const double *y, int i, int component) {
  const struct system_instance *instance = &system->instances[i];
  const struct ion_component *ions = &instance->device->components[component];
  return y[instance->lambda_base + component] * ions->capacity *
         instance->device->model.c_unit[ions->species];
}

/** Set the counted inflow of every component to zero. */
void system_clear_inflow(const struct system *system, double *y) {
  for (size_t i = 0; i < system->n_instances; i++)
    for (size_t c = 0; c < system->instances[i].device->n_components; c++)
      y[system->instances[i].lambda_base + (int)c] = 0.0;
}

/** Remember the ions of y: their numbers for zero-flux states, their places for frozen ones. */
void system_hold_ions(struct system *system, const double *y) {
  memcpy(system->frozen, y, (size_t)system->n * sizeof *y);
  for (size_t i = 0; i < system->n_instances; i++)
    for (size_t c = 0; c < system->instances[i].device->n_components; c++)
      system->instances[i].ion_total[c] = system_ion_count(system, y, (int)i, (int)c);
}
