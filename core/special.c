/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/special.h"

#include "core/finish.h"
#include "core/links.h"
#include "core/member.h"
#include "core/meta.h"
#include "core/mode.h"
#include "core/note.h"
#include "core/place.h"
#include "core/replace.h"
#include "core/sys/fd.h"
#include "core/sys/path.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** What the failure to make an entry is called. */
static enum ucp_act special_act(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK:
		return UCP_FAIL_SYMLINK;
	case S_IFIFO:
		return UCP_FAIL_FIFO;
	default:
		return UCP_FAIL_SPECIAL;
	}
}

/** Make the entry once, a symlink if there is a target: 0, or a negative errno. */
static int special_make_once(const struct ucp_entry *e, const char *target, mode_t mode)
{
	int dir = e->dir->fd[UCP_DST];
	int rc;

	if (target != NULL) {
		rc = UCP_RETRY(symlinkat(target, dir, e->dst_name));
	} else {
		rc = UCP_RETRY(mknodat(dir, e->dst_name, mode, e->st.st_rdev));
	}
	return rc == 0 ? 0 : -errno;
}

/** Set what an entry keeps of its own; it is there under this name. */
static void special_set_meta(struct ucp_worker *w, const struct ucp_entry *e, const char *name)
{
	struct ucp_entry named = *e;
	struct stat dst_st;

	named.dst_name = name;
	int err = ucp_fd_statat(e->dir->fd[UCP_DST], name, AT_SYMLINK_NOFOLLOW, &dst_st);
	if (err < 0) {
		ucp_worker_tell_entry(w, UCP_FAIL_STAT_DST, err, e);
	} else {
		(void)ucp_meta_set_at(w, &named, &dst_st); /* told */
	}
}

/** How far an entry has come. */
enum special_made {
	SPECIAL_FAILED, /* told, or skipped */
	SPECIAL_BARE,   /* made, attributes are to follow */
	SPECIAL_WHOLE,  /* made with all its attributes */
};

/** --atomic: put the entry, complete, in the place of what may be replaced: 0, or told. */
static int special_replace(struct ucp_worker *w, struct ucp_entry *e, const char *target,
			   mode_t mode)
{
	const struct ucp_replacement what = {
		.type = target != NULL ? S_IFLNK : mode & S_IFMT,
		.from = target,
		.mode = mode & 07777,
		.rdev = e->st.st_rdev,
	};
	int dir = e->dir->fd[UCP_DST];
	char *tmp = NULL;

	int err = ucp_replace_begin(&what, dir, e->dst_name, &tmp);
	if (err < 0) {
		return err;
	}
	special_set_meta(w, e, tmp);
	if (w->set->backup != UCP_BACKUP_NONE && ucp_place_back_up(w, e) == UCP_PLACE_FAIL) {
		(void)unlinkat(dir, tmp, 0); /* nobody else knows it */
		free(tmp);
		return -ECANCELED;
	}
	return ucp_replace_end(dir, tmp, e->dst_name);
}

/** The same when the name was found taken. */
static enum special_made special_make_over(struct ucp_worker *w, struct ucp_entry *e,
					   const char *target, mode_t mode)
{
	struct stat dst_st;
	bool is_link;
	enum ucp_place place = ucp_place_ahead(w, e, &dst_st, &is_link);
	int err = -EEXIST;

	ucp_count(&w->counts.skipped, place == UCP_PLACE_SKIP);
	if (place == UCP_PLACE_NEW) {
		err = special_make_once(e, target, mode);
	} else if (place == UCP_PLACE_SWAP ||
		   (place == UCP_PLACE_INTO && w->set->force && target != NULL)) {
		err = special_replace(w, e, target, mode);
	} else if (place != UCP_PLACE_INTO) {
		return SPECIAL_FAILED;
	}
	if (err < 0) {
		if (err != -ECANCELED) {
			ucp_note_begun(w, e);
			ucp_worker_tell_entry(w, special_act(e->st.st_mode), err, e);
		}
		ucp_place_settle(w, e, false);
		return SPECIAL_FAILED;
	}
	if (place != UCP_PLACE_NEW) {
		ucp_place_tell_swap(w, e);
	}
	ucp_note_made(w, e);
	ucp_note_entry(w, e, target != NULL ? S_IFLNK : e->st.st_mode);
	ucp_place_settle(w, e, true);
	return place == UCP_PLACE_NEW ? SPECIAL_BARE : SPECIAL_WHOLE;
}

