#include "physics/constants.h"

#define AT(member) offsetof(struct constants, member)
#define CODATA     "CODATA 2018, Rev. Mod. Phys. 93, 025010 (2021)"

const struct constants constants_codata = {
    .q = 1.602176634e-19,
    .k = 1.380649e-23,
    .eps0 = 8.8541878128e-12,
    .hbar = 1.054571817646156e-34, /* h / (2 pi), h = 6.62607015e-34 J s */
    .m0 = 9.1093837015e-31,
};

const struct param constants_params[] = {
    {"q", PARAM_QUANTITY, "C", AT(q), 1.602176634e-19, 0, INFINITY, true, false, NULL,
     "Elementary charge.", CODATA},
    {"k", PARAM_QUANTITY, "J K-1", AT(k), 1.380649e-23, 0, INFINITY, true, false, NULL,
     "Boltzmann constant.", CODATA},
    {"eps0", PARAM_QUANTITY, "F m-1", AT(eps0), 8.8541878128e-12, 0, INFINITY, true, false, NULL,
     "Vacuum permittivity.", CODATA},
    {"hbar", PARAM_QUANTITY, "J s", AT(hbar), 1.054571817646156e-34, 0, INFINITY, true, false, NULL,
     "Reduced Planck constant.", CODATA},
    {"m0", PARAM_QUANTITY, "kg", AT(m0), 9.1093837015e-31, 0, INFINITY, true, false, NULL,
     "Rest mass of the electron.", CODATA},
};
const size_t constants_params_count = sizeof constants_params / sizeof *constants_params;
