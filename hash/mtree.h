/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * An entry of a manifest in mtree form, and its line. Reading is in spec.h.
 *
 * Source: mtree(5) of FreeBSD and of libarchive; vis(3) for what is escaped, and how.
 */
#ifndef UCP_HASH_MTREE_H
#define UCP_HASH_MTREE_H

#include "hash/digest.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** The first line. */
#define UCP_MTREE_SIGNATURE "#mtree"

/** Keywords of an entry, or-ed. */
enum ucp_mtree_key {
	UCP_MTREE_TYPE = 1 << 0,
	UCP_MTREE_MODE = 1 << 1,
	UCP_MTREE_UID = 1 << 2,
	UCP_MTREE_GID = 1 << 3,
	UCP_MTREE_SIZE = 1 << 4,
	UCP_MTREE_TIME = 1 << 5,
	UCP_MTREE_LINK = 1 << 6,
	UCP_MTREE_DEVICE = 1 << 7,
	UCP_MTREE_SHA256 = 1 << 8,
	UCP_MTREE_OTHER = 1 << 9,     /**< a digest of the contents that ucp cannot compute */
	UCP_MTREE_OPTIONAL = 1 << 10, /**< it may be missing */
	UCP_MTREE_NOCHANGE = 1 << 11, /**< it is there, and nothing else counts */
	UCP_MTREE_IGNORE = 1 << 12,   /**< what is below it does not count */
};

/** What is said of a path; what is not among the keys means nothing. */
struct ucp_mtree_entry {
	const char *path;  /**< borrowed: relative to the root */
	uint32_t keys;     /**< enum ucp_mtree_key */
	mode_t type;       /**< S_IFREG and so on */
	mode_t mode;       /**< the twelve permission bits */
	uid_t uid;
	gid_t gid;
	uint64_t size;     /**< bytes */
	int64_t sec;       /**< time of modification: seconds since 1970 */
	uint32_t nsec;     /**< and nanoseconds */
	bool has_nsec;     /**< which count: they are not 0, or there were nine digits */
	uint32_t major;    /**< of a device */
	uint32_t minor;
	const char *link;  /**< borrowed: target of a symbolic link */
	struct ucp_digest_value digest; /**< SHA-256 of the contents */
};

/** Bytes that suffice for the line of an entry. */
size_t ucp_mtree_room(const struct ucp_mtree_entry *entry);

/** Write an entry as a line, newline included, into text, which has room for it: its length. */
size_t ucp_mtree_format(const struct ucp_mtree_entry *entry, char *text);

/** Whether a text begins with the signature. */
bool ucp_mtree_has_signature(const char *text);

#endif
