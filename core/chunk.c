/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The data of one file as chunks, each a chain READ->WRITE[->SYNC] of the engine.
 *
 *     start --> feed: while there is data, and a buffer for it
 *                |      chunk_push() -----> engine ----+
 *                |                                     | any order
 *                |  none free: wait in line            v
 *                +<------ wake, oldest first ---- chunk_on_done()
 *                |                                     |
 *                |                    is it next in file order?
 *                |                      no: held   yes: into the digest, and
 *                |                                 those held behind it
 *                v nothing left, nothing in flight
 *             finish: has it grown? feed again : size, trailing hole --> ucp_copy_data_done()
 *
 * Invariants
 *   - Chunks of a file are begun in file order, so the one that the digest waits
 *     for is always in flight or done: files cannot block each other for buffers.
 *   - The bytes hashed are the bytes written: they are in one buffer.
 *   - Holes are neither read nor written; the digest gets their zeros.
 *   - The end of the file is what fstat said after open, unless a read met the
 *     end earlier (it shrank) or a large file has grown since (it is followed).
 */
#include "core/chunk.h"

#include "core/copy.h"
#include "core/direct.h"
#include "core/extent.h"
#include "core/sys/container.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/uncached.h"
#include "core/worker.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	CHUNK_WORTH = 16,       /* chunks of a file that is worth the buffers for direct I/O */
	CHUNK_ZEROS = 64 << 20, /* bytes of a hole hashed between two looks for a cancel */
};

static void chunk_feed(struct ucp_file *file);
static void chunk_finish(struct ucp_file *file);

int ucp_chunk_init(struct ucp_worker *w)
{
	struct ucp_chunks *chunks = &w->chunks;

	chunks->array = calloc(w->max_chunks, sizeof(*chunks->array));
	if (chunks->array == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = w->max_chunks; i-- > 0;) {
		chunks->array[i].next = chunks->free;
		chunks->free = &chunks->array[i];
	}
	chunks->waiting_tail = &chunks->waiting;
	return 0;
}

void ucp_chunk_fini(struct ucp_worker *w)
{
	free(w->chunks.array);
	w->chunks = (struct ucp_chunks){0};
}

/** Chunks have a buffer each, from the pool that fits the file and the pass. */
static struct ucp_buf_pool *chunk_pool(const struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	bool is_direct = file->pass.reads_direct || file->pass.writes_direct;

	if (file->copy.size <= w->small.size) {
		return &w->small;
	}
	bool is_worth = w->max_direct > 0 && file->copy.size / w->direct.size >= CHUNK_WORTH;
	struct ucp_buf_pool *pool = is_direct && is_worth ? ucp_direct_claim(w) : NULL;
	return pool != NULL ? pool : &w->large;
}

/** Take a chunk with a buffer, or NULL when one must come back first. */
static struct ucp_chunk *chunk_get(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_chunks *chunks = &w->chunks;
	struct ucp_chunk *chunk = chunks->free;

	if (chunk == NULL) {
		return NULL;
	}
	uint8_t *buf = ucp_engine_take(w->eng, file->pass.pool);
	if (buf == NULL) {
		return NULL;
	}
	chunks->free = chunk->next;
	chunk->next = NULL;
	chunk->file = file;
	chunk->buf = buf;
	chunk->pool = file->pass.pool;
	chunk->scanned = 0;
	return chunk;
}

/** Return a chunk and its buffer. */
static void chunk_put(struct ucp_worker *w, struct ucp_chunk *chunk)
{
	ucp_buf_put(chunk->pool, chunk->buf);
	chunk->buf = NULL;
	chunk->file = NULL;
	chunk->next = w->chunks.free;
	w->chunks.free = chunk;
}

/** Put a file in the list of those that wait for a buffer. */
static void chunk_wait(struct ucp_file *file)
{
	struct ucp_chunks *chunks = &file->w->chunks;

	if (!file->pass.is_waiting) {
		file->pass.is_waiting = true;
		file->next = NULL;
		*chunks->waiting_tail = file;
		chunks->waiting_tail = &file->next;
	}
}

