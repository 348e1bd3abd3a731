/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/barrier.h"

#include "core/create.h"
#include "core/finish.h"
#include "core/fs.h"
#include "core/links.h"
#include "core/member.h"
#include "core/note.h"
#include "core/place.h"
#include "core/sys/attr.h"
#include "core/sys/container.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/temp.h"
#include "core/uncached.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * Why these numbers.
 *   - One syncfs costs about as much as the fsyncs of a few dozen small files that
 *     are all in flight; below that, each file its own is as fast, and waits for
 *     nobody else's data.
 *   - syncfs also writes what others have left dirty. An fsync costs about what
 *     64 KiB of data do, so with more than that for each file held, fsync is the
 *     quicker way.
 */
enum {
	BARRIER_MANY = 32,            /* files, or directories */
	BARRIER_FOREIGN = 64 * 1024,  /* bytes a file */
	BARRIER_TASK = 64,            /* files a task ends */
	BARRIER_LOOK = 1 << 20,       /* bytes between two looks at the free space */
	BARRIER_SHARE = 4,            /* of the free space, what may wait at most: one so-manieth */
};

/** Bytes that may wait to replace others in any case: a barrier for more is cheap by comparison. */
#define BARRIER_CROWD ((uint64_t)4 << 30)

/** Bytes of others that are no matter in any case. */
#define BARRIER_FOREIGN_FREE ((uint64_t)64 << 20)

/** A file that is complete and waits for a barrier. */
struct ucp_held {
	struct ucp_task task;         /**< when it is the first of those that a task ends */
	struct ucp_held *next;        /**< in the stack, or of the same task */
	struct ucp_io io;
	struct ucp_worker *w;         /**< borrowed: who syncs it, if it is synced by itself */
	struct ucp_entry entry;
	struct ucp_copy copy;         /**< taken over from the file that was copied */
	bool is_synced;               /**< by a syncfs: only its own errors are to be asked for */
	char names[];                 /**< storage of entry's names */
};

void ucp_barrier_init(struct ucp_barrier *barrier)
{
	*barrier = (struct ucp_barrier){0};
	(void)pthread_mutex_init(&barrier->lock, NULL); /* cannot fail with default attributes */
}

void ucp_barrier_fini(struct ucp_barrier *barrier)
{
	for (uint32_t i = 0; i < atomic_load(&barrier->n_fs); i++) {
		ucp_fd_drop(&barrier->fs[i].fd);
	}
	(void)pthread_mutex_destroy(&barrier->lock); /* nobody holds it */
}

/** Bytes that wait to be written on the whole machine; 0 where that is not to be seen. */
static uint64_t barrier_dirty(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	uint64_t sum = 0;

	if (file == NULL) {
		return 0;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *colon = strchr(line, ':');
		bool counts = strncmp(line, "Dirty:", 6) == 0 || strncmp(line, "Writeback:", 10) == 0;
		if (counts && colon != NULL) {
			sum += strtoull(colon + 1, NULL, 10) * 1024;
		}
	}
	(void)fclose(file); /* only read from */
	return sum;
}

void ucp_barrier_begin(struct ucp_barrier *barrier, uint32_t limit)
{
	barrier->limit = limit;
	barrier->foreign = barrier_dirty();
}

/** The filesystem of a device, if it has been noted, or NULL. */
static struct ucp_barrier_fs *barrier_find(struct ucp_barrier *barrier, uint64_t dev)
{
	uint32_t n = atomic_load_explicit(&barrier->n_fs, memory_order_acquire);

	for (uint32_t i = 0; i < n; i++) {
		if (barrier->fs[i].dev == dev) {
			return &barrier->fs[i];
		}
	}
	return NULL;
}

/**
 * Open something on a filesystem for syncfs(2): a descriptor, or -1.
 *
 * Not a second descriptor of a file that is written to: an fsync of that would be
 * told the file's own error, and the file's own fsync would not.
 * @dir  a directory that is probably on it, perhaps only as a path
 * @fd   a file that is, or -1
 */
