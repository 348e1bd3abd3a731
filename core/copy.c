/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * One regular file, from open to close, as a chain of callbacks.
 *
 *   start --> OPEN src (ring) --> opened: fstat, hard links, create dst (plain)
 *                                   |
 *             +---------------------+------------------+-----------------+
 *             | clone / kernel copy | chains           | stream          |
 *             | (offload.c)         v                  | (stream.c)      |
 *             |        feed: while a buffer is free    |                 |
 *             |          next stretch of data          |                 |
 *             |          push READ->WRITE[->SYNC]      |                 |
 *             |             |             ^            |                 |
 *             |             v             | feed again |                 |
 *             |        chunk done: digest in file order; buffer back     |
 *             |             | last                     |                 |
 *             +-------------+--------------------------+-----------------+
 *                           v
 *               finish: trailing hole, attributes --> SYNC (ring) --> CLOSE both (ring)
 *                                                                       |
 *                                        settle hard links, end the entry
 *
 * Invariants
 *   - Chunks of a file are begun in file order, so the one that the digest waits
 *     for is always in flight or done: files cannot block each other for buffers.
 *   - The bytes hashed are the bytes written: they are in one buffer.
 *   - Holes are neither read nor written; the digest gets their zeros.
 *   - The end of the file is what fstat said after open, unless a read met the
 *     end earlier (it shrank) or a large file has grown since (it is followed).
 */
#include "core/copy.h"

#include "core/create.h"
#include "core/extent.h"
#include "core/links.h"
#include "core/meta.h"
#include "core/note.h"
#include "core/offload.h"
#include "core/place.h"
#include "core/stream.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** The structure that a member is in. */
#define COPY_OF(type, member, ptr) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

enum {
	COPY_WARM = 32,       /* quick opens in a row that say so */
	COPY_WARM_FILES = 24, /* in flight then; 16 to 32 measured alike, 64 5 % slower */
	COPY_COOLING = 8,     /* what one slow open counts */
	COPY_ZEROS = 64 << 20, /* bytes of a hole hashed between two looks for a cancel */
};

static void copy_feed(struct ucp_file *file);
static void copy_finish(struct ucp_file *file);
static void copy_close(struct ucp_file *file);

int ucp_copy_init(struct ucp_worker *w)
{
	struct ucp_copier *cp = &w->copier;

	cp->files = calloc(w->max_files, sizeof(*cp->files));
	cp->chunks = calloc(w->max_chunks, sizeof(*cp->chunks));
	if (cp->files == NULL || cp->chunks == NULL) {
		ucp_copy_fini(w);
		return -ENOMEM;
	}
	for (uint32_t i = w->max_files; i-- > 0;) {
		cp->files[i].w = w;
		cp->files[i].next = cp->free_files;
		cp->free_files = &cp->files[i];
	}
	for (uint32_t i = w->max_chunks; i-- > 0;) {
		cp->chunks[i].next = cp->free_chunks;
		cp->free_chunks = &cp->chunks[i];
	}
	cp->waiting_tail = &cp->waiting;
	return 0;
}

void ucp_copy_fini(struct ucp_worker *w)
{
	struct ucp_copier *cp = &w->copier;

	for (uint32_t i = 0; cp->files != NULL && i < w->max_files; i++) {
		ucp_digest_free(cp->files[i].digest);
	}
	free(cp->files);
	free(cp->chunks);
	*cp = (struct ucp_copier){0};
}

bool ucp_copy_has_room(const struct ucp_worker *w)
{
	bool is_warm = w->warmth >= COPY_WARM;

	return w->copier.free_files != NULL && !(is_warm && w->copier.n_files >= COPY_WARM_FILES);
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
		w->warmth = w->warmth > COPY_COOLING ? w->warmth - COPY_COOLING : 0;
	} else if (w->warmth < 2 * COPY_WARM) {
		w->warmth++;
	}
}

/** Note a failure of a file, telling only the first. */
static void copy_fail(struct ucp_file *file, enum ucp_act act, int64_t err)
{
	const struct ucp_entry *e = &file->entry;

	if (file->err != 0) {
		return;
	}
	file->err = (int)err;
	if (err == -ECANCELED && ucp_worker_is_canceled(file->w)) {
		return; /* the whole run is told about */
	}
	ucp_worker_tell_at(file->w, act, (int)err, e->dir, e->src_name, e->dst_name, NULL);
}

