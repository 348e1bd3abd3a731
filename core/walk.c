/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/walk.h"

#include "core/barrier.h"
#include "core/busy.h"
#include "core/copy.h"
#include "core/enter.h"
#include "core/finish.h"
#include "core/links.h"
#include "core/member.h"
#include "core/parked.h"
#include "core/place.h"
#include "core/special.h"
#include "core/sys/container.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	WALK_ROOM = 32 * 1024, /* bytes of entries read at a time: about a thousand names */
	WALK_SHARE = 16,       /* entries that are worth a task */
	WALK_SAMPLE = 32,      /* one file of so many is opened although a look might do: costs 3 % */
	WALK_ENTRY_MAX = 1024, /* bytes one entry needs at most: 19 + UCP_NAME_ROOM, rounded up */
};

/** Entries of a directory for another worker; holds one pending of it, and no pin. */
struct walk_slice {
	struct ucp_task task;
	struct ucp_dir *dir; /**< borrowed: see pending */
	size_t len;          /**< bytes */
	uint8_t entries[];   /**< as from getdents64 */
};

int ucp_walk_init(struct ucp_walk *walk)
{
	walk->room = WALK_ROOM;
	walk->entries = malloc(walk->room);
	return walk->entries != NULL ? 0 : -ENOMEM;
}

void ucp_walk_fini(struct ucp_walk *walk)
{
	free(walk->entries);
}

bool ucp_walk_is_active(const struct ucp_walk *walk)
{
	return walk->dir != NULL || walk->batch != NULL;
}

/** A directory is read to its end, or will not be read on: its reading is over. */
static void walk_read_all(struct ucp_worker *w, struct ucp_dir *dir)
{
	dir->is_read = true;
	atomic_fetch_sub(&w->shared->n_unread, 1);
	ucp_finish_unpinned(w, dir);
}

/**
 * Fill the buffer with entries of a pinned directory.
 *
 * Returns 1 when there may be more, 0 at the end, or a negative errno.
 */
static int walk_fill(struct ucp_walk *walk, struct ucp_dir *dir)
{
	walk->len = walk->at = 0;
	while (walk->room - walk->len >= WALK_ENTRY_MAX) {
		ssize_t n = UCP_RETRY(getdents64(dir->fd[UCP_SRC], walk->entries + walk->len,
						 walk->room - walk->len));
		if (n < 0 && (errno != EINVAL || walk->len == 0)) {
			return -errno;
		}
		if (n < 0) {
			break; /* no room for the next name after all */
		}
		if (n == 0) {
			return 0;
		}
		walk->len += (size_t)n;
	}
	for (size_t at = 0; at < walk->len;) {
		const struct dirent64 *ent = (const void *)(walk->entries + at);
		dir->pos = ent->d_off;
		at += ent->d_reclen;
	}
	return 1;
}

/** The order of two directory entries by name. */
static int walk_name_order(const void *a, const void *b)
{
	const struct dirent64 *const *ea = a;
	const struct dirent64 *const *eb = b;

	return strcmp((*ea)->d_name, (*eb)->d_name);
}

/** Put the entries in the buffer in the order of their names: 0 or -ENOMEM. */
static int walk_sort(struct ucp_walk *walk)
{
	size_t n = 0;

	for (size_t at = 0; at < walk->len; n++) {
		at += ((const struct dirent64 *)(const void *)(walk->entries + at))->d_reclen;
	}
	const struct dirent64 **list = calloc(n + 1, sizeof(*list));
	uint8_t *sorted = malloc(walk->room);
	if (list == NULL || sorted == NULL) {
		free(list);
		free(sorted);
		return -ENOMEM;
	}
	n = 0;
	for (size_t at = 0; at < walk->len; n++) {
		list[n] = (const void *)(walk->entries + at);
		at += list[n]->d_reclen;
	}
	qsort(list, n, sizeof(*list), walk_name_order);
	size_t to = 0;
	for (size_t i = 0; i < n; i++) {
		memcpy(sorted + to, list[i], list[i]->d_reclen);
		to += list[i]->d_reclen;
	}
	free(list);
	free(walk->entries);
	walk->entries = sorted;
	return 0;
}

