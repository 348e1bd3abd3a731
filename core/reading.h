/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* One worker of readers.c: its engine, and the files it has in flight. */
#ifndef UCP_CORE_READING_H
#define UCP_CORE_READING_H

#include "core/readers.h"
#include "core/worker.h"

#include <stdatomic.h>

/** What all workers share. */
struct ucp_reading_shared {
	struct ucp_readers_job *job;          /**< borrowed */
	const struct ucp_worker_plan *plan; /**< borrowed */
	bool must_have_ring;                /**< nothing may take its place */
	bool drops_cache;                   /**< what is read is not to stay in the page cache */
	uint32_t batch;                     /**< items taken at a time, at least 1 */
	atomic_uint next;                   /**< first item nobody has taken */
};

struct ucp_reading;

/** Prepare a worker; NULL when out of memory. @shared is borrowed. Owner: ucp_reading_free(). */
struct ucp_reading *ucp_reading_new(struct ucp_reading_shared *shared);

/** Free a worker that does not run, and whose engine is not broken; NULL is allowed. */
void ucp_reading_free(struct ucp_reading *w);

/**
 * Take items and read them until none are left.
 *
 * @ret_broken  written when an engine was had: whether it failed, with buffers in its hands
 * Returns 0, or a negative errno when there is no engine, or it failed.
 * Thread: one, and the same for a worker; several workers at the same time.
 */
int ucp_reading_run(struct ucp_reading *w, bool *ret_broken);

/** Bytes read so far. */
uint64_t ucp_reading_bytes(const struct ucp_reading *w);

#endif
