/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* ucp --compare SRC DST: two trees, or two other things, with each other. */
#ifndef UCP_CMD_MODE_COMPARE_H
#define UCP_CMD_MODE_COMPARE_H

#include "cmd/options.h"

/** Compare as the options say; returns the exit status. */
int ucp_mode_compare(const struct ucp_options *opts);

#endif