/** As walk_fill(), but with the whole directory, sorted: 0 or a negative errno. */
static int walk_fill_sorted(struct ucp_walk *walk, struct ucp_dir *dir)
{
	walk->len = walk->at = 0;
	for (;;) {
		ssize_t n = UCP_RETRY(getdents64(dir->fd[UCP_SRC], walk->entries + walk->len,
						 walk->room - walk->len));
		if (n < 0) {
			return -errno;
		}
		if (n == 0) {
			return walk_sort(walk);
		}
		walk->len += (size_t)n;
		if (walk->room - walk->len < WALK_ENTRY_MAX) {
			uint8_t *entries = realloc(walk->entries, walk->room * 2);
			if (entries == NULL) {
				return -ENOMEM;
			}
			walk->entries = entries;
			walk->room *= 2;
		}
	}
}

/** Bytes that the next n entries in the buffer take. */
static size_t walk_span(const struct ucp_walk *walk, uint32_t n)
{
	size_t at = walk->at;

	while (n > 0 && at < walk->len) {
		at += ((const struct dirent64 *)(const void *)(walk->entries + at))->d_reclen;
		n--;
	}
	return at - walk->at;
}

/**
 * Give parts of the entries in the buffer to workers that have nothing to do.
 *
 * One directory may be all there is to copy, and where each file waits for a server or a
 * disk, a thousand of them are much work for one.
 */
static void walk_share(struct ucp_worker *w, struct ucp_dir *dir)
{
	struct ucp_walk *walk = &w->walk;
	uint32_t n_free = ucp_worker_n_free(w);
	uint32_t n = 0;

	for (size_t at = 0; n_free > 0 && at < walk->len; n++) {
		at += ((const struct dirent64 *)(const void *)(walk->entries + at))->d_reclen;
	}
	uint32_t n_parts = n / WALK_SHARE < n_free + 1 ? n / WALK_SHARE : n_free + 1;
	for (uint32_t i = 1; i < n_parts; i++) {
		size_t len = walk_span(walk, n / n_parts);
		struct walk_slice *slice = malloc(sizeof(*slice) + len);
		if (slice == NULL) {
			return; /* what is left is this worker's, as ever */
		}
		slice->task.kind = UCP_TASK_SLICE;
		slice->dir = dir;
		slice->len = len;
		memcpy(slice->entries, walk->entries + walk->at, len);
		walk->at += len;
		atomic_fetch_add(&dir->pending, 1);
		atomic_fetch_add(&w->shared->n_unread, 1);
		ucp_worker_push(w, &slice->task);
	}
}

/** Take over entries that another worker has read. */
static void walk_slice(struct ucp_worker *w, struct walk_slice *slice)
{
	struct ucp_walk *walk = &w->walk;
	struct ucp_dir *dir = slice->dir;

	int err = ucp_dir_pin(w, dir);
	if (err == 0 && dir->fd[UCP_SRC] < 0) { /* which to finish it is not needed */
		err = dir->src_err < 0 ? dir->src_err : -ESTALE;
		ucp_dir_unpin(dir);
	}
	if (err < 0) {
		ucp_worker_tell_at(w, UCP_FAIL_ACCESS, err, dir, NULL, NULL, NULL);
		atomic_fetch_sub(&w->shared->n_unread, 1);
		ucp_finish_unpinned(w, dir);
	} else {
		memcpy(walk->entries, slice->entries, slice->len);
		walk->len = slice->len;
		walk->at = 0;
		walk->dir = dir;
	}
	free(slice);
}

