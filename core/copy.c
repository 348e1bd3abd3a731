/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * One regular file, from open to close, as a chain of callbacks.
 *
 *   start --> OPEN src (ring) --> opened: fstat, hard links, create dst (plain)
 *                                   |
 *                                   v <--------------- ready: source opened anew,
 *             +---------------------+------------------+      copy emptied (again.c)
 *             | clone, kernel copy  | chunks           | stream        ^
 *             | (offload.c)         | (chunk.c)        | (stream.c)    |
 *             +---------------------+------------------+               |
 *                                   v                                  |
 *               data done: digest; has the source changed (change.c) --+
 *                     |                                                |
 *                     v  perhaps the source once more (verify.c) ------+
 *               attributes --> SYNC (ring) ----------+                 |
 *                     |                              |                 |
 *                     +--> held (barrier.c)          |                 |
 *                              |                     |                 |
 *                            resume                  |                 |
 *                              v                     v                 |
 *                            settled: perhaps read back (verify.c) ----+
 *                                   v
 *                                name it (temp.c)
 *                                   v
 *                                CLOSE both (ring)
 *                                   |
 *                                settle hard links, end the entry
 *
 * What a file is made of: what is known of its copy (struct ucp_copy), which is
 * all that a barrier keeps of it beside the entry; the attempt to copy the data,
 * begun in copy_data(); and the pass over the data (struct ucp_pass, chunk.h).
 */
#include "core/copy.h"

#include "core/again.h"
#include "core/barrier.h"
#include "core/change.h"
#include "core/create.h"
#include "core/extent.h"
#include "core/finish.h"
#include "core/links.h"
#include "core/member.h"
#include "core/meta.h"
#include "core/note.h"
#include "core/offload.h"
#include "core/place.h"
#include "core/stream.h"
#include "core/sys/container.h"
#include "core/sys/fd.h"
#include "core/uncached.h"
#include "core/verify.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	COPY_WARM = 32,       /* quick opens in a row that say so */
	COPY_WARM_FILES = 24, /* in flight then; 16 to 32 measured alike, 64 5 % slower */
	COPY_COOLING = 8,     /* what one slow open counts */
	COPY_COLD = 16,       /* slow opens that say so; a warm tree had none in 78,579 */
	COPY_KEPT_BACK = 17 << 20, /* bytes that may be free on a full disk */
};

int ucp_copy_init(struct ucp_worker *w)
{
	struct ucp_copier *cp = &w->copier;

	cp->files = calloc(w->max_files, sizeof(*cp->files));
	if (cp->files == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = w->max_files; i-- > 0;) {
		cp->files[i].w = w;
		cp->files[i].next = cp->free_files;
		cp->free_files = &cp->files[i];
	}
	return 0;
}

void ucp_copy_fini(struct ucp_worker *w)
{
	struct ucp_copier *cp = &w->copier;

	for (uint32_t i = 0; cp->files != NULL && i < w->max_files; i++) {
		ucp_digest_free(cp->files[i].digest);
	}
	free(cp->files);
	*cp = (struct ucp_copier){0};
}

bool ucp_copy_is_warm(const struct ucp_worker *w)
{
	return w->warmth >= COPY_WARM;
}

bool ucp_copy_has_room(const struct ucp_worker *w)
{
	return w->copier.free_files != NULL &&
	       !(ucp_copy_is_warm(w) && w->copier.n_files >= COPY_WARM_FILES);
}

/**
 * Learn from an open whether names and inodes come from the cache.
 *
 * Many files in flight hide a device's latency; where there is none they only
 * spread over more buffers than the processor's cache holds.
 */
static void copy_feel(struct ucp_worker *w, const struct ucp_io *io)
{
	if (!io->was_quick) {
		w->n_cold += w->warmth == 0;
		w->warmth = w->warmth > COPY_COOLING ? w->warmth - COPY_COOLING : 0;
		if (w->n_cold >= COPY_COLD) {
			ucp_worker_call_spares(w);
		}
	} else if (w->warmth < 2 * COPY_WARM) {
		w->warmth++;
	}
}

/** Blocks of a filesystem that can be used, as it says. */
static uint64_t copy_n_free(const struct statvfs *vfs)
{
	return geteuid() == 0 ? vfs->f_bfree : vfs->f_bavail;
}

