/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The life of a worker:
 *
 *     while not over:
 *         begin files while there are slots: from the directory at hand, from
 *             its own newest task, or from another worker's oldest; but tasks that
 *             sleepers have been woken for are theirs
 *         hand everything queued to the kernel, wait for one completion
 *         pop what is finished; each request's callback takes its file on
 *         nothing in flight and nothing to begin: sleep until somebody pushes
 *
 * Spare workers begin when they are called, which is when opening sources is found to
 * wait for a disk. One that gets no ring then resigns.
 *
 * Sleepers look through all queues once more under idle_lock after they have
 * been counted, and pushers count sleepers after they have pushed, so a task is
 * either seen by the last look or its pusher sees the sleeper.
 */
#include "core/worker.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int ucp_worker_init(struct ucp_worker *w, struct ucp_shared *shared, uint32_t index,
		    const struct ucp_worker_plan *plan)
{
	w->shared = shared;
	w->set = shared->set;
	w->index = index;
	w->story = plan->story;
	w->depth = plan->depth;
	w->io_workers = plan->io_workers;
	w->poll = plan->poll;
	w->max_files = plan->max_files;
	w->max_dir_syncs = plan->max_dir_syncs;
	w->max_chunks = plan->n_small + plan->n_large + plan->max_direct;
	w->max_direct = plan->max_direct;
	w->cached_only_dev[UCP_SRC] = w->cached_only_dev[UCP_DST] = UINT64_MAX;
	ucp_task_init(&w->queue);
	ucp_dir_list_init(&w->dirs);
	ucp_buf_init(&w->small, plan->small_size, plan->n_small);
	ucp_buf_init(&w->large, plan->chunk_size, plan->n_large);
	ucp_buf_init(&w->direct, plan->direct_size, 0);
	if (ucp_walk_init(&w->walk) < 0 || ucp_copy_init(w) < 0 || ucp_chunk_init(w) < 0) {
		return -ENOMEM;
	}
	return 0;
}

void ucp_worker_fini(struct ucp_worker *w)
{
	/* Whatever happened on the way, every buffer came back. */
	assert(w->small.base == NULL || w->small.n_free == w->small.count);
	assert(w->large.base == NULL || w->large.n_free == w->large.count);
	assert(w->direct.base == NULL || w->direct.n_free == w->direct.count);
	ucp_engine_free(w->eng);
	w->eng = NULL;
	ucp_copy_fini(w);
	ucp_chunk_fini(w);
	ucp_walk_fini(&w->walk);
	ucp_buf_fini(&w->small);
	ucp_buf_fini(&w->large);
	ucp_buf_fini(&w->direct);
	ucp_task_fini(&w->queue);
}

bool ucp_worker_is_canceled(const struct ucp_worker *w)
{
	return atomic_load_explicit(&w->shared->canceled, memory_order_relaxed) != 0;
}

int ucp_worker_open_interruptible(const struct ucp_worker *w, int dir, const char *name, int flags,
			   mode_t mode)
{
	/* Not UCP_RETRY: the signal that ends the wait is the point. */
	while (!ucp_worker_is_canceled(w)) {
		int fd = openat(dir, name, flags | O_CLOEXEC, mode);
		if (fd >= 0 || errno != EINTR) {
			return fd >= 0 ? fd : -errno;
		}
	}
	return -ECANCELED;
}

void ucp_worker_push(struct ucp_worker *w, struct ucp_task *task)
{
	struct ucp_shared *shared = w->shared;

	ucp_task_push(&w->queue, task);
	if (atomic_load(&shared->n_idle) > 0) {
		pthread_mutex_lock(&shared->idle_lock);
		pthread_cond_signal(&shared->idle_cond);
		pthread_mutex_unlock(&shared->idle_lock);
	}
}

