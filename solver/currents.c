#include "solver/currents.h"

#include <math.h>
#include <string.h>
#include "physics/heat.h"
#include "solver/assemble.h"
#include "solver/base/memory.h"

/** What one device instance needs: a scalar matrix on its nodes and the sums of one state. */
struct current_work {
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  double *flow;    /* [n_edge_parts] conduction current k -> l, A */
  double *noise;   /* [n_edge_parts] variance weight of flow, A^2 */
  double *storage; /* [n_nodes] charge stored per time, A */
  double *inertia; /* [n_nodes] variance weight of storage, A^2 */
  double *u;       /* [n_nodes] departure from the Ramo-Shockley function */
};

struct currents {
  struct system *system;     /* borrowed */
  struct current_work *work; /* [n_instances] owned */
};

/** Smallest variance weight relative to the largest one: keeps the matrix regular where nothing
 * flows. */
static const double NOISE_FLOOR = 1e-36;

static struct pass make_pass(struct system *system, const struct system_point *point, size_t i) {
  struct pass p = {.system = system, .point = point};
  assemble_set_instance(&p, i);
  return p;
}

/** Normal equations of min sum noise (dw + du)^2 + sum inertia u^2; right side into u. */
static void emit(struct current_work *work, const struct device *device, int T) {
  const double *w = &device->weight[T * device->n_nodes];
  const struct mesh *mesh = device->mesh;
  for (int k = 0; k < device->n_nodes; k++) {
    work->u[k] = 0.0;
    stamp_add(&work->stamp, k, k, device->terminal_of[k] < 0 ? work->inertia[k] : 1.0);
  }
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    int k = mesh->edge_parts[e].k, l = mesh->edge_parts[e].l;
    int row_k = device->terminal_of[k] < 0 ? k : -1, row_l = device->terminal_of[l] < 0 ? l : -1;
    double g = work->noise[e], right = g * (w[k] - w[l]);
    stamp_add(&work->stamp, row_k, k, g);
    stamp_add(&work->stamp, row_k, row_k < 0 || row_l < 0 ? -1 : l, -g);
    stamp_add(&work->stamp, row_l, l, g);
    stamp_add(&work->stamp, row_l, row_k < 0 || row_l < 0 ? -1 : k, -g);
    if (row_k >= 0)
      work->u[k] -= right;
    if (row_l >= 0)
      work->u[l] += right;
  }
}

static enum hd_status create_work(struct current_work *work, const struct device *device, bool keep,
                                  struct hd_error *err) {
  size_t nodes = (size_t)device->n_nodes, edges = device->mesh->n_edge_parts;
  struct linear_options options = {.dimension = device->mesh->dimension, .keep = keep};
  TRY(hd_alloc(&work->flow, edges, sizeof(double), err));
  TRY(hd_alloc(&work->noise, edges, sizeof(double), err));
  TRY(hd_alloc(&work->storage, nodes, sizeof(double), err));
  TRY(hd_alloc(&work->inertia, nodes, sizeof(double), err));
  TRY(hd_alloc(&work->u, nodes, sizeof(double), err));
  stamp_record(&work->stamp, device->n_nodes);
  emit(work, device, 0);
  TRY(stamp_finish(&work->stamp, &work->matrix, err));
  return linear_create(&work->linear, &work->matrix, &options, err);
}

/**
 * Make room for the evaluation of terminal currents.
 * system  borrowed
 * Errors  HD_MEMORY
 */
enum hd_status currents_create(struct currents **out, struct system *system, struct hd_error *err) {
  struct currents *currents = NULL;
  TRY(hd_alloc(&currents, 1, sizeof *currents, err));
  currents->system = system;
  *out = currents;
  TRY(hd_alloc(&currents->work, system->n_instances, sizeof *currents->work, err));
  for (size_t i = 0; i < system->n_instances; i++)
    TRY(create_work(&currents->work[i], system->instances[i].device, system->linear.keep, err));
  return HD_OK;
}

enum hd_status currents_save(const struct currents *currents, struct store *store,
                             struct hd_error *err) {
  char name[STORE_NAME];
  for (size_t i = 0; i < currents->system->n_instances; i++)
    TRY(linear_save(currents->work[i].linear, store, store_name(name, "currents_%zu", i), err));
  return HD_OK;
}

