#include "solver/assemble.h"

#include <math.h>
#include "physics/heat.h"
#include "physics/reaction.h"

/* ---- nodes ---- */

/** Unknowns of every node and the state of every node part. */
void assemble_gather(const struct pass *p) {
  struct system_instance *instance = p->instance;
  size_t count = (size_t)(p->device->n_nodes * p->n_unknowns);
  const double *y = p->point->y, *yp = p->point->yp;
  const int *dof = instance->dof, n = p->system->n;
  for (size_t i = 0; i < count; i++)
    instance->u[i] = dof[i] < n ? y[dof[i]] : 0.0;
  for (size_t i = 0; i < count; i++)
    instance->up[i] = yp && dof[i] < n ? yp[dof[i]] : 0.0;
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
      add_density(p, row, part->node, s, &state[s], -qV * p->model->charge[s]);
}

/** Derivative of dc/dt by the temperature; da/dt = r A u' - a T'/T. Zero for ions. */
static double storage_by_heat(const struct pass *p, const struct species_state *own, double T,
                              double da, double warming) {
  const double power = heat_band_power;
  double cj = p->point->cj;
  double da_T = (-da + own->a * (warming - cj)) / T;
  return (power * own->d_c / T + own->d2_c * own->a_T) * da + own->d_c * da_T +
         power * (own->c_T * warming + own->c * (cj - warming) / T);
}

/** Partials of the storage of one species. */
static void storage_partials(const struct pass *p, const struct node_part *part, int s,
                             const struct species_state *own, double da, double warming) {
  int row = balance_row(p, part->node, 1 + s), heat = p->model->heat;
  double rate = p->point->cj + (heat_band_power - 1.0) * warming, by_T = 0.0;
  add_row(p, row, part->node, p->model->couples[s],
          part->volume * (own->d2_c * da + rate * own->d_c) * own->scale, p->model->A[s]);
  if (heat < 0)
    return;
  double T = p->instance->u[part->node * p->n_unknowns + heat];
  if (p->model->carrier[s])
    by_T = part->volume * storage_by_heat(p, own, T, da, warming);
  stamp_add(p->stamp, row, heat_dof(p, part->node), by_T);
}

/** Storage V (c - c_past) / step of one long step. */
static void node_difference(const struct pass *p, const struct node_part *part,
                            const struct species_state *own) {
  double rate = 1.0 / p->instance->past_step;
  const double *past = &p->instance->past[own - p->instance->state];
  for (int s = 0; s < p->n_species; s++) {
    int row = balance_row(p, part->node, 1 + s);
    p->F[row] += part->volume * (own[s].c - past[s]) * rate;
    if (p->stamp)
      add_density(p, row, part->node, s, &own[s], part->volume * rate);
  }
}

/** Storage V dc/dt with c = g(a): dc/dt = g'(a) da/dt, and what N(T) adds. */
static void node_storage(const struct pass *p, const struct node_part *part,
                         const struct species_state *own) {
  const double *up = &p->instance->up[part->node * p->n_unknowns];
  const double *u = &p->instance->u[part->node * p->n_unknowns];
  if (p->instance->past_step > 0.0) {
    node_difference(p, part, own);
    return;
  }
  for (int s = 0; s < p->n_species; s++, own++) {
    double warming, da = model_rate(p->model, s, own, u, up, &warming);
    double stored = own->d_c * da;
    if (p->model->heat >= 0)
      stored += heat_band_power * own->c * warming;
    p->F[balance_row(p, part->node, 1 + s)] += part->volume * stored;
    if (p->stamp)
      storage_partials(p, part, s, own, da, warming);
  }
}

double assemble_light(const struct pass *p, size_t part) {
  double light = p->device->generation[part];
  if (!(light > 0.0) || p->system->sources_off)
    return 0.0;
  return light * device_drive(p, p->system->light);
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
  double light = assemble_light(p, i);
  bool couples[MODEL_UNKNOWNS];
  for (int j = 0; j < p->n_unknowns; j++)
    couples[j] = p->model->couples[e][j] || p->model->couples[h][j];
  for (int side = 0; side < 2; side++) {
    int s = side ? h : e, row = balance_row(p, part->node, 1 + s);
    p->F[row] += part->volume * (reaction.rate[s] - light);
    if (p->stamp)
      add_row(p, row, part->node, couples, part->volume, reaction.d_rate[s]);
  }
  if (p->model->heat >= 0)
    assemble_heat_reaction(p, part->node, part->volume, &reaction);
}

/** A smoothed field lives in the regions that its species may enter; its flux ends there. */
static bool has_field(const struct pass *p, int region, int f) {
  int s = p->model->unknown_species[1 + p->n_species + f];
  return p->model->regions[region].species[s].present;
}

