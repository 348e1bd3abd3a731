/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/place.h"

#include "core/backup.h"
#include "core/busy.h"
#include "core/sys/fd.h"
#include "core/sys/path.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Tell a failure about an entry, and decide so. */
static enum ucp_place place_refuse(struct ucp_worker *w, const struct ucp_entry *e,
				   enum ucp_act act, int err)
{
	ucp_worker_tell_entry(w, act, err, e);
	return UCP_PLACE_FAIL;
}

bool ucp_place_remove(struct ucp_worker *w, struct ucp_entry *e)
{
	bool is_gone = UCP_RETRY(unlinkat(e->dir->fd[UCP_DST], e->dst_name, 0)) == 0;

	if (!is_gone && errno != ENOENT) {
		ucp_worker_tell_entry(w, UCP_FAIL_REMOVE, -errno, e);
		return false;
	}
	e->has_removed = e->has_removed || is_gone;
	ucp_worker_tell_entry(w, UCP_DID_REMOVE, 0, e);
	return true;
}

bool ucp_place_is_unseen(struct ucp_worker *w, const struct ucp_entry *e)
{
	struct stat st;

	if (e->dir->is_created) {
		return false; /* nor does cp look where nothing can be */
	}
	int err = ucp_fd_statat(e->dir->fd[UCP_DST], e->dst_name, AT_SYMLINK_NOFOLLOW, &st);
	if (err == 0 || err == -ENOENT) {
		return false;
	}
	/* With -f cp takes a loop for a symlink that can be removed. */
	enum ucp_act act = err == -ELOOP && w->set->force ? UCP_FAIL_REMOVE : UCP_FAIL_STAT_DST;
	ucp_worker_tell_entry(w, act, err, e);
	return true;
}

