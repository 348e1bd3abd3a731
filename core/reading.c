/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The model. A worker takes items from the counter of all, a few neighbours at a
 * time. It has an engine, buffers, and slots for files in flight:
 *
 *     item --> directory (kept for the next) --> look() --> OPEN, on each side
 *                                                             |
 *                                     fstat, or not a file    v
 *       +--------------- hungry: has data to ask for <--------+
 *       |
 *       v  while there are buffers
 *     chunk: READ, on each side --> one side:  held until the digest has come to it
 *       ^                       --> two sides: compared when both are there
 *       |                                          |
 *       +-- buffers go back                        v  nothing more in flight
 *                                             verdict --> CLOSE, on each side
 *
 * Invariants
 *   - Chunks of a file are asked for in file order, and a file's held chunks only
 *     wait for earlier ones that are with the engine: buffers always come back.
 *   - The two buffers of a chunk are taken together or not at all.
 *   - A file whose size is 0, as in /proc, has one chunk at a time, to its end.
 *   - An item is written by the worker that took it, and by nobody else.
 */
#include "core/reading.h"

#include "core/engine/buf.h"
#include "core/engine/engine.h"
#include "core/fs.h"
#include "core/plan.h"
#include "core/sys/beneath.h"
#include "core/sys/cache.h"
#include "core/sys/container.h"
#include "core/sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum {
	READING_PAGE = 4096,
};

struct ucp_reading;
struct reading_queue;

/** A request, and whose it is. */
struct reading_port {
	struct ucp_io io;
	void *owner; /**< borrowed: a file or a chunk */
	int side;
};

/** A directory that files are opened in. */
struct reading_dir {
	const char *path; /**< borrowed; NULL when unused */
	int fd[2];        /**< owned unless a root; or a negative errno */
	bool is_root;
	uint32_t refs;    /**< files being opened, and one for the worker's current directory */
};

/** A file in flight. */
struct reading_file {
	struct reading_file *next;  /**< free, or hungry */
	struct ucp_reading *w;   /**< borrowed */
	struct ucp_readers_item *item; /**< borrowed */
	struct reading_dir *dir;    /**< a reference, until it is open */
	struct reading_port ports[2]; /**< opening and closing */
	int fd[2];                /**< owned, or -1 */
	uint8_t n_pending;        /**< of ports, with the engine */
	bool is_plain[2];         /**< by side: not to be read by a ring */
	bool drops_cache[2];      /**< by side: nothing of it was cached, and nothing is to be */
	bool is_uncached[2];      /**< by side: what is read is not to stay in the cache */
	uint64_t dev[2];          /**< by side */
	bool is_endless;          /**< the size says nothing: read until the end */
	bool is_over;             /**< nothing more is to be asked for */
	bool is_hungry;           /**< in a queue */
	uint64_t size;            /**< bytes */
	uint64_t asked;           /**< bytes asked for */
	uint64_t hashed;          /**< bytes in the digest */
	uint32_t n_chunks;        /**< in flight or held */
	struct reading_chunk *held; /**< complete, sorted by offset, not in the digest yet */
	struct ucp_digest *digests[UCP_DIGEST_KINDS]; /**< owned, made when first needed */
};

/** A chunk in flight, or held. */
struct reading_chunk {
	struct reading_chunk *next; /**< free, or held */
	struct reading_file *file;  /**< borrowed */
	struct reading_queue *queue; /**< borrowed: where the buffers are from */
	struct reading_port ports[2];
	uint8_t n_pending;        /**< of ports, with the engine */
};

/** Files that wait for buffers of one size. */
struct reading_queue {
	struct reading_file *first, *last;
	struct ucp_buf_pool pool;
};

/** A worker. */
struct ucp_reading {
	struct ucp_reading_shared *shared; /**< borrowed */
	struct ucp_engine *eng;      /**< owned */
	struct reading_queue small, large;
	struct reading_file *files;    /**< owned array */
	struct reading_file *free_files;
	struct reading_chunk *chunks;  /**< owned array */
	struct reading_chunk *free_chunks;
	struct reading_dir *dirs;      /**< owned array: one more than files */
	struct reading_dir *at;        /**< the current one, or NULL */
	uint32_t n_files;            /**< slots */
	uint32_t n_active;           /**< files in flight */
	uint64_t cached_only_dev[2]; /**< by side: one that has no uncached reads; UINT64_MAX: none known */
	uint32_t next, end;          /**< items taken and not begun */
	uint64_t bytes;
};

