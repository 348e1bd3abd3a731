/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/dir.h"

#include "core/sys/fd.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct ucp_dir *ucp_dir_new(struct ucp_dir *parent, const char *src_name, const char *dst_name)
{
	size_t src_len = strlen(src_name) + 1;
	size_t dst_len = strlen(dst_name) + 1;
	bool same = strcmp(src_name, dst_name) == 0;

	struct ucp_dir *dir = calloc(1, sizeof(*dir) + src_len + (same ? 0 : dst_len));
	if (dir == NULL) {
		return NULL;
	}
	memcpy(dir->names, src_name, src_len);
	dir->name[UCP_SRC] = dir->name[UCP_DST] = dir->names;
	if (!same) {
		memcpy(dir->names + src_len, dst_name, dst_len);
		dir->name[UCP_DST] = dir->names + src_len;
	}
	dir->task.kind = UCP_TASK_DIR;
	dir->fd[UCP_SRC] = dir->fd[UCP_DST] = -1;
	atomic_init(&dir->refs, 1);
	atomic_init(&dir->pending, 1);
	(void)pthread_mutex_init(&dir->lock, NULL); /* cannot fail with default attributes */
	if (parent != NULL) {
		dir->parent = parent;
		ucp_dir_ref(parent);
		atomic_fetch_add(&parent->pending, 1);
	}
	return dir;
}

struct ucp_dir *ucp_dir_new_base(const char *dst_path, int dst_fd)
{
	struct ucp_dir *dir = ucp_dir_new(NULL, "", dst_path);

	if (dir != NULL) {
		dir->is_base = true;
		dir->is_open = true;
		dir->is_read = true;
		dir->fd[UCP_SRC] = AT_FDCWD;
		dir->fd[UCP_DST] = dst_fd;
	}
	return dir;
}

void ucp_dir_ref(struct ucp_dir *dir)
{
	atomic_fetch_add_explicit(&dir->refs, 1, memory_order_relaxed);
}

/** Take a node off its list; its own lock is held, or nobody else can see it. */
static void dir_unlist(struct ucp_dir *dir)
{
	struct ucp_dir_list *list = dir->list;

	if (dir->newer != NULL) {
		dir->newer->older = dir->older;
	} else {
		list->newest = dir->older;
	}
	if (dir->older != NULL) {
		dir->older->newer = dir->newer;
	} else {
		list->oldest = dir->newer;
	}
	dir->list = NULL;
	atomic_fetch_sub(&dir->budget->n_open, 1);
}

/** Put a node whose descriptors were just opened on a worker's list; its lock is held. */
static void dir_list(struct ucp_worker *w, struct ucp_dir *dir)
{
	struct ucp_dir_list *list = &w->dirs;

	pthread_mutex_lock(&list->lock);
	dir->list = list;
	dir->budget = &w->shared->dirs;
	dir->newer = NULL;
	dir->older = list->newest;
	if (list->newest != NULL) {
		list->newest->newer = dir;
	} else {
		list->oldest = dir;
	}
	list->newest = dir;
	pthread_mutex_unlock(&list->lock);
	atomic_fetch_add(&dir->budget->n_open, 1);
}

/** Close both sides: 0, or what closing the destination gave. The lock is held. */
static int dir_close_fds(struct ucp_dir *dir)
{
	struct ucp_dir_list *list = dir->list;

	pthread_mutex_lock(&list->lock);
	dir_unlist(dir);
	pthread_mutex_unlock(&list->lock);
	int err = ucp_fd_close(dir->fd[UCP_DST]);
	dir->fd[UCP_DST] = -1;
	ucp_fd_drop(&dir->fd[UCP_SRC]);
	return err;
}

void ucp_dir_unref(struct ucp_dir *dir)
{
	while (dir != NULL && atomic_fetch_sub(&dir->refs, 1) == 1) {
		struct ucp_dir *parent = dir->parent;
		pthread_mutex_lock(&dir->lock);
		if (dir->list != NULL) {
			(void)dir_close_fds(dir); /* opened again only to link to what is in it */
		}
		pthread_mutex_unlock(&dir->lock);
		(void)pthread_mutex_destroy(&dir->lock); /* nobody else can see it */
		ucp_attrs_fini(&dir->attrs);
		free(dir);
		dir = parent;
	}
}

void ucp_dir_begin(struct ucp_dir *dir)
{
	atomic_fetch_add_explicit(&dir->pending, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&dir->pins, 1, memory_order_relaxed);
}

/** Whether both sides are open; the lock is held, or the node is pinned. */
static bool dir_has_fds(const struct ucp_dir *dir)
{
	return dir->fd[UCP_DST] != -1;
}

/** Pin if the descriptors are open: whether they are. */
static bool dir_pin_open(struct ucp_dir *dir)
{
	pthread_mutex_lock(&dir->lock);
	bool has_fds = dir_has_fds(dir);
	if (has_fds) {
		atomic_fetch_add(&dir->pins, 1);
	}
	pthread_mutex_unlock(&dir->lock);
	return has_fds;
}

void ucp_dir_unpin(struct ucp_dir *dir)
{
	atomic_fetch_sub(&dir->pins, 1);
}

