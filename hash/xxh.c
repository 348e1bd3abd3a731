/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/xxh.h"

#include <string.h>
#include <xxhash.h>

void *ucp_xxh_new(enum ucp_digest_kind kind)
{
	void *state = kind == UCP_DIGEST_XXH64 ? (void *)XXH64_createState()
					       : (void *)XXH3_createState();
	if (state != NULL) {
		ucp_xxh_reset(kind, state);
	}
	return state;
}

void ucp_xxh_free(enum ucp_digest_kind kind, void *state)
{
	/* Both return XXH_OK always. */
	if (kind == UCP_DIGEST_XXH64) {
		(void)XXH64_freeState(state);
	} else {
		(void)XXH3_freeState(state);
	}
}

/* The calls below fail only when given a null pointer; see xxhash.h. */

void ucp_xxh_reset(enum ucp_digest_kind kind, void *state)
{
	switch (kind) {
	case UCP_DIGEST_XXH64:
		(void)XXH64_reset(state, 0);
		break;
	case UCP_DIGEST_XXH3:
		(void)XXH3_64bits_reset(state);
		break;
	default:
		(void)XXH3_128bits_reset(state);
		break;
	}
}

void ucp_xxh_update(enum ucp_digest_kind kind, void *state, const void *data, size_t len)
{
	switch (kind) {
	case UCP_DIGEST_XXH64:
		(void)XXH64_update(state, data, len);
		break;
	case UCP_DIGEST_XXH3:
		(void)XXH3_64bits_update(state, data, len);
		break;
	default:
		(void)XXH3_128bits_update(state, data, len);
		break;
	}
}

void ucp_xxh_final(enum ucp_digest_kind kind, const void *state,
		   struct ucp_digest_value *ret_value)
{
	XXH64_canonical_t c64;
	XXH128_canonical_t c128;

	ret_value->has_failed = false;
	switch (kind) {
	case UCP_DIGEST_XXH64:
		XXH64_canonicalFromHash(&c64, XXH64_digest(state));
		break;
	case UCP_DIGEST_XXH3:
		XXH64_canonicalFromHash(&c64, XXH3_64bits_digest(state));
		break;
	default:
		XXH128_canonicalFromHash(&c128, XXH3_128bits_digest(state));
		ret_value->len = sizeof(c128.digest);
		memcpy(ret_value->bytes, c128.digest, sizeof(c128.digest));
		return;
	}
	ret_value->len = sizeof(c64.digest);
	memcpy(ret_value->bytes, c64.digest, sizeof(c64.digest));
}
