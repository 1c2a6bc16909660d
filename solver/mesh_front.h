/* Where fronts of interacting ions can go: there the mesh must be finer than their smoothing. */
#ifndef HALIDRIFT_SOLVER_MESH_FRONT_H
#define HALIDRIFT_SOLVER_MESH_FRONT_H

#include "solver/mesh_scale.h"

/** A rectangle in which fronts can go. */
struct front_zone {
  size_t piece;        /* layer or box that it is part of */
  double lo[2], hi[2]; /* m; [1] is infinite in 1D */
  double smoothing;    /* m: ell of the piece */
  bool along;          /* beside an electrode in a slow piece: a front that creeps along it */
};

struct front_zones {
  size_t n;
  struct front_zone *zones; /* owned */
};

/** Where fronts can go in n pieces; `front` of each piece is set. Errors: HD_MEMORY. */
enum hd_status mesh_fronts(struct front_zones *fronts, struct mesh_piece *pieces, size_t n,
                           const struct shape *shape, struct hd_error *err);
/** The same for a device, whatever spacings its input gives. Errors: HD_MEMORY. */
enum hd_status mesh_device_fronts(struct front_zones *fronts, const struct run_spec *run,
                                  const struct device_spec *device, struct hd_error *err);
void front_zones_free(struct front_zones *fronts);

#endif
