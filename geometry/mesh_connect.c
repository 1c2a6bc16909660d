#include "geometry/mesh_parts.h"

#include <stdbool.h>
#include "solver/base/memory.h"

static int find_root(int *parent, int k) {
  while (parent[k] != k) {
    parent[k] = parent[parent[k]];
    k = parent[k];
  }
  return k;
}

/** Join the nodes of every edge, and mark the pieces that have a contact. */
static void join(const struct mesh *mesh, int *parent, bool *touched) {
  for (size_t k = 0; k < mesh->n_nodes; k++)
    parent[k] = (int)k;
  for (size_t e = 0; e < mesh->n_edge_parts; e++)
    parent[find_root(parent, mesh->edge_parts[e].k)] = find_root(parent, mesh->edge_parts[e].l);
  for (size_t f = 0; f < mesh->n_face_parts; f++)
    touched[find_root(parent, mesh->face_parts[f].node)] = true;
}

/**
 * Check that every node is connected to a contact: voids may cut off a piece, whose potential
 * nothing would fix.
 * Errors  HD_INPUT with the place of such a piece, HD_MEMORY
 */
enum hd_status mesh_reach_contacts(const struct mesh *mesh, struct hd_error *err) {
  int *parent = NULL;
  bool *touched = NULL;
  enum hd_status status = hd_alloc(&parent, mesh->n_nodes, sizeof *parent, err);
  if (status == HD_OK)
    status = hd_alloc(&touched, mesh->n_nodes, sizeof *touched, err);
  if (status == HD_OK)
    join(mesh, parent, touched);
  for (size_t k = 0; status == HD_OK && k < mesh->n_nodes; k++)
    if (!touched[find_root(parent, (int)k)])
      status = hd_fail(err, HD_INPUT,
                       "boxes: voids cut off the piece at (%g m, %g m) from every contact, each "
                       "piece must touch one",
                       mesh->x[k][0], mesh->x[k][1]);
  hd_free(&parent);
  hd_free(&touched);
  return status;
}
