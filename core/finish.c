/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/finish.h"

#include "core/entry.h"
#include "core/flags.h"
#include "core/meta.h"
#include "core/mode.h"
#include "core/note.h"
#include "core/sys/attr.h"
#include "core/sys/container.h"
#include "core/worker.h"

#include <errno.h>
#include <stdlib.h>

/** Tell a failure about a directory. */
static void finish_fail(struct ucp_worker *w, enum ucp_act act, int err, const struct ucp_dir *dir)
{
	ucp_worker_tell_at(w, act, err, dir, NULL, NULL, NULL);
}

/** Set what a directory keeps of its own, after its last child. */
static void finish_set_meta(struct ucp_worker *w, struct ucp_dir *dir)
{
	const struct ucp_settings *set = w->set;
	struct ucp_entry e = {
		.dir = dir->parent,
		.src_name = dir->name[UCP_SRC],
		.dst_name = dir->name[UCP_DST],
		.st = dir->st,
	};
	struct ucp_meta_peek peek = {0};
	mode_t last = dir->is_created
			      ? ucp_mode_last_dir(set, dir->st.st_mode, dir->dst_st.st_mode)
			      : ucp_mode_asked(set, dir->st.st_mode);
	bool is_fresh = dir->is_created && !set->keep_mode;

	if (dir->is_unpacked) {
		peek = ucp_meta_peek_attrs(w, &dir->attrs);
	} else if (dir->fd[UCP_SRC] >= 0) {
		peek = ucp_meta_peek(w, dir->fd[UCP_SRC]);
	} else if (ucp_meta_wants_xattrs(set) || ucp_flags_are_wanted(set)) {
		/* It was closed meanwhile, and is not there any more. */
		finish_fail(w, UCP_FAIL_ACCESS, dir->src_err, dir);
		ucp_count(&w->counts.lost[UCP_LOST_XATTR], 1);
	}
	struct ucp_meta meta = {
		.entry = &e,
		.src_fd = dir->fd[UCP_SRC],
		.attrs = dir->is_unpacked ? &dir->attrs : NULL,
		.dst_fd = dir->fd[UCP_DST],
		.has_xattrs = peek.has_xattrs,
		.owner_is_right = dir->dst_st.st_uid == dir->st.st_uid &&
				  dir->dst_st.st_gid == dir->st.st_gid,
		.mode_is_right = is_fresh ? last == dir->filling_mode &&
					    !(set->drop_mode && dir->has_default_acl)
					  : !set->keep_mode,
		.may_have_acl = dir->has_default_acl || !dir->is_created,
		.mode = last,
	};
	(void)ucp_meta_set(w, &meta); /* told */
}

/** A directory that was made on the way to entries of an archive, which says nothing of it. */
static void finish_open_up(struct ucp_worker *w, struct ucp_dir *dir)
{
	mode_t mode = 0777 & ~w->set->umask;

	/* Without keep_mode the umask, or a default ACL, has had its say when it was made. */
	if (w->set->keep_mode && dir->filling_mode != mode) {
		int err = ucp_attr_chmod(dir->fd[UCP_DST], mode | (dir->dst_st.st_mode & 02000));
		if (err < 0) {
			finish_fail(w, UCP_FAIL_MODE, err, dir);
		}
	}
}

/** A directory that waits for its fsync. */
struct finish_sync {
	struct ucp_io io;
	struct ucp_worker *w;
	struct ucp_dir *dir;
};

/** Close a finished directory and take one pending from its parent: the parent when that is
 * finished now, else NULL. */
static struct ucp_dir *finish_close(struct ucp_worker *w, struct ucp_dir *dir, bool is_pinned)
{
	struct ucp_dir *parent = dir->parent;

	if (dir->is_open) {
		int err = ucp_dir_close(w, dir, is_pinned);
		if (err < 0) {
			finish_fail(w, UCP_FAIL_CLOSE, err, dir);
		}
		if (is_pinned) {
			ucp_dir_unpin(dir);
		}
		ucp_count(&w->counts.dirs, !dir->is_base && !dir->is_path_only);
	}
	if (parent == NULL) {
		ucp_dir_unref(dir);
		w->shared->group_done(w);
		return NULL;
	}
	bool is_last = atomic_fetch_sub(&parent->pending, 1) == 1;
	ucp_dir_ref(parent); /* the node below may hold the last ref */
	ucp_dir_unref(dir);
	if (!is_last) {
		ucp_dir_unref(parent);
		return NULL;
	}
	return parent;
}

static void finish_upwards(struct ucp_worker *w, struct ucp_dir *dir);

/** Go on upwards from a directory that is over. */
static void finish_up(struct ucp_worker *w, struct ucp_dir *dir)
{
	if (dir != NULL) {
		finish_upwards(w, dir);
		ucp_dir_unref(dir);
	}
}

