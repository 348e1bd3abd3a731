/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/again.h"

#include "core/copy.h"
#include "core/meta.h"
#include "core/mode.h"
#include "core/sys/attr.h"
#include "core/sys/cache.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool ucp_again_may(struct ucp_file *file)
{
	mode_t mode = file->entry.st.st_mode;

	if (file->copy.n_again >= file->w->set->retries || ucp_worker_is_canceled(file->w) ||
	    file->entry.member != NULL || (!S_ISREG(mode) && !S_ISBLK(mode))) {
		return false; /* what comes out of an archive or a FIFO comes once */
	}
	file->copy.n_again++;
	return true;
}

/** Whether what has the source's name by now may be copied: 0, or -ELOOP or -EEXIST. */
static int again_may_reopen(const struct ucp_file *file, const struct stat *st)
{
	const struct stat *seen = &file->entry.st;
	bool is_same = st->st_ino == seen->st_ino && st->st_dev == seen->st_dev;
	struct stat dst_st;

	if ((st->st_mode & S_IFMT) != (seen->st_mode & S_IFMT) ||
	    (!is_same && file->copy.group != NULL)) {
		return -ELOOP; /* what other names are linked to is a copy of the file before */
	}
	if (ucp_fd_stat(file->copy.fd, &dst_st) == 0 && dst_st.st_ino == st->st_ino &&
	    dst_st.st_dev == st->st_dev) {
		return -EEXIST; /* somebody has linked the copy to it; it is about to be emptied */
	}
	return 0;
}

/** Open and look at the source once more: 0, -ELOOP, -EEXIST, or another negative errno. */
static int again_reopen(struct ucp_file *file)
{
	struct ucp_entry *e = &file->entry;
	struct stat st;

	/* By name: what has the name by now is what is to be copied. */
	int flags = O_RDONLY | O_NOCTTY | (e->follow ? 0 : O_NOFOLLOW);
	int fd = ucp_fd_openat(e->dir->fd[UCP_SRC], e->src_name, flags | O_NONBLOCK, 0);
	if (fd == -EAGAIN || fd == -EWOULDBLOCK) { /* a lease is on it, as in copy_on_open() */
		fd = ucp_worker_open_interruptible(file->w, e->dir->fd[UCP_SRC], e->src_name, flags, 0);
	}
	int err = fd < 0 ? fd : ucp_fd_stat(fd, &st);
	if (err == 0) {
		err = again_may_reopen(file, &st);
	}
	if (err < 0) {
		if (fd >= 0) {
			ucp_fd_drop(&fd);
		}
		return err;
	}
	if (file->src_fd >= 0) {
		ucp_fd_drop(&file->src_fd);
	}
	file->src_fd = fd;
	e->st = st;
	return 0;
}

/** Take from a copy what a new state of its source will not allow, before its data comes. */
static void again_narrow(struct ucp_file *file)
{
	const struct ucp_settings *set = file->w->set;
	mode_t asked = ucp_mode_asked(set, file->entry.st.st_mode);
	bool is_inherited = !file->copy.is_created || file->copy.temp.replaces;
	struct stat st;

	if (!set->keep_mode && is_inherited) {
		return; /* the permissions are those of the file that was there */
	}
	file->copy.mode = set->keep_mode ? asked : file->copy.mode & asked;
	/* Attributes can be set only on what is writable, even by its owner. */
	mode_t keep = (set->keep_mode ? ucp_mode_private(file->copy.mode) : asked) | 0200;
	if (ucp_fd_stat(file->copy.fd, &st) == 0 && (st.st_mode & 07777 & ~keep) != 0) {
		/* What fails is told when it is complete. */
		(void)ucp_attr_chmod(file->copy.fd, st.st_mode & keep);
	}
	file->mode_is_right = file->mode_is_right && !set->keep_mode;
	file->copy.may_have_acl = true;
}

/** A copy that is to be made again cannot be: tell why. */
static void again_fail(struct ucp_file *file, int err)
{
	const struct ucp_entry *e = &file->entry;
	/* Of the pass that has shown it. */
	bool is_wrong = file->pass.kind == UCP_PASS_BACK || file->pass.kind == UCP_PASS_SOURCE;

	switch (err) {
	case -ELOOP:
		ucp_copy_fail(file, UCP_FAIL_REPLACED, 0);
		break;
	case -EEXIST:
		ucp_copy_fail(file, UCP_FAIL_SAME_FILE, 0);
		break;
	default:
		ucp_copy_fail(file, UCP_FAIL_OPEN, err);
		break;
	}
	if (is_wrong && !ucp_worker_is_canceled(file->w)) {
		ucp_worker_tell_at(file->w, UCP_FAIL_DIFFERS, 0, e->dir, e->src_name, e->dst_name,
				   "it cannot be copied again");
	}
}

/** Take back the data that a copy has: 0, or a negative errno. */
static int again_empty(const struct ucp_file *file)
{
	int err = ucp_cache_direct(file->copy.fd, false);

	if (err < 0) {
		return err;
	}
	if (file->copy.is_regular) {
		return UCP_RETRY(ftruncate(file->copy.fd, 0)) == 0 ? 0 : -errno;
	}
	return lseek(file->copy.fd, 0, SEEK_SET) == 0 ? 0 : -errno;
}

int ucp_again_ready(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;

	ucp_count(&w->counts.again, 1);
	int err = again_reopen(file);
	if (err < 0) {
		again_fail(file, err);
		return err;
	}
	again_narrow(file);
	err = again_empty(file);
	if (err < 0) {
		ucp_copy_fail(file, UCP_FAIL_WRITE, err);
		return err;
	}
	if (ucp_meta_wants_xattrs(w->set)) {
		file->has_xattrs = ucp_meta_peek(w, file->src_fd).has_xattrs;
	}
	file->owner_is_right = file->owner_is_right && !w->set->keep_owner;
	file->copy.size = (uint64_t)file->entry.st.st_size;
	return 0;
}