/** Read the next part of a directory. */
static void walk_dir(struct ucp_worker *w, struct ucp_dir *dir)
{
	struct ucp_walk *walk = &w->walk;
	bool is_new = !dir->is_open;

	/* After ucp_enter() or the pin the directory has its descriptors, pinned. */
	int err = is_new ? ucp_enter(w, dir) : ucp_dir_pin(w, dir);
	if (err < 0) {
		if (!is_new) {
			ucp_worker_tell_at(w, UCP_FAIL_ACCESS, err, dir, NULL, NULL, NULL);
		}
		walk_read_all(w, dir);
		return;
	}
	if (ucp_worker_is_canceled(w) || dir->is_read) {
		ucp_dir_unpin(dir);
		walk_read_all(w, dir);
		return;
	}
	if (!is_new && lseek(dir->fd[UCP_SRC], dir->pos, SEEK_SET) < 0) {
		err = -errno;
	}
	/* With backups "a" goes before "a~", or its backup would replace the copy of that. */
	bool is_sorted = w->set->backup != UCP_BACKUP_NONE;
	int more = err < 0     ? err
		   : is_sorted ? walk_fill_sorted(walk, dir)
			       : walk_fill(walk, dir);
	if (more < 0) {
		ucp_worker_tell_at(w, UCP_FAIL_ACCESS, more, dir, NULL, NULL, NULL);
	}
	atomic_fetch_add(&dir->pending, 1); /* for the entries in the buffer */
	atomic_fetch_add(&w->shared->n_unread, 1);
	walk->dir = dir;
	if (!is_sorted && !w->set->ask) { /* questions come in the order of the entries */
		walk_share(w, dir);
	}
	if (more > 0) {
		/* The rest is work for whoever is free; its own subdirectories come first. */
		ucp_worker_push(w, &dir->task);
	} else {
		walk_read_all(w, dir);
	}
}

/** Directories that nothing more comes into. */
static void walk_left(struct ucp_worker *w, struct ucp_dir *dir)
{
	while (dir != NULL) {
		struct ucp_dir *next = dir->next_left;
		ucp_finish_unpinned(w, dir);
		dir = next;
	}
}

void ucp_walk_start(struct ucp_worker *w, struct ucp_task *task)
{
	struct ucp_walk *walk = &w->walk;

	switch (task->kind) {
	case UCP_TASK_DIR:
		walk_dir(w, UCP_CONTAINER_OF(task, struct ucp_dir, task));
		break;
	case UCP_TASK_SLICE:
		walk_slice(w, UCP_CONTAINER_OF(task, struct walk_slice, task));
		break;
	case UCP_TASK_OPERANDS:
		walk->group = UCP_CONTAINER_OF(task, struct ucp_group, task);
		walk->dir = walk->group->base;
		break;
	case UCP_TASK_PARKED:
		ucp_parked_resume(w, UCP_CONTAINER_OF(task, struct ucp_parked, task));
		break;
	case UCP_TASK_HELD:
		ucp_barrier_resume(w, task);
		break;
	case UCP_TASK_MEMBERS:
		walk->batch = UCP_CONTAINER_OF(task, struct ucp_member, task);
		break;
	case UCP_TASK_BLOCK:
		ucp_member_write(w, task);
		break;
	case UCP_TASK_LEFT:
		walk_left(w, UCP_CONTAINER_OF(task, struct ucp_dir, task));
		break;
	}
}

/** Queue a subdirectory. */
static void walk_subdir(struct ucp_worker *w, const struct ucp_entry *e)
{
	struct ucp_dir *dir = ucp_dir_new(e->dir, e->src_name, e->dst_name);

	if (dir == NULL) {
		ucp_worker_tell_entry(w, UCP_FAIL_MEMORY, -ENOMEM, e);
		return;
	}
	dir->follow_name = e->follow;
	dir->is_operand = e->operand != NULL;
	dir->operand = e->operand;
	atomic_fetch_add(&w->shared->n_unread, 1);
	ucp_worker_push(w, &dir->task);
}

