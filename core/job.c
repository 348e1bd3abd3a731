/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/job.h"

#include "core/enter.h"
#include "core/facts.h"
#include "core/feed.h"
#include "core/fs.h"
#include "core/inventory.h"
#include "core/links.h"
#include "core/note.h"
#include "core/plan.h"
#include "core/sys/attr.h"
#include "core/sys/container.h"
#include "core/sys/fd.h"
#include "core/sys/path.h"
#include "core/unpack.h"
#include "core/worker.h"
#include "hash/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum {
	JOB_SLICE = 64,             /* operands a task begins */
	JOB_NUDGE_MS = 50,          /* how often workers are shaken after a cancel */
	JOB_NUDGE_SIGNAL = SIGUSR2, /* does nothing but end a system call */
	JOB_TINY_FILES = 2,         /* a run this small needs no threads */
	JOB_TINY_BYTES = 1 << 20,
	JOB_LOOKED_AT = 16,         /* sources: others are mostly beside these */
	JOB_BLOCKS = 32 << 20,      /* bytes of decoded data that wait to be written */
	JOB_STACK = 512 * 1024,     /* bytes a thread; no deep recursion anywhere */
};

/** The run. */
struct ucp_job {
	struct ucp_shared shared;
	struct ucp_plan plan;
	const struct ucp_operands *ops; /**< borrowed */
	struct ucp_operand *operands;   /**< owned array */
	struct ucp_group *slices;       /**< owned: tasks of the group at hand */
	uint32_t next;                  /**< first operand not in a group yet */
	int target_fd;                  /**< owned: the target directory, or AT_FDCWD */
	bool target_folds;              /**< names of several operands may be one file there */
	uint32_t n_threads;             /**< running, or not yet joined */
	struct ucp_unpack unpack;       /**< with settings' unpack: what the decoder does */
	bool has_decoder;               /**< its thread runs, or is not yet joined */
	atomic_bool is_done;
	sem_t wake;
};

static void job_group_done(struct ucp_worker *w);

int ucp_job_new(const struct ucp_settings *set, const struct ucp_listener *listener,
		struct ucp_job **ret_job)
{
	struct ucp_job *job = calloc(1, sizeof(*job));
	if (job == NULL) {
		return -ENOMEM;
	}
	struct ucp_shared *shared = &job->shared;
	shared->set = set;
	shared->listener = *listener;
	shared->group_done = job_group_done;
	job->target_fd = AT_FDCWD;
	/* None of these fail with default attributes. */
	(void)pthread_mutex_init(&shared->tell_lock, NULL);
	(void)pthread_mutex_init(&shared->idle_lock, NULL);
	(void)pthread_cond_init(&shared->idle_cond, NULL);
	(void)pthread_cond_init(&shared->spare_cond, NULL);
	(void)sem_init(&job->wake, 0, 0);
	ucp_roots_init(&shared->roots);
	ucp_busy_init(&shared->busy);
	ucp_barrier_init(&shared->barrier);
	ucp_seals_init(&shared->seals);

	bool has_links = true;
	if (set->keep_links) {
		shared->links = ucp_links_new();
		has_links = shared->links != NULL;
	}
	bool has_manifest = true;
	if (set->manifest) {
		shared->manifest = ucp_manifest_new(set->digest, set->manifest_format);
		has_manifest = shared->manifest != NULL;
	}
	if (!has_links || !has_manifest) {
		ucp_job_free(job);
		return -ENOMEM;
	}
	*ret_job = job;
	return 0;
}

void ucp_job_free(struct ucp_job *job)
{
	if (job == NULL) {
		return;
	}
	struct ucp_shared *shared = &job->shared;
	/* Before the workers, whose lists the directories of these are in. */
	ucp_links_free(shared->links);
	ucp_seals_fini(&shared->seals);
	for (uint32_t i = 0; i < shared->n_workers; i++) {
		ucp_worker_fini(&shared->workers[i]);
	}
	free(shared->workers);
	for (uint32_t i = 0; job->operands != NULL && i < job->ops->n_sources; i++) {
		free(job->operands[i].owned_name);
	}
	free(job->operands);
	free(job->slices);
	if (job->target_fd >= 0) {
		ucp_fd_drop(&job->target_fd);
	}
	ucp_feed_free(shared->feed);
	ucp_manifest_free(shared->manifest);
	ucp_roots_fini(&shared->roots);
	ucp_busy_fini(&shared->busy);
	ucp_barrier_fini(&shared->barrier);
	(void)sem_destroy(&job->wake);
	(void)pthread_cond_destroy(&shared->spare_cond);
	(void)pthread_cond_destroy(&shared->idle_cond);
	(void)pthread_mutex_destroy(&shared->idle_lock);
	(void)pthread_mutex_destroy(&shared->tell_lock);
	free(job);
}