/**
 * A filesystem has no space left: remember that, and what it counts as free all the same.
 *
 * ext4 keeps up to 16 MiB to itself that it does not tell of. More than that is no full disk but
 * a quota, say, or an error that passes.
 */
static void copy_note_full(struct ucp_file *file)
{
	struct ucp_shared *shared = file->w->shared;
	const struct ucp_dir *dir = file->entry.dir;
	struct statvfs vfs;

	if (fstatvfs(dir->fd[UCP_DST], &vfs) != 0) {
		return;
	}
	uint64_t left = copy_n_free(&vfs);
	atomic_store(&shared->full_left, left * vfs.f_frsize <= COPY_KEPT_BACK ? left : 0);
	atomic_store(&shared->full_dev, dir->dev[UCP_DST]);
}

void ucp_copy_fail(struct ucp_file *file, enum ucp_act act, int64_t err)
{
	const struct ucp_entry *e = &file->entry;

	if (file->err != 0) {
		return;
	}
	file->err = err != 0 ? (int)err : -EIO; /* some acts say it all */
	if (err == -ECANCELED && ucp_worker_is_canceled(file->w)) {
		return; /* the whole run is told about */
	}
	if (err == -ENOSPC && file->w->set->stop_when_full) {
		copy_note_full(file);
	}
	ucp_worker_tell_entry(file->w, act, (int)err, e);
}

/** Whether a file need not be begun, as there is no space left for it where another has found none. */
static bool copy_is_hopeless(struct ucp_file *file)
{
	uint64_t full = atomic_load_explicit(&file->w->shared->full_dev, memory_order_relaxed);
	const struct ucp_dir *dir = file->entry.dir;
	struct statvfs vfs;

	if (full == 0 || full != dir->dev[UCP_DST] || fstatvfs(dir->fd[UCP_DST], &vfs) != 0) {
		return false;
	}
	uint64_t n_free = copy_n_free(&vfs);
	uint64_t left = atomic_load_explicit(&file->w->shared->full_left, memory_order_relaxed);
	/* Those of an archive are written one right after the other, before any of them is given up,
	 * and so do the other workers. */
	uint64_t n = file->entry.member != NULL
			     ? (uint64_t)file->w->copier.n_files * file->w->shared->n_prompt
			     : 1;
	uint64_t needed = ((uint64_t)file->entry.st.st_blocks * 512 + vfs.f_frsize - 1) / vfs.f_frsize;
	if (needed * n + left <= n_free) {
		return false; /* what did not fit is gone again, and this may fit */
	}
	ucp_count(&file->w->counts.not_begun, 1);
	return true;
}

/** Names for --debug. */
static const char *copy_road_name(const struct ucp_file *file, char *text, size_t size)
{
	static const char *const names[] = {
		[UCP_ROAD_NONE] = "no data",
		[UCP_ROAD_CLONE] = "clone",
		[UCP_ROAD_OFFLOAD] = "copy_file_range",
		[UCP_ROAD_STREAM] = "stream",
		[UCP_ROAD_BLOCKS] = "decoded",
	};

	const struct ucp_attempt *attempt = &file->attempt;

	if (attempt->road != UCP_ROAD_CHAINS) {
		return names[attempt->road];
	}
	(void)snprintf(text, size, "%u%s chunk%s%s", attempt->n_chunks,
		       attempt->is_direct ? " direct" : "", attempt->n_chunks == 1 ? "" : "s",
		       attempt->keeps_holes ? ", holes kept" : "");
	return text;
}

/** Say how a file was copied, for --debug. */
static void copy_tell_road(const struct ucp_file *file)
{
	const struct ucp_entry *e = &file->entry;
	char text[64];

	if (file->w->set->tell_debug) {
		ucp_worker_tell_at(file->w, UCP_DID_ROAD, 0, e->dir, e->src_name, e->dst_name,
				   copy_road_name(file, text, sizeof(text)));
	}
}

