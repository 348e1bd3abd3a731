/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* xxHash behind a narrow door. */
#ifndef UCP_HASH_XXH_H
#define UCP_HASH_XXH_H

#include "hash/digest.h"

/** A new xxHash state of a kind, reset; NULL when out of memory. Owner: ucp_xxh_free(). */
void *ucp_xxh_new(enum ucp_digest_kind kind);

/** Free a state of a kind. */
void ucp_xxh_free(enum ucp_digest_kind kind, void *state);

/** Start a new message. */
void ucp_xxh_reset(enum ucp_digest_kind kind, void *state);

/** Add len bytes. */
void ucp_xxh_update(enum ucp_digest_kind kind, void *state, const void *data, size_t len);

/** The digest in canonical (big-endian) form. */
void ucp_xxh_final(enum ucp_digest_kind kind, const void *state,
		   struct ucp_digest_value *ret_value);

#endif
