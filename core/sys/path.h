/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Paths as text. Slashes at the end of one are not part of its last component. */
#ifndef UCP_CORE_SYS_PATH_H
#define UCP_CORE_SYS_PATH_H

#include <stddef.h>

/**
 * The last component of a path.
 *
 * @ret_len  its bytes, without the slashes behind it; 0 for "" and "/"
 * Returns where in the path it begins.
 */
const char *ucp_path_last(const char *path, size_t *ret_len);

/**
 * The directory that the last component of a path is in: "a/b/" gives "a/", "b" gives ".".
 *
 * Returns a string the caller frees, or NULL when out of memory.
 */
char *ucp_path_dir(const char *path);

/**
 * Copy a path without what says nothing: "./a//b/." gives "a/b", and "." gives "".
 *
 * @to  has room for as much as path
 * Returns 0, or -EXDEV when the path is absolute or has ".." in it.
 */
int ucp_path_tidy(char *to, const char *path);

#endif