/** The entry is over: hand back the file's slot and everything that waited for it. */
static void copy_end(struct ucp_file *file, bool is_made)
{
	struct ucp_worker *w = file->w;
	struct ucp_copier *cp = &w->copier;
	struct ucp_dir *dir = file->entry.dir;
	bool is_elsewhere = file->ending == UCP_ENDING_PARKED || file->ending == UCP_ENDING_HELD ||
			    file->ending == UCP_ENDING_FED;
	struct ucp_member *member = is_elsewhere ? NULL : file->entry.member;

	ucp_busy_release(w, file);
	ucp_place_settle(w, &file->entry, file->err == 0);
	if (file->copy.group != NULL) {
		ucp_links_settle(w, file->copy.group, is_made, &file->copy.value);
	}
	file->copy.group = NULL;
	if (member != NULL) {
		ucp_member_over(w, member, is_made ? &file->copy.value : NULL);
	}
	file->next = cp->free_files;
	cp->free_files = file;
	cp->n_files--;
	if (!is_elsewhere) {
		ucp_finish_entry(w, dir);
	}
}

/** Never leave a partial new file. */
static void copy_remove_partial(struct ucp_file *file)
{
	file->is_removed = true;
	if (file->copy.temp.is_used) {
		ucp_temp_drop(file->w, &file->copy.temp, &file->entry);
		return;
	}
	ucp_create_undo(file->w, &file->entry, file->copy.fd);
}

/** Both descriptors are closed: the last thing that happens to a file. */
static void copy_closed(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	const struct ucp_entry *e = &file->entry;

	if (file->err != 0) {
		bool is_cut_off = file->err == -ECANCELED && file->copy.is_regular &&
				  !w->set->attributes_only;
		if (file->copy.is_created && !file->is_removed) {
			copy_remove_partial(file); /* only closing it failed */
		} else if (!file->copy.is_created && is_cut_off) {
			/* It was there before and was emptied: what is in it now nobody wants. */
			ucp_worker_tell_entry(w, UCP_FAIL_CUT_OFF, 0, e);
		}
		if (e->has_removed && ucp_worker_is_canceled(w)) {
			ucp_worker_tell_entry(w, UCP_FAIL_GONE, 0, e);
		}
		copy_end(file, false);
		return;
	}
	if (file->ending != UCP_ENDING_COPIED) {
		copy_end(file, file->ending == UCP_ENDING_KEPT);
		return;
	}
	ucp_note_copy(w, e, &file->copy);
	ucp_count(&w->counts.files, 1);
	copy_end(file, true);
}

/** One close is done. */
static void copy_on_close(struct ucp_file *file)
{
	if (--file->n_closing == 0) {
		copy_closed(file);
	}
}

/** The source is closed; nothing was written to it, so the result says nothing. */
static void copy_on_close_src(struct ucp_io *io)
{
	copy_on_close(UCP_CONTAINER_OF(io, struct ucp_file, src_io));
}

/** The destination is closed, which is where some filesystems tell about lost data. */
static void copy_on_close_dst(struct ucp_io *io)
{
	struct ucp_file *file = UCP_CONTAINER_OF(io, struct ucp_file, io);

	if (io->res < 0) {
		ucp_copy_fail(file, UCP_FAIL_CLOSE, io->res);
	}
	copy_on_close(file);
}

/** Close what is open. */
static void copy_close(struct ucp_file *file)
{
	int fds[2] = {file->src_fd, file->copy.fd};

	ucp_uncached_end(file);
	if (file->err != 0 && file->copy.is_created) {
		copy_remove_partial(file);
		/* While it is open, its inode is not that of another new file. */
		ucp_busy_release(file->w, file);
	}
	file->src_fd = file->copy.fd = -1;
	file->n_closing = 1; /* this function itself */
	if (fds[0] >= 0) {
		file->n_closing++;
		file->src_io = (struct ucp_io){
			.op = UCP_IO_CLOSE, .fd = fds[0], .done = copy_on_close_src};
		ucp_engine_push(file->w->eng, &file->src_io);
	}
	if (fds[1] >= 0) {
		file->n_closing++;
		file->io = (struct ucp_io){
			.op = UCP_IO_CLOSE, .fd = fds[1], .done = copy_on_close_dst};
		ucp_engine_push(file->w->eng, &file->io);
	}
	copy_on_close(file);
}

