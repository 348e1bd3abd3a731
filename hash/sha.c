/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/sha.h"

#include <stdlib.h>

#if UCP_HAVE_SHA256

#include "hash/library.h"

#include <openssl/evp.h>
#include <pthread.h>

/** All that is called of libcrypto. */
#define SHA_FUNCTIONS(X) \
	X(EVP_MD_fetch) X(EVP_MD_free) X(EVP_MD_CTX_new) X(EVP_MD_CTX_free) \
	X(EVP_MD_CTX_copy_ex) X(EVP_DigestInit_ex) X(EVP_DigestUpdate) X(EVP_DigestFinal_ex)

#define SHA_TEXT(number)   #number
#define SHA_SONAME(number) "libcrypto.so." SHA_TEXT(number)

/** libcrypto, once it is loaded. */
static struct {
	bool is_loaded;
	SHA_FUNCTIONS(UCP_LIBRARY_MEMBER)
} library;

static pthread_once_t sha_once = PTHREAD_ONCE_INIT;

/** Load libcrypto; see pthread_once(3). */
static void sha_load(void)
{
	static const struct ucp_library_function functions[] = {SHA_FUNCTIONS(UCP_LIBRARY_ENTRY)};

	library.is_loaded = ucp_library_load(SHA_SONAME(OPENSSL_SHLIB_VERSION), functions,
					     sizeof(functions) / sizeof(functions[0]));
}

/** A message under way. */
struct sha {
	EVP_MD *md;       /**< owned; fetched once, which is most of the cost of a short message */
	EVP_MD_CTX *ctx;  /**< owned: the message so far */
	EVP_MD_CTX *last; /**< owned: where its copy is finished */
	bool is_broken;   /**< the library refused something since the last reset */
};

bool ucp_sha_is_had(void)
{
	return pthread_once(&sha_once, sha_load) == 0 && library.is_loaded;
}

void *ucp_sha_new(void)
{
	struct sha *sha = ucp_sha_is_had() ? calloc(1, sizeof(*sha)) : NULL;
	if (sha == NULL) {
		return NULL;
	}
	sha->md = library.EVP_MD_fetch(NULL, "SHA256", NULL);
	sha->ctx = library.EVP_MD_CTX_new();
	sha->last = library.EVP_MD_CTX_new();
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
		library.EVP_MD_CTX_free(sha->last);
		library.EVP_MD_CTX_free(sha->ctx);
		library.EVP_MD_free(sha->md);
		free(sha);
	}
}

void ucp_sha_reset(void *state)
{
	struct sha *sha = state;

	sha->is_broken = library.EVP_DigestInit_ex(sha->ctx, sha->md, NULL) != 1;
}

void ucp_sha_update(void *state, const void *data, size_t len)
{
	struct sha *sha = state;

	sha->is_broken = library.EVP_DigestUpdate(sha->ctx, data, len) != 1 || sha->is_broken;
}

void ucp_sha_final(const void *state, struct ucp_digest_value *ret_value)
{
	const struct sha *sha = state;
	unsigned int len = 0;

	*ret_value = (struct ucp_digest_value){.has_failed = true};
	if (!sha->is_broken && library.EVP_MD_CTX_copy_ex(sha->last, sha->ctx) == 1 &&
	    library.EVP_DigestFinal_ex(sha->last, ret_value->bytes, &len) == 1) {
		ret_value->len = (uint8_t)len;
		ret_value->has_failed = false;
	}
}

#else

bool ucp_sha_is_had(void)
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