void ucp_worker_call_spares(struct ucp_worker *w)
{
	struct ucp_shared *shared = w->shared;

	if (atomic_load_explicit(&shared->has_called, memory_order_relaxed) ||
	    shared->n_prompt == shared->n_workers) {
		return;
	}
	pthread_mutex_lock(&shared->idle_lock);
	bool is_first = !atomic_load_explicit(&shared->has_called, memory_order_relaxed);
	atomic_store_explicit(&shared->has_called, true, memory_order_relaxed);
	pthread_cond_broadcast(&shared->spare_cond);
	pthread_mutex_unlock(&shared->idle_lock);
	if (is_first && w->set->tell_debug) {
		ucp_worker_tell(w, UCP_DID_NOTE, 0, NULL, NULL,
				"spare workers called, as sources are not in the page cache");
	}
}

uint32_t ucp_worker_n_free(const struct ucp_worker *w)
{
	const struct ucp_shared *shared = w->shared;
	uint32_t n_threads = atomic_load(&shared->n_threads);
	bool is_all = atomic_load(&shared->has_called) || n_threads < shared->n_prompt;
	uint32_t n_called = is_all ? n_threads : shared->n_prompt;
	uint32_t n_idle = atomic_load(&shared->n_idle);
	uint32_t n_busy = atomic_load(&shared->n_running) - n_idle;

	return n_called > n_busy ? n_called - n_busy : 0;
}

void ucp_worker_feed_idle(struct ucp_worker *w, bool is_idle)
{
	struct ucp_shared *shared = w->shared;

	pthread_mutex_lock(&shared->idle_lock);
	shared->n_feeding += is_idle ? -1U : 1U;
	if (is_idle) {
		pthread_cond_broadcast(&shared->idle_cond); /* the last to sleep may sync what is held */
	}
	pthread_mutex_unlock(&shared->idle_lock);
}

void ucp_worker_wake_all(struct ucp_shared *shared)
{
	pthread_mutex_lock(&shared->idle_lock);
	pthread_cond_broadcast(&shared->idle_cond);
	pthread_cond_broadcast(&shared->spare_cond);
	pthread_mutex_unlock(&shared->idle_lock);
}

/** Note a failure for the result of the run. */
static void worker_note_failure(struct ucp_worker *w, enum ucp_act act, int err)
{
	struct ucp_shared *shared = w->shared;

	ucp_count(&w->counts.failed, 1);
	atomic_store(&shared->has_failed, true);
	bool is_refused = err == -EPERM || err == -EACCES || err == -EEXIST || err == -ENOSPC ||
			  err == -EDQUOT; /* a rename that has not begun */
	bool is_lost = (act == UCP_FAIL_CLOSE || (act == UCP_FAIL_RENAME && !is_refused)) &&
		       w->set->fsync != UCP_FSYNC_NEVER;
	if (act == UCP_FAIL_SYNC || act == UCP_FAIL_SYNC_FS || is_lost) {
		atomic_store(&shared->sync_failed, true);
	}
	if (err == -ENOSPC || err == -EDQUOT) {
		atomic_store(&shared->out_of_space, true);
	}
	if (act == UCP_FAIL_DIFFERS || act == UCP_FAIL_UNSTEADY || act == UCP_FAIL_READ_BACK ||
	    act == UCP_FAIL_READ_AGAIN) {
		atomic_store(&shared->differs, true);
	}
	if (act == UCP_FAIL_CHANGED) {
		atomic_store(&shared->src_changed, true);
	}
}

void ucp_worker_tell(struct ucp_worker *w, enum ucp_act act, int err, const char *src,
		     const char *dst, const char *text)
{
	struct ucp_shared *shared = w->shared;
	const struct ucp_event event = {.act = act, .err = err, .src = src, .dst = dst,
					.text = text};

	if (act >= UCP_ACT_FAIL) {
		worker_note_failure(w, act, err);
	}
	pthread_mutex_lock(&shared->tell_lock);
	shared->listener.tell(shared->listener.ctx, &event);
	pthread_mutex_unlock(&shared->tell_lock);
}