/** The name a source gets below the target directory: its last component. */
static char *job_base_name(const char *src)
{
	size_t len;
	const char *last = ucp_path_last(src, &len);
	bool is_up = len == 2 && strncmp(last, "..", 2) == 0;

	if (len == 0 || is_up) {
		return strdup("."); /* "/" and "dir/..": their contents go into the target */
	}
	return strndup(last, len);
}

/** The order of operands by destination name, then as given. */
static int job_operand_order(const void *a, const void *b)
{
	const struct ucp_operand *oa = *(struct ucp_operand *const *)a;
	const struct ucp_operand *ob = *(struct ucp_operand *const *)b;
	int order = strcmp(oa->dst_name, ob->dst_name);

	return order != 0 ? order : oa < ob ? -1 : 1;
}

/** Find operands that go to the same name: 0 or -ENOMEM. */
static int job_link_operands(struct ucp_operand *ops, uint32_t n)
{
	struct ucp_operand **by_name = calloc(n, sizeof(struct ucp_operand *));
	if (by_name == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < n; i++) {
		by_name[i] = &ops[i];
	}
	qsort(by_name, n, sizeof(struct ucp_operand *), job_operand_order);
	for (uint32_t i = 1; i < n; i++) {
		if (strcmp(by_name[i - 1]->dst_name, by_name[i]->dst_name) == 0) {
			by_name[i]->earlier = by_name[i - 1];
		}
	}
	free(by_name);
	return 0;
}

/** Prepare all operands: 0 or -ENOMEM. */
static int job_prepare_operands(struct ucp_job *job)
{
	const struct ucp_operands *ops = job->ops;
	bool wants_base_name = ops->target_is_dir && !job->shared.set->parents;

	job->operands = calloc(ops->n_sources, sizeof(*job->operands));
	job->slices = calloc(ops->n_sources / JOB_SLICE + 1, sizeof(*job->slices));
	if (job->operands == NULL || job->slices == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < ops->n_sources; i++) {
		struct ucp_operand *op = &job->operands[i];
		op->src = ops->sources[i];
		op->dst_name = ops->target_is_dir ? op->src : ops->target;
		if (wants_base_name) {
			op->dst_name = op->owned_name = job_base_name(op->src);
			if (op->owned_name == NULL) {
				return -ENOMEM;
			}
		}
	}
	return ops->n_sources > 1 ? job_link_operands(job->operands, ops->n_sources) : 0;
}

/** Whether the run is a few small files. */
static bool job_is_tiny(const struct ucp_settings *set, const struct ucp_operands *ops)
{
	/* A link that is copied as such may lead to a server that does not answer. */
	int flags = set->follow == UCP_FOLLOW_NEVER ? AT_SYMLINK_NOFOLLOW : 0;
	uint64_t bytes = 0;
	struct stat st;

	if (ops->n_sources > JOB_TINY_FILES) {
		return false;
	}
	for (uint32_t i = 0; i < ops->n_sources; i++) {
		if (ucp_fd_statat(AT_FDCWD, ops->sources[i], flags, &st) < 0 || S_ISLNK(st.st_mode)) {
			continue; /* quickly told, or made */
		}
		if (!S_ISREG(st.st_mode)) {
			return false;
		}
		bytes += (uint64_t)st.st_size;
	}
	return bytes <= JOB_TINY_BYTES;
}

/** What is known of the run before anything is opened. */
static enum ucp_plan_run job_kind(const struct ucp_settings *set, const struct ucp_operands *ops)
{
	struct stat st;

