/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* What a back end gives engine.c. Private to core/engine. */
#ifndef UCP_CORE_ENGINE_BACKEND_H
#define UCP_CORE_ENGINE_BACKEND_H

#include "core/engine/engine.h"

/** The operations of a back end; contracts as in engine.h. */
struct ucp_backend {
	void (*free)(struct ucp_engine *eng);
	int (*add_buffers)(struct ucp_engine *eng, void *base, size_t size);
	void (*push)(struct ucp_engine *eng, struct ucp_io *io);
	int (*kick)(struct ucp_engine *eng, bool wait);
	struct ucp_io *(*pop)(struct ucp_engine *eng);
	uint32_t (*busy)(const struct ucp_engine *eng);
	void (*cancel)(struct ucp_engine *eng);
	void (*facts)(const struct ucp_engine *eng, struct ucp_engine_facts *ret_facts);
};

/** The common head of every back end's own structure. */
struct ucp_engine {
	const struct ucp_backend *ops;
};

/** A first-in first-out queue of requests, threaded through ucp_io.next. */
struct ucp_io_fifo {
	struct ucp_io *head;
	struct ucp_io **tail;
};

/** Make a queue empty. */
static inline void ucp_io_fifo_init(struct ucp_io_fifo *q)
{
	q->head = NULL;
	q->tail = &q->head;
}

/** Append a request. */
static inline void ucp_io_fifo_push(struct ucp_io_fifo *q, struct ucp_io *io)
{
	io->next = NULL;
	*q->tail = io;
	q->tail = &io->next;
}

/** Take the oldest request, or NULL. */
static inline struct ucp_io *ucp_io_fifo_pop(struct ucp_io_fifo *q)
{
	struct ucp_io *io = q->head;

	if (io != NULL) {
		q->head = io->next;
		if (q->head == NULL) {
			q->tail = &q->head;
		}
	}
	return io;
}

/** Create the io_uring back end; errors as ucp_engine_new(). */
int ucp_uring_new(const struct ucp_engine_conf *conf, struct ucp_engine **ret_eng);

/** Create the serial back end: 0 or -ENOMEM. */
int ucp_serial_new(const struct ucp_engine_conf *conf, struct ucp_engine **ret_eng);

/** See ucp_engine_flag_names(). */
void ucp_uring_flag_names(uint32_t setup_flags, char *text, size_t size);

/** Of preadv2(2) and pwritev2(2), in Linux 6.14: not in every header. */
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x80
#endif

/**
 * Carry out a whole request with plain calls; sets res and failed.
 *
 * Never leaves -EINTR, -EAGAIN or a short count other than end of file.
 */
void ucp_step_run(struct ucp_io *io);

/**
 * Finish a chain from one of its steps on.
 *
 * @io     the chain; earlier steps are done and buf is valid
 * @step   the step to go on with
 * @moved  bytes that step has moved already
 * Sets io->res and io->failed as ucp_step_run() does.
 */
void ucp_step_finish(struct ucp_io *io, enum ucp_io_step step, uint32_t moved);

#endif
