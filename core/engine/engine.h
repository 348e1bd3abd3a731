/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Carrying out I/O: the interface, and the choice of back end.
 *
 * A worker fills a request, pushes it, kicks the engine now and then, and pops
 * finished requests in whatever order they finish. The back ends are
 *
 *     uring    requests become linked chains of io_uring entries   (uring.c)
 *     serial   one request at a time, in place, with plain calls   (serial.c)
 *
 * Both give the same results for the same requests; serial is the reference.
 * The engine called "threads" on the command line is many workers, each on
 * serial. Short reads and writes, EINTR, EAGAIN and broken chains stay inside:
 * the caller sees a whole request or its final error.
 */
#ifndef UCP_CORE_ENGINE_ENGINE_H
#define UCP_CORE_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/types.h>

struct ucp_buf_pool;

enum {
	UCP_DIRECT_ALIGN = 4096, /**< bytes: of offsets, lengths and buffers of direct I/O */
};

/** What a request asks for. */
enum ucp_io_op {
	UCP_IO_OPEN,  /**< open path relative to fd; res is the new descriptor */
	UCP_IO_CHAIN, /**< the steps of one chunk, in order; res is the bytes moved */
	UCP_IO_CLOSE, /**< close fd; res is 0 */
};

/** Steps of a UCP_IO_CHAIN; at most one of the two syncs. Steps run in this order. */
enum ucp_io_step {
	UCP_STEP_READ = 1,     /**< fd -> buf */
	UCP_STEP_WRITE = 2,    /**< buf -> out_fd */
	UCP_STEP_DATASYNC = 4, /**< fdatasync(out_fd) */
	UCP_STEP_SYNC = 8,     /**< fsync(out_fd) */
};

/** One request. The caller owns the storage; the engine borrows it from push to pop. */
struct ucp_io {
	struct ucp_io *next;         /**< engine's own */
	void (*done)(struct ucp_io *io); /**< caller's: what to do when popped; not called by the engine */
	enum ucp_io_op op;           /**< in */
	bool is_direct;              /**< in: fd has O_DIRECT: off, buf and len are aligned, and a read
	                                  that ends elsewhere has met the end of the file */
	bool is_out_direct;          /**< in: out_fd has O_DIRECT: buf is aligned, with room for len
	                                  rounded up; what is shorter is written with zeros behind, and
	                                  -EINVAL if there is no room for these */
	bool is_uncached;            /**< in: what is read is not to stay in the page cache; out: cleared
	                                  where the filesystem has no way to do that */
	bool is_out_uncached;        /**< in, out: likewise what is written */
	bool is_plain;               /**< in: by plain calls, at once, on any engine */
	uint8_t steps;               /**< in: enum ucp_io_step, or-ed, not 0; UCP_IO_CHAIN only */
	int fd;                      /**< in: borrowed; UCP_IO_CLOSE takes it over */
	int out_fd;                  /**< in: borrowed */
	const char *path;            /**< in: borrowed; UCP_IO_OPEN only */
	int flags;                   /**< in: open flags, O_CLOEXEC is added */
	int slot;                    /**< in: what ucp_engine_add_buffers() gave for buf, or -1 */
	uint8_t *buf;                /**< in: borrowed, len bytes */
	uint32_t len;                /**< in: bytes, not 0 where something is read or written */
	uint64_t off;                /**< in: byte offset, the same in fd and out_fd */
	int64_t res;                 /**< out: see enum ucp_io_op, or a negative errno */
	enum ucp_io_step failed;     /**< out: the step that failed, UCP_STEP_SYNC for both syncs,
	                                  when res is negative and not -ECANCELED */
	bool was_quick;              /**< out: the kernel did not have to wait for a device, as far as
	                                  can be told: answered within the call that handed it over; never with UCP_POLL_KERNEL */
	/* engine's own: the state of a chain on its way */
	uint32_t kick;               /**< number of that call */
	uint8_t expect;              /**< completions still to come */
	enum ucp_io_step broke_at;   /**< first step that was not whole, 0 for none */
	int32_t broke_res;           /**< what that step returned */
};

/** Back ends that can be asked for. */
enum ucp_engine_kind {
	UCP_ENGINE_URING,
	UCP_ENGINE_SERIAL,
};

/** Who looks for requests to carry out. */
enum ucp_poll {
	UCP_POLL_OFF,    /**< the kernel is told of them, by a system call for many */
	UCP_POLL_KERNEL, /**< a thread of the kernel's for each ring looks for them (SQPOLL) */
};

/** How an engine is set up; zero fields take defaults. */
struct ucp_engine_conf {
	enum ucp_engine_kind kind;
	uint32_t depth;      /**< requests in flight at most; 0: 64 */
	uint32_t io_workers; /**< kernel worker threads for this ring at most; 0: depth */
	enum ucp_poll poll;  /**< of a ring */
};

struct ucp_engine;