void ucp_dir_list_init(struct ucp_dir_list *list)
{
	(void)pthread_mutex_init(&list->lock, NULL); /* cannot fail with default attributes */
	list->oldest = list->newest = NULL;
}

/** Whether directories have all descriptors they may. */
static bool dir_is_short(const struct ucp_worker *w)
{
	const struct ucp_dir_budget *budget = &w->shared->dirs;

	return atomic_load(&budget->n_open) >= budget->limit;
}

/** Close the oldest idle directories of a list, as long as they are too many. */
static void dir_evict(struct ucp_worker *w, struct ucp_dir_list *list)
{
	pthread_mutex_lock(&list->lock);
	struct ucp_dir *dir = list->oldest;
	while (dir != NULL && dir_is_short(w)) {
		struct ucp_dir *newer = dir->newer;
		/* Its lock comes before the list's, so it can only be tried for here. */
		if (atomic_load(&dir->pins) == 0 && pthread_mutex_trylock(&dir->lock) == 0) {
			if (atomic_load(&dir->pins) == 0) {
				dir_unlist(dir);
				ucp_fd_drop(&dir->fd[UCP_SRC]); /* nothing was written by them */
				ucp_fd_drop(&dir->fd[UCP_DST]);
			}
			pthread_mutex_unlock(&dir->lock);
		}
		dir = newer;
	}
	pthread_mutex_unlock(&list->lock);
}

void ucp_dir_make_room(struct ucp_worker *w)
{
	struct ucp_shared *shared = w->shared;

	for (uint32_t i = 0; i < shared->n_workers && dir_is_short(w); i++) {
		dir_evict(w, &shared->workers[(w->index + i) % shared->n_workers].dirs);
	}
}

void ucp_dir_opened(struct ucp_worker *w, struct ucp_dir *dir, int src_fd, int dst_fd)
{
	pthread_mutex_lock(&dir->lock);
	dir->fd[UCP_SRC] = src_fd;
	dir->fd[UCP_DST] = dst_fd;
	dir_list(w, dir);
	pthread_mutex_unlock(&dir->lock);
}

/** Open a name that was a known directory before: a descriptor, or a negative errno. */
static int dir_reopen_side(const struct ucp_dir *dir, enum ucp_side side, int at,
			   const char *name)
{
	int flags = O_NONBLOCK;
	struct stat st;

	if (dir->is_unpacked && side == UCP_SRC) {
		return -ENOENT; /* there never was one */
	}
	if (name[0] == '\0') {
		name = "."; /* the target of what is unpacked, which paths do not show */
	}
	bool is_parent = dir->is_path_only && !dir->is_unpacked;
	bool follow = side == UCP_SRC ? dir->follow_name : dir->follow_dst || is_parent;
	if (!follow) {
		flags |= O_NOFOLLOW;
	}
	/* What was never readable, or is finished and no longer is, need not be read again. */
	bool may_be_path = side == UCP_DST || dir->is_path_only || dir->is_read;
	int fd = may_be_path ? ucp_fd_open_dir(at, name, flags)
			     : ucp_fd_openat(at, name, flags | O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0) {
		return fd;
	}
	int err = ucp_fd_stat(fd, &st);
	if (err == 0 && (st.st_dev != dir->dev[side] || st.st_ino != dir->ino[side])) {
		err = -ESTALE; /* somebody put another directory there */
	}
	if (err < 0) {
		ucp_fd_drop(&fd);
		return err;
	}
	return fd;
}

/**
 * Open both sides again and pin.
 *
 * @at     by side: where the names are relative to
 * @name   by side
 * Returns 0, or a negative errno.
 */
static int dir_reopen(struct ucp_worker *w, struct ucp_dir *dir, const int at[2],
		      const char *const name[2])
{
	int err = 0;

	ucp_dir_make_room(w);
	pthread_mutex_lock(&dir->lock);
	if (!dir_has_fds(dir)) {
		int dst_fd = dir_reopen_side(dir, UCP_DST, at[UCP_DST], name[UCP_DST]);
		int src_fd = dst_fd < 0 ? dst_fd
					: dir_reopen_side(dir, UCP_SRC, at[UCP_SRC],
							  name[UCP_SRC]);
		if (src_fd < 0 && !dir->is_read) {
			err = src_fd;
		}
		if (dst_fd < 0) {
			err = dst_fd;
		}
		if (err < 0) {
			ucp_fd_drop(&dst_fd);
			ucp_fd_drop(&src_fd);
		} else {
			dir->fd[UCP_SRC] = src_fd < 0 ? -1 : src_fd;
			dir->src_err = src_fd < 0 ? src_fd : 0;
			dir->fd[UCP_DST] = dst_fd;
			dir_list(w, dir);
		}
	}
	if (err == 0) {
		atomic_fetch_add(&dir->pins, 1);
	}
	pthread_mutex_unlock(&dir->lock);
	return err;
}

