/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Workers for a job, as many as the plan has; what they do is in reading.c. */
#include "core/readers.h"

#include "core/fs.h"
#include "core/plan.h"
#include "core/reading.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum {
	CHECK_BATCH = 16,  /* items a worker takes at a time at most */
	CHECK_SHARES = 16, /* turns a worker has at least, where there are items enough */
};

/** A worker and its thread. */
struct readers_worker {
	struct ucp_reading *reading; /**< owned */
	pthread_t thread;
	int err;                     /**< what ended it, or 0 */
	bool is_broken;
};

/** The body of a worker thread. */
static void *readers_thread(void *arg)
{
	struct readers_worker *w = arg;

	w->err = ucp_reading_run(w->reading, &w->is_broken);
	return NULL;
}

/** Let all workers work, the first of them on this thread. */
static void readers_work(struct readers_worker *workers, uint32_t n_workers)
{
	uint32_t n_threads = 1;

	/* Without a thread more the others do its share. */
	while (n_threads < n_workers && pthread_create(&workers[n_threads].thread, NULL,
						       readers_thread, &workers[n_threads]) == 0) {
		n_threads++;
	}
	(void)readers_thread(&workers[0]);
	for (uint32_t i = 1; i < n_threads; i++) {
		(void)pthread_join(workers[i].thread, NULL); /* it is ours, and joined once */
	}
}

/** How many workers are of use. */
static uint32_t readers_n_workers(const struct ucp_plan *plan, uint32_t n_items)
{
	uint32_t most = n_items > 0 ? n_items : 1;

	return plan->n_prompt < most ? plan->n_prompt : most;
}

/** How many items a worker takes at a time. */
static uint32_t readers_batch(uint32_t n_items, uint32_t n_workers)
{
	uint32_t share = n_items / n_workers / CHECK_SHARES;

	return share < 1 ? 1 : share > CHECK_BATCH ? CHECK_BATCH : share;
}

/** What is known of the work beforehand. */
static enum ucp_plan_run readers_kind(const struct ucp_readers_job *job)
{
	if (job->n_items == 0) {
		return UCP_RUN_TINY;
	}
	for (int i = 0; i < job->n_sides; i++) {
		if (ucp_fs_is_far(job->roots[i])) {
			return UCP_RUN_FAR;
		}
	}
	return UCP_RUN_NEAR;
}

int ucp_readers_run(const struct ucp_settings *set, struct ucp_readers_job *job,
		  struct ucp_readers_result *ret_result)
{
	struct ucp_plan plan = {0};

	*ret_result = (struct ucp_readers_result){0};
	int err = ucp_plan_make(set, readers_kind(job), &plan);
	if (err < 0) {
		ret_result->lacks_engine = plan.lacks_engine;
		return err;
	}
	uint32_t n_workers = readers_n_workers(&plan, job->n_items);
	struct ucp_reading_shared shared = {.job = job, .plan = &plan.worker,
					    .must_have_ring = set->engine == UCP_CHOOSE_URING,
					    .drops_cache = set->drop_cache,
					    .batch = readers_batch(job->n_items, n_workers)};
	struct readers_worker *workers = calloc(n_workers, sizeof(*workers));
	err = workers != NULL ? 0 : -ENOMEM;
	for (uint32_t i = 0; err == 0 && i < n_workers; i++) {
		workers[i].reading = ucp_reading_new(&shared);
		err = workers[i].reading != NULL ? 0 : -ENOMEM;
	}
	if (err == 0) {
		readers_work(workers, n_workers);
	}
	for (uint32_t i = 0; workers != NULL && i < n_workers; i++) {
		err = err == 0 ? workers[i].err : err;
		ret_result->is_broken = ret_result->is_broken || workers[i].is_broken;
		if (workers[i].reading != NULL && !workers[i].is_broken) {
			ret_result->bytes += ucp_reading_bytes(workers[i].reading);
			ucp_reading_free(workers[i].reading);
		}
	}
	free(workers);
	return err;
}