/**
 * Create an engine for the calling thread.
 *
 * Returns 0, or a negative errno:
 *   -ENOSYS, -EPERM, -EACCES  io_uring is missing, disabled or refused by seccomp
 *   -ENOMEM                   out of memory or of locked memory
 *   -EMFILE, -ENFILE          out of descriptors
 *   -EOPNOTSUPP               the kernel's io_uring lacks what ucp needs (before 5.7)
 * Owner:  ucp_engine_free().
 * Thread: every later call must come from the creating thread
 *         (IORING_SETUP_SINGLE_ISSUER), but for ucp_engine_free().
 * Source: io_uring_setup(2).
 */
int ucp_engine_new(const struct ucp_engine_conf *conf, struct ucp_engine **ret_eng);

/**
 * Create the engine asked for, or else one of plain calls.
 *
 * Out of memory is asked again a few times, 20 ms in all: what was locked for a
 * ring that has just been freed comes back a moment later.
 * @conf           kind becomes that of the engine that was had
 * @must_have      nothing may take the place of a ring
 * @ret_ring_err   why plain calls take the place of a ring, or 0; written on success only
 * Returns, owner and thread: as ucp_engine_new().
 */
int ucp_engine_start(struct ucp_engine_conf *conf, bool must_have, struct ucp_engine **ret_eng,
		     int *ret_ring_err);

/** Free an engine that has nothing in flight; NULL is allowed. */
void ucp_engine_free(struct ucp_engine *eng);

/**
 * Make a stretch of memory cheap to do I/O on (a registered buffer).
 *
 * @base  start, page aligned
 * @size  bytes, at most 1 GiB
 * Returns a slot for ucp_io.slot, or -1 when the engine or the limits do not
 * allow it; requests work without one.
 * Owner:  base must stay mapped until the engine is freed.
 * Source: io_uring_register(2), IORING_REGISTER_BUFFERS_UPDATE; RLIMIT_MEMLOCK.
 */
int ucp_engine_add_buffers(struct ucp_engine *eng, void *base, size_t size);

/**
 * Take a buffer of a pool that is ready; NULL when all are out.
 *
 * A pool that is used much is registered, and its slot set: pinning megabytes
 * takes longer than copying a few small files.
 */
uint8_t *ucp_engine_take(struct ucp_engine *eng, struct ucp_buf_pool *pool);

/**
 * Queue one request; nothing reaches the kernel before ucp_engine_kick().
 *
 * Never fails, and never blocks but with is_plain: what exceeds the depth waits inside.
 * After ucp_engine_cancel() anything but UCP_IO_CLOSE ends with -ECANCELED.
 * Owner:  the engine holds io from now until ucp_engine_pop() returns it.
 */
void ucp_engine_push(struct ucp_engine *eng, struct ucp_io *io);

/**
 * Hand queued requests to the kernel and wait until one has finished.
 *
 * @wait  false: do not wait
 * Returns 0 also when a signal cut the wait short; a negative errno only when
 * the ring itself is broken, which leaves requests in flight for good.
 */
int ucp_engine_kick(struct ucp_engine *eng, bool wait);

/** Take one finished request, or NULL when none is ready. */
struct ucp_io *ucp_engine_pop(struct ucp_engine *eng);

/** Requests pushed and not yet popped. */
uint32_t ucp_engine_busy(const struct ucp_engine *eng);

/**
 * Begin no new work: requests not yet with the kernel, and those the kernel
 * can still take back, finish with -ECANCELED. Closes are carried out.
 * Source: io_uring_prep_cancel(3), IORING_ASYNC_CANCEL_ANY (Linux 5.19).
 */
void ucp_engine_cancel(struct ucp_engine *eng);

/** Facts about an engine, for --debug. */
struct ucp_engine_facts {
	const char *name;       /**< "uring" or "serial" */
	uint32_t setup_flags;   /**< IORING_SETUP_ bits granted */
	uint32_t features;      /**< IORING_FEAT_ bits of the kernel */
	uint32_t sq_entries;    /**< 0 for serial */
	uint32_t cq_entries;    /**< 0 for serial */
	uint32_t workers[2];    /**< kernel worker caps that hold now: bounded, unbounded */
	uint32_t n_slots;       /**< registered buffers in use */
	int slot_err;           /**< why registering was refused, or 0 */
	bool skips_success;     /**< chain heads post no completion */
	uint64_t n_requests;    /**< requests finished */
	uint64_t n_chains;      /**< chains of two steps or more */
	uint64_t n_broken;      /**< chains that broke and were finished step by step */
	bool is_polled;         /**< UCP_POLL_KERNEL */
	uint64_t n_woken;       /**< how often the kernel's polling thread was to be woken */
	uint64_t n_overflow;    /**< completions the kernel had to keep aside; 0 by design */
	uint32_t max_busy;      /**< most requests with the kernel at one time */
};

/** What this engine is and did. */
void ucp_engine_facts(const struct ucp_engine *eng, struct ucp_engine_facts *ret_facts);

/**
 * Whether an engine of this configuration can be had here, without keeping it.
 *
 * Returns 0, or the negative errno ucp_engine_new() would give.
 */
int ucp_engine_probe(const struct ucp_engine_conf *conf);

/** Names of the set-up flags in a ucp_engine_facts, for people; writes at most size bytes. */
void ucp_engine_flag_names(uint32_t setup_flags, char *text, size_t size);

#endif