static int barrier_open(uint64_t dev, int dir, int fd)
{
	char path[64];
	struct stat st;

	int own = ucp_fd_openat(dir, ".", O_RDONLY | O_DIRECTORY, 0);
	if (own >= 0 && (ucp_fd_stat(own, &st) < 0 || st.st_dev != dev)) {
		ucp_fd_drop(&own);
	}
	if (own < 0 && fd >= 0) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		own = ucp_fd_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	}
	if (own >= 0 && !ucp_fs_syncs(own)) {
		ucp_fd_drop(&own);
	}
	return own >= 0 ? own : -1;
}

/** Note a filesystem: where it is, or NULL when there are too many. @dir, @fd as barrier_open(). */
static struct ucp_barrier_fs *barrier_add(struct ucp_barrier *barrier, uint64_t dev, int dir,
					  int fd)
{
	pthread_mutex_lock(&barrier->lock);
	struct ucp_barrier_fs *fs = barrier_find(barrier, dev);
	uint32_t n = atomic_load(&barrier->n_fs);
	if (fs == NULL && n < UCP_BARRIER_FS_MAX) {
		fs = &barrier->fs[n];
		fs->dev = dev;
		/* What syncfs(2) tells is what went wrong since the descriptor was opened. */
		fs->fd = barrier_open(dev, dir, fd);
		atomic_store_explicit(&barrier->n_fs, n + 1, memory_order_release);
	}
	pthread_mutex_unlock(&barrier->lock);
	return fs;
}

/** Whether a run has anything to do with barriers. */
static bool barrier_is_wanted(const struct ucp_settings *set)
{
	return set->fsync == UCP_FSYNC_BATCH || set->fsync == UCP_FSYNC_FS;
}

/** The device that an open destination is on, or 0. */
static uint64_t barrier_dev(const struct ucp_file *file)
{
	const struct ucp_dir *dir = file->entry.dir;
	struct stat st;

	if (file->copy.is_created && dir->dev[UCP_DST] != 0 && !file->copy.temp.has_dir) {
		return dir->dev[UCP_DST];
	}
	return ucp_fd_stat(file->copy.fd, &st) == 0 ? st.st_dev : 0;
}

void ucp_barrier_note(struct ucp_worker *w, const struct ucp_file *file)
{
	struct ucp_barrier *barrier = &w->shared->barrier;

	if (!barrier_is_wanted(w->set) || !file->copy.is_regular) {
		return;
	}
	uint64_t dev = barrier_dev(file);
	struct ucp_barrier_fs *fs = barrier_find(barrier, dev);
	if (fs == NULL && dev != 0) {
		fs = barrier_add(barrier, dev, file->entry.dir->fd[UCP_DST], file->copy.fd);
	}
	if (fs != NULL && w->set->fsync == UCP_FSYNC_FS) {
		atomic_store_explicit(&fs->is_owed, true, memory_order_relaxed);
	}
}

/** With --fsync=fs: whether the end of the run will do for a file. */
static bool barrier_is_left(struct ucp_worker *w, const struct ucp_file *file)
{
	if (w->set->fsync != UCP_FSYNC_FS || file->copy.temp.is_used ||
	    w->set->verify > UCP_VERIFY_CACHE) {
		return false; /* its name must wait, or whoever reads it back */
	}
	const struct ucp_barrier_fs *fs = barrier_find(&w->shared->barrier, barrier_dev(file));
	return fs != NULL && fs->fd >= 0;
}

/** Put a file on the stack. */
static void barrier_push(struct ucp_barrier *barrier, struct ucp_held *held)
{
	held->next = atomic_load_explicit(&barrier->newest, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&barrier->newest, &held->next, held,
						      memory_order_release,
						      memory_order_relaxed)) {
	}
}

/** Take over what makes a file: the held one, or NULL when out of memory. */
static struct ucp_held *barrier_new_held(struct ucp_file *file)
{
	const struct ucp_entry *e = &file->entry;
	size_t src_len = strlen(e->src_name) + 1;
	size_t dst_len = strlen(e->dst_name) + 1;

