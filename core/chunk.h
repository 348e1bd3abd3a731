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
#include "hash/digest.h"

#include <stdbool.h>
#include <stdint.h>

struct ucp_file;
struct ucp_worker;

/** What is read of a file, and where from. */
enum ucp_pass_kind {
	UCP_PASS_COPY,   /**< the source, to be written */
	UCP_PASS_CLONE,  /**< the destination, which has the data already: for the digest */
	UCP_PASS_SOURCE, /**< the source again: verify.h */
	UCP_PASS_BACK,   /**< the destination again: verify.h */
};

/** One pass over the data of a file; see ucp_chunk_begin(). */
struct ucp_pass {
	enum ucp_pass_kind kind;
	bool is_sparse;         /**< look for holes */
	bool is_plain;          /**< its data is read and written by plain calls */
	bool is_waiting;        /**< its file is in the list of those that wait for a buffer */
	bool is_past_cache;     /**< what is read does not come from the cache */
	bool reads_direct;      /**< by O_DIRECT */
	bool writes_direct;     /**< likewise */
	bool reads_uncached;    /**< what is read is not to stay in the cache: see uncached.h */
	bool writes_uncached;   /**< likewise */
	struct ucp_buf_pool *pool; /**< borrowed: its chunks' buffers */
	uint32_t align;         /**< bytes, when either is by O_DIRECT; else 0 */
	uint32_t n_flying;      /**< chunks in flight */
	uint64_t next_off;      /**< first byte not yet planned */
	uint64_t data_end;      /**< end of the extent that next_off is in */
	uint64_t planned;       /**< end of the last chunk begun */
	uint64_t eof;           /**< where a read met the end; UINT64_MAX: none did */
	uint64_t hashed;        /**< how far in file order the digest is */
	struct ucp_chunk *held; /**< complete, sorted by off, not yet in the digest */
};

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
	struct ucp_buf_pool *pool; /**< borrowed: where buf is from */
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
 * Begin a pass over a file: what is left of the one before, in its digest too, goes.
 *
 * Nothing of the file is in flight. ucp_chunk_start() follows, unless the data goes
 * another way, or is not needed.
 */
void ucp_chunk_begin(struct ucp_file *file, enum ucp_pass_kind kind);

/**
 * Feed a digest with the zeros of a hole, which may be large: a cancel ends it.
 *
 * Returns whether all of them are in it.
 */
bool ucp_chunk_hash_zeros(const struct ucp_worker *w, struct ucp_digest *digest, uint64_t len);

/**
 * Carry out a pass that has begun, of a file whose descriptors are open: copy its data, or read it.
 *
 * Of the pass, is_sparse, and but for copying align and reads_direct, are as the caller has
 * set them since.
 */
void ucp_chunk_start(struct ucp_file *file);

#endif