/** Pin a node whose descriptors are closed, opening every closed ancestor on the way. */
static int dir_pin_closed(struct ucp_worker *w, struct ucp_dir *dir)
{
	uint32_t n = 0;
	struct ucp_dir *top = dir;

	while (!dir_pin_open(top)) {
		n++;
		top = top->parent; /* ends at the base, which is always open */
	}
	struct ucp_dir **chain = calloc(n + 1, sizeof(struct ucp_dir *));
	if (chain == NULL) {
		ucp_dir_unpin(top);
		return -ENOMEM;
	}
	struct ucp_dir *at = dir;
	for (uint32_t i = n; i > 0; i--, at = at->parent) {
		chain[i - 1] = at;
	}

	int err = 0;
	for (uint32_t i = 0; i < n && err == 0; i++) {
		const char *const name[2] = {chain[i]->name[UCP_SRC], chain[i]->name[UCP_DST]};
		err = dir_reopen(w, chain[i], top->fd, name);
		ucp_dir_unpin(top);
		top = chain[i];
	}
	free(chain);
	return err;
}

int ucp_dir_pin(struct ucp_worker *w, struct ucp_dir *dir)
{
	return dir_pin_open(dir) ? 0 : dir_pin_closed(w, dir);
}

/** Open a closed parent through a child's "..", which spares the way down from the root. */
static void dir_lift(struct ucp_worker *w, struct ucp_dir *dir)
{
	static const char *const up[2] = {"..", ".."};
	struct ucp_dir *parent = dir->parent;

	/* "." and paths of several components have another parent than their "..". */
	if (parent == NULL || parent->is_base || dir->is_operand || dir->fd[UCP_SRC] < 0 ||
	    !dir_has_fds(dir) || dir->follow_name) {
		return;
	}
	if (dir_pin_open(parent) || dir_reopen(w, parent, dir->fd, up) == 0) {
		ucp_dir_unpin(parent);
	} /* else it is opened by name when it is needed */
}

int ucp_dir_close(struct ucp_worker *w, struct ucp_dir *dir, bool is_pinned)
{
	int err = 0;

	if (dir->is_base) {
		return 0; /* the run's own descriptor */
	}
	if (is_pinned) {
		dir_lift(w, dir);
	}
	pthread_mutex_lock(&dir->lock);
	if (dir_has_fds(dir) && atomic_load(&dir->pins) == (is_pinned ? 1u : 0u)) {
		err = dir_close_fds(dir);
	}
	pthread_mutex_unlock(&dir->lock);
	return err;
}

/** Bytes a component needs in a path, slash included. */
static size_t dir_room(const char *name)
{
	return strlen(name) + 1;
}

/** Put a component before what is at `at`: where it begins now. */
static char *dir_prepend(char *at, const char *name)
{
	size_t len = strlen(name);

	if (len == 0) {
		return at;
	}
	while (len > 1 && *at != '\0' && name[len - 1] == '/' && name[len - 2] == '/') {
		len--; /* "t//" and "a" give "t/a" */
	}
	if (*at != '\0' && name[len - 1] != '/') {
		*--at = '/';
	}
	at -= len;
	memcpy(at, name, len);
	return at;
}

char *ucp_dir_path(const struct ucp_dir *dir, enum ucp_side side, const char *name)
{
	size_t room = 1 + (name != NULL ? dir_room(name) : 0);

	for (const struct ucp_dir *d = dir; d != NULL; d = d->parent) {
		room += dir_room(d->name[side]);
	}
	char *text = malloc(room);
	if (text == NULL) {
		return NULL;
	}
	char *at = text + room - 1;
	*at = '\0';
	if (name != NULL) {
		at = dir_prepend(at, name);
	}
	for (const struct ucp_dir *d = dir; d != NULL; d = d->parent) {
		at = dir_prepend(at, d->name[side]);
	}
	memmove(text, at, strlen(at) + 1);
	return text;
}

/** Whether a node's name is part of paths inside the destination. */
static bool dir_is_inner(const struct ucp_dir *dir)
{
	bool is_root = dir->is_operand && !dir->parent->is_operand &&
		       dir->parent->fd[UCP_DST] == AT_FDCWD;

	return !dir->is_base && !is_root && strcmp(dir->name[UCP_DST], ".") != 0;
}

char *ucp_dir_inner_path(const struct ucp_dir *dir, const char *name)
{
	size_t room = 1 + (name != NULL ? dir_room(name) : 0);

	for (const struct ucp_dir *d = dir; d != NULL; d = d->parent) {
		room += dir_room(d->name[UCP_DST]);
	}
	char *text = malloc(room);
	if (text == NULL) {
		return NULL;
	}
	if (dir->is_base && dir->fd[UCP_DST] == AT_FDCWD && strrchr(name, '/') != NULL) {
		name = strrchr(name, '/') + 1; /* a single file: its own name */
	}
	char *at = text + room - 1;
	*at = '\0';
	if (name != NULL) {
		at = dir_prepend(at, name);
	}
	for (const struct ucp_dir *d = dir; d != NULL; d = d->parent) {
		if (dir_is_inner(d)) {
			at = dir_prepend(at, d->name[UCP_DST]);
		}
	}
	memmove(text, at, strlen(at) + 1);
	return text;
}
