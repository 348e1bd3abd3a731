/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The terminal status line. It only reads counts, so the I/O path never waits
 * for it; drawing is the main thread's, clearing also that of who reports.
 */
#ifndef UCP_CMD_PROGRESS_H
#define UCP_CMD_PROGRESS_H

#include "core/job.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/** The line and what it remembers. */
struct ucp_progress {
	pthread_mutex_t lock;   /**< held by whoever writes to the terminal */
	bool is_wanted;         /**< draw at all */
	bool is_terminal;       /**< lines are drawn over each other */
	bool is_shown;          /**< a line is on the screen */
	double started;         /**< seconds on the monotonic clock */
	double fraction;        /**< what the bar showed last; never decreases */
	double rate;            /**< bytes a second, smoothed */
	double last_time;       /**< of the last drawing */
	uint64_t last_bytes;
};

/** Begin; wanted says whether there is a line at all. */
void ucp_progress_init(struct ucp_progress *pr, bool wanted);

/** Exclude other writers. */
void ucp_progress_lock(struct ucp_progress *pr);

/** Let other writers go on. */
void ucp_progress_unlock(struct ucp_progress *pr);

/** Take the line off the screen; locked by the caller. */
void ucp_progress_clear(struct ucp_progress *pr);

/** Draw the line anew from a job's counts. */
void ucp_progress_draw(struct ucp_progress *pr, const struct ucp_job *job);

/** Print the state as a line of its own to standard error, for SIGUSR1. */
void ucp_progress_print(struct ucp_progress *pr, const struct ucp_job *job, const char *name);

/** Seconds since the beginning. */
double ucp_progress_elapsed(const struct ucp_progress *pr);

#endif
