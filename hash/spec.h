/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A manifest in mtree form, read line by line, whoever wrote it.
 *
 * It holds no more than the directory it is in, the values of /set, and a line
 * that goes on; what is in a manifest cannot make it grow beyond that.
 *
 * Source: mtree(5) of FreeBSD, NetBSD and libarchive; unvis(3).
 */
#ifndef UCP_HASH_SPEC_H
#define UCP_HASH_SPEC_H

#include "hash/mtree.h"

#include <stddef.h>

/** Longest line, in bytes, when it is put together from several. */
#define UCP_SPEC_LINE_MAX (4u << 20)

struct ucp_spec;

/** A line that is wrong: what is said of it, and of which part. */
struct ucp_spec_wrong {
	const char *what; /**< NULL when nothing is wrong */
	const char *part; /**< borrowed until the next line; NULL: the line as such */
	bool is_more;     /**< another part is wrong too */
};

/** Begin to read; NULL when out of memory. Owner: ucp_spec_free(). */
struct ucp_spec *ucp_spec_new(void);

/** Free a reader; NULL is allowed. */
void ucp_spec_free(struct ucp_spec *spec);

/** Whether a line with a NUL behind it is the first one of a manifest in mtree form, signature or not. */
bool ucp_spec_begins(const char *line);

/**
 * Take one line.
 *
 * @line       changed in place; line[len] is writable, and the newline is not part of it
 * @ret_entry  written only with 1; borrowed from the line or the reader, until the next
 * @ret_wrong  always written. With 1: a keyword that is not understood, and that the entry is
 *             without; the first one, if there are several
 * Returns 1 for an entry, 0 for a line that is none, or a negative errno:
 *   -EINVAL  the line cannot be read, see *ret_wrong
 *   -ENOMEM
 */
int ucp_spec_line(struct ucp_spec *spec, char *line, size_t len, struct ucp_mtree_entry *ret_entry,
		  struct ucp_spec_wrong *ret_wrong);

/** No line follows: whether the last one was to go on. */
bool ucp_spec_is_cut(const struct ucp_spec *spec);

#endif
