/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/enter.h"

#include "core/finish.h"
#include "core/fs.h"
#include "core/mode.h"
#include "core/note.h"
#include "core/place.h"
#include "core/roots.h"
#include "core/sys/attr.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Tell a failure about a directory; err, for the caller to return. */
static int enter_fail(struct ucp_worker *w, enum ucp_act act, int err, const struct ucp_dir *dir)
{
	ucp_worker_tell_at(w, act, err, dir, NULL, NULL, NULL);
	return err < 0 ? err : -EINVAL;
}

/** Refuse a directory that is the top of the copy itself; told about the operand, as cp does. */
static int enter_fail_into_itself(struct ucp_worker *w, const struct ucp_dir *dir)
{
	while (!dir->is_operand && !dir->parent->is_base) {
		dir = dir->parent;
	}
	return enter_fail(w, UCP_FAIL_INTO_ITSELF, 0, dir);
}

/** Whether a directory is its own ancestor, by way of a symlink or a mount. */
static bool enter_is_cycle(const struct ucp_dir *dir)
{
	/* What only --parents goes through is not part of the copy. */
	for (const struct ucp_dir *d = dir->parent; !d->is_base && !d->is_path_only;
	     d = d->parent) {
		if (d->ino[UCP_SRC] == dir->st.st_ino && d->dev[UCP_SRC] == dir->st.st_dev) {
			return true;
		}
	}
	return false;
}

/** A directory as an entry of its parent. */
static struct ucp_entry enter_entry(const struct ucp_dir *dir)
{
	return (struct ucp_entry){
		.dir = dir->parent,
		.src_name = dir->name[UCP_SRC],
		.dst_name = dir->name[UCP_DST],
		.operand = dir->operand,
		.st = dir->st,
	};
}

/** Refuse a symlink that leads back, unless cp would first refuse what is in its place. */
static int enter_fail_cycle(struct ucp_worker *w, const struct ucp_dir *dir)
{
	struct ucp_entry e = enter_entry(dir);
	struct stat dst_st;
	bool is_link;

	return ucp_place_decide(w, &e, &dst_st, &is_link) == UCP_PLACE_FAIL
		       ? -EEXIST
		       : enter_fail(w, UCP_FAIL_CYCLE, 0, dir);
}

/** Status of the source, and refuse what would go on for ever: 0, or a negative errno, told. */
static int enter_check_src(struct ucp_worker *w, struct ucp_dir *dir, int src_fd)
{
	int err = src_fd >= 0 ? ucp_fd_stat(src_fd, &dir->st)
			      : ucp_fd_statat(dir->parent->fd[UCP_SRC], dir->name[UCP_SRC],
					      dir->follow_name ? 0 : AT_SYMLINK_NOFOLLOW,
					      &dir->st);
	if (err < 0) {
		return enter_fail(w, UCP_FAIL_STAT, err, dir);
	}
	if (!S_ISDIR(dir->st.st_mode)) {
		return enter_fail(w, UCP_FAIL_ACCESS, -ENOTDIR, dir);
	}
	if (!dir->is_path_only && enter_is_cycle(dir)) {
		return dir->follow_name ? enter_fail_cycle(w, dir)
					: enter_fail(w, UCP_FAIL_BELOW_ITSELF, 0, dir);
	}
	if (!dir->is_path_only &&
	    ucp_roots_has(&w->shared->roots, dir->st.st_dev, dir->st.st_ino)) {
		return enter_fail_into_itself(w, dir);
	}
	return 0;
}

/** Tell that a directory could not be made; err, for the caller to return. */
static int enter_fail_mkdir(struct ucp_worker *w, int err, const struct ucp_dir *dir)
{
	struct ucp_entry e = enter_entry(dir);
	struct stat st;

	if (dir->is_path_only) {
		bool is_there = ucp_fd_statat(e.dir->fd[UCP_DST], e.dst_name, 0, &st) == 0;
		return is_there ? enter_fail(w, UCP_FAIL_NOT_DIR, 0, dir)
				: enter_fail(w, UCP_FAIL_MKPARENT, err, dir);
	}
	return ucp_place_is_unseen(w, &e) ? err : enter_fail(w, UCP_FAIL_MKDIR, err, dir);
}