/** Give a reference to a directory back. */
static void reading_put_dir(struct reading_dir *dir, int n_sides)
{
	if (--dir->refs > 0) {
		return;
	}
	for (int i = 0; i < n_sides && !dir->is_root; i++) {
		ucp_fd_drop(&dir->fd[i]);
	}
	dir->path = NULL;
}

/** The directory of a path, with a reference; what could not be opened is in it. */
static struct reading_dir *reading_get_dir(struct ucp_reading *w, const char *path)
{
	const struct ucp_readers_job *job = w->shared->job;

	if (w->at != NULL && (w->at->path == path || strcmp(w->at->path, path) == 0)) {
		w->at->refs++;
		return w->at;
	}
	if (w->at != NULL) {
		reading_put_dir(w->at, job->n_sides);
	}
	struct reading_dir *dir = w->dirs;
	while (dir->path != NULL) {
		dir++; /* one is free: each file holds one at most */
	}
	*dir = (struct reading_dir){.path = path, .refs = 2, .is_root = path[0] == '\0'};
	for (int i = 0; i < job->n_sides; i++) {
		dir->fd[i] = dir->is_root ? job->roots[i]
					  : ucp_beneath_open_dir(job->roots[i], path, O_PATH);
	}
	w->at = dir;
	return dir;
}

/** Note what is wrong; the first trouble counts. */
static void reading_fail(struct ucp_readers_item *item, enum ucp_readers_step step, int side, int err)
{
	if (item->verdict != UCP_READERS_FAILED) {
		item->verdict = UCP_READERS_FAILED;
		item->step = step;
		item->side = side;
		item->err = err;
	}
}

/** The slot of a file is free again. */
static void reading_release(struct reading_file *file)
{
	struct ucp_reading *w = file->w;

	file->next = w->free_files;
	w->free_files = file;
	w->n_active--;
}

/** The port that a request is in. */
static struct reading_port *reading_port(struct ucp_io *io)
{
	return UCP_CONTAINER_OF(io, struct reading_port, io);
}

/** A file is closed on one side. */
static void reading_on_close(struct ucp_io *io)
{
	struct reading_file *file = reading_port(io)->owner;

	if (--file->n_pending == 0) {
		reading_release(file);
	}
}

/** The verdict is known: close what is open, and free the slot. */
static void reading_close(struct reading_file *file)
{
	struct ucp_reading *w = file->w;

	for (int i = 0; i < 2; i++) {
		if (file->fd[i] >= 0) {
			if (file->drops_cache[i]) {
				ucp_cache_forget(file->fd[i]);
			}
			file->ports[i].io = (struct ucp_io){
				.op = UCP_IO_CLOSE, .fd = file->fd[i], .done = reading_on_close};
			file->fd[i] = -1;
			file->n_pending++;
			ucp_engine_push(w->eng, &file->ports[i].io);
		}
	}
	if (file->n_pending == 0) {
		reading_release(file);
	}
}

/** The verdict on a file that was read to its end. */
static void reading_judge(struct reading_file *file)
{
	struct ucp_readers_item *item = file->item;
	struct ucp_digest_value value;

	if (item->verdict != UCP_READERS_UNSEEN) {
		return;
	}
	item->verdict = UCP_READERS_SAME;
	if (item->wanted == NULL) {
		return;
	}
	ucp_digest_final(file->digests[item->kind], &value);
	if (value.has_failed) {
		reading_fail(item, UCP_READERS_AT_READ, 0, -ENOMEM);
	} else if (!ucp_digest_same(&value, item->wanted)) {
		item->verdict = UCP_READERS_DIFFERS;
	}
}

/** Whether there is something to ask for now. */
static bool reading_wants_more(const struct reading_file *file)
{
	return !file->is_over &&
	       (file->is_endless ? file->n_chunks == 0 : file->asked < file->size);
}

