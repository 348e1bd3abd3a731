/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * --retries: a file is copied once more, into the inode that it was copied to.
 *
 * The source is opened by its name once more, as what has the name by now is what
 * is to be copied; the copy loses its data, and the permissions that the new state
 * of the source does not give. Then copy.c goes on as with a new file.
 */
#ifndef UCP_CORE_AGAIN_H
#define UCP_CORE_AGAIN_H

#include <stdbool.h>

struct ucp_file;

/** What follows from a look at a source (change.h) or a copy (verify.h). */
enum ucp_verdict {
	UCP_VERDICT_RIGHT,
	UCP_VERDICT_AGAIN, /**< to be copied again; told, and counted by ucp_again_may() */
	UCP_VERDICT_WRONG, /**< the file has failed; told */
};

/** Whether a file may be copied again; that it will be is noted. */
bool ucp_again_may(struct ucp_file *file);

/**
 * Make ready what ucp_again_may() has allowed; nothing of the file is in flight.
 *
 * Waits for the holder of a lease on the source, as long as the run is not canceled.
 * Returns 0: source and destination are open and what is known of them is that of
 * the new state, the destination is empty; or a negative errno, which is told and
 * is the file's failure:
 *   -ELOOP      something else has the source's name
 *   -EEXIST     the source's name leads to the copy
 *   -ECANCELED  the run was canceled
 *   others      from open(2), fstat(2), ftruncate(2)
 * Owner:  the descriptors stay the file's, also on failure.
 * Thread: the file's worker.
 */
int ucp_again_ready(struct ucp_file *file);

#endif
