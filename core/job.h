/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * One run: operands, workers, and what they share.
 *
 * The umask is part of it, and the process has only one. With keep_mode it is 0
 * from ucp_job_start() to ucp_job_end(), lest it cut modes that were given when a
 * file was made; that saves a call for each. Otherwise the kernel applies it, as
 * only the kernel knows where a default ACL takes its place.
 */
#ifndef UCP_CORE_JOB_H
#define UCP_CORE_JOB_H

#include "core/event.h"
#include "core/settings.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct ucp_job;

/** What a copy may be without, though it was to be kept. */
enum ucp_lost {
	UCP_LOST_OWNER,   /**< user or group */
	UCP_LOST_MODE,    /**< set-id bits, or all */
	UCP_LOST_ACL,     /**< one of a file's two */
	UCP_LOST_XATTR,   /**< one extended attribute, or the list of them */
	UCP_LOST_CONTEXT, /**< SELinux label */
	UCP_LOST_TIMES,   /**< or one that the filesystem cannot store */
	UCP_LOST_FLAGS,   /**< what chattr(1) sets */
	UCP_LOST_PROJECT,
	UCP_LOST_N,
};

/** What was done; each worker counts its own, job.c adds them up. */
struct ucp_counts {
	atomic_uint_fast64_t found;      /**< entries seen in the source, operands included */
	atomic_uint_fast64_t found_bytes; /**< of regular files opened, or kept by -u, so far */
	atomic_uint_fast64_t files;      /**< regular files copied */
	atomic_uint_fast64_t dirs;       /**< directories finished */
	atomic_uint_fast64_t symlinks;
	atomic_uint_fast64_t hardlinks;  /**< names that became a link to an earlier copy */
	atomic_uint_fast64_t specials;   /**< FIFOs, sockets, devices */
	atomic_uint_fast64_t skipped;    /**< left alone as asked (-n, -u, -i) */
	atomic_uint_fast64_t failed;     /**< failures told */
	atomic_uint_fast64_t bytes;      /**< of file data written */
	atomic_uint_fast64_t hole_bytes; /**< of file data that is holes in the copy */
	atomic_uint_fast64_t shared_bytes; /**< of file data cloned or copied by the kernel */
	atomic_uint_fast64_t chunks;     /**< chains of data */
	atomic_uint_fast64_t syncs;      /**< fsync and fdatasync */
	atomic_uint_fast64_t verified;   /**< files read back past the cache and found right */
	atomic_uint_fast64_t verified_cached; /**< files found right in the cache, if not on the medium */
	atomic_uint_fast64_t verified_bytes;  /**< of both */
	atomic_uint_fast64_t not_begun;  /**< files that were left out for want of space */
	atomic_uint_fast64_t again;      /**< files copied once more */
	atomic_uint_fast64_t lost[UCP_LOST_N]; /**< attributes not kept, be it a failure or not */
};

/** The end of a run. */
struct ucp_result {
	bool has_failed;     /**< something was told as a failure */
	bool sync_failed;    /**< a file or directory may not be on disk */
	bool out_of_space;   /**< ENOSPC or EDQUOT was met */
	bool differs;        /**< a copy is not what was read, or cannot be read back */
	bool src_changed;    /**< a source changed while it was copied */
	bool was_canceled;   /**< ucp_job_cancel() came first */
};

/** Sources and destination. */
struct ucp_operands {
	const char *const *sources;
	uint32_t n_sources;
	const char *target;    /**< directory to copy into, or the destination itself */
	bool target_is_dir;    /**< sources go below target under their own names */
};

/** Where a manifest is put when it is written. */
struct ucp_job_home {
	struct stat dir;  /**< the directory */
	const char *name; /**< borrowed: the name in it */
};

/** Receives the lines of the manifest when all is copied: 0, or a negative errno. */
typedef int ucp_job_line_fn(void *ctx, const char *line, size_t len);

/**
 * Create a run.
 *
 * @set       borrowed until ucp_job_free()
 * @listener  copied
 * Returns 0, or a negative errno:
 *   -ENOMEM  out of memory
 */
int ucp_job_new(const struct ucp_settings *set, const struct ucp_listener *listener,
		struct ucp_job **ret_job);

/** Free a run that has ended; NULL is allowed. */
void ucp_job_free(struct ucp_job *job);

/**
 * Begin to copy; entries that fail are told and passed over.
 *
 * A run too small to be worth threads is over when this returns. Settings' umask
 * must be the process's own.
 * @ops     borrowed until ucp_job_end()
 * Returns 0, or a negative errno when the run could not begin; see
 * ucp_job_lacks_engine().
 * Thread: once a job; listener calls come from other threads from here on.
 */
int ucp_job_start(struct ucp_job *job, const struct ucp_operands *ops);

/** Whether ucp_job_start() failed because the engine asked for cannot be had. */
bool ucp_job_lacks_engine(const struct ucp_job *job);

/**
 * Wait for the end of the run or a while.
 *
 * @timeout_ms  negative: without limit
 * Returns true when the run has ended. May return early, false, after
 * ucp_job_wake() or ucp_job_cancel().
 */
bool ucp_job_wait(struct ucp_job *job, int timeout_ms);

/** Gather the workers of a run that has begun and ended, and say how it went. */
void ucp_job_end(struct ucp_job *job, struct ucp_result *ret_result);

/** Ask the run to stop soon. Safe in a signal handler; may be called at any time. */
void ucp_job_cancel(struct ucp_job *job);

/** End a ucp_job_wait() early. Safe in a signal handler. */
void ucp_job_wake(struct ucp_job *job);

/**
 * Give out the manifest, sorted. After ucp_job_end().
 *
 * @home  what is copied to that place is not listed, as it is replaced, and in mtree form the time of
 *        the directory is not; or NULL
 * Returns 0, 1 when something of the copy could not be listed, which was told, or a negative errno.
 */
int ucp_job_manifest(struct ucp_job *job, const struct ucp_job_home *home, ucp_job_line_fn *fn,
		     void *ctx);

/** Sum of all workers' counts, a little behind while they run; any thread. */
void ucp_job_counts(const struct ucp_job *job, struct ucp_counts *ret_counts);

/** Whether all directories have been read: the counts found are final. */
bool ucp_job_is_walked(const struct ucp_job *job);

#endif