	struct ucp_held *held = malloc(sizeof(*held) + src_len + dst_len);
	if (held == NULL) {
		return NULL;
	}
	held->task.kind = UCP_TASK_HELD;
	held->entry = *e;
	if (e->operand == NULL) { /* an operand's names outlive the run */
		held->entry.src_name = memcpy(held->names, e->src_name, src_len);
		held->entry.dst_name = memcpy(held->names + src_len, e->dst_name, dst_len);
	}
	held->copy = file->copy;
	file->copy = (struct ucp_copy){.fd = -1};
	held->is_synced = false;
	file->entry.backup = NULL;
	return held;
}

/**
 * Whether files that wait to replace others take too much space together with those.
 *
 * What they replace is given back only when they have its name.
 */
static bool barrier_is_crowded(struct ucp_barrier *barrier, const struct ucp_held *held)
{
	const struct ucp_copy *copy = &held->copy;
	struct statvfs vfs;

	if (!copy->temp.replaces) {
		return false;
	}
	uint64_t before = atomic_fetch_add(&barrier->n_bytes, copy->size);
	uint64_t n_bytes = before + copy->size;
	if (n_bytes >= BARRIER_CROWD) {
		return true;
	}
	return n_bytes / BARRIER_LOOK != before / BARRIER_LOOK && fstatvfs(copy->fd, &vfs) == 0 &&
	       n_bytes > (uint64_t)vfs.f_bavail * vfs.f_frsize / BARRIER_SHARE;
}

static bool barrier_run(struct ucp_worker *w, bool is_urgent);

enum ucp_hold ucp_barrier_hold(struct ucp_worker *w, struct ucp_file *file)
{
	struct ucp_barrier *barrier = &w->shared->barrier;

	/* Backups are made one after the other, as one may take the name of another copy; a
	 * directory behind a symlink would be one more descriptor to hold. What another copy
	 * may write to must be read back before that. */
	if (!barrier_is_wanted(w->set) || !file->copy.is_regular || file->copy.temp.has_dir ||
	    w->set->backup != UCP_BACKUP_NONE ||
	    (w->set->verify != UCP_VERIFY_NEVER && file->busy.is_claimed)) {
		return UCP_HOLD_NOT;
	}
	if (barrier_is_left(w, file)) {
		return UCP_HOLD_NEEDLESS;
	}
	uint32_t n = atomic_fetch_add(&barrier->n_held, 1) + 1;
	struct ucp_held *held = n <= barrier->limit ? barrier_new_held(file) : NULL;
	if (held == NULL) {
		atomic_fetch_sub(&barrier->n_held, 1);
		return UCP_HOLD_NOT;
	}
	bool is_crowded = barrier_is_crowded(barrier, held);
	ucp_busy_release(w, file);
	ucp_dir_unpin(held->entry.dir);
	uint32_t n_waiting = atomic_fetch_add(&barrier->n_waiting, 1) + 1;
	barrier_push(barrier, held); /* by now anybody may end it */
	if (n_waiting >= barrier->limit / 2 || is_crowded) {
		(void)barrier_run(w, is_crowded);
	}
	return UCP_HOLD_DONE;
}

/** How a held file ends. */
enum barrier_end {
	BARRIER_END_COPIED,
	BARRIER_END_KEPT,    /* what is there counts as the copy */
	BARRIER_END_SKIPPED, /* what is there stays */
	BARRIER_END_FAILED,  /* told, or the run was canceled before it had its name */
};

/** Give a held file its name, if it has none yet. Its directory is pinned. */
static enum barrier_end barrier_publish(struct ucp_worker *w, struct ucp_held *held)
{
	struct ucp_copy *copy = &held->copy;

	if (!copy->temp.is_used) {
		return BARRIER_END_COPIED;
	}
	enum ucp_publish publish = ucp_temp_publish(w, &copy->temp, &held->entry, copy->fd);
	copy->is_created = publish == UCP_PUBLISH_DONE;
	switch (publish) {
	case UCP_PUBLISH_DONE:
	case UCP_PUBLISH_OVER:
		return BARRIER_END_COPIED;
	case UCP_PUBLISH_KEPT:
		return BARRIER_END_KEPT;
	case UCP_PUBLISH_SKIPPED:
		return BARRIER_END_SKIPPED;
	default:
		return BARRIER_END_FAILED;
	}
}