void ucp_worker_tell_at(struct ucp_worker *w, enum ucp_act act, int err,
			const struct ucp_dir *dir, const char *src_name, const char *dst_name,
			const char *text)
{
	if (act == UCP_DID_REMOVE && !w->set->tell_copied) {
		return;
	}
	if (act == UCP_DID_SKIP && !w->set->tell_debug) {
		return;
	}
	char *src = ucp_dir_path(dir, UCP_SRC, src_name);
	char *dst = ucp_dir_path(dir, UCP_DST, dst_name);
	ucp_worker_tell(w, act, err, src, dst, text);
	free(src);
	free(dst);
}

void ucp_worker_tell_entry(struct ucp_worker *w, enum ucp_act act, int err,
			   const struct ucp_entry *e)
{
	ucp_worker_tell_at(w, act, err, e->dir, e->src_name, e->dst_name, NULL);
}

/** A task of one's own, or else somebody else's; NULL when there is none anywhere. */
static struct ucp_task *worker_take(struct ucp_worker *w)
{
	struct ucp_shared *shared = w->shared;
	struct ucp_task *task = ucp_task_pop(&w->queue);

	for (uint32_t i = 1; task == NULL && i < shared->n_workers; i++) {
		task = ucp_task_steal(&shared->workers[(w->index + i) % shared->n_workers].queue);
	}
	return task;
}

/** Nobody has anything to do: sync what is held. idle_lock is held, but not meanwhile. */
static bool worker_run_barrier(struct ucp_worker *w)
{
	struct ucp_shared *shared = w->shared;

	atomic_fetch_sub(&shared->n_idle, 1);
	pthread_mutex_unlock(&shared->idle_lock);
	bool has_work = ucp_barrier_run(w);
	pthread_mutex_lock(&shared->idle_lock);
	atomic_fetch_add(&shared->n_idle, 1);
	return has_work;
}

/** Sleep until there is a task: the task, or NULL when the run is over. */
static struct ucp_task *worker_sleep(struct ucp_worker *w)
{
	struct ucp_shared *shared = w->shared;
	struct ucp_task *task = NULL;
	bool has_looked = false; /* for what is held; the lock was open meanwhile */

	pthread_mutex_lock(&shared->idle_lock);
	atomic_fetch_add(&shared->n_idle, 1);
	while (!shared->is_over) {
		task = worker_take(w);
		if (task != NULL) {
			break;
		}
		if (!has_looked && shared->n_feeding == 0 &&
		    atomic_load(&shared->n_idle) == atomic_load(&shared->n_running)) {
			/* Another may have held a file meanwhile, and found that not all were idle. */
			has_looked = !worker_run_barrier(w) &&
				     atomic_load(&shared->barrier.newest) == NULL;
			continue; /* there are tasks now, or the decoder has ended the run */
		}
		pthread_cond_wait(&shared->idle_cond, &shared->idle_lock);
		has_looked = false;
	}
	atomic_fetch_sub(&shared->n_idle, 1);
	pthread_mutex_unlock(&shared->idle_lock);
	return task;
}

/**
 * Whether what is queued is left to others.
 *
 * As many others as there are tasks have been woken for them, or will look for some when they
 * begin: with files in flight there is no need to be quicker than those.
 */
static bool worker_leaves(const struct ucp_worker *w)
{
	const struct ucp_shared *shared = w->shared;
	uint32_t n_free = w->copier.n_files > 0 ? ucp_worker_n_free(w) : 0;
	uint32_t n = 0;

	for (uint32_t i = 0; n <= n_free && i < shared->n_workers && n_free > 0; i++) {
		n += atomic_load_explicit(&shared->workers[i].queue.n, memory_order_relaxed);
	}
	return n > 0 && n <= n_free;
}

