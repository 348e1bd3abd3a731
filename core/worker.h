/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A worker: one thread, one engine, its own buffers, and a share of the work.
 *
 * Everything a worker owns is touched by its own thread only, but for the task
 * queue, which others steal from, and the counts, which others read: functions
 * that take a worker run on its thread, or when no worker runs.
 */
#ifndef UCP_CORE_WORKER_H
#define UCP_CORE_WORKER_H

#include "core/barrier.h"
#include "core/copy.h"
#include "core/dir.h"
#include "core/engine/buf.h"
#include "core/engine/engine.h"
#include "core/flags.h"
#include "core/fs.h"
#include "core/job.h"
#include "core/note.h"
#include "core/roots.h"
#include "core/task.h"
#include "core/walk.h"

#include <pthread.h>

struct ucp_feed;
struct ucp_links;

/** What all workers of a run share. */
struct ucp_shared {
	const struct ucp_settings *set;  /**< borrowed */
	struct ucp_listener listener;    /**< one call at a time, under tell_lock */
	pthread_mutex_t tell_lock;
	struct ucp_dir_budget dirs;
	struct ucp_roots roots;
	struct ucp_busy_table busy;
	struct ucp_barrier barrier;
	struct ucp_seals seals;
	struct ucp_links *links;         /**< owned; NULL unless links are kept */
	struct ucp_manifest *manifest;   /**< owned; NULL unless asked for; under tell_lock */
	struct ucp_note_root note_root;  /**< under tell_lock */
	atomic_int canceled;
	bool has_proc;                   /**< /proc/self/fd is there, so that unnamed files can be linked */
	bool is_single;                  /**< one source operand: no name is met twice */
	atomic_bool has_failed;
	atomic_bool sync_failed;
	atomic_bool dir_sync_told;       /**< that a filesystem has no fsync for directories */
	atomic_bool out_of_space;
	atomic_uint_fast64_t full_left;  /**< blocks that are free there, and not to be had */
	atomic_uint_fast64_t full_dev;   /**< a device with no space left, with stop_when_full; or 0 */
	atomic_bool differs;
	atomic_bool src_changed;
	atomic_uint n_unread;            /**< directories, buffers of entries and slices of operands
	                                      that may hold entries not yet counted as found */

	pthread_mutex_t idle_lock;
	pthread_cond_t idle_cond;        /**< new tasks, or the end */
	atomic_uint n_idle;
	atomic_uint n_running;           /**< workers that have begun, and not resigned */
	atomic_uint n_threads;           /**< workers that have a thread, or will have; 1 when there is none */
	bool is_over;                    /**< under idle_lock: workers go home */
	pthread_cond_t spare_cond;       /**< spare workers are called, or the end */
	atomic_bool has_called;          /**< spare workers; written under idle_lock */
	uint32_t n_prompt;               /**< workers before the spare ones */

	atomic_uint n_direct;            /**< buffers for direct I/O that no worker has yet */
	struct ucp_worker *workers;      /**< owned array */
	uint32_t n_workers;              /**< the decoder included */
	struct ucp_feed *feed;           /**< owned: with a decoder; else NULL */
	uint32_t n_feeding;              /**< decoders that go on; under idle_lock */
	void (*group_done)(struct ucp_worker *w); /**< all operands of a group are finished */
};

/** Why the engine is what it is, for --debug. */
struct ucp_engine_story {
	enum ucp_engine_kind kind;
	int uring_err;       /**< why not io_uring, or 0 */
	bool fell_back;      /**< only this worker found that out, when it was started */
};

