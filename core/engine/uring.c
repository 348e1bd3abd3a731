/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Requests as linked chains of io_uring entries.
 *
 * The model. One UCP_IO_CHAIN becomes up to three submission entries, joined so
 * that the kernel starts each one when the one before it was whole:
 *
 *     ucp_io {steps = READ|WRITE|SYNC, fd, out_fd, buf, len, off}
 *        |
 *        v
 *     +-------+  IO_LINK   +-------+  IO_LINK   +-------+
 *     | READ  |----------->| WRITE |----------->| FSYNC |---> one completion, res 0
 *     +-------+            +-------+            +-------+
 *      CQE_SKIP_SUCCESS     CQE_SKIP_SUCCESS     |
 *      |                    |                    |
 *      | short or failed    | short or failed    | failed
 *      v                    v                    v
 *     one completion,      one completion,      one completion, final
 *     rest cancelled       rest cancelled
 *      |                    |
 *      +---------+----------+
 *                v
 *     ucp_step_finish(): the rest of the chunk with plain calls
 *
 * Invariants
 *   - user_data is the request's address with the step in the low three bits;
 *     completions are matched by it and by nothing else.
 *   - A chain lies in one submission: a link does not reach across
 *     io_uring_enter(), so a chain is begun only when all its entries fit.
 *   - Where the kernel lacks CQE_SKIP_SUCCESS (before 5.17) every entry posts a
 *     completion and ucp_io.expect counts them down; the lowest step that was not
 *     whole is the break, because the entries after it only say -ECANCELED.
 *   - Requests with the kernel <= depth, and the completion queue holds three for
 *     each, so it cannot overflow; the kernel's overflow counter is shown anyway.
 *   - With UCP_POLL_KERNEL there are no links: the steps of a chain follow one by one,
 *     each when the one before it was whole. The polling thread does not tell where it
 *     stopped taking entries, and what comes after a gap would be sent alone.
 *   - Reads and writes here are of regular files only, and other things are
 *     opened with O_NONBLOCK, so nothing can occupy a kernel worker for ever.
 *
 * Source: io_uring_enter(2) on IOSQE_IO_LINK and IOSQE_CQE_SKIP_SUCCESS.
 */
#include "core/engine/backend.h"
#include "core/sys/limit.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert(sizeof(struct io_uring_sqe) == 64, "a submission entry is 64 bytes");
static_assert(sizeof(struct io_uring_cqe) == 16, "a completion entry is 16 bytes");
static_assert(_Alignof(struct ucp_io) >= 8, "user_data keeps the step in three low bits");

#ifdef __SANITIZE_THREAD__
const char *__tsan_default_suppressions(void);

/** What the thread sanitizer does not see: rings close descriptors, whose numbers others get, from fcntl(2) too. */
const char *__tsan_default_suppressions(void)
{
	return "race:ucp_fd_close\nrace:ucp_fd_flush\n";
}
#endif

enum {
	URING_DEPTH = 64,      /* requests in flight unless told otherwise */
	URING_STEPS = 3,       /* entries a chain may have */
	URING_STEP_MASK = 7,   /* where user_data keeps the step */
	URING_SLOTS = 4,       /* registered buffers at most */
	URING_IDLE_MS = 50,    /* until a polling thread falls asleep: longer than a disk takes */
};

/** What the kernel must have: 5.7 and later do. */
#define URING_NEEDS (IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_FAST_POLL)

/** The io_uring engine. */
struct uring {
	struct ucp_engine head;
	struct io_uring ring;
	uint32_t depth;
	uint32_t sq_mask;
	struct ucp_io_fifo waiting; /**< borrowed: not yet with the kernel */
	struct ucp_io_fifo finished; /**< borrowed: done without the kernel */
	uint32_t n_waiting;
	uint32_t n_finished;
	uint32_t in_kernel;      /**< requests, not entries */
	uint32_t n_kicks;        /**< numbers the calls, for was_quick */
	bool canceled;
	bool polls;              /**< UCP_POLL_KERNEL */
	bool has_slots;          /**< the table of registered buffers exists */
	struct ucp_engine_facts facts;
};

