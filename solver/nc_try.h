/* What the files that use netCDF share: its codes on the way out. */
#ifndef HALIDRIFT_SOLVER_NC_TRY_H
#define HALIDRIFT_SOLVER_NC_TRY_H

/** Leave the enclosing function with the netCDF code of `call` when it fails. */
#define NC_TRY(call)                                                                               \
  do {                                                                                             \
    int code_ = (call);                                                                            \
    if (code_ != NC_NOERR)                                                                         \
      return code_;                                                                                \
  } while (0)

#endif
