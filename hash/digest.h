/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Streaming digests, whatever library computes them. No I/O, no threads. */
#ifndef UCP_HASH_DIGEST_H
#define UCP_HASH_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Digest algorithms. */
enum ucp_digest_kind {
	UCP_DIGEST_NONE,
	UCP_DIGEST_XXH128, /**< the default */
	UCP_DIGEST_XXH64,
	UCP_DIGEST_XXH3,   /**< XXH3, 64 bits */
	UCP_DIGEST_SHA256, /**< where ucp_digest_is_had() says so */
	UCP_DIGEST_KINDS,  /**< how many there are, with none */
};

/** Room for the longest digest, in bytes. */
#define UCP_DIGEST_MAX 32

/** A finished digest, big-endian as xxHash's canonical form. */
struct ucp_digest_value {
	uint8_t len; /**< bytes used; 0 for no digest */
	bool has_failed; /**< len is 0 because a library ran out of memory */
	uint8_t bytes[UCP_DIGEST_MAX];
};

struct ucp_digest;

/** Whether an algorithm can be computed here; SHA-256 needs libcrypto. Thread: any. */
bool ucp_digest_is_had(enum ucp_digest_kind kind);

/** Bytes of a digest. */
uint8_t ucp_digest_len(enum ucp_digest_kind kind);

/**
 * Create a digest, ready for its first message.
 *
 * Returns NULL when out of memory, or when the algorithm is not to be had.
 * Owner:  ucp_digest_free().
 */
struct ucp_digest *ucp_digest_new(enum ucp_digest_kind kind);

/** Free a digest; NULL is allowed. */
void ucp_digest_free(struct ucp_digest *dig);

/** Start a new message. */
void ucp_digest_reset(struct ucp_digest *dig);

/** Add len bytes of the message. */
void ucp_digest_update(struct ucp_digest *dig, const void *data, size_t len);

/** Add len zero bytes, which need not exist anywhere: a hole. */
void ucp_digest_zeros(struct ucp_digest *dig, uint64_t len);

/**
 * The digest of what was added since the last reset; more may follow.
 *
 * Should libcrypto run out of memory, has_failed says so.
 */
void ucp_digest_final(const struct ucp_digest *dig, struct ucp_digest_value *ret_value);

/** Whether two digests are the same; one that could not be made is like no other. */
bool ucp_digest_same(const struct ucp_digest_value *a, const struct ucp_digest_value *b);

/** The name in manifests and on the command line's right-hand side, e.g. "XXH128". */
const char *ucp_digest_tag(enum ucp_digest_kind kind);

/** The algorithm of a --hash argument ("xxh128"), or UCP_DIGEST_NONE. */
enum ucp_digest_kind ucp_digest_parse(const char *name);

#endif