/** A file is complete, or has failed: give it its name, unless it has it already, and close it. */
static void copy_publish(struct ucp_file *file)
{
	if (file->err == 0 && file->copy.temp.is_used) {
		enum ucp_publish publish =
			ucp_temp_publish(file->w, &file->copy.temp, &file->entry, file->copy.fd);
		file->copy.is_created = publish == UCP_PUBLISH_DONE;
		switch (publish) {
		case UCP_PUBLISH_DONE:
		case UCP_PUBLISH_OVER:
			break;
		case UCP_PUBLISH_KEPT:
			file->ending = UCP_ENDING_KEPT;
			break;
		case UCP_PUBLISH_SKIPPED:
			file->ending = UCP_ENDING_SKIPPED;
			break;
		case UCP_PUBLISH_FAILED:
			file->err = -EIO; /* told */
			break;
		}
	}
	copy_close(file);
}

/** A file is where it was asked to be: verify it, if that is asked for too. */
static void copy_settled(struct ucp_file *file)
{
	if (file->err != 0 || !ucp_verify_back(file)) {
		copy_publish(file);
	}
}

/** The file is on disk, or not. */
static void copy_on_sync(struct ucp_io *io)
{
	struct ucp_file *file = UCP_CONTAINER_OF(io, struct ucp_file, io);
	/* Pipes, terminals and most character devices have nothing that could be synced. */
	bool has_none = !file->copy.is_regular && (io->res == -EINVAL || io->res == -EROFS);

	if (io->res < 0 && !has_none) {
		ucp_copy_fail(file, UCP_FAIL_SYNC, io->res);
	} else if (io->res >= 0) {
		ucp_count(&file->w->counts.syncs, 1);
	}
	copy_settled(file);
}

/** See to it that a complete file gets on disk: together with others, or now. */
static void copy_sync(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;

	switch (ucp_barrier_hold(w, file)) {
	case UCP_HOLD_DONE:
		file->ending = UCP_ENDING_HELD;
		copy_close(file);
		return;
	case UCP_HOLD_NEEDLESS:
		copy_settled(file);
		return;
	case UCP_HOLD_NOT:
		break;
	}
	file->io = (struct ucp_io){
		.op = UCP_IO_CHAIN,
		.steps = UCP_STEP_SYNC,
		.done = copy_on_sync,
		.fd = -1,
		.out_fd = file->copy.fd,
		.slot = -1,
	};
	ucp_engine_push(w->eng, &file->io);
}

/** Whether writing to a destination may have failed without a word so far. */
static bool copy_tells_late(struct ucp_file *file)
{
	uint64_t dst_dev = file->entry.dir->dev[UCP_DST];

	if (file->entry.member != NULL) {
		return ucp_fs_get(&file->w->fs, dst_dev, dst_dev, file->copy.fd, file->copy.fd)
			->tells_late;
	}
	return file->copy.is_regular && !file->w->set->attributes_only && file->src_fd >= 0 &&
	       ucp_fs_get(&file->w->fs, file->entry.st.st_dev, dst_dev, file->src_fd, file->copy.fd)
		       ->tells_late;
}

/** Attributes, then fsync if asked for. */
static void copy_set_meta(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_meta meta = {
		.entry = &file->entry,
		.src_fd = file->src_fd,
		.attrs = file->entry.member != NULL ? &file->entry.member->attrs : NULL,
		.dst_fd = file->copy.fd,
		.has_xattrs = file->has_xattrs,
		.owner_is_right = file->owner_is_right,
		.mode_is_right = file->mode_is_right,
		.may_have_acl = file->copy.may_have_acl,
		.mode = file->copy.mode,
	};

	copy_tell_road(file);
	/* Setting attributes would be told of failed writes, and then nobody else. */
	int err = copy_tells_late(file) ? ucp_fd_flush(file->copy.fd) : 0;
	if (err < 0) {
		ucp_copy_fail(file, UCP_FAIL_CLOSE, err);
		copy_close(file);
		return;
	}
	(void)ucp_meta_set(w, &meta); /* told; the data is fine, so the copy stays, as with cp */
	if (w->set->fsync == UCP_FSYNC_NEVER || file->attempt.is_synced) {
		copy_settled(file);
	} else {
		copy_sync(file);
	}
}

