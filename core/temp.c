/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/temp.h"

#include "core/meta.h"
#include "core/note.h"
#include "core/place.h"
#include "core/replace.h"
#include "core/sys/attr.h"
#include "core/sys/fd.h"
#include "core/sys/path.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TEMP_LINKS = 40,   /* symlinks in a row: as many as the kernel follows */
	TEMP_TRIES = 3,    /* somebody else may take the name, or free it, meanwhile */
	TEMP_PATH = 64,    /* bytes of /proc/self/fd/N */
};

/** What the final name is relative to. */
static int temp_dir(const struct ucp_temp *temp, const struct ucp_entry *e)
{
	return temp->has_dir ? temp->dir : e->dir->fd[UCP_DST];
}

/** The final name. */
static const char *temp_target(const struct ucp_temp *temp, const struct ucp_entry *e)
{
	return temp->target != NULL ? temp->target : e->dst_name;
}

/** Release what a temporary holds. */
static void temp_clear(struct ucp_temp *temp)
{
	if (temp->has_dir) {
		ucp_fd_drop(&temp->dir);
	}
	free(temp->target);
	free(temp->name);
	*temp = (struct ucp_temp){0};
}

/** One symlink on: 0, or a negative errno. */
static int temp_step(struct ucp_temp *temp, const struct ucp_entry *e)
{
	int at = temp_dir(temp, e);
	char *base = ucp_path_dir(temp_target(temp, e));
	char *text = NULL;
	char *dir = NULL;
	size_t len;

	int err = base != NULL ? ucp_fd_readlinkat(at, temp_target(temp, e), 0, &text) : -ENOMEM;
	/* The link's text is relative to the directory that the link is in. */
	int from = err == 0 ? ucp_fd_openat(at, base, O_PATH | O_DIRECTORY, 0) : err;
	free(base);
	if (from < 0) {
		free(text);
		return from;
	}
	dir = ucp_path_dir(text);
	char *name = strdup(ucp_path_last(text, &len));
	free(text);
	int fd = dir != NULL && name != NULL ? ucp_fd_openat(from, dir, O_PATH | O_DIRECTORY, 0)
					     : -ENOMEM;
	ucp_fd_drop(&from);
	free(dir);
	if (fd < 0 || len == 0) {
		int fail = fd < 0 ? fd : -EISDIR;
		free(name);
		ucp_fd_drop(&fd);
		return fail;
	}
	temp_clear(temp);
	temp->has_dir = true;
	temp->dir = fd;
	temp->target = name;
	return 0;
}

int ucp_temp_follow(struct ucp_temp *temp, const struct ucp_entry *e)
{
	for (int i = 0; i < TEMP_LINKS; i++) {
		struct stat st;
		int err = ucp_temp_stat_target(temp, e, &st);
		if (err < 0 || !S_ISLNK(st.st_mode)) {
			return err == -ENOENT ? 0 : err; /* it may be dangling */
		}
		err = temp_step(temp, e);
		if (err < 0) {
			return err;
		}
	}
	return -ELOOP;
}

int ucp_temp_stat_target(const struct ucp_temp *temp, const struct ucp_entry *e,
			 struct stat *ret_st)
{
	return ucp_fd_statat(temp_dir(temp, e), temp_target(temp, e), AT_SYMLINK_NOFOLLOW, ret_st);
}

bool ucp_temp_may_write(const struct ucp_temp *temp, const struct ucp_entry *e)
{
	return faccessat(temp_dir(temp, e), temp_target(temp, e), W_OK, AT_EACCESS) == 0 ||
	       errno == ENOENT;
}

int ucp_temp_open_target(const struct ucp_temp *temp, const struct ucp_entry *e)
{
	int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = ucp_fd_openat(temp_dir(temp, e), temp_target(temp, e), O_RDONLY | flags, 0);

	return fd != -EACCES ? fd
			     : ucp_fd_openat(temp_dir(temp, e), temp_target(temp, e),
					     O_PATH | flags, 0);
}