/** Helmholtz equation of a smoothed field: V (S - c / c_unit). */
static void node_field(const struct pass *p, const struct node_part *part, int f,
                       const struct species_state *state) {
  int j = 1 + p->n_species + f, s = p->model->unknown_species[j];
  int row = balance_row(p, part->node, j);
  double per_unit = part->volume / p->model->c_unit[s];
  p->F[row] +=
      part->volume * p->instance->u[part->node * p->n_unknowns + j] - per_unit * state[s].c;
  if (!p->stamp)
    return;
  stamp_add(p->stamp, row, dof(p, part->node, j), part->volume);
  add_density(p, row, part->node, s, &state[s], -per_unit);
}

void assemble_nodes(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  bool moving = p->point->mode != SYSTEM_EQUILIBRIUM;
  for (size_t i = 0; i < mesh->n_node_parts; i++) {
    const struct node_part *part = &mesh->node_parts[i];
    const struct species_state *state = part_state(p, i);
    node_charge(p, i, state);
    if (p->point->mode == SYSTEM_TRANSIENT)
      node_storage(p, part, state);
    if (moving)
      node_reaction(p, i, state);
    for (int f = 0; f < p->model->n_fields; f++)
      if (has_field(p, part->region, f))
        node_field(p, part, f, state);
  }
}

/** What recombines at one node of an interface: electrons of one side, holes of the other. */
static struct reaction_input interface_input(const struct pass *p, int node, int part_e, int part_h,
                                             struct model_traps *traps) {
  int e = p->model->electron, h = p->model->hole;
  double n = part_state(p, (size_t)part_e)[e].c, q = part_state(p, (size_t)part_h)[h].c;
  const double *u = &p->instance->u[node * p->n_unknowns];
  int region = p->device->mesh->node_parts[part_e].region;
  double split = (u[1 + e] - u[1 + h]) * model_cold(p->model, u) / p->model->V_T;
  *traps = model_traps(p->model, region, model_temperature(p->model, u));
  return (struct reaction_input){.n = n,
                                 .p = q,
                                 .np_eq = n * q * exp(split),
                                 .excess = -n * q * expm1(split),
                                 .n_1 = traps->n_1,
                                 .p_1 = traps->p_1,
                                 .material = p->model->regions[region].material};
}

double assemble_interface_both(const struct pass *p, const struct interface_part *face,
                               const struct interface_spec *spec, int part_e, int part_h) {
  struct model_traps traps;
  struct reaction_input input = interface_input(p, face->node, part_e, part_h, &traps);
  struct reaction_value value = reaction_interface(&input, spec->S_n, spec->S_p);
  return 0.5 * face->area * value.d_excess * (input.n * input.p + input.np_eq);
}

/** Shockley-Read-Hall recombination of electrons on one side with holes on the other. */
static void interface_pair(const struct pass *p, const struct interface_part *face,
                           const struct interface_spec *spec, int part_e, int part_h,
                           void *context) {
  (void)context;
  int e = p->model->electron, h = p->model->hole, node = face->node;
  const struct species_state *n = &part_state(p, (size_t)part_e)[e];
  const struct species_state *q = &part_state(p, (size_t)part_h)[h];
  const double *u = &p->instance->u[node * p->n_unknowns];
  double T = model_temperature(p->model, u), per_volt = model_cold(p->model, u) / p->model->V_T;
  double split = (u[1 + e] - u[1 + h]) * per_volt, gap = -expm1(split);
  struct model_traps traps;
  struct reaction_input input = interface_input(p, node, part_e, part_h, &traps);
  struct reaction_value value = reaction_interface(&input, spec->S_n, spec->S_p);
  double area = 0.5 * face->area; /* half for each way the pair can meet */
  double by_n = area * (value.d_n + value.d_excess * q->c * gap);
  double by_p = area * (value.d_p + value.d_excess * n->c * gap);
  double by_split = -area * value.d_excess * input.np_eq * per_volt;
  double by_T =
      area * (value.d_excess * input.np_eq * split / T + value.d_n_1 * traps.n_1 * traps.ln_n_T +
              value.d_p_1 * traps.p_1 * traps.ln_p_T);
  double power = p->model->q * (u[1 + h] - u[1 + e]); /* heat of one recombination */
  int rows[] = {balance_row(p, node, 1 + e), balance_row(p, node, 1 + h),
                p->model->heat < 0 ? p->system->n : balance_row(p, node, p->model->heat)};
  for (int i = 0; i < (p->model->heat < 0 ? 2 : 3); i++) {
    double factor = i < 2 ? 1.0 : -power;
    p->F[rows[i]] += factor * area * value.rate;
    if (!p->stamp)
      continue;
    add_density(p, rows[i], node, e, n, factor * by_n);
    add_density(p, rows[i], node, h, q, factor * by_p);
    double drop = i < 2 ? 0.0 : p->model->q * area * value.rate;
    stamp_add(p->stamp, rows[i], dof(p, node, 1 + e), factor * by_split + drop);
    stamp_add(p->stamp, rows[i], dof(p, node, 1 + h), -factor * by_split - drop);
    if (p->model->heat >= 0)
      stamp_add(p->stamp, rows[i], heat_dof(p, node), factor * by_T);
  }
}

