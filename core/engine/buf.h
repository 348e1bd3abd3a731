/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* A bounded pool of aligned buffers of one size, for one worker. */
#ifndef UCP_CORE_ENGINE_BUF_H
#define UCP_CORE_ENGINE_BUF_H

#include <stddef.h>
#include <stdint.h>

/** The pool; memory is reserved when it is first needed, in one piece. */
struct ucp_buf_pool {
	uint8_t *base;   /**< owned: count * size bytes, page aligned; NULL until needed */
	size_t size;     /**< bytes a buffer */
	uint32_t count;  /**< buffers at most */
	uint32_t n_free; /**< entries of free_list in use */
	uint32_t *free_list; /**< owned: indexes of unused buffers, used as a stack */
	uint32_t n_taken; /**< how often a buffer was taken, as far as ucp_engine_take() counts */
	int slot;        /**< engine slot of base, or -1 */
};

/**
 * Set the limits of a pool; reserves nothing yet.
 *
 * @size   bytes a buffer, a multiple of the page size
 * @count  buffers, at least 1
 */
void ucp_buf_init(struct ucp_buf_pool *pool, size_t size, uint32_t count);

/** Release everything; all buffers must be back or never used again. */
void ucp_buf_fini(struct ucp_buf_pool *pool);

/** Reserve the pool's memory unless that is done: 0 or -ENOMEM. */
int ucp_buf_ready(struct ucp_buf_pool *pool);

/** Take a buffer, the most recently returned first; NULL when all are out. */
uint8_t *ucp_buf_get(struct ucp_buf_pool *pool);

/** Return a buffer to its pool. */
void ucp_buf_put(struct ucp_buf_pool *pool, uint8_t *buf);

#endif