/** Make the destination directory, or see that it is there: 0, or a negative errno, told. */
static int enter_make_dst(struct ucp_worker *w, struct ucp_dir *dir)
{
	struct ucp_entry e = enter_entry(dir);
	struct stat dst_st;
	bool is_link;

	if (UCP_RETRY(mkdirat(e.dir->fd[UCP_DST], e.dst_name,
				       ucp_mode_first_dir(w->set, e.st.st_mode))) == 0) {
		dir->is_created = true;
		if (dir->is_path_only) {
			if (w->set->tell_copied) {
				ucp_worker_tell_at(w, UCP_DID_PARENT, 0, dir, NULL, NULL, NULL);
			}
		} else {
			ucp_note_made(w, &e);
		}
		return 0;
	}
	int err = -errno;
	if (err != -EEXIST && !(err == -EROFS || err == -EACCES || err == -EISDIR)) {
		return enter_fail_mkdir(w, err, dir);
	}
	if (dir->is_path_only) {
		bool is_dir = ucp_fd_statat(e.dir->fd[UCP_DST], e.dst_name, 0, &dst_st) == 0 &&
			      S_ISDIR(dst_st.st_mode);
		return is_dir ? 0 : enter_fail_mkdir(w, err, dir);
	}
	switch (ucp_place_decide(w, &e, &dst_st, &is_link)) {
	case UCP_PLACE_DIR:
		dir->follow_dst = is_link;
		return 0;
	case UCP_PLACE_NEW:
		return enter_fail_mkdir(w, err == -EEXIST ? -ENOENT : err, dir);
	default:
		return -EEXIST;
	}
}

/**
 * Let ourselves into a new directory that the umask has closed to its owner.
 *
 * By its descriptor: the name may have become something else.
 * @fd  open, perhaps only as a path; given up
 * Returns a descriptor of the same directory; as it was when nothing helps.
 */
static int enter_open_up(struct ucp_dir *dir, int fd)
{
	mode_t mode = dir->filling_mode | 0700;

	if (dir->dst_st.st_uid != geteuid() || ucp_attr_chmod(fd, mode) < 0) {
		return fd;
	}
	dir->filling_mode = mode;
	int again = ucp_fd_openat(fd, ".", O_RDONLY | O_DIRECTORY, 0);
	if (again < 0) {
		return fd;
	}
	ucp_fd_drop(&fd);
	return again;
}

int ucp_enter_open_dst(struct ucp_worker *w, struct ucp_dir *dir)
{
	bool follow = dir->follow_dst || (dir->is_path_only && !dir->is_unpacked);
	int flags = follow ? 0 : O_NOFOLLOW;
	int at = dir->parent->fd[UCP_DST];

	int fd = ucp_fd_open_dir(at, dir->name[UCP_DST], flags);
	if (fd < 0) {
		return enter_fail(w, UCP_FAIL_MKDIR, fd, dir);
	}
	int err = ucp_fd_stat(fd, &dir->dst_st);
	if (err < 0) {
		ucp_fd_drop(&fd);
		return enter_fail(w, UCP_FAIL_STAT_DST, err, dir);
	}
	dir->filling_mode = dir->dst_st.st_mode & 07777;
	if (dir->is_created && (dir->filling_mode & 0700) != 0700) {
		fd = enter_open_up(dir, fd);
	}
	dir->dev[UCP_DST] = dir->dst_st.st_dev;
	dir->ino[UCP_DST] = dir->dst_st.st_ino;
	if (dir->is_created) {
		/* A new directory inherits, and gets its own only when it is finished. */
		dir->has_default_acl = dir->parent->has_default_acl;
		const struct ucp_dir *parent = dir->parent;
		dir->folds = parent->is_base ? ucp_fs_folds(fd) : parent->folds;
		dir->is_fresh = parent->is_base ? w->shared->is_single : parent->is_fresh;
		/* Files in it will get what it got itself, be it by set-group-id or not. */
		dir->owner = (struct ucp_dir_owner){dir->dst_st.st_uid, dir->dst_st.st_gid};
		atomic_store(&dir->owner_known, 1);
		return fd;
	}
	dir->folds = ucp_fs_folds(fd);
	if (w->set->keep_mode || w->set->drop_mode || w->set->keep_owner) {
		dir->has_default_acl = ucp_attr_get(fd, UCP_ATTR_DEFAULT_ACL, NULL, 0) > 0;
	}
	return fd;
}

/** Whether the contents of an entered directory stay out, as -x wants it. */
static bool enter_stays_out(const struct ucp_worker *w, const struct ucp_dir *dir)
{
	const struct ucp_dir *top = dir;

	if (!w->set->one_filesystem) {
		return false;
	}
	while (!top->is_operand && !top->parent->is_base) {
		top = top->parent;
	}
	return top->st.st_dev != dir->st.st_dev;
}

/** What failing to open a source directory is called; cp looks at it before. */
static enum ucp_act enter_open_act(const struct ucp_dir *dir, int err)
{
	return dir->is_path_only	       ? UCP_FAIL_STAT_PARENT
	       : err == -EACCES || err == -ENOENT ? UCP_FAIL_STAT
						  : UCP_FAIL_ACCESS;
}

