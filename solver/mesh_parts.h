/* What the parts of the automatic mesh share: solver/mesh_plan.c, solver/mesh_surface.c. */
#ifndef HALIDRIFT_SOLVER_MESH_PARTS_H
#define HALIDRIFT_SOLVER_MESH_PARTS_H

#include "solver/mesh_scale.h"

/** The plan of one device while it is made. */
struct mesh_plan {
  const struct run_spec *run; /* borrowed, as are device and shape */
  struct device_spec *device;
  struct shape *shape;
  struct mesh_piece *pieces; /* owned: layers, then boxes */
  size_t n_pieces;
  double refine; /* divides every automatic spacing */
  double scale;  /* factor of spacings: PLANE in 2D, over refine */
  int stack;     /* axis along which the layers stack */
};

/** Ask for at most h_max, m, in from..to, m, of an axis; not finite or empty: nothing to ask.
 * Errors: HD_MEMORY. */
enum hd_status mesh_add_zone(struct mesh_plan *plan, int axis, double from, double to, double h_max,
                             struct hd_error *err);
/** Spacing at a wall where `density`, m^-3, gathers; uniform where fronts pass. */
double mesh_wall_spacing(const struct mesh_plan *plan, const struct mesh_piece *piece,
                         double density);
/** Small spacing on both sides of a position, m, out to the depletion edge of the piece. Errors:
 * HD_MEMORY. */
enum hd_status mesh_resolve_layer(struct mesh_plan *plan, int axis, double position,
                                  const struct mesh_piece *piece, struct hd_error *err);

/** Intervals of a layer, all alike, that single ions on a line can have; 0: none. */
int mesh_cells(const struct mesh_plan *plan, double thickness);

/** Spacing at one contact, and the zones behind it. Errors: HD_MEMORY. */
enum hd_status mesh_plan_contact(struct mesh_plan *plan, struct shape_contact *contact,
                                 struct hd_error *err);
/** The same around an electrode box; *h, m, is lowered to the spacing at it. Errors: HD_MEMORY. */
enum hd_status mesh_plan_electrode(struct mesh_plan *plan, const struct shape_box *box, double *h,
                                   struct hd_error *err);

#endif
