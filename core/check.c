/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The model. Workers take items from one counter, a few neighbours at a time.
 * Each has an engine, buffers, and slots for files in flight:
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
#include "core/check.h"

#include "core/engine/buf.h"
#include "core/engine/engine.h"
#include "core/plan.h"
#include "core/sys/beneath.h"
#include "core/sys/container.h"
#include "core/sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHECK_BATCH = 16,          /* items a worker takes at a time at most */
	CHECK_SHARES = 16,         /* turns a worker has at least, where there are items enough */
	CHECK_PAGE = 4096,
};

struct check_worker;
struct check_queue;

/** A request, and whose it is. */
struct check_port {
	struct ucp_io io;
	void *owner; /**< borrowed: a file or a chunk */
	int side;
};

/** A directory that files are opened in. */
struct check_dir {
	const char *path; /**< borrowed; NULL when unused */
	int fd[2];        /**< owned unless a root; or a negative errno */
	bool is_root;
	uint32_t refs;    /**< files being opened, and one for the worker's current directory */
};

/** A file in flight. */
struct check_file {
	struct check_file *next;  /**< free, or hungry */
	struct check_worker *w;   /**< borrowed */
	struct ucp_check_item *item; /**< borrowed */
	struct check_dir *dir;    /**< a reference, until it is open */
	struct check_port ports[2]; /**< opening and closing */
	int fd[2];                /**< owned, or -1 */
	uint8_t n_pending;        /**< of ports, with the engine */
	bool is_endless;          /**< the size says nothing: read until the end */
	bool is_over;             /**< nothing more is to be asked for */
	bool is_hungry;           /**< in a queue */
	uint64_t size;            /**< bytes */
	uint64_t asked;           /**< bytes asked for */
	uint64_t hashed;          /**< bytes in the digest */
	uint32_t n_chunks;        /**< in flight or held */
	struct check_chunk *held; /**< complete, sorted by offset, not in the digest yet */
	struct ucp_digest *digests[UCP_DIGEST_KINDS]; /**< owned, made when first needed */
};

/** A chunk in flight, or held. */
struct check_chunk {
	struct check_chunk *next; /**< free, or held */
	struct check_file *file;  /**< borrowed */
	struct check_queue *queue; /**< borrowed: where the buffers are from */
	struct check_port ports[2];
	uint8_t n_pending;        /**< of ports, with the engine */
};

/** Files that wait for buffers of one size. */
struct check_queue {
	struct check_file *first, *last;
	struct ucp_buf_pool pool;
};

/** What all workers share. */
struct check_shared {
	struct ucp_check_job *job; /**< borrowed */
	const struct ucp_worker_plan *plan; /**< borrowed */
	atomic_uint next;          /**< first item nobody has taken */
	uint32_t batch;            /**< items taken at a time */
	atomic_int err;            /**< the first that ended a worker, or 0 */
	atomic_bool is_broken;
};

/** A worker. */
struct check_worker {
	struct check_shared *shared; /**< borrowed */
	pthread_t thread;
	struct ucp_engine *eng;      /**< owned */
	struct check_queue small, large;
	struct check_file *files;    /**< owned array */
	struct check_file *free_files;
	struct check_chunk *chunks;  /**< owned array */
	struct check_chunk *free_chunks;
	struct check_dir *dirs;      /**< owned array: one more than files */
	struct check_dir *at;        /**< the current one, or NULL */
	uint32_t n_files;            /**< slots */
	uint32_t n_active;           /**< files in flight */
	uint32_t next, end;          /**< items taken and not begun */
	uint64_t bytes;
};

/** Give a reference to a directory back. */
static void check_put_dir(struct check_dir *dir, int n_sides)
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
static struct check_dir *check_get_dir(struct check_worker *w, const char *path)
{
	const struct ucp_check_job *job = w->shared->job;

	if (w->at != NULL && (w->at->path == path || strcmp(w->at->path, path) == 0)) {
		w->at->refs++;
		return w->at;
	}
	if (w->at != NULL) {
		check_put_dir(w->at, job->n_sides);
	}
	struct check_dir *dir = w->dirs;
	while (dir->path != NULL) {
		dir++; /* one is free: each file holds one at most */
	}
	*dir = (struct check_dir){.path = path, .refs = 2, .is_root = path[0] == '\0'};
	for (int i = 0; i < job->n_sides; i++) {
		dir->fd[i] = dir->is_root ? job->roots[i]
					  : ucp_beneath_open_dir(job->roots[i], path, O_PATH);
	}
	w->at = dir;
	return dir;
}