enum hd_status currents_restore(struct currents *currents, const struct store *store,
                                struct hd_error *err) {
  char name[STORE_NAME];
  for (size_t i = 0; i < currents->system->n_instances; i++)
    TRY(linear_restore(currents->work[i].linear, store, store_name(name, "currents_%zu", i), err));
  return HD_OK;
}

/** Free; NULL is accepted. */
void currents_free(struct currents **currents) {
  if (!*currents)
    return;
  for (size_t i = 0; (*currents)->work && i < (*currents)->system->n_instances; i++) {
    struct current_work *work = &(*currents)->work[i];
    stamp_free(&work->stamp);
    linear_free(&work->linear);
    sparse_free(&work->matrix);
    hd_free(&work->flow);
    hd_free(&work->noise);
    hd_free(&work->storage);
    hd_free(&work->inertia);
    hd_free(&work->u);
  }
  hd_free(&(*currents)->work);
  hd_free(currents);
}

size_t currents_count(const struct currents *currents) {
  size_t count = 0;
  for (size_t i = 0; i < currents->system->n_instances; i++)
    count += (size_t)currents->system->instances[i].device->n_terminals;
  return count;
}

/** Conduction along every edge, and how much of it a relative error of the densities makes. */
static double edge_flows(const struct pass *p, struct current_work *work) {
  const struct mesh *mesh = p->device->mesh;
  double largest = 0.0;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    struct model_flux flux;
    double current = 0.0, both = 0.0;
    model_edge(p->model, edge->region, edge->length, &p->instance->u[edge->k * p->n_unknowns],
               &p->instance->u[edge->l * p->n_unknowns], part_state(p, (size_t)edge->part_k),
               part_state(p, (size_t)edge->part_l), edge_emf(p->instance, edge), false, &flux);
    for (int s = 0; s < p->n_species; s++) {
      double charge = p->model->q * p->model->charge[s] * edge->measure;
      if (p->point->frozen && !p->model->carrier[s])
        continue;
      current += charge * flux.F[s];
      both += fabs(charge) * flux.exchange[s];
    }
    work->flow[e] = current;
    work->noise[e] = both * both;
    largest = fmax(largest, work->noise[e]);
  }
  return largest;
}

/** Charge that the nodes store per time: q sum z V dc/dt. */
static void node_storage(const struct pass *p, struct current_work *work, double rate) {
  const struct mesh *mesh = p->device->mesh;
  memset(work->storage, 0, mesh->n_nodes * sizeof(double));
  memset(work->inertia, 0, mesh->n_nodes * sizeof(double));
  for (size_t i = 0; i < mesh->n_node_parts; i++) {
    int node = mesh->node_parts[i].node;
    const double *up = &p->instance->up[node * p->n_unknowns];
    const double *u = &p->instance->u[node * p->n_unknowns];
    for (int s = 0; s < p->n_species; s++) {
      const struct species_state *state = &part_state(p, i)[s];
      double charge = p->model->q * p->model->charge[s] * mesh->node_parts[i].volume, warming;
      double da = model_rate(p->model, s, state, u, up, &warming);
      bool difference = p->instance->past_step > 0.0;
      work->storage[node] +=
          charge * (difference ? (state->c - p->instance->past[state - p->instance->state]) /
                                     p->instance->past_step
                               : state->d_c * da);
      if (p->model->heat >= 0 && !difference)
        work->storage[node] += charge * heat_band_power * state->c * warming;
      work->inertia[node] += fabs(charge * state->c) * rate;
    }
  }
  for (size_t k = 0; k < mesh->n_nodes; k++)
    work->inertia[k] *= work->inertia[k];
}

static void add_floor(const struct device *device, struct current_work *work, double largest) {
  double floor_value = largest > 0.0 ? NOISE_FLOOR * largest : 1.0;
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++)
    work->noise[e] += floor_value;
}

