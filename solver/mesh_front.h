/* Where fronts of interacting ions can go: there the mesh must be finer than their smoothing. */
#ifndef HALIDRIFT_SOLVER_MESH_FRONT_H
#define HALIDRIFT_SOLVER_MESH_FRONT_H

#include "solver/mesh_scale.h"

/** Fill `front`, `front_lo` and `front_hi` of n pieces. Errors: HD_MEMORY. */
enum hd_status mesh_fronts(struct mesh_piece *pieces, size_t n, const struct shape *shape,
                           struct hd_error *err);

#endif
