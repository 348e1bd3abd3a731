/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The data of a regular file, chunk by chunk; many chunks of many files at once.
 *
 * ucp_chunk_start() does not wait; when the last chunk is in place, or the file
 * has failed and nothing of it is in flight, ucp_copy_data_done() is called,
 * perhaps before it returns: the caller must not touch the file afterwards.
 */
#ifndef UCP_CORE_CHUNK_H
#define UCP_CORE_CHUNK_H

#include "core/engine/engine.h"

#include <stdbool.h>
#include <stdint.h>

struct ucp_file;
struct ucp_worker;

/** One chunk of a file in flight, or waiting for its turn in the digest. */
struct ucp_chunk {
	struct ucp_io io;
	struct ucp_file *file;  /**< borrowed */
	struct ucp_chunk *next; /**< free list, or held by its file */
	uint8_t *buf;           /**< owned while in use: from one of the pools */
	uint64_t from;          /**< where the data before it ends; a hole if less than off */
	uint64_t off;           /**< bytes */
	uint32_t len;           /**< bytes asked for */
	uint32_t got;           /**< bytes there were, once read */
	uint32_t scanned;       /**< --sparse=always: bytes written or found zero */
	bool is_small;          /**< buf is from the small pool */
};

/** All chunks of one worker. */
struct ucp_chunks {
	struct ucp_chunk *array;        /**< owned array of the worker's max_chunks */
	struct ucp_chunk *free;         /**< those not in use */
	struct ucp_file *waiting;       /**< files that wait for a buffer, oldest first */
	struct ucp_file **waiting_tail;
};

/** Allocate for a worker whose max_chunks is set: 0 or -ENOMEM. */
int ucp_chunk_init(struct ucp_worker *w);

/** Release; nothing is in flight. */
void ucp_chunk_fini(struct ucp_worker *w);

/**
 * Carry out the pass of a file whose descriptors are open: copy its data, or read it.
 *
 * is_sparse says whether to look for holes, align whether reads are by O_DIRECT.
 */
void ucp_chunk_start(struct ucp_file *file);

#endif
