#include "solver/system.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include "physics/reaction.h"

/** What one pass of the assembly works on. */
struct pass {
  struct system *system;
  const struct system_point *point;
  struct system_instance *instance;
  const struct device *device;
  const struct model *model;
  const struct system_plan *plan;
  double *F;
  struct stamp *stamp; /* NULL: residual only */
  int n_unknowns, n_species;
};

static int dof(const struct pass *p, int node, int j) {
  return p->instance->dof[node * p->n_unknowns + j];
}

static int balance_row(const struct pass *p, int node, int j) {
  return p->plan->row[dof(p, node, j)];
}

static struct species_state *part_state(const struct pass *p, size_t part) {
  return &p->instance->state[part * (size_t)p->n_species];
}

static int terminal_dof(const struct pass *p, int terminal) {
  int net = p->instance->spec->net[terminal];
  return net == 0 ? p->system->n : p->system->net_base + net - 1;
}

static double terminal_voltage(const struct pass *p, int terminal) {
  return system_net(p->system, p->point->y, p->instance->spec->net[terminal]);
}

/** Add value * row to equation `row` at the columns of one node, where `couples` says so. */
static void add_row(const struct pass *p, int row, int node, const bool *couples, double factor,
                    const double *values) {
  const int *columns = &p->instance->dof[node * p->n_unknowns];
  for (int j = 0; j < p->n_unknowns; j++)
    if (couples[j])
      stamp_add(p->stamp, row, columns[j], factor * values[j]);
}

/* ---- nodes ---- */

/** Unknowns of every node and the state of every node part. */
static void gather(const struct pass *p) {
  struct system_instance *instance = p->instance;
  size_t count = (size_t)(p->device->n_nodes * p->n_unknowns);
  for (size_t i = 0; i < count; i++) {
    int g = instance->dof[i];
    instance->u[i] = g < p->system->n ? p->point->y[g] : 0.0;
    instance->up[i] = g < p->system->n && p->point->yp ? p->point->yp[g] : 0.0;
  }
  const struct mesh *mesh = p->device->mesh;
  for (size_t i = 0; i < mesh->n_node_parts; i++)
    model_state(p->model, mesh->node_parts[i].region,
                &instance->u[mesh->node_parts[i].node * p->n_unknowns], part_state(p, i));
}

/** Poisson's charge: -q V (sum z c + fixed). */
static void node_charge(const struct pass *p, size_t i, const struct species_state *state) {
  const struct node_part *part = &p->device->mesh->node_parts[i];
  int row = balance_row(p, part->node, 0);
  double charge = p->device->fixed_charge[i];
  for (int s = 0; s < p->n_species; s++)
    charge += p->model->charge[s] * state[s].c;
  double qV = p->model->q * part->volume;
  p->F[row] -= qV * charge;
  if (p->stamp)
    for (int s = 0; s < p->n_species; s++)
      add_row(p, row, part->node, p->model->couples[s], -qV * p->model->charge[s] * state[s].d_c,
              p->model->A[s]);
}

/** Storage V dc/dt with c = g(a): dc/dt = g'(a) da/dt. */
static void node_storage(const struct pass *p, const struct node_part *part, int s,
                         const struct species_state *state) {
  const double *up = &p->instance->up[part->node * p->n_unknowns];
  int row = balance_row(p, part->node, 1 + s);
  double da = 0.0;
  for (int j = 0; j < p->n_unknowns; j++)
    da += p->model->A[s][j] * up[j];
  p->F[row] += part->volume * state[s].d_c * da;
  if (p->stamp)
    add_row(p, row, part->node, p->model->couples[s],
            part->volume * (state[s].d2_c * da + p->point->cj * state[s].d_c), p->model->A[s]);
}

