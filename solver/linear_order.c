#include <metis.h>
#include <string.h>
#include <suitesparse/amd.h>
#include <suitesparse/ldl.h>
#include "solver/base/memory.h"
#include "solver/linear_parts.h"

/** Neighbours of every node, without itself. */
struct graph {
  int64_t n;
  int64_t *first; /* [n + 1] owned */
  int64_t *next;  /* [first[n]] owned */
};

/* ---- the node graph ---- */

/** Visit each pair of different nodes that an entry couples; counts, or files when next is given.
 */
static void couple(const struct sparse *matrix, const int *node, int64_t *at, int64_t *next) {
  for (int64_t j = 0; j < matrix->n; j++)
    for (int64_t i = matrix->column[j]; i < matrix->column[j + 1]; i++) {
      int a = node[matrix->row[i]], b = node[j];
      if (a < 0 || b < 0 || a == b)
        continue;
      if (next) {
        next[at[a]] = b;
        next[at[b]] = a;
      }
      at[a]++;
      at[b]++;
    }
}

/** Keep each neighbour once. */
static void prune(struct graph *graph, int64_t *seen) {
  int64_t kept = 0, from = 0;
  for (int64_t k = 0; k < graph->n; k++)
    seen[k] = -1;
  for (int64_t k = 0; k < graph->n; k++) {
    int64_t to = graph->first[k + 1];
    for (; from < to; from++) {
      int64_t l = graph->next[from];
      if (seen[l] == k)
        continue;
      seen[l] = k;
      graph->next[kept++] = l;
    }
    graph->first[k + 1] = kept;
  }
}

static enum hd_status graph_create(struct graph *graph, const struct sparse *matrix,
                                   const int *node, struct hd_error *err) {
  int64_t *at = NULL;
  size_t n = (size_t)graph->n;
  TRY(hd_alloc(&graph->first, n + 1, sizeof(int64_t), err));
  TRY(hd_alloc(&graph->next, 2 * (size_t)matrix->column[matrix->n], sizeof(int64_t), err));
  TRY(hd_alloc(&at, n + 1, sizeof(int64_t), err));
  couple(matrix, node, graph->first + 1, NULL);
  for (size_t k = 0; k < n; k++)
    graph->first[k + 1] += graph->first[k];
  memcpy(at, graph->first, (n + 1) * sizeof *at);
  couple(matrix, node, at, graph->next);
  prune(graph, at);
  hd_free(&at);
  return HD_OK;
}

/* ---- orders of the nodes ---- */

static enum hd_status order_amd(const struct graph *graph, int64_t *order, struct hd_error *err) {
  long status = amd_l_order(graph->n, graph->first, graph->next, order, NULL, NULL);
  if (status == AMD_OUT_OF_MEMORY)
    return hd_fail(err, HD_MEMORY, "out of memory for the order of %lld nodes",
                   (long long)graph->n);
  if (status < 0)
    return hd_fail(err, HD_INTERNAL, "%lld nodes could not be ordered (AMD %ld)",
                   (long long)graph->n, status);
  return HD_OK;
}

/** METIS counts with the integers that Debian's library was built for. */
static enum hd_status metis_fill(const struct graph *graph, idx_t *first, idx_t *next, idx_t *order,
                                 idx_t *inverse, struct hd_error *err) {
  idx_t n = (idx_t)graph->n, options[METIS_NOPTIONS];
  for (int64_t k = 0; k <= graph->n; k++)
    first[k] = (idx_t)graph->first[k];
  for (int64_t i = 0; i < graph->first[graph->n]; i++)
    next[i] = (idx_t)graph->next[i];
  METIS_SetDefaultOptions(options);
  int status = METIS_NodeND(&n, first, next, NULL, options, order, inverse);
  if (status != METIS_OK)
    return hd_fail(err, status == METIS_ERROR_MEMORY ? HD_MEMORY : HD_INTERNAL,
                   "%lld nodes could not be ordered (METIS %d)", (long long)graph->n, status);
  return HD_OK;
}

static enum hd_status order_metis(const struct graph *graph, int64_t *order, struct hd_error *err) {
  size_t n = (size_t)graph->n, edges = (size_t)graph->first[graph->n];
  idx_t *work = NULL;
  if (edges == 0) /* nothing to dissect */
    return order_amd(graph, order, err);
  TRY(hd_alloc(&work, 3 * n + 1 + edges, sizeof *work, err));
  idx_t *to = work + n + 1 + edges;
  enum hd_status status = metis_fill(graph, work, work + n + 1, to, to + n, err);
  for (size_t k = 0; k < n && status == HD_OK; k++)
    order[k] = to[k];
  hd_free(&work);
  return status;
}