/** Both sides, with the parent pinned: 0, or a negative errno, told. */
static int enter_pinned(struct ucp_worker *w, struct ucp_dir *dir)
{
	if (dir->parent->fd[UCP_SRC] == -1) {
		return enter_fail(w, UCP_FAIL_STAT, dir->parent->src_err, dir);
	}
	ucp_dir_make_room(w);
	int src_fd = ucp_fd_openat(dir->parent->fd[UCP_SRC], dir->name[UCP_SRC],
				   O_RDONLY | O_DIRECTORY | O_NONBLOCK |
				   (dir->follow_name ? 0 : O_NOFOLLOW), 0);
	int open_err = src_fd < 0 ? src_fd : 0;
	if (open_err < 0 && (dir->is_path_only || open_err == -EACCES)) {
		/* --parents needs no list of what is in there, and cp makes an empty directory. */
		src_fd = ucp_fd_openat(dir->parent->fd[UCP_SRC], dir->name[UCP_SRC],
				       O_PATH | O_DIRECTORY | (dir->follow_name ? 0 : O_NOFOLLOW),
				       0);
	}
	if (src_fd < 0) {
		return enter_fail(w, enter_open_act(dir, src_fd), open_err, dir);
	}
	int dst_fd = -1;
	int err = enter_check_src(w, dir, src_fd);
	if (err == 0) {
		err = enter_make_dst(w, dir);
	}
	if (err == 0) {
		dst_fd = ucp_enter_open_dst(w, dir);
		err = dst_fd < 0 ? dst_fd : 0;
	}
	if (err == 0 && dir->is_operand) {
		err = ucp_roots_add(&w->shared->roots, dir->dev[UCP_DST], dir->ino[UCP_DST]);
		if (err < 0) {
			(void)enter_fail(w, UCP_FAIL_MEMORY, err, dir);
		}
	}
	if (err == 0 && !dir->is_path_only &&
	    ucp_roots_has(&w->shared->roots, dir->st.st_dev, dir->st.st_ino)) {
		err = enter_fail_into_itself(w, dir);
	}
	if (err < 0) {
		ucp_fd_drop(&src_fd);
		ucp_fd_drop(&dst_fd);
		return err;
	}
	dir->dev[UCP_SRC] = dir->st.st_dev;
	dir->ino[UCP_SRC] = dir->st.st_ino;
	if (open_err < 0 && !dir->is_path_only) {
		(void)enter_fail(w, UCP_FAIL_ACCESS, open_err, dir);
		dir->is_read = true;
	}
	dir->is_read = dir->is_read || dir->is_path_only || enter_stays_out(w, dir);
	dir->is_open = true;
	atomic_fetch_add(&dir->pins, 1);
	ucp_dir_opened(w, dir, src_fd, dst_fd);
	return 0;
}

int ucp_enter(struct ucp_worker *w, struct ucp_dir *dir)
{
	if (ucp_worker_is_canceled(w)) {
		return -ECANCELED;
	}
	int err = ucp_dir_pin(w, dir->parent);
	if (err < 0) {
		return enter_fail(w, UCP_FAIL_ACCESS, err, dir);
	}
	err = enter_pinned(w, dir);
	ucp_dir_unpin(dir->parent);
	return err;
}

/** One component of --parents: the node, begun, or NULL when told. */
static struct ucp_dir *enter_parent(struct ucp_worker *w, struct ucp_dir *above, const char *src,
				    const char *dst)
{
	struct ucp_dir *dir = ucp_dir_new(above, src, dst);

	if (dir == NULL) {
		ucp_worker_tell(w, UCP_FAIL_MEMORY, -ENOMEM, src, NULL, NULL);
		return NULL;
	}
	dir->is_path_only = true;
	dir->follow_name = true;
	if (ucp_enter(w, dir) < 0) {
		ucp_finish_unpinned(w, dir); /* its own pending: nothing will come of it */
		return NULL;
	}
	return dir; /* its own pending and its pin stand for "begun" */
}

bool ucp_enter_parents(struct ucp_worker *w, struct ucp_entry *e)
{
	struct ucp_dir *above = e->dir;
	const char *at = e->src_name;

	for (;;) {
		size_t lead = strspn(at, "/");
		size_t len = strcspn(at + lead, "/");
		const char *rest = at + lead + len;
		if (rest[strspn(rest, "/")] == '\0') {
			break; /* the last component is the operand itself */
		}
		char *src = strndup(at, lead + len);
		struct ucp_dir *dir = src != NULL ? enter_parent(w, above, src, src + lead) : NULL;
		free(src);
		if (above != e->dir) {
			ucp_finish_entry(w, above); /* the next one keeps it from finishing */
		}
		if (dir == NULL) {
			return false;
		}
		above = dir;
		at = rest + strspn(rest, "/");
	}
	e->src_name = at;
	e->dst_name = at + strspn(at, "/");
	e->dir = above;
	return true;
}
