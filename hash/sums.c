/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/sums.h"

#include "hash/hex.h"
#include "hash/manifest.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/** Undo \n, \r and \\ in place; false when there is another escape, or half of one. */
static bool sums_unescape(char *path)
{
	char *to = path;

	for (; *path != '\0'; path++) {
		char c = *path;
		if (c == '\\') {
			path++;
			c = *path == 'n' ? '\n' : *path == 'r' ? '\r' : *path == '\\' ? '\\' : '\0';
			if (c == '\0') {
				return false;
			}
		}
		*to++ = c;
	}
	*to = '\0';
	return true;
}

/** Where the last ") = " of a text of len bytes begins, or NULL. */
static char *sums_last_close(char *text, size_t len)
{
	for (size_t at = len; at >= 4; at--) {
		if (memcmp(text + at - 4, ") = ", 4) == 0) {
			return text + at - 4;
		}
	}
	return NULL;
}

/** The tag that a line begins with, which *ret_path goes behind: its algorithm, or none. */
static enum ucp_digest_kind sums_tag(char *line, char **ret_path)
{
	for (int kind = UCP_DIGEST_NONE + 1; kind < UCP_DIGEST_KINDS; kind++) {
		const char *tag = ucp_digest_tag((enum ucp_digest_kind)kind);
		size_t n = strlen(tag);
		if (strncmp(line, tag, n) == 0 && strncmp(line + n, " (", 2) == 0) {
			*ret_path = line + n + 2;
			return (enum ucp_digest_kind)kind;
		}
	}
	return UCP_DIGEST_NONE;
}

/** "TAG (path) = digits" of len bytes: whether it is that. */
static bool sums_parse_bsd(char *line, size_t len, struct ucp_sums_line *to)
{
	char *path = NULL;

	to->kind = sums_tag(line, &path);
	if (to->kind == UCP_DIGEST_NONE) {
		return false;
	}
	to->value.len = ucp_digest_len(to->kind);
	char *close = sums_last_close(path, len - (size_t)(path - line));
	if (close == NULL || strlen(close + 4) != 2 * (size_t)to->value.len ||
	    !ucp_hex_parse(close + 4, to->value.len, to->value.bytes)) {
		return false;
	}
	*close = '\0';
	to->path = path;
	return true;
}

/** "digits  path" or "digits *path": whether it is that. */
static bool sums_parse_gnu(char *line, enum ucp_digest_kind hint, struct ucp_sums_line *to)
{
	bool is_xxh3 = strncmp(line, UCP_MANIFEST_XXH3, strlen(UCP_MANIFEST_XXH3)) == 0;

	line += is_xxh3 ? strlen(UCP_MANIFEST_XXH3) : 0;
	size_t n = strspn(line, "0123456789abcdefABCDEF");
	switch (n) {
	case 16:
		to->kind = is_xxh3 || hint == UCP_DIGEST_XXH3 ? UCP_DIGEST_XXH3 : UCP_DIGEST_XXH64;
		break;
	case 32:
		to->kind = UCP_DIGEST_XXH128;
		break;
	case 64:
		to->kind = UCP_DIGEST_SHA256;
		break;
	default:
		return false;
	}
	if ((is_xxh3 && n != 16) || line[n] != ' ' || (line[n + 1] != ' ' && line[n + 1] != '*')) {
		return false;
	}
	to->value.len = (uint8_t)(n / 2);
	to->path = line + n + 2;
	return ucp_hex_parse(line, n / 2, to->value.bytes);
}

int ucp_sums_parse(char *line, size_t len, enum ucp_digest_kind hint,
		   struct ucp_sums_line *ret_line)
{
	struct ucp_sums_line found = {0};

	if (len > 0 && line[len - 1] == '\r') {
		len--; /* a file that was edited elsewhere; a path's own \r is escaped */
	}
	line[len] = '\0';
	if (memchr(line, '\0', len) != NULL) {
		return -EINVAL;
	}
	if (line[strspn(line, " \t")] == '\0' || line[0] == '#') {
		return 0;
	}
	bool is_escaped = line[0] == '\\';
	line += is_escaped;
	len -= is_escaped;
	if (!sums_parse_bsd(line, len, &found) && !sums_parse_gnu(line, hint, &found)) {
		return -EINVAL;
	}
	char *path = line + (found.path - line); /* the same, to be written to */
	if (path[0] == '\0' || (is_escaped && !sums_unescape(path))) {
		return -EINVAL;
	}
	*ret_line = found;
	return ucp_digest_is_had(found.kind) ? 1 : -EOPNOTSUPP;
}
