#include "physics/model.h"

#include <math.h>
#include <string.h>
#include "physics/heat.h"
#include "physics/reaction.h"
#include "solver/base/memory.h"

/** The linear forms of one species: a_0 + A u and B u. */
static double forms(const struct model *model, double a_0, int s, const double *u, double *v) {
  const double *A = model->A[s], *B = model->B[s];
  double a = a_0, b = 0.0;
  for (int j = 0; j < model->n_unknowns; j++) {
    a += A[j] * u[j];
    b += B[j] * u[j];
  }
  *v = b;
  return a;
}

static void state_carrier(const struct model *model, const struct model_species *row, int s,
                          struct species_state *state) {
  struct statistics_value value = model->statistics[s]->value(state->a, row->gamma);
  state->c = row->N * value.F;
  state->d_c = row->N * value.dF;
  state->d2_c = row->N * value.d2F;
  state->w = value.activity;
  state->d_v = value.d_activity;
  state->f = 1.0;
  state->d_f = 0.0;
}

/** Ions: the unclamped polynomial x (1 - x) of the hopping flux, so that x may pass 0 or 1 by the
 * tolerance without a kink. */
static void state_ion(const struct model *model, int s, struct species_state *state) {
  double x = state->a;
  state->c = model->c_unit[s] * x;
  state->d_c = model->c_unit[s];
  state->d2_c = 0.0;
  bool limited = model_is_limited(model, s);
  state->w = 0.0;
  state->d_v = 0.0;
  state->f = limited ? 1.0 - x : 1.0;
  state->d_f = limited ? -1.0 : 0.0;
}

/** What the temperature changes: N ~ T^(3/2), all energies over k T. */
static void state_heat(const struct model *model, int s, double T, struct species_state *state) {
  bool carrier = model->carrier[s];
  double growth = pow(T / model->T, carrier ? heat_band_power : 0.0);
  state->c *= growth;
  state->d_c *= growth;
  state->d2_c *= growth;
  state->a_T = carrier ? -state->a / T : 0.0;
  state->c_T = carrier ? heat_band_power * state->c / T + state->d_c * state->a_T : 0.0;
  state->v_T = -model->T / (T * T) * state->e;
}

/** Attraction without a smoothed field: the densities of this very node. */
static void add_local(const struct model *model, double cold, struct species_state *state) {
  for (int s = 0; s < model->n_species; s++) {
    struct species_state *own = &state[s];
    for (int t = 0; t < model->n_species; t++)
      own->e -= model->local[s][t] * state[t].c / model->c_unit[t];
    own->v = cold * own->e + own->w;
    own->v_T = -cold * cold * own->e / model->T;
  }
}

/**
 * Densities, excess potentials and free-site fractions of all species at one node.
 * u      [n_unknowns]
 * state  out [n_species]; species that are absent from the region have c = 0
 */
void model_state(const struct model *model, int region, const double *u,
                 struct species_state *state) {
  const struct model_species *row = model->regions[region].species;
  struct species_state *own = state;
  double cold = model_cold(model, u);
  for (int s = 0; s < model->n_species; s++, row++, own++) {
    if (!row->present) {
      *own = (struct species_state){.f = 1.0, .scale = 1.0};
      continue;
    }
    own->scale = model->carrier[s] ? cold : 1.0;
    own->a = own->scale * forms(model, row->a_0, s, u, &own->e);
    if (model->carrier[s])
      state_carrier(model, row, s, own);
    else
      state_ion(model, s, own);
    own->v = cold * own->e + own->w;
    if (model->heat >= 0)
      state_heat(model, s, u[model->heat], own);
  }
  if (model->has_local)
    add_local(model, cold, state);
}

/**
 * Electrochemical potential of an ion over kT, ln(x / f) + v, as used where its flux is zero.
 * d_a  out: derivative of ln(x / f) + w by a, so that d mu / d u_j = d_a A_j + r B_j
 */
double model_potential(const struct model *model, int region, int s,
                       const struct species_state *state, double *d_a) {
  (void)region;
  const struct species_state *own = &state[s];
  *d_a = own->d_c / own->c - own->d_f / own->f + own->d_v;
  return log(own->c / (model->c_unit[s] * own->f)) + own->v;
}

/** What ln(x / f) adds up to mu with: r (sum_j B_j u_j minus local terms). */
double model_rest(const struct model *model, int s, const double *u,
                  const struct species_state *state) {
  double w = 0.0;
  for (int j = 0; j < model->n_unknowns; j++)
    w += model->B[s][j] * u[j];
  for (int t = 0; model->has_local && t < model->n_species; t++)
    w -= model->local[s][t] * state[t].c / model->c_unit[t];
  return model_cold(model, u) * w;
}

/** Whether v of an ion holds nothing but the electrostatic potential. */
bool model_is_ideal(const struct model *model, int s) {
  for (int j = 1; j < model->n_unknowns; j++)
    if (model->B[s][j] != 0.0)
      return false;
  return !model->has_local;
}

/**
 * Share x of an ion whose electrochemical potential over kT exceeds model_rest by a: e^a, or
 * 1 / (1 + e^-a) with a site limit. No digits are lost where x is near 0 or 1.
 * d_x  out: derivative
 */
