/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* SHA-256 behind a narrow door; it comes from libcrypto, where ucp was built with its headers. */
#ifndef UCP_HASH_SHA_H
#define UCP_HASH_SHA_H

#include "hash/digest.h"

#include <stdbool.h>

/** Whether it is to be had: built in, and libcrypto can be loaded. Without, ucp_sha_new() gives NULL. */
bool ucp_sha_is_had(void);

/** A new state, ready for its first message; NULL when out of memory. Owner: ucp_sha_free(). */
void *ucp_sha_new(void);

/** Free a state; NULL is allowed. */
void ucp_sha_free(void *state);

/** Start a new message. */
void ucp_sha_reset(void *state);

/** Add len bytes. */
void ucp_sha_update(void *state, const void *data, size_t len);

/**
 * The digest, as its standard prints it; more may follow.
 *
 * Should the library fail on the way, for want of memory, has_failed is set.
 * Source: FIPS 180-4; EVP_DigestInit(3).
 */
void ucp_sha_final(const void *state, struct ucp_digest_value *ret_value);

#endif
