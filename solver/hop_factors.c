/* Which factors a step between hops begins with: those of a step as long, while they do. */
#include "solver/base/memory.h"
#include "solver/hop_fields.h"

/** Share of steps in which old factors do not do, above which a step begins with new ones (which
 * cost as much as 2.5 iterations with old ones). How fast the share is learnt, and forgotten while
 * none are tried. */
static const double DOUBT_MAX = 0.3, DOUBT_LEARNT = 0.1, DOUBT_FORGOTTEN = 0.03;
/** Factors of a step so much longer or shorter are not used. */
static const double STEP_RATIO = 2.5;
/** The same where the circuit stores charge: a voltage that moves less than the tolerance in a step
 * is taken as the factors have it, and they have C / step. */
static const double STEP_RATIO_STORED = 1.0 + 1e-6;

/** Room for sets of factors: the answers keep one, and Newton has one, or where circuits store
 * charge one for each of the last steps' lengths. */
enum hd_status hop_factors_create(struct hop_fields *fields, bool respond, struct hd_error *err) {
  int spares = !respond ? 0 : fields->stores ? SYSTEM_SPARES : 1;
  fields->n_sets = 1 + spares;
  fields->factors = fields->sets;
  fields->sets[0].linear = fields->plan->linear;
  for (int i = 0; i < fields->n_sets; i++) {
    if (i > 0)
      TRY(system_spare(fields->system, SYSTEM_TRANSIENT, true, i - 1, &fields->sets[i].linear,
                       err));
    TRY(hd_alloc(&fields->sets[i].row_scale, (size_t)fields->n + 1, sizeof(double), err));
  }
  return HD_OK;
}

/** Free; the factors themselves are the system's. */
void hop_factors_free(struct hop_fields *fields) {
  for (int i = 0; i < fields->n_sets; i++)
    hd_free(&fields->sets[i].row_scale);
}

/** Factors of a step so long, the last that were used; NULL: there are none. */
static struct hop_factors *of_step(struct hop_fields *fields, double step) {
  double ratio = fields->stores ? STEP_RATIO_STORED : STEP_RATIO;
  struct hop_factors *found = NULL;
  for (int i = 0; i < fields->n_sets; i++) {
    struct hop_factors *one = &fields->sets[i];
    if (one->step > step / ratio && one->step < step * ratio && (!found || one->used > found->used))
      found = one;
  }
  return found;
}

/** The same, or NULL where old factors often did not do. */
struct hop_factors *hop_factors_to_try(struct hop_fields *fields, double step) {
  return fields->doubt > DOUBT_MAX ? NULL : of_step(fields, step);
}

/** Factors to be made anew: of a step so long, or those that were not used for longest; those of
 * the answers stay. */
struct hop_factors *hop_factors_to_renew(struct hop_fields *fields, double step) {
  struct hop_factors *old = of_step(fields, step);
  if (old && old != fields->answers.factors)
    return old;
  old = NULL;
  for (int i = 0; i < fields->n_sets; i++) {
    struct hop_factors *one = &fields->sets[i];
    if (one != fields->answers.factors && (!old || one->used < old->used))
      old = one;
  }
  return old;
}

/** How well old factors do: tried in this step, and renewed within it. */
void hop_factors_judge(struct hop_fields *fields, bool tried, bool renewed) {
  if (tried)
    fields->doubt += DOUBT_LEARNT * ((renewed ? 1.0 : 0.0) - fields->doubt);
  else
    fields->doubt -= DOUBT_FORGOTTEN * fields->doubt;
}

/** Factors that a step failed with: no other step begins with them, and they answer no more. */
void hop_factors_forget(struct hop_fields *fields) {
  if (fields->answers.factors == fields->factors)
    fields->answers.factors = NULL;
  fields->factors->step = 0.0;
}
