#include "solver/assemble.h"

#include <float.h>
#include <math.h>
#include "physics/flux.h"
#include "physics/heat.h"

/* ---- contacts ---- */

/** One contact law at one face, with its partials by the node's `a`, by the metal's level (a_eq),
 * and by the temperature with all other unknowns fixed. */
struct face_value {
  double j, d_a, d_level, d_T;
  double both; /* m^-2 s^-1: both one-way rates */
};

/** The temperature at a carrier's face: N and v grow with it, and a_eq falls like a. */
static void face_heat(const struct pass *p, const struct contact_face *face,
                      const struct species_state *state, const struct contact_input *input,
                      const struct contact_value *value, struct face_value *out) {
  double T = p->instance->u[face->node * p->n_unknowns + p->model->heat];
  out->d_T = out->d_level * -input->eta_eq / T + value->d_c * state->c_T +
             value->d_eta * state->a_T + value->d_c_eq * heat_band_power * input->c_eq / T +
             value->d_N * heat_band_power * input->N / T +
             value->d_velocity * face->power * input->velocity / T;
}

static struct face_value face_law(const struct pass *p, const struct contact_face *face) {
  const struct model *model = p->model;
  const struct species_state *state = &part_state(p, (size_t)face->part)[face->species];
  int s = face->species, region = p->device->mesh->node_parts[face->part].region;
  const struct model_species *row = &model->regions[region].species[s];
  struct contact_input input = {.c = state->c,
                                .eta = state->a,
                                .c_eq = face->c_eq,
                                .N = row->N,
                                .velocity = face->velocity,
                                .transfer = face->transfer,
                                .free = state->f,
                                .free_eq = 1.0,
                                .emf = p->instance->face_emf[face - p->device->faces]};
  double d_eta = 1.0, d_c_eq = 0.0;
  if (model->carrier[s]) {
    const double *u = &p->instance->u[face->node * p->n_unknowns];
    double V = terminal_voltage(p, face->terminal);
    if (model->heat >= 0) {
      double growth = u[model->heat] / model->T;
      input.N *= pow(growth, heat_band_power);
      input.velocity *= pow(growth, face->power);
    }
    input.eta_eq = state->a + state->scale * model->A[s][1 + s] * (V - u[1 + s]);
    struct statistics_value metal = model->statistics[s]->value(input.eta_eq, row->gamma);
    input.c_eq = input.N * metal.F;
    d_c_eq = input.N * metal.dF;
  } else {
    double x_eq = face->c_eq / row->N;
    bool limited = model_is_limited(model, s);
    input.free_eq = limited ? 1.0 - x_eq : 1.0;
    /* an empty or full site fraction is one that rounding does not tell from 0 or 1 */
    double x = fmax(state->a, DBL_MIN), free = fmax(1.0 - state->a, DBL_EPSILON);
    input.eta = limited ? log(x / free) : log(x);
    input.eta_eq = limited ? log(x_eq / (1.0 - x_eq)) : log(x_eq);
    d_eta = limited ? 1.0 / (x * free) : 1.0 / x;
  }
  struct contact_value value = face->law->value(&input);
  struct face_value out = {.j = value.j,
                           .d_a = value.d_c * state->d_c + value.d_free * state->d_f,
                           .d_level = value.d_c_eq * d_c_eq + value.d_eta_eq,
                           .both = value.both};
  if (value.d_eta != 0.0)
    out.d_a += value.d_eta * d_eta;
  if (model->carrier[s]) /* whatever the statistics: the law itself is for dilute carriers */
    out.both = flux_both_ways(out.j, input.eta - input.eta_eq, out.d_a);
  if (model->heat >= 0 && model->carrier[s])
    face_heat(p, face, state, &input, &value, &out);
  return out;
}

/** Add factor * j and its partials to one row. Carriers: a_eq differs from a in phi -> V only.
 * Returns j, m^-2 s^-1. */
