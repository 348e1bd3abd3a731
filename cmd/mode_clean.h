/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* ucp --clean-temps DIR...: remove temporary names that a crash has left. */
#ifndef UCP_CMD_MODE_CLEAN_H
#define UCP_CMD_MODE_CLEAN_H

#include "cmd/options.h"

/** Remove what --atomic and --manifest may have left below the operands; returns the exit status. */
int ucp_mode_clean(const struct ucp_options *opts);

#endif