/** Set-up flags from best to plain; each set is tried whole. */
static const uint32_t uring_flag_sets[] = {
	/* Linux 6.1: completions run when this thread asks for them, never by interrupting it */
	IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
	/* Linux 5.19: no interrupting of a thread that is in user space */
	IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN,
	0,
};

/** The same for a ring that the kernel polls, whose thread interrupts nobody. */
static const uint32_t uring_poll_flag_sets[] = {
	/* Linux 6.0 */
	IORING_SETUP_SQPOLL | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER,
	/* Linux 5.18 */
	IORING_SETUP_SQPOLL | IORING_SETUP_SUBMIT_ALL,
	IORING_SETUP_SQPOLL,
};

/** Set up a ring with the best flags granted: 0, or a negative errno. */
static int uring_setup(struct io_uring *ring, uint32_t sq_entries, uint32_t cq_entries, bool polls,
		       struct io_uring_params *params)
{
	const uint32_t *sets = polls ? uring_poll_flag_sets : uring_flag_sets;
	size_t n_sets = polls ? sizeof(uring_poll_flag_sets) / sizeof(uring_poll_flag_sets[0])
			      : sizeof(uring_flag_sets) / sizeof(uring_flag_sets[0]);
	uint32_t needs = URING_NEEDS | (polls ? IORING_FEAT_SQPOLL_NONFIXED : 0);
	int err = -EINVAL;

	for (size_t i = 0; i < n_sets; i++) {
		*params = (struct io_uring_params){
			.flags = sets[i] | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP,
			.cq_entries = cq_entries,
			.sq_thread_idle = URING_IDLE_MS,
		};
		err = io_uring_queue_init_params(sq_entries, ring, params);
		if (err != -EINVAL) {
			break;
		}
	}
	if (err < 0) {
		return err;
	}
	if ((params->features & needs) != needs) {
		io_uring_queue_exit(ring);
		return -EOPNOTSUPP;
	}
	return 0;
}

void ucp_uring_flag_names(uint32_t setup_flags, char *text, size_t size)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{IORING_SETUP_SQPOLL, "SQPOLL"},
		{IORING_SETUP_SUBMIT_ALL, "SUBMIT_ALL"},
		{IORING_SETUP_COOP_TASKRUN, "COOP_TASKRUN"},
		{IORING_SETUP_SINGLE_ISSUER, "SINGLE_ISSUER"},
		{IORING_SETUP_DEFER_TASKRUN, "DEFER_TASKRUN"},
	};
	size_t used = 0;

	(void)snprintf(text, size, "plain");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((setup_flags & names[i].bit) == 0 || used >= size) {
			continue;
		}
		int n = snprintf(text + used, size - used, "%s%s", used > 0 ? "|" : "",
				 names[i].name);
		used += n > 0 ? (size_t)n : 0;
	}
}

/** Limit the kernel's worker threads for this ring, and note what holds. */
static void uring_cap_workers(struct uring *u, uint32_t io_workers)
{
	uint64_t tasks = ucp_limit_tasks();

	/* They count against RLIMIT_NPROC: leave most of a small limit to others. */
	if (io_workers > tasks / 4) {
		io_workers = (uint32_t)(tasks / 4);
	}
	/* Bounded workers serve files; the unbounded kind has nothing to do here. */
	unsigned int caps[2] = {io_workers > 0 ? io_workers : 1, 1};
	if (io_uring_register_iowq_max_workers(&u->ring, caps) != 0) {
		return; /* before 5.15: the kernel's own caps hold */
	}
	caps[0] = caps[1] = 0; /* change nothing, read back */
	if (io_uring_register_iowq_max_workers(&u->ring, caps) == 0) {
		u->facts.workers[0] = caps[0];
		u->facts.workers[1] = caps[1];
	}
}

/** See ucp_engine_free(). */
static void uring_free(struct ucp_engine *eng)
{
	struct uring *u = (struct uring *)eng;

	io_uring_queue_exit(&u->ring);
	free(u);
}

