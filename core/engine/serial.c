/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* One request at a time, in place: the reference the other back end is checked against. */
#include "core/engine/backend.h"

#include <errno.h>
#include <stdlib.h>

/** The serial engine: a queue, worked off by pop. */
struct serial {
	struct ucp_engine head;
	struct ucp_io_fifo queue; /**< borrowed requests */
	uint32_t n_queued;
	bool canceled;
	uint64_t n_requests;
	uint64_t n_chains;
};

/** See ucp_engine_free(). */
static void serial_free(struct ucp_engine *eng)
{
	free(eng);
}

/** Plain calls gain nothing from registered memory. */
static int serial_add_buffers(struct ucp_engine *eng, void *base, size_t size)
{
	(void)eng, (void)base, (void)size;
	return -1;
}

/** See ucp_engine_push(). */
static void serial_push(struct ucp_engine *eng, struct ucp_io *io)
{
	struct serial *s = (struct serial *)eng;

	ucp_io_fifo_push(&s->queue, io);
	s->n_queued++;
}

/** Nothing to hand over: pop does the work. */
static int serial_kick(struct ucp_engine *eng, bool wait)
{
	(void)eng, (void)wait;
	return 0;
}

/** Carry out the oldest request and return it. */
static struct ucp_io *serial_pop(struct ucp_engine *eng)
{
	struct serial *s = (struct serial *)eng;
	struct ucp_io *io = ucp_io_fifo_pop(&s->queue);

	if (io == NULL) {
		return NULL;
	}
	s->n_queued--;
	s->n_requests++;
	io->was_quick = true;
	s->n_chains += io->op == UCP_IO_CHAIN && (io->steps & (io->steps - 1)) != 0;
	if (s->canceled && io->op != UCP_IO_CLOSE) {
		io->res = -ECANCELED;
	} else {
		ucp_step_run(io);
	}
	return io;
}

/** See ucp_engine_busy(). */
static uint32_t serial_busy(const struct ucp_engine *eng)
{
	return ((const struct serial *)eng)->n_queued;
}

/** See ucp_engine_cancel(). */
static void serial_cancel(struct ucp_engine *eng)
{
	((struct serial *)eng)->canceled = true;
}

/** See ucp_engine_facts(). */
static void serial_facts(const struct ucp_engine *eng, struct ucp_engine_facts *ret_facts)
{
	const struct serial *s = (const struct serial *)eng;

	*ret_facts = (struct ucp_engine_facts){
		.name = "serial",
		.n_requests = s->n_requests,
		.n_chains = s->n_chains,
		.max_busy = 1,
	};
}

int ucp_serial_new(const struct ucp_engine_conf *conf, struct ucp_engine **ret_eng)
{
	static const struct ucp_backend ops = {
		.free = serial_free,
		.add_buffers = serial_add_buffers,
		.push = serial_push,
		.kick = serial_kick,
		.pop = serial_pop,
		.busy = serial_busy,
		.cancel = serial_cancel,
		.facts = serial_facts,
	};

	(void)conf; /* the depth is one */
	struct serial *s = calloc(1, sizeof(*s));
	if (s == NULL) {
		return -ENOMEM;
	}
	s->head.ops = &ops;
	ucp_io_fifo_init(&s->queue);
	*ret_eng = &s->head;
	return 0;
}
