/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#ifndef UCP_CORE_SYS_BENEATH_H
#define UCP_CORE_SYS_BENEATH_H

/**
 * Open a directory beneath a held one, following no symbolic link on the way or at the end.
 *
 * @dir    directory descriptor
 * @path   relative, of any length, with no ".." in it; "" opens dir once more
 * @flags  O_RDONLY or O_PATH; O_DIRECTORY and O_CLOEXEC are added
 * Returns a descriptor, or a negative errno:
 *   -ELOOP, -ENOTDIR  a symbolic link or another thing is where a directory should be
 *   -EXDEV            the path is absolute or leads up
 * Owner:  the caller owns the descriptor.
 * Source: openat2(2), RESOLVE_NO_SYMLINKS (Linux 5.6); before that, and where a
 *         container forbids it, every component is opened by itself.
 */
int ucp_beneath_open_dir(int dir, const char *path, int flags);

#endif
