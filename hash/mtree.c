/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/mtree.h"

#include "hash/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MTREE_FIXED = 320 }; /* bytes that all keywords with numbers need at most, and the digest */

/** Whether a byte stands for itself: what vis(3) leaves alone with all its flags for mtree. */
static bool mtree_is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && strchr("\\#=*?[\"'`$&;|<>(){}!~", c) == NULL;
}

/** Copy a text, with all that is not plain as \ooo: the end of what was written. */
static char *mtree_escape(char *to, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (mtree_is_plain(c)) {
			*to++ = (char)c;
		} else {
			*to++ = '\\';
			*to++ = (char)('0' + (c >> 6));
			*to++ = (char)('0' + (c >> 3 & 7));
			*to++ = (char)('0' + (c & 7));
		}
	}
	return to;
}

/** The word for a type. */
static const char *mtree_type(mode_t type)
{
	switch (type) {
	case S_IFDIR:
		return "dir";
	case S_IFLNK:
		return "link";
	case S_IFIFO:
		return "fifo";
	case S_IFCHR:
		return "char";
	case S_IFBLK:
		return "block";
	case S_IFSOCK:
		return "socket";
	default:
		return "file";
	}
}

size_t ucp_mtree_room(const struct ucp_mtree_entry *entry)
{
	bool has_link = (entry->keys & UCP_MTREE_LINK) != 0;

	return (strlen(entry->path) + (has_link ? strlen(entry->link) : 0)) * 4 + MTREE_FIXED;
}

size_t ucp_mtree_format(const struct ucp_mtree_entry *entry, char *text)
{
	uint32_t keys = entry->keys;
	bool is_root = entry->path[0] == '\0' || strcmp(entry->path, ".") == 0;
	char *at = stpcpy(text, is_root ? "." : "./");

	at = is_root ? at : mtree_escape(at, entry->path);
	if ((keys & UCP_MTREE_TYPE) != 0) {
		at += sprintf(at, " type=%s", mtree_type(entry->type));
	}
	if ((keys & UCP_MTREE_MODE) != 0) {
		at += sprintf(at, " mode=%04o", (unsigned)entry->mode & 07777);
	}
	if ((keys & UCP_MTREE_UID) != 0) {
		at += sprintf(at, " uid=%" PRIuMAX, (uintmax_t)entry->uid);
	}
	if ((keys & UCP_MTREE_GID) != 0) {
		at += sprintf(at, " gid=%" PRIuMAX, (uintmax_t)entry->gid);
	}
	if ((keys & UCP_MTREE_SIZE) != 0) {
		at += sprintf(at, " size=%" PRIu64, entry->size);
	}
	if ((keys & UCP_MTREE_TIME) != 0) {
		at += sprintf(at, " time=%" PRId64 ".%09" PRIu32, entry->sec, entry->nsec);
	}
	if ((keys & UCP_MTREE_DEVICE) != 0) {
		at += sprintf(at, " device=native,%" PRIu32 ",%" PRIu32, entry->major, entry->minor);
	}
	if ((keys & UCP_MTREE_LINK) != 0) {
		at = mtree_escape(stpcpy(at, " link="), entry->link);
	}
	if ((keys & UCP_MTREE_SHA256) != 0) {
		at = stpcpy(at, " sha256digest=");
		ucp_hex_format(entry->digest.bytes, entry->digest.len, at);
		at += (size_t)entry->digest.len * 2;
	}
	*at++ = '\n';
	return (size_t)(at - text);
}

bool ucp_mtree_has_signature(const char *text)
{
	size_t len = strlen(UCP_MTREE_SIGNATURE);

	return strncmp(text, UCP_MTREE_SIGNATURE, len) == 0 &&
	       (text[len] == '\0' || strchr(" \t\r\n", text[len]) != NULL);
}
