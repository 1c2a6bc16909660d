/* The accepted time points that a protocol looks at. */
#include "solver/base/memory.h"
#include "solver/protocol.h"

enum hd_status protocol_record(struct protocol_trace *trace, double t, double drive, double I,
                               struct hd_error *err) {
  if (trace->n == trace->room) {
    size_t room = trace->room ? 2 * trace->room : 256;
    TRY(hd_resize(&trace->t, room, sizeof *trace->t, err));
    TRY(hd_resize(&trace->drive, room, sizeof *trace->drive, err));
    TRY(hd_resize(&trace->I, room, sizeof *trace->I, err));
    trace->room = room;
  }
  trace->t[trace->n] = t;
  trace->drive[trace->n] = drive;
  trace->I[trace->n++] = I;
  return HD_OK;
}

enum hd_status protocol_save(const struct protocol_trace *trace, struct store *store,
                             struct hd_error *err) {
  TRY(store_put(store, "protocol_t", trace->n, trace->t, err));
  TRY(store_put(store, "protocol_drive", trace->n, trace->drive, err));
  return store_put(store, "protocol_I", trace->n, trace->I, err);
}

enum hd_status protocol_restore(struct protocol_trace *trace, const struct store *store,
                                struct hd_error *err) {
  size_t n = store_count(store, "protocol_t");
  TRY(hd_resize(&trace->t, n, sizeof *trace->t, err));
  TRY(hd_resize(&trace->drive, n, sizeof *trace->drive, err));
  TRY(hd_resize(&trace->I, n, sizeof *trace->I, err));
  trace->n = trace->room = n;
  TRY(store_get(store, "protocol_t", n, trace->t, err));
  TRY(store_get(store, "protocol_drive", n, trace->drive, err));
  return store_get(store, "protocol_I", n, trace->I, err);
}

void protocol_trace_free(struct protocol_trace *trace) {
  hd_free(&trace->t);
  hd_free(&trace->drive);
  hd_free(&trace->I);
}
