/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Dividing what the machine grants among workers: descriptors, memory, CPUs. */
#ifndef UCP_CORE_PLAN_H
#define UCP_CORE_PLAN_H

#include "core/settings.h"
#include "core/worker.h"

/** What is known of a run beforehand. */
enum ucp_plan_run {
	UCP_RUN_NEAR, /**< on filesystems of this machine */
	UCP_RUN_FAR,  /**< a server may be asked for each file, as by ucp_fs_is_far() */
	UCP_RUN_TINY, /**< a few small files: threads and rings would cost more than they bring */
};

/** The plan of a run. */
struct ucp_plan {
	struct ucp_worker_plan worker;
	uint32_t n_workers;
	uint32_t n_prompt;   /**< those of them that begin at once; see ucp_worker_call_spares() */
	uint32_t n_dirs;     /**< directories that may have open descriptors */
	uint32_t n_direct;   /**< buffers for direct I/O, of all workers together */
	uint32_t n_held;     /**< complete files that may wait for a barrier, open */
	uint32_t n_fds;      /**< descriptors the process may have open */
	bool is_far;         /**< workers were added to those for CPUs, as they will wait for servers */
	bool is_inline;      /**< one worker, on the calling thread */
	bool lacks_engine;   /**< there is no plan: the engine demanded cannot be had */
};

/**
 * Make a plan.
 *
 * Returns 0, or a negative errno when the engine asked for cannot be had; then
 * only lacks_engine is written.
 */
int ucp_plan_make(const struct ucp_settings *set, enum ucp_plan_run run,
		  struct ucp_plan *ret_plan);

#endif
