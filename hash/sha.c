/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/sha.h"

#include <stdlib.h>

#if UCP_HAVE_SHA256

#include <openssl/evp.h>

/** A message under way. */
struct sha {
	EVP_MD *md;       /**< owned; fetched once, which is most of the cost of a short message */
	EVP_MD_CTX *ctx;  /**< owned: the message so far */
	EVP_MD_CTX *last; /**< owned: where its copy is finished */
	bool is_broken;   /**< the library refused something since the last reset */
};

bool ucp_sha_is_built(void)
{
	return true;
}

void *ucp_sha_new(void)
{
	struct sha *sha = calloc(1, sizeof(*sha));
	if (sha == NULL) {
		return NULL;
	}
	sha->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	sha->ctx = EVP_MD_CTX_new();
	sha->last = EVP_MD_CTX_new();
	if (sha->md == NULL || sha->ctx == NULL || sha->last == NULL) {
		ucp_sha_free(sha);
		return NULL;
	}
	ucp_sha_reset(sha);
	return sha;
}

void ucp_sha_free(void *state)
{
	struct sha *sha = state;

	if (sha != NULL) {
		EVP_MD_CTX_free(sha->last);
		EVP_MD_CTX_free(sha->ctx);
		EVP_MD_free(sha->md);
		free(sha);
	}
}

void ucp_sha_reset(void *state)
{
	struct sha *sha = state;

	sha->is_broken = EVP_DigestInit_ex(sha->ctx, sha->md, NULL) != 1;
}

void ucp_sha_update(void *state, const void *data, size_t len)
{
	struct sha *sha = state;

	sha->is_broken = EVP_DigestUpdate(sha->ctx, data, len) != 1 || sha->is_broken;
}

void ucp_sha_final(const void *state, struct ucp_digest_value *ret_value)
{
	const struct sha *sha = state;
	unsigned int len = 0;

	*ret_value = (struct ucp_digest_value){.has_failed = true};
	if (!sha->is_broken && EVP_MD_CTX_copy_ex(sha->last, sha->ctx) == 1 &&
	    EVP_DigestFinal_ex(sha->last, ret_value->bytes, &len) == 1) {
		ret_value->len = (uint8_t)len;
		ret_value->has_failed = false;
	}
}

#else

bool ucp_sha_is_built(void)
{
	return false;
}

void *ucp_sha_new(void)
{
	return NULL;
}

void ucp_sha_free(void *state)
{
	(void)state;
}

void ucp_sha_reset(void *state)
{
	(void)state;
}

void ucp_sha_update(void *state, const void *data, size_t len)
{
	(void)state, (void)data, (void)len;
}

void ucp_sha_final(const void *state, struct ucp_digest_value *ret_value)
{
	(void)state;
	*ret_value = (struct ucp_digest_value){.has_failed = true};
}

#endif