/** Recombination minus generation of one node part. */
static void node_reaction(const struct pass *p, size_t i, const struct species_state *state) {
  int e = p->model->electron, h = p->model->hole;
  if (e < 0 || h < 0)
    return;
  const struct node_part *part = &p->device->mesh->node_parts[i];
  const double *u = &p->instance->u[part->node * p->n_unknowns];
  struct model_reaction reaction;
  model_react(p->model, part->region, u, state, p->stamp != NULL, &reaction);
  double light = p->device->generation[i];
  if (light > 0.0)
    light *= p->system->sources_off
                 ? 0.0
                 : waveform_value(&p->device->spec->generation.factor, p->point->t);
  bool couples[MODEL_UNKNOWNS];
  for (int j = 0; j < p->n_unknowns; j++)
    couples[j] = p->model->couples[e][j] || p->model->couples[h][j];
  for (int side = 0; side < 2; side++) {
    int s = side ? h : e, row = balance_row(p, part->node, 1 + s);
    p->F[row] += part->volume * (reaction.rate[s] - light);
    if (p->stamp)
      add_row(p, row, part->node, couples, part->volume, reaction.d_rate[s]);
  }
}

/** Helmholtz equation of a smoothed field: V (S - c / c_unit). */
static void node_field(const struct pass *p, const struct node_part *part, int f,
                       const struct species_state *state) {
  int s = p->model->field_species[f], j = 1 + p->n_species + f;
  int row = balance_row(p, part->node, j);
  double per_unit = part->volume / p->model->c_unit[s];
  p->F[row] +=
      part->volume * p->instance->u[part->node * p->n_unknowns + j] - per_unit * state[s].c;
  if (!p->stamp)
    return;
  stamp_add(p->stamp, row, dof(p, part->node, j), part->volume);
  add_row(p, row, part->node, p->model->couples[s], -per_unit * state[s].d_c, p->model->A[s]);
}

static void add_nodes(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  bool moving = p->point->mode != SYSTEM_EQUILIBRIUM;
  for (size_t i = 0; i < mesh->n_node_parts; i++) {
    const struct node_part *part = &mesh->node_parts[i];
    const struct species_state *state = part_state(p, i);
    node_charge(p, i, state);
    if (p->point->mode == SYSTEM_TRANSIENT)
      for (int s = 0; s < p->n_species; s++)
        node_storage(p, part, s, state);
    if (moving)
      node_reaction(p, i, state);
    for (int f = 0; f < p->model->n_fields; f++)
      node_field(p, part, f, state);
  }
}

/** Recombination at interfaces: electrons and holes of either side. */
static void add_interfaces(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  int e = p->model->electron, h = p->model->hole;
  if (e < 0 || h < 0 || p->point->mode == SYSTEM_EQUILIBRIUM)
    return;
  for (size_t i = 0; i < mesh->n_interface_parts; i++) {
    const struct interface_part *face = &mesh->interface_parts[i];
    int side[2] = {mesh->node_parts[face->part_a].region, mesh->node_parts[face->part_b].region};
    for (size_t r = 0; r < p->device->spec->n_interfaces; r++) {
      const struct interface_spec *spec = &p->device->spec->interfaces[r];
      bool same = (spec->region[0] == side[0] && spec->region[1] == side[1]) ||
                  (spec->region[1] == side[0] && spec->region[0] == side[1]);
      if (!same)
        continue;
      for (int way = 0; way < 2; way++) {
        size_t part_e = (size_t)(way ? face->part_b : face->part_a);
        size_t part_h = (size_t)(way ? face->part_a : face->part_b);
        const struct species_state *n = &part_state(p, part_e)[e], *q = &part_state(p, part_h)[h];
        const double *u = &p->instance->u[face->node * p->n_unknowns];
        double split = (u[1 + e] - u[1 + h]) / p->model->V_T, gap = -expm1(split);
        const struct model_region *region = &p->model->regions[side[0]];
        struct reaction_input input = {.n = n->c,
                                       .p = q->c,
                                       .np_eq = n->c * q->c * exp(split),
                                       .excess = n->c * q->c * gap,
                                       .n_1 = region->n_1,
                                       .p_1 = region->p_1,
                                       .material = region->material};
        struct reaction_value value = reaction_interface(&input, spec->S_n, spec->S_p);
        double area = 0.5 * face->area;
        double by_n = (value.d_n + value.d_excess * q->c * gap) * n->d_c;
        double by_p = (value.d_p + value.d_excess * n->c * gap) * q->d_c;
        double by_split = -value.d_excess * input.np_eq / p->model->V_T;
        for (int carrier = 0; carrier < 2; carrier++) {
          int row = balance_row(p, face->node, 1 + (carrier ? h : e));
          p->F[row] += area * value.rate;
          if (!p->stamp)
            continue;
          add_row(p, row, face->node, p->model->couples[e], area * by_n, p->model->A[e]);
          add_row(p, row, face->node, p->model->couples[h], area * by_p, p->model->A[h]);
          stamp_add(p->stamp, row, dof(p, face->node, 1 + e), area * by_split);
          stamp_add(p->stamp, row, dof(p, face->node, 1 + h), -area * by_split);
        }
      }
    }
  }
}

