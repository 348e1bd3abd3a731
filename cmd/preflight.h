/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* --preflight: whether there is room for a copy, looked at before it begins. */
#ifndef UCP_CMD_PREFLIGHT_H
#define UCP_CMD_PREFLIGHT_H

#include "cmd/options.h"
#include "core/job.h"

/**
 * Estimate the space and the inodes that a run needs, and tell where there are fewer.
 *
 * What cannot be looked at, in the source or in the destination, is left to the copy to tell.
 * @opts  of which preflight is not UCP_PREFLIGHT_NEVER
 * @name  of the program, for messages
 * Returns UCP_STATUS_OK if the run is to go on; UCP_STATUS_SPACE, or UCP_STATUS_FAILED when the
 * working directory is lost, both told.
 * Thread: the only one, as the working directory is another meanwhile.
 */
int ucp_preflight(const struct ucp_options *opts, const struct ucp_operands *ops,
		  const char *name);

#endif
