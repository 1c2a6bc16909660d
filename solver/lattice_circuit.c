/* What the circuit adds to the self-energy of a hop: its nets move by the charge that the hop sends
 * to them. */
#include <gsl/gsl_linalg.h>
#include <math.h>
#include "solver/base/memory.h"
#include "solver/lattice.h"

/** Nets 1.. and branch currents of the circuit, in the order of the system's unknowns. */
static size_t at_net(const struct system *system, int net) {
  return (size_t)(system_net_dof(system, net) - system->net_base);
}

static void add(gsl_matrix *matrix, size_t row, size_t column, double value) {
  if (row < matrix->size1 && column < matrix->size2)
    *gsl_matrix_ptr(matrix, row, column) += value;
}

/** Kirchhoff's law and the elements within one step; devices are their geometric capacitances. */
static void fill_circuit(gsl_matrix *matrix, const struct system *system, double cj) {
  for (size_t e = 0; e < system->run->circuit.n_elements; e++) {
    const struct element *element = &system->elements[e];
    size_t row = (size_t)(system->branch_base - system->net_base) + e;
    size_t from = at_net(system, element->net[0]), to = at_net(system, element->net[1]);
    struct element_input input = {.v = 0.0};
    struct element_value value = element_table[element->kind].value(element, &input);
    add(matrix, row, from, value.d_v + cj * value.d_dv);
    add(matrix, row, to, -value.d_v - cj * value.d_dv);
    add(matrix, row, row, value.d_i + cj * value.d_di);
    add(matrix, from, row, 1.0);
    add(matrix, to, row, -1.0);
  }
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    int terminals = instance->device->n_terminals;
    for (int T = 0; T < terminals; T++)
      for (int U = 0; U < terminals; U++)
        add(matrix, at_net(system, instance->spec->net[T]), at_net(system, instance->spec->net[U]),
            cj * instance->device->capacitance[T * terminals + U]);
  }
}

/** Half the change of an edge's energy difference by the voltages that its hop makes. */
static double circuit_self(const struct lattice *lattice, const struct lattice_edge *edge,
                           const gsl_matrix *answer, double cj) {
  const struct lattice_point *from = &lattice->points[edge->from], *to = &lattice->points[edge->to];
  const struct system *system = lattice->system;
  const struct system_instance *instance = &system->instances[to->instance];
  const struct device *device = instance->device;
  double sum = 0.0;
  for (int T = 0; T < device->n_terminals; T++)
    for (int U = 0; U < device->n_terminals; U++) {
      const double *w = &device->weight[T * device->n_nodes];
      const double *v = &device->weight[U * device->n_nodes];
      size_t row = at_net(system, instance->spec->net[T]);
      size_t column = at_net(system, instance->spec->net[U]);
      if (row < answer->size1 && column < answer->size2)
        sum += (w[to->node] - w[from->node]) * gsl_matrix_get(answer, row, column) *
               (v[to->node] - v[from->node]);
    }
  const struct model *model = &device->model;
  return 0.5 * model->B[to->species][0] * model->q * model->charge[to->species] * cj * sum;
}

static enum hd_status add_all(struct lattice *lattice, gsl_matrix *circuit, gsl_matrix *answer,
                              gsl_permutation *order, double step, struct hd_error *err) {
  int sign;
  fill_circuit(circuit, lattice->system, 1.0 / step);
  gsl_linalg_LU_decomp(circuit, order, &sign);
  for (size_t i = 0; i < circuit->size1; i++)
    if (gsl_matrix_get(circuit, i, i) == 0.0)
      return hd_fail(err, HD_INTERNAL, "the answer of the circuit to a hop could not be found");
  gsl_linalg_LU_invert(circuit, order, answer);
  for (int e = 0; e < lattice->n_edges; e++)
    lattice->edges[e].self += circuit_self(lattice, &lattice->edges[e], answer, 1.0 / step);
  return HD_OK;
}

/**
 * self += 1/2 z q / V_T (z dw) Z (dw) / dt: the charge -z q dw that a hop sends into each terminal
 * (dw: change of its test function) moves the nets by Z, the answer of the circuit within a step dt
 * of the fields. A source with a short time constant holds its net, a capacitor gives q / C.
 * step    s: a leap
 * Errors  HD_MEMORY, HD_INTERNAL
 */
enum hd_status lattice_circuit(struct lattice *lattice, double step, struct hd_error *err) {
  size_t n = (size_t)(lattice->system->n - lattice->system->net_base);
  if (n == 0 || !lattice->system->run->stochastic.self_force)
    return HD_OK;
  gsl_matrix *circuit = gsl_matrix_calloc(n, n), *answer = gsl_matrix_alloc(n, n);
  gsl_permutation *order = gsl_permutation_alloc(n);
  enum hd_status status = circuit && answer && order
                              ? add_all(lattice, circuit, answer, order, step, err)
                              : hd_fail(err, HD_MEMORY, "out of memory for the circuit's answers");
  gsl_matrix_free(circuit);
  gsl_matrix_free(answer);
  gsl_permutation_free(order);
  return status;
}
