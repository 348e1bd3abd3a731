/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* A tree against a list of paths, with digests or more: --check. */
#ifndef UCP_CORE_CHECK_H
#define UCP_CORE_CHECK_H

#include "core/compare.h"
#include "core/settings.h"
#include "hash/digest.h"
#include "hash/mtree.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** What became of a path. */
enum ucp_check_word {
	UCP_CHECK_OK,
	UCP_CHECK_CHANGED,     /**< other contents, or no regular file; or see what */
	UCP_CHECK_MISSING,
	UCP_CHECK_EXTRA,       /**< a regular file that is not in the list; of lists in mtree form,
	                            anything */
	UCP_CHECK_FAIL_OPEN,   /**< it could not be opened: see err */
	UCP_CHECK_FAIL_READ,   /**< it could not be read: see err */
	UCP_CHECK_FAIL_ACCESS, /**< a directory or name that could not be looked at: see err */
	UCP_CHECK_WORDS,       /**< how many there are */
};

/** One path and what became of it. */
struct ucp_check_finding {
	const char *path; /**< borrowed from the check; "." is the root */
	enum ucp_check_word word;
	int err;          /**< of a failure: a negative errno */
	uint32_t what;    /**< of what is changed, in mtree form: enum ucp_compare_bit, or-ed; else 0 */
};

/** What a run did. */
struct ucp_check_result {
	uint64_t bytes;    /**< read */
	uint64_t blind;    /**< files with contents that cannot be compared, as of another digest */
	bool lacks_engine; /**< the engine asked for cannot be had */
	bool is_broken;    /**< the engine failed: end the process, free nothing */
};

struct ucp_check;

/** An empty list; NULL when out of memory. Owner: ucp_check_free(). */
struct ucp_check *ucp_check_new(void);

/** Free a list and its findings; NULL is allowed. */
void ucp_check_free(struct ucp_check *check);

/**
 * Note what a path should be.
 *
 * @path   copied, without "." and doubled slashes in it
 * @value  copied
 * Returns 0, or a negative errno:
 *   -EXDEV   the path is absolute, or leads up by "..": it is never looked at
 *   -EINVAL  it names nothing
 *   -ENOMEM
 */
int ucp_check_add(struct ucp_check *check, const char *path, enum ucp_digest_kind kind,
		  const struct ucp_digest_value *value);

/** The list is in mtree form: it names not only regular files. */
void ucp_check_expect_all(struct ucp_check *check);

/**
 * Note what a path should be, by a line in mtree form: what has no keyword does not count.
 *
 * @spec  copied; its path may be "." too
 * Returns as ucp_check_add().
 */
int ucp_check_add_spec(struct ucp_check *check, const struct ucp_mtree_entry *spec);

/**
 * Look at the tree, and read all that is in the list.
 *
 * @root  borrowed: a directory
 * @self  the list itself, which is not extra where it is in the tree, and not compared but for owner
 *        and mode where it is listed; or NULL
 * Returns 0, or a negative errno when that could not be done at all.
 */
int ucp_check_run(struct ucp_check *check, const struct ucp_settings *set, int root,
		  const struct stat *self, struct ucp_check_result *ret_result);

/** Give out all findings of a run, sorted bytewise by path; a path has one, or failures beside. */
void ucp_check_each(const struct ucp_check *check,
		    void (*fn)(void *ctx, const struct ucp_check_finding *finding), void *ctx);

#endif