bool ucp_place_is_newer(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/** Ask the user about a destination. */
static bool place_ask(struct ucp_worker *w, const struct ucp_entry *e, const struct stat *dst)
{
	struct ucp_shared *shared = w->shared;
	bool yes;

	char *path = ucp_dir_path(e->dir, UCP_DST, e->dst_name);
	struct ucp_question question = {
		.dst = path != NULL ? path : e->dst_name,
		.mode = dst->st_mode,
		.can_write = S_ISLNK(dst->st_mode) ||
			     faccessat(e->dir->fd[UCP_DST], e->dst_name, W_OK, AT_EACCESS) == 0,
		.will_replace = w->set->force || w->set->remove_first,
	};
	pthread_mutex_lock(&shared->tell_lock);
	yes = shared->listener.ask(shared->listener.ctx, &question);
	pthread_mutex_unlock(&shared->tell_lock);
	free(path);
	return yes;
}

/** How far a decision goes. */
enum place_how {
	PLACE_ACT,     /* what must go goes, backups are made */
	PLACE_REPLACE, /* the same; the name is replaced without being written through */
	PLACE_AHEAD,   /* nothing is touched yet */
	PLACE_LOOK,    /* nothing is touched: the source cannot be had */
};

/** --update, -n and -i: whether the destination stays as it is. */
static enum ucp_place place_by_update(struct ucp_worker *w, struct ucp_entry *e,
				      const struct stat *dst)
{
	const struct ucp_settings *set = w->set;

	if (set->update == UCP_UPDATE_OLDER &&
	    !ucp_place_is_newer(&e->st.st_mtim, &dst->st_mtim)) {
		return UCP_PLACE_SKIP;
	}
	if (set->update == UCP_UPDATE_NONE_FAIL) {
		return place_refuse(w, e, UCP_FAIL_KEPT, 0);
	}
	if (set->update == UCP_UPDATE_NONE) {
		ucp_worker_tell_entry(w, UCP_DID_SKIP, 0, e);
		return UCP_PLACE_SKIP;
	}
	if (set->ask && !e->is_agreed && !place_ask(w, e, dst)) {
		e->is_declined = true;
		return UCP_PLACE_SKIP;
	}
	e->is_agreed = true; /* not asked again when it has to wait, or to try again */
	return UCP_PLACE_INTO;
}

/** Whether symlinks stand for themselves: everywhere, or with -H below the operands. */
static bool place_is_physical(const struct ucp_settings *set, const struct ucp_entry *e)
{
	return set->follow == UCP_FOLLOW_NEVER ||
	       (set->follow == UCP_FOLLOW_OPERANDS && e->operand == NULL);
}

/** Whether the name must go before the copy is made, as cp does. */
static bool place_must_remove(const struct ucp_settings *set, const struct ucp_entry *e,
			      const struct stat *dst)
{
	if (set->remove_first) {
		return true;
	}
	if (set->attributes_only) {
		return false;
	}
	/* Writing into a file with several names would change the others too. */
	return (set->keep_links && dst->st_nlink > 1) ||
	       (place_is_physical(set, e) && !S_ISREG(e->st.st_mode));
}

/** Whether an earlier operand made the destination. */
static bool place_is_just_created(const struct ucp_entry *e)
{
	const struct ucp_operand *op = e->operand != NULL ? e->operand->earlier : NULL;

	while (op != NULL && !op->was_created) {
		op = op->earlier;
	}
	return op != NULL;
}

/** What place_stat() found. */
struct place_dst {
	struct stat st;      /**< of what the decision is about */
	struct stat link_st; /**< of the name itself */
	bool is_link;        /**< the name is a symlink */
};

/** Whether the backup of a destination would replace the source. */
static bool place_backup_is_source(const struct ucp_settings *set, const struct ucp_entry *e)
{
	return set->backup != UCP_BACKUP_NUMBERED &&
	       ucp_backup_is_source(e->dir->fd[UCP_DST], e->dst_name, set, e->src_name, &e->st);
}

enum ucp_place ucp_place_back_up(struct ucp_worker *w, struct ucp_entry *e)
{
	const struct ucp_settings *set = w->set;
	int dir = e->dir->fd[UCP_DST];
	char *backup = NULL;
	bool stays = set->atomic;
	int err = -EPERM;

	if (place_backup_is_source(set, e)) {
		return place_refuse(w, e, UCP_FAIL_BACKUP_SOURCE, 0);
	}
	if (stays) {
		err = ucp_backup_link(dir, e->dst_name, set, &backup);
	}
	if (err == -EPERM || err == -EOPNOTSUPP || err == -EMLINK) {
		stays = false;
		err = ucp_backup_make(dir, e->dst_name, set, &backup);
	}
	if (err < 0 && err != -ENOENT) {
		return place_refuse(w, e, UCP_FAIL_BACKUP, err);
	}
	if (err == 0) {
		free(e->backup); /* of an attempt before this one */
		e->backup = backup;
	}
	return stays && err == 0 ? UCP_PLACE_SWAP : UCP_PLACE_NEW;
}

/** Decide about two entries that both are not directories. */
static enum ucp_place place_file(struct ucp_worker *w, struct ucp_entry *e, enum place_how how,
				 const struct place_dst *dst)
{
	const struct ucp_settings *set = w->set;

	if (set->backup != UCP_BACKUP_NUMBERED && place_is_just_created(e)) {
		bool is_through = dst->is_link && !S_ISLNK(dst->st.st_mode);
		return place_refuse(w, e, is_through ? UCP_FAIL_THROUGH_LINK
						     : UCP_FAIL_JUST_CREATED, 0);
	}
	if (how == PLACE_LOOK) {
		return UCP_PLACE_INTO;
	}
	if (how == PLACE_AHEAD) {
		if (set->backup != UCP_BACKUP_NONE && place_backup_is_source(set, e)) {
			return place_refuse(w, e, UCP_FAIL_BACKUP_SOURCE, 0);
		}
		return set->backup != UCP_BACKUP_NONE || place_must_remove(set, e, &dst->st)
			       ? UCP_PLACE_SWAP
			       : UCP_PLACE_INTO;
	}
	if (set->backup != UCP_BACKUP_NONE) {
		return ucp_place_back_up(w, e);
	}
	if (place_must_remove(set, e, &dst->st)) {
		if (set->make != UCP_MAKE_COPY || (set->atomic && how == PLACE_REPLACE)) {
			return UCP_PLACE_SWAP;
		}
		return ucp_place_remove(w, e) ? UCP_PLACE_NEW : UCP_PLACE_FAIL;
	}
	return UCP_PLACE_INTO;
}

/** What is at the destination name, through a symlink where cp looks through it. */
static int place_stat(const struct ucp_settings *set, const struct ucp_entry *e,
		      struct place_dst *ret_dst)
{
	bool as_regular = S_ISREG(e->st.st_mode) ||
			  (!S_ISDIR(e->st.st_mode) && !S_ISLNK(e->st.st_mode) &&
			   (!set->recursive || set->copy_contents));
	bool keep_link = !as_regular || set->make != UCP_MAKE_COPY || set->remove_first ||
			 set->backup != UCP_BACKUP_NONE;
	int dst_fd = e->dir->fd[UCP_DST];

	int err = ucp_fd_statat(dst_fd, e->dst_name, AT_SYMLINK_NOFOLLOW, &ret_dst->link_st);
	if (err < 0) {
		return err;
	}
	ret_dst->st = ret_dst->link_st;
	ret_dst->is_link = S_ISLNK(ret_dst->st.st_mode);
	if (!ret_dst->is_link) {
		return 0;
	}
	if (S_ISDIR(e->st.st_mode) && set->keep_dir_links) {
		struct stat behind;
		if (ucp_fd_statat(dst_fd, e->dst_name, 0, &behind) == 0 &&
		    S_ISDIR(behind.st_mode)) {
			ret_dst->st = behind;
		}
		return 0;
	}
	if (keep_link) {
		return 0;
	}
	err = ucp_fd_statat(dst_fd, e->dst_name, 0, &ret_dst->st);
	return err == -ENOENT ? -ENOLINK : err;
}

/** Whether two statuses are of one inode. */
static bool place_same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/** Status of the directory that a name is in; a negative errno when that fails. */
static int place_parent(int dir, const char *name, struct stat *ret_st)
{
	char *path = ucp_path_dir(name);
	if (path == NULL) {
		return -ENOMEM;
	}
	int err = ucp_fd_statat(dir, path, 0, ret_st);
	free(path);
	return err;
}

/** Whether source and destination are one directory entry, not only one file. */
static bool place_same_name(const struct ucp_entry *e)
{
	size_t src_len, dst_len;
	const char *src_last = ucp_path_last(e->src_name, &src_len);
	const char *dst_last = ucp_path_last(e->dst_name, &dst_len);
	struct stat src, dst;

	return src_len == dst_len && memcmp(src_last, dst_last, src_len) == 0 &&
	       place_parent(e->dir->fd[UCP_SRC], e->src_name, &src) == 0 &&
	       place_parent(e->dir->fd[UCP_DST], e->dst_name, &dst) == 0 &&
	       place_same_inode(&src, &dst);
}

/** Where symlinks are not followed: whether source or destination is a symlink to the other. */
static bool place_points(const struct ucp_entry *e, const struct place_dst *dst)
{
	struct stat src = e->st, to = dst->st;

	if (S_ISLNK(src.st_mode) &&
	    ucp_fd_statat(e->dir->fd[UCP_SRC], e->src_name, 0, &src) < 0) {
		return false;
	}
	if (S_ISLNK(to.st_mode) && ucp_fd_statat(e->dir->fd[UCP_DST], e->dst_name, 0, &to) < 0) {
		return false;
	}
	return place_same_inode(&src, &to);
}

/**
 * Whether source and destination are one file in a way that copying would destroy.
 *
 * Returns INTO when it is fine to go on, SAME when there is nothing to do, FAIL
 * to refuse. The cases are those that cp tells apart.
 */
static enum ucp_place place_same_file(const struct ucp_settings *set, const struct ucp_entry *e,
				      const struct place_dst *dst)
{
	bool is_same = place_same_inode(&e->st, &dst->st);
	bool is_hard = set->make == UCP_MAKE_HARD_LINK;
	bool has_backup = set->backup != UCP_BACKUP_NONE;
	struct stat src = e->st;
	struct stat to = dst->st;

	if (is_same && is_hard) {
		return UCP_PLACE_SAME;
	}
	if (place_is_physical(set, e)) {
		if (S_ISLNK(src.st_mode) && S_ISLNK(to.st_mode)) {
			return place_same_name(e)          ? UCP_PLACE_FAIL
			       : is_same && !has_backup ? UCP_PLACE_SAME
							: UCP_PLACE_INTO;
		}
	} else {
		if (!is_same) {
			return UCP_PLACE_INTO;
		}
		to = dst->link_st;
		if (ucp_fd_statat(e->dir->fd[UCP_SRC], e->src_name, AT_SYMLINK_NOFOLLOW,
				  &src) < 0) {
			return UCP_PLACE_INTO;
		}
		if (S_ISLNK(src.st_mode) && S_ISLNK(to.st_mode) && set->remove_first) {
			return UCP_PLACE_INTO;
		}
	}
	if (has_backup && place_same_inode(&src, &to)) {
		return place_same_name(e) ? UCP_PLACE_FAIL : UCP_PLACE_INTO;
	}
	if (has_backup) {
		/* Moving away what the source is a symlink to would leave it dangling. */
		return !place_is_physical(set, e) && S_ISLNK(src.st_mode) &&
				       !S_ISLNK(to.st_mode)
			       ? UCP_PLACE_FAIL
			       : UCP_PLACE_INTO;
	}
	if (set->remove_first &&
	    (S_ISLNK(to.st_mode) ||
	     (place_same_inode(&src, &to) && to.st_nlink > 1 && !place_same_name(e)))) {
		return UCP_PLACE_INTO; /* the name goes, the file stays under its other one */
	}
	if (!S_ISLNK(src.st_mode) && !S_ISLNK(to.st_mode) && !place_same_inode(&src, &to)) {
		return UCP_PLACE_INTO;
	}
	if (set->make == UCP_MAKE_SYMLINK && S_ISLNK(to.st_mode)) {
		return UCP_PLACE_INTO;
	}
	if (place_is_physical(set, e)) {
		if (!place_points(e, dst)) {
			return UCP_PLACE_INTO;
		}
		if (is_hard) {
			return S_ISLNK(to.st_mode) ? UCP_PLACE_INTO : UCP_PLACE_SAME;
		}
	}
	return UCP_PLACE_FAIL;
}

/**
 * Whether another copy is writing to the destination, so that its time says nothing yet.
 *
 * Only for -u: elsewhere nothing is decided by times.
 */
static bool place_is_in_the_making(struct ucp_worker *w, const struct ucp_entry *e,
				   enum place_how how, const struct place_dst *dst)
{
	return w->set->update == UCP_UPDATE_OLDER && how == PLACE_ACT &&
	       w->set->make == UCP_MAKE_COPY && S_ISREG(e->st.st_mode) &&
	       S_ISREG(dst->st.st_mode) && ucp_busy_is_claimed(w, &dst->st);
}

/** Decide. */
static enum ucp_place place_decide(struct ucp_worker *w, struct ucp_entry *e, enum place_how how,
				   struct place_dst *dst)
{
	const struct ucp_settings *set = w->set;
	bool src_is_dir = S_ISDIR(e->st.st_mode);
	unsigned int n_released;
	int err;

	do {
		n_released = ucp_busy_n_released(w);
		err = place_stat(set, e, dst);
		if (err == 0 && place_is_in_the_making(w, e, how, dst)) {
			return UCP_PLACE_WAIT;
		}
		/* Of one that has just been made the times may not have been seen. */
	} while (err == 0 && set->update == UCP_UPDATE_OLDER &&
		 n_released != ucp_busy_n_released(w));
	if (err == -ENOENT) {
		return UCP_PLACE_NEW;
	}
	if (err == -ENOLINK && place_is_just_created(e)) {
		return place_refuse(w, e, UCP_FAIL_THROUGH_LINK, 0);
	}
	if (err == -ENOLINK) {
		bool may_create = set->through_dangling || how == PLACE_REPLACE || how == PLACE_LOOK;
		return may_create
			       ? UCP_PLACE_INTO
			       : place_refuse(w, e, UCP_FAIL_DANGLING, 0);
	}
	if (err == -ELOOP && set->force && how == PLACE_AHEAD) {
		return UCP_PLACE_SWAP;
	}
	if (err == -ELOOP && set->force) {
		bool is_gone = how == PLACE_LOOK || ucp_place_remove(w, e);
		return is_gone ? UCP_PLACE_NEW : UCP_PLACE_FAIL;
	}
	if (err < 0) {
		return place_refuse(w, e, UCP_FAIL_STAT_DST, err);
	}

	if (set->update != UCP_UPDATE_NONE) {
		enum ucp_place same = place_same_file(set, e, dst);
		if (same == UCP_PLACE_FAIL) {
			return place_refuse(w, e, UCP_FAIL_SAME_FILE, 0);
		}
		if (same == UCP_PLACE_SAME) {
			/* With -i, cp asks all the same. */
			bool asks = set->ask && set->make == UCP_MAKE_HARD_LINK && !src_is_dir;
			return asks && place_by_update(w, e, &dst->st) != UCP_PLACE_INTO
				       ? UCP_PLACE_SKIP
				       : UCP_PLACE_SAME;
		}
	}
	if (src_is_dir) {
		return S_ISDIR(dst->st.st_mode)
			       ? UCP_PLACE_DIR
			       : place_refuse(w, e, UCP_FAIL_DIR_OVER_FILE, 0);
	}
	enum ucp_place place = place_by_update(w, e, &dst->st);
	if (place != UCP_PLACE_INTO) {
		return place;
	}
	if (S_ISDIR(dst->st.st_mode)) {
		return place_refuse(w, e, UCP_FAIL_FILE_OVER_DIR, 0);
	}
	return place_file(w, e, how, dst);
}

enum ucp_place ucp_place_decide(struct ucp_worker *w, struct ucp_entry *e,
				struct stat *ret_dst_st, bool *ret_is_link)
{
	struct place_dst dst = {0};
	enum ucp_place place = place_decide(w, e, PLACE_ACT, &dst);

	*ret_dst_st = dst.st;
	*ret_is_link = dst.is_link;
	return place;
}

enum ucp_place ucp_place_ahead(struct ucp_worker *w, struct ucp_entry *e,
			       struct stat *ret_dst_st, bool *ret_is_link)
{
	struct place_dst dst = {0};
	enum ucp_place place = place_decide(w, e, PLACE_AHEAD, &dst);

	*ret_dst_st = dst.st;
	*ret_is_link = dst.is_link;
	return place;
}

void ucp_place_tell_swap(struct ucp_worker *w, const struct ucp_entry *e)
{
	if (e->backup == NULL) {
		ucp_worker_tell_entry(w, UCP_DID_REMOVE, 0, e);
	}
}

/** Decide about a name that was found taken; a skip is counted. */
static enum ucp_place place_again(struct ucp_worker *w, struct ucp_entry *e, enum place_how how)
{
	struct place_dst dst = {0};
	enum ucp_place place = place_decide(w, e, how, &dst);

	ucp_count(&w->counts.skipped, place == UCP_PLACE_SKIP);
	return place;
}

enum ucp_place ucp_place_look(struct ucp_worker *w, struct ucp_entry *e)
{
	return place_again(w, e, PLACE_LOOK);
}

enum ucp_place ucp_place_may_replace(struct ucp_worker *w, struct ucp_entry *e, bool force)
{
	struct place_dst dst = {0};
	enum ucp_place place = place_decide(w, e, force ? PLACE_REPLACE : PLACE_ACT, &dst);

	return place == UCP_PLACE_INTO && !force ? UCP_PLACE_NEW : place;
}

enum ucp_place ucp_place_make_way(struct ucp_worker *w, struct ucp_entry *e, bool remove)
{
	enum ucp_place place = place_again(w, e, remove ? PLACE_REPLACE : PLACE_ACT);

	if (place != UCP_PLACE_INTO) {
		return place;
	}
	return remove && !ucp_place_remove(w, e) ? UCP_PLACE_FAIL : UCP_PLACE_NEW;
}

void ucp_place_settle(struct ucp_worker *w, struct ucp_entry *e, bool is_made)
{
	if (e->backup == NULL) {
		return;
	}
	if (!is_made) {
		int err = ucp_backup_undo(e->dir->fd[UCP_DST], e->backup, e->dst_name);
		if (err < 0) {
			ucp_worker_tell_entry(w, UCP_FAIL_UNBACKUP, err, e);
		} else if (w->set->tell_copied) {
			char *from = ucp_dir_path(e->dir, UCP_DST, e->backup);
			char *to = ucp_dir_path(e->dir, UCP_DST, e->dst_name);
			ucp_worker_tell(w, UCP_DID_UNBACKUP, 0, from, to, NULL);
			free(from);
			free(to);
		}
	}
	free(e->backup);
	e->backup = NULL;
}
