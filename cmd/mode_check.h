/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* ucp --check=MANIFEST [DIR]: a tree against a manifest. */
#ifndef UCP_CMD_MODE_CHECK_H
#define UCP_CMD_MODE_CHECK_H

#include "cmd/options.h"

/** Check as the options say; returns the exit status. */
int ucp_mode_check(const struct ucp_options *opts);

#endif
