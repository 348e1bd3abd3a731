/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Exit statuses; ucp.1 lists the same, and tests/lib/check-man compares. */
#ifndef UCP_CMD_STATUS_H
#define UCP_CMD_STATUS_H

/** What the process ends with. */
enum ucp_status {
	UCP_STATUS_OK = 0,
	UCP_STATUS_FAILED = 1,  /**< something was not copied, or an attribute was lost */
	UCP_STATUS_USAGE = 2,   /**< called as cp: 1 */
	UCP_STATUS_VERIFY = 4, /**< a copy is not what was read, or cannot be read back */
	UCP_STATUS_CHANGED = 5, /**< a source changed while it was copied */
	UCP_STATUS_SPACE = 6,   /**< out of space or quota */
	UCP_STATUS_SYNC = 7,    /**< fsync failed */
	UCP_STATUS_DIFFERS = 8, /**< --check or --compare found differences */
	UCP_STATUS_ENGINE = 69, /**< the engine demanded is not available, or an engine failed */
	UCP_STATUS_SIGNAL = 128, /**< plus the signal's number */
};

#endif