/** The queue of a file: small files have small buffers. */
static struct reading_queue *reading_queue_of(struct reading_file *file)
{
	struct ucp_reading *w = file->w;

	return !file->is_endless && file->size <= w->small.pool.size ? &w->small : &w->large;
}

/** Put a file to where it waits for buffers, or end it when it needs none. */
static void reading_go_on(struct reading_file *file)
{
	if (reading_wants_more(file)) {
		struct reading_queue *queue = reading_queue_of(file);
		if (!file->is_hungry) {
			file->is_hungry = true;
			file->next = NULL;
			*(queue->first != NULL ? &queue->last->next : &queue->first) = file;
			queue->last = file;
		}
	} else if (!file->is_hungry && file->n_chunks == 0) {
		reading_judge(file);
		reading_close(file);
	}
}

/** A chunk has served: its buffers go back. */
static void reading_drop_chunk(struct reading_chunk *chunk)
{
	struct reading_file *file = chunk->file;
	struct ucp_reading *w = file->w;

	for (int i = 0; i < w->shared->job->n_sides; i++) {
		ucp_buf_put(&chunk->queue->pool, chunk->ports[i].io.buf);
	}
	chunk->next = w->free_chunks;
	w->free_chunks = chunk;
	file->n_chunks--;
}

/** Feed the digest with what is complete and next in file order. */
static void reading_absorb(struct reading_file *file)
{
	while (file->held != NULL && (file->held->ports[0].io.off == file->hashed || file->is_over)) {
		struct reading_chunk *chunk = file->held;
		const struct ucp_io *io = &chunk->ports[0].io;
		file->held = chunk->next;
		if (!file->is_over) {
			ucp_digest_update(file->digests[file->item->kind], io->buf, (size_t)io->res);
			file->hashed += (uint64_t)io->res;
			file->is_over = io->res < io->len; /* the end, sooner than the size said */
		}
		reading_drop_chunk(chunk);
	}
}

/** Hold a complete chunk until its turn. */
static void reading_hold(struct reading_file *file, struct reading_chunk *chunk)
{
	struct reading_chunk **at = &file->held;

	while (*at != NULL && (*at)->ports[0].io.off < chunk->ports[0].io.off) {
		at = &(*at)->next;
	}
	chunk->next = *at;
	*at = chunk;
}

/** Compare the two sides of a chunk. */
static void reading_compare(struct reading_file *file, const struct reading_chunk *chunk)
{
	const struct ucp_io *a = &chunk->ports[0].io, *b = &chunk->ports[1].io;

	if (a->res != b->res || memcmp(a->buf, b->buf, (size_t)a->res) != 0) {
		file->is_over = true;
		if (file->item->verdict == UCP_READERS_UNSEEN) {
			file->item->verdict = UCP_READERS_DIFFERS;
		}
	} else if (file->is_endless && a->res < a->len) {
		file->is_over = true;
	}
}

/** A chunk is read on one side. */
static void reading_on_read(struct ucp_io *io)
{
	const struct reading_port *port = reading_port(io);
	struct reading_chunk *chunk = port->owner;
	struct reading_file *file = chunk->file;

	if (file->is_uncached[port->side] && !io->is_uncached) {
		file->is_uncached[port->side] = false;
		file->w->cached_only_dev[port->side] = file->dev[port->side];
	}
	if (io->res < 0) {
		reading_fail(file->item, UCP_READERS_AT_READ, port->side, (int)io->res);
		file->is_over = true;
	} else {
		file->w->bytes += (uint64_t)io->res;
	}
	if (--chunk->n_pending > 0) {
		return;
	}
	if (file->item->wanted != NULL && !file->is_over) {
		reading_hold(file, chunk);
	} else {
		if (!file->is_over) {
			reading_compare(file, chunk);
		}
		reading_drop_chunk(chunk);
	}
	reading_absorb(file);
	reading_go_on(file);
}

/** Whether two files are one, so that reading them would tell nothing. */
static bool reading_is_one(const struct stat st[2])
{
	return st[0].st_dev == st[1].st_dev && st[0].st_ino == st[1].st_ino;
}