	if (!set->unpack && job_is_tiny(set, ops)) {
		return UCP_RUN_TINY;
	}
	for (uint32_t i = 0; i < ops->n_sources && i < JOB_LOOKED_AT; i++) {
		bool is_link = set->follow == UCP_FOLLOW_NEVER &&
			       ucp_fd_statat(AT_FDCWD, ops->sources[i], AT_SYMLINK_NOFOLLOW, &st) == 0 &&
			       S_ISLNK(st.st_mode);
		if (!is_link && ucp_fs_is_far_at(ops->sources[i]) > 0) {
			return UCP_RUN_FAR;
		}
	}
	int rc = ucp_fs_is_far_at(ops->target);
	if (rc < 0) { /* it will be made */
		char *dir = ucp_path_dir(ops->target);
		rc = dir != NULL ? ucp_fs_is_far_at(dir) : -ENOMEM;
		free(dir);
	}
	return rc > 0 ? UCP_RUN_FAR : UCP_RUN_NEAR;
}

/** Whether an operand's contents go right into the target, among those of other operands. */
static bool job_merges(const struct ucp_operand *op)
{
	return strcmp(op->dst_name, ".") == 0;
}

/** How many operands from job->next on may be copied at the same time. */
static uint32_t job_group_size(const struct ucp_job *job)
{
	const struct ucp_settings *set = job->shared.set;
	uint32_t n = 1;

	if ((set->parents && set->recursive) || job_merges(&job->operands[job->next])) {
		return 1; /* one may be part of another */
	}
	while (job->next + n < job->ops->n_sources && !job_merges(&job->operands[job->next + n])) {
		const struct ucp_operand *earlier = job->operands[job->next + n].earlier;
		if (earlier != NULL && earlier >= &job->operands[job->next]) {
			break; /* the later one has the last word */
		}
		n++;
	}
	return n;
}

/** Whether different names in the target directory may be one file. */
static bool job_target_folds(const struct ucp_job *job)
{
	/* O_PATH allows no ioctl(2); where it is all there is, the filesystem's type tells. */
	int fd = ucp_fd_openat(AT_FDCWD, job->ops->target, O_RDONLY | O_DIRECTORY, 0);
	bool folds = ucp_fs_folds(fd >= 0 ? fd : job->target_fd);

	ucp_fd_drop(&fd);
	return folds;
}

/** A base for the next group of operands, or NULL. */
static struct ucp_dir *job_new_base(struct ucp_job *job)
{
	const struct ucp_operands *ops = job->ops;
	int fd = AT_FDCWD;
	struct stat st;

	if (ops->target_is_dir) {
		fd = job->target_fd;
	}
	struct ucp_dir *base = ucp_dir_new_base(ops->target_is_dir ? ops->target : "", fd);
	if (base == NULL) {
		return NULL;
	}
	if (fd >= 0 && ucp_fd_stat(fd, &st) == 0) {
		base->dev[UCP_DST] = st.st_dev;
		base->ino[UCP_DST] = st.st_ino;
	}
	base->folds = job->target_folds;
	const struct ucp_settings *set = job->shared.set;
	if (set->keep_mode || set->drop_mode || set->keep_owner) {
		char *dir = fd >= 0 ? NULL : ucp_path_dir(ops->target);
		base->has_default_acl =
			dir != NULL ? getxattr(dir, UCP_ATTR_DEFAULT_ACL, NULL, 0) > 0
				    : ucp_attr_get(fd, UCP_ATTR_DEFAULT_ACL, NULL, 0) > 0;
		free(dir);
	}
	return base;
}