/** A buffer came back: let those that waited try again, oldest first. */
static void chunk_wake(struct ucp_worker *w)
{
	struct ucp_chunks *chunks = &w->chunks;
	struct ucp_file *file = chunks->waiting;

	chunks->waiting = NULL;
	chunks->waiting_tail = &chunks->waiting;
	while (file != NULL) {
		struct ucp_file *next = file->next;
		file->pass.is_waiting = false;
		chunk_feed(file); /* waits again if there is still none for it */
		file = next;
	}
}

/** Where a file's data is read from. */
static int chunk_src_fd(const struct ucp_file *file)
{
	bool is_src = file->pass.kind == UCP_PASS_COPY || file->pass.kind == UCP_PASS_SOURCE;

	return is_src ? file->src_fd : file->copy.fd;
}

/** Whether what is read is written. */
static bool chunk_copies(const struct ucp_file *file)
{
	return file->pass.kind == UCP_PASS_COPY;
}

/**
 * There is a hole: give the copy its size now.
 *
 * Where writes make a file grow, xfs allocates ahead, and what lies between them
 * is no hole any more.
 */
static void chunk_extend(struct ucp_file *file)
{
	if (chunk_copies(file) && file->attempt.written_end < file->copy.size &&
	    UCP_RETRY(ftruncate(file->copy.fd, (off_t)file->copy.size)) == 0) {
		file->attempt.written_end = file->copy.size;
	} /* else chunk_finish() tries again, and tells */
}

/** Find the stretch of data that next_off is in or before: false when none is left. */
static bool chunk_find_data(struct ucp_file *file)
{
	struct ucp_pass *pass = &file->pass;

	if (pass->next_off >= file->copy.size) {
		return false;
	}
	if (pass->next_off < pass->data_end) {
		return true;
	}
	pass->data_end = file->copy.size;
	if (pass->is_sparse) {
		uint64_t end = file->copy.size;
		int64_t data = ucp_extent_next(chunk_src_fd(file), pass->next_off,
					       file->copy.size, &end);
		if (data < 0) {
			pass->is_sparse = false; /* cannot tell: it is all data */
		} else {
			if ((uint64_t)data > pass->next_off || end < file->copy.size) {
				chunk_extend(file);
			}
			if (pass->align > 0) {
				data -= data % pass->align;
				end += (pass->align - end % pass->align) % pass->align;
				end = end < file->copy.size ? end : file->copy.size;
			}
			if (chunk_copies(file)) { /* a clone's are among what it shares */
				ucp_count(&file->w->counts.hole_bytes,
					  (uint64_t)data - pass->next_off);
			}
			pass->next_off = (uint64_t)data;
			pass->data_end = end;
		}
	}
	return pass->next_off < file->copy.size;
}

bool ucp_chunk_hash_zeros(const struct ucp_worker *w, struct ucp_digest *digest, uint64_t len)
{
	while (len > 0 && !ucp_worker_is_canceled(w)) {
		uint64_t part = len < CHUNK_ZEROS ? len : CHUNK_ZEROS;
		ucp_digest_zeros(digest, part);
		len -= part;
	}
	return len == 0;
}

/** The same for a file, which fails when the run is canceled. */
static void chunk_hash_zeros(struct ucp_file *file, uint64_t len)
{
	if (!ucp_chunk_hash_zeros(file->w, file->digest, len)) {
		ucp_copy_fail(file, UCP_FAIL_READ, -ECANCELED);
	}
}

/** Feed the digest with what is complete and next in file order; buffers go back. */
static void chunk_hash(struct ucp_file *file, struct ucp_chunk *chunk)
{
	struct ucp_pass *pass = &file->pass;
	struct ucp_chunk **at = &pass->held;

	while (*at != NULL && (*at)->off < chunk->off) {
		at = &(*at)->next;
	}
	chunk->next = *at;
	*at = chunk;

	while (pass->held != NULL && pass->held->from == pass->hashed) {
		struct ucp_chunk *first = pass->held;
		/* Behind a short read lies nothing that will be in the copy. */
		if (pass->eof >= first->off) {
			chunk_hash_zeros(file, first->off - first->from);
			ucp_digest_update(file->digest, first->buf, first->got);
		}
		pass->hashed = first->off + first->len;
		pass->held = first->next;
		chunk_put(file->w, first);
	}
}

