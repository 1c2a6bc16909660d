/* Inside of the protocols: the rows of protocol_table are courses (protocol.c) and what is found at
 * their ends (protocol_find.c). */
#ifndef HALIDRIFT_SOLVER_PROTOCOL_PARTS_H
#define HALIDRIFT_SOLVER_PROTOCOL_PARTS_H

#include "solver/protocol.h"

/** The value of this member of a series. */
double protocol_member(const struct protocol_spec *protocol);

void protocol_find_hysteresis(const struct protocol_spec *protocol,
                              const struct protocol_trace *trace, json_t *found);
void protocol_find_transient(const struct protocol_spec *protocol,
                             const struct protocol_trace *trace, json_t *found);
void protocol_find_pair(const struct protocol_spec *protocol, const struct protocol_trace *trace,
                        json_t *found);
void protocol_find_train(const struct protocol_spec *protocol, const struct protocol_trace *trace,
                         json_t *found);
void protocol_find_retention(const struct protocol_spec *protocol,
                             const struct protocol_trace *trace, json_t *found);
void protocol_find_endurance(const struct protocol_spec *protocol,
                             const struct protocol_trace *trace, json_t *found);
void protocol_find_activation(const struct protocol_spec *protocol,
                              const struct protocol_trace *trace, json_t *found);

extern const struct protocol_value protocol_hysteresis_values[], protocol_transient_values[],
    protocol_pair_values[], protocol_train_values[], protocol_retention_values[],
    protocol_endurance_values[], protocol_activation_values[];

#endif
