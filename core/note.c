/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/note.h"

#include "core/worker.h"
#include "hash/manifest.h"

#include <errno.h>
#include <stdlib.h>

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

void ucp_note_digest(struct ucp_worker *w, const struct ucp_entry *e,
		     const struct ucp_digest_value *value)
{
	if (w->shared->manifest == NULL || (value->len == 0 && !value->has_failed)) {
		return;
	}
	char *path = ucp_dir_inner_path(e->dir, e->dst_name);
	int err = -ENOMEM;
	if (path != NULL && !value->has_failed) {
		pthread_mutex_lock(&w->shared->tell_lock);
		err = ucp_manifest_add(w->shared->manifest, path, value);
		pthread_mutex_unlock(&w->shared->tell_lock);
	}
	free(path);
	if (err < 0) {
		ucp_worker_tell_entry(w, UCP_FAIL_MANIFEST, err, e);
	}
}