double assemble_face(const struct pass *p, const struct contact_face *face, int row,
                     double factor) {
  struct face_value value = face_law(p, face);
  p->F[row] += factor * value.j;
  if (!p->stamp)
    return value.j;
  int s = face->species;
  const double *A = p->model->A[s];
  bool carrier = p->model->carrier[s];
  double by_level = carrier ? value.d_level : 0.0;
  double scale = part_state(p, (size_t)face->part)[s].scale;
  add_row(p, row, face->node, p->model->couples[s], factor * (value.d_a + by_level) * scale, A);
  stamp_add(p->stamp, row, dof(p, face->node, 1 + s),
            carrier ? -factor * by_level * A[1 + s] * scale : 0.0);
  stamp_add(p->stamp, row, terminal_dof(p, face->terminal),
            carrier ? factor * by_level * A[1 + s] * scale : 0.0);
  if (p->model->heat >= 0)
    stamp_add(p->stamp, row, heat_dof(p, face->node), carrier ? factor * value.d_T : 0.0);
  return value.j;
}

double assemble_face_both(const struct pass *p, const struct contact_face *face) {
  return face_law(p, face).both;
}

void assemble_faces(const struct pass *p) {
  if (p->point->mode == SYSTEM_EQUILIBRIUM)
    return;
  for (size_t f = 0; f < p->device->n_faces; f++) {
    const struct contact_face *face = &p->device->faces[f];
    assemble_face(p, face, balance_row(p, face->node, 1 + face->species), face->area);
    if (p->model->heat >= 0)
      assemble_heat_face(p, face);
  }
}

/** eta of a node with the metal's level, material and temperature of the link's node. */
static double metal_level(const struct pass *p, const struct tunnel_link *link, int node) {
  int s = link->species, N = p->n_unknowns;
  const struct species_state *own = &part_state(p, (size_t)link->part)[s];
  const double *A = p->model->A[s], *u = &p->instance->u[node * N];
  const double *u_own = &p->instance->u[link->node * N];
  double step = A[1 + s] * (terminal_voltage(p, link->terminal) - u_own[1 + s]);
  for (int j = 0; j < N; j++)
    if (j != 1 + s)
      step += A[j] * (u[j] - u_own[j]);
  return own->a + own->scale * step;
}

static struct tunnel_input link_input(const struct pass *p, const struct tunnel_link *link) {
  const double *u = p->instance->u;
  int s = link->species, N = p->n_unknowns;
  double hot = model_hot(p->model, &u[link->node * N]);
  return (struct tunnel_input){.psi_contact = u[link->contact * N],
                               .psi = u[link->node * N],
                               .psi_before = u[link->before * N],
                               .psi_after = u[link->after * N],
                               .x = link->x,
                               .x_before = link->x_before,
                               .x_after = link->x_after,
                               .from = link->from,
                               .to = link->to,
                               .eta = part_state(p, (size_t)link->part)[s].a,
                               .eta_metal = metal_level(p, link, link->node),
                               .eta_metal_before = metal_level(p, link, link->before),
                               .eta_metal_after = metal_level(p, link, link->after),
                               .charge = p->model->charge[s] < 0.0 ? -1 : 1,
                               .V_T = p->model->V_T * hot,
                               .prefactor = link->prefactor * hot * hot,
                               .kappa = link->kappa,
                               .image_bending = link->image_bending,
                               .image_barrier = link->image_barrier};
}

/** d g / d T of the node: every eta goes with 1 / T, the prefactor with T^2. */
static double link_by_heat(const struct pass *p, const struct tunnel_link *link,
                           const struct tunnel_value *value) {
  struct tunnel_input input = link_input(p, link);
  double by_levels = value->d_eta * input.eta + value->d_eta_metal * input.eta_metal +
                     value->d_eta_metal_before * input.eta_metal_before +
                     value->d_eta_metal_after * input.eta_metal_after;
  double T = p->instance->u[link->node * p->n_unknowns + p->model->heat];
  return (2.0 * value->g - by_levels) / T + value->d_V_T * p->model->V_T / p->model->T;
}

/** Add factor * d eta_metal / du: eta of a node with the metal's level in place of its own. */
static void add_metal_level(const struct pass *p, const struct tunnel_link *link, int row, int node,
                            double factor) {
  const double *A = p->model->A[link->species];
  double scale = part_state(p, (size_t)link->part)[link->species].scale;
  for (int j = 0; j < p->n_unknowns; j++)
    if (A[j] != 0.0)
      stamp_add(p->stamp, row,
                j == 1 + link->species ? terminal_dof(p, link->terminal) : dof(p, node, j),
                factor * A[j] * scale);
}

