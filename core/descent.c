/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/descent.h"

#include "core/attrs.h"
#include "core/enter.h"
#include "core/feed.h"
#include "core/finish.h"
#include "core/mode.h"
#include "core/note.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	DESCENT_BITS = 14,
	DESCENT_BUCKETS = 1 << DESCENT_BITS,
	DESCENT_LINKS = 40,  /* symlinks on one way: as many as the kernel follows */
	DESCENT_TASK = 32,   /* directories that a worker finishes at a time */
};

/** A directory that has been reached. */
struct descent_node {
	struct descent_node *next_name;  /* in its bucket by parent and name */
	struct descent_node *next_inode; /* in its bucket by device and inode */
	struct descent_node *next;       /* of all */
	struct ucp_dir *dir;             /* borrowed: it lasts until ucp_descent_end() */
};

/** All of them. */
struct ucp_descent {
	struct ucp_worker *w;      /**< borrowed: the decoder */
	bool is_looking;           /**< no directories are made on the way */
	mode_t making;             /**< what a directory is to have that is made now */
	struct ucp_dir *root;      /**< borrowed: the target as a directory among others */
	struct descent_node *all;  /**< owned list */
	struct descent_node *by_name[DESCENT_BUCKETS];
	struct descent_node *by_inode[DESCENT_BUCKETS];
	char *path;                /**< owned: of the last entry, cut into components */
	size_t room;               /**< bytes allocated for it */
	char *last;                /**< owned: the directories of the last path that needed no link */
	struct ucp_dir *last_dir;  /**< borrowed: where that leads; NULL when there is none */
	size_t last_len, last_room; /**< bytes */
};

/** The bucket of a directory by its inode. */
static uint32_t descent_hash_inode(uint64_t dev, uint64_t ino)
{
	return (uint32_t)(((ino ^ dev << 32) * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - DESCENT_BITS));
}

/** The bucket of a name in a directory. */
static uint32_t descent_hash_name(const struct ucp_dir *parent, const char *name)
{
	uint64_t hash = (uintptr_t)parent * UINT64_C(0x9e3779b97f4a7c15);

	for (; *name != '\0'; name++) { /* FNV-1a */
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	}
	return (uint32_t)((hash * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - DESCENT_BITS));
}

/** A directory that has been reached by this name, or NULL. */
static struct ucp_dir *descent_known(const struct ucp_descent *d, const struct ucp_dir *parent,
				     const char *name)
{
	struct descent_node *node = d->by_name[descent_hash_name(parent, name)];

	while (node != NULL && (node->dir->parent != parent ||
				strcmp(node->dir->name[UCP_DST], name) != 0)) {
		node = node->next_name;
	}
	return node != NULL ? node->dir : NULL;
}

/** The same by device and inode. */
static struct ucp_dir *descent_same(const struct ucp_descent *d, const struct ucp_dir *dir)
{
	struct descent_node *node =
		d->by_inode[descent_hash_inode(dir->dev[UCP_DST], dir->ino[UCP_DST])];

	while (node != NULL && (node->dir->dev[UCP_DST] != dir->dev[UCP_DST] ||
				node->dir->ino[UCP_DST] != dir->ino[UCP_DST])) {
		node = node->next_inode;
	}
	return node != NULL ? node->dir : NULL;
}

/** Remember a directory, whose first pending is ours from here on: 0 or -ENOMEM. */
static int descent_add(struct ucp_descent *d, struct ucp_dir *dir)
{
	struct descent_node *node = malloc(sizeof(*node));

	if (node == NULL) {
		return -ENOMEM;
	}
	struct descent_node **by_name =
		&d->by_name[descent_hash_name(dir->parent, dir->name[UCP_DST])];
	struct descent_node **by_inode =
		&d->by_inode[descent_hash_inode(dir->dev[UCP_DST], dir->ino[UCP_DST])];
	*node = (struct descent_node){
		.next_name = *by_name, .next_inode = *by_inode, .next = d->all, .dir = dir};
	*by_name = *by_inode = d->all = node;
	return 0;
}

/** Open a directory that is there by now, below a pinned parent: 0, or a negative errno, told. */
static int descent_open(struct ucp_descent *d, struct ucp_dir *dir)
{
	struct ucp_worker *w = d->w;

	ucp_dir_make_room(w);
	int fd = ucp_enter_open_dst(w, dir);
	if (fd < 0) {
		return fd;
	}
	dir->is_open = true;
	ucp_dir_opened(w, dir, -1, fd);
	return 0;
}