/** Queue the next group of operands with a worker, or end the run. */
static void job_next_group(struct ucp_job *job, struct ucp_worker *w)
{
	struct ucp_shared *shared = &job->shared;
	bool is_over = job->next == job->ops->n_sources || atomic_load(&shared->canceled) != 0;
	struct ucp_dir *base = is_over ? NULL : job_new_base(job);

	if (base == NULL) {
		if (!is_over) {
			ucp_worker_tell(w, UCP_FAIL_MEMORY, -ENOMEM,
					job->operands[job->next].src, NULL, NULL);
		}
		atomic_store(&job->is_done, true);
		pthread_mutex_lock(&shared->idle_lock);
		shared->is_over = true;
		pthread_mutex_unlock(&shared->idle_lock);
		ucp_worker_wake_all(shared);
		(void)sem_post(&job->wake); /* overflow would still wake */
		return;
	}

	uint32_t n = job_group_size(job);
	uint32_t n_slices = (n + JOB_SLICE - 1) / JOB_SLICE;
	atomic_store(&base->pending, n_slices);
	atomic_fetch_add(&shared->n_unread, n_slices);
	for (uint32_t i = 0; i < n_slices; i++) {
		uint32_t end = (i + 1) * JOB_SLICE < n ? (i + 1) * JOB_SLICE : n;
		job->slices[i] = (struct ucp_group){
			.task.kind = UCP_TASK_OPERANDS,
			.base = base,
			.operands = job->operands,
			.next = job->next + i * JOB_SLICE,
			.end = job->next + end,
		};
	}
	job->next += n;
	for (uint32_t i = n_slices; i-- > 0;) { /* the first ones are to be taken first */
		ucp_task_push(&w->queue, &job->slices[i].task);
	}
	ucp_worker_wake_all(shared);
}

/** All operands of a group are finished; runs on the worker that finished the last. */
static void job_group_done(struct ucp_worker *w)
{
	job_next_group(UCP_CONTAINER_OF(w->shared, struct ucp_job, shared), w);
}

/** Body of a worker thread. */
static void *job_thread(void *arg)
{
	ucp_worker_run(arg);
	return NULL;
}

/** A signal that only ends a system call. */
static void job_on_nudge(int sig)
{
	(void)sig;
}

/** Body of the decoder's thread. */
static void *job_decode(void *arg)
{
	ucp_unpack_run(arg);
	return NULL;
}

/** Start all worker threads: 0, or a negative errno when not even one could be had. */
static int job_start_threads(struct ucp_job *job)
{
	struct ucp_shared *shared = &job->shared;
	struct sigaction act = {.sa_handler = job_on_nudge};
	sigset_t all, before;
	pthread_attr_t attr;
	int err = 0;

	(void)sigemptyset(&act.sa_mask);
	(void)sigaction(JOB_NUDGE_SIGNAL, &act, NULL); /* without SA_RESTART, on purpose */
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, JOB_STACK);
	(void)sigfillset(&all);
	(void)sigdelset(&all, JOB_NUDGE_SIGNAL);
	/* Signals are for the thread that waits for the job. */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	uint32_t n = 0;
	uint32_t n_workers = job->plan.n_workers;
	atomic_store(&shared->n_threads, n_workers); /* to come */
	if (shared->feed != NULL) {
		err = pthread_create(&job->unpack.w->thread, &attr, job_decode, &job->unpack);
		job->has_decoder = err == 0;
	}
	while (n < n_workers && err == 0) {
		err = pthread_create(&shared->workers[n].thread, &attr, job_thread,
				     &shared->workers[n]);
		n += err == 0;
	}
	/* Those that have resigned meanwhile have been taken off. */
	atomic_fetch_sub(&shared->n_threads, n_workers - (n > 0 ? n : 1));
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	job->n_threads = n;
	return n > 0 ? 0 : -err;
}

/** Make the plan and the workers: 0, or a negative errno. */
static int job_prepare_workers(struct ucp_job *job)
{
	struct ucp_shared *shared = &job->shared;

	int err = ucp_plan_make(shared->set, job_kind(shared->set, job->ops), &job->plan);
	if (err < 0) {
		return err;
	}
	shared->dirs.limit = (int)job->plan.n_dirs;
	if (job->plan.n_held > 0) {
		ucp_barrier_begin(&shared->barrier, job->plan.n_held);
	}
	atomic_init(&shared->n_direct, job->plan.n_direct);
	shared->n_prompt = job->plan.n_prompt;
	atomic_init(&shared->n_threads, 1);
	uint32_t n_workers = job->plan.n_workers + (shared->set->unpack ? 1 : 0);
	shared->workers = calloc(n_workers, sizeof(*shared->workers));
	if (shared->workers == NULL) {
		return -ENOMEM;
	}
	while (shared->n_workers < n_workers && err == 0) {
		err = ucp_worker_init(&shared->workers[shared->n_workers], shared,
				      shared->n_workers, &job->plan.worker);
		shared->n_workers++;
	}
	return err;
}