/** Add the partials of factor * g to one row. */
void assemble_link_partials(const struct pass *p, const struct tunnel_link *link, int row,
                            double factor, const struct tunnel_value *value) {
  int s = link->species;
  const struct species_state *own = &part_state(p, (size_t)link->part)[s];
  stamp_add(p->stamp, row, dof(p, link->contact, 0), factor * value->d_psi_contact);
  stamp_add(p->stamp, row, dof(p, link->before, 0), factor * value->d_psi_before);
  stamp_add(p->stamp, row, dof(p, link->node, 0), factor * value->d_psi);
  stamp_add(p->stamp, row, dof(p, link->after, 0), factor * value->d_psi_after);
  add_row(p, row, link->node, p->model->couples[s], factor * value->d_eta * own->scale,
          p->model->A[s]);
  add_metal_level(p, link, row, link->before, factor * value->d_eta_metal_before);
  add_metal_level(p, link, row, link->node, factor * value->d_eta_metal);
  add_metal_level(p, link, row, link->after, factor * value->d_eta_metal_after);
  if (p->model->heat >= 0)
    stamp_add(p->stamp, row, heat_dof(p, link->node), factor * link_by_heat(p, link, value));
}

/** Flux of one link at the gathered state; its partials where the pass has a stamp. */
struct tunnel_value assemble_link_value(const struct pass *p, const struct tunnel_link *link) {
  struct tunnel_input input = link_input(p, link);
  return p->stamp ? contact_tunnel(&input)
                  : (struct tunnel_value){.g = contact_tunnel_flux(&input)};
}

/** Electrons of all energies that are met at the node have the levels of metal and node, whose
 * difference is the same all over the control volume: forward over backward is its exponential. */
double assemble_link_both(const struct pass *p, const struct tunnel_link *link) {
  struct tunnel_input input = link_input(p, link);
  struct tunnel_value value = contact_tunnel(&input);
  return flux_both_ways(value.g, input.eta_metal - input.eta, -value.d_eta);
}

/** Tunnelling: particles leave the contact and appear at the node. */
void assemble_links(const struct pass *p) {
  if (p->point->mode == SYSTEM_EQUILIBRIUM)
    return;
  for (size_t i = 0; i < p->device->n_links; i++) {
    const struct tunnel_link *link = &p->device->links[i];
    struct tunnel_value value = assemble_link_value(p, link);
    add_link(p, link, balance_row(p, link->node, 1 + link->species), -link->area, &value);
    if (p->model->heat >= 0)
      assemble_heat_link(p, link, &value);
    double charge = p->model->q * p->model->charge[link->species] * link->area;
    for (int T = 0; T + 1 < p->device->n_terminals; T++) {
      double factor = -charge * (weight(p, T, link->contact) - weight(p, T, link->node));
      add_link(p, link, current_row(p, T), factor, &value);
    }
  }
}

/** psi = V + offset, and phi = V of species that the contact holds. */
void assemble_contact_rows(const struct pass *p) {
  for (size_t c = 0; c < p->device->n_contact_nodes; c++) {
    const struct contact_node *at = &p->device->contact_nodes[c];
    const double *u = &p->instance->u[at->node * p->n_unknowns];
    double V = terminal_voltage(p, at->terminal);
    int column = terminal_dof(p, at->terminal), row = dof(p, at->node, 0);
    double offset = at->psi_offset, by_T = 0.0;
    if (p->model->heat >= 0 && p->device->spec->contacts[at->terminal].ohmic)
      offset = device_ohmic_potential(p->device, at, u[p->model->heat], &by_T);
    set_row(p, row, row, u[0] - V - offset);
    if (p->stamp)
      stamp_add(p->stamp, row, column, -1.0);
    if (p->stamp && p->model->heat >= 0)
      stamp_add(p->stamp, row, heat_dof(p, at->node), -by_T);
    if (p->point->mode == SYSTEM_EQUILIBRIUM)
      continue;
    for (int s = 0; s < p->n_species; s++) {
      if (!p->model->carrier[s] || !p->device->held[at->node * p->n_species + s])
        continue;
      row = dof(p, at->node, 1 + s);
      set_row(p, row, row, u[1 + s] - V);
      if (p->stamp)
        stamp_add(p->stamp, row, column, -1.0);
    }
  }
}