/** Whether an error says that the filesystem has no O_TMPFILE, or the kernel has none. */
static bool temp_is_lacking(int err)
{
	return err == -EOPNOTSUPP || err == -EISDIR || err == -EINVAL;
}

/** Whether a copy is to be on btrfs; asked once for each device in a row. */
static bool temp_is_on_btrfs(struct ucp_worker *w, const struct ucp_temp *temp,
			     const struct ucp_entry *e)
{
	uint64_t dev = e->dir->dev[UCP_DST];

	if (temp->has_dir || dev == 0) {
		return ucp_fs_is_btrfs(temp_dir(temp, e));
	}
	if (w->looked_dev != dev) {
		w->looked_dev = dev;
		w->looked_btrfs = ucp_fs_is_btrfs(e->dir->fd[UCP_DST]);
	}
	return w->looked_btrfs;
}

/** A file without a name: a descriptor, or a negative errno. */
static int temp_open_unnamed(struct ucp_worker *w, const struct ucp_temp *temp,
			     const struct ucp_entry *e, int flags, mode_t mode)
{
	const struct ucp_dir *dir = e->dir;
	bool is_simple = temp->target == NULL && strchr(e->dst_name, '/') == NULL;

	/* Before Linux 6.16 an fsync of a file without name is none on btrfs. */
	if (!w->shared->has_proc ||
	    (w->set->fsync != UCP_FSYNC_NEVER && temp_is_on_btrfs(w, temp, e)) ||
	    (is_simple && dir->dev[UCP_DST] != 0 && dir->dev[UCP_DST] == w->named_dev)) {
		return -EOPNOTSUPP;
	}
	char *path = is_simple ? NULL : ucp_path_dir(temp_target(temp, e));
	if (!is_simple && path == NULL) {
		return -ENOMEM;
	}
	int fd = ucp_fd_openat(temp_dir(temp, e), is_simple ? "." : path, O_TMPFILE | flags, mode);
	free(path);
	if (fd < 0 && temp_is_lacking(fd) && is_simple) {
		w->named_dev = dir->dev[UCP_DST];
	}
	return fd;
}

int ucp_temp_open(struct ucp_worker *w, struct ucp_temp *temp, const struct ucp_entry *e,
		  int flags, mode_t mode)
{
	int fd = temp_open_unnamed(w, temp, e, flags, mode);

	if (fd < 0 && temp_is_lacking(fd)) {
		fd = ucp_replace_open(temp_dir(temp, e), temp_target(temp, e), flags, mode,
				      &temp->name);
	}
	temp->is_used = fd >= 0;
	return fd;
}

/** What links a file that has no name. */
static struct ucp_replacement temp_by_fd(int fd, char path[TEMP_PATH])
{
	(void)snprintf(path, TEMP_PATH, "/proc/self/fd/%d", fd);
	return (struct ucp_replacement){
		.type = S_IFREG,
		.from = path,
		.from_dir = AT_FDCWD,
		.flags = AT_SYMLINK_FOLLOW,
	};
}

/** Give the copy a name that is free: 0, -EEXIST, or another negative errno. */
static int temp_link(struct ucp_temp *temp, const struct ucp_entry *e, int fd)
{
	int dir = temp_dir(temp, e);
	const char *target = temp_target(temp, e);
	char path[TEMP_PATH];

	if (temp->name == NULL) {
		struct ucp_replacement what = temp_by_fd(fd, path);
		return UCP_RETRY(linkat(what.from_dir, what.from, dir, target, what.flags)) == 0
			       ? 0
			       : -errno;
	}
	int rc = UCP_RETRY(renameat2(dir, temp->name, dir, target, RENAME_NOREPLACE));
	if (rc != 0 && errno == EINVAL) {
		/* The filesystem cannot promise it. A link can, and may be as impossible. */
		rc = UCP_RETRY(linkat(dir, temp->name, dir, target, 0));
		if (rc == 0) {
			(void)unlinkat(dir, temp->name, 0); /* its other name stays */
		} else if (errno == EPERM || errno == EOPNOTSUPP) {
			struct stat st;
			if (ucp_temp_stat_target(temp, e, &st) == 0) {
				return -EEXIST;
			}
			rc = UCP_RETRY(renameat(dir, temp->name, dir, target));
		}
	}
	return rc == 0 ? 0 : -errno;
}