/** The recombination velocities given for a pair of regions; NULL: none. */
static const struct interface_spec *find_interface(const struct device_spec *spec, int a, int b) {
  for (size_t i = 0; i < spec->n_interfaces; i++) {
    const int *region = spec->interfaces[i].region;
    if ((region[0] == a && region[1] == b) || (region[0] == b && region[1] == a))
      return &spec->interfaces[i];
  }
  return NULL;
}

/** Both ways in which pairs meet at interfaces between regions. */
void assemble_each_interface(const struct pass *p, assemble_pair_visit *visit, void *context) {
  const struct mesh *mesh = p->device->mesh;
  if (p->model->electron < 0 || p->model->hole < 0)
    return;
  for (size_t i = 0; i < mesh->n_interface_parts; i++) {
    const struct interface_part *face = &mesh->interface_parts[i];
    const struct interface_spec *spec =
        find_interface(p->device->spec, mesh->node_parts[face->part_a].region,
                       mesh->node_parts[face->part_b].region);
    if (!spec)
      continue;
    visit(p, face, spec, face->part_a, face->part_b, context);
    visit(p, face, spec, face->part_b, face->part_a, context);
  }
}

/** Recombination at interfaces between regions. */
void assemble_interfaces(const struct pass *p) {
  if (p->point->mode != SYSTEM_EQUILIBRIUM)
    assemble_each_interface(p, interface_pair, NULL);
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

/** Do these ions carry current? Held ones do not, nor those at rest, whose fluxes are the rounding
 * of two halves: 1e-8 of the current of pvk1 at 0.25 V. */
bool assemble_carries(const struct pass *p, const struct edge_part *edge, int s) {
  if (p->model->carrier[s])
    return true;
  int component = p->device->component[edge->k * p->n_species + s];
  return !p->point->frozen && component >= 0 &&
         !system_ions_still(&p->device->components[component], p->point->mode, false);
}

/** Partials of the current along one edge in the row of one terminal; the matrix keeps the entries
 * of species that carry none. */
static void ramo_partials(const struct pass *p, const struct edge_part *edge,
                          const struct model_flux *flux, int T, double w) {
  model_row d_k = {0}, d_l = {0};
  bool couples[MODEL_UNKNOWNS] = {false};
  for (int s = 0; s < p->n_species; s++) {
    double charge = 0.0;
    if (assemble_carries(p, edge, s))
      charge = p->model->q * p->model->charge[s] * edge->measure;
    for (int j = 0; j < p->n_unknowns; j++) {
      d_k[j] += charge * flux->d_k[s][j];
      d_l[j] += charge * flux->d_l[s][j];
      couples[j] = couples[j] || p->model->couples[s][j];
    }
  }
  add_row(p, current_row(p, T), edge->k, couples, -w, d_k);
  add_row(p, current_row(p, T), edge->l, couples, -w, d_l);
}

static void edge_ramo(const struct pass *p, const struct edge_part *edge,
                      const struct model_flux *flux) {
  double current = 0.0;
  for (int s = 0; s < p->n_species; s++)
    if (assemble_carries(p, edge, s))
      current += p->model->q * p->model->charge[s] * edge->measure * flux->F[s];
  for (int T = 0; T + 1 < p->device->n_terminals; T++) {
    double w = weight(p, T, edge->k) - weight(p, T, edge->l);
    p->F[current_row(p, T)] -= w * current;
    if (p->stamp)
      ramo_partials(p, edge, flux, T, w);
  }
}

static void edge_flux(const struct pass *p, const struct edge_part *edge) {
  struct model_flux flux;
  model_edge(p->model, edge->region, edge->length, &p->instance->u[edge->k * p->n_unknowns],
             &p->instance->u[edge->l * p->n_unknowns], part_state(p, (size_t)edge->part_k),
             part_state(p, (size_t)edge->part_l), edge_emf(p->instance, edge), p->stamp != NULL,
             &flux);
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
  if (p->model->heat >= 0)
    assemble_heat_edge(p, edge, &flux);
}

void assemble_edges(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  bool conducts = p->model->heat >= 0 && !device_is_lumped(p->device);
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    const struct model_region *region = &p->model->regions[edge->region];
    edge_linear(p, edge, 0, region->eps * edge->measure);
    for (int f = 0; f < p->model->n_fields; f++)
      if (has_field(p, edge->region, f))
        edge_linear(p, edge, 1 + p->n_species + f, region->ell2 * edge->measure);
    if (conducts)
      edge_linear(p, edge, p->model->heat, region->kappa * edge->measure);
    if (p->point->mode != SYSTEM_EQUILIBRIUM)
      edge_flux(p, edge);
  }
}
