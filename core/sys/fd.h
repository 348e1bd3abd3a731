/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#ifndef UCP_CORE_SYS_FD_H
#define UCP_CORE_SYS_FD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/**
 * Open a name relative to a held directory; O_CLOEXEC is always added.
 *
 * @dir    directory descriptor or AT_FDCWD
 * @name   the name, as in openat(2)
 * @flags  open flags
 * @mode   creation mode, used only with O_CREAT
 * Returns a descriptor, or a negative errno from openat(2), never -EINTR.
 * Owner:  the caller owns the descriptor.
 * Source: openat(2).
 */
int ucp_fd_openat(int dir, const char *name, int flags, mode_t mode);

/**
 * Open a directory to work in it: for reading, or as a path where that is refused.
 *
 * @flags  further ones, such as O_NOFOLLOW
 * Returns a descriptor, or a negative errno; what O_PATH cannot do, attr.h can.
 * Owner:  the caller owns the descriptor.
 */
int ucp_fd_open_dir(int dir, const char *name, int flags);

/**
 * Close a descriptor and report what the kernel says, which can be lost data.
 *
 * @fd  the descriptor, or -1 for none
 * Returns 0, or a negative errno; the descriptor is gone either way, and
 * -EINTR counts as success because Linux has released it by then.
 * Source: close(2), NOTES "Dealing with error returns from close()".
 */
int ucp_fd_close(int fd);

/** Close a descriptor that nothing was written to, and set it to -1. */
void ucp_fd_drop(int *fd);

/**
 * Status of a name relative to a held directory.
 *
 * @flags    AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH or 0
 * @ret_st   written only on success
 * Returns 0, or a negative errno from fstatat(2).
 */
int ucp_fd_statat(int dir, const char *name, int flags, struct stat *ret_st);

/** Status of an open descriptor: 0, or a negative errno from fstat(2). */
int ucp_fd_stat(int fd, struct stat *ret_st);

/**
 * The target of a symbolic link, of any length.
 *
 * @size      expected length in bytes (st_size), 0 when not known
 * @ret_text  a NUL-terminated copy
 * Returns 0, or a negative errno from readlinkat(2), or -ENOMEM.
 * Owner:  the caller frees *ret_text.
 */
int ucp_fd_readlinkat(int dir, const char *name, size_t size, char **ret_text);

/**
 * Have what was written handed on as close(2) would, without closing.
 *
 * Returns 0, or a negative errno: what FUSE, NFS and the like have kept to themselves so far.
 */
int ucp_fd_flush(int fd);

#endif