/** Account a chunk whose bytes are in place. */
static void chunk_complete(struct ucp_file *file, struct ucp_chunk *chunk)
{
	struct ucp_worker *w = file->w;

	if (chunk->got < chunk->len && chunk->off + chunk->got < file->pass.eof) {
		file->pass.eof = chunk->off + chunk->got; /* the source shrank */
	}
	ucp_count(&w->counts.chunks, 1);
	ucp_count(&w->counts.syncs, (chunk->io.steps & ~(UCP_STEP_READ | UCP_STEP_WRITE)) != 0);
	if (file->digest != NULL && file->err == 0) {
		chunk_hash(file, chunk);
	} else {
		chunk_put(w, chunk);
	}
}

/** Note where data was written, and len bytes of it. */
static void chunk_note_written(struct ucp_file *file, const struct ucp_io *io, uint64_t len)
{
	uint64_t end = io->off + len;

	if (io->is_out_direct) { /* the file may be longer by now than it is to be */
		end += (UCP_DIRECT_ALIGN - end % UCP_DIRECT_ALIGN) % UCP_DIRECT_ALIGN;
	}
	if (len > 0 && end > file->attempt.written_end) {
		file->attempt.written_end = end;
	}
	ucp_count(&file->w->counts.bytes, len);
}

/** --sparse=always: write the next run that is not zero: true when one is on its way. */
static bool chunk_write_run(struct ucp_chunk *chunk)
{
	size_t skip;
	size_t run = ucp_extent_split(chunk->buf + chunk->scanned, chunk->got - chunk->scanned,
				      4096, &skip);

	if (skip > 0) {
		chunk_extend(chunk->file);
	}
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
	chunk->file->pass.n_flying++;
	ucp_engine_push(chunk->file->w->eng, &chunk->io);
	return true;
}

/** What could not be done to a chunk. */
static enum ucp_act chunk_act(const struct ucp_chunk *chunk)
{
	switch (chunk->io.failed) {
	case UCP_STEP_READ:
		return chunk_copies(chunk->file) ? UCP_FAIL_READ : UCP_FAIL_READ_DST;
	case UCP_STEP_WRITE:
		return UCP_FAIL_WRITE;
	default:
		return UCP_FAIL_SYNC;
	}
}

/** A chunk has failed. In a pass of its own verify.h decides what that means. */
static void chunk_fail(const struct ucp_chunk *chunk)
{
	struct ucp_file *file = chunk->file;

	if (chunk_copies(file) || file->pass.kind == UCP_PASS_CLONE) {
		ucp_copy_fail(file, chunk_act(chunk), chunk->io.res);
	} else if (file->err == 0) {
		file->err = (int)chunk->io.res;
	}
}

/**
 * A chunk was refused: try it once more, through the page cache, where it was direct.
 *
 * What a filesystem says of direct I/O does not hold for each part of each file.
 */
static bool chunk_redo(struct ucp_chunk *chunk)
{
	struct ucp_file *file = chunk->file;

	if (!chunk_copies(file) || !(chunk->io.is_direct || chunk->io.is_out_direct) ||
	    file->err != 0 || ucp_direct_end(file) < 0) {
		return false;
	}
	chunk->io.is_direct = chunk->io.is_out_direct = false;
	chunk->io.is_uncached = file->pass.reads_uncached;
	chunk->io.is_out_uncached = file->pass.writes_uncached;
	chunk->io.len = chunk->len;
	file->pass.n_flying++;
	ucp_engine_push(file->w->eng, &chunk->io);
	return true;
}

/** A chunk's request is done. */
static void chunk_on_done(struct ucp_io *io)
{
	struct ucp_chunk *chunk = UCP_CONTAINER_OF(io, struct ucp_chunk, io);
	struct ucp_file *file = chunk->file;
	struct ucp_worker *w = file->w;

	file->pass.n_flying--;
	ucp_uncached_learn(file, io);
	if (io->res == -EINVAL && chunk_redo(chunk)) {
		return;
	}
	if (io->res < 0) {
		chunk_fail(chunk);
		chunk_put(w, chunk);
	} else {
		if ((io->steps & UCP_STEP_READ) != 0) {
			/* A direct read is told to read more than there should be. */
			chunk->got = io->res < chunk->len ? (uint32_t)io->res : chunk->len;
		}
		if ((io->steps & UCP_STEP_WRITE) != 0) {
			bool is_read = (io->steps & UCP_STEP_READ) != 0;
			chunk_note_written(file, io, is_read ? chunk->got : (uint64_t)io->res);
		}
		if (w->set->sparse == UCP_SPARSE_ALWAYS && chunk_copies(file) &&
		    file->err == 0 && chunk_write_run(chunk)) {
			return;
		}
		chunk_complete(file, chunk);
	}
	bool was_waiting = file->pass.is_waiting; /* then chunk_wake() feeds it, and may finish it */
	chunk_wake(w);
	if (!was_waiting) {
		chunk_feed(file);
	}
}

