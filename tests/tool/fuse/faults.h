/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The rules of faultfs: which operation on which file goes wrong, and how.
 *
 * A rule is a line of words:
 *
 *     OPERATION GLOB FAULT [WORD]...
 *
 * OPERATION is one of
 *     getattr open create read write fsync close rename unlink mkdir rmdir link symlink mknod
 *     readlink truncate allocate chmod chown utimens setxattr getxattr listxattr removexattr
 *     opendir readdir fsyncdir statfs seek
 * GLOB is matched against the path below the mount point, without a slash in front; its * matches
 * slashes too. An open file goes by the name it was opened by. A rename and a link go by both of
 * their names.
 *
 * FAULT is one of
 *     fail=ERRNO  the operation fails, as in fail=EIO; reads and writes: those that touch at=N
 *     short=N     a read or write moves at most N bytes (mount with -o direct_io)
 *     full=N      a write that would make more than N bytes, in all files of this rule together,
 *                 fails with ENOSPC
 *     flip        one bit of what is written or read is another, in silence
 *     slow=MS     the operation takes so many milliseconds more
 *     grow=N      behind a read N bytes are appended to the file
 *     shrink=N    behind a read the file is cut to N bytes
 *     rewrite     behind a read each byte of the file becomes another
 *
 * WORD is one of
 *     at=N        fail, flip: the offset of a byte; grow, shrink, rewrite: once it has been read
 *     bit=N       flip: 0 to 7; else chosen by seed and path
 *     seed=N      flip without at=N: the byte is chosen by this number and the path, within the
 *                 first read or write of the file, and stays the same byte
 *     once        flip: a second time the same file is spared
 *     skip=N      the first N times it would strike it does not
 *     times=N     it strikes at most so often; default: 1 for grow, shrink and rewrite, else 0,
 *                 which is without end
 *     nth=N       only in the file that was the Nth to be created since the rules were set, and
 *                 only through the descriptor that created it
 */
#ifndef UCP_TESTS_TOOL_FUSE_FAULTS_H
#define UCP_TESTS_TOOL_FUSE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Operations that can go wrong, in the order of their names in faults.c. */
enum faults_op {
	FAULTS_GETATTR,
	FAULTS_OPEN,
	FAULTS_CREATE,
	FAULTS_READ,
	FAULTS_WRITE,
	FAULTS_FSYNC,
	FAULTS_CLOSE,
	FAULTS_RENAME,
	FAULTS_UNLINK,
	FAULTS_MKDIR,
	FAULTS_RMDIR,
	FAULTS_LINK,
	FAULTS_SYMLINK,
	FAULTS_MKNOD,
	FAULTS_READLINK,
	FAULTS_TRUNCATE,
	FAULTS_ALLOCATE,
	FAULTS_CHMOD,
	FAULTS_CHOWN,
	FAULTS_UTIMENS,
	FAULTS_SETXATTR,
	FAULTS_GETXATTR,
	FAULTS_LISTXATTR,
	FAULTS_REMOVEXATTR,
	FAULTS_OPENDIR,
	FAULTS_READDIR,
	FAULTS_FSYNCDIR,
	FAULTS_STATFS,
	FAULTS_SEEK,
	FAULTS_N_OPS,
};

/** What is to become of a file that was read from. */
enum faults_change {
	FAULTS_KEEP,
	FAULTS_GROW,
	FAULTS_SHRINK,
	FAULTS_REWRITE,
};

/** A read or write: the caller fills all but len, which it may find smaller afterwards. */
struct faults_io {
	enum faults_op op; /**< FAULTS_READ or FAULTS_WRITE */
	const char *path;  /**< as the file was opened */
	uint64_t nth;      /**< faults_created() of this descriptor, or 0 */
	uint64_t off;      /**< bytes */
	size_t len;        /**< bytes */
};

/**
 * Take these rules in the place of all others, and count from the beginning.
 *
 * @text  lines; empty ones, and those that begin with #, say nothing
 * Returns 0, or a negative errno; then the old rules stay:
 *   -EINVAL  a line is no rule
 *   -ENOMEM
 */
int faults_set(const char *text);

/**
 * The rules as text, each with the number of times it has struck in front, or NULL without memory.
 * Owner: the caller.
 */
char *faults_get(void);

/** The number of a file that has just been created, from 1. */
uint64_t faults_created(void);

/** Wait as long as the rules say: 0, or the negative errno with which the operation is to fail. */
int faults_strike(enum faults_op op, const char *path);

/** The same for a read or write, whose length may be cut. */
int faults_strike_io(struct faults_io *io);

/** Flip bits in the io->len bytes that were read or are to be written. */
void faults_flip(const struct faults_io *io, char *buf);

/** What becomes of a file after io->len bytes were read; ret_size is set unless FAULTS_KEEP. */
enum faults_change faults_change(const struct faults_io *io, uint64_t *ret_size);

#endif
