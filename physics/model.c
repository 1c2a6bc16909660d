#include "physics/model.h"

#include <math.h>
#include <string.h>
#include "physics/flux.h"
#include "physics/reaction.h"
#include "solver/base/memory.h"

/** The linear forms of one species: a = a_0 + A u and B u. */
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
  state->v = value.activity;
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
  state->v = 0.0;
  state->d_v = 0.0;
  state->f = limited ? 1.0 - x : 1.0;
  state->d_f = limited ? -1.0 : 0.0;
}

/**
 * Densities, excess potentials and free-site fractions of all species at one node.
 * u      [n_unknowns]
 * state  out [n_species]; species that are absent from the region have c = 0
 */
void model_state(const struct model *model, int region, const double *u,
                 struct species_state *state) {
  for (int s = 0; s < model->n_species; s++) {
    const struct model_species *row = &model->regions[region].species[s];
    if (!row->present) {
      state[s] = (struct species_state){.f = 1.0};
      continue;
    }
    double v;
    state[s].a = forms(model, row->a_0, s, u, &v);
    if (model->carrier[s])
      state_carrier(model, row, s, &state[s]);
    else
      state_ion(model, s, &state[s]);
    state[s].v += v;
  }
  if (model->has_local)
    for (int s = 0; s < model->n_species; s++)
      for (int t = 0; t < model->n_species; t++)
        state[s].v -= model->local[s][t] * state[t].c / model->c_unit[t];
}

/**
 * Electrochemical potential of an ion over kT, ln(x / f) + v, as used where its flux is zero.
 * d_a  out: derivative of ln(x / f) + w by a, so that d mu / d u_j = d_a A_j + B_j
 */
double model_potential(const struct model *model, int region, int s,
                       const struct species_state *state, double *d_a) {
  (void)region;
  const struct species_state *own = &state[s];
  *d_a = own->d_c / own->c - own->d_f / own->f + own->d_v;
  return log(own->c / (model->c_unit[s] * own->f)) + own->v;
}

