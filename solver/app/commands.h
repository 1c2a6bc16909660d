/* The commands of the program; each is one row of the table in main.c. */
#ifndef HALIDRIFT_APP_COMMANDS_H
#define HALIDRIFT_APP_COMMANDS_H

#include "solver/app/arguments.h"

enum hd_status cmd_run(const struct arguments *arguments, struct hd_error *err);
enum hd_status cmd_ensemble(const struct arguments *arguments, struct hd_error *err);
enum hd_status cmd_sweep(const struct arguments *arguments, struct hd_error *err);
enum hd_status cmd_fit(const struct arguments *arguments, struct hd_error *err);
enum hd_status cmd_check(const struct arguments *arguments, struct hd_error *err);
enum hd_status cmd_explain(const struct arguments *arguments, struct hd_error *err);
enum hd_status cmd_list(const struct arguments *arguments, struct hd_error *err);
enum hd_status cmd_reference(const struct arguments *arguments, struct hd_error *err);

#endif
