/* Currents inside a device, evaluated from a state without the help of the assembly. */
#include <check.h>
#include <math.h>
#include "solver/base/memory.h"
#include "tests/support/rig.h"

static void require(enum hd_status status, const struct hd_error *err) {
  ck_assert_msg(status == HD_OK, "%s", err->text);
}

/** eta of a node with the level V in place of its own, in the material of a link's node. */
static double level_at(const struct system_instance *instance, const struct tunnel_link *link,
                       int node, double V) {
  const struct model *model = &instance->device->model;
  int N = model->n_unknowns, s = link->species;
  double a = instance->state[link->part * model->n_species + s].a;
  for (int j = 0; j < N; j++)
    a += model->A[s][j] *
         ((j == 1 + s ? V : instance->u[node * N + j]) - instance->u[link->node * N + j]);
  return a;
}

/** Charge per time that tunnels from the contact to the node of one link, A. */
static double link_current(const struct rig *rig, const struct tunnel_link *link, const double *y) {
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  int N = model->n_unknowns, s = link->species;
  const double *u = instance->u;
  double V = system_net(rig->system, y, instance->spec->net[link->terminal]);
  struct tunnel_input input = {.psi_contact = u[link->contact * N],
                               .psi = u[link->node * N],
                               .psi_before = u[link->before * N],
                               .psi_after = u[link->after * N],
                               .x = link->x,
                               .x_before = link->x_before,
                               .x_after = link->x_after,
                               .from = link->from,
                               .to = link->to,
                               .eta = instance->state[link->part * model->n_species + s].a,
                               .eta_metal = level_at(instance, link, link->node, V),
                               .eta_metal_before = level_at(instance, link, link->before, V),
                               .eta_metal_after = level_at(instance, link, link->after, V),
                               .charge = model->charge[s] < 0.0 ? -1 : 1,
                               .V_T = model->V_T,
                               .prefactor = link->prefactor,
                               .kappa = link->kappa,
                               .image_bending = link->image_bending,
                               .image_barrier = link->image_barrier};
  return model->q * model->charge[s] * link->area * contact_tunnel(&input).g;
}

/** Let `flow` pass from node a to its neighbour b. */
static void pass(const struct mesh *mesh, int a, int b, double flow, double *current) {
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    if ((edge->k == a && edge->l == b) || (edge->k == b && edge->l == a)) {
      current[e] += edge->k == a ? flow : -flow;
      return;
    }
  }
  ck_abort_msg("nodes %d and %d are no neighbours", a, b);
}

/** Tunnelling currents jump from the contact to their nodes: shown as if along the ray. All links
 * that end beyond an edge pass it, so the sums are taken from the far end of each ray. */
static void add_links(const struct rig *rig, const double *y, double *current) {
  const struct device *device = rig_instance(rig)->device;
  for (size_t i = device->n_links; i-- > 0;) {
    double sum = 0.0;
    int first = device->links[i].contact, s = device->links[i].species;
    for (;; i--) { /* links of a ray stand in order of distance */
      const struct tunnel_link *link = &device->links[i];
      sum += link_current(rig, link, y);
      pass(device->mesh, link->before, link->node, sum, current);
      if (link->before == first)
        break;
    }
    ck_assert_int_eq(device->links[i].species, s);
  }
}

void rig_conduction(const struct rig *rig, const double *y, const double *yp, double *current) {
  system_gather(rig->system, y, yp, 0.0);
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  const struct mesh *mesh = instance->device->mesh;
  int N = model->n_unknowns;
  size_t S = (size_t)model->n_species;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    struct model_flux flux;
    model_edge(model, edge->region, edge->length, &instance->u[edge->k * N],
               &instance->u[edge->l * N], &instance->state[(size_t)edge->part_k * S],
               &instance->state[(size_t)edge->part_l * S], NULL, false, &flux);
    current[e] = 0.0;
    for (size_t s = 0; s < S; s++)
      current[e] += model->q * model->charge[s] * edge->measure * flux.F[s];
  }
  add_links(rig, y, current);
}

/** Matrix of -div(eps grad) with the identity at contact nodes. */
static void laplace(struct stamp *stamp, const struct device *device) {
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    double g = device->model.regions[edge->region].eps * edge->measure;
    int k = device->terminal_of[edge->k] < 0 ? edge->k : -1;
    int l = device->terminal_of[edge->l] < 0 ? edge->l : -1;
    stamp_add(stamp, k, edge->k, g);
    stamp_add(stamp, k, edge->l, -g);
    stamp_add(stamp, l, edge->l, g);
    stamp_add(stamp, l, edge->k, -g);
  }
  for (int k = 0; k < device->n_nodes; k++)
    if (device->terminal_of[k] >= 0)
      stamp_add(stamp, k, k, 1.0);
}

/** rho' of every node in C/s, or V' at contact nodes. Needs gathered states and rates. */
static void charge_rate(const struct rig *rig, const double *yp, double *rate) {
  const struct system_instance *instance = rig_instance(rig);
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  int N = model->n_unknowns;
  for (size_t i = 0; i < device->mesh->n_node_parts; i++) {
    const struct node_part *part = &device->mesh->node_parts[i];
    for (int s = 0; s < model->n_species; s++) {
      double da = 0.0;
      for (int j = 0; j < N; j++)
        da += model->A[s][j] * instance->up[part->node * N + j];
      rate[part->node] += model->q * model->charge[s] * part->volume * da *
                          instance->state[i * (size_t)model->n_species + (size_t)s].d_c;
    }
  }
  for (int k = 0; k < device->n_nodes; k++)
    if (device->terminal_of[k] >= 0)
      rate[k] = system_net(rig->system, yp, instance->spec->net[device->terminal_of[k]]);
}

void rig_total_current(const struct rig *rig, const double *y, const double *yp, double *current) {
  rig_conduction(rig, y, yp, current);
  const struct device *device = rig_instance(rig)->device;
  struct stamp stamp = {0};
  struct sparse matrix = {0};
  struct linear *linear = NULL;
  struct linear_options options = {.dimension = device->mesh->dimension};
  struct hd_error err = {0};
  double *rate = NULL;
  require(hd_alloc(&rate, (size_t)device->n_nodes, sizeof(double), &err), &err);
  charge_rate(rig, yp, rate);
  stamp_record(&stamp, device->n_nodes);
  laplace(&stamp, device);
  require(stamp_finish(&stamp, &matrix, &err), &err);
  laplace(&stamp, device);
  require(linear_create(&linear, &matrix, &options, &err), &err);
  ck_assert_int_eq(linear_factor(linear), 0);
  ck_assert_int_eq(linear_solve(linear, rate), 0);
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    double g = device->model.regions[edge->region].eps * edge->measure;
    current[e] += g * (rate[edge->k] - rate[edge->l]);
  }
  linear_free(&linear);
  sparse_free(&matrix);
  stamp_free(&stamp);
  hd_free(&rate);
}

double rig_leak(const struct rig *rig, const double *current) {
  const struct device *device = rig_instance(rig)->device;
  double *sum = NULL, worst = 0.0;
  ck_assert_int_eq(hd_alloc(&sum, (size_t)device->n_nodes, sizeof(double), NULL), HD_OK);
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    sum[device->mesh->edge_parts[e].k] += current[e];
    sum[device->mesh->edge_parts[e].l] -= current[e];
  }
  for (int k = 0; k < device->n_nodes; k++)
    if (device->terminal_of[k] < 0)
      worst = fmax(worst, fabs(sum[k]));
  hd_free(&sum);
  return worst;
}
