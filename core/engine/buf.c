/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/engine/buf.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/** Bytes of a huge page on most machines; elsewhere the advice is in vain, or as well. */
#define BUF_HUGE ((size_t)2 << 20)

void ucp_buf_init(struct ucp_buf_pool *pool, size_t size, uint32_t count)
{
	*pool = (struct ucp_buf_pool){.size = size, .count = count, .slot = -1};
}

void ucp_buf_fini(struct ucp_buf_pool *pool)
{
	if (pool->base != NULL) {
		(void)munmap(pool->base, pool->size * pool->count); /* cannot fail on our own map */
	}
	free(pool->free_list);
	pool->base = NULL;
	pool->free_list = NULL;
	pool->n_free = 0;
}

int ucp_buf_ready(struct ucp_buf_pool *pool)
{
	if (pool->base != NULL) {
		return 0;
	}

	uint32_t *list = calloc(pool->count, sizeof(*list));
	if (list == NULL) {
		return -ENOMEM;
	}
	void *base = mmap(NULL, pool->size * pool->count, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED) {
		free(list);
		return -ENOMEM;
	}
	/* A buffer that is used as a whole may be one page: 512 times fewer to fault in, to pin and
	 * to tell the device of. */
	if (pool->size % BUF_HUGE == 0) {
		(void)madvise(base, pool->size * pool->count, MADV_HUGEPAGE);
	}
	/* The lowest buffer on top of the stack: memory is touched no further than needed. */
	for (uint32_t i = 0; i < pool->count; i++) {
		list[i] = pool->count - 1 - i;
	}
	pool->base = base;
	pool->free_list = list;
	pool->n_free = pool->count;
	return 0;
}

uint8_t *ucp_buf_get(struct ucp_buf_pool *pool)
{
	if (pool->n_free == 0) {
		return NULL;
	}
	return pool->base + pool->size * pool->free_list[--pool->n_free];
}

void ucp_buf_put(struct ucp_buf_pool *pool, uint8_t *buf)
{
	pool->free_list[pool->n_free++] = (uint32_t)((size_t)(buf - pool->base) / pool->size);
}
