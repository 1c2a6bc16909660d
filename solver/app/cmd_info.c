/* Commands that look things up in the tables: explain, list, reference. */
#include <stdio.h>
#include "solver/app/commands.h"
#include "solver/config/config.h"

/** halidrift explain KEY. */
enum hd_status cmd_explain(const struct arguments *arguments, struct hd_error *err) {
  return config_explain(stdout, arguments->operand, err);
}

/** halidrift list WHAT. */
enum hd_status cmd_list(const struct arguments *arguments, struct hd_error *err) {
  return config_list(stdout, arguments->operand, err);
}

/** halidrift reference: the body of docs/reference.md. */
enum hd_status cmd_reference(const struct arguments *arguments, struct hd_error *err) {
  (void)arguments;
  return config_reference(stdout, err);
}
