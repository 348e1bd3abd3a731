/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/extent.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool ucp_extent_may_have_holes(const struct stat *st)
{
	return st->st_size > 0 && (uint64_t)st->st_blocks < ((uint64_t)st->st_size + 511) / 512;
}

int64_t ucp_extent_next(int fd, uint64_t off, uint64_t size, uint64_t *ret_end)
{
	off_t data = lseek(fd, (off_t)off, SEEK_DATA);
	if (data < 0) {
		return errno == ENXIO ? (int64_t)size : -errno;
	}
	if ((uint64_t)data >= size) {
		return (int64_t)size;
	}
	off_t hole = lseek(fd, data, SEEK_HOLE);
	if (hole < 0) {
		/* ENXIO: the file was cut off between the two calls */
		hole = (off_t)size;
	}
	*ret_end = (uint64_t)hole < size ? (uint64_t)hole : size;
	return data;
}

/** Whether len bytes are all zero. */
static bool extent_is_zero(const uint8_t *buf, size_t len)
{
	/* The first 16 compared by hand, the rest with themselves, shifted. */
	size_t head = len < 16 ? len : 16;

	for (size_t i = 0; i < head; i++) {
		if (buf[i] != 0) {
			return false;
		}
	}
	return len <= 16 || memcmp(buf, buf + 16, len - 16) == 0;
}

/** Bytes from off on whose blocks are all zero, or all not. */
static size_t extent_run(const uint8_t *buf, size_t len, size_t block, bool zero)
{
	size_t at = 0;

	while (at < len) {
		size_t part = len - at < block ? len - at : block;
		if (extent_is_zero(buf + at, part) != zero) {
			break;
		}
		at += part;
	}
	return at;
}

size_t ucp_extent_split(const uint8_t *buf, size_t len, size_t block, size_t *ret_skip)
{
	size_t skip = extent_run(buf, len, block, true);

	*ret_skip = skip;
	return extent_run(buf + skip, len - skip, block, false);
}
