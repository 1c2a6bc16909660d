#include "solver/device.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/** Half width of the bracket in which the neutral potential is looked for, V. */
static const double NEUTRAL_BRACKET_V = 50.0;

/** Net charge density over q at flat quasi-Fermi levels; falls with psi. d_T out (or NULL): the
 * potential's derivative by T at constant charge, V/K. */
static double charge_at(const struct device *device, int node, int part, double psi, double T,
                        double *d_T) {
  const struct model *model = &device->model;
  double u[MODEL_UNKNOWNS] = {0};
  struct species_state state[MODEL_SPECIES];
  u[0] = psi;
  if (model->heat >= 0)
    u[model->heat] = T;
  for (int s = 0; s < model->n_species; s++)
    u[1 + s] = device->initial_x[node * model->n_species + s];
  model_state(model, device->mesh->node_parts[part].region, u, state);
  double sum = device->fixed_charge[part];
  for (int s = 0; s < model->n_species; s++)
    sum += model->charge[s] * state[s].c;
  if (!d_T)
    return sum;
  double by_psi = 0.0, by_T = 0.0;
  for (int s = 0; s < model->n_species; s++) {
    by_psi += model->charge[s] * state[s].d_c * state[s].scale * model->A[s][0];
    by_T += model->charge[s] * state[s].c_T;
  }
  *d_T = -by_T / by_psi;
  return sum;
}

/** Potential of local charge neutrality, by bisection (the charge is monotone). */
static double neutral_potential(const struct device *device, int node, int part, double T) {
  double low = -NEUTRAL_BRACKET_V, high = NEUTRAL_BRACKET_V;
  for (int i = 0; i < 200 && high - low > 0.0; i++) {
    double mid = 0.5 * (low + high);
    if (mid == low || mid == high)
      break;
    if (charge_at(device, node, part, mid, T, NULL) > 0.0)
      low = mid;
    else
      high = mid;
  }
  return 0.5 * (low + high);
}

static const struct material *material_of(const struct device *device, int part) {
  return device->model.regions[device->mesh->node_parts[part].region].material;
}

/** The first part of a node that is no insulator, or the first. */
int device_lead_part(const struct device *device, int node) {
  const size_t *first = &device->mesh->first_part[node];
  for (size_t part = first[0]; part < first[1]; part++)
    if (!material_of(device, (int)part)->insulator)
      return (int)part;
  return (int)first[0];
}

double device_neutral_potential(const struct device *device, int node, int part) {
  return neutral_potential(device, node, part, device->model.T);
}

double device_ohmic_potential(const struct device *device, const struct contact_node *at, double T,
                              double *d_T) {
  double psi = at->psi_offset;
  *d_T = 0.0;
  if (material_of(device, at->part)->insulator)
    return psi;
  if (T != device->model.T)
    psi = neutral_potential(device, at->node, at->part, T);
  charge_at(device, at->node, at->part, psi, T, d_T);
  return psi;
}

/** Offset of a contact node on a conducting part; NAN where the part alone does not decide it. */
static double potential_offset(const struct device *device, const struct contact *contact, int node,
                               int part) {
  const struct material *material = material_of(device, part);
  if (!contact->ohmic && !isnan(contact->work_function_V))
    return -contact->work_function_V;
  if (material->insulator)
    return NAN;
  return contact->ohmic ? device_neutral_potential(device, node, part)
                        : -(contact->barrier_V + material->affinity_V);
}

/** On an insulator a metal has the level that it has where it touches a conducting part; one that
 * is ohmic and touches none (a plate of a capacitor) is at zero. */
static enum hd_status offsets_on_insulators(struct device *device, struct hd_error *err) {
  for (size_t c = 0; c < device->n_contact_nodes; c++) {
    struct contact_node *at = &device->contact_nodes[c];
    const struct contact *contact = &device->spec->contacts[at->terminal];
    for (size_t d = 0; d < device->n_contact_nodes && isnan(at->psi_offset); d++)
      if (device->contact_nodes[d].terminal == at->terminal)
        at->psi_offset = device->contact_nodes[d].psi_offset;
    if (isnan(at->psi_offset) && !contact->ohmic)
      return hd_fail(err, HD_INPUT,
                     "device %s: contact %s has a barrier but touches insulators only, must have a "
                     "work_function",
                     device->spec->name, contact->name);
    if (isnan(at->psi_offset))
      at->psi_offset = 0.0;
  }
  return HD_OK;
}