/* ---- terminal currents ---- */

/** Add `current` (A, flowing from a place with test functions w_from to one with w_to) to the rows
 * I_T - sum (w_from - w_to) J = 0 of all terminals but the last, whose row is sum I = 0. */
static int current_row(const struct pass *p, int terminal) {
  return p->instance->current_base + terminal;
}

static double weight(const struct pass *p, int terminal, int node) {
  return p->device->weight[terminal * p->device->n_nodes + node];
}

/* ---- edges ---- */

static void edge_linear(const struct pass *p, const struct edge_part *edge, int j, double g) {
  int k = dof(p, edge->k, j), l = dof(p, edge->l, j);
  int row_k = p->plan->row[k], row_l = p->plan->row[l];
  double flow = g * (p->instance->u[edge->k * p->n_unknowns + j] -
                     p->instance->u[edge->l * p->n_unknowns + j]);
  p->F[row_k] += flow;
  p->F[row_l] -= flow;
  if (!p->stamp)
    return;
  stamp_add(p->stamp, row_k, k, g);
  stamp_add(p->stamp, row_k, l, -g);
  stamp_add(p->stamp, row_l, l, g);
  stamp_add(p->stamp, row_l, k, -g);
}

static void edge_ramo(const struct pass *p, const struct edge_part *edge,
                      const struct model_flux *flux) {
  model_row d_k = {0}, d_l = {0};
  bool couples[MODEL_UNKNOWNS] = {false};
  double current = 0.0;
  for (int s = 0; s < p->n_species; s++) {
    double charge = p->model->q * p->model->charge[s] * edge->measure;
    current += charge * flux->F[s];
    if (!p->stamp)
      continue;
    for (int j = 0; j < p->n_unknowns; j++) {
      d_k[j] += charge * flux->d_k[s][j];
      d_l[j] += charge * flux->d_l[s][j];
      couples[j] = couples[j] || p->model->couples[s][j];
    }
  }
  for (int T = 0; T + 1 < p->device->n_terminals; T++) {
    double w = weight(p, T, edge->k) - weight(p, T, edge->l);
    p->F[current_row(p, T)] -= w * current;
    if (p->stamp) {
      add_row(p, current_row(p, T), edge->k, couples, -w, d_k);
      add_row(p, current_row(p, T), edge->l, couples, -w, d_l);
    }
  }
}

static void edge_flux(const struct pass *p, const struct edge_part *edge) {
  struct model_flux flux;
  model_edge(p->model, edge->region, edge->length, &p->instance->u[edge->k * p->n_unknowns],
             &p->instance->u[edge->l * p->n_unknowns], part_state(p, (size_t)edge->part_k),
             part_state(p, (size_t)edge->part_l), p->stamp != NULL, &flux);
  for (int s = 0; s < p->n_species; s++) {
    int row_k = balance_row(p, edge->k, 1 + s), row_l = balance_row(p, edge->l, 1 + s);
    double flow = edge->measure * flux.F[s];
    p->F[row_k] += flow;
    p->F[row_l] -= flow;
    if (!p->stamp)
      continue;
    const bool *couples = p->model->couples[s];
    add_row(p, row_k, edge->k, couples, edge->measure, flux.d_k[s]);
    add_row(p, row_k, edge->l, couples, edge->measure, flux.d_l[s]);
    add_row(p, row_l, edge->k, couples, -edge->measure, flux.d_k[s]);
    add_row(p, row_l, edge->l, couples, -edge->measure, flux.d_l[s]);
  }
  edge_ramo(p, edge, &flux);
}