static void copy_data(struct ucp_file *file);

/** Go on as a look at source or copy has turned out. */
static void copy_judged(struct ucp_file *file, enum ucp_verdict verdict)
{
	switch (verdict) {
	case UCP_VERDICT_RIGHT:
		if (file->pass.kind == UCP_PASS_BACK) {
			copy_publish(file);
		} else if (file->pass.kind == UCP_PASS_SOURCE || !ucp_verify_source(file)) {
			copy_set_meta(file);
		}
		break;
	case UCP_VERDICT_AGAIN:
		if (ucp_again_ready(file) == 0) {
			copy_data(file);
		} else {
			copy_close(file);
		}
		break;
	case UCP_VERDICT_WRONG:
		copy_close(file);
		break;
	}
}

void ucp_copy_data_done(struct ucp_file *file)
{
	if (file->pass.kind == UCP_PASS_SOURCE || file->pass.kind == UCP_PASS_BACK) {
		copy_judged(file, ucp_verify_judge(file));
		return;
	}
	if (file->err != 0) {
		copy_close(file);
		return;
	}
	if (file->ending == UCP_ENDING_FED) { /* its copy is not the file's any more */
		copy_close(file);
		return;
	}
	const struct ucp_member *member = file->entry.member;
	if (member != NULL && !member->is_whole) {
		file->copy.value = member->value;
	} else if (file->digest != NULL && !file->w->set->attributes_only) {
		ucp_digest_final(file->digest, &file->copy.value);
	}
	copy_judged(file, ucp_change_judge(file));
}

/** See to it that a file has a digest, if one is wanted: 0 or -ENOMEM. */
static int copy_ready_digest(struct ucp_file *file)
{
	if (file->w->set->digest == UCP_DIGEST_NONE || file->digest != NULL) {
		return 0; /* ucp_chunk_begin() resets it */
	}
	file->digest = ucp_digest_new(file->w->set->digest);
	return file->digest != NULL ? 0 : -ENOMEM;
}

/** The digest of a clone is that of what it shares, whatever the source is by now. */
static void copy_hash_clone(struct ucp_file *file)
{
	struct stat st;

	int err = ucp_fd_stat(file->copy.fd, &st);
	if (err < 0) {
		ucp_copy_fail(file, UCP_FAIL_STAT_DST, err);
		copy_close(file);
		return;
	}
	file->copy.size = (uint64_t)st.st_size;
	ucp_chunk_begin(file, UCP_PASS_CLONE);
	file->pass.is_sparse = ucp_extent_may_have_holes(&st);
	ucp_chunk_start(file);
}

/** Source and destination are open, for the first time or again: choose the road for the data. */
static void copy_data(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	const struct stat *st = &file->entry.st;

	if (copy_ready_digest(file) < 0) {
		ucp_copy_fail(file, UCP_FAIL_MEMORY, -ENOMEM);
		copy_close(file);
		return;
	}
	file->attempt = (struct ucp_attempt){0};
	ucp_chunk_begin(file, UCP_PASS_COPY);
	if (w->set->attributes_only) {
		file->copy.size = 0;
		ucp_copy_data_done(file);
		return;
	}
	if (file->entry.member != NULL) {
		ucp_member_data(file);
		return;
	}
	int rc = ucp_offload_try(w, file);
	if (rc == 0) {
		rc = ucp_stream_try(w, file);
	}
	if (rc < 0) {
		copy_close(file); /* told */
	} else if (rc > 0 && file->attempt.road == UCP_ROAD_CLONE && file->digest != NULL) {
		copy_hash_clone(file);
	} else if (rc > 0 || st->st_size == 0) {
		ucp_copy_data_done(file);
	} else {
		file->pass.is_sparse =
			w->set->sparse != UCP_SPARSE_NEVER && ucp_extent_may_have_holes(st);
		ucp_chunk_start(file);
	}
}