static enum hd_status list_contact_nodes(struct device *device, struct hd_error *err) {
  const struct mesh *mesh = device->mesh;
  TRY(hd_alloc(&device->contact_nodes, mesh->n_face_parts, sizeof *device->contact_nodes, err));
  for (int k = 0; k < device->n_nodes; k++)
    device->terminal_of[k] = -1;
  for (int insulator = 0; insulator < 2; insulator++) /* conducting parts decide first */
    for (size_t f = 0; f < mesh->n_face_parts; f++) {
      const struct face_part *face = &mesh->face_parts[f];
      if (device->terminal_of[face->node] >= 0 ||
          material_of(device, face->part)->insulator != (insulator == 1))
        continue;
      device->terminal_of[face->node] = face->terminal;
      device->contact_nodes[device->n_contact_nodes++] =
          (struct contact_node){.node = face->node, .part = face->part, .terminal = face->terminal};
    }
  for (size_t c = 0; c < device->n_contact_nodes; c++) {
    struct contact_node *at = &device->contact_nodes[c];
    at->psi_offset =
        potential_offset(device, &device->spec->contacts[at->terminal], at->node, at->part);
  }
  return offsets_on_insulators(device, err);
}

/** The row of a species at a terminal, or what holds when it is not named there. */
static struct contact_species contact_row(const struct device *device, int terminal, int s) {
  const struct contact *contact = &device->spec->contacts[terminal];
  for (size_t i = 0; i < contact->n_species; i++)
    if (strcmp(contact->species[i].species, device->spec->species[s].name) == 0)
      return contact->species[i];
  struct contact_species row = {.model =
                                    device->model.carrier[s] ? CONTACT_DIRICHLET : CONTACT_BLOCKING,
                                .velocity = NAN,
                                .density = NAN};
  return row;
}

static double richardson(const struct model *model, const struct material *material, int s) {
  return s == model->electron ? material->A_n : material->A_p;
}

static void add_face(struct device *device, const struct run_spec *run,
                     const struct face_part *face, int s) {
  const struct model *model = &device->model;
  int region = device->mesh->node_parts[face->part].region;
  const struct model_species *here = &model->regions[region].species[s];
  struct contact_species row = contact_row(device, face->terminal, s);
  const struct contact_law *law = &contact_table[row.model];
  double c_eq = isnan(row.density) ? device->spec->species[s].density : row.density;
  int at = face->node * model->n_species + s;
  if (!here->present)
    return;
  if (law->dirichlet) {
    device->held[at] = true;
    device->held_value[at] = model->carrier[s] ? 0.0 : c_eq / model->c_unit[s];
    return;
  }
  if (row.model == CONTACT_BLOCKING)
    return;
  double velocity = row.rate;
  bool thermionic = model->carrier[s] && isnan(row.velocity);
  if (model->carrier[s])
    velocity = isnan(row.velocity) ? richardson(model, model->regions[region].material, s) *
                                         model->T * model->T / (run->constants.q * here->N)
                                   : row.velocity;
  device->faces[device->n_faces++] = (struct contact_face){.node = face->node,
                                                           .part = face->part,
                                                           .terminal = face->terminal,
                                                           .species = s,
                                                           .area = face->area,
                                                           .law = law,
                                                           .velocity = velocity,
                                                           .power = thermionic ? 0.5 : 0.0,
                                                           .transfer = row.transfer,
                                                           .c_eq = c_eq};
}

/** Does a ray go on behind its point i in a region in which the species can be? */
static bool is_behind(const struct device *device, const struct mesh_ray *ray, size_t i, int s) {
  const struct mesh *mesh = device->mesh;
  if (i + 1 >= ray->count)
    return false;
  int region = mesh->node_parts[mesh->ray_part[ray->first + i + 1]].region;
  return device->model.regions[region].species[s].present;
}