double model_share(const struct model *model, int s, double a, double *d_x) {
  enum { EXPONENT_MAX = 300 }; /* keeps Newton iterates finite; no ion is that dense */
  if (!model_is_limited(model, s))
    return *d_x = exp(fmin(a, EXPONENT_MAX));
  double e = exp(-fabs(a)), low = e / (1.0 + e);
  *d_x = low / (1.0 + e);
  return a < 0.0 ? low : 1.0 / (1.0 + e);
}

/** n_1 and p_1 of a region at T: the densities of states and the depth of the level. */
struct model_traps model_traps(const struct model *model, int region, double T) {
  const struct model_region *here = &model->regions[region];
  if (model->heat < 0)
    return (struct model_traps){.n_1 = here->n_1, .p_1 = here->p_1};
  double growth = pow(T / model->T, heat_band_power), hot = 1.0 - model->T / T;
  return (struct model_traps){
      .n_1 = here->n_1 * growth * exp(here->depth_n * hot),
      .p_1 = here->p_1 * growth * exp(here->depth_p * hot),
      .ln_n_T = (heat_band_power + here->depth_n * model->T / T) / T,
      .ln_p_T = (heat_band_power + here->depth_p * model->T / T) / T,
  };
}

/**
 * Net recombination of electrons and holes: the sum over the rows of reaction_table.
 *   excess = n p (1 - exp((phi_n - phi_p) / V_T)), free of cancellation for every statistics
 */
void model_react(const struct model *model, int region, const double *u,
                 const struct species_state *state, bool partials, struct model_reaction *out) {
  int e = model->electron, h = model->hole;
  memset(out->rate, 0, sizeof out->rate);
  out->heat = 0.0;
  if (partials)
    memset(out->d_rate, 0, sizeof out->d_rate);
  if (partials && model->heat >= 0)
    memset(out->d_heat, 0, sizeof out->d_heat);
  if (e < 0 || h < 0)
    return;
  const struct model_region *here = &model->regions[region];
  if (!here->species[e].present || !here->species[h].present)
    return;
  double n = state[e].c, p = state[h].c, cold = model_cold(model, u);
  double split = (u[1 + e] - u[1 + h]) / model->V_T * cold;
  struct model_traps traps = model_traps(model, region, model_temperature(model, u));
  double np_eq = n * p * exp(split);
  struct reaction_input input = {.n = n,
                                 .p = p,
                                 .np_eq = np_eq,
                                 .excess = -n * p * expm1(split),
                                 .n_1 = traps.n_1,
                                 .p_1 = traps.p_1,
                                 .material = here->material};
  struct reaction_value sum = {0};
  for (size_t r = 0; r < reaction_table_count; r++) {
    struct reaction_value value = reaction_table[r].value(&input);
    sum.rate += value.rate;
    sum.d_n += value.d_n;
    sum.d_p += value.d_p;
    sum.d_excess += value.d_excess;
    sum.d_n_1 += value.d_n_1;
    sum.d_p_1 += value.d_p_1;
  }
  out->rate[e] = out->rate[h] = sum.rate;
  out->both = sum.d_excess * (n * p + np_eq); /* every law is its coefficient times the excess */
  double drop = u[1 + h] - u[1 + e];
  out->heat = model->q * sum.rate * drop;
  if (!partials)
    return;
  double gap = -expm1(split);
  double by_n = (sum.d_n + sum.d_excess * p * gap) * (state[e].d_c * state[e].scale);
  double by_p = (sum.d_p + sum.d_excess * n * gap) * (state[h].d_c * state[h].scale);
  for (int j = 0; j < model->n_unknowns; j++)
    out->d_rate[e][j] = by_n * model->A[e][j] + by_p * model->A[h][j];
  out->d_rate[e][1 + e] -= sum.d_excess * np_eq / model->V_T * cold;
  out->d_rate[e][1 + h] += sum.d_excess * np_eq / model->V_T * cold;
  if (model->heat >= 0) {
    out->d_rate[e][model->heat] = (sum.d_n + sum.d_excess * p * gap) * state[e].c_T +
                                  (sum.d_p + sum.d_excess * n * gap) * state[h].c_T +
                                  sum.d_excess * np_eq * split / u[model->heat] +
                                  sum.d_n_1 * traps.n_1 * traps.ln_n_T +
                                  sum.d_p_1 * traps.p_1 * traps.ln_p_T;
    for (int j = 0; j < model->n_unknowns; j++)
      out->d_heat[j] = model->q * drop * out->d_rate[e][j];
    out->d_heat[1 + h] += model->q * sum.rate;
    out->d_heat[1 + e] -= model->q * sum.rate;
  }
  memcpy(out->d_rate[h], out->d_rate[e], sizeof out->d_rate[e]);
}

/** What equation row j of a node stands for; *species is -1 for Poisson. */
const char *model_unknown_kind(const struct model *model, int j, int *species) {
  *species = model->unknown_species[j];
  if (j == 0)
    return "Poisson";
  if (j <= model->n_species)
    return "continuity";
  if (j == model->heat)
    return "heat";
  return model_is_excess(model, j) ? "excess potential of the front" : "smoothed field";
}

/** Free what the model owns. */
void model_free(struct model *model) {
  hd_free(&model->regions);
}
