/* Checkpoints: the state of a run in DIR/checkpoint, to go on from after an interruption.
 *
 * Every checkpoint NNNNNN.nc is whole: written beside, synced, renamed; the one before stays. It
 * says how long the tables were, and names a copy of fields.nc of that moment, because HDF5 files
 * can be torn by a kill. A run that writes a checkpoint takes itself down and builds itself up
 * again from it, as a resumed one does: both go on from the same numbers. */
#ifndef HALIDRIFT_SOLVER_CHECKPOINT_H
#define HALIDRIFT_SOLVER_CHECKPOINT_H

#include <stdbool.h>
#include "solver/spec.h"
#include "solver/store.h"

struct checkpoint {
  const struct checkpoint_spec *spec; /* borrowed */
  const char *dir, *hash;             /* borrowed */
  struct store *from; /* owned: state that the run goes on from, NULL: from its beginning */
  struct store *next; /* owned: state that waits for being written, NULL: none */
  int number;         /* of the last one on the disk; 0: none */
  char fields[2][32]; /* copies of fields.nc that the last one and the one before name; "": none */
  double records;     /* in the copy of the last one */
  bool exact;         /* the present experiment goes on as if there had been none */
  bool loose; /* another one was taken by the clock or at Ctrl-C, where a whole run has none */
  double taken_at, takes; /* s: when the last one was written, and how long that took */
};

void checkpoint_init(struct checkpoint *checkpoint, const struct checkpoint_spec *spec,
                     const char *dir, const char *hash);
void checkpoint_free(struct checkpoint *checkpoint);

/** Is a checkpoint due behind time step (or point) number `step`, which went from t_before to t?
 * stopped: the user wants to stop. */
bool checkpoint_due(struct checkpoint *checkpoint, long step, double t_before, double t,
                    bool stopped);

/** Is one due by the clock? */
bool checkpoint_due_by_clock(const struct checkpoint *checkpoint);

/** Is there something to go on from in a run folder? Errors: HD_USAGE with the reason why not. */
enum hd_status checkpoint_check(const char *dir, struct hd_error *err);
/** Read the newest whole checkpoint into `from`. `note` out: which ones could not be read. Errors:
 * HD_USAGE: another input or version; HD_IO */
enum hd_status checkpoint_read(struct checkpoint *checkpoint, struct hd_error *note,
                               struct hd_error *err);
/** Tables of small signals, in the order of their types of experiment, and the names that their
 * lengths have in a checkpoint. */
enum { CHECKPOINT_SPECTRA = 2 };
extern const char *const checkpoint_spectra[CHECKPOINT_SPECTRA][2];

/** Bring terminals.csv, spikes.csv, log.txt and fields.nc back to where they were. */
enum hd_status checkpoint_rewind(const struct checkpoint *checkpoint, struct hd_error *err);
/** Write `next`; then it is what the run goes on from. All files of the run are closed or flushed.
 */
enum hd_status checkpoint_write(struct checkpoint *checkpoint, struct hd_error *err);

#endif
