/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * --fsync=batch and --fsync=fs: many files made durable by one barrier.
 *
 *     copied --> held: open, in no final state --+
 *                                                | half of the descriptors are
 *                                                | held, or nobody has work left
 *                                                v
 *        many: syncfs(2), then each file is asked for errors of its own
 *         few, or syncfs cannot be relied on here: fsync(2) of each, all at once
 *                                                |
 *                                                v
 *            with --verify read back (copy.h); ended: counted, linked to, closed
 *
 * Directories come after what is in them: by one more syncfs at the end of the
 * run where that was used, else by an fsync each (finish.c).
 *
 * When a syncfs fails, every file held is fsynced and has its own say. A sync
 * that failed is never tried again for the same file: the kernel tells an error
 * once, and a second call would succeed.
 */
#ifndef UCP_CORE_BARRIER_H
#define UCP_CORE_BARRIER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ucp_dir;
struct ucp_file;
struct ucp_held;
struct ucp_task;
struct ucp_worker;

enum { UCP_BARRIER_FS_MAX = 32 };

/** A filesystem that was written to. */
struct ucp_barrier_fs {
	uint64_t dev;        /**< st_dev, of which one filesystem may have many */
	int fd;              /**< owned: opened before anything was written there, for this alone,
	                          as errors are told once for each open file; -1 without syncfs */
	atomic_int err;      /**< what a barrier was told, and nobody else will be; or 0 */
	atomic_bool is_owed; /**< something waits for a syncfs at the end of the run */
};

/** What the workers of a run share; all of it is idle without --fsync=batch and fs. */
struct ucp_barrier {
	_Atomic(struct ucp_held *) newest; /**< complete, not synced; a stack */
	atomic_uint n_waiting;       /**< how many those are, or a moment later will be */
	atomic_uint n_held;          /**< open: in the stack, or not ended yet */
	uint32_t limit;              /**< of n_held; half of it on the stack calls for a barrier */
	atomic_uint_fast64_t n_bytes; /**< of those that wait and will replace another file */
	uint64_t foreign;            /**< bytes of others that were dirty when the run began */
	atomic_bool is_running;      /**< somebody waits for the medium */
	atomic_bool is_many;         /**< syncfs has been used: directories rely on it too */
	atomic_uint n_dirs;          /**< directories fsynced one by one */
	pthread_mutex_t lock;        /**< for additions to fs */
	struct ucp_barrier_fs fs[UCP_BARRIER_FS_MAX];
	atomic_uint n_fs;
};

/** Prepare; nothing is held. */
void ucp_barrier_init(struct ucp_barrier *barrier);

/** Take note of how many files may be held, and of what others have written so far. */
void ucp_barrier_begin(struct ucp_barrier *barrier, uint32_t limit);

/** Release; nothing is held any more. */
void ucp_barrier_fini(struct ucp_barrier *barrier);

/** A destination is open and not yet written to: remember its filesystem, if need be. */
void ucp_barrier_note(struct ucp_worker *w, const struct ucp_file *file);

/** What becomes of a file that is complete. */
enum ucp_hold {
	UCP_HOLD_DONE,     /**< held: its entry, copy and claim are not the file's any more, and its
	                        directory is not pinned for it */
	UCP_HOLD_NEEDLESS, /**< the end of the run will do */
	UCP_HOLD_NOT,      /**< to be synced by itself, if at all */
};

/** Hold a file whose data and attributes are in place, if its kind and the limits allow. */
enum ucp_hold ucp_barrier_hold(struct ucp_worker *w, struct ucp_file *file);

/**
 * Sync what is held, if anything is; then push tasks that end it.
 *
 * For a worker that has nothing else to do, when nobody has. Returns whether
 * there is something to do now.
 */
bool ucp_barrier_run(struct ucp_worker *w);

/** End files that a barrier has been for; or begin to sync them one by one. */
void ucp_barrier_resume(struct ucp_worker *w, struct ucp_task *task);

/**
 * Go on with one file that is durable and waits to be verified: false when there is none.
 *
 * ucp_copy_has_room() holds.
 */
bool ucp_barrier_take_up(struct ucp_worker *w);

/** Whether a directory that is about to be finished needs no fsync of its own. */
bool ucp_barrier_covers_dir(struct ucp_worker *w, const struct ucp_dir *dir);

/** Whether a device has been synced as a whole at the end of the run. */
bool ucp_barrier_has_synced(struct ucp_worker *w, uint64_t dev);

/**
 * The end of the run: sync the filesystems that are owed it.
 *
 * @path  destination, for messages
 * Failures are told.
 */
void ucp_barrier_finish(struct ucp_worker *w, const char *path);

#endif
