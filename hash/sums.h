/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* A line of a manifest, whoever wrote it, taken apart. */
#ifndef UCP_HASH_SUMS_H
#define UCP_HASH_SUMS_H

#include "hash/digest.h"

/** What a line says. */
struct ucp_sums_line {
	const char *path; /**< borrowed from the line: escapes undone, as it is otherwise; not empty */
	enum ucp_digest_kind kind;
	struct ucp_digest_value value;
};

/**
 * Read one line, of the BSD or the GNU form.
 *
 * @line  changed in place; line[len] is writable, and the newline is not part of it
 * @hint  what 16 digits without a tag are: XXH3, else XXH64
 * Returns 1, 0 for a blank line or a comment ("#"), or a negative errno:
 *   -EINVAL      not a line of a manifest
 *   -EOPNOTSUPP  one, written to ret_line, but of an algorithm that cannot be had
 * Source: xxhsum(1), sha256sum(1); ucp-manifest(5).
 */
int ucp_sums_parse(char *line, size_t len, enum ucp_digest_kind hint,
		   struct ucp_sums_line *ret_line);

#endif
