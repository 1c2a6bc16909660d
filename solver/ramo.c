#include "solver/device.h"

#include "solver/base/memory.h"
#include "solver/linear.h"
#include "solver/stamp.h"

/** div(eps grad w) on the mesh, with w given at contact nodes. */
static void laplacian_emit(struct stamp *stamp, const struct device *device) {
  const struct mesh *mesh = device->mesh;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    double g = device->model.regions[edge->region].eps * edge->measure;
    int64_t row_k = device->terminal_of[edge->k] < 0 ? edge->k : -1;
    int64_t row_l = device->terminal_of[edge->l] < 0 ? edge->l : -1;
    stamp_add(stamp, row_k, edge->k, g);
    stamp_add(stamp, row_k, edge->l, -g);
    stamp_add(stamp, row_l, edge->l, g);
    stamp_add(stamp, row_l, edge->k, -g);
  }
  for (size_t c = 0; c < device->n_contact_nodes; c++)
    stamp_add(stamp, device->contact_nodes[c].node, device->contact_nodes[c].node, 1.0);
}

static void capacitances(struct device *device) {
  const struct mesh *mesh = device->mesh;
  for (int T = 0; T < device->n_terminals; T++)
    for (int U = 0; U < device->n_terminals; U++) {
      const double *w = &device->weight[T * device->n_nodes];
      const double *v = &device->weight[U * device->n_nodes];
      double sum = 0.0;
      for (size_t e = 0; e < mesh->n_edge_parts; e++) {
        const struct edge_part *edge = &mesh->edge_parts[e];
        sum += device->model.regions[edge->region].eps * edge->measure * (w[edge->k] - w[edge->l]) *
               (v[edge->k] - v[edge->l]);
      }
      device->capacitance[T * device->n_terminals + U] = sum;
    }
}

static enum hd_status solve_weights(struct device *device, struct stamp *stamp,
                                    struct sparse *matrix, struct hd_error *err) {
  struct linear *linear = NULL;
  struct linear_options options = {.dimension = device->mesh->dimension};
  stamp_record(stamp, device->n_nodes);
  laplacian_emit(stamp, device);
  TRY(stamp_finish(stamp, matrix, err));
  laplacian_emit(stamp, device);
  TRY(linear_create(&linear, matrix, &options, err));
  enum hd_status status = HD_OK;
  if (linear_factor(linear))
    status = hd_fail(err, HD_INPUT, "device %s: a part of it is not connected to any contact",
                     device->spec->name);
  for (int T = 0; T < device->n_terminals && status == HD_OK; T++) {
    double *w = &device->weight[T * device->n_nodes];
    for (size_t c = 0; c < device->n_contact_nodes; c++)
      if (device->contact_nodes[c].terminal == T)
        w[device->contact_nodes[c].node] = 1.0;
    linear_solve(linear, w);
  }
  linear_free(&linear);
  return status;
}

/**
 * Ramo-Shockley test functions: div(eps grad w_T) = 0, w_T = 1 at terminal T, 0 at the others.
 * The current into terminal T is then
 *   I_T = sum_edges (w_k - w_l) J_kl + sum_U C_TU dV_U/dt
 * with the conduction current J of all species only: the displacement current inside drops out, and
 * the currents of all terminals sum to zero because the test functions sum to one.
 * Source: Shockley 1938, Ramo 1939; docs/theory.md
 */
enum hd_status device_ramo(struct device *device, struct hd_error *err) {
  size_t terminals = (size_t)device->n_terminals;
  TRY(hd_alloc(&device->weight, terminals * (size_t)device->n_nodes, sizeof *device->weight, err));
  TRY(hd_alloc(&device->capacitance, terminals * terminals, sizeof *device->capacitance, err));
  struct stamp stamp = {0};
  struct sparse matrix = {0};
  enum hd_status status = solve_weights(device, &stamp, &matrix, err);
  stamp_free(&stamp);
  sparse_free(&matrix);
  if (status == HD_OK)
    capacitances(device);
  return status;
}