/** Note what is wrong; the first trouble counts. */
static void check_fail(struct ucp_check_item *item, enum ucp_check_step step, int side, int err)
{
	if (item->verdict != UCP_CHECK_FAILED) {
		item->verdict = UCP_CHECK_FAILED;
		item->step = step;
		item->side = side;
		item->err = err;
	}
}

/** The slot of a file is free again. */
static void check_release(struct check_file *file)
{
	struct check_worker *w = file->w;

	file->next = w->free_files;
	w->free_files = file;
	w->n_active--;
}

/** The port that a request is in. */
static struct check_port *check_port(struct ucp_io *io)
{
	return UCP_CONTAINER_OF(io, struct check_port, io);
}

/** A file is closed on one side. */
static void check_on_close(struct ucp_io *io)
{
	struct check_file *file = check_port(io)->owner;

	if (--file->n_pending == 0) {
		check_release(file);
	}
}

/** The verdict is known: close what is open, and free the slot. */
static void check_close(struct check_file *file)
{
	struct check_worker *w = file->w;

	for (int i = 0; i < 2; i++) {
		if (file->fd[i] >= 0) {
			file->ports[i].io = (struct ucp_io){
				.op = UCP_IO_CLOSE, .fd = file->fd[i], .done = check_on_close};
			file->fd[i] = -1;
			file->n_pending++;
			ucp_engine_push(w->eng, &file->ports[i].io);
		}
	}
	if (file->n_pending == 0) {
		check_release(file);
	}
}

/** The verdict on a file that was read to its end. */
static void check_judge(struct check_file *file)
{
	struct ucp_check_item *item = file->item;
	struct ucp_digest_value value;

	if (item->verdict != UCP_CHECK_UNSEEN) {
		return;
	}
	item->verdict = UCP_CHECK_SAME;
	if (item->wanted == NULL) {
		return;
	}
	ucp_digest_final(file->digests[item->kind], &value);
	if (value.has_failed) {
		check_fail(item, UCP_CHECK_AT_READ, 0, -ENOMEM);
	} else if (value.len != item->wanted->len ||
		   memcmp(value.bytes, item->wanted->bytes, value.len) != 0) {
		item->verdict = UCP_CHECK_DIFFERS;
	}
}

/** Whether there is something to ask for now. */
static bool check_wants_more(const struct check_file *file)
{
	return !file->is_over &&
	       (file->is_endless ? file->n_chunks == 0 : file->asked < file->size);
}

/** The queue of a file: small files have small buffers. */
static struct check_queue *check_queue_of(struct check_file *file)
{
	struct check_worker *w = file->w;

	return !file->is_endless && file->size <= w->small.pool.size ? &w->small : &w->large;
}

/** Put a file to where it waits for buffers, or end it when it needs none. */
static void check_go_on(struct check_file *file)
{
	if (check_wants_more(file)) {
		struct check_queue *queue = check_queue_of(file);
		if (!file->is_hungry) {
			file->is_hungry = true;
			file->next = NULL;
			*(queue->first != NULL ? &queue->last->next : &queue->first) = file;
			queue->last = file;
		}
	} else if (!file->is_hungry && file->n_chunks == 0) {
		check_judge(file);
		check_close(file);
	}
}

/** A chunk has served: its buffers go back. */
static void check_drop_chunk(struct check_chunk *chunk)
{
	struct check_file *file = chunk->file;
	struct check_worker *w = file->w;

	for (int i = 0; i < w->shared->job->n_sides; i++) {
		ucp_buf_put(&chunk->queue->pool, chunk->ports[i].io.buf);
	}
	chunk->next = w->free_chunks;
	w->free_chunks = chunk;
	file->n_chunks--;
}

/** Feed the digest with what is complete and next in file order. */
static void check_absorb(struct check_file *file)
{
	while (file->held != NULL && (file->held->ports[0].io.off == file->hashed || file->is_over)) {
		struct check_chunk *chunk = file->held;
		const struct ucp_io *io = &chunk->ports[0].io;
		file->held = chunk->next;
		if (!file->is_over) {
			ucp_digest_update(file->digests[file->item->kind], io->buf, (size_t)io->res);
			file->hashed += (uint64_t)io->res;
			file->is_over = io->res < io->len; /* the end, sooner than the size said */
		}
		check_drop_chunk(chunk);
	}
}

/** Hold a complete chunk until its turn. */
static void check_hold(struct check_file *file, struct check_chunk *chunk)
{
	struct check_chunk **at = &file->held;

	while (*at != NULL && (*at)->ports[0].io.off < chunk->ports[0].io.off) {
		at = &(*at)->next;
	}
	chunk->next = *at;
	*at = chunk;
}