/** Remove a held file that is not to be; its directory is pinned. */
static void barrier_undo(struct ucp_worker *w, struct ucp_held *held, int fd)
{
	if (held->copy.temp.is_used) {
		ucp_temp_drop(w, &held->copy.temp, &held->entry);
	} else if (held->copy.is_created) {
		ucp_create_undo(w, &held->entry, fd);
	}
}

/** Name and close a held file whose directory is pinned; err is of its sync, told. */
static enum barrier_end barrier_close(struct ucp_worker *w, struct ucp_held *held, int err)
{
	enum barrier_end end = BARRIER_END_FAILED;

	if (err == 0) {
		end = barrier_publish(w, held);
	} else {
		barrier_undo(w, held, held->copy.fd);
	}
	ucp_uncached_end_held(w, held->copy.fd);
	int close_err = ucp_fd_close(held->copy.fd);
	if (close_err < 0 && end == BARRIER_END_COPIED) {
		ucp_worker_tell_entry(w, UCP_FAIL_CLOSE, close_err, &held->entry);
		barrier_undo(w, held, -1);
		end = BARRIER_END_FAILED;
	}
	return end;
}

/** The entry of a held file is over; err is of its sync, told, or -ECANCELED before that. */
static void barrier_end(struct ucp_worker *w, struct ucp_held *held, int err)
{
	struct ucp_entry *e = &held->entry;
	enum barrier_end end = BARRIER_END_FAILED;

	if (err == -ECANCELED && !held->copy.temp.is_used) {
		err = 0; /* complete, if not on disk: the run says that it was cut short */
	}
	int pin_err = ucp_dir_pin(w, e->dir);
	if (pin_err == 0) {
		end = barrier_close(w, held, err);
		ucp_place_settle(w, e, end == BARRIER_END_COPIED);
	} else {
		ucp_worker_tell_entry(w, UCP_FAIL_STAT_DST, pin_err, e);
		/* Its directory is not to be had: a name would stay. */
		ucp_temp_drop(w, &held->copy.temp, e);
		(void)ucp_fd_close(held->copy.fd); /* one message is enough */
	}
	if (end == BARRIER_END_COPIED) {
		ucp_note_copy(w, e, &held->copy);
		ucp_count(&w->counts.files, 1);
	}
	if (held->copy.group != NULL) {
		bool is_made = end == BARRIER_END_COPIED || end == BARRIER_END_KEPT;
		ucp_links_settle(w, held->copy.group, is_made, &held->copy.value);
	}
	if (e->member != NULL) {
		ucp_member_over(w, e->member, end == BARRIER_END_COPIED ? &held->copy.value : NULL);
	}
	atomic_fetch_sub(&w->shared->barrier.n_held, 1);
	if (pin_err == 0) {
		ucp_finish_entry(w, e->dir);
	} else {
		ucp_finish_unpinned(w, e->dir);
	}
	free(held);
}

/** A held file has been synced; err, told, or -ECANCELED: it is over, unless it is to be verified. */
static void barrier_synced(struct ucp_worker *w, struct ucp_held *held, int err)
{
	if (err < 0 || w->set->verify == UCP_VERIFY_NEVER) {
		barrier_end(w, held, err);
		return;
	}
	held->next = w->resumed;
	w->resumed = held;
}

bool ucp_barrier_take_up(struct ucp_worker *w)
{
	struct ucp_held *held = w->resumed;

	if (held == NULL) {
		return false;
	}
	w->resumed = held->next;
	if (ucp_worker_is_canceled(w)) {
		barrier_end(w, held, -ECANCELED);
		return true;
	}
	int err = ucp_dir_pin(w, held->entry.dir);
	if (err < 0) {
		ucp_worker_tell_entry(w, UCP_FAIL_READ_BACK, err, &held->entry);
		barrier_end(w, held, err);
		return true;
	}
	atomic_fetch_sub(&w->shared->barrier.n_held, 1);
	ucp_copy_resume(w, &held->entry, &held->copy);
	free(held);
	return true;
}