/** Prepare the digest of a file: 0 or -ENOMEM. */
static int reading_ready_digest(struct reading_file *file)
{
	struct ucp_digest **dig = &file->digests[file->item->kind];

	if (*dig != NULL) {
		ucp_digest_reset(*dig);
		return 0;
	}
	*dig = ucp_digest_new(file->item->kind);
	return *dig != NULL ? 0 : -ENOMEM;
}

/** See what was opened, on all sides: false when there is nothing to read, the verdict is made. */
static bool reading_look(struct reading_file *file)
{
	struct ucp_readers_item *item = file->item;
	int n_sides = file->w->shared->job->n_sides;
	struct stat st[2];

	for (int i = 0; i < n_sides; i++) {
		int err = ucp_fd_stat(file->fd[i], &st[i]);
		if (err < 0) {
			reading_fail(item, UCP_READERS_AT_READ, i, err);
			return false;
		}
		if (!S_ISREG(st[i].st_mode)) {
			item->verdict = UCP_READERS_NOT_FILE;
			return false;
		}
	}
	for (int i = 0; i < n_sides; i++) {
		file->is_plain[i] = ucp_fs_ready_read(file->fd[i], (uint64_t)st[i].st_size);
		bool drops_cache = file->w->shared->drops_cache;
		file->dev[i] = st[i].st_dev;
		file->drops_cache[i] = drops_cache && !ucp_cache_may_hold(file->fd[i]);
		file->is_uncached[i] = drops_cache && !file->is_plain[i] &&
				       file->w->cached_only_dev[i] != file->dev[i];
	}
	file->size = (uint64_t)st[0].st_size;
	file->is_endless = file->size == 0;
	if (item->wanted == NULL) {
		bool is_one = reading_is_one(st);
		if (is_one || st[0].st_size != st[1].st_size) {
			item->verdict = is_one ? UCP_READERS_SAME : UCP_READERS_DIFFERS;
			return false;
		}
	} else if (reading_ready_digest(file) < 0) {
		reading_fail(item, UCP_READERS_AT_READ, 0, -ENOMEM);
		return false;
	}
	return true;
}

/** A file is open on one side, or could not be opened. */
static void reading_on_open(struct ucp_io *io)
{
	const struct reading_port *port = reading_port(io);
	struct reading_file *file = port->owner;

	if (io->res < 0) {
		reading_fail(file->item, UCP_READERS_AT_OPEN, port->side, (int)io->res);
	} else {
		file->fd[port->side] = (int)io->res;
	}
	if (--file->n_pending > 0) {
		return;
	}
	reading_put_dir(file->dir, file->w->shared->job->n_sides);
	file->dir = NULL;
	if (file->item->verdict == UCP_READERS_UNSEEN && reading_look(file)) {
		reading_go_on(file);
	} else {
		reading_close(file);
	}
}

/** Begin an item. */
static void reading_begin(struct ucp_reading *w, struct ucp_readers_item *item)
{
	struct ucp_readers_job *job = w->shared->job;

	if (item->verdict != UCP_READERS_UNSEEN) {
		return;
	}
	struct reading_dir *dir = reading_get_dir(w, item->dir);
	for (int i = 0; i < job->n_sides; i++) {
		if (dir->fd[i] < 0) {
			reading_fail(item, UCP_READERS_AT_DIR, i, dir->fd[i]);
		}
	}
	if (item->verdict != UCP_READERS_UNSEEN ||
	    (job->look != NULL && !job->look(job->ctx, item, dir->fd))) {
		reading_put_dir(dir, job->n_sides);
		return;
	}
	struct reading_file *file = w->free_files;
	w->free_files = file->next;
	w->n_active++;
	file->item = item;
	file->dir = dir;
	file->size = file->asked = file->hashed = 0;
	file->is_over = file->is_endless = false;
	file->n_pending = (uint8_t)job->n_sides;
	for (int i = 0; i < job->n_sides; i++) {
		file->drops_cache[i] = false;
		file->ports[i].io = (struct ucp_io){
			.op = UCP_IO_OPEN,
			.fd = dir->fd[i],
			.path = i == 1 && item->name_there != NULL ? item->name_there : item->name,
			.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
			.done = reading_on_open,
		};
		ucp_engine_push(w->eng, &file->ports[i].io);
	}
}