/** See ucp_engine_add_buffers(). */
static int uring_add_buffers(struct ucp_engine *eng, void *base, size_t size)
{
	struct uring *u = (struct uring *)eng;

	if (u->facts.slot_err == 0 && !u->has_slots) {
		/* A table to be filled later came with Linux 5.19. */
		u->facts.slot_err = io_uring_register_buffers_sparse(&u->ring, URING_SLOTS);
		u->has_slots = u->facts.slot_err == 0;
	}
	if (!u->has_slots || u->facts.slot_err != 0 || u->facts.n_slots == URING_SLOTS) {
		return -1;
	}

	struct iovec iov = {.iov_base = base, .iov_len = size};
	__u64 tag = 0;
	int rc = io_uring_register_buffers_update_tag(&u->ring, u->facts.n_slots, &iov, &tag, 1);
	if (rc != 1) {
		/* -ENOMEM is the usual one: RLIMIT_MEMLOCK */
		u->facts.slot_err = rc < 0 ? rc : -EINVAL;
		return -1;
	}
	return (int)u->facts.n_slots++;
}

/** Put a request aside as done. */
static void uring_finish(struct uring *u, struct ucp_io *io)
{
	ucp_io_fifo_push(&u->finished, io);
	u->n_finished++;
}

/** See ucp_engine_push(). */
static void uring_push(struct ucp_engine *eng, struct ucp_io *io)
{
	struct uring *u = (struct uring *)eng;

	assert(io->op != UCP_IO_CHAIN || io->steps != 0);
	if (u->canceled && io->op != UCP_IO_CLOSE) {
		io->res = -ECANCELED;
		uring_finish(u, io);
		return;
	}
	if (io->is_plain) {
		ucp_step_run(io);
		uring_finish(u, io);
		return;
	}
	ucp_io_fifo_push(&u->waiting, io);
	u->n_waiting++;
}

/** Entries a request needs at a time. */
static uint32_t uring_entries(const struct uring *u, const struct ucp_io *io)
{
	return !u->polls && io->op == UCP_IO_CHAIN ? (uint32_t)__builtin_popcount(io->steps) : 1;
}

/** Fill one entry for one step of a chain. */
static void uring_prep_step(struct io_uring_sqe *sqe, const struct ucp_io *io,
			    enum ucp_io_step step)
{
	switch (step) {
	case UCP_STEP_READ:
		if (io->slot >= 0) {
			io_uring_prep_read_fixed(sqe, io->fd, io->buf, io->len, io->off, io->slot);
		} else {
			io_uring_prep_read(sqe, io->fd, io->buf, io->len, io->off);
		}
		sqe->rw_flags = io->is_uncached ? RWF_DONTCACHE : 0;
		break;
	case UCP_STEP_WRITE:
		if (io->slot >= 0) {
			io_uring_prep_write_fixed(sqe, io->out_fd, io->buf, io->len, io->off,
						  io->slot);
		} else {
			io_uring_prep_write(sqe, io->out_fd, io->buf, io->len, io->off);
		}
		sqe->rw_flags = io->is_out_uncached ? RWF_DONTCACHE : 0;
		break;
	case UCP_STEP_DATASYNC:
		io_uring_prep_fsync(sqe, io->out_fd, IORING_FSYNC_DATASYNC);
		break;
	case UCP_STEP_SYNC:
		io_uring_prep_fsync(sqe, io->out_fd, 0);
		break;
	}
}

/** The next entry; the caller has made sure that there is one. */
static struct io_uring_sqe *uring_sqe(struct uring *u)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
	assert(sqe != NULL);
	return sqe;
}

/** The code of a step. A sync of either kind is told by op and steps: three bits hold all codes. */
static unsigned int uring_code(unsigned int step)
{
	return step == UCP_STEP_SYNC ? UCP_STEP_DATASYNC : step;
}

/** Send the first step of a chain at or behind one, which is alone on its way: false if none is left. */
static bool uring_prep_alone(struct uring *u, struct ucp_io *io, unsigned int step)
{
	while (step <= UCP_STEP_SYNC && (io->steps & step) == 0) {
		step <<= 1;
	}
	if (step > UCP_STEP_SYNC) {
		return false;
	}
	struct io_uring_sqe *sqe = uring_sqe(u);
	uring_prep_step(sqe, io, step);
	io_uring_sqe_set_data64(sqe, (uintptr_t)io | uring_code(step));
	io->expect = 1;
	io->broke_at = 0;
	return true;
}