/** The fsync of one file is done. */
static void barrier_on_sync(struct ucp_io *io)
{
	struct ucp_held *held = UCP_CONTAINER_OF(io, struct ucp_held, io);
	struct ucp_worker *w = held->w;
	int err = (int)io->res;

	if (err < 0 && !(err == -ECANCELED && ucp_worker_is_canceled(w))) {
		ucp_worker_tell_entry(w, UCP_FAIL_SYNC, err, &held->entry);
	} else {
		ucp_count(&w->counts.syncs, err == 0);
	}
	barrier_synced(w, held, err);
}

/** Sync a file by itself. */
static void barrier_sync_one(struct ucp_worker *w, struct ucp_held *held)
{
	held->w = w;
	held->io = (struct ucp_io){
		.op = UCP_IO_CHAIN,
		.steps = UCP_STEP_SYNC,
		.done = barrier_on_sync,
		.fd = -1,
		.out_fd = held->copy.fd,
		.slot = -1,
	};
	ucp_engine_push(w->eng, &held->io);
}

void ucp_barrier_resume(struct ucp_worker *w, struct ucp_task *task)
{
	struct ucp_held *held = UCP_CONTAINER_OF(task, struct ucp_held, task);

	while (held != NULL) {
		struct ucp_held *next = held->next;
		if (ucp_worker_is_canceled(w)) {
			barrier_end(w, held, -ECANCELED);
		} else if (!held->is_synced) {
			barrier_sync_one(w, held);
		} else {
			/* All is written; this only asks what became of this file's share. */
			int err = UCP_RETRY(sync_file_range(held->copy.fd, 0, 0,
							    SYNC_FILE_RANGE_WAIT_BEFORE)) == 0
					  ? 0
					  : -errno;
			if (err < 0) {
				ucp_worker_tell_entry(w, UCP_FAIL_SYNC, err, &held->entry);
			}
			barrier_synced(w, held, err);
		}
		held = next;
	}
}

/** Sync one filesystem: 0, or a negative errno. */
static int barrier_syncfs(struct ucp_worker *w, const struct ucp_barrier_fs *fs)
{
	int err = UCP_RETRY(syncfs(fs->fd)) == 0 ? 0 : -errno;

	/* Before Linux 5.17 syncfs(2) kept silent about a journal that had been aborted. */
	if (err == 0 && UCP_RETRY(fsync(fs->fd)) != 0) {
		err = -errno;
	}
	/* On what an abort has made read-only there is nothing to be synced, which is no error. */
	struct statvfs vfs;
	if (err == 0 && fstatvfs(fs->fd, &vfs) == 0 && (vfs.f_flag & ST_RDONLY) != 0) {
		err = -EROFS;
	}
	ucp_count(&w->counts.syncs, err == 0);
	return err;
}

/** Sync all filesystems at once: whether that worked, and files need only be asked. */
static bool barrier_sync_all(struct ucp_worker *w, uint32_t n)
{
	struct ucp_barrier *barrier = &w->shared->barrier;
	uint32_t n_fs = atomic_load_explicit(&barrier->n_fs, memory_order_acquire);

	if (n < BARRIER_MANY || n_fs == UCP_BARRIER_FS_MAX ||
	    barrier->foreign > BARRIER_FOREIGN_FREE + (uint64_t)n * BARRIER_FOREIGN) {
		return false;
	}
	for (uint32_t i = 0; i < n_fs; i++) {
		if (barrier->fs[i].fd < 0 || atomic_load(&barrier->fs[i].err) != 0) {
			return false;
		}
	}
	bool is_synced = true;
	for (uint32_t i = 0; i < n_fs; i++) {
		int err = barrier_syncfs(w, &barrier->fs[i]);
		if (err < 0) {
			atomic_store(&barrier->fs[i].err, err);
			is_synced = false;
		}
	}
	if (is_synced) {
		atomic_store(&barrier->is_many, true);
	}
	return is_synced;
}