/** Begin to unpack, once there are workers: 0, or a negative errno. */
static int job_start_unpack(struct ucp_job *job)
{
	struct ucp_shared *shared = &job->shared;
	const struct ucp_settings *set = shared->set;
	struct ucp_dir *base = job_new_base(job);
	uint64_t limit = set->mem_limit > 0 ? set->mem_limit / 4 : JOB_BLOCKS;
	uint64_t block_size = job->plan.worker.chunk_size;

	limit = limit < JOB_BLOCKS ? limit : JOB_BLOCKS;
	block_size = block_size < limit / 4 ? block_size : limit / 4;
	shared->feed = ucp_feed_new(limit, block_size, job->plan.n_workers * job->plan.worker.max_files,
				    set->manifest);
	if (base == NULL || shared->feed == NULL) {
		if (base != NULL) {
			ucp_dir_unref(base);
		}
		return -ENOMEM;
	}
	job->next = job->ops->n_sources; /* they are the decoder's */
	job->unpack = (struct ucp_unpack){
		.w = &shared->workers[shared->n_workers - 1], .ops = job->ops, .base = base};
	shared->n_feeding = 1;
	atomic_fetch_add(&shared->n_unread, 1);
	if (job_start_threads(job) == 0) {
		return 0;
	}
	if (!job->has_decoder) {
		ucp_dir_unref(base);
		return -EAGAIN; /* no thread for it, and without it there is nothing to do */
	}
	ucp_worker_run(&shared->workers[0]);
	return 0;
}

int ucp_job_start(struct ucp_job *job, const struct ucp_operands *ops)
{
	job->ops = ops;
	job->shared.is_single = ops->n_sources == 1;
	job->shared.has_proc = job->shared.set->atomic && access("/proc/self/fd", X_OK) == 0;
	if (ops->target_is_dir) {
		job->target_fd = ucp_fd_openat(AT_FDCWD, ops->target, O_PATH | O_DIRECTORY, 0);
		if (job->target_fd < 0) {
			return job->target_fd;
		}
		job->target_folds = ops->n_sources > 1 && job_target_folds(job);
	}
	int err = job->shared.set->unpack ? 0 : job_prepare_operands(job);
	if (err == 0) {
		err = job_prepare_workers(job);
	}
	if (err < 0) {
		return err;
	}
	if (job->shared.set->tell_debug) {
		ucp_facts_tell_plan(&job->shared.workers[0], &job->plan);
	}
	if (job->shared.set->keep_mode) {
		(void)umask(0); /* until ucp_job_end() */
	}
	if (job->shared.set->unpack) {
		err = job_start_unpack(job);
		if (err < 0) {
			(void)umask(job->shared.set->umask);
		}
		return err;
	}
	job_next_group(job, &job->shared.workers[0]);
	if (job->plan.is_inline || job_start_threads(job) < 0) {
		/* Small, or RLIMIT_NPROC allows no thread: this thread does the work. */
		ucp_worker_run(&job->shared.workers[0]);
	}
	return 0;
}

bool ucp_job_lacks_engine(const struct ucp_job *job)
{
	return job->plan.lacks_engine;
}

/** A moment from now, for sem_timedwait(3). */
static struct timespec job_deadline(int timeout_ms)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts); /* what sem_timedwait goes by */
	ts.tv_sec += timeout_ms / 1000;
	ts.tv_nsec += timeout_ms % 1000 * 1000000L;
	if (ts.tv_nsec >= 1000000000L) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000L;
	}
	return ts;
}

bool ucp_job_wait(struct ucp_job *job, int timeout_ms)
{
	if (atomic_load(&job->shared.canceled) != 0 && !atomic_load(&job->is_done)) {
		if (job->has_decoder) {
			(void)pthread_kill(job->unpack.w->thread, JOB_NUDGE_SIGNAL);
		}
		for (uint32_t i = 0; i < job->n_threads; i++) {
			(void)pthread_kill(job->shared.workers[i].thread, JOB_NUDGE_SIGNAL);
		}
		if (timeout_ms < 0 || timeout_ms > JOB_NUDGE_MS) {
			timeout_ms = JOB_NUDGE_MS;
		}
	}
	if (!atomic_load(&job->is_done)) {
		/* However it ends, is_done decides. */
		if (timeout_ms < 0) {
			(void)sem_wait(&job->wake);
		} else {
			struct timespec ts = job_deadline(timeout_ms);
			(void)sem_timedwait(&job->wake, &ts);
		}
	}
	return atomic_load(&job->is_done);
}