/** Lay out a chain: every step but the last is linked to the next and silent when whole. */
static void uring_prep_chain(struct uring *u, struct ucp_io *io)
{
	if (u->polls) {
		(void)uring_prep_alone(u, io, UCP_STEP_READ); /* it has a step */
		return;
	}
	uint32_t left = uring_entries(u, io);

	io->expect = u->facts.skips_success ? 1 : (uint8_t)left;
	io->broke_at = 0;
	u->facts.n_chains += left > 1;
	for (unsigned int step = UCP_STEP_READ; step <= UCP_STEP_SYNC; step <<= 1) {
		if ((io->steps & step) == 0) {
			continue;
		}
		struct io_uring_sqe *sqe = uring_sqe(u);
		uring_prep_step(sqe, io, step);
		io_uring_sqe_set_data64(sqe, (uintptr_t)io | uring_code(step));
		if (--left > 0) {
			sqe->flags |= IOSQE_IO_LINK;
			sqe->flags |= u->facts.skips_success ? IOSQE_CQE_SKIP_SUCCESS : 0;
		}
	}
}

/** Turn one request into entries. */
static void uring_prep(struct uring *u, struct ucp_io *io)
{
	struct io_uring_sqe *sqe;

	io->kick = u->n_kicks;
	switch (io->op) {
	case UCP_IO_OPEN:
		sqe = uring_sqe(u);
		io_uring_prep_openat(sqe, io->fd, io->path, io->flags | O_CLOEXEC, 0);
		io_uring_sqe_set_data64(sqe, (uintptr_t)io);
		break;
	case UCP_IO_CLOSE:
		sqe = uring_sqe(u);
		io_uring_prep_close(sqe, io->fd);
		io_uring_sqe_set_data64(sqe, (uintptr_t)io);
		break;
	case UCP_IO_CHAIN:
		uring_prep_chain(u, io);
		break;
	}
}

/** Move waiting requests into the submission queue as far as depth and entries allow. */
static void uring_fill(struct uring *u)
{
	while (u->waiting.head != NULL && u->in_kernel < u->depth &&
	       io_uring_sq_space_left(&u->ring) >= uring_entries(u, u->waiting.head)) {
		uring_prep(u, ucp_io_fifo_pop(&u->waiting));
		u->n_waiting--;
		u->in_kernel++;
	}
	if (u->in_kernel > u->facts.max_busy) {
		u->facts.max_busy = u->in_kernel;
	}
}

/** Whether the kernel stopped taking entries in the middle of a chain. */
static bool uring_is_split(const struct uring *u, unsigned int n_ready, int n_taken)
{
	if (u->polls || n_taken < 0 || (unsigned int)n_taken >= n_ready) {
		return false;
	}
	const struct io_uring_sq *sq = &u->ring.sq;
	const struct io_uring_sqe *next = &sq->sqes[(*sq->khead) & u->sq_mask];
	unsigned int step = next->user_data & URING_STEP_MASK;
	const struct ucp_io *io = (const void *)(uintptr_t)(next->user_data &
							    ~(uint64_t)URING_STEP_MASK);

	return io != NULL && io->op == UCP_IO_CHAIN && (io->steps & (step - 1)) != 0;
}

/** See ucp_engine_kick(). */
static int uring_kick(struct ucp_engine *eng, bool wait)
{
	struct uring *u = (struct uring *)eng;

	u->n_kicks++;
	uring_fill(u);
	unsigned int n_ready = io_uring_sq_ready(&u->ring);
	wait = wait && u->n_finished == 0 && u->in_kernel > 0;
	if (u->polls && n_ready > 0) {
		/* The flag stays until the thread runs; io_uring_submit() wakes it. */
		u->facts.n_woken += (IO_URING_READ_ONCE(*u->ring.sq.kflags) & IORING_SQ_NEED_WAKEUP) != 0;
	}
	int rc = wait       ? io_uring_submit_and_wait(&u->ring, 1)
		 : u->polls ? io_uring_submit(&u->ring)
			    : io_uring_submit_and_get_events(&u->ring);
	if (uring_is_split(u, n_ready, rc)) {
		/* Out of memory between two entries of a chain: the rest, sent alone, would write
		 * what was never read. Better no copy than a wrong one. */
		return -ENOMEM;
	}
	if (rc >= 0 || rc == -EINTR || rc == -EAGAIN || rc == -EBUSY) {
		/* -EAGAIN, -EBUSY: short of memory; reap what is there, then try again */
		return 0;
	}
	return rc;
}