/**
 * Ends of the control volume of point i of a ray: the middles of the edges, but the half cells of
 * the contacts at both ends of the ray belong to their neighbours. In the bending the image
 * potential has no value at the contact.
 */
static void fill_extent(struct tunnel_link *link, const struct device *device) {
  bool whole = link->x_before == 0.0 && !(link->image_bending > 0.0);
  bool last = device->terminal_of[link->after] >= 0;
  link->from = whole ? 0.0 : 0.5 * (link->x_before + link->x);
  link->to = last ? link->x_after : 0.5 * (link->x + link->x_after);
}

/** Links of one ray to every node within the contact's tunnelling range, for one carrier. */
static void add_links(struct device *device, const struct run_spec *run, const struct mesh_ray *ray,
                      int s) {
  const struct mesh *mesh = device->mesh;
  const struct model *model = &device->model;
  const struct contact *contact = &device->spec->contacts[ray->terminal];
  const int *nodes = &mesh->ray_nodes[ray->first];
  const double *x = &mesh->ray_distance[ray->first];
  for (size_t i = 1; i < ray->count && x[i] <= contact->tunnel_range * (1.0 + 1e-12); i++) {
    size_t after = is_behind(device, ray, i, s) ? i + 1 : i;
    int part = mesh->ray_part[ray->first + i];
    const struct model_region *region = &model->regions[mesh->node_parts[part].region];
    const struct material *material = region->material;
    if (device->terminal_of[nodes[i]] >= 0 || !region->species[s].present)
      break;
    double mass = (s == model->electron ? material->m_n : material->m_p) * run->constants.m0;
    double image =
        contact->image_force
            ? run->constants.q / (16.0 * acos(-1.0) * material->eps_opt * run->constants.eps0)
            : 0.0;
    struct tunnel_link *link = &device->links[device->n_links++];
    *link = (struct tunnel_link){
        .terminal = ray->terminal,
        .species = s,
        .contact = nodes[0],
        .node = nodes[i],
        .before = nodes[i - 1],
        .after = nodes[after],
        .part = part,
        .x = x[i],
        .x_before = x[i - 1],
        .x_after = x[after],
        .area = ray->area,
        .prefactor = richardson(model, material, s) * model->T * model->T / run->constants.q,
        .kappa = 4.0 / 3.0 * sqrt(2.0 * mass * run->constants.q) / run->constants.hbar,
        .image_bending = contact->image_law == IMAGE_BENDING ? image : 0.0,
        .image_barrier = contact->image_law == IMAGE_BARRIER ? image : 0.0};
    fill_extent(link, device);
  }
}

static enum hd_status list_links(struct device *device, const struct run_spec *run,
                                 struct hd_error *err) {
  const struct mesh *mesh = device->mesh;
  TRY(hd_alloc(&device->links, 2 * mesh->n_ray_nodes, sizeof *device->links, err));
  for (size_t r = 0; r < mesh->n_rays; r++) {
    if (!device->spec->contacts[mesh->rays[r].terminal].tunnelling)
      continue;
    for (int s = 0; s < device->model.n_species; s++)
      if (device->model.carrier[s])
        add_links(device, run, &mesh->rays[r], s);
  }
  return HD_OK;
}

/**
 * Contact nodes with their potentials, faces with their laws, tunnelling links.
 * Errors  HD_INPUT (a barrier on insulators only), HD_MEMORY
 */
enum hd_status device_contacts(struct device *device, const struct run_spec *run,
                               struct hd_error *err) {
  const struct mesh *mesh = device->mesh;
  size_t n_species = (size_t)device->model.n_species;
  TRY(list_contact_nodes(device, err));
  TRY(hd_alloc(&device->faces, mesh->n_face_parts * n_species, sizeof *device->faces, err));
  TRY(hd_alloc(&device->held, mesh->n_nodes * n_species, sizeof *device->held, err));
  TRY(hd_alloc(&device->held_value, mesh->n_nodes * n_species, sizeof *device->held_value, err));
  for (size_t f = 0; f < mesh->n_face_parts; f++)
    for (int s = 0; s < device->model.n_species; s++)
      add_face(device, run, &mesh->face_parts[f], s);
  return list_links(device, run, err);
}