/** Sync what has waited for the end, and the directory the copies were made in, which no node
 * stands for. */
static void job_sync_target(struct ucp_job *job)
{
	char *dir = job->ops->target_is_dir ? strdup(job->ops->target)
					    : ucp_path_dir(job->ops->target);
	struct ucp_worker *w = &job->shared.workers[0];
	/* Not by its name again, which may lead elsewhere by now. */
	bool is_open = job->target_fd >= 0;
	int fd = is_open       ? job->target_fd
		 : dir != NULL ? ucp_fd_open_dir(AT_FDCWD, dir, 0)
			       : -ENOMEM;
	int err = fd < 0 ? fd : 0;
	enum ucp_act act = UCP_FAIL_SYNC;
	bool is_worth_telling = err < 0;
	struct stat st;

	ucp_barrier_finish(w, job->ops->target);
	bool is_synced = err == 0 && ucp_fd_stat(fd, &st) == 0 &&
			 ucp_barrier_has_synced(w, st.st_dev);
	if (err == 0 && !is_synced) {
		err = ucp_attr_sync_dir(fd);
		is_worth_telling = ucp_note_dir_sync(w, err, &act);
	}
	if (fd >= 0 && !is_open) {
		ucp_fd_drop(&fd);
	}
	bool is_missing = err == -ENOENT || err == -ENOTDIR;
	if (is_worth_telling && !(is_missing && atomic_load(&job->shared.has_failed))) { /* told before */
		ucp_worker_tell(w, act, err < 0 ? err : 0, NULL, dir, NULL);
	}
	free(dir);
}

/** Say when what was to be read from the medium came from the cache. */
static void job_tell_cached(struct ucp_job *job)
{
	struct ucp_counts counts;
	char text[96];

	if (job->shared.set->verify <= UCP_VERIFY_CACHE) {
		return;
	}
	ucp_job_counts(job, &counts);
	if (counts.verified_cached > 0) {
		(void)snprintf(text, sizeof(text), "%" PRIuFAST64 " of %" PRIuFAST64
			       " files were verified in the cache only", counts.verified_cached,
			       counts.verified + counts.verified_cached);
		ucp_worker_tell(&job->shared.workers[0], UCP_WARN_CACHED, 0, NULL, job->ops->target,
				text);
	}
}

/** Say once how many files were not even begun for want of space. */
static void job_tell_not_begun(struct ucp_job *job)
{
	struct ucp_counts counts;
	char text[32];

	ucp_job_counts(job, &counts);
	if (counts.not_begun > 0) {
		(void)snprintf(text, sizeof(text), "%" PRIuFAST64, counts.not_begun);
		ucp_worker_tell(&job->shared.workers[0], UCP_FAIL_FULL, -ENOSPC, NULL,
				job->ops->target, text);
	}
}

void ucp_job_end(struct ucp_job *job, struct ucp_result *ret_result)
{
	struct ucp_shared *shared = &job->shared;
	bool was_canceled = atomic_load(&shared->canceled) != 0;

	for (uint32_t i = 0; i < job->n_threads; i++) {
		(void)pthread_join(shared->workers[i].thread, NULL); /* ours, joined once */
	}
	job->n_threads = 0;
	if (job->has_decoder) {
		(void)pthread_join(job->unpack.w->thread, NULL); /* likewise */
		job->has_decoder = false;
	}
	if (!was_canceled && job->shared.n_workers > 0) {
		ucp_flags_seal(&shared->workers[0]);
	}
	(void)umask(shared->set->umask);
	if (shared->set->fsync != UCP_FSYNC_NEVER && !was_canceled) {
		job_sync_target(job);
	}
	job_tell_cached(job);
	job_tell_not_begun(job);
	for (uint32_t i = 0; shared->set->tell_debug && i < shared->n_workers; i++) {
		ucp_facts_tell_engine(&shared->workers[i]);
	}
	*ret_result = (struct ucp_result){
		.has_failed = atomic_load(&shared->has_failed),
		.sync_failed = atomic_load(&shared->sync_failed),
		.out_of_space = atomic_load(&shared->out_of_space),
		.differs = atomic_load(&shared->differs),
		.src_changed = atomic_load(&shared->src_changed),
		.was_canceled = was_canceled,
	};
}

