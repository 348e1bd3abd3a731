/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/change.h"

#include "core/copy.h"
#include "core/sys/fd.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/** Whether the name of a source leads nowhere any more. */
static bool change_is_gone(const struct ucp_entry *e)
{
	struct stat st;

	return ucp_fd_statat(e->dir->fd[UCP_SRC], e->src_name, e->follow ? 0 : AT_SYMLINK_NOFOLLOW,
			     &st) == -ENOENT;
}

/** Whether two times are the same. */
static bool change_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/**
 * Whether a source is not what it was when it was opened.
 *
 * The change time shows what other times can be made to hide. A file that was
 * removed meanwhile has changed by that alone: the copy is its last state.
 */
static bool change_has_changed(const struct ucp_file *file)
{
	const struct stat *then = &file->entry.st;
	struct stat now;

	if (ucp_fd_stat(file->src_fd, &now) < 0) {
		return true;
	}
	bool is_same = now.st_size == then->st_size &&
		       change_same_time(&now.st_mtim, &then->st_mtim);
	if (is_same && now.st_nlink == 0 && then->st_nlink > 0 && change_is_gone(&file->entry)) {
		return false;
	}
	return !is_same || !change_same_time(&now.st_ctim, &then->st_ctim);
}

/** A source has changed: what the options make of it. */
static enum ucp_verdict change_follow(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;

	file->has_changed = true;
	if (w->set->on_change == UCP_CHANGE_WARNED) {
		ucp_worker_tell_entry(w, UCP_WARN_CHANGED, 0, &file->entry);
		return UCP_VERDICT_RIGHT;
	}
	if (w->set->on_change == UCP_CHANGE_RETRIED && ucp_again_may(file)) {
		if (w->set->tell_debug) {
			ucp_worker_tell_entry(w, UCP_DID_AGAIN, 0, &file->entry);
		}
		return UCP_VERDICT_AGAIN;
	}
	ucp_copy_fail(file, UCP_FAIL_CHANGED, 0);
	return UCP_VERDICT_WRONG;
}

bool ucp_change_is_stream(const struct ucp_file *file)
{
	const struct stat *st = &file->entry.st;

	return file->entry.member != NULL || !S_ISREG(st->st_mode) ||
	       (file->attempt.road == UCP_ROAD_STREAM && st->st_size == 0);
}

void ucp_change_forgive(struct ucp_file *file)
{
	struct ucp_entry *e = &file->entry;
	struct stat st;

	if ((e->has_removed || e->backup != NULL) &&
	    file->w->set->on_change != UCP_CHANGE_IGNORED && ucp_fd_stat(file->src_fd, &st) == 0) {
		e->st.st_ctim = st.st_ctim;
		e->st.st_nlink = st.st_nlink;
	}
}

enum ucp_verdict ucp_change_judge(struct ucp_file *file)
{
	const struct ucp_settings *set = file->w->set;

	if (set->on_change == UCP_CHANGE_IGNORED || set->attributes_only ||
	    ucp_change_is_stream(file) || !change_has_changed(file)) {
		return UCP_VERDICT_RIGHT;
	}
	return change_follow(file);
}

bool ucp_change_explains(struct ucp_file *file, enum ucp_verdict *ret_verdict)
{
	const struct ucp_settings *set = file->w->set;

	if (set->on_change == UCP_CHANGE_IGNORED || !change_has_changed(file)) {
		return false;
	}
	/* Told already, if it had changed by the end of its copy. */
	bool is_told = set->on_change == UCP_CHANGE_WARNED && file->has_changed;
	*ret_verdict = is_told ? UCP_VERDICT_RIGHT : change_follow(file);
	return true;
}