/** A node for a directory below another one. */
static struct ucp_dir *descent_node(struct ucp_dir *parent, const char *name, bool is_created)
{
	struct ucp_dir *dir = ucp_dir_new(parent, name, name);

	if (dir != NULL) {
		dir->is_unpacked = true;
		dir->is_path_only = true; /* until the archive says what it is to have */
		dir->is_read = true;
		dir->is_created = is_created;
		dir->st.st_mode = S_IFDIR | 0777;
	}
	return dir;
}

int ucp_descent_new(struct ucp_worker *w, struct ucp_dir *base, struct ucp_descent **ret_descent)
{
	struct ucp_descent *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		return -ENOMEM;
	}
	d->w = w;
	d->making = 0777;
	struct ucp_dir *root = descent_node(base, ".", false);
	int err = root != NULL ? descent_open(d, root) : -ENOMEM;
	if (err == 0) {
		/* Paths do not show it. */
		root->name[UCP_SRC] = root->name[UCP_DST] = "";
		(void)ucp_dir_pin(w, root); /* it is open */
		d->root = root;
		err = descent_add(d, root);
	}
	if (err < 0) {
		if (d->root != NULL) {
			ucp_dir_unpin(root);
		}
		if (root != NULL) {
			ucp_finish_unpinned(w, root);
		}
		free(d);
		return err;
	}
	*ret_descent = d;
	return 0;
}

void ucp_descent_free(struct ucp_descent *d)
{
	if (d == NULL) {
		return;
	}
	while (d->all != NULL) {
		struct descent_node *next = d->all->next;
		free(d->all);
		d->all = next;
	}
	free(d->path);
	free(d->last);
	free(d);
}

void ucp_descent_end(struct ucp_descent *d)
{
	struct ucp_dir *first = NULL;
	uint32_t n = 0;

	ucp_dir_unpin(d->root);
	/* The last made come first: they are deepest, and those above can be finished with them. */
	for (struct descent_node *node = d->all; node != NULL; node = node->next) {
		node->dir->next_left = first;
		first = node->dir;
		if (++n % DESCENT_TASK == 0 || node->next == NULL) {
			first->task.kind = UCP_TASK_LEFT;
			ucp_worker_push(d->w, &first->task);
			first = NULL;
		}
	}
	d->last_dir = NULL;
}

/**
 * Make a directory, unless something is there: 1 made, 0 it is there, or a negative errno.
 *
 * The parent is pinned.
 * @ret_mode  type of what is there
 */
static int descent_make(struct ucp_descent *d, struct ucp_dir *parent, const char *name,
			mode_t *ret_mode)
{
	int dir = parent->fd[UCP_DST];
	struct stat st;

	/* What is on its way to this name comes first. */
	if (ucp_feed_is_claimed(d->w->shared->feed, d->w, parent, name, true)) {
		return -ECANCELED;
	}
	if (d->is_looking) {
		int err = ucp_fd_statat(dir, name, AT_SYMLINK_NOFOLLOW, &st);
		*ret_mode = err == 0 ? st.st_mode & S_IFMT : 0;
		return err;
	}
	if (UCP_RETRY(mkdirat(dir, name, ucp_mode_first_dir(d->w->set, d->making))) == 0) {
		return 1;
	}
	int err = -errno;
	int stat_err = ucp_fd_statat(dir, name, AT_SYMLINK_NOFOLLOW, &st);
	if (stat_err < 0) {
		return err == -EEXIST ? stat_err : err;
	}
	*ret_mode = st.st_mode & S_IFMT;
	return 0;
}

/** Enter what is a directory by now: it, or NULL with *ret_err, told. The parent is pinned. */
static struct ucp_dir *descent_reach(struct ucp_descent *d, struct ucp_dir *parent,
				     const char *name, bool is_created, int *ret_err)
{
	struct ucp_dir *dir = descent_node(parent, name, is_created);

	if (dir == NULL) {
		*ret_err = -ENOMEM;
		return NULL;
	}
	int err = descent_open(d, dir);
	struct ucp_dir *same = err == 0 ? descent_same(d, dir) : NULL; /* a bind mount, or folded names */
	if (err == 0 && same == NULL) {
		err = descent_add(d, dir);
	}
	if (err < 0 || same != NULL) {
		ucp_finish_unpinned(d->w, dir);
		*ret_err = err;
		return same;
	}
	return dir;
}

/** What one step of a way gives. */
enum descent_step {
	DESCENT_DIR,   /* *dir is where it leads */
	DESCENT_LINK,  /* a symlink is there */
	DESCENT_FAIL,  /* see the place */
};