static enum hd_status order_natural(const struct graph *graph, int64_t *order,
                                    struct hd_error *err) {
  (void)err;
  for (int64_t k = 0; k < graph->n; k++)
    order[k] = k;
  return HD_OK;
}

/** Entries of the factor of the nodes' graph in an order. work  [5 n + 1] */
static int64_t count_fill(const struct graph *graph, const int64_t *order, int64_t *work) {
  int64_t n = graph->n, fill = 0;
  int64_t *first = work, *parent = first + n + 1, *count = parent + n, *flag = count + n;
  ldl_l_symbolic(n, graph->first, graph->next, first, parent, count, flag, (int64_t *)order,
                 flag + n);
  for (int64_t k = 0; k < n; k++)
    fill += count[k];
  return fill;
}

/** Both orders, and the one with less fill. On a tensor grid minimum degree wins up to some 10 000
 * nodes, dissection above. */
static enum hd_status order_best(const struct graph *graph, int64_t *order,
                                 enum linear_ordering *chosen, struct hd_error *err) {
  size_t n = (size_t)graph->n;
  int64_t *other = NULL;
  *chosen = ORDERING_AMD;
  TRY(hd_alloc(&other, 6 * n + 1, sizeof *other, err));
  enum hd_status status = order_amd(graph, order, err);
  if (status == HD_OK)
    status = order_metis(graph, other, err);
  if (status == HD_OK &&
      count_fill(graph, other, other + n) < count_fill(graph, order, other + n)) {
    memcpy(order, other, n * sizeof *order);
    *chosen = ORDERING_METIS;
  }
  hd_free(&other);
  return status;
}

/* ---- from nodes to unknowns ---- */

/** Unknowns in the order of their nodes, those of no node behind; start[nodes + 1] is work. */
static void expand(const int *node, int64_t n, int64_t nodes, const int64_t *node_order,
                   int64_t *start, int64_t *order) {
  int64_t at = 0;
  for (int64_t i = 0; i < n; i++)
    start[node[i] < 0 ? nodes : node[i]]++;
  for (int64_t k = 0; k <= nodes; k++) {
    int64_t *here = &start[k < nodes ? node_order[k] : nodes], count = *here;
    *here = at;
    at += count;
  }
  for (int64_t i = 0; i < n; i++)
    order[start[node[i] < 0 ? nodes : node[i]]++] = i;
}

static enum hd_status order_nodes(const struct sparse *matrix, const int *node,
                                  enum linear_ordering *ordering, struct graph *graph,
                                  int64_t *order, struct hd_error *err) {
  static enum hd_status (*const kinds[])(const struct graph *, int64_t *,
                                         struct hd_error *) = {[ORDERING_NATURAL] = order_natural,
                                                               [ORDERING_AMD] = order_amd,
                                                               [ORDERING_METIS] = order_metis};
  int64_t *node_order = NULL;
  TRY(graph_create(graph, matrix, node, err));
  TRY(hd_alloc(&node_order, 2 * (size_t)graph->n + 1, sizeof *node_order, err));
  enum hd_status status = *ordering == ORDERING_AUTOMATIC
                              ? order_best(graph, node_order, ordering, err)
                              : kinds[*ordering](graph, node_order, err);
  if (status == HD_OK)
    expand(node, matrix->n, graph->n, node_order, node_order + graph->n, order);
  hd_free(&node_order);
  return status;
}

/**
 * An order of elimination with little fill. The nodes' graph is ordered, a few times smaller than
 * that of the unknowns, and each node stands for all of its unknowns.
 * node   [n] mesh node of an unknown, -1: none
 * ordering  in: automatic, out: what was chosen
 * order  out [n] unknowns, first to last
 * Errors HD_MEMORY, HD_INTERNAL
 */
enum hd_status linear_order(const struct sparse *matrix, const int *node,
                            enum linear_ordering *ordering, int64_t *order, struct hd_error *err) {
  struct graph graph = {0};
  for (int64_t i = 0; i < matrix->n; i++)
    if (node[i] >= graph.n)
      graph.n = node[i] + 1;
  enum hd_status status = order_nodes(matrix, node, ordering, &graph, order, err);
  hd_free(&graph.first);
  hd_free(&graph.next);
  return status;
}