/** Make the entry, replacing what the options allow. */
static enum special_made special_make(struct ucp_worker *w, struct ucp_entry *e,
				      const char *target, mode_t mode)
{
	int err = special_make_once(e, target, mode);

	if (err == -EEXIST && w->set->atomic && w->set->make == UCP_MAKE_COPY) {
		return special_make_over(w, e, target, mode);
	}
	if (err == -EEXIST) {
		bool is_link = w->set->make == UCP_MAKE_SYMLINK;
		bool force = w->set->force && target != NULL; /* as cp: not for FIFOs and the like */
		enum ucp_place place = is_link ? ucp_place_may_replace(w, e, force)
					       : ucp_place_make_way(w, e, force);
		ucp_count(&w->counts.skipped, is_link && place == UCP_PLACE_SKIP);
		if (place == UCP_PLACE_NEW) {
			err = special_make_once(e, target, mode);
		} else if (place == UCP_PLACE_INTO || place == UCP_PLACE_SWAP) {
			const struct ucp_replacement link = {.type = S_IFLNK, .from = target};
			err = ucp_replace(&link, e->dir->fd[UCP_DST], e->dst_name);
		} else {
			return SPECIAL_FAILED;
		}
		if (err == 0 && place == UCP_PLACE_SWAP) {
			ucp_place_tell_swap(w, e);
		}
	}
	if (err == 0) {
		ucp_note_made(w, e);
		ucp_note_entry(w, e, target != NULL ? S_IFLNK : e->st.st_mode);
	} else if (!ucp_place_is_unseen(w, e)) {
		enum ucp_act act = w->set->make == UCP_MAKE_SYMLINK ? UCP_FAIL_SYMLINK_TO
								    : special_act(e->st.st_mode);
		ucp_note_begun(w, e);
		ucp_worker_tell_entry(w, act, err, e);
	}
	ucp_place_settle(w, e, err == 0);
	return err == 0 ? SPECIAL_BARE : SPECIAL_FAILED;
}

/** Copy the entry itself: whether it was made. */
static bool special_copy(struct ucp_worker *w, struct ucp_entry *e)
{
	char *target = NULL;

	if (S_ISLNK(e->st.st_mode) && e->member != NULL) {
		target = strdup(e->member->target);
		if (target == NULL) {
			ucp_worker_tell_entry(w, UCP_FAIL_MEMORY, -ENOMEM, e);
			return false;
		}
	} else if (S_ISLNK(e->st.st_mode)) {
		int err = ucp_fd_readlinkat(e->dir->fd[UCP_SRC], e->src_name,
					    (size_t)e->st.st_size, &target);
		if (err < 0) {
			ucp_worker_tell_entry(w, UCP_FAIL_READLINK, err, e);
			return false;
		}
	}
	enum special_made made =
		special_make(w, e, target, ucp_mode_first_special(w->set, e->st.st_mode));
	free(target);
	if (made == SPECIAL_FAILED) {
		return false;
	}
	if (made == SPECIAL_BARE) {
		special_set_meta(w, e, e->dst_name);
	}
	ucp_count(S_ISLNK(e->st.st_mode) ? &w->counts.symlinks : &w->counts.specials, 1);
	return true;
}

bool ucp_special_make(struct ucp_worker *w, struct ucp_entry *e)
{
	return special_copy(w, e);
}

void ucp_special_copy(struct ucp_worker *w, struct ucp_entry *e)
{
	static const struct ucp_digest_value none;
	struct ucp_link_group *group = NULL;
	enum ucp_claim claim = UCP_CLAIM_ALONE;

	ucp_dir_begin(e->dir);
	if (e->st.st_nlink > 1) {
		claim = ucp_links_claim(w, e, &group);
	}
	switch (claim) {
	case UCP_CLAIM_OWNER:
		ucp_links_settle(w, group, special_copy(w, e), &none);
		break;
	case UCP_CLAIM_ALONE:
		(void)special_copy(w, e); /* told */
		break;
	case UCP_CLAIM_MADE:
		break;
	case UCP_CLAIM_WAIT:
		return; /* the group ends it */
	}
	ucp_finish_entry(w, e->dir);
}

void ucp_special_copy_owned(struct ucp_worker *w, struct ucp_entry *e,
			    struct ucp_link_group *group)
{
	static const struct ucp_digest_value none;
	bool made = special_copy(w, e);

	if (group != NULL) {
		ucp_links_settle(w, group, made, &none);
	}
	ucp_finish_entry(w, e->dir);
}

/** Whether the destination's directory is the working directory. */
static bool special_is_here(const struct ucp_entry *e)
{
	struct stat here, there;

	if (ucp_fd_statat(AT_FDCWD, ".", 0, &here) < 0) {
		return false;
	}
	char *dir = ucp_path_dir(e->dst_name);
	if (dir == NULL) {
		return false;
	}
	int err = ucp_fd_statat(e->dir->fd[UCP_DST], dir, 0, &there);
	free(dir);
	return err == 0 && here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/** -s: a symbolic link that names the source as the user did. */
static void special_make_symlink(struct ucp_worker *w, struct ucp_entry *e)
{
	char *target = ucp_dir_path(e->dir, UCP_SRC, e->src_name);
	if (target == NULL) {
		ucp_worker_tell_entry(w, UCP_FAIL_MEMORY, -ENOMEM, e);
		return;
	}
	if (target[0] != '/' && !special_is_here(e)) {
		ucp_worker_tell_entry(w, UCP_FAIL_SYMLINK_DIR, 0, e);
	} else if (special_make(w, e, target, 0) != SPECIAL_FAILED) {
		ucp_count(&w->counts.symlinks, 1);
		/* With -s, too, a link has the times of its source, as in cp. */
		(void)ucp_meta_set_times_at(w, e); /* told */
	}
	free(target);
}

void ucp_special_make_link(struct ucp_worker *w, struct ucp_entry *e)
{
	ucp_dir_begin(e->dir);
	if (w->set->make == UCP_MAKE_HARD_LINK) {
		(void)ucp_links_make_source(w, e); /* told */
	} else {
		special_make_symlink(w, e);
	}
	ucp_finish_entry(w, e->dir);
}
