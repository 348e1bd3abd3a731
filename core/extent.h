/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Where the data of a file is. */
#ifndef UCP_CORE_EXTENT_H
#define UCP_CORE_EXTENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/stat.h>

/** Whether a file may have holes: fewer blocks than its size needs. */
bool ucp_extent_may_have_holes(const struct stat *st);

/**
 * The next stretch of data.
 *
 * @off      where to look from, in bytes
 * @size     end of the file, in bytes
 * @ret_end  end of the stretch, at most size
 * Returns its start, size when only a hole is left, or a negative errno:
 *   -EINVAL, -EOPNOTSUPP  this filesystem cannot tell
 * Source: lseek(2), SEEK_DATA; it moves the file offset, which nobody here uses.
 */
int64_t ucp_extent_next(int fd, uint64_t off, uint64_t size, uint64_t *ret_end);

/**
 * Split a buffer into zeros and the rest.
 *
 * @buf, @len  what to look at
 * @block      granularity in bytes: shorter runs of zeros count as data
 * @ret_skip   bytes of zeros at the start, a multiple of block or len
 * Returns the bytes of data that follow them.
 */
size_t ucp_extent_split(const uint8_t *buf, size_t len, size_t block, size_t *ret_skip);

#endif