/** A step has failed. */
static enum descent_step descent_fail(struct ucp_descent_place *place, int err, int *ret_err,
				      enum ucp_descent_fault fault)
{
	place->fault = fault;
	*ret_err = err;
	return DESCENT_FAIL;
}

/** Go from a directory into a name in it. */
static enum descent_step descent_into(struct ucp_descent *d, struct ucp_dir **dir,
				      const char *name, struct ucp_descent_place *place,
				      int *ret_err)
{
	struct ucp_dir *parent = *dir;
	struct ucp_dir *known = descent_known(d, parent, name);
	mode_t mode = S_IFDIR;

	if (known != NULL) {
		*dir = known;
		return DESCENT_DIR;
	}
	int err = ucp_dir_pin(d->w, parent);
	if (err < 0) {
		return descent_fail(place, err, ret_err, UCP_DESCENT_ERRNO);
	}
	int rc = descent_make(d, parent, name, &mode);
	enum descent_step step = DESCENT_DIR;
	if (rc < 0) {
		step = descent_fail(place, rc, ret_err, UCP_DESCENT_ERRNO);
	} else if (S_ISDIR(mode)) {
		*dir = descent_reach(d, parent, name, rc > 0, &err);
		if (*dir == NULL) {
			step = descent_fail(place, err, ret_err,
					    err == -ENOMEM ? UCP_DESCENT_ERRNO : UCP_DESCENT_TOLD);
		}
	} else {
		step = S_ISLNK(mode) ? DESCENT_LINK
				     : descent_fail(place, -ENOTDIR, ret_err, UCP_DESCENT_ERRNO);
	}
	ucp_dir_unpin(parent);
	return step;
}

static enum descent_step descent_walk(struct ucp_descent *d, struct ucp_dir **dir, char *way,
				      uint32_t *n_links, struct ucp_descent_place *place,
				      int *ret_err);

/** Follow a symlink that is in a directory. */
static enum descent_step descent_follow(struct ucp_descent *d, struct ucp_dir **dir,
					const char *name, uint32_t *n_links,
					struct ucp_descent_place *place, int *ret_err)
{
	char *text = NULL;

	if (++*n_links > DESCENT_LINKS) {
		return descent_fail(place, -ELOOP, ret_err, UCP_DESCENT_ERRNO);
	}
	int err = ucp_dir_pin(d->w, *dir);
	if (err == 0) {
		err = ucp_fd_readlinkat((*dir)->fd[UCP_DST], name, 0, &text);
		ucp_dir_unpin(*dir);
	}
	if (err < 0) {
		return descent_fail(place, err, ret_err, UCP_DESCENT_ERRNO);
	}
	if (text[0] == '/') {
		free(text);
		return descent_fail(place, -EXDEV, ret_err, UCP_DESCENT_OUT);
	}
	bool was_looking = d->is_looking;
	d->is_looking = true; /* nobody has asked for what a symlink only names */
	enum descent_step step = descent_walk(d, dir, text, n_links, place, ret_err);
	d->is_looking = was_looking;
	free(text);
	return step;
}

/** One component of a way. */
static enum descent_step descent_component(struct ucp_descent *d, struct ucp_dir **dir,
					   const char *name, uint32_t *n_links,
					   struct ucp_descent_place *place, int *ret_err)
{
	if (name[0] == '\0' || strcmp(name, ".") == 0) {
		return DESCENT_DIR;
	}
	if (strcmp(name, "..") == 0) { /* of a symlink: entries with it are refused before */
		if (*dir == d->root) {
			return descent_fail(place, -EXDEV, ret_err, UCP_DESCENT_OUT);
		}
		*dir = (*dir)->parent;
		return DESCENT_DIR;
	}
	enum descent_step step = descent_into(d, dir, name, place, ret_err);
	return step == DESCENT_LINK ? descent_follow(d, dir, name, n_links, place, ret_err) : step;
}

/** Follow a way of several components, which is cut up. */
static enum descent_step descent_walk(struct ucp_descent *d, struct ucp_dir **dir, char *way,
				      uint32_t *n_links, struct ucp_descent_place *place,
				      int *ret_err)
{
	enum descent_step step = DESCENT_DIR;
	char *rest = way;

	while (step == DESCENT_DIR && rest != NULL) {
		const char *name = strsep(&rest, "/");
		step = descent_component(d, dir, name, n_links, place, ret_err);
	}
	return step;
}

/** Copy a path without what says nothing, and without the first components: 1, 0 when nothing is
 * left, or a negative errno. */