/** Names for --debug. */
static const char *copy_road_name(const struct ucp_file *file, char *text, size_t size)
{
	static const char *const names[] = {
		[UCP_ROAD_NONE] = "no data",
		[UCP_ROAD_CLONE] = "clone",
		[UCP_ROAD_OFFLOAD] = "copy_file_range",
		[UCP_ROAD_STREAM] = "stream",
	};

	if (file->road != UCP_ROAD_CHAINS) {
		return names[file->road];
	}
	(void)snprintf(text, size, "%u chunk%s%s", file->n_chunks, file->n_chunks == 1 ? "" : "s",
		       file->is_sparse ? ", holes kept" : "");
	return text;
}

/** The entry is over: hand back the file's slot and everything that waited for it. */
static void copy_end(struct ucp_file *file, bool is_made)
{
	struct ucp_worker *w = file->w;
	struct ucp_copier *cp = &w->copier;
	struct ucp_dir *dir = file->entry.dir;
	bool is_parked = file->ending == UCP_ENDING_PARKED;

	ucp_busy_release(w, file);
	ucp_place_settle(w, &file->entry, file->err == 0);
	if (file->group != NULL) {
		ucp_links_settle(w, file->group, is_made, &file->value);
	}
	file->group = NULL;
	file->next = cp->free_files;
	cp->free_files = file;
	cp->n_files--;
	if (!is_parked) {
		ucp_walk_end(w, dir);
	}
}

/**
 * Never leave a partial new file; when it cannot be removed, say so.
 *
 * While it is open, what has its name by now can be compared with it.
 */
static void copy_remove_partial(struct ucp_file *file)
{
	const struct ucp_entry *e = &file->entry;
	struct stat ours, there;

	file->is_removed = true;
	if (file->dst_fd >= 0 && ucp_fd_stat(file->dst_fd, &ours) == 0 &&
	    ucp_fd_statat(e->dir->fd[UCP_DST], e->dst_name, AT_SYMLINK_NOFOLLOW, &there) == 0 &&
	    (ours.st_ino != there.st_ino || ours.st_dev != there.st_dev)) {
		return; /* somebody else's */
	}
	if (UCP_RETRY(unlinkat(e->dir->fd[UCP_DST], e->dst_name, 0)) != 0 && errno != ENOENT) {
		ucp_worker_tell_at(file->w, UCP_FAIL_REMOVE, -errno, e->dir, e->src_name,
				   e->dst_name, NULL);
	}
}

/** Both descriptors are closed: the last thing that happens to a file. */
static void copy_closed(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	const struct ucp_entry *e = &file->entry;

	if (file->err != 0) {
		bool is_cut_off = file->err == -ECANCELED && file->is_dst_regular &&
				  !w->set->attributes_only;
		if (file->is_created && !file->is_removed) {
			copy_remove_partial(file); /* only closing it failed */
		} else if (!file->is_created && is_cut_off) {
			/* It was there before and was emptied: what is in it now nobody wants. */
			ucp_worker_tell_at(w, UCP_FAIL_CUT_OFF, 0, e->dir, e->src_name,
					   e->dst_name, NULL);
		}
		copy_end(file, false);
		return;
	}
	if (file->ending != UCP_ENDING_COPIED) {
		copy_end(file, file->ending == UCP_ENDING_KEPT);
		return;
	}
	ucp_note_digest(w, e, &file->value);
	if (w->set->tell_debug) {
		char text[64];
		ucp_worker_tell_at(w, UCP_DID_ROAD, 0, e->dir, e->src_name, e->dst_name,
				   copy_road_name(file, text, sizeof(text)));
	}
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
	copy_on_close(COPY_OF(struct ucp_file, src_io, io));
}

/** The destination is closed, which is where some filesystems tell about lost data. */
static void copy_on_close_dst(struct ucp_io *io)
{
	struct ucp_file *file = COPY_OF(struct ucp_file, io, io);

	if (io->res < 0) {
		copy_fail(file, UCP_FAIL_CLOSE, io->res);
	}
	copy_on_close(file);
}

