/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * From the path of an archive's entry to the directory that it goes into.
 *
 * The way goes down from the target, one component at a time, each opened in the one
 * before without following a symbolic link. A symbolic link that is there is read, and
 * followed as a way of its own by the same rules; one that is absolute, or leads above the
 * target, is refused. So nothing that an archive holds, and nothing that somebody does to the
 * target meanwhile, makes a name be opened outside of what was reached in this way.
 *
 * openat2(2) with RESOLVE_BENEATH gives the same, but knows no directories that are missing, and
 * would resolve from the top for each file: here a directory that has been reached stays so.
 *
 * Thread: the decoder's.
 */
#ifndef UCP_CORE_DESCENT_H
#define UCP_CORE_DESCENT_H

#include "core/dir.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ucp_attrs;
struct ucp_descent;
struct ucp_worker;

/**
 * Begin at the target.
 *
 * @base  the target, from ucp_dir_new_base()
 * Returns 0, or a negative errno, told unless it is -ENOMEM.
 * Owner: ucp_descent_end(), then ucp_descent_free().
 */
int ucp_descent_new(struct ucp_worker *w, struct ucp_dir *base, struct ucp_descent **ret_descent);

/** What is wrong with a path, or with the way. */
enum ucp_descent_fault {
	UCP_DESCENT_ERRNO,  /**< see the errno */
	UCP_DESCENT_UP,     /**< ".." in the path */
	UCP_DESCENT_OUT,    /**< a symbolic link leads out of the target */
	UCP_DESCENT_TOLD,
};

/** Where a path leads. */
struct ucp_descent_place {
	struct ucp_dir *dir;  /**< borrowed until the end: what the last component is in */
	const char *name;     /**< borrowed until the next call: that; "" for the target itself */
	enum ucp_descent_fault fault; /**< written on failure */
};

/**
 * Find the directory of an entry.
 *
 * @path   as the archive has it; slashes before it are dropped
 * @strip  components to leave out at the front
 * @makes  directories on the way that are missing
 * Returns 1; 0 when strip leaves nothing; or a negative errno, with a fault.
 */
int ucp_descent_find(struct ucp_descent *descent, const char *path, uint32_t strip, bool makes,
		     struct ucp_descent_place *ret_place);

/**
 * Enter a directory that is an entry itself, making it if it is missing.
 *
 * @st, @attrs  what it is to have in the end
 * Returns 0, or a negative errno, with a fault: -ENOTDIR when something else is there.
 */
int ucp_descent_enter(struct ucp_descent *descent, struct ucp_descent_place *place,
		      const struct stat *st, const struct ucp_attrs *attrs);

/** Nothing more comes: workers finish the directories. */
void ucp_descent_end(struct ucp_descent *descent);

/** Free it; NULL is allowed. */
void ucp_descent_free(struct ucp_descent *descent);

#endif