/** What became of a directory's fsync. */
static void finish_note_sync(struct ucp_worker *w, int rc, const struct ucp_dir *dir)
{
	enum ucp_act act;

	if (ucp_note_dir_sync(w, rc, &act)) {
		finish_fail(w, act, rc < 0 ? rc : 0, dir);
	}
}

/** fsync of a pinned directory, while the worker waits. */
static void finish_sync_now(struct ucp_worker *w, const struct ucp_dir *dir)
{
	finish_note_sync(w, ucp_attr_sync_dir(dir->fd[UCP_DST]), dir);
}

/** A directory's fsync is done. */
static void finish_on_sync(struct ucp_io *io)
{
	struct finish_sync *sync = UCP_CONTAINER_OF(io, struct finish_sync, io);
	struct ucp_worker *w = sync->w;
	struct ucp_dir *dir = sync->dir;

	bool is_canceled = ucp_worker_is_canceled(w);
	int rc = (int)io->res;
	if (rc == -EBADF) {
		rc = ucp_attr_sync_dir(dir->fd[UCP_DST]); /* not asked yet: what is not readable is only a path */
	} else if (ucp_attr_has_no_sync(rc) && !is_canceled) {
		rc = ucp_attr_sync_instead(dir->fd[UCP_DST]);
	}
	if (rc != -ECANCELED || !is_canceled) {
		finish_note_sync(w, rc, dir);
	}
	w->n_dir_syncs--;
	free(sync);
	finish_up(w, finish_close(w, dir, true));
}

/** Begin the fsync of a pinned directory: false when it cannot be begun. */
static bool finish_push_sync(struct ucp_worker *w, struct ucp_dir *dir)
{
	struct finish_sync *sync = calloc(1, sizeof(*sync));

	if (sync == NULL) {
		finish_fail(w, UCP_FAIL_SYNC, -ENOMEM, dir);
		return false;
	}
	sync->w = w;
	sync->dir = dir;
	sync->io = (struct ucp_io){
		.op = UCP_IO_CHAIN,
		.steps = UCP_STEP_SYNC,
		.done = finish_on_sync,
		.fd = -1,
		.out_fd = dir->fd[UCP_DST],
		.slot = -1,
	};
	w->n_dir_syncs++;
	ucp_engine_push(w->eng, &sync->io);
	return true;
}

/** Attributes and fsync of one directory: true when something goes on in the background. */
static bool finish_one(struct ucp_worker *w, struct ucp_dir *dir, bool *ret_is_pinned)
{
	bool wants_sync = w->set->fsync != UCP_FSYNC_NEVER;

	*ret_is_pinned = false;
	/* --parents leaves alone what was there, but new names in it must be synced. */
	bool is_foreign = dir->is_path_only && !dir->is_created;
	if (!dir->is_open || dir->is_base || (is_foreign && !wants_sync) ||
	    ucp_worker_is_canceled(w)) {
		return false;
	}
	int err = ucp_dir_pin(w, dir);
	if (err < 0) {
		finish_fail(w, UCP_FAIL_STAT_DST, err, dir);
		return false;
	}
	*ret_is_pinned = true;
	if (!is_foreign && dir->is_path_only && dir->is_unpacked) {
		finish_open_up(w, dir);
		ucp_note_dir(w, dir);
	} else if (!is_foreign) {
		finish_set_meta(w, dir);
		ucp_note_dir(w, dir);
	}
	wants_sync = wants_sync && !ucp_barrier_covers_dir(w, dir);
	if (wants_sync && (w->eng == NULL || w->n_dir_syncs >= w->max_dir_syncs)) {
		/* Waiting in the background would keep descriptors that others need. */
		finish_sync_now(w, dir);
		return false;
	}
	return wants_sync && finish_push_sync(w, dir);
}

/** The last thing below a directory is over: set its attributes, sync, close, go on upwards. */
static void finish_upwards(struct ucp_worker *w, struct ucp_dir *dir)
{
	bool is_pinned;

	ucp_dir_ref(dir);
	struct ucp_dir *at = dir;
	while (at != NULL) {
		bool goes_on = finish_one(w, at, &is_pinned);
		struct ucp_dir *parent = goes_on ? NULL : finish_close(w, at, is_pinned);
		ucp_dir_unref(at);
		at = parent;
	}
}

void ucp_finish_unpinned(struct ucp_worker *w, struct ucp_dir *dir)
{
	if (atomic_fetch_sub(&dir->pending, 1) == 1) {
		finish_upwards(w, dir);
	}
}

void ucp_finish_entry(struct ucp_worker *w, struct ucp_dir *dir)
{
	ucp_dir_unpin(dir);
	ucp_finish_unpinned(w, dir);
}
