/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Two trees, or two other things, with each other: --compare. */
#ifndef UCP_CORE_COMPARE_H
#define UCP_CORE_COMPARE_H

#include "core/settings.h"

#include <stdbool.h>
#include <stdint.h>

/** What differs, or-ed; in the order in which it is told. */
enum ucp_compare_bit {
	UCP_COMPARE_MISSING = 1 << 0, /**< only the source has it */
	UCP_COMPARE_EXTRA = 1 << 1,   /**< only the destination has it */
	UCP_COMPARE_TYPE = 1 << 2,    /**< and nothing else was compared */
	UCP_COMPARE_SIZE = 1 << 3,    /**< of regular files, whose contents were not read then */
	UCP_COMPARE_CONTENT = 1 << 4,
	UCP_COMPARE_TARGET = 1 << 5,  /**< of symbolic links */
	UCP_COMPARE_DEVICE = 1 << 6,
	UCP_COMPARE_MODE = 1 << 7,    /**< the twelve permission bits; not of symbolic links */
	UCP_COMPARE_OWNER = 1 << 8,   /**< user or group */
	UCP_COMPARE_TIME = 1 << 9,    /**< of modification, in nanoseconds */
	UCP_COMPARE_LINKS = 1 << 10,  /**< which names are one file */
	UCP_COMPARE_XATTR = 1 << 11,  /**< extended attributes and ACLs */
};

/** What could not be done. */
enum ucp_compare_fail {
	UCP_COMPARE_FINE,
	UCP_COMPARE_FAIL_STAT,
	UCP_COMPARE_FAIL_ACCESS,   /**< a directory */
	UCP_COMPARE_FAIL_OPEN,
	UCP_COMPARE_FAIL_READ,
	UCP_COMPARE_FAIL_READLINK,
	UCP_COMPARE_FAIL_XATTRS,
};

/** What is to be said about one path. */
struct ucp_compare_finding {
	const char *path;           /**< borrowed: from the operands on; "" is the operand itself */
	uint32_t what;              /**< enum ucp_compare_bit, or-ed; 0: nothing differs */
	const char *attrs;          /**< borrowed: names of attributes, each with a NUL, and one NUL
	                                 more; NULL without UCP_COMPARE_XATTR */
	enum ucp_compare_fail fail; /**< what could not be done, so that what may lack something */
	int side;                   /**< where, if it failed */
	int err;                    /**< a negative errno, if it failed */
};

/** What a run did. */
struct ucp_compare_result {
	uint64_t n_entries; /**< paths that both sides have */
	uint64_t bytes;     /**< read, on both sides */
	bool are_trees;     /**< both operands are directories */
	bool lacks_engine;  /**< the engine asked for cannot be had */
	bool is_broken;     /**< the engine failed: end the process, free nothing */
};

struct ucp_compare;

/** Prepare; NULL when out of memory. @set is borrowed. Owner: ucp_compare_free(). */
struct ucp_compare *ucp_compare_new(const struct ucp_settings *set);

/** Free all findings; NULL is allowed. */
void ucp_compare_free(struct ucp_compare *cmp);

/**
 * Compare two operands, following these if they are symbolic links, and nothing below.
 *
 * Type, contents, targets and device numbers are compared always; of modes,
 * owners, times, hard links, attributes what the settings would keep.
 * Returns 0, or a negative errno when that could not be done at all.
 */
int ucp_compare_run(struct ucp_compare *cmp, const char *const operands[2],
		    struct ucp_compare_result *ret_result);

/**
 * Give out findings, sorted bytewise by path: what differs or failed; with tell_copied set, what is
 * the same too.
 */
void ucp_compare_each(const struct ucp_compare *cmp,
		      void (*fn)(void *ctx, const struct ucp_compare_finding *finding), void *ctx);

#endif