void ucp_job_cancel(struct ucp_job *job)
{
	atomic_store(&job->shared.canceled, 1);
	(void)sem_post(&job->wake); /* async-signal-safe; overflow would still wake */
}

void ucp_job_wake(struct ucp_job *job)
{
	(void)sem_post(&job->wake);
}

/** Open the directory that a copied directory has become, if that is it: it, or a negative errno. */
static int job_open_copy(const struct ucp_job *job)
{
	const struct ucp_note_root *root = &job->shared.note_root;
	int fd = ucp_fd_openat(AT_FDCWD, job->ops->target, O_PATH | O_DIRECTORY, 0);
	struct stat st;

	if (fd >= 0 && (ucp_fd_stat(fd, &st) < 0 || st.st_dev != root->dev ||
			st.st_ino != root->ino)) {
		ucp_fd_drop(&fd);
		fd = -ESTALE;
	}
	return fd;
}

int ucp_job_manifest(struct ucp_job *job, const struct ucp_job_home *home, ucp_job_line_fn *fn,
		     void *ctx)
{
	bool has_target = job->target_fd >= 0;
	bool is_copy = !has_target && job->shared.note_root.is_known;
	char *dir = has_target || is_copy ? strdup(job->ops->target)
					  : ucp_path_dir(job->ops->target);
	if (dir == NULL) {
		return -ENOMEM;
	}
	int fd = has_target ? job->target_fd
		 : is_copy  ? job_open_copy(job)
			    : ucp_fd_openat(AT_FDCWD, dir, O_PATH | O_DIRECTORY, 0);
	const struct ucp_inventory_site site = {.root = fd, .root_path = dir, .home = home};
	/* Without a directory mtree tells each entry that was noted, by the reason why there is none. */
	int err = ucp_inventory_write(&job->shared.workers[0], &site, fn, ctx);
	if (fd >= 0 && !has_target) {
		ucp_fd_drop(&fd);
	}
	free(dir);
	return err;
}

/** Add one count of one worker. */
static void job_add(atomic_uint_fast64_t *sum, const atomic_uint_fast64_t *count)
{
	ucp_count(sum, atomic_load_explicit(count, memory_order_relaxed));
}

void ucp_job_counts(const struct ucp_job *job, struct ucp_counts *ret_counts)
{
	*ret_counts = (struct ucp_counts){0};
	for (uint32_t i = 0; i < job->shared.n_workers; i++) {
		const struct ucp_counts *c = &job->shared.workers[i].counts;
		job_add(&ret_counts->found, &c->found);
		job_add(&ret_counts->found_bytes, &c->found_bytes);
		job_add(&ret_counts->files, &c->files);
		job_add(&ret_counts->dirs, &c->dirs);
		job_add(&ret_counts->symlinks, &c->symlinks);
		job_add(&ret_counts->hardlinks, &c->hardlinks);
		job_add(&ret_counts->specials, &c->specials);
		job_add(&ret_counts->skipped, &c->skipped);
		job_add(&ret_counts->failed, &c->failed);
		job_add(&ret_counts->bytes, &c->bytes);
		job_add(&ret_counts->hole_bytes, &c->hole_bytes);
		job_add(&ret_counts->shared_bytes, &c->shared_bytes);
		job_add(&ret_counts->chunks, &c->chunks);
		job_add(&ret_counts->syncs, &c->syncs);
		job_add(&ret_counts->verified, &c->verified);
		job_add(&ret_counts->verified_cached, &c->verified_cached);
		job_add(&ret_counts->verified_bytes, &c->verified_bytes);
		job_add(&ret_counts->not_begun, &c->not_begun);
		job_add(&ret_counts->again, &c->again);
		for (int lost = 0; lost < UCP_LOST_N; lost++) {
			job_add(&ret_counts->lost[lost], &c->lost[lost]);
		}
	}
}

bool ucp_job_is_walked(const struct ucp_job *job)
{
	return atomic_load(&job->shared.n_unread) == 0;
}