/** Close what is open. */
static void copy_close(struct ucp_file *file)
{
	int fds[2] = {file->src_fd, file->dst_fd};

	if (file->err != 0 && file->is_created) {
		copy_remove_partial(file);
	}
	file->src_fd = file->dst_fd = -1;
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

/** Chunks have a buffer each, from the pool that fits the file. */
static struct ucp_buf_pool *copy_pool(struct ucp_worker *w, bool is_small)
{
	return is_small ? &w->small : &w->large;
}

/** Reserve a pool the first time, and register it with the engine: 0 or -ENOMEM. */
static int copy_pool_ready(struct ucp_worker *w, struct ucp_buf_pool *pool)
{
	int rc = ucp_buf_ready(pool);

	if (rc > 0) {
		pool->slot = ucp_engine_add_buffers(w->eng, pool->base, pool->size * pool->count);
		rc = 0;
	}
	return rc;
}

/** Take a chunk with a buffer, or NULL when one must come back first. */
static struct ucp_chunk *copy_chunk_get(struct ucp_file *file, bool is_small)
{
	struct ucp_worker *w = file->w;
	struct ucp_copier *cp = &w->copier;
	struct ucp_chunk *chunk = cp->free_chunks;

	if (chunk == NULL) {
		return NULL;
	}
	uint8_t *buf = ucp_buf_get(copy_pool(w, is_small));
	if (buf == NULL) {
		return NULL;
	}
	cp->free_chunks = chunk->next;
	chunk->next = NULL;
	chunk->file = file;
	chunk->buf = buf;
	chunk->is_small = is_small;
	chunk->scanned = 0;
	return chunk;
}

/** Return a chunk and its buffer. */
static void copy_chunk_put(struct ucp_worker *w, struct ucp_chunk *chunk)
{
	ucp_buf_put(copy_pool(w, chunk->is_small), chunk->buf);
	chunk->buf = NULL;
	chunk->file = NULL;
	chunk->next = w->copier.free_chunks;
	w->copier.free_chunks = chunk;
}

/** Put a file in the list of those that wait for a buffer. */
static void copy_wait(struct ucp_file *file)
{
	struct ucp_copier *cp = &file->w->copier;

	if (!file->is_waiting) {
		file->is_waiting = true;
		file->next = NULL;
		*cp->waiting_tail = file;
		cp->waiting_tail = &file->next;
	}
}

/** A buffer came back: let those that waited try again, oldest first. */
static void copy_wake(struct ucp_worker *w)
{
	struct ucp_copier *cp = &w->copier;
	struct ucp_file *file = cp->waiting;

	cp->waiting = NULL;
	cp->waiting_tail = &cp->waiting;
	while (file != NULL) {
		struct ucp_file *next = file->next;
		file->is_waiting = false;
		copy_feed(file); /* waits again if there is still none for it */
		file = next;
	}
}

/** Find the stretch of data that next_off is in or before: false when none is left. */
static bool copy_find_data(struct ucp_file *file)
{
	if (file->next_off >= file->size) {
		return false;
	}
	if (file->next_off < file->data_end) {
		return true;
	}
	file->data_end = file->size;
	if (file->is_sparse) {
		uint64_t end = file->size;
		int64_t data = ucp_extent_next(file->src_fd, file->next_off, file->size, &end);
		if (data < 0) {
			file->is_sparse = false; /* cannot tell: it is all data */
		} else {
			ucp_count(&file->w->counts.hole_bytes, (uint64_t)data - file->next_off);
			file->next_off = (uint64_t)data;
			file->data_end = end;
		}
	}
	return file->next_off < file->size;
}

/** Feed the digest with the zeros of a hole, which may be large: a cancel ends it. */
static void copy_hash_zeros(struct ucp_file *file, uint64_t len)
{
	while (len > 0 && !ucp_worker_is_canceled(file->w)) {
		uint64_t part = len < COPY_ZEROS ? len : COPY_ZEROS;
		ucp_digest_zeros(file->digest, part);
		len -= part;
	}
	if (len > 0) {
		copy_fail(file, UCP_FAIL_READ, -ECANCELED);
	}
}

/** Feed the digest with what is complete and next in file order; buffers go back. */
static void copy_hash(struct ucp_file *file, struct ucp_chunk *chunk)
{
	struct ucp_chunk **at = &file->held;

	while (*at != NULL && (*at)->off < chunk->off) {
		at = &(*at)->next;
	}
	chunk->next = *at;
	*at = chunk;

	while (file->held != NULL && file->held->from == file->hashed) {
		struct ucp_chunk *first = file->held;
		/* Behind a short read lies nothing that will be in the copy. */
		if (file->eof >= first->off) {
			copy_hash_zeros(file, first->off - first->from);
			ucp_digest_update(file->digest, first->buf, first->got);
		}
		file->hashed = first->off + first->len;
		file->held = first->next;
		copy_chunk_put(file->w, first);
	}
}

/** Account a chunk whose bytes are in place. */
static void copy_chunk_complete(struct ucp_file *file, struct ucp_chunk *chunk)
{
	struct ucp_worker *w = file->w;

	if (chunk->got < chunk->len && chunk->off + chunk->got < file->eof) {
		file->eof = chunk->off + chunk->got; /* the source shrank */
	}
	ucp_count(&w->counts.chunks, 1);
	ucp_count(&w->counts.syncs, (chunk->io.steps & ~(UCP_STEP_READ | UCP_STEP_WRITE)) != 0);
	if (file->digest != NULL && file->err == 0) {
		copy_hash(file, chunk);
	} else {
		copy_chunk_put(w, chunk);
	}
}

/** Note where data was written. */
static void copy_note_written(struct ucp_file *file, uint64_t off, uint64_t len)
{
	if (len > 0 && off + len > file->written_end) {
		file->written_end = off + len;
	}
	ucp_count(&file->w->counts.bytes, len);
}

/** --sparse=always: write the next run that is not zero: true when one is on its way. */
static bool copy_chunk_write_run(struct ucp_chunk *chunk)
{
	size_t skip;
	size_t run = ucp_extent_split(chunk->buf + chunk->scanned, chunk->got - chunk->scanned,
				      4096, &skip);

	ucp_count(&chunk->file->w->counts.hole_bytes, skip);
	chunk->scanned += (uint32_t)skip;
	if (run == 0) {
		return false;
	}
	chunk->io.steps = UCP_STEP_WRITE;
	if (chunk->file->w->set->fsync == UCP_FSYNC_CHUNK) {
		chunk->io.steps |= UCP_STEP_DATASYNC;
	}
	chunk->io.buf = chunk->buf + chunk->scanned;
	chunk->io.off = chunk->off + chunk->scanned;
	chunk->io.len = (uint32_t)run;
	chunk->scanned += (uint32_t)run;
	chunk->file->n_flying++;
	ucp_engine_push(chunk->file->w->eng, &chunk->io);
	return true;
}

/** What could not be done to a chunk. */
static enum ucp_act copy_chunk_act(const struct ucp_chunk *chunk)
{
	switch (chunk->io.failed) {
	case UCP_STEP_READ:
		return UCP_FAIL_READ;
	case UCP_STEP_WRITE:
		return UCP_FAIL_WRITE;
	default:
		return UCP_FAIL_SYNC;
	}
}

/** A chunk's request is done. */
static void copy_on_chunk(struct ucp_io *io)
{
	struct ucp_chunk *chunk = COPY_OF(struct ucp_chunk, io, io);
	struct ucp_file *file = chunk->file;
	struct ucp_worker *w = file->w;

	file->n_flying--;
	if (io->res < 0) {
		copy_fail(file, copy_chunk_act(chunk), io->res);
		copy_chunk_put(w, chunk);
	} else {
		if ((io->steps & UCP_STEP_READ) != 0) {
			chunk->got = (uint32_t)io->res;
		}
		if ((io->steps & UCP_STEP_WRITE) != 0) {
			copy_note_written(file, io->off, (uint64_t)io->res);
		}
		if (w->set->sparse == UCP_SPARSE_ALWAYS && !file->is_hash_only &&
		    file->err == 0 && copy_chunk_write_run(chunk)) {
			return;
		}
		copy_chunk_complete(file, chunk);
	}
	bool was_waiting = file->is_waiting; /* then copy_wake() feeds it, and may finish it */
	copy_wake(w);
	if (!was_waiting) {
		copy_feed(file);
	}
}

/** Whether finishing the file will change it after its data: then the fsync must wait. */
static bool copy_is_meta_pending(const struct ucp_file *file)
{
	const struct ucp_settings *set = file->w->set;

	return set->keep_times || file->has_xattrs || !file->mode_is_right ||
	       (set->keep_owner && !file->owner_is_right);
}

/** The steps of a chunk's chain. */
static uint8_t copy_steps(struct ucp_file *file, uint64_t off, uint64_t len)
{
	const struct ucp_settings *set = file->w->set;

	if (file->is_hash_only) {
		return UCP_STEP_READ;
	}
	if (set->sparse == UCP_SPARSE_ALWAYS) {
		return UCP_STEP_READ; /* what is written depends on what was read */
	}
	if (set->fsync == UCP_FSYNC_FILE && off == 0 && len == file->size &&
	    !copy_is_meta_pending(file)) {
		file->is_synced = true;
		return UCP_STEP_READ | UCP_STEP_WRITE | UCP_STEP_SYNC;
	}
	if (set->fsync == UCP_FSYNC_CHUNK) {
		return UCP_STEP_READ | UCP_STEP_WRITE | UCP_STEP_DATASYNC;
	}
	return UCP_STEP_READ | UCP_STEP_WRITE;
}

/** Send the next chunk on its way; there is data at next_off. */
static void copy_push_chunk(struct ucp_file *file, struct ucp_chunk *chunk)
{
	struct ucp_buf_pool *pool = copy_pool(file->w, chunk->is_small);
	uint64_t len = file->data_end - file->next_off;

	if (len > pool->size) {
		len = pool->size;
	}
	chunk->from = file->planned;
	chunk->off = file->next_off;
	chunk->len = (uint32_t)len;
	chunk->got = 0;
	chunk->io = (struct ucp_io){
		.op = UCP_IO_CHAIN,
		.steps = copy_steps(file, file->next_off, len),
		.done = copy_on_chunk,
		.fd = file->src_fd,
		.out_fd = file->dst_fd,
		.buf = chunk->buf,
		.len = chunk->len,
		.off = chunk->off,
		.slot = pool->slot,
	};
	file->next_off += len;
	file->planned = file->next_off;
	file->n_flying++;
	file->n_chunks++;
	ucp_engine_push(file->w->eng, &chunk->io);
}

/** Keep as many chunks of a file in flight as there are buffers; finish it after the last. */
static void copy_feed(struct ucp_file *file)
{
	while (file->err == 0 && file->eof == UINT64_MAX && copy_find_data(file)) {
		if (ucp_worker_is_canceled(file->w)) {
			copy_fail(file, UCP_FAIL_WRITE, -ECANCELED);
			break;
		}
		struct ucp_chunk *chunk = copy_chunk_get(file, file->is_small);
		if (chunk == NULL) {
			copy_wait(file);
			return;
		}
		copy_push_chunk(file, chunk);
	}
	if (file->n_flying == 0 && !file->is_waiting) {
		copy_finish(file);
	}
}

/** Whether a large file has grown while it was copied; then there is more to do. */
static bool copy_has_grown(struct ucp_file *file)
{
	struct stat st;

	if (file->n_chunks < 2 || file->eof != UINT64_MAX ||
	    ucp_fd_stat(file->src_fd, &st) < 0 || (uint64_t)st.st_size <= file->size) {
		return false;
	}
	file->size = (uint64_t)st.st_size;
	return true;
}

/** Give the copy its final size where the data does not: 0, or a negative errno. */
static int copy_set_size(struct ucp_file *file, uint64_t size)
{
	if (file->road != UCP_ROAD_CHAINS || file->is_hash_only || file->written_end == size) {
		return 0;
	}
	return UCP_RETRY(ftruncate(file->dst_fd, (off_t)size)) == 0 ? 0 : -errno;
}

/** The file is on disk, or not. */
static void copy_on_sync(struct ucp_io *io)
{
	struct ucp_file *file = COPY_OF(struct ucp_file, io, io);

	if (io->res < 0) {
		copy_fail(file, UCP_FAIL_SYNC, io->res);
	} else {
		ucp_count(&file->w->counts.syncs, 1);
	}
	copy_close(file);
}

/** Attributes, then fsync if asked for. */
static void copy_set_meta(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_meta meta = {
		.entry = &file->entry,
		.src_fd = file->src_fd,
		.dst_fd = file->dst_fd,
		.has_xattrs = file->has_xattrs,
		.owner_is_right = file->owner_is_right,
		.mode_is_right = file->mode_is_right,
		.has_inherited_acl = file->entry.dir->has_default_acl || !file->is_created,
		.mode = ucp_create_final_mode(w->set, file->entry.st.st_mode),
	};

	(void)ucp_meta_set(w, &meta); /* told; the data is fine, so the copy stays, as with cp */
	if (w->set->fsync == UCP_FSYNC_NEVER || file->is_synced || !file->is_dst_regular) {
		copy_close(file);
		return;
	}
	file->io = (struct ucp_io){
		.op = UCP_IO_CHAIN,
		.steps = UCP_STEP_SYNC,
		.done = copy_on_sync,
		.fd = -1,
		.out_fd = file->dst_fd,
		.slot = -1,
	};
	ucp_engine_push(w->eng, &file->io);
}

/** All data is in place, or the file has failed. */
static void copy_finish(struct ucp_file *file)
{
	uint64_t size = file->eof < file->size ? file->eof : file->size;

	while (file->held != NULL) { /* only after a failure */
		struct ucp_chunk *next = file->held->next;
		copy_chunk_put(file->w, file->held);
		file->held = next;
	}
	if (file->err != 0) {
		struct ucp_worker *w = file->w;
		copy_close(file);
		copy_wake(w); /* buffers of held chunks came back */
		return;
	}
	if (file->road == UCP_ROAD_CHAINS && !file->is_hash_only && copy_has_grown(file)) {
		copy_feed(file);
		return;
	}
	int err = copy_set_size(file, size);
	if (err < 0) {
		copy_fail(file, UCP_FAIL_TRUNCATE, err);
		copy_close(file);
		return;
	}
	if (file->digest != NULL && !file->w->set->attributes_only) {
		if (file->road != UCP_ROAD_STREAM && size > file->hashed) {
			copy_hash_zeros(file, size - file->hashed);
		}
		if (file->err != 0) {
			copy_close(file);
			return;
		}
		ucp_digest_final(file->digest, &file->value);
	}
	copy_set_meta(file);
}

/** Prepare the digest of a file: 0 or -ENOMEM. */
static int copy_ready_digest(struct ucp_file *file)
{
	if (file->w->set->digest == UCP_DIGEST_NONE) {
		return 0;
	}
	if (file->digest == NULL) {
		file->digest = ucp_digest_new(file->w->set->digest);
		return file->digest != NULL ? 0 : -ENOMEM;
	}
	ucp_digest_reset(file->digest);
	return 0;
}

/** Take the road by chains. */
static void copy_by_chains(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;

	file->is_small = file->size <= w->small.size;
	if (copy_pool_ready(w, copy_pool(w, file->is_small)) < 0) {
		copy_fail(file, UCP_FAIL_MEMORY, -ENOMEM);
		copy_close(file);
		return;
	}
	if (!ucp_fs_get(&w->fs, file->entry.st.st_dev, file->entry.dir->dev[UCP_DST],
			file->src_fd, file->dst_fd)->nowait_is_fine) {
		/* Opened O_NONBLOCK lest a FIFO in its place hold us up; now it only gets in the
		 * way: io_uring gives -EAGAIN at once for files that know no IOCB_NOWAIT. */
		(void)fcntl(file->src_fd, F_SETFL, 0);
	}
	if (!file->is_small) {
		/* Doubles the kernel's read-ahead; without effect is as well. */
		(void)posix_fadvise(file->src_fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	if (!file->is_hash_only) {
		file->road = UCP_ROAD_CHAINS;
	}
	file->is_sparse = w->set->sparse != UCP_SPARSE_NEVER &&
			  ucp_extent_may_have_holes(&file->entry.st);
	copy_feed(file);
}

/** Source and destination are open: choose the road for the data. */
static void copy_data(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	const struct stat *st = &file->entry.st;

	if (copy_ready_digest(file) < 0) {
		copy_fail(file, UCP_FAIL_MEMORY, -ENOMEM);
		copy_close(file);
		return;
	}
	if (w->set->attributes_only) {
		file->size = 0;
		copy_finish(file);
		return;
	}
	int rc = ucp_offload_try(w, file);
	if (rc == 0) {
		rc = ucp_stream_try(w, file);
	}
	if (rc < 0) {
		copy_fail(file, file->io.failed == UCP_STEP_READ ? UCP_FAIL_READ
			  : file->road == UCP_ROAD_CLONE         ? UCP_FAIL_CLONE
								 : UCP_FAIL_WRITE,
			  rc);
		copy_close(file);
	} else if (rc > 0 && file->road == UCP_ROAD_CLONE && file->digest != NULL) {
		file->is_hash_only = true;
		copy_by_chains(file);
	} else if (rc > 0 || st->st_size == 0) {
		copy_finish(file);
	} else {
		copy_by_chains(file);
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
		copy_fail(file, UCP_FAIL_READ, err);
		copy_close(file);
		return;
	}
	if (ucp_meta_wants_xattrs(w->set)) {
		struct ucp_meta_peek peek = ucp_meta_peek(w, file->src_fd);
		file->has_xattrs = peek.has_xattrs;
		file->mode_is_right = !peek.has_acl; /* ucp_create_dst() may find otherwise */
	}
	switch (ucp_create_dst(w, file)) {
	case UCP_CREATE_DONE:
		ucp_note_copied(w, &file->entry);
		copy_data(file);
		return;
	case UCP_CREATE_SKIP:
		ucp_count(&w->counts.skipped, 1);
		/* Other names of a file kept by -u still become links to what was kept. */
		file->ending = w->set->update == UCP_UPDATE_OLDER ? UCP_ENDING_KEPT
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

/** The source is open, or is not. */
static void copy_on_open(struct ucp_io *io)
{
	struct ucp_file *file = COPY_OF(struct ucp_file, io, io);
	struct ucp_worker *w = file->w;
	struct ucp_entry *e = &file->entry;

	copy_feel(w, io);
	if (io->res == -EAGAIN || io->res == -EWOULDBLOCK) {
		/* A lease is on it; only a blocking open waits for its holder. */
		io->res = ucp_worker_open_slowly(w, io->fd, io->path, io->flags & ~O_NONBLOCK, 0);
	}
	if (io->res < 0) {
		copy_fail(file, io->res == -ELOOP && !e->follow ? UCP_FAIL_REPLACED : UCP_FAIL_OPEN,
			  io->res == -ELOOP && !e->follow ? 0 : io->res);
		file->err = -EIO;
		copy_close(file);
		return;
	}
	file->src_fd = (int)io->res;
	const struct stat seen = e->st; /* all zero where the walk had no need to look */
	int err = ucp_fd_stat(file->src_fd, &e->st);
	if (err < 0) {
		copy_fail(file, UCP_FAIL_STAT, err);
	} else if ((!file->as_regular && !S_ISREG(e->st.st_mode)) ||
		   (seen.st_mode != 0 &&
		    (seen.st_ino != e->st.st_ino || seen.st_dev != e->st.st_dev))) {
		copy_fail(file, UCP_FAIL_REPLACED, 0);
		file->err = -EIO;
	}
	if (file->err != 0) {
		copy_close(file);
		return;
	}
	file->size = (uint64_t)e->st.st_size;
	ucp_count(&w->counts.found_bytes, file->size);
	if (file->group == NULL) {
		switch (ucp_links_claim(w, e, &file->group)) {
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

void ucp_copy_start(struct ucp_worker *w, const struct ucp_entry *e, bool as_regular,
		    struct ucp_link_group *group)
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
		.group = group,
		.src_fd = -1,
		.dst_fd = -1,
		.as_regular = as_regular,
		.eof = UINT64_MAX,
	};
	if (e->operand == NULL) {
		/* Below an operand both names are one, and the buffer it is in is not ours. */
		(void)stpncpy(file->name, e->src_name, sizeof(file->name) - 1);
		file->entry.src_name = file->entry.dst_name = file->name;
	}
	file->io = (struct ucp_io){
		.op = UCP_IO_OPEN,
		.done = copy_on_open,
		.fd = e->dir->fd[UCP_SRC],
		.path = file->entry.src_name,
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (e->follow ? 0 : O_NOFOLLOW),
	};
	ucp_engine_push(w->eng, &file->io);
}
