/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* The lines of a manifest: collected in any order, given out sorted. */
#ifndef UCP_HASH_MANIFEST_H
#define UCP_HASH_MANIFEST_H

#include "hash/digest.h"

#include <stdbool.h>

/** What the digits of XXH3 have before them in the GNU form. */
#define UCP_MANIFEST_XXH3 "XXH3_"

/** Forms of a line: the first two are for xxhsum -c and sha256sum -c. */
enum ucp_manifest_format {
	UCP_MANIFEST_BSD, /**< XXH128 (path) = digits */
	UCP_MANIFEST_GNU, /**< digits, two spaces, path; digits of XXH3 have XXH3_ before them */
	UCP_MANIFEST_MTREE, /**< of all that is copied: the lines are made by core/inventory.h */
};

struct ucp_manifest;

/**
 * Create an empty manifest of one algorithm; NULL when out of memory.
 *
 * Owner:  ucp_manifest_free().
 */
struct ucp_manifest *ucp_manifest_new(enum ucp_digest_kind kind, enum ucp_manifest_format format);

/** Free a manifest; NULL is allowed. */
void ucp_manifest_free(struct ucp_manifest *man);

/**
 * Note one file; in mtree form anything.
 *
 * @path   relative to the root of the tree; copied
 * @value  its digest; copied. In mtree form its length may be 0, else all are of one length
 * @tag    kept for the caller in mtree form
 * Returns 0 or -ENOMEM.
 * Thread: one at a time.
 */
int ucp_manifest_add(struct ucp_manifest *man, const char *path,
		     const struct ucp_digest_value *value, uint8_t tag);

/** Whether a path is not to be given out. */
typedef bool ucp_manifest_out_fn(void *ctx, const char *path);

/** What was added of a path is not there any more, unless it is added again: 0 or -ENOMEM. */
int ucp_manifest_drop(struct ucp_manifest *man, const char *path);

/** Have paths left out for which fn says so, when they are given out; NULL ends that. ctx is borrowed. */
void ucp_manifest_leave_out(struct ucp_manifest *man, ucp_manifest_out_fn *fn, void *ctx);

/** Receives one path, its digest, both borrowed for the call, and tag; a negative return ends the walk. */
typedef int ucp_manifest_entry_fn(void *ctx, const char *path,
				  const struct ucp_digest_value *value, uint8_t tag);

/**
 * Give out every path once, sorted bytewise, with what was noted last.
 *
 * Returns 0, -ENOMEM, or what fn returned.
 */
int ucp_manifest_each(struct ucp_manifest *man, ucp_manifest_entry_fn *fn, void *ctx);

/** Receives one whole line, newline included; a negative return ends the walk. */
typedef int ucp_manifest_line_fn(void *ctx, const char *line, size_t len);

/**
 * Give out every line once, sorted bytewise by path; not in mtree form.
 *
 * A path with a newline or carriage
 * return has them as \n and \r, its backslashes as \\, and the line starts with a
 * backslash. A backslash alone stays as it is: readers undo escapes only on
 * lines that start with one, and xxhsum before 0.8.2 never does.
 * A path that was noted twice is given once, as noted last.
 * Returns 0, -ENOMEM, or what fn returned.
 * Source: xxhsum(1); sha256sum(1) on --tag and escaping.
 */
int ucp_manifest_lines(struct ucp_manifest *man, ucp_manifest_line_fn *fn, void *ctx);

/** Whether a text of 80 bytes, or less at its end, begins as the lines of a manifest do. */
bool ucp_manifest_looks_like(const char *text);

#endif