/** Compare the two sides of a chunk. */
static void check_compare(struct check_file *file, const struct check_chunk *chunk)
{
	const struct ucp_io *a = &chunk->ports[0].io, *b = &chunk->ports[1].io;

	if (a->res != b->res || memcmp(a->buf, b->buf, (size_t)a->res) != 0) {
		file->is_over = true;
		if (file->item->verdict == UCP_CHECK_UNSEEN) {
			file->item->verdict = UCP_CHECK_DIFFERS;
		}
	} else if (file->is_endless && a->res < a->len) {
		file->is_over = true;
	}
}

/** A chunk is read on one side. */
static void check_on_read(struct ucp_io *io)
{
	const struct check_port *port = check_port(io);
	struct check_chunk *chunk = port->owner;
	struct check_file *file = chunk->file;

	if (io->res < 0) {
		check_fail(file->item, UCP_CHECK_AT_READ, port->side, (int)io->res);
		file->is_over = true;
	} else {
		file->w->bytes += (uint64_t)io->res;
	}
	if (--chunk->n_pending > 0) {
		return;
	}
	if (file->item->wanted != NULL && !file->is_over) {
		check_hold(file, chunk);
	} else {
		if (!file->is_over) {
			check_compare(file, chunk);
		}
		check_drop_chunk(chunk);
	}
	check_absorb(file);
	check_go_on(file);
}

/** Whether two files are one, so that reading them would tell nothing. */
static bool check_is_one(const struct stat st[2])
{
	return st[0].st_dev == st[1].st_dev && st[0].st_ino == st[1].st_ino;
}

/** Prepare the digest of a file: 0 or -ENOMEM. */
static int check_ready_digest(struct check_file *file)
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
static bool check_look(struct check_file *file)
{
	struct ucp_check_item *item = file->item;
	int n_sides = file->w->shared->job->n_sides;
	struct stat st[2];

	for (int i = 0; i < n_sides; i++) {
		int err = ucp_fd_stat(file->fd[i], &st[i]);
		if (err < 0) {
			check_fail(item, UCP_CHECK_AT_READ, i, err);
			return false;
		}
		if (!S_ISREG(st[i].st_mode)) {
			item->verdict = UCP_CHECK_NOT_FILE;
			return false;
		}
	}
	file->size = (uint64_t)st[0].st_size;
	file->is_endless = file->size == 0;
	if (item->wanted == NULL) {
		bool is_one = check_is_one(st);
		if (is_one || st[0].st_size != st[1].st_size) {
			item->verdict = is_one ? UCP_CHECK_SAME : UCP_CHECK_DIFFERS;
			return false;
		}
	} else if (check_ready_digest(file) < 0) {
		check_fail(item, UCP_CHECK_AT_READ, 0, -ENOMEM);
		return false;
	}
	return true;
}

/** A file is open on one side, or could not be opened. */
static void check_on_open(struct ucp_io *io)
{
	const struct check_port *port = check_port(io);
	struct check_file *file = port->owner;

	if (io->res < 0) {
		check_fail(file->item, UCP_CHECK_AT_OPEN, port->side, (int)io->res);
	} else {
		file->fd[port->side] = (int)io->res;
	}
	if (--file->n_pending > 0) {
		return;
	}
	check_put_dir(file->dir, file->w->shared->job->n_sides);
	file->dir = NULL;
	if (file->item->verdict == UCP_CHECK_UNSEEN && check_look(file)) {
		check_go_on(file);
	} else {
		check_close(file);
	}
}

/** Begin an item. */
static void check_begin(struct check_worker *w, struct ucp_check_item *item)
{
	struct ucp_check_job *job = w->shared->job;

	if (item->verdict != UCP_CHECK_UNSEEN) {
		return;
	}
	struct check_dir *dir = check_get_dir(w, item->dir);
	for (int i = 0; i < job->n_sides; i++) {
		if (dir->fd[i] < 0) {
			check_fail(item, UCP_CHECK_AT_DIR, i, dir->fd[i]);
		}
	}
	if (item->verdict != UCP_CHECK_UNSEEN ||
	    (job->look != NULL && !job->look(job->ctx, item, dir->fd))) {
		check_put_dir(dir, job->n_sides);
		return;
	}
	struct check_file *file = w->free_files;
	w->free_files = file->next;
	w->n_active++;
	file->item = item;
	file->dir = dir;
	file->size = file->asked = file->hashed = 0;
	file->is_over = file->is_endless = false;
	file->n_pending = (uint8_t)job->n_sides;
	for (int i = 0; i < job->n_sides; i++) {
		file->ports[i].io = (struct ucp_io){
			.op = UCP_IO_OPEN,
			.fd = dir->fd[i],
			.path = i == 1 && item->name_there != NULL ? item->name_there : item->name,
			.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
			.done = check_on_open,
		};
		ucp_engine_push(w->eng, &file->ports[i].io);
	}
}

