/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* The page cache of an open file: getting past it, and how much of it there is. */
#ifndef UCP_CORE_SYS_CACHE_H
#define UCP_CORE_SYS_CACHE_H

#include <stdbool.h>
#include <stdint.h>

/** What a look at an open file before reading it back found. */
struct ucp_cache_look {
	uint64_t size;    /**< bytes */
	uint64_t blocks;  /**< of 512 bytes, allocated */
	uint32_t align;   /**< bytes: what O_DIRECT wants of offsets and lengths; 0 where it is not
	                       to be had for this file, or nobody says so */
};

/**
 * Look at size and direct I/O of a file.
 *
 * Returns 0, or a negative errno.
 * Source: statx(2), STATX_DIOALIGN (Linux 6.1).
 */
int ucp_cache_look(int fd, struct ucp_cache_look *ret_look);

/**
 * Switch O_DIRECT of a descriptor on or off: 0, or a negative errno.
 *
 * Other status flags that open(2) set are cleared.
 */
int ucp_cache_direct(int fd, bool on);

/**
 * Bytes of a file that are in the page cache; 0 also where nobody says.
 *
 * Source: cachestat(2) (Linux 6.5).
 */
uint64_t ucp_cache_holds(int fd);

/**
 * Whether something of a file may be in the page cache, so that others may use it.
 *
 * Before Linux 6.5, where nobody says: no. Where it is not for us to know, as of the files of
 * others: yes. Source: cachestat(2).
 */
bool ucp_cache_may_hold(int fd);

/** Have the kernel drop what is cached of a file, as far as it is on the medium; writing of the rest begins. */
void ucp_cache_forget(int fd);

/**
 * Drop what is cached of a file; only what is on the medium already goes.
 *
 * Returns whether nothing is left, so that the next read comes from further away.
 * @size  of the file, in bytes
 * Source: posix_fadvise(2); cachestat(2) (Linux 6.5), else mincore(2).
 */
bool ucp_cache_drop(int fd, uint64_t size);

/**
 * Whether the data of a small file is kept with its inode, where no page cache shows it.
 *
 * Source: FS_IOC_FIEMAP; FIEMAP_EXTENT_DATA_INLINE.
 */
bool ucp_cache_is_inline(int fd, uint64_t size);

#endif