/** I_T with the test function w + u of this state. */
static double terminal_sum(const struct pass *p, const struct current_work *work, int T) {
  const struct mesh *mesh = p->device->mesh;
  const struct device *device = p->device;
  const double *w = &device->weight[T * device->n_nodes];
  double sum = p->instance->hop_current[T];
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    int k = mesh->edge_parts[e].k, l = mesh->edge_parts[e].l;
    sum += (w[k] - w[l] + work->u[k] - work->u[l]) * work->flow[e];
  }
  for (int k = 0; k < device->n_nodes; k++)
    if (device->terminal_of[k] < 0)
      sum += work->u[k] * work->storage[k];
  for (size_t i = 0; i < device->n_links; i++) {
    const struct tunnel_link *link = &device->links[i];
    double step = w[link->contact] - w[link->node] - work->u[link->node];
    sum += p->model->q * p->model->charge[link->species] * link->area * step *
           assemble_link_value(p, link).g;
  }
  for (int U = 0; U < device->n_terminals && p->point->yp; U++) {
    int net = terminal_dof(p, U);
    if (net < p->system->n)
      sum += device->capacitance[T * device->n_terminals + U] * p->point->yp[net];
  }
  return sum;
}

/** What makes the currents of one instance noisy, at the gathered state. */
static void weigh(const struct pass *p, struct current_work *work, double rate) {
  double largest = edge_flows(p, work);
  node_storage(p, work, rate);
  add_floor(p->device, work, largest);
}

/** u of one terminal, with the factors of the first one. Returns 1 when the matrix is singular. */
static int find_test(const struct pass *p, struct current_work *work, int T) {
  stamp_replay(&work->stamp, &work->matrix);
  emit(work, p->device, T);
  return (T == 0 && linear_factor(work->linear)) || linear_solve(work->linear, work->u);
}

static enum hd_status not_summed(const struct pass *p, struct hd_error *err) {
  return hd_fail(err, HD_INTERNAL, "the terminal currents of %s could not be summed",
                 p->device->spec->name);
}

enum hd_status currents_tests(struct currents *currents, const double *y, double t, bool frozen,
                              double *const *tests, struct hd_error *err) {
  struct system *system = currents->system;
  struct system_point point = {.mode = SYSTEM_TRANSIENT, .frozen = frozen, .t = t, .y = y};
  system_gather(system, y, NULL, t);
  for (size_t i = 0; i < system->n_instances; i++) {
    struct pass p = make_pass(system, &point, i);
    struct current_work *work = &currents->work[i];
    int terminals = p.device->n_terminals, nodes = p.device->n_nodes;
    weigh(&p, work, 0.0);
    for (int T = 0; T + 1 < terminals; T++) {
      if (find_test(&p, work, T))
        return not_summed(&p, err);
      for (int k = 0; k < nodes; k++)
        tests[i][T * nodes + k] = p.device->weight[T * nodes + k] + work->u[k];
    }
  }
  return HD_OK;
}

/**
 * Currents into the terminals. For any function w with w = 1 at terminal T and 0 at the others
 *   I_T = sum_edges (w_k - w_l) J_kl + sum_nodes (w - w_T) q sum_s z_s V dc_s/dt
 *         + sum_U C_TU dV_U/dt,      w_T the Ramo-Shockley function, w = w_T + u
 * is the same number when the continuity equations hold exactly. They hold to the tolerance only,
 * and a relative error d of the densities makes errors d q z D (c_k B + c_l B) in J and
 * d q z V c / dt in the storage. u is the function that makes the sum of their squares smallest: it
 * reads the current where little flows back and forth (a depleted gap, a barrier), not in a
 * filament or a doped region where large opposite fluxes nearly cancel.
 * The last terminal gets minus the sum of the others.
 */
enum hd_status currents_evaluate(struct currents *currents, const double *y, const double *yp,
                                 double t, double rate, bool frozen, double *I,
                                 struct hd_error *err) {
  struct system *system = currents->system;
  struct system_point point = {
      .mode = SYSTEM_TRANSIENT, .frozen = frozen, .t = t, .y = y, .yp = yp};
  system_gather(system, y, yp, t);
  size_t at = 0;
  for (size_t i = 0; i < system->n_instances; i++) {
    struct pass p = make_pass(system, &point, i);
    struct current_work *work = &currents->work[i];
    int terminals = p.device->n_terminals;
    double last = 0.0;
    weigh(&p, work, rate);
    for (int T = 0; T + 1 < terminals; T++) {
      if (find_test(&p, work, T))
        return not_summed(&p, err);
      I[at + (size_t)T] = terminal_sum(&p, work, T);
      last -= I[at + (size_t)T];
    }
    I[at + (size_t)terminals - 1] = last;
    at += (size_t)terminals;
  }
  return HD_OK;
}