/** Put the copy in the place of what has its name: 0, or a negative errno. */
static int temp_replace(struct ucp_temp *temp, const struct ucp_entry *e, int fd)
{
	int dir = temp_dir(temp, e);
	const char *target = temp_target(temp, e);
	char path[TEMP_PATH];
	char *tmp = NULL;

	if (temp->name == NULL) {
		struct ucp_replacement what = temp_by_fd(fd, path);
		int err = ucp_replace_begin(&what, dir, target, &tmp);
		return err < 0 ? err : ucp_replace_end(dir, tmp, target);
	}
	int err = UCP_RETRY(renameat(dir, temp->name, dir, target)) == 0 ? 0 : -errno;
	if (err == 0) {
		(void)unlinkat(dir, temp->name, 0); /* left over when both were one file by then */
	}
	return err;
}

/** Tell that a copy could not get its name. */
static enum ucp_publish temp_fail(struct ucp_worker *w, const struct ucp_temp *temp,
				  struct ucp_entry *e, int err)
{
	size_t len = strlen(e->dst_name);

	if (!temp->replaces && len > 0 && e->dst_name[len - 1] == '/' && err == -ENOENT) {
		err = -ENOTDIR; /* open(2) on "new/" */
	}
	ucp_note_begun(w, e);
	ucp_worker_tell_entry(w, temp->replaces ? UCP_FAIL_RENAME : UCP_FAIL_CREATE, err, e);
	return UCP_PUBLISH_FAILED;
}

/** A complete copy takes on what it is to keep of a file that has appeared: false when told. */
static bool temp_inherit(struct ucp_worker *w, const struct ucp_temp *temp, struct ucp_entry *e,
			 int fd)
{
	int old = ucp_temp_open_target(temp, e);

	if (old < 0) {
		return old == -ENOENT || temp_fail(w, temp, e, old) == UCP_PUBLISH_DONE;
	}
	bool is_kept = ucp_meta_inherit(w, e, old, fd);
	ucp_fd_drop(&old);
	if (!is_kept && !w->set->force) {
		return temp_fail(w, temp, e, -EPERM) == UCP_PUBLISH_DONE;
	}
	if (w->set->fsync != UCP_FSYNC_NEVER && fsync(fd) != 0) {
		ucp_worker_tell_entry(w, UCP_FAIL_SYNC, -errno, e);
		return false;
	}
	return true;
}

/** The name is taken by now: decide anew. DONE when it may be replaced. */
static enum ucp_publish temp_decide(struct ucp_worker *w, struct ucp_temp *temp,
				    struct ucp_entry *e, int fd)
{
	struct stat st;
	bool is_link;

	switch (ucp_place_ahead(w, e, &st, &is_link)) {
	case UCP_PLACE_NEW:
		return UCP_PUBLISH_DONE; /* it is free again */
	case UCP_PLACE_SWAP:
		temp->replaces = temp->removes = true;
		return UCP_PUBLISH_DONE;
	case UCP_PLACE_INTO:
		/* Only what it would have been made for, had it been there from the beginning. */
		if (is_link || !S_ISREG(st.st_mode) || w->set->attributes_only ||
		    !ucp_temp_may_write(temp, e)) {
			return temp_fail(w, temp, e, -EEXIST);
		}
		temp->replaces = true;
		return temp_inherit(w, temp, e, fd) ? UCP_PUBLISH_DONE : UCP_PUBLISH_FAILED;
	case UCP_PLACE_SKIP:
	case UCP_PLACE_SAME:
		ucp_count(&w->counts.skipped, 1);
		return w->set->update == UCP_UPDATE_OLDER && !e->is_declined
			       ? UCP_PUBLISH_KEPT
			       : UCP_PUBLISH_SKIPPED;
	default:
		return UCP_PUBLISH_FAILED;
	}
}