/** The worker. */
struct ucp_worker {
	struct ucp_shared *shared;   /**< borrowed */
	const struct ucp_settings *set; /**< borrowed: shared->set */
	uint32_t index;
	pthread_t thread;
	struct ucp_task_queue queue;
	struct ucp_dir_list dirs;    /**< opened by this worker; others may close idle ones */
	struct ucp_counts counts;
	struct ucp_engine_story story;
	struct ucp_engine *eng;      /**< owned; NULL until there is something to do */
	struct ucp_buf_pool small;   /**< for files that fit one */
	struct ucp_buf_pool large;   /**< a chunk each */
	struct ucp_buf_pool direct;  /**< for large files past the page cache: see ucp_direct_claim() */
	uint32_t max_direct;         /**< buffers it may get */
	uint32_t max_files;          /**< regular files in flight at most */
	uint32_t warmth;             /**< how many sources in a row were found in the cache */
	uint32_t n_cold;             /**< how many were not while warmth was 0, in the whole run */
	uint32_t max_dir_syncs;      /**< directories that wait for an fsync at most */
	uint32_t n_dir_syncs;        /**< directories that wait for an fsync */
	uint32_t max_chunks;         /**< chunks in flight at most */
	uint32_t depth;              /**< requests with the engine at most */
	struct ucp_walk walk;        /**< the directory being read */
	struct ucp_copier copier;    /**< regular files in flight */
	struct ucp_chunks chunks;    /**< their data in flight */
	struct ucp_held *resumed;    /**< owned: durable, and to be verified when there is a slot */
	struct ucp_fs_cache fs;
	uint64_t named_dev;          /**< a device that has no O_TMPFILE */
	uint64_t looked_dev;         /**< the last device of which it was asked whether it is btrfs */
	bool looked_btrfs;           /**< whether that is */
	uint64_t cached_only_dev[2]; /**< by enum ucp_side: one that has no uncached reads, or writes;
	                                  UINT64_MAX: none known */
	uint32_t io_workers;
	enum ucp_poll poll;          /**< of its ring */
};

/** Settings a worker is started with. */
struct ucp_worker_plan {
	struct ucp_engine_story story;
	uint32_t depth;      /**< requests in flight */
	uint32_t io_workers; /**< kernel workers a ring */
	enum ucp_poll poll;  /**< of a ring */
	uint32_t max_files;  /**< regular files in flight */
	uint32_t max_dir_syncs; /**< directories that wait for an fsync, kept open */
	size_t chunk_size;   /**< bytes */
	uint32_t n_large;    /**< chunk buffers */
	size_t small_size;   /**< bytes */
	uint32_t n_small;    /**< small buffers */
	size_t direct_size;  /**< bytes */
	uint32_t max_direct; /**< buffers for direct I/O at most */
};

/** Prepare a worker; its engine is made by its own thread. Returns 0 or -ENOMEM. */
int ucp_worker_init(struct ucp_worker *w, struct ucp_shared *shared, uint32_t index,
		    const struct ucp_worker_plan *plan);

/** Release a worker whose thread has ended. */
void ucp_worker_fini(struct ucp_worker *w);

/** Work until the run is over; the body of a worker thread. */
void ucp_worker_run(struct ucp_worker *w);

/** Queue a task here and wake somebody who has none. */
void ucp_worker_push(struct ucp_worker *w, struct ucp_task *task);

/**
 * Have the spare workers take part, from now on: the others wait for a disk.
 *
 * Thread: any. Cheap when they have been called.
 */
void ucp_worker_call_spares(struct ucp_worker *w);

/** Workers that have nothing to do, or have not begun yet; about, as others go on meanwhile. */
uint32_t ucp_worker_n_free(const struct ucp_worker *w);

/** The decoder waits for what workers give back, or goes on: see feed.c. */
void ucp_worker_feed_idle(struct ucp_worker *w, bool is_idle);

/** Wake all idle workers: the run is over, or canceled. */
void ucp_worker_wake_all(struct ucp_shared *shared);

/** Whether the run is to stop. */
bool ucp_worker_is_canceled(const struct ucp_worker *w);

/** Tell something; src and dst as in struct ucp_event. */
void ucp_worker_tell(struct ucp_worker *w, enum ucp_act act, int err, const char *src,
		     const char *dst, const char *text);

/**
 * Tell something about an entry, with its paths made up from its directory.
 *
 * @src_name, @dst_name  below dir; NULL for dir itself
 */
void ucp_worker_tell_at(struct ucp_worker *w, enum ucp_act act, int err,
			const struct ucp_dir *dir, const char *src_name, const char *dst_name,
			const char *text);

/** The same for an entry that is at hand, without text. */
void ucp_worker_tell_entry(struct ucp_worker *w, enum ucp_act act, int err,
			   const struct ucp_entry *e);

/**
 * Open what may keep us waiting, such as a FIFO; ends with the run.
 *
 * Returns a descriptor, or a negative errno, -ECANCELED when the run was canceled.
 */
int ucp_worker_open_interruptible(const struct ucp_worker *w, int dir, const char *name, int flags,
			   mode_t mode);

/** Add to one of the counts; its owner is the only writer. */
static inline void ucp_count(atomic_uint_fast64_t *count, uint64_t n)
{
	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

#endif