/** Whether finishing the file will change it after its data: then the fsync must wait. */
static bool chunk_is_meta_pending(const struct ucp_file *file)
{
	const struct ucp_settings *set = file->w->set;

	return set->keep_times || ucp_flags_are_wanted(set) || file->has_xattrs || !file->mode_is_right ||
	       (set->keep_owner && !file->owner_is_right);
}

/** The steps of a chunk's chain. */
static uint8_t chunk_steps(const struct ucp_file *file, uint64_t off, uint64_t len)
{
	const struct ucp_settings *set = file->w->set;

	if (!chunk_copies(file)) {
		return UCP_STEP_READ;
	}
	if (set->sparse == UCP_SPARSE_ALWAYS) {
		return UCP_STEP_READ; /* what is written depends on what was read */
	}
	if (set->fsync == UCP_FSYNC_FILE && off == 0 && len == file->copy.size &&
	    !file->pass.writes_direct && !chunk_is_meta_pending(file)) {
		return UCP_STEP_READ | UCP_STEP_WRITE | UCP_STEP_SYNC;
	}
	if (set->fsync == UCP_FSYNC_CHUNK) {
		return UCP_STEP_READ | UCP_STEP_WRITE | UCP_STEP_DATASYNC;
	}
	return UCP_STEP_READ | UCP_STEP_WRITE;
}

/** Send the next chunk on its way; there is data at next_off. */
static void chunk_push(struct ucp_file *file, struct ucp_chunk *chunk)
{
	struct ucp_buf_pool *pool = chunk->pool;
	struct ucp_pass *pass = &file->pass;
	uint64_t len = pass->data_end - pass->next_off;

	if (len > pool->size) {
		len = pool->size;
	}
	chunk->from = pass->planned;
	chunk->off = pass->next_off;
	chunk->len = (uint32_t)len;
	chunk->got = 0;
	chunk->io = (struct ucp_io){
		.op = UCP_IO_CHAIN,
		.steps = chunk_steps(file, pass->next_off, len),
		.done = chunk_on_done,
		.fd = chunk_src_fd(file),
		.out_fd = file->copy.fd,
		.buf = chunk->buf,
		.len = chunk->len,
		.off = chunk->off,
		.slot = pool->slot,
	};
	chunk->io.is_plain = pass->is_plain;
	chunk->io.is_uncached = pass->reads_uncached && !pass->reads_direct;
	chunk->io.is_out_uncached = pass->writes_uncached && !pass->writes_direct;
	if (pass->align > 0) {
		chunk->io.is_direct = pass->reads_direct;
		chunk->io.is_out_direct = pass->writes_direct;
		chunk->io.len += (pass->align - chunk->len % pass->align) % pass->align;
	}
	pass->next_off += len;
	pass->planned = pass->next_off;
	pass->n_flying++;
	if (chunk_copies(file)) {
		file->attempt.is_direct |= pass->writes_direct;
		file->attempt.is_synced = (chunk->io.steps & UCP_STEP_SYNC) != 0;
		file->attempt.n_chunks++;
	}
	ucp_engine_push(file->w->eng, &chunk->io);
}

/** Keep as many chunks of a file in flight as there are buffers; finish it after the last. */
static void chunk_feed(struct ucp_file *file)
{
	while (file->err == 0 && file->pass.eof == UINT64_MAX && chunk_find_data(file)) {
		if (ucp_worker_is_canceled(file->w)) {
			ucp_copy_fail(file, UCP_FAIL_WRITE, -ECANCELED);
			break;
		}
		struct ucp_chunk *chunk = chunk_get(file);
		if (chunk == NULL) {
			chunk_wait(file);
			return;
		}
		chunk_push(file, chunk);
	}
	if (file->pass.n_flying == 0 && !file->pass.is_waiting) {
		chunk_finish(file);
	}
}