/** Take all that is held, in the order in which it came; *ret_n of them. */
static struct ucp_held *barrier_take(struct ucp_barrier *barrier, uint32_t *ret_n)
{
	struct ucp_held *held = atomic_exchange_explicit(&barrier->newest, NULL,
							 memory_order_acquire);
	struct ucp_held *first = NULL;

	*ret_n = 0;
	while (held != NULL) {
		struct ucp_held *older = held->next;
		held->next = first;
		first = held;
		held = older;
		++*ret_n;
	}
	atomic_fetch_sub(&barrier->n_waiting, *ret_n);
	atomic_store(&barrier->n_bytes, 0); /* about: what comes meanwhile is counted with the next */
	return first;
}

/** See ucp_barrier_run(); with is_urgent what is held is ended here and now, as far as can be. */
static bool barrier_run(struct ucp_worker *w, bool is_urgent)
{
	struct ucp_barrier *barrier = &w->shared->barrier;
	uint32_t n;

	if (atomic_load_explicit(&barrier->newest, memory_order_relaxed) == NULL ||
	    atomic_exchange(&barrier->is_running, true)) {
		return false;
	}
	struct ucp_held *held = barrier_take(barrier, &n);
	bool is_synced = !ucp_worker_is_canceled(w) && barrier_sync_all(w, n);
	/* With plain calls a worker waits for one fsync at a time: give each its share. */
	uint32_t n_task = is_synced ? BARRIER_TASK : n / w->shared->n_workers + 1;
	n_task = n_task < BARRIER_TASK ? n_task : BARRIER_TASK;
	while (held != NULL) {
		struct ucp_held *first = held;
		struct ucp_held *last = NULL;
		for (uint32_t i = 0; i < n_task && held != NULL; i++) {
			held->is_synced = is_synced;
			last = held;
			held = held->next;
		}
		last->next = NULL;
		if (is_urgent) {
			ucp_barrier_resume(w, &first->task);
		} else {
			ucp_worker_push(w, &first->task);
		}
	}
	atomic_store(&barrier->is_running, false);
	return true;
}

bool ucp_barrier_run(struct ucp_worker *w)
{
	return barrier_run(w, false);
}

bool ucp_barrier_covers_dir(struct ucp_worker *w, const struct ucp_dir *dir)
{
	struct ucp_barrier *barrier = &w->shared->barrier;
	int fd = dir->fd[UCP_DST];
	uint64_t dev = dir->dev[UCP_DST];

	if (!barrier_is_wanted(w->set)) {
		return false;
	}
	struct ucp_barrier_fs *fs = barrier_find(barrier, dev);
	if (fs == NULL) {
		fs = barrier_add(barrier, dev, fd, -1);
	}
	if (fs == NULL || fs->fd < 0 || atomic_load(&fs->err) != 0) {
		return false;
	}
	if (w->set->fsync != UCP_FSYNC_FS && !atomic_load(&barrier->is_many) &&
	    atomic_fetch_add(&barrier->n_dirs, 1) < BARRIER_MANY) {
		return false;
	}
	atomic_store_explicit(&fs->is_owed, true, memory_order_relaxed);
	return true;
}

bool ucp_barrier_has_synced(struct ucp_worker *w, uint64_t dev)
{
	const struct ucp_barrier_fs *fs = barrier_find(&w->shared->barrier, dev);

	return fs != NULL && fs->fd >= 0 && atomic_load(&fs->is_owed);
}

void ucp_barrier_finish(struct ucp_worker *w, const char *path)
{
	struct ucp_barrier *barrier = &w->shared->barrier;

	for (uint32_t i = 0; i < atomic_load(&barrier->n_fs); i++) {
		const struct ucp_barrier_fs *fs = &barrier->fs[i];
		if (fs->fd < 0 || !atomic_load(&fs->is_owed)) {
			continue;
		}
		int err = atomic_load(&fs->err);
		err = err == 0 ? barrier_syncfs(w, fs) : err;
		if (err < 0) {
			ucp_worker_tell(w, UCP_FAIL_SYNC_FS, err, NULL, path, NULL);
		}
	}
}
