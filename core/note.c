/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/note.h"

#include "core/sys/path.h"
#include "core/worker.h"
#include "hash/manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void ucp_note_begun(struct ucp_worker *w, struct ucp_entry *e)
{
	if (w->set->tell_copied && !e->is_told) {
		char *backup = e->backup != NULL ? ucp_dir_path(e->dir, UCP_DST, e->backup) : NULL;
		ucp_worker_tell_at(w, UCP_DID_COPY, 0, e->dir, e->src_name, e->dst_name, backup);
		free(backup);
		e->is_told = true;
	}
}

void ucp_note_made(struct ucp_worker *w, struct ucp_entry *e)
{
	if (e->operand != NULL) {
		e->operand->was_created = true;
	}
	ucp_note_begun(w, e);
}

void ucp_note_lost(struct ucp_worker *w, const struct ucp_entry *e, enum ucp_lost lost, int err,
		   const char *name)
{
	static const char *const words[UCP_LOST_N] = {
		[UCP_LOST_OWNER] = "ownership", [UCP_LOST_MODE] = "set-id bits",
		[UCP_LOST_ACL] = "ACL",         [UCP_LOST_XATTR] = "extended attributes",
		[UCP_LOST_CONTEXT] = "context", [UCP_LOST_TIMES] = "times",
		[UCP_LOST_FLAGS] = "flags",     [UCP_LOST_PROJECT] = "project",
	};

	ucp_count(&w->counts.lost[lost], 1);
	if (w->set->tell_debug) {
		ucp_worker_tell_at(w, UCP_DID_LOSE, err, e->dir, e->src_name, e->dst_name,
				   name != NULL ? name : words[lost]);
	}
}

bool ucp_note_dir_sync(struct ucp_worker *w, int rc, enum ucp_act *ret_act)
{
	ucp_count(&w->counts.syncs, rc >= 0);
	*ret_act = rc < 0 ? UCP_FAIL_SYNC : UCP_WARN_DIR_SYNC;
	return rc < 0 || (rc > 0 && !atomic_exchange(&w->shared->dir_sync_told, true));
}

/** Whether a manifest lists all that is copied. */
static bool note_lists_all(const struct ucp_worker *w)
{
	return w->shared->manifest != NULL && w->set->manifest_format == UCP_MANIFEST_MTREE;
}

/** Remember the directory that paths begin at, of which dir is a part, or which it is. */
static void note_root(struct ucp_note_root *root, const struct ucp_dir *dir)
{
	while (!root->is_known && !dir->is_base && !dir->parent->is_base) {
		dir = dir->parent;
	}
	if (!root->is_known && !dir->is_base) {
		*root = (struct ucp_note_root){
			.is_known = true, .dev = dir->dev[UCP_DST], .ino = dir->ino[UCP_DST]};
	}
}

/**
 * Put what is called name in dir into the manifest, or with NULL dir itself.
 *
 * Returns 0 or a negative errno: -EXDEV when its name leads out of the destination.
 */
static int note_add(struct ucp_worker *w, const struct ucp_dir *dir, const char *name,
		    const struct ucp_digest_value *value, uint8_t type)
{
	struct ucp_shared *shared = w->shared;
	bool lists_all = note_lists_all(w);
	char *path = ucp_dir_inner_path(dir, name);
	int err = path != NULL ? 0 : -ENOMEM;

	if (err == 0 && lists_all) {
		/* With --parents, names are as the user gave them. */
		err = ucp_path_tidy(path, path + strspn(path, "/"));
	}
	if (err == 0) {
		pthread_mutex_lock(&shared->tell_lock);
		err = ucp_manifest_add(shared->manifest, path, value, type);
		note_root(&shared->note_root, dir);
		pthread_mutex_unlock(&shared->tell_lock);
	}
	free(path);
	return err;
}

bool ucp_note_is_other(uint8_t type, mode_t mode)
{
	bool may_be_link = (type & UCP_NOTE_OR_LINK) != 0 && S_ISLNK(mode);

	return type != UCP_NOTE_ANY && !may_be_link &&
	       (mode & S_IFMT) >> UCP_NOTE_SHIFT != (type & UCP_NOTE_TYPE);
}

/** What is noted of a type. */
static uint8_t note_type(mode_t type)
{
	return (uint8_t)((type & S_IFMT) >> UCP_NOTE_SHIFT);
}

/** Put an entry with its digest, if it has one, into the manifest. */
static void note_digest(struct ucp_worker *w, const struct ucp_entry *e,
			const struct ucp_digest_value *value, uint8_t type)
{
	bool has_any = value->len != 0 || value->has_failed || note_lists_all(w);

	if (w->shared->manifest == NULL || !has_any) {
		return;
	}
	int err = value->has_failed ? -ENOMEM : note_add(w, e->dir, e->dst_name, value, type);
	if (err < 0) {
		ucp_worker_tell_entry(w, note_lists_all(w) ? UCP_FAIL_LIST : UCP_FAIL_MANIFEST, err, e);
	}
}

void ucp_note_copy(struct ucp_worker *w, const struct ucp_entry *e, const struct ucp_copy *copy)
{
	uint8_t type = note_type(S_IFREG);

	type |= copy->is_behind_link ? UCP_NOTE_OR_LINK : 0;
	note_digest(w, e, &copy->value, copy->is_regular ? type : UCP_NOTE_ANY);
}

void ucp_note_link(struct ucp_worker *w, const struct ucp_entry *e,
		   const struct ucp_digest_value *value)
{
	uint8_t type = note_type(e->st.st_mode);

	if (S_ISREG(e->st.st_mode)) {
		type |= UCP_NOTE_OR_LINK; /* as the first of its names */
	}
	note_digest(w, e, value, w->set->copy_contents ? UCP_NOTE_ANY : type);
}

void ucp_note_gone(struct ucp_worker *w, const struct ucp_entry *e)
{
	struct ucp_shared *shared = w->shared;

	if (shared->manifest == NULL || note_lists_all(w)) {
		return; /* where all is listed, it has an entry of its own */
	}
	char *path = ucp_dir_inner_path(e->dir, e->dst_name);
	int err = -ENOMEM;
	if (path != NULL) {
		pthread_mutex_lock(&shared->tell_lock);
		err = ucp_manifest_drop(shared->manifest, path);
		pthread_mutex_unlock(&shared->tell_lock);
	}
	free(path);
	if (err < 0) {
		ucp_worker_tell_entry(w, UCP_FAIL_MANIFEST, err, e);
	}
}

void ucp_note_entry(struct ucp_worker *w, const struct ucp_entry *e, mode_t type)
{
	static const struct ucp_digest_value none;

	if (note_lists_all(w)) {
		note_digest(w, e, &none, note_type(type));
	}
}

void ucp_note_dir(struct ucp_worker *w, const struct ucp_dir *dir)
{
	static const struct ucp_digest_value none;
	uint8_t type = note_type(S_IFDIR);

	if (w->set->keep_dir_links || w->set->parents) {
		type |= UCP_NOTE_OR_LINK;
	}
	int err = note_lists_all(w) ? note_add(w, dir, NULL, &none, type) : 0;

	if (err < 0) {
		ucp_worker_tell_at(w, UCP_FAIL_LIST, err, dir, NULL, NULL, NULL);
	}
}