static void add_edges(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    const struct model_region *region = &p->model->regions[edge->region];
    edge_linear(p, edge, 0, region->eps * edge->measure);
    for (int f = 0; f < p->model->n_fields; f++)
      edge_linear(p, edge, 1 + p->n_species + f, region->ell2 * edge->measure);
    if (p->point->mode != SYSTEM_EQUILIBRIUM)
      edge_flux(p, edge);
  }
}

/* ---- contacts ---- */

/** One contact law at one face, with its partials by the node's `a`, and by the metal's level. */
struct face_value {
  double j, d_a, d_level; /* d_level: by a_eq */
};

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
                                .transfer = face->transfer};
  double d_eta = 1.0, d_c_eq = 0.0;
  if (model->carrier[s]) {
    double phi = p->instance->u[face->node * p->n_unknowns + 1 + s];
    double V = terminal_voltage(p, face->terminal);
    input.eta_eq = state->a + model->A[s][1 + s] * (V - phi);
    struct statistics_value metal = model->statistics[s]->value(input.eta_eq, row->gamma);
    input.c_eq = row->N * metal.F;
    d_c_eq = row->N * metal.dF;
  } else {
    double x = state->a, x_eq = face->c_eq / row->N;
    bool limited = model->hopping[s] || model->crowded[s];
    input.eta = limited ? log(x / (1.0 - x)) : log(x);
    input.eta_eq = limited ? log(x_eq / (1.0 - x_eq)) : log(x_eq);
    d_eta = limited ? 1.0 / (x * (1.0 - x)) : 1.0 / x;
  }
  struct contact_value value = face->law->value(&input);
  struct face_value out = {.j = value.j,
                           .d_a = value.d_c * state->d_c,
                           .d_level = value.d_c_eq * d_c_eq + value.d_eta_eq};
  if (value.d_eta != 0.0)
    out.d_a += value.d_eta * d_eta;
  return out;
}

/** Add factor * j and its partials to one row. Carriers: a_eq differs from a in phi -> V only. */
static void face_add(const struct pass *p, const struct contact_face *face, int row,
                     double factor) {
  struct face_value value = face_law(p, face);
  p->F[row] += factor * value.j;
  if (!p->stamp)
    return;
  int s = face->species;
  const double *A = p->model->A[s];
  bool carrier = p->model->carrier[s];
  double by_level = carrier ? value.d_level : 0.0;
  add_row(p, row, face->node, p->model->couples[s], factor * (value.d_a + by_level), A);
  stamp_add(p->stamp, row, dof(p, face->node, 1 + s),
            carrier ? -factor * by_level * A[1 + s] : 0.0);
  stamp_add(p->stamp, row, terminal_dof(p, face->terminal),
            carrier ? factor * by_level * A[1 + s] : 0.0);
}

static void add_faces(const struct pass *p) {
  if (p->point->mode == SYSTEM_EQUILIBRIUM)
    return;
  for (size_t f = 0; f < p->device->n_faces; f++) {
    const struct contact_face *face = &p->device->faces[f];
    face_add(p, face, balance_row(p, face->node, 1 + face->species), face->area);
  }
}

static void link_stamp(const struct pass *p, const struct tunnel_link *link, int row, double factor,
                       const struct tunnel_value *value) {
  const double *A = p->model->A[link->species];
  int s = link->species;
  stamp_add(p->stamp, row, dof(p, link->contact, 0), factor * value->d_psi_contact);
  stamp_add(p->stamp, row, dof(p, link->before, 0), factor * value->d_psi_before);
  stamp_add(p->stamp, row, dof(p, link->node, 0), factor * value->d_psi);
  stamp_add(p->stamp, row, dof(p, link->after, 0), factor * value->d_psi_after);
  add_row(p, row, link->node, p->model->couples[s], factor * (value->d_eta + value->d_eta_metal),
          A);
  stamp_add(p->stamp, row, dof(p, link->node, 1 + s), -factor * value->d_eta_metal * A[1 + s]);
  stamp_add(p->stamp, row, terminal_dof(p, link->terminal), factor * value->d_eta_metal * A[1 + s]);
}

