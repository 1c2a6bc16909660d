/* Inside of the mesh builder: what mesh.c and mesh_boundary.c share. */
#ifndef HALIDRIFT_GEOMETRY_MESH_PARTS_H
#define HALIDRIFT_GEOMETRY_MESH_PARTS_H

#include "geometry/mesh.h"
#include "geometry/tensor.h"

/** The four half cells around a point of the tensor grid along one axis: below and above. */
enum { BELOW, ABOVE };

/** Index of the cell below (above) point `i`; (size_t)-1 or n_cells when there is none. */
size_t mesh_cell_beside(size_t i, int side);

/** Index of the node part of `node` in `region`, or -1. */
int mesh_part_in(const struct mesh *mesh, size_t node, int region);

/** Add face parts and rays. Errors: HD_INPUT (contact without nodes or material, overlap),
 * HD_MEMORY. */
enum hd_status mesh_add_contacts(struct mesh *mesh, const struct tensor *tensor,
                                 const struct shape *shape, struct hd_error *err);

/** Check that every node is connected to a contact. Errors: HD_INPUT with the place, HD_MEMORY. */
enum hd_status mesh_reach_contacts(const struct mesh *mesh, struct hd_error *err);

#endif
