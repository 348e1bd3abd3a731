/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Something new in the place of a name that is taken, in one step: it is made
 * under a temporary name beside it and renamed, so that what was there stays when
 * that fails, and there is no moment without either.
 *
 * Temporary names are .ucp- and eight hexadecimal digits.
 */
#ifndef UCP_CORE_REPLACE_H
#define UCP_CORE_REPLACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** What a name is to become. */
struct ucp_replacement {
	mode_t type;      /**< S_IFREG: a hard link; S_IFLNK; else a special file */
	const char *from; /**< the file that gets one more name, or the target of a symlink */
	int from_dir;     /**< hard links: what from is relative to */
	int flags;        /**< hard links: as for linkat(2) */
	mode_t mode;      /**< special files: permission bits */
	dev_t rdev;       /**< special files */
};

/**
 * Make the new one beside a name.
 *
 * @dir, @name  the name to be replaced, perhaps a path
 * @ret_tmp     the temporary name, relative to dir
 * Returns 0, or a negative errno.
 * Owner: the caller, until ucp_replace_end().
 */
int ucp_replace_begin(const struct ucp_replacement *what, int dir, const char *name,
		      char **ret_tmp);

/** Put it in the place of the name, and free its own: 0, or a negative errno, with it removed. */
int ucp_replace_end(int dir, char *tmp, const char *name);

/** Both in one: 0, or a negative errno. */
int ucp_replace(const struct ucp_replacement *what, int dir, const char *name);

/** Whether a name is one of these temporary ones. */
bool ucp_replace_is_temp(const char *name);

/** Whether nobody holds an open temporary, so far as this can be told; when not, false. */
bool ucp_replace_is_free(int fd);

/**
 * Open a new file beside a name, under a temporary one, and lock it.
 *
 * @flags    of open(2); O_CREAT and O_EXCL are added
 * @ret_tmp  as above
 * Returns a descriptor, or a negative errno.
 */
int ucp_replace_open(int dir, const char *name, int flags, mode_t mode, char **ret_tmp);

#endif