/** Whether an error only says that the kernel could not do it this way. */
static bool uring_try_plainly(const struct uring *u, int64_t res)
{
	/* -ECANCELED without our asking: no worker could be made (RLIMIT_NPROC). */
	return res == -EINTR || res == -EAGAIN || (res == -ECANCELED && !u->canceled);
}

/** A step was refused for what it was to do to the page cache, and is to be done without that: whether so. */
static bool uring_drop_uncached(struct ucp_io *io)
{
	bool *is_uncached = io->broke_at == UCP_STEP_READ    ? &io->is_uncached
			    : io->broke_at == UCP_STEP_WRITE ? &io->is_out_uncached
							     : NULL;

	if (io->broke_res != -EOPNOTSUPP || is_uncached == NULL || !*is_uncached) {
		return false;
	}
	*is_uncached = false;
	return true;
}

/** A chain whose entries are all accounted for: set its result, finishing it if it broke. */
static void uring_end_chain(struct uring *u, struct ucp_io *io)
{
	if (io->broke_at == 0) {
		io->res = (io->steps & (UCP_STEP_READ | UCP_STEP_WRITE)) != 0 ? io->len : 0;
		return;
	}
	u->facts.n_broken++;
	if (io->broke_res >= 0) {
		ucp_step_finish(io, io->broke_at, (uint32_t)io->broke_res);
	} else if (uring_try_plainly(u, io->broke_res) || uring_drop_uncached(io)) {
		ucp_step_finish(io, io->broke_at, 0);
	} else {
		io->res = io->broke_res;
		io->failed = io->broke_at == UCP_STEP_DATASYNC ? UCP_STEP_SYNC : io->broke_at;
	}
}

/** Account one completion to its chain: true when the chain is at its end. */
static bool uring_note_step(struct ucp_io *io, enum ucp_io_step step, int32_t res)
{
	int64_t whole = step == UCP_STEP_DATASYNC ? 0 : io->len;

	if (res != whole && (io->broke_at == 0 || step < io->broke_at)) {
		io->broke_at = step;
		io->broke_res = res;
	}
	return --io->expect == 0;
}

/** Send what follows a step of a chain that goes alone: false when it is over. */
static bool uring_go_on(struct uring *u, struct ucp_io *io, enum ucp_io_step step)
{
	bool is_last = step >= UCP_STEP_DATASYNC || (io->steps & ~(2 * (unsigned int)step - 1)) == 0;

	if (is_last || io->broke_at != 0) {
		return false;
	}
	if (u->canceled) {
		io->broke_at = step << 1;
		io->broke_res = -ECANCELED;
		return false;
	}
	return uring_prep_alone(u, io, step << 1);
}

/** Account one completion to its request: the request when that finished it, else NULL. */
static struct ucp_io *uring_note(struct uring *u, uint64_t user_data, int32_t res)
{
	struct ucp_io *io = (struct ucp_io *)(uintptr_t)(user_data & ~(uint64_t)URING_STEP_MASK);

	if (io == NULL) {
		return NULL; /* the answer to a cancel */
	}
	if (io->op == UCP_IO_CHAIN) {
		enum ucp_io_step step = user_data & URING_STEP_MASK;
		if (!uring_note_step(io, step, res) || (u->polls && uring_go_on(u, io, step))) {
			return NULL;
		}
		uring_end_chain(u, io);
	} else if (io->op == UCP_IO_CLOSE ? res == -ECANCELED : uring_try_plainly(u, res)) {
		ucp_step_run(io);
	} else if (io->op == UCP_IO_CLOSE && res == -EINTR) {
		io->res = 0; /* released all the same; closing again could hit another file */
	} else {
		io->res = res;
	}
	/* A polling thread answers in its own time, within the call or not. */
	io->was_quick = !u->polls && io->kick == u->n_kicks;
	u->in_kernel--;
	u->facts.n_requests++;
	return io;
}

