/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/digest.h"

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
} digest_names[] = {
	{UCP_DIGEST_XXH128, "xxh128", "XXH128"},
	{UCP_DIGEST_XXH64, "xxh64", "XXH64"},
	{UCP_DIGEST_XXH3, "xxh3", "XXH3"},
};

struct ucp_digest *ucp_digest_new(enum ucp_digest_kind kind)
{
	struct ucp_digest *dig = malloc(sizeof(*dig));
	if (dig == NULL) {
		return NULL;
	}
	dig->kind = kind;
	dig->state = ucp_xxh_new(kind);
	if (dig->state == NULL) {
		free(dig);
		return NULL;
	}
	return dig;
}

void ucp_digest_free(struct ucp_digest *dig)
{
	if (dig != NULL) {
		ucp_xxh_free(dig->kind, dig->state);
		free(dig);
	}
}

void ucp_digest_reset(struct ucp_digest *dig)
{
	ucp_xxh_reset(dig->kind, dig->state);
}

void ucp_digest_update(struct ucp_digest *dig, const void *data, size_t len)
{
	ucp_xxh_update(dig->kind, dig->state, data, len);
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
	ucp_xxh_final(dig->kind, dig->state, ret_value);
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