/** Take buffers for a chunk, one for each side: false when there are not enough. */
static bool reading_take_buffers(struct ucp_reading *w, struct reading_queue *queue,
			       struct reading_chunk *chunk)
{
	uint32_t n_sides = (uint32_t)w->shared->job->n_sides;

	if (queue->pool.n_free < n_sides) {
		return false;
	}
	for (uint32_t i = 0; i < n_sides; i++) {
		chunk->ports[i].io.buf = ucp_engine_take(w->eng, &queue->pool);
	}
	return true;
}

/** Ask for the next chunk of a file, which has its buffers. */
static void reading_ask(struct reading_file *file, struct reading_chunk *chunk)
{
	struct ucp_reading *w = file->w;
	const struct ucp_buf_pool *pool = &chunk->queue->pool;
	uint64_t left = file->is_endless ? pool->size : file->size - file->asked;
	uint32_t len = (uint32_t)(left < pool->size ? left : pool->size);

	chunk->file = file;
	chunk->n_pending = (uint8_t)w->shared->job->n_sides;
	for (int i = 0; i < w->shared->job->n_sides; i++) {
		struct reading_port *port = &chunk->ports[i];
		port->io = (struct ucp_io){
			.op = UCP_IO_CHAIN,
			.steps = UCP_STEP_READ,
			.is_plain = file->is_plain[i],
			.is_uncached = file->is_uncached[i],
			.fd = file->fd[i],
			.out_fd = -1,
			.buf = port->io.buf,
			.slot = pool->slot,
			.len = len,
			.off = file->asked,
			.done = reading_on_read,
		};
		ucp_engine_push(w->eng, &port->io);
	}
	file->asked += len;
	file->n_chunks++;
}

/** Ask for chunks while there are buffers, of the oldest file first. */
static void reading_feed(struct ucp_reading *w, struct reading_queue *queue)
{
	while (queue->first != NULL) {
		struct reading_file *file = queue->first;
		int err = ucp_buf_ready(&queue->pool);
		if (err < 0) {
			reading_fail(file->item, UCP_READERS_AT_READ, 0, err);
			file->is_over = true;
		}
		if (reading_wants_more(file)) {
			struct reading_chunk *chunk = w->free_chunks;
			if (chunk == NULL || !reading_take_buffers(w, queue, chunk)) {
				return;
			}
			w->free_chunks = chunk->next;
			chunk->queue = queue;
			reading_ask(file, chunk);
		}
		if (!reading_wants_more(file)) {
			queue->first = file->next;
			file->is_hungry = false;
			reading_go_on(file);
		}
	}
}

/** The next item of this worker, or NULL when all are taken. */
static struct ucp_readers_item *reading_next(struct ucp_reading *w)
{
	struct ucp_reading_shared *shared = w->shared;
	const struct ucp_readers_job *job = shared->job;

	if (w->next == w->end) {
		uint32_t first = atomic_load_explicit(&shared->next, memory_order_relaxed);
		uint32_t last;
		do { /* not past the end, lest it turns over */
			last = job->n_items - first < shared->batch ? job->n_items : first + shared->batch;
		} while (!atomic_compare_exchange_weak_explicit(&shared->next, &first, last,
								memory_order_relaxed,
								memory_order_relaxed));
		w->next = first;
		w->end = last;
	}
	return w->next < w->end ? &job->items[w->next++] : NULL;
}

/** Read until nothing is left: 0, or a negative errno when the engine fails. */
static int reading_loop(struct ucp_reading *w)
{
	for (;;) {
		struct ucp_readers_item *item = NULL;
		while (w->free_files != NULL && (item = reading_next(w)) != NULL) {
			reading_begin(w, item);
		}
		reading_feed(w, &w->small);
		reading_feed(w, &w->large);
		if (w->n_active == 0) {
			if (item == NULL && w->free_files != NULL) {
				return 0;
			}
			continue;
		}
		int err = ucp_engine_kick(w->eng, true);
		if (err < 0) {
			return err;
		}
		for (struct ucp_io *io = ucp_engine_pop(w->eng); io != NULL;
		     io = ucp_engine_pop(w->eng)) {
			io->done(io);
		}
	}
}