/** Begin to copy the contents of something, whatever it is. */
static void walk_contents(struct ucp_worker *w, struct ucp_entry *e, bool as_regular)
{
	e->as_regular = as_regular;
	ucp_dir_begin(e->dir);
	ucp_copy_start(w, e, NULL, -1);
}

/**
 * -u: whether a file is no newer than its copy, which a look at both sides tells; st is written then.
 *
 * In an update most are not, and need not be opened. Where a look has to wait for the disk,
 * opening them through the ring does not, so now and then one is opened to feel for that. Where
 * another copy is at the same file, or symlinks are followed, it is decided with the copy in hand.
 */
static bool walk_is_current(struct ucp_worker *w, struct ucp_entry *e)
{
	const struct ucp_settings *set = w->set;
	const struct ucp_dir *dir = e->dir;
	struct stat dst, src;

	if (set->update != UCP_UPDATE_OLDER || set->ask || set->keep_dir_links || e->follow ||
	    e->operand != NULL || dir->is_created || dir->folds || !ucp_copy_is_warm(w) ||
	    ++w->walk.n_looks % WALK_SAMPLE == 0) {
		return false;
	}
	unsigned int n_released = ucp_busy_n_released(w);
	if (ucp_fd_statat(dir->fd[UCP_DST], e->dst_name, AT_SYMLINK_NOFOLLOW, &dst) < 0 ||
	    !S_ISREG(dst.st_mode) || ucp_busy_is_claimed(w, &dst) ||
	    n_released != ucp_busy_n_released(w) ||
	    ucp_fd_statat(dir->fd[UCP_SRC], e->src_name, AT_SYMLINK_NOFOLLOW, &src) < 0) {
		return false; /* it is looked at again, and told then */
	}
	/* Hard links of what is kept become links to that, and one file is told of. */
	if (!S_ISREG(src.st_mode) || src.st_nlink != 1 ||
	    (src.st_ino == dst.st_ino && src.st_dev == dst.st_dev) ||
	    ucp_place_is_newer(&src.st_mtim, &dst.st_mtim)) {
		return false;
	}
	e->st = src;
	return true;
}

/** Whether an operand is the same source, for the same name, as one before it. */
static bool walk_is_again(const struct ucp_operand *op)
{
	const struct ucp_operand *other = op != NULL ? op->earlier : NULL;

	while (other != NULL && (other->dev != op->dev || other->ino != op->ino)) {
		other = other->earlier;
	}
	return other != NULL;
}

/** Hand an entry to what copies its kind; st is known unless it is a plain file or directory. */
static void walk_dispatch(struct ucp_worker *w, struct ucp_entry *e, mode_t type)
{
	const struct ucp_settings *set = w->set;

	ucp_count(&w->counts.found, 1);
	if (type == S_IFDIR) {
		if (!set->recursive) {
			ucp_worker_tell_entry(w, UCP_FAIL_OMIT_DIR, 0, e);
			return;
		}
		if (walk_is_again(e->operand)) {
			ucp_worker_tell_entry(w, UCP_WARN_DIR_TWICE, 0, e);
			return;
		}
		walk_subdir(w, e);
		return;
	}
	if (walk_is_again(e->operand)) {
		ucp_worker_tell_entry(w, UCP_WARN_FILE_TWICE, 0, e);
		return;
	}
	if (set->make != UCP_MAKE_COPY) {
		ucp_special_make_link(w, e);
	} else if (type == S_IFREG && walk_is_current(w, e)) {
		ucp_count(&w->counts.found_bytes, (uint64_t)e->st.st_size);
		ucp_count(&w->counts.skipped, 1);
	} else if (type == S_IFREG) {
		walk_contents(w, e, false);
	} else if (type != S_IFLNK && (!set->recursive || set->copy_contents)) {
		walk_contents(w, e, true);
	} else {
		ucp_special_copy(w, e);
	}
}

