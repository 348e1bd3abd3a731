/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/engine/engine.h"

#include "core/engine/backend.h"
#include "core/engine/buf.h"

#include <errno.h>
#include <unistd.h>

enum {
	ENGINE_RETRIES = 10,
	ENGINE_RETRY_US = 2000,
};

/*
 * Pinning 4 MiB costs about a millisecond, as much as a whole run on one small
 * file, and what it saves is far below a microsecond a request.
 */
enum {
	ENGINE_TAKEN_MUCH = 64, /* buffers taken before a pool is registered */
};

int ucp_engine_new(const struct ucp_engine_conf *conf, struct ucp_engine **ret_eng)
{
	switch (conf->kind) {
	case UCP_ENGINE_URING:
		return ucp_uring_new(conf, ret_eng);
	case UCP_ENGINE_SERIAL:
		return ucp_serial_new(conf, ret_eng);
	}
	return -EINVAL;
}

int ucp_engine_start(struct ucp_engine_conf *conf, bool must_have, struct ucp_engine **ret_eng,
		     int *ret_ring_err)
{
	int ring_err = 0;

	int err = ucp_engine_new(conf, ret_eng);
	for (int i = 0; err == -ENOMEM && i < ENGINE_RETRIES; i++) {
		(void)usleep(ENGINE_RETRY_US);
		err = ucp_engine_new(conf, ret_eng);
	}
	if (err < 0 && conf->kind == UCP_ENGINE_URING && !must_have) {
		ring_err = err;
		conf->kind = UCP_ENGINE_SERIAL;
		err = ucp_engine_new(conf, ret_eng);
	}
	if (err == 0) {
		*ret_ring_err = ring_err;
	}
	return err;
}

void ucp_engine_free(struct ucp_engine *eng)
{
	if (eng != NULL) {
		eng->ops->free(eng);
	}
}

int ucp_engine_add_buffers(struct ucp_engine *eng, void *base, size_t size)
{
	return eng->ops->add_buffers(eng, base, size);
}

uint8_t *ucp_engine_take(struct ucp_engine *eng, struct ucp_buf_pool *pool)
{
	uint8_t *buf = ucp_buf_get(pool);

	if (buf != NULL && pool->n_taken < ENGINE_TAKEN_MUCH &&
	    ++pool->n_taken == ENGINE_TAKEN_MUCH) {
		pool->slot = ucp_engine_add_buffers(eng, pool->base, pool->size * pool->count);
	}
	return buf;
}

void ucp_engine_push(struct ucp_engine *eng, struct ucp_io *io)
{
	eng->ops->push(eng, io);
}

int ucp_engine_kick(struct ucp_engine *eng, bool wait)
{
	return eng->ops->kick(eng, wait);
}

struct ucp_io *ucp_engine_pop(struct ucp_engine *eng)
{
	return eng->ops->pop(eng);
}

uint32_t ucp_engine_busy(const struct ucp_engine *eng)
{
	return eng->ops->busy(eng);
}

void ucp_engine_cancel(struct ucp_engine *eng)
{
	eng->ops->cancel(eng);
}

void ucp_engine_facts(const struct ucp_engine *eng, struct ucp_engine_facts *ret_facts)
{
	eng->ops->facts(eng, ret_facts);
}

int ucp_engine_probe(const struct ucp_engine_conf *conf)
{
	struct ucp_engine *eng = NULL;

	/* Locked memory is charged for the ring itself, so only a ring of this size tells. */
	int err = ucp_engine_new(conf, &eng);
	ucp_engine_free(eng);
	return err;
}

void ucp_engine_flag_names(uint32_t setup_flags, char *text, size_t size)
{
	ucp_uring_flag_names(setup_flags, text, size);
}