/** Tunnelling: particles leave the contact and appear at the node. */
static void add_links(const struct pass *p) {
  if (p->point->mode == SYSTEM_EQUILIBRIUM)
    return;
  for (size_t i = 0; i < p->device->n_links; i++) {
    const struct tunnel_link *link = &p->device->links[i];
    const double *u = p->instance->u;
    int s = link->species, N = p->n_unknowns;
    const struct species_state *state = &part_state(p, (size_t)link->part)[s];
    double V = terminal_voltage(p, link->terminal);
    struct tunnel_input input = {.psi_contact = u[link->contact * N],
                                 .psi = u[link->node * N],
                                 .psi_before = u[link->before * N],
                                 .psi_after = u[link->after * N],
                                 .x = link->x,
                                 .x_before = link->x_before,
                                 .x_after = link->x_after,
                                 .eta = state->a,
                                 .eta_metal = state->a + p->model->A[s][1 + s] *
                                                             (V - u[link->node * N + 1 + s]),
                                 .charge = p->model->charge[s] < 0.0 ? -1 : 1,
                                 .V_T = p->model->V_T,
                                 .prefactor = link->prefactor,
                                 .kappa = link->kappa,
                                 .image = link->image};
    struct tunnel_value value = contact_tunnel(&input);
    int row = balance_row(p, link->node, 1 + s);
    p->F[row] -= link->area * value.g;
    if (p->stamp)
      link_stamp(p, link, row, -link->area, &value);
    double charge = p->model->q * p->model->charge[s] * link->area;
    for (int T = 0; T + 1 < p->device->n_terminals; T++) {
      double factor = -charge * (weight(p, T, link->contact) - weight(p, T, link->node));
      p->F[current_row(p, T)] += factor * value.g;
      if (p->stamp)
        link_stamp(p, link, current_row(p, T), factor, &value);
    }
  }
}

/* ---- rows that are not balances ---- */

static void set_row(const struct pass *p, int row, int column, double residual) {
  p->F[row] += residual;
  if (p->stamp)
    stamp_add(p->stamp, row, column, 1.0);
}