/** Take buffers for a chunk, one for each side: false when there are not enough. */
static bool check_take_buffers(struct check_worker *w, struct check_queue *queue,
			       struct check_chunk *chunk)
{
	uint32_t n_sides = (uint32_t)w->shared->job->n_sides;

	if (queue->pool.n_free < n_sides) {
		return false;
	}
	for (uint32_t i = 0; i < n_sides; i++) {
		chunk->ports[i].io.buf = ucp_buf_get(&queue->pool);
	}
	return true;
}

/** Ask for the next chunk of a file, which has its buffers. */
static void check_ask(struct check_file *file, struct check_chunk *chunk)
{
	struct check_worker *w = file->w;
	const struct ucp_buf_pool *pool = &chunk->queue->pool;
	uint64_t left = file->is_endless ? pool->size : file->size - file->asked;
	uint32_t len = (uint32_t)(left < pool->size ? left : pool->size);

	chunk->file = file;
	chunk->n_pending = (uint8_t)w->shared->job->n_sides;
	for (int i = 0; i < w->shared->job->n_sides; i++) {
		struct check_port *port = &chunk->ports[i];
		port->io = (struct ucp_io){
			.op = UCP_IO_CHAIN,
			.steps = UCP_STEP_READ,
			.fd = file->fd[i],
			.out_fd = -1,
			.buf = port->io.buf,
			.slot = pool->slot,
			.len = len,
			.off = file->asked,
			.done = check_on_read,
		};
		ucp_engine_push(w->eng, &port->io);
	}
	file->asked += len;
	file->n_chunks++;
}

/** Have the memory of a queue's pool: 0 or -ENOMEM. */
static int check_ready_pool(struct check_worker *w, struct check_queue *queue)
{
	struct ucp_buf_pool *pool = &queue->pool;
	int rc = ucp_buf_ready(pool);

	if (rc == 1) {
		pool->slot = ucp_engine_add_buffers(w->eng, pool->base, pool->size * pool->count);
	}
	return rc < 0 ? rc : 0;
}

/** Ask for chunks while there are buffers, of the oldest file first. */
static void check_feed(struct check_worker *w, struct check_queue *queue)
{
	while (queue->first != NULL) {
		struct check_file *file = queue->first;
		int err = check_ready_pool(w, queue);
		if (err < 0) {
			check_fail(file->item, UCP_CHECK_AT_READ, 0, err);
			file->is_over = true;
		}
		if (check_wants_more(file)) {
			struct check_chunk *chunk = w->free_chunks;
			if (chunk == NULL || !check_take_buffers(w, queue, chunk)) {
				return;
			}
			w->free_chunks = chunk->next;
			chunk->queue = queue;
			check_ask(file, chunk);
		}
		if (!check_wants_more(file)) {
			queue->first = file->next;
			file->is_hungry = false;
			check_go_on(file);
		}
	}
}