/** Make the engine of this thread; plain calls take the place of rings there are no more of. */
static int reading_engine(struct ucp_reading *w)
{
	const struct ucp_worker_plan *plan = w->shared->plan;
	struct ucp_engine_conf conf = {
		.kind = plan->story.kind,
		.depth = plan->depth,
		.io_workers = plan->io_workers,
		.poll = plan->poll,
	};
	int ring_err; /* nobody asks */

	return ucp_engine_start(&conf, w->shared->must_have_ring, &w->eng, &ring_err);
}

/** Size a pool: sides share a chunk's memory. */
static void reading_init_pool(struct ucp_buf_pool *pool, size_t size, uint32_t count, int n_sides)
{
	size_t part = size / (size_t)n_sides / READING_PAGE * READING_PAGE;

	ucp_buf_init(pool, part > 0 ? part : READING_PAGE, count * (uint32_t)n_sides);
}

/** Prepare a worker: 0 or -ENOMEM. */
static int reading_init(struct ucp_reading *w, struct ucp_reading_shared *shared)
{
	const struct ucp_worker_plan *plan = shared->plan;
	int n_sides = shared->job->n_sides;
	uint32_t n_chunks = plan->n_small + plan->n_large;

	w->shared = shared;
	w->n_files = plan->max_files;
	reading_init_pool(&w->small.pool, plan->small_size, plan->n_small, n_sides);
	reading_init_pool(&w->large.pool, plan->chunk_size, plan->n_large, n_sides);
	w->files = calloc(w->n_files, sizeof(*w->files));
	w->dirs = calloc(w->n_files + 1, sizeof(*w->dirs));
	w->chunks = calloc(n_chunks, sizeof(*w->chunks));
	if (w->files == NULL || w->dirs == NULL || w->chunks == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = w->n_files; i-- > 0;) {
		struct reading_file *file = &w->files[i];
		*file = (struct reading_file){.w = w, .next = w->free_files, .fd = {-1, -1}};
		file->ports[0] = (struct reading_port){.owner = file, .side = 0};
		file->ports[1] = (struct reading_port){.owner = file, .side = 1};
		w->free_files = file;
	}
	for (uint32_t i = n_chunks; i-- > 0;) {
		struct reading_chunk *chunk = &w->chunks[i];
		chunk->ports[0] = (struct reading_port){.owner = chunk, .side = 0};
		chunk->ports[1] = (struct reading_port){.owner = chunk, .side = 1};
		chunk->next = w->free_chunks;
		w->free_chunks = chunk;
	}
	return 0;
}

void ucp_reading_free(struct ucp_reading *w)
{
	if (w == NULL) {
		return;
	}
	for (uint32_t i = 0; w->files != NULL && i < w->n_files; i++) {
		for (int kind = 0; kind < UCP_DIGEST_KINDS; kind++) {
			ucp_digest_free(w->files[i].digests[kind]);
		}
	}
	ucp_engine_free(w->eng);
	ucp_buf_fini(&w->small.pool);
	ucp_buf_fini(&w->large.pool);
	free(w->files);
	free(w->dirs);
	free(w->chunks);
	free(w);
}

struct ucp_reading *ucp_reading_new(struct ucp_reading_shared *shared)
{
	struct ucp_reading *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		return NULL;
	}
	w->cached_only_dev[0] = w->cached_only_dev[1] = UINT64_MAX;
	if (reading_init(w, shared) < 0) {
		ucp_reading_free(w);
		return NULL;
	}
	return w;
}

int ucp_reading_run(struct ucp_reading *w, bool *ret_broken)
{
	int err = reading_engine(w);
	if (err < 0) {
		return err;
	}
	err = reading_loop(w);
	*ret_broken = err < 0;
	if (err == 0 && w->at != NULL) {
		reading_put_dir(w->at, w->shared->job->n_sides);
		w->at = NULL;
	}
	return err;
}

uint64_t ucp_reading_bytes(const struct ucp_reading *w)
{
	return w->bytes;
}