/** Create or open the destination, then go on with the data. */
static void copy_opened_src(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;

	int err = S_ISFIFO(file->entry.st.st_mode) && !w->set->attributes_only
			  ? ucp_stream_await(w, file->src_fd)
			  : 0;
	if (err < 0) {
		ucp_copy_fail(file, UCP_FAIL_READ, err);
		copy_close(file);
		return;
	}
	if (copy_is_hopeless(file)) {
		file->err = -ENOSPC; /* told together with the others */
		copy_close(file);
		return;
	}
	if (ucp_meta_wants_xattrs(w->set)) {
		const struct ucp_member *member = file->entry.member;
		struct ucp_meta_peek peek = member != NULL ? ucp_meta_peek_attrs(w, &member->attrs)
							   : ucp_meta_peek(w, file->src_fd);
		file->has_xattrs = peek.has_xattrs;
		file->mode_is_right = !peek.has_acl; /* ucp_create_dst() may find otherwise */
	}
	switch (ucp_create_dst(w, file)) {
	case UCP_CREATE_DONE:
		if (!file->copy.temp.is_used) {
			ucp_note_made(w, &file->entry);
		}
		ucp_barrier_note(w, file);
		ucp_change_forgive(file);
		copy_data(file);
		return;
	case UCP_CREATE_SKIP:
		ucp_count(&w->counts.skipped, 1);
		/* Other names of a file kept by -u still become links to what was kept. */
		file->ending = w->set->update == UCP_UPDATE_OLDER && !file->entry.is_declined
				       ? UCP_ENDING_KEPT
				       : UCP_ENDING_SKIPPED;
		break;
	case UCP_CREATE_WAIT:
		file->ending = UCP_ENDING_PARKED;
		break;
	case UCP_CREATE_FAIL:
		file->err = -EIO; /* told */
		break;
	}
	copy_close(file);
}

/**
 * The source cannot be opened: whether that matters.
 *
 * cp asks first what is to become of the destination (-n, -u), has its line of
 * -v, and then opens the source. Here the source comes first, and nothing is
 * done to the destination of one that cannot be opened; but what is said, and
 * the exit status, shall be the same.
 */
static bool copy_is_missed(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_entry *e = &file->entry;

	if (e->st.st_mode == 0) { /* the walk had no need to look */
		int err = ucp_fd_statat(e->dir->fd[UCP_SRC], e->src_name,
					e->follow ? 0 : AT_SYMLINK_NOFOLLOW, &e->st);
		if (err < 0) {
			ucp_copy_fail(file, UCP_FAIL_STAT, err);
			return false;
		}
	}
	switch (ucp_place_look(w, e)) {
	case UCP_PLACE_SKIP:
	case UCP_PLACE_SAME:
		file->ending = UCP_ENDING_SKIPPED;
		return false;
	case UCP_PLACE_FAIL:
		file->err = -EIO; /* told */
		return false;
	default:
		if (w->set->backup == UCP_BACKUP_NONE) { /* a line on backups names one */
			ucp_note_begun(w, e);
		}
		return true;
	}
}

/** The source is open, or is not. */
static void copy_on_open(struct ucp_io *io)
{
	struct ucp_file *file = UCP_CONTAINER_OF(io, struct ucp_file, io);
	struct ucp_worker *w = file->w;
	struct ucp_entry *e = &file->entry;

	copy_feel(w, io);
	if (io->res == -EBADF && e->dir->fd[UCP_SRC] == -1) {
		io->res = e->dir->src_err;
	}
	if (io->res == -EAGAIN || io->res == -EWOULDBLOCK) {
		/* A lease is on it; only a blocking open waits for its holder. */
		io->res = ucp_worker_open_interruptible(w, io->fd, io->path, io->flags & ~O_NONBLOCK, 0);
	}
	if (io->res < 0) {
		bool is_replaced = io->res == -ELOOP && !e->follow;
		if (is_replaced) {
			ucp_copy_fail(file, UCP_FAIL_REPLACED, 0);
		} else if (ucp_worker_is_canceled(w) || copy_is_missed(file)) {
			ucp_copy_fail(file, UCP_FAIL_OPEN, io->res);
		}
		copy_close(file);
		return;
	}
	file->src_fd = (int)io->res;
	const struct stat seen = e->st; /* all zero where the walk had no need to look */
	int err = ucp_fd_stat(file->src_fd, &e->st);
	if (err < 0) {
		ucp_copy_fail(file, UCP_FAIL_STAT, err);
	} else if ((!e->as_regular && !S_ISREG(e->st.st_mode)) ||
		   (seen.st_mode != 0 &&
		    (seen.st_ino != e->st.st_ino || seen.st_dev != e->st.st_dev))) {
		ucp_copy_fail(file, UCP_FAIL_REPLACED, 0);
	}
	if (file->err != 0) {
		copy_close(file);
		return;
	}
	file->copy.size = (uint64_t)e->st.st_size;
	ucp_uncached_note_source(file);
	ucp_count(&w->counts.found_bytes, e->is_counted ? 0 : file->copy.size);
	e->is_counted = true;
	if (file->copy.group == NULL) {
		switch (ucp_links_claim(w, e, &file->copy.group)) {
		case UCP_CLAIM_OWNER:
		case UCP_CLAIM_ALONE:
			break;
		case UCP_CLAIM_MADE:
			file->ending = UCP_ENDING_LINKED;
			copy_close(file);
			return;
		case UCP_CLAIM_WAIT:
			file->ending = UCP_ENDING_PARKED;
			copy_close(file);
			return;
		}
	}
	copy_opened_src(file);
}

