/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* One name in a directory against what a line in mtree form says of it, but for its contents. */
#ifndef UCP_CORE_INSPECT_H
#define UCP_CORE_INSPECT_H

#include "hash/mtree.h"

#include <stdint.h>

/**
 * Compare what the entry has keywords for. Nothing is followed or opened.
 *
 * Of another type, that is all that is said; where none is given, keywords that only one can have
 * give it. A time without nine digits of nanoseconds is compared in seconds.
 * @dir       borrowed: the directory
 * @ret_what  written only with 0: enum ucp_compare_bit, or-ed
 * Returns 0, or a negative errno when it cannot be looked at.
 */
int ucp_inspect(const struct ucp_mtree_entry *entry, int dir, const char *name,
		uint32_t *ret_what);

#endif