/** See ucp_engine_pop(). */
static struct ucp_io *uring_pop(struct ucp_engine *eng)
{
	struct uring *u = (struct uring *)eng;
	struct io_uring_cqe *cqe;

	if (u->n_finished > 0) {
		u->n_finished--;
		return ucp_io_fifo_pop(&u->finished);
	}
	while (io_uring_peek_cqe(&u->ring, &cqe) == 0) {
		uint64_t user_data = cqe->user_data;
		int32_t res = cqe->res;
		io_uring_cqe_seen(&u->ring, cqe);
		struct ucp_io *io = uring_note(u, user_data, res);
		if (io != NULL) {
			return io;
		}
	}
	return NULL;
}

/** See ucp_engine_busy(). */
static uint32_t uring_busy(const struct ucp_engine *eng)
{
	const struct uring *u = (const struct uring *)eng;

	return u->n_waiting + u->n_finished + u->in_kernel;
}

/** See ucp_engine_cancel(). */
static void uring_cancel(struct ucp_engine *eng)
{
	struct uring *u = (struct uring *)eng;
	struct ucp_io_fifo keep;

	u->canceled = true;
	ucp_io_fifo_init(&keep);
	for (struct ucp_io *io = ucp_io_fifo_pop(&u->waiting); io != NULL;
	     io = ucp_io_fifo_pop(&u->waiting)) {
		if (io->op == UCP_IO_CLOSE) {
			ucp_io_fifo_push(&keep, io);
			continue;
		}
		u->n_waiting--;
		io->res = -ECANCELED;
		uring_finish(u, io);
	}
	u->waiting = keep;
	if (keep.head == NULL) {
		ucp_io_fifo_init(&u->waiting);
	}

	/* What is queued for a kernel worker and not begun can be had back. */
	if (io_uring_sq_space_left(&u->ring) == 0) {
		(void)io_uring_submit(&u->ring); /* if it fails, nothing is cancelled early */
	}
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
	if (sqe != NULL) {
		io_uring_prep_cancel64(sqe, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
		io_uring_sqe_set_data64(sqe, 0);
	}
}

/** See ucp_engine_facts(). */
static void uring_facts(const struct ucp_engine *eng, struct ucp_engine_facts *ret_facts)
{
	const struct uring *u = (const struct uring *)eng;

	*ret_facts = u->facts;
	ret_facts->n_overflow = *u->ring.cq.koverflow;
}

int ucp_uring_new(const struct ucp_engine_conf *conf, struct ucp_engine **ret_eng)
{
	static const struct ucp_backend ops = {
		.free = uring_free,
		.add_buffers = uring_add_buffers,
		.push = uring_push,
		.kick = uring_kick,
		.pop = uring_pop,
		.busy = uring_busy,
		.cancel = uring_cancel,
		.facts = uring_facts,
	};
	struct io_uring_params params;

	struct uring *u = calloc(1, sizeof(*u));
	if (u == NULL) {
		return -ENOMEM;
	}
	u->head.ops = &ops;
	u->depth = conf->depth > 0 ? conf->depth : URING_DEPTH;
	ucp_io_fifo_init(&u->waiting);
	ucp_io_fifo_init(&u->finished);

	/* One entry more than the chains need, for a cancel. */
	uint32_t entries = u->depth * URING_STEPS + 1;
	u->polls = conf->poll == UCP_POLL_KERNEL;
	int err = uring_setup(&u->ring, entries, entries * 2, u->polls, &params);
	if (err < 0) {
		free(u);
		return err;
	}
	(void)io_uring_register_ring_fd(&u->ring); /* saves a lookup a call; fine without */
	u->facts.name = "uring";
	u->facts.is_polled = u->polls;
	u->facts.setup_flags = params.flags;
	u->facts.features = params.features;
	u->facts.sq_entries = params.sq_entries;
	u->facts.cq_entries = params.cq_entries;
	u->sq_mask = params.sq_entries - 1;
	u->facts.skips_success = (params.features & IORING_FEAT_CQE_SKIP) != 0;
	uring_cap_workers(u, conf->io_workers > 0 ? conf->io_workers : u->depth);
	*ret_eng = &u->head;
	return 0;
}