/** What ln(x / f) adds up to mu with: sum_j B_j u_j minus local terms. */
double model_rest(const struct model *model, int s, const double *u,
                  const struct species_state *state) {
  double w = 0.0;
  for (int j = 0; j < model->n_unknowns; j++)
    w += model->B[s][j] * u[j];
  for (int t = 0; model->has_local && t < model->n_species; t++)
    w -= model->local[s][t] * state[t].c / model->c_unit[t];
  return w;
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

/**
 * Net recombination of electrons and holes: the sum over the rows of reaction_table.
 *   excess = n p (1 - exp((phi_n - phi_p) / V_T)), free of cancellation for every statistics
 */
void model_react(const struct model *model, int region, const double *u,
                 const struct species_state *state, bool partials, struct model_reaction *out) {
  int e = model->electron, h = model->hole;
  memset(out->rate, 0, sizeof out->rate);
  if (partials)
    memset(out->d_rate, 0, sizeof out->d_rate);
  if (e < 0 || h < 0)
    return;
  const struct model_region *here = &model->regions[region];
  if (!here->species[e].present || !here->species[h].present)
    return;
  double n = state[e].c, p = state[h].c;
  double split = (u[1 + e] - u[1 + h]) / model->V_T;
  double np_eq = n * p * exp(split);
  struct reaction_input input = {.n = n,
                                 .p = p,
                                 .np_eq = np_eq,
                                 .excess = -n * p * expm1(split),
                                 .n_1 = here->n_1,
                                 .p_1 = here->p_1,
                                 .material = here->material};
  struct reaction_value sum = {0};
  for (size_t r = 0; r < reaction_table_count; r++) {
    struct reaction_value value = reaction_table[r].value(&input);
    sum.rate += value.rate;
    sum.d_n += value.d_n;
    sum.d_p += value.d_p;
    sum.d_excess += value.d_excess;
  }
  out->rate[e] = out->rate[h] = sum.rate;
  if (!partials)
    return;
  double gap = -expm1(split);
  double by_n = (sum.d_n + sum.d_excess * p * gap) * state[e].d_c;
  double by_p = (sum.d_p + sum.d_excess * n * gap) * state[h].d_c;
  for (int j = 0; j < model->n_unknowns; j++)
    out->d_rate[e][j] = by_n * model->A[e][j] + by_p * model->A[h][j];
  out->d_rate[e][1 + e] -= sum.d_excess * np_eq / model->V_T;
  out->d_rate[e][1 + h] += sum.d_excess * np_eq / model->V_T;
  memcpy(out->d_rate[h], out->d_rate[e], sizeof out->d_rate[e]);
}

/** Chain rule of one end: the flux by (c, f, v) of this end to the flux by its unknowns. */
static void flux_chain(const struct model *model, int s, const struct species_state *state,
                       double by_c, double by_f, double by_v, double *row) {
  const struct species_state *own = &state[s];
  double by_a = by_c * own->d_c + by_f * own->d_f + by_v * own->d_v;
  for (int j = 0; j < model->n_unknowns; j++)
    row[j] = by_a * model->A[s][j] + by_v * model->B[s][j];
  if (!model->has_local)
    return;
  for (int t = 0; t < model->n_species; t++) {
    double by_local = -by_v * model->local[s][t] * state[t].d_c / model->c_unit[t];
    for (int j = 0; j < model->n_unknowns; j++)
      row[j] += by_local * model->A[t][j];
  }
}

static void edge_species(const struct model *model, int s, double D, double length,
                         const double *u_k, const double *u_l, const struct species_state *state_k,
                         const struct species_state *state_l, bool partials,
                         struct model_flux *out) {
  double dv = state_l[s].v - state_k[s].v;
  double dmu = model->charge[s] * (u_l[1 + s] - u_k[1 + s]) / model->V_T;
  double c_k = state_k[s].c, c_l = state_l[s].c, f_k = state_k[s].f, f_l = state_l[s].f;
  struct flux_value flux = model->carrier[s]   ? flux_quasi_fermi(c_k, c_l, dv, dmu)
                           : model->crowded[s] ? flux_crowded(c_k, c_l, f_k, f_l, dv)
                                               : flux_scharfetter_gummel(c_k, c_l, f_k, f_l, dv);
  double scale = D, d_scale = 0.0;
  if (model->hop_length[s] > 0.0) {
    double per_volt = 0.5 * model->hop_length[s] / (length * model->V_T);
    scale *= flux_hop_acceleration(per_volt * (u_l[0] - u_k[0]), &d_scale);
    d_scale *= D * per_volt;
  }
  out->F[s] = scale * flux.F;
  out->exchange[s] = scale * (flux.d_ck * state_k[s].c - flux.d_cl * state_l[s].c);
  if (!partials)
    return;
  flux_chain(model, s, state_k, scale * flux.d_ck, scale * flux.d_fk, -scale * flux.d_dv,
             out->d_k[s]);
  flux_chain(model, s, state_l, scale * flux.d_cl, scale * flux.d_fl, scale * flux.d_dv,
             out->d_l[s]);
  out->d_k[s][0] -= d_scale * flux.F;
  out->d_l[s][0] += d_scale * flux.F;
}

/**
 * Fluxes of all species along one edge.
 * length  m;  u_k, u_l  [n_unknowns];  out  fluxes k -> l per metre of edge measure, m^-1 s^-1
 */
void model_edge(const struct model *model, int region, double length, const double *u_k,
                const double *u_l, const struct species_state *state_k,
                const struct species_state *state_l, bool partials, struct model_flux *out) {
  for (int s = 0; s < model->n_species; s++) {
    const struct model_species *row = &model->regions[region].species[s];
    if (row->present) {
      edge_species(model, s, row->D, length, u_k, u_l, state_k, state_l, partials, out);
    } else {
      out->F[s] = out->exchange[s] = 0.0;
      memset(out->d_k[s], 0, sizeof out->d_k[s]);
      memset(out->d_l[s], 0, sizeof out->d_l[s]);
    }
  }
}

/** What equation row j of a node stands for; *species is -1 for Poisson. */
const char *model_unknown_kind(const struct model *model, int j, int *species) {
  *species = -1;
  if (j == 0)
    return "Poisson";
  if (j <= model->n_species) {
    *species = j - 1;
    return "continuity";
  }
  *species = model->field_species[j - 1 - model->n_species];
  return "smoothed field";
}

/** Free what the model owns. */
void model_free(struct model *model) {
  hd_free(&model->regions);
}