/** The next item of this worker, or NULL when all are taken. */
static struct ucp_check_item *check_next(struct check_worker *w)
{
	struct check_shared *shared = w->shared;
	const struct ucp_check_job *job = shared->job;

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
static int check_loop(struct check_worker *w)
{
	for (;;) {
		struct ucp_check_item *item = NULL;
		while (w->free_files != NULL && (item = check_next(w)) != NULL) {
			check_begin(w, item);
		}
		check_feed(w, &w->small);
		check_feed(w, &w->large);
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
static int check_engine(struct check_worker *w)
{
	const struct ucp_worker_plan *plan = w->shared->plan;
	struct ucp_engine_conf conf = {
		.kind = plan->story.kind, .depth = plan->depth, .io_workers = plan->io_workers};

	int err = ucp_engine_new(&conf, &w->eng);
	if (err < 0 && conf.kind == UCP_ENGINE_URING) {
		conf.kind = UCP_ENGINE_SERIAL;
		err = ucp_engine_new(&conf, &w->eng);
	}
	return err;
}

/** The body of a worker thread. */
static void *check_thread(void *arg)
{
	struct check_worker *w = arg;
	struct check_shared *shared = w->shared;
	int none = 0;

	int err = check_engine(w);
	if (err == 0) {
		err = check_loop(w);
		if (err < 0) {
			atomic_store(&shared->is_broken, true);
		}
	}
	if (w->at != NULL && err == 0) {
		check_put_dir(w->at, shared->job->n_sides);
		w->at = NULL;
	}
	if (err < 0) {
		(void)atomic_compare_exchange_strong(&shared->err, &none, err);
	}
	return NULL;
}

/** Size a pool: sides share a chunk's memory. */
static void check_init_pool(struct ucp_buf_pool *pool, size_t size, uint32_t count, int n_sides)
{
	size_t part = size / (size_t)n_sides / CHECK_PAGE * CHECK_PAGE;

	ucp_buf_init(pool, part > 0 ? part : CHECK_PAGE, count * (uint32_t)n_sides);
}

/** Prepare a worker: 0 or -ENOMEM. */
static int check_init(struct check_worker *w, struct check_shared *shared)
{
	const struct ucp_worker_plan *plan = shared->plan;
	int n_sides = shared->job->n_sides;
	uint32_t n_chunks = plan->n_small + plan->n_large;

	w->shared = shared;
	w->n_files = plan->max_files;
	check_init_pool(&w->small.pool, plan->small_size, plan->n_small, n_sides);
	check_init_pool(&w->large.pool, plan->chunk_size, plan->n_large, n_sides);
	w->files = calloc(w->n_files, sizeof(*w->files));
	w->dirs = calloc(w->n_files + 1, sizeof(*w->dirs));
	w->chunks = calloc(n_chunks, sizeof(*w->chunks));
	if (w->files == NULL || w->dirs == NULL || w->chunks == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = w->n_files; i-- > 0;) {
		struct check_file *file = &w->files[i];
		*file = (struct check_file){.w = w, .next = w->free_files, .fd = {-1, -1}};
		file->ports[0] = (struct check_port){.owner = file, .side = 0};
		file->ports[1] = (struct check_port){.owner = file, .side = 1};
		w->free_files = file;
	}
	for (uint32_t i = n_chunks; i-- > 0;) {
		struct check_chunk *chunk = &w->chunks[i];
		chunk->ports[0] = (struct check_port){.owner = chunk, .side = 0};
		chunk->ports[1] = (struct check_port){.owner = chunk, .side = 1};
		chunk->next = w->free_chunks;
		w->free_chunks = chunk;
	}
	return 0;
}

/** Release a worker whose thread has ended. */
static void check_fini(struct check_worker *w)
{
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
}

/** Let all workers work, the first of them on this thread. */
static void check_work(struct check_worker *workers, uint32_t n_workers)
{
	uint32_t n_threads = 1;

	/* Without a thread more the others do its share. */
	while (n_threads < n_workers && pthread_create(&workers[n_threads].thread, NULL,
						       check_thread, &workers[n_threads]) == 0) {
		n_threads++;
	}
	(void)check_thread(&workers[0]);
	for (uint32_t i = 1; i < n_threads; i++) {
		(void)pthread_join(workers[i].thread, NULL); /* it is ours, and joined once */
	}
}

/** How many workers are of use. */
static uint32_t check_n_workers(const struct ucp_plan *plan, uint32_t n_items)
{
	uint32_t most = n_items > 0 ? n_items : 1;

	return plan->n_workers < most ? plan->n_workers : most;
}

int ucp_check_run(const struct ucp_settings *set, struct ucp_check_job *job,
		  struct ucp_check_result *ret_result)
{
	struct ucp_check_result result = {0};
	struct ucp_plan plan = {0};

	int err = ucp_plan_make(set, job->n_items == 0, &plan);
	if (err < 0) {
		result.lacks_engine = plan.lacks_engine;
		*ret_result = result;
		return err;
	}
	struct check_shared shared = {.job = job, .plan = &plan.worker};
	uint32_t n_workers = check_n_workers(&plan, job->n_items);
	uint32_t share = job->n_items / n_workers / CHECK_SHARES;
	shared.batch = share < 1 ? 1 : share > CHECK_BATCH ? CHECK_BATCH : share;
	struct check_worker *workers = calloc(n_workers, sizeof(*workers));
	err = workers != NULL ? 0 : -ENOMEM;
	for (uint32_t i = 0; err == 0 && i < n_workers; i++) {
		err = check_init(&workers[i], &shared);
	}
	if (err == 0) {
		check_work(workers, n_workers);
		err = atomic_load(&shared.err);
		result.is_broken = atomic_load(&shared.is_broken);
	}
	*ret_result = result;
	if (result.is_broken) {
		return err; /* the kernel may still write to what would be freed */
	}
	for (uint32_t i = 0; workers != NULL && i < n_workers; i++) {
		ret_result->bytes += workers[i].bytes;
		check_fini(&workers[i]);
	}
	free(workers);
	return err;
}