/** Whether a large file has grown while it was copied; then there is more to do. */
static bool chunk_has_grown(struct ucp_file *file)
{
	struct stat st;

	if (file->attempt.n_chunks < 2 || file->pass.eof != UINT64_MAX ||
	    ucp_fd_stat(file->src_fd, &st) < 0 || (uint64_t)st.st_size <= file->copy.size) {
		return false;
	}
	file->copy.size = (uint64_t)st.st_size;
	return ucp_direct_end(file) == 0; /* what comes now need not begin at a block */
}

/** Nothing is in flight, and nothing is left or the file has failed. */
static void chunk_finish(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_pass *pass = &file->pass;
	uint64_t size = pass->eof < file->copy.size ? pass->eof : file->copy.size;
	bool was_holding = pass->held != NULL; /* only after a failure */

	while (pass->held != NULL) {
		struct ucp_chunk *next = pass->held->next;
		chunk_put(w, pass->held);
		pass->held = next;
	}
	if (file->err == 0 && chunk_copies(file)) {
		if (chunk_has_grown(file)) {
			chunk_feed(file);
			return;
		}
		(void)ucp_direct_end(file); /* clearing a flag cannot fail */
		file->copy.size = size;
		file->attempt.keeps_holes = pass->is_sparse;
		/* After direct writes, which end at blocks, the length is not left to reckoning. */
		if ((file->attempt.written_end != size || file->attempt.is_direct) &&
		    UCP_RETRY(ftruncate(file->copy.fd, (off_t)size)) != 0) {
			ucp_copy_fail(file, UCP_FAIL_TRUNCATE, -errno);
		}
	}
	if (file->err == 0 && file->digest != NULL && size > pass->hashed) {
		chunk_hash_zeros(file, size - pass->hashed);
	}
	ucp_copy_data_done(file);
	if (was_holding) {
		chunk_wake(w);
	}
}

void ucp_chunk_begin(struct ucp_file *file, enum ucp_pass_kind kind)
{
	/* The file cannot be in a list, nor a chunk come back to it. */
	assert(file->pass.n_flying == 0 && file->pass.held == NULL && !file->pass.is_waiting);
	file->pass = (struct ucp_pass){.kind = kind, .eof = UINT64_MAX};
	if (file->digest != NULL) {
		ucp_digest_reset(file->digest);
	}
}

void ucp_chunk_start(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_pass *pass = &file->pass;

	if (chunk_copies(file)) {
		const struct ucp_fs *fs = ucp_fs_get(&w->fs, file->entry.st.st_dev,
						     file->entry.dir->dev[UCP_DST], file->src_fd,
						     file->copy.fd);
		file->attempt.road = UCP_ROAD_CHAINS;
		pass->is_plain = fs->reads_oddly;
		if (!fs->nowait_is_fine) {
			/* Opened O_NONBLOCK lest a FIFO in its place hold us up; now it only gets in
			 * the way: io_uring gives -EAGAIN at once for files without IOCB_NOWAIT. */
			(void)fcntl(file->src_fd, F_SETFL, 0);
		}
		ucp_direct_choose(file);
		ucp_uncached_choose(file);
		if (file->copy.size > w->small.size && !pass->reads_direct) {
			/* Doubles the kernel's read-ahead; without effect is as well. */
			(void)posix_fadvise(file->src_fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		}
	} else {
		pass->is_plain = ucp_fs_reads_oddly(chunk_src_fd(file));
		if (pass->kind == UCP_PASS_SOURCE) {
			ucp_uncached_choose(file);
		}
	}
	pass->pool = chunk_pool(file);
	if (pass->pool == &w->direct && ucp_buf_ready(pass->pool) < 0) {
		ucp_direct_forgo(w);
		pass->pool = &w->large;
		if (chunk_copies(file) && !w->set->direct) {
			(void)ucp_direct_end(file); /* clearing a flag cannot fail */
		}
	}
	if (ucp_buf_ready(pass->pool) < 0) {
		if (chunk_copies(file) || pass->kind == UCP_PASS_CLONE) {
			ucp_copy_fail(file, UCP_FAIL_MEMORY, -ENOMEM);
		} else {
			file->err = -ENOMEM;
		}
		ucp_copy_data_done(file);
		return;
	}
	chunk_feed(file);
}
