/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* The plain mode: ucp SOURCE... DEST. */
#ifndef UCP_CMD_MODE_COPY_H
#define UCP_CMD_MODE_COPY_H

#include "cmd/options.h"
#include "cmd/status.h"

/** Copy as the options say; returns the exit status, which may be 128 + a signal. */
int ucp_mode_copy(const struct ucp_options *opts);

#endif