static int descent_tidy(struct ucp_descent *d, const char *path, uint32_t strip)
{
	size_t room = strlen(path) + 1;
	size_t len = 0;

	if (room > d->room) {
		char *text = realloc(d->path, room);
		if (text == NULL) {
			return -ENOMEM;
		}
		d->path = text;
		d->room = room;
	}
	uint32_t n = 0;
	while (*path != '\0') {
		size_t part = strcspn(path, "/");
		bool is_here = part == 1 && path[0] == '.';
		if (part == 2 && path[0] == '.' && path[1] == '.') {
			return -EXDEV;
		}
		/* "." counts as a component, as with tar, but there is nothing of it in a path. */
		if (part > 0 && n++ >= strip && !is_here) {
			if (len > 0) {
				d->path[len++] = '/';
			}
			memcpy(d->path + len, path, part);
			len += part;
		}
		path += part + (path[part] == '/');
	}
	d->path[len] = '\0';
	return n > strip || strip == 0;
}

/** Remember a way before it is cut up, for the next entry: whether there is memory for it. */
static bool descent_remember(struct ucp_descent *d, size_t len)
{
	d->last_dir = NULL;
	if (len > d->last_room) {
		char *last = realloc(d->last, len * 2);
		if (last == NULL) {
			return false;
		}
		d->last = last;
		d->last_room = len * 2;
	}
	memcpy(d->last, d->path, len);
	d->last_len = len;
	return true;
}

int ucp_descent_find(struct ucp_descent *d, const char *path, uint32_t strip, bool makes,
		     struct ucp_descent_place *ret_place)
{
	struct ucp_dir *dir = d->root;
	uint32_t n_links = 0;
	int err = 0;

	ret_place->fault = UCP_DESCENT_ERRNO;
	int rc = descent_tidy(d, path, strip);
	if (rc <= 0) {
		ret_place->fault = rc == -EXDEV ? UCP_DESCENT_UP : UCP_DESCENT_ERRNO;
		return rc;
	}
	char *slash = strrchr(d->path, '/');
	ret_place->name = slash != NULL ? slash + 1 : d->path;
	if (slash != NULL) {
		size_t len = (size_t)(slash - d->path);
		if (d->last_dir != NULL && d->last_len == len && memcmp(d->last, d->path, len) == 0) {
			ret_place->dir = d->last_dir;
			return 1;
		}
		bool is_kept = descent_remember(d, len);
		*slash = '\0';
		d->is_looking = !makes;
		enum descent_step step = descent_walk(d, &dir, d->path, &n_links, ret_place, &err);
		d->is_looking = false;
		if (step != DESCENT_DIR) {
			return err;
		}
		/* A symlink may lead elsewhere by the next time. */
		d->last_dir = is_kept && n_links == 0 ? dir : NULL;
	}
	ret_place->dir = dir;
	return 1;
}

/** Take on what the archive says of a directory: 0 or -ENOMEM. */
static int descent_dress(struct ucp_dir *dir, const struct stat *st, const struct ucp_attrs *attrs)
{
	struct ucp_attrs copy;

	int err = ucp_attrs_copy(attrs, &copy);
	if (err < 0) {
		return err;
	}
	ucp_attrs_fini(&dir->attrs);
	dir->attrs = copy;
	dir->st = *st;
	dir->is_path_only = false;
	return 0;
}

int ucp_descent_enter(struct ucp_descent *d, struct ucp_descent_place *place,
		      const struct stat *st, const struct ucp_attrs *attrs)
{
	struct ucp_dir *dir = place->dir;
	uint32_t n_links = 0;
	int err = 0;

	if (place->name[0] != '\0') {
		d->making = st->st_mode & 07777;
		enum descent_step step = descent_into(d, &dir, place->name, place, &err);
		d->making = 0777;
		if (step == DESCENT_LINK && d->w->set->keep_dir_links) {
			step = descent_follow(d, &dir, place->name, &n_links, place, &err);
		} else if (step == DESCENT_LINK) {
			step = descent_fail(place, -ENOTDIR, &err, UCP_DESCENT_ERRNO);
		}
		if (step != DESCENT_DIR) {
			return err;
		}
	}
	struct ucp_entry e = {
		.dir = dir->parent,
		.src_name = dir->name[UCP_SRC],
		.dst_name = dir->name[UCP_DST],
	};
	if (dir->is_path_only) {
		ucp_note_made(d->w, &e);
	}
	place->fault = UCP_DESCENT_ERRNO;
	return descent_dress(dir, st, attrs);
}