/** Hand out the next directory entry in the buffer. */
static void walk_entry(struct ucp_worker *w, struct ucp_dir *dir)
{
	struct ucp_walk *walk = &w->walk;
	const struct dirent64 *ent = (const void *)(walk->entries + walk->at);
	const char *name = ent->d_name;
	struct ucp_entry e = {.dir = dir, .src_name = name, .dst_name = name};

	walk->at += ent->d_reclen;
	if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'))) {
		return;
	}
	if (strlen(name) >= UCP_NAME_ROOM) {
		/* FUSE allows it. */
		ucp_worker_tell_at(w, UCP_FAIL_OPEN, -ENAMETOOLONG, dir, name, name, NULL);
		return;
	}
	mode_t type = DTTOIF(ent->d_type);
	e.follow = w->set->follow == UCP_FOLLOW_ALWAYS;
	if (ent->d_type == DT_UNKNOWN || (type != S_IFDIR && type != S_IFREG) ||
	    w->set->make != UCP_MAKE_COPY) {
		int err = ucp_fd_statat(dir->fd[UCP_SRC], name,
					e.follow ? 0 : AT_SYMLINK_NOFOLLOW, &e.st);
		if (err < 0) {
			ucp_count(&w->counts.found, 1);
			ucp_worker_tell_at(w, UCP_FAIL_STAT, err, dir, name, name, NULL);
			return;
		}
		type = e.st.st_mode & S_IFMT;
	}
	walk_dispatch(w, &e, type);
}

/** Begin the next operand of a group. */
static void walk_operand(struct ucp_worker *w, struct ucp_group *group)
{
	struct ucp_operand *op = &group->operands[group->next];
	struct ucp_entry e = {
		.dir = group->base,
		.src_name = op->src,
		.dst_name = op->dst_name,
		.operand = op,
		.follow = w->set->follow != UCP_FOLLOW_NEVER,
	};

	if (w->set->parents && !ucp_enter_parents(w, &e)) {
		return;
	}
	int err = ucp_fd_statat(e.dir->fd[UCP_SRC], e.src_name,
				e.follow ? 0 : AT_SYMLINK_NOFOLLOW, &e.st);
	if (err < 0) {
		ucp_worker_tell_at(w, UCP_FAIL_STAT, err, e.dir, e.src_name, e.dst_name, NULL);
	} else {
		op->dev = e.st.st_dev;
		op->ino = e.st.st_ino;
		walk_dispatch(w, &e, e.st.st_mode & S_IFMT);
	}
	if (e.dir != group->base) {
		ucp_finish_entry(w, e.dir); /* the last of the parents, pinned for us */
	}
}

/** The walk has no more entries. */
static void walk_stop(struct ucp_worker *w)
{
	struct ucp_walk *walk = &w->walk;
	struct ucp_dir *dir = walk->dir;
	bool is_dir = walk->group == NULL;

	walk->dir = NULL;
	walk->group = NULL;
	atomic_fetch_sub(&w->shared->n_unread, 1);
	if (is_dir) {
		ucp_finish_entry(w, dir);
	} else {
		ucp_finish_unpinned(w, dir);
	}
}

void ucp_walk_step(struct ucp_worker *w)
{
	struct ucp_walk *walk = &w->walk;

	if (walk->batch != NULL) {
		struct ucp_member *member = walk->batch;
		walk->batch = member->next;
		ucp_member_begin(w, member);
		return;
	}
	if (walk->group != NULL) {
		if (walk->group->next < walk->group->end && !ucp_worker_is_canceled(w)) {
			walk_operand(w, walk->group);
			walk->group->next++;
			return;
		}
	} else if (walk->at < walk->len && !ucp_worker_is_canceled(w)) {
		walk_entry(w, walk->dir);
		return;
	}
	walk_stop(w);
}
