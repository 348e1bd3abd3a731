/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Entries are packed one behind the other in blocks of 256 KiB, so a million
 * files cost their paths and digests and one pointer each:
 *
 *     | serial (4) | digest (kind's length) | path | NUL | serial | ...
 *
 * In mtree form a path may be without a digest: there the length is before it, and the tag.
 */
#include "hash/manifest.h"

#include "hash/hex.h"
#include "hash/mtree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MANIFEST_BLOCK = 256 * 1024 };

/** In the serial of an entry: it takes those before it out. */
#define MANIFEST_GONE UINT32_C(0x80000000)

/** A piece of entry memory. */
struct manifest_block {
	struct manifest_block *next;
	size_t used; /**< bytes */
	size_t room; /**< bytes */
	uint8_t data[];
};

/** The manifest. */
struct ucp_manifest {
	enum ucp_digest_kind kind;
	enum ucp_manifest_format format;
	uint8_t digest_len;            /**< bytes before a path, less the serial; known from the first entry */
	struct manifest_block *blocks; /**< owned, newest first */
	uint32_t n_entries;
	ucp_manifest_out_fn *is_out;   /**< or NULL */
	void *out_ctx;                 /**< borrowed */
};

struct ucp_manifest *ucp_manifest_new(enum ucp_digest_kind kind, enum ucp_manifest_format format)
{
	struct ucp_manifest *man = calloc(1, sizeof(*man));
	if (man != NULL) {
		man->kind = kind;
		man->format = format;
	}
	return man;
}

void ucp_manifest_free(struct ucp_manifest *man)
{
	if (man == NULL) {
		return;
	}
	while (man->blocks != NULL) {
		struct manifest_block *next = man->blocks->next;
		free(man->blocks);
		man->blocks = next;
	}
	free(man);
}

/** Room for one entry of len bytes, or NULL. */
static uint8_t *manifest_room(struct ucp_manifest *man, size_t len)
{
	struct manifest_block *block = man->blocks;

	if (block == NULL || block->room - block->used < len) {
		size_t room = len > MANIFEST_BLOCK ? len : MANIFEST_BLOCK;
		block = malloc(sizeof(*block) + room);
		if (block == NULL) {
			return NULL;
		}
		block->used = 0;
		block->room = room;
		block->next = man->blocks;
		man->blocks = block;
	}
	uint8_t *entry = block->data + block->used;
	block->used += len;
	return entry;
}

int ucp_manifest_add(struct ucp_manifest *man, const char *path,
		     const struct ucp_digest_value *value, uint8_t tag)
{
	size_t path_len = strlen(path) + 1;
	uint32_t serial = man->n_entries;

	bool has_len = man->format == UCP_MANIFEST_MTREE;
	man->digest_len = has_len ? 2 + UCP_DIGEST_MAX : value->len;
	uint8_t *entry = manifest_room(man, sizeof(serial) + man->digest_len + path_len);
	if (entry == NULL || serial >= MANIFEST_GONE) {
		return -ENOMEM;
	}
	memcpy(entry, &serial, sizeof(serial));
	uint8_t *digest = entry + sizeof(serial);
	if (has_len) {
		*digest++ = value->len;
		*digest++ = tag;
	}
	memcpy(digest, value->bytes, value->len);
	memcpy(entry + sizeof(serial) + man->digest_len, path, path_len);
	man->n_entries++;
	return 0;
}

int ucp_manifest_drop(struct ucp_manifest *man, const char *path)
{
	size_t path_len = strlen(path) + 1;
	uint32_t serial = man->n_entries | MANIFEST_GONE;

	uint8_t *entry = manifest_room(man, sizeof(serial) + man->digest_len + path_len);
	if (entry == NULL) {
		return -ENOMEM;
	}
	memcpy(entry, &serial, sizeof(serial));
	memset(entry + sizeof(serial), 0, man->digest_len);
	memcpy(entry + sizeof(serial) + man->digest_len, path, path_len);
	man->n_entries++;
	return 0;
}

void ucp_manifest_leave_out(struct ucp_manifest *man, ucp_manifest_out_fn *fn, void *ctx)
{
	man->is_out = fn;
	man->out_ctx = ctx;
}

/** The order of two entries: by path, then by serial; ctx is the digest length. */
static int manifest_order(const void *a, const void *b, void *ctx)
{
	const uint8_t *ea = *(const uint8_t *const *)a;
	const uint8_t *eb = *(const uint8_t *const *)b;
	size_t skip = sizeof(uint32_t) + *(const uint8_t *)ctx;
	uint32_t sa, sb;

	int order = strcmp((const char *)ea + skip, (const char *)eb + skip);
	if (order != 0) {
		return order;
	}
	memcpy(&sa, ea, sizeof(sa));
	memcpy(&sb, eb, sizeof(sb));
	return (sa & ~MANIFEST_GONE) < (sb & ~MANIFEST_GONE) ? -1 : 1;
}

/** All entries in order: an array the caller frees, or NULL. */
static const uint8_t **manifest_sorted(struct ucp_manifest *man)
{
	const uint8_t **all = calloc(man->n_entries + 1, sizeof(*all));
	if (all == NULL) {
		return NULL;
	}

	uint32_t n = 0;
	for (struct manifest_block *b = man->blocks; b != NULL; b = b->next) {
		for (size_t off = 0; off < b->used;) {
			const uint8_t *entry = b->data + off;
			const char *path = (const char *)entry + sizeof(uint32_t) + man->digest_len;
			all[n++] = entry;
			off += sizeof(uint32_t) + man->digest_len + strlen(path) + 1;
		}
	}
	qsort_r(all, n, sizeof(*all), manifest_order, &man->digest_len);
	return all;
}

/** Copy a path with \n, \r and \\ escaped: the end of what was written. */
static char *manifest_escape(char *to, const char *path)
{
	for (; *path != '\0'; path++) {
		if (*path == '\n' || *path == '\r' || *path == '\\') {
			*to++ = '\\';
			*to++ = *path == '\n' ? 'n' : *path == '\r' ? 'r' : '\\';
		} else {
			*to++ = *path;
		}
	}
	return to;
}

int ucp_manifest_each(struct ucp_manifest *man, ucp_manifest_entry_fn *fn, void *ctx)
{
	const uint8_t **all = manifest_sorted(man);
	int err = all != NULL ? 0 : -ENOMEM;

	for (uint32_t i = 0; err >= 0 && i < man->n_entries; i++) {
		const uint8_t *digest = all[i] + sizeof(uint32_t);
		const char *path = (const char *)digest + man->digest_len;
		const char *after = i + 1 < man->n_entries ? (const char *)all[i + 1] +
				    sizeof(uint32_t) + man->digest_len : NULL;
		if (after != NULL && strcmp(path, after) == 0) {
			continue; /* the later one counts */
		}
		uint32_t serial;
		memcpy(&serial, all[i], sizeof(serial));
		if ((serial & MANIFEST_GONE) != 0) {
			continue;
		}
		if (man->is_out != NULL && man->is_out(man->out_ctx, path)) {
			continue;
		}
		struct ucp_digest_value value = {.len = man->digest_len};
		uint8_t tag = 0;
		if (man->format == UCP_MANIFEST_MTREE) {
			value.len = *digest++;
			tag = *digest++;
		}
		memcpy(value.bytes, digest, value.len);
		err = fn(ctx, path, &value, tag);
	}
	free(all);
	return err < 0 ? err : 0;
}

/** Lines on their way out. */
struct manifest_lines {
	const struct ucp_manifest *man; /**< borrowed */
	ucp_manifest_line_fn *fn;
	void *ctx;
	char *text;                     /**< owned */
	size_t room;                    /**< bytes of text */
};

/** Write one entry as a line into text, which has room for it: its length. */
static size_t manifest_format(const struct ucp_manifest *man, const char *path,
			      const struct ucp_digest_value *value, char *text)
{
	char *at = text;

	bool is_escaped = strpbrk(path, "\n\r") != NULL;
	if (is_escaped) {
		*at++ = '\\';
	}
	if (man->format == UCP_MANIFEST_BSD) {
		at = stpcpy(at, ucp_digest_tag(man->kind));
		at = stpcpy(at, " (");
		at = is_escaped ? manifest_escape(at, path) : stpcpy(at, path);
		at = stpcpy(at, ") = ");
	} else if (man->kind == UCP_DIGEST_XXH3) {
		at = stpcpy(at, UCP_MANIFEST_XXH3); /* as long as those of XXH64 */
	}
	ucp_hex_format(value->bytes, value->len, at);
	at += (size_t)value->len * 2;
	if (man->format == UCP_MANIFEST_GNU) {
		at = stpcpy(at, "  ");
		at = is_escaped ? manifest_escape(at, path) : stpcpy(at, path);
	}
	*at++ = '\n';
	return (size_t)(at - text);
}

/** Give out one entry as a line: 0 or a negative errno. */
static int manifest_line(void *ctx, const char *path, const struct ucp_digest_value *value,
			 uint8_t tag)
{
	(void)tag; /* there is none */
	struct manifest_lines *lines = ctx;
	size_t need = strlen(path) * 2 + UCP_DIGEST_MAX * 2 + 32;

	if (need > lines->room) {
		char *more = realloc(lines->text, need);
		if (more == NULL) {
			return -ENOMEM;
		}
		lines->text = more;
		lines->room = need;
	}
	return lines->fn(lines->ctx, lines->text,
			 manifest_format(lines->man, path, value, lines->text));
}

int ucp_manifest_lines(struct ucp_manifest *man, ucp_manifest_line_fn *fn, void *ctx)
{
	struct manifest_lines lines = {.man = man, .fn = fn, .ctx = ctx};
	int err = ucp_manifest_each(man, manifest_line, &lines);

	free(lines.text);
	return err;
}

/** Whether a text begins as a line of the GNU form. */
static bool manifest_looks_gnu(const char *text)
{
	bool is_xxh3 = strncmp(text, UCP_MANIFEST_XXH3, strlen(UCP_MANIFEST_XXH3)) == 0;

	text += is_xxh3 ? strlen(UCP_MANIFEST_XXH3) : 0;
	size_t n = strspn(text, "0123456789abcdefABCDEF");
	return (n == 16 || (!is_xxh3 && (n == 32 || n == 64))) && text[n] == ' ' &&
	       (text[n + 1] == ' ' || text[n + 1] == '*');
}

bool ucp_manifest_looks_like(const char *text)
{
	static const enum ucp_digest_kind kinds[] = {UCP_DIGEST_XXH128, UCP_DIGEST_XXH64,
						     UCP_DIGEST_XXH3, UCP_DIGEST_SHA256};

	if (ucp_mtree_has_signature(text)) {
		return true;
	}
	text += text[0] == '\\';
	if (manifest_looks_gnu(text)) {
		return true;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *tag = ucp_digest_tag(kinds[i]);
		size_t len = strlen(tag);
		if (strncmp(text, tag, len) == 0 && strncmp(text + len, " (", 2) == 0) {
			return true;
		}
	}
	return false;
}