/** Take a slot for an entry. */
static struct ucp_file *copy_take_slot(struct ucp_worker *w, const struct ucp_entry *e)
{
	struct ucp_copier *cp = &w->copier;
	struct ucp_file *file = cp->free_files;
	struct ucp_digest *digest = file->digest;

	cp->free_files = file->next;
	cp->n_files++;
	*file = (struct ucp_file){
		.w = w,
		.entry = *e,
		.digest = digest,
		.src_fd = -1,
		.copy.fd = -1,
	};
	if (e->operand == NULL) {
		/* Below an operand both names are one, and the buffer it is in is not ours. */
		(void)stpncpy(file->name, e->src_name, sizeof(file->name) - 1);
		file->entry.src_name = file->entry.dst_name = file->name;
	}
	return file;
}

void ucp_copy_resume(struct ucp_worker *w, const struct ucp_entry *e, const struct ucp_copy *copy)
{
	struct ucp_file *file = copy_take_slot(w, e);

	file->copy = *copy;
	file->mode_is_right = !w->set->keep_mode; /* all has been set once */
	file->owner_is_right = !w->set->keep_owner;
	if (copy_ready_digest(file) < 0) {
		ucp_copy_fail(file, UCP_FAIL_MEMORY, -ENOMEM);
	}
	copy_settled(file);
}

void ucp_copy_start_member(struct ucp_worker *w, const struct ucp_entry *e)
{
	struct ucp_file *file = copy_take_slot(w, e);

	file->copy.size = (uint64_t)e->st.st_size;
	copy_opened_src(file);
}

void ucp_copy_resume_member(struct ucp_worker *w, struct ucp_member *member)
{
	struct ucp_file *file = copy_take_slot(w, &member->entry);

	file->copy = member->copy;
	member->copy = (struct ucp_copy){.fd = -1};
	file->owner_is_right = member->owner_is_right;
	file->mode_is_right = member->mode_is_right;
	file->has_xattrs = member->has_xattrs;
	file->attempt.road = UCP_ROAD_BLOCKS;
	file->err = member->err; /* told */
	ucp_member_set_size(file);
	if (copy_ready_digest(file) < 0) {
		ucp_copy_fail(file, UCP_FAIL_MEMORY, -ENOMEM);
	}
	ucp_copy_data_done(file);
}

void ucp_copy_start(struct ucp_worker *w, const struct ucp_entry *e,
		    struct ucp_link_group *group, int src_fd)
{
	struct ucp_file *file = copy_take_slot(w, e);

	file->copy.group = group;
	file->io = (struct ucp_io){
		.op = UCP_IO_OPEN,
		.done = copy_on_open,
		.fd = e->dir->fd[UCP_SRC],
		.path = file->entry.src_name,
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (e->follow ? 0 : O_NOFOLLOW),
	};
	if (src_fd >= 0) {
		file->io.res = src_fd;
		copy_on_open(&file->io);
		return;
	}
	ucp_engine_push(w->eng, &file->io);
}
