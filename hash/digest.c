/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/digest.h"

#include "hash/sha.h"
#include "hash/xxh.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/** A digest under way. */
struct ucp_digest {
	enum ucp_digest_kind kind;
	void *state; /**< owned */
};

/** Names on the command line and in manifests. */
static const struct {
	enum ucp_digest_kind kind;
	const char *name;
	const char *tag;
	uint8_t len; /**< bytes */
} digest_names[] = {
	{UCP_DIGEST_XXH128, "xxh128", "XXH128", 16},
	{UCP_DIGEST_XXH64, "xxh64", "XXH64", 8},
	{UCP_DIGEST_XXH3, "xxh3", "XXH3", 8},
	{UCP_DIGEST_SHA256, "sha256", "SHA256", 32},
};

bool ucp_digest_is_had(enum ucp_digest_kind kind)
{
	return kind != UCP_DIGEST_SHA256 || ucp_sha_is_had();
}

uint8_t ucp_digest_len(enum ucp_digest_kind kind)
{
	for (size_t i = 0; i < sizeof(digest_names) / sizeof(digest_names[0]); i++) {
		if (digest_names[i].kind == kind) {
			return digest_names[i].len;
		}
	}
	return 0;
}

struct ucp_digest *ucp_digest_new(enum ucp_digest_kind kind)
{
	struct ucp_digest *dig = malloc(sizeof(*dig));
	if (dig == NULL) {
		return NULL;
	}
	dig->kind = kind;
	dig->state = kind == UCP_DIGEST_SHA256 ? ucp_sha_new() : ucp_xxh_new(kind);
	if (dig->state == NULL) {
		free(dig);
		return NULL;
	}
	return dig;
}

void ucp_digest_free(struct ucp_digest *dig)
{
	if (dig != NULL) {
		if (dig->kind == UCP_DIGEST_SHA256) {
			ucp_sha_free(dig->state);
		} else {
			ucp_xxh_free(dig->kind, dig->state);
		}
		free(dig);
	}
}

void ucp_digest_reset(struct ucp_digest *dig)
{
	if (dig->kind == UCP_DIGEST_SHA256) {
		ucp_sha_reset(dig->state);
	} else {
		ucp_xxh_reset(dig->kind, dig->state);
	}
}

void ucp_digest_update(struct ucp_digest *dig, const void *data, size_t len)
{
	if (dig->kind == UCP_DIGEST_SHA256) {
		ucp_sha_update(dig->state, data, len);
	} else {
		ucp_xxh_update(dig->kind, dig->state, data, len);
	}
}

void ucp_digest_zeros(struct ucp_digest *dig, uint64_t len)
{
	static const uint8_t zeros[64 * 1024];

	while (len > 0) {
		size_t part = len < sizeof(zeros) ? (size_t)len : sizeof(zeros);
		ucp_digest_update(dig, zeros, part);
		len -= part;
	}
}

void ucp_digest_final(const struct ucp_digest *dig, struct ucp_digest_value *ret_value)
{
	if (dig->kind == UCP_DIGEST_SHA256) {
		ucp_sha_final(dig->state, ret_value);
	} else {
		ucp_xxh_final(dig->kind, dig->state, ret_value);
	}
}

bool ucp_digest_same(const struct ucp_digest_value *a, const struct ucp_digest_value *b)
{
	return !a->has_failed && !b->has_failed && a->len > 0 && a->len == b->len &&
	       memcmp(a->bytes, b->bytes, a->len) == 0;
}

const char *ucp_digest_tag(enum ucp_digest_kind kind)
{
	for (size_t i = 0; i < sizeof(digest_names) / sizeof(digest_names[0]); i++) {
		if (digest_names[i].kind == kind) {
			return digest_names[i].tag;
		}
	}
	return "NONE";
}

enum ucp_digest_kind ucp_digest_parse(const char *name)
{
	for (size_t i = 0; i < sizeof(digest_names) / sizeof(digest_names[0]); i++) {
		if (strcasecmp(digest_names[i].name, name) == 0) {
			return digest_names[i].kind;
		}
	}
	return UCP_DIGEST_NONE;
}