/** Begin entries until file slots or work run out. */
static void worker_fill(struct ucp_worker *w)
{
	while (ucp_copy_has_room(w)) {
		if (ucp_barrier_take_up(w)) {
			continue;
		}
		if (ucp_walk_is_active(&w->walk)) {
			ucp_walk_step(w);
			continue;
		}
		struct ucp_task *task = worker_leaves(w) ? NULL : worker_take(w);
		if (task == NULL) {
			return;
		}
		ucp_walk_start(w, task);
	}
}

/**
 * The engine is unusable: what is in flight may never come back, and the kernel
 * may still write to our buffers. The listener ends the process.
 */
static void worker_give_up(struct ucp_worker *w, int err)
{
	ucp_worker_tell(w, UCP_FAIL_ENGINE, err, NULL, NULL, NULL);
	for (;;) {
		(void)pause(); /* see event.h: not reached with a listener that keeps its word */
	}
}

/** Hand a cancel on to the engine, once. */
static void worker_look(struct ucp_worker *w, bool *is_canceling)
{
	if (!*is_canceling && ucp_worker_is_canceled(w)) {
		*is_canceling = true;
		ucp_engine_cancel(w->eng);
	}
}

/** Let the engine work, and take files on whose requests are finished. */
static void worker_reap(struct ucp_worker *w, bool *is_canceling)
{
	worker_look(w, is_canceling);
	int err = ucp_engine_kick(w->eng, true);
	if (err < 0) {
		worker_give_up(w, err);
	}
	for (struct ucp_io *io = ucp_engine_pop(w->eng); io != NULL; io = ucp_engine_pop(w->eng)) {
		io->done(io);
		worker_look(w, is_canceling); /* with plain calls a pop is a whole request */
	}
}

/** Make the engine, falling back to plain calls: 0, or a negative errno. */
static int worker_ready(struct ucp_worker *w)
{
	struct ucp_engine_conf conf = {
		.kind = w->story.kind,
		.depth = w->depth,
		.io_workers = w->io_workers,
		.poll = w->poll,
	};
	int ring_err = 0;

	int err = ucp_engine_start(&conf, w->set->engine == UCP_CHOOSE_URING, &w->eng, &ring_err);
	if (ring_err < 0) {
		w->story.fell_back = true;
		w->story.uring_err = ring_err;
		w->story.kind = conf.kind;
	}
	return err;
}

/** A spare worker has no engine: leave the task, and all others, to those who have. */
static void worker_resign(struct ucp_worker *w, struct ucp_task *task)
{
	ucp_task_push(&w->queue, task);
	atomic_fetch_sub(&w->shared->n_threads, 1);
	atomic_fetch_sub(&w->shared->n_running, 1);
	ucp_worker_wake_all(w->shared);
}

/** As a spare worker, sleep until the call. */
static void worker_await_call(struct ucp_worker *w)
{
	struct ucp_shared *shared = w->shared;

	pthread_mutex_lock(&shared->idle_lock);
	while (!shared->is_over &&
	       !atomic_load_explicit(&shared->has_called, memory_order_relaxed)) {
		pthread_cond_wait(&shared->spare_cond, &shared->idle_lock);
	}
	pthread_mutex_unlock(&shared->idle_lock);
}

void ucp_worker_run(struct ucp_worker *w)
{
	bool is_canceling = false;

	if (w->index >= w->shared->n_prompt) {
		worker_await_call(w);
	}
	atomic_fetch_add(&w->shared->n_running, 1);
	for (;;) {
		struct ucp_task *task = worker_sleep(w);
		if (task == NULL) {
			return;
		}
		/* Not before: a small run may leave nothing to some of its workers. */
		int err = w->eng == NULL ? worker_ready(w) : 0;
		if (err < 0 && w->index >= w->shared->n_prompt) {
			worker_resign(w, task);
			return;
		}
		if (err < 0) {
			worker_give_up(w, err);
		}
		ucp_walk_start(w, task);
		worker_fill(w);
		while (ucp_engine_busy(w->eng) > 0) {
			worker_reap(w, &is_canceling);
			worker_fill(w);
		}
	}
}