/** Whether -u keeps what has come to the name since it was decided to replace it. */
static bool temp_is_outdated(const struct ucp_worker *w, const struct ucp_temp *temp,
			     const struct ucp_entry *e)
{
	struct stat st;

	return w->set->update == UCP_UPDATE_OLDER && !temp->removes &&
	       ucp_temp_stat_target(temp, e, &st) == 0 &&
	       !ucp_place_is_newer(&e->st.st_mtim, &st.st_mtim);
}

/** Replace what is there, keeping it as a backup if asked. */
static enum ucp_publish temp_publish_over(struct ucp_worker *w, struct ucp_temp *temp,
					  struct ucp_entry *e, int fd)
{
	if (w->set->backup != UCP_BACKUP_NONE && ucp_place_back_up(w, e) == UCP_PLACE_FAIL) {
		return UCP_PUBLISH_FAILED;
	}
	int err = temp_is_outdated(w, temp, e) ? -EEXIST : temp_replace(temp, e, fd);
	if (err == -EEXIST) {
		ucp_count(&w->counts.skipped, 1);
		return UCP_PUBLISH_KEPT;
	}
	if (err < 0) {
		return temp_fail(w, temp, e, err);
	}
	if (temp->removes) {
		ucp_place_tell_swap(w, e);
	}
	return UCP_PUBLISH_OVER;
}

/** Give the copy its name, whatever has it by now. */
static enum ucp_publish temp_publish(struct ucp_worker *w, struct ucp_temp *temp,
				     struct ucp_entry *e, int fd)
{
	int err = -EEXIST;

	for (int i = 0; i < TEMP_TRIES && !temp->replaces && err == -EEXIST; i++) {
		err = temp_link(temp, e, fd);
		if (err == 0) {
			return UCP_PUBLISH_DONE;
		}
		if (err == -EEXIST) {
			enum ucp_publish publish = temp_decide(w, temp, e, fd);
			if (publish != UCP_PUBLISH_DONE) {
				return publish;
			}
		}
	}
	return temp->replaces ? temp_publish_over(w, temp, e, fd) : temp_fail(w, temp, e, err);
}

enum ucp_publish ucp_temp_publish(struct ucp_worker *w, struct ucp_temp *temp,
				  struct ucp_entry *e, int fd)
{
	enum ucp_publish publish = temp_publish(w, temp, e, fd);

	if (publish != UCP_PUBLISH_DONE && publish != UCP_PUBLISH_OVER) {
		ucp_temp_drop(w, temp, e);
		return publish;
	}
	if (temp->has_dir && w->set->fsync != UCP_FSYNC_NEVER) {
		/* No node stands for the directory behind a symlink, which has a new name in it. */
		int err = ucp_attr_sync_dir(temp->dir);
		enum ucp_act act;
		if (ucp_note_dir_sync(w, err, &act)) {
			ucp_worker_tell_entry(w, act, err < 0 ? err : 0, e);
		}
	}
	temp_clear(temp);
	ucp_note_made(w, e);
	return publish;
}

/** A temporary name cannot be removed: tell where it is. */
static void temp_tell_left(struct ucp_worker *w, const struct ucp_temp *temp,
			   const struct ucp_entry *e, int err)
{
	char *dir = temp->target == NULL ? ucp_path_dir(e->dst_name) : NULL;
	char *name = NULL;

	/* Names are relative to the directory of the target, which is mostly the entry's. */
	if (dir == NULL || strcmp(dir, ".") == 0 || strchr(temp->name, '/') != NULL ||
	    asprintf(&name, "%s/%s", dir, temp->name) < 0) {
		name = NULL;
	}
	ucp_worker_tell_at(w, UCP_FAIL_REMOVE, err, e->dir, e->src_name,
			   name != NULL ? name : temp->name, NULL);
	free(name);
	free(dir);
}

void ucp_temp_drop(struct ucp_worker *w, struct ucp_temp *temp, const struct ucp_entry *e)
{
	if (temp->name != NULL && UCP_RETRY(unlinkat(temp_dir(temp, e), temp->name, 0)) != 0 &&
	    errno != ENOENT) {
		temp_tell_left(w, temp, e, -errno);
	}
	temp_clear(temp);
}