/** psi = V + offset, and phi = V of species that the contact holds. */
static void add_contact_rows(const struct pass *p) {
  for (size_t c = 0; c < p->device->n_contact_nodes; c++) {
    const struct contact_node *at = &p->device->contact_nodes[c];
    const double *u = &p->instance->u[at->node * p->n_unknowns];
    double V = terminal_voltage(p, at->terminal);
    int column = terminal_dof(p, at->terminal), row = dof(p, at->node, 0);
    set_row(p, row, row, u[0] - V - at->psi_offset);
    if (p->stamp)
      stamp_add(p->stamp, row, column, -1.0);
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

/** Is the ions' row "mu - lambda = 0" (zero flux everywhere) in this mode? */
static bool zero_flux(const struct pass *p, const struct ion_component *component) {
  return !p->point->frozen && p->point->mode != SYSTEM_TRANSIENT &&
         (component->n_exchange <= 1 || p->point->mode == SYSTEM_EQUILIBRIUM);
}

static void add_potential(const struct pass *p, int row, int node, int s, int lambda,
                          double factor) {
  size_t part = p->device->mesh->first_part[node];
  while (!p->model->regions[p->device->mesh->node_parts[part].region].species[s].present)
    part++;
  double d_a;
  double mu = model_potential(p->model, p->device->mesh->node_parts[part].region, s,
                              part_state(p, part), &d_a);
  p->F[row] += factor * (mu - p->point->y[lambda]);
  if (!p->stamp)
    return;
  double values[MODEL_UNKNOWNS];
  for (int j = 0; j < p->n_unknowns; j++) {
    values[j] = d_a * p->model->A[s][j] + p->model->B[s][j];
    for (int t = 0; p->model->has_local && t < p->n_species; t++)
      values[j] -= p->model->local[s][t] * part_state(p, part)[t].d_c / p->model->c_unit[t] *
                   p->model->A[t][j];
  }
  add_row(p, row, node, p->model->couples[s], factor, values);
  stamp_add(p->stamp, row, lambda, -factor);
}

/** Rows of ions that stay, are held by a contact, or have zero flux; rows of absent balances. */
static void add_ion_rows(const struct pass *p) {
  for (int k = 0; k < p->device->n_nodes; k++)
    for (int s = 0; s < p->n_species; s++) {
      int row = dof(p, k, 1 + s), at = k * p->n_species + s;
      if (row == p->system->n)
        continue;
      double u = p->instance->u[k * p->n_unknowns + 1 + s];
      if (p->model->carrier[s]) {
        if (p->point->mode == SYSTEM_EQUILIBRIUM)
          set_row(p, row, row, u);
        continue;
      }
      int component = p->device->component[at];
      if (p->point->frozen)
        set_row(p, row, row, u - p->system->frozen[row]);
      else if (p->device->held[at])
        set_row(p, row, row, u - p->device->held_value[at]);
      else if (zero_flux(p, &p->device->components[component]))
        add_potential(p, row, k, s, p->instance->lambda_base + component, 1.0);
    }
}

/** Number of ions fixed: (sum V c - N) / (c_unit V) = 0. */
static void add_number(const struct pass *p, int component, int row) {
  const struct ion_component *ions = &p->device->components[component];
  int s = ions->species;
  double per_site = 1.0 / (p->model->c_unit[s] * ions->capacity);
  p->F[row] -= p->instance->ion_total[component] * per_site;
  for (int k = 0; k < p->device->n_nodes; k++) {
    int at = k * p->n_species + s;
    if (p->device->component[at] != component)
      continue;
    double V = p->device->species_volume[at] / ions->capacity;
    p->F[row] += V * p->instance->u[k * p->n_unknowns + 1 + s];
    if (p->stamp)
      stamp_add(p->stamp, row, dof(p, k, 1 + s), V);
  }
}

/** Transient: the multiplier counts the ions that came in through contacts, over capacity:
 * dN_in/dt + sum of area j = 0. The ions' balances minus this row hold only time derivatives, so
 * every Newton step keeps number minus inflow to rounding. */
static void add_inflow(const struct pass *p, int component, int row) {
  const struct ion_component *ions = &p->device->components[component];
  double per_site = 1.0 / (p->model->c_unit[ions->species] * ions->capacity);
  p->F[row] += p->point->yp ? p->point->yp[row] : 0.0;
  if (p->stamp)
    stamp_add(p->stamp, row, row, p->point->cj);
  for (size_t f = 0; f < p->device->n_faces; f++) {
    const struct contact_face *face = &p->device->faces[f];
    if (face->species == ions->species &&
        p->device->component[face->node * p->n_species + face->species] == component)
      face_add(p, face, row, per_site * face->area);
  }
}

/** The rows of the multipliers: what fixes the number of ions when their flux is zero. */
static void add_lambda_rows(const struct pass *p) {
  for (size_t i = 0; i < p->device->n_components; i++) {
    const struct ion_component *ions = &p->device->components[i];
    int row = p->instance->lambda_base + (int)i, s = ions->species;
    if (p->point->mode == SYSTEM_TRANSIENT) {
      add_inflow(p, (int)i, row);
    } else if (!zero_flux(p, ions)) {
      set_row(p, row, row, p->point->y[row]);
    } else if (ions->n_exchange == 0) {
      add_number(p, (int)i, row);
    } else if (ions->dirichlet) {
      for (size_t c = 0; c < p->device->n_contact_nodes; c++) {
        int node = p->device->contact_nodes[c].node, at = node * p->n_species + s;
        if (p->device->held[at] && p->device->component[at] == (int)i)
          add_potential(p, row, node, s, row, 1.0);
      }
    } else {
      for (size_t f = 0; f < p->device->n_faces; f++) {
        const struct contact_face *face = &p->device->faces[f];
        if (face->species == s && p->device->component[face->node * p->n_species + s] == (int)i)
          face_add(p, face, row, 1.0 / (face->velocity * p->model->c_unit[s]));
      }
    }
  }
}

/** I_T - sum_U C_TU dV_U/dt - (what the edges and links have added) = 0; last: sum I = 0. */
static void add_current_rows(const struct pass *p) {
  int terminals = p->device->n_terminals;
  for (int T = 0; T < terminals; T++) {
    int row = current_row(p, T);
    if (p->point->mode == SYSTEM_EQUILIBRIUM) {
      set_row(p, row, row, p->point->y[row]);
      continue;
    }
    if (T + 1 == terminals) {
      for (int U = 0; U < terminals; U++)
        set_row(p, row, current_row(p, U), p->point->y[current_row(p, U)]);
      continue;
    }
    set_row(p, row, row, p->point->y[row]);
    if (p->point->mode != SYSTEM_TRANSIENT)
      continue;
    for (int U = 0; U < terminals; U++) {
      double C = p->device->capacitance[T * terminals + U];
      int column = terminal_dof(p, U);
      if (p->point->yp && column < p->system->n)
        p->F[row] -= C * p->point->yp[column];
      if (p->stamp)
        stamp_add(p->stamp, row, column, -C * p->point->cj);
    }
  }
}

/* ---- the carriers' factor 1 / (sum V c) ---- */

static bool is_divided(const struct pass *p, int node, int s) {
  int g = dof(p, node, 1 + s);
  return p->model->carrier[s] && g < p->system->n && p->plan->row[g] == g;
}

static void carrier_scale(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  for (int k = 0; k < p->device->n_nodes; k++)
    for (int s = 0; s < p->n_species; s++) {
      if (!is_divided(p, k, s))
        continue;
      double number = DBL_MIN;
      for (size_t i = mesh->first_part[k]; i < mesh->first_part[k + 1]; i++)
        number += mesh->node_parts[i].volume * part_state(p, i)[s].c;
      p->system->row_scale[dof(p, k, 1 + s)] = 1.0 / number;
    }
}

/** d(R / M) = dR / M - (R / M) dM / M with M = sum V c. */
static void carrier_scale_partials(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  for (size_t i = 0; i < mesh->n_node_parts; i++)
    for (int s = 0; s < p->n_species; s++) {
      int node = mesh->node_parts[i].node;
      if (!is_divided(p, node, s))
        continue;
      int row = dof(p, node, 1 + s);
      double factor = -p->F[row] * p->system->row_scale[row] * mesh->node_parts[i].volume *
                      part_state(p, i)[s].d_c;
      add_row(p, row, node, p->model->couples[s], factor, p->model->A[s]);
    }
}

/* ---- circuit ---- */

static int net_dof(const struct system *system, int net) {
  return net == 0 ? system->n : system->net_base + net - 1;
}

static void add_element(const struct pass *p, int e) {
  const struct system *system = p->system;
  const struct element *element = &system->elements[e];
  int row = system->branch_base + e;
  int from = net_dof(system, element->net[0]), to = net_dof(system, element->net[1]);
  const double *y = p->point->y, *yp = p->point->yp;
  struct element_input input = {.v = system_net(system, y, element->net[0]) -
                                     system_net(system, y, element->net[1]),
                                .i = y[row],
                                .t = p->point->t,
                                .steady = p->point->mode != SYSTEM_TRANSIENT,
                                .initial = p->point->initial};
  if (yp) {
    input.dv = (from < system->n ? yp[from] : 0.0) - (to < system->n ? yp[to] : 0.0);
    input.di = yp[row];
  }
  struct element_value value = element_table[element->kind].value(element, &input);
  bool source = element->kind == ELEMENT_VOLTAGE_SOURCE || element->kind == ELEMENT_CURRENT_SOURCE;
  if (system->sources_off && source)
    value.residual += waveform_value(&element->waveform, p->point->t);
  p->F[row] += value.residual;
  p->F[from] += y[row];
  p->F[to] -= y[row];
  if (!p->stamp)
    return;
  double by_v = value.d_v + p->point->cj * value.d_dv;
  stamp_add(p->stamp, row, from, by_v);
  stamp_add(p->stamp, row, to, -by_v);
  stamp_add(p->stamp, row, row, value.d_i + p->point->cj * value.d_di);
  stamp_add(p->stamp, from, row, 1.0);
  stamp_add(p->stamp, to, row, -1.0);
}

/** Kirchhoff's current law at every net: branch currents and currents into the devices. */
static void add_circuit(struct pass *p) {
  struct system *system = p->system;
  if (p->point->mode == SYSTEM_EQUILIBRIUM) {
    for (int g = system->net_base; g < system->n; g++)
      set_row(p, g, g, p->point->y[g]);
    return;
  }
  for (size_t e = 0; e < system->run->circuit.n_elements; e++)
    add_element(p, (int)e);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    for (int T = 0; T < instance->device->n_terminals; T++) {
      int row = net_dof(system, instance->spec->net[T]), column = instance->current_base + T;
      p->F[row] += p->point->y[column];
      if (p->stamp)
        stamp_add(p->stamp, row, column, 1.0);
    }
  }
}

/* ---- all of it ---- */

static void scale_matrix(const struct system *system, struct system_plan *plan) {
  struct sparse *matrix = &plan->matrix;
  if (plan->stamp.recording)
    return;
  int64_t nnz = matrix->column[matrix->n];
  for (int64_t i = 0; i < nnz; i++)
    matrix->value[i] *= system->row_scale[matrix->row[i]];
}

static void set_instance(struct pass *p, size_t i) {
  p->instance = &p->system->instances[i];
  p->device = p->instance->device;
  p->model = &p->device->model;
  p->n_unknowns = p->model->n_unknowns;
  p->n_species = p->model->n_species;
}

/**
 * THE assembly: residual and, when stamp is given, the matrix of one plan.
 * Balances: Poisson, species, smoothed fields, circuit; then the rows that replace balances; then
 * the row factors. The same code serves 1D, planar 2D and axisymmetric devices.
 * F  out [n + 1]
 */
void system_assemble(struct system *system, struct system_plan *plan,
                     const struct system_point *point, double *F, struct stamp *stamp) {
  struct pass p = {.system = system, .point = point, .plan = plan, .F = F, .stamp = stamp};
  memset(F, 0, ((size_t)system->n + 1) * sizeof *F);
  memcpy(system->row_scale, plan->scale, ((size_t)system->n + 1) * sizeof *F);
  for (size_t i = 0; i < system->n_instances; i++) {
    set_instance(&p, i);
    gather(&p);
    add_nodes(&p);
    add_interfaces(&p);
    add_edges(&p);
    add_faces(&p);
    add_links(&p);
    add_contact_rows(&p);
    add_ion_rows(&p);
    add_lambda_rows(&p);
    add_current_rows(&p);
    carrier_scale(&p);
  }
  add_circuit(&p);
  for (int g = 0; g < system->n; g++)
    F[g] *= system->row_scale[g];
  if (!stamp)
    return;
  scale_matrix(system, plan);
  for (size_t i = 0; i < system->n_instances; i++) {
    set_instance(&p, i);
    carrier_scale_partials(&p);
  }
}

/** Unknowns of all nodes and states of all node parts, for reading. */
void system_gather(struct system *system, const double *y, const double *yp, double t) {
  struct system_point point = {.mode = SYSTEM_TRANSIENT, .t = t, .y = y, .yp = yp};
  struct pass p = {.system = system, .point = &point};
  for (size_t i = 0; i < system->n_instances; i++) {
    set_instance(&p, i);
    gather(&p);
  }
}

/** Number of ion components of all instances. */
size_t system_ion_components(const struct system *system) {
  size_t count = 0;
  for (size_t i = 0; i < system->n_instances; i++)
    count += system->instances[i].device->n_components;
  return count;
}
