/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/cache.h"

#include "core/sys/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not in every header; the number is the same on all but alpha. */
#if !defined(SYS_cachestat) && !defined(__alpha__)
#define SYS_cachestat 451
#endif

enum {
	CACHE_VECTOR = 4096,      /* pages a look with mincore(2) */
	CACHE_INLINE = 64 * 1024, /* bytes: no filesystem keeps more with an inode */
};

int ucp_cache_look(int fd, struct ucp_cache_look *ret_look)
{
	struct statx stx;
	unsigned int mask = STATX_SIZE | STATX_BLOCKS;

#ifdef STATX_DIOALIGN
	mask |= STATX_DIOALIGN;
#endif
	if (UCP_RETRY(statx(fd, "", AT_EMPTY_PATH, mask, &stx)) != 0) {
		return -errno;
	}
	*ret_look = (struct ucp_cache_look){.size = stx.stx_size, .blocks = stx.stx_blocks};
#ifdef STATX_DIOALIGN
	if ((stx.stx_mask & STATX_DIOALIGN) != 0) {
		ret_look->align = stx.stx_dio_mem_align > stx.stx_dio_offset_align
					  ? stx.stx_dio_mem_align
					  : stx.stx_dio_offset_align;
	}
#endif
	return 0;
}

int ucp_cache_direct(int fd, bool on)
{
	return fcntl(fd, F_SETFL, on ? O_DIRECT : 0) == 0 ? 0 : -errno;
}

/** Pages that are cached, or a negative errno where cachestat(2) is not to be had. */
static int64_t cache_stat(int fd)
{
#ifdef SYS_cachestat
	const struct {
		uint64_t off;
		uint64_t len;
	} all = {0, 0}; /* to the end */
	struct {
		uint64_t nr_cache;
		uint64_t nr_dirty;
		uint64_t nr_writeback;
		uint64_t nr_evicted;
		uint64_t nr_recently_evicted;
	} stat = {0};

	if (syscall(SYS_cachestat, fd, &all, &stat, 0) != 0) {
		return -errno;
	}
	return (int64_t)stat.nr_cache;
#else
	(void)fd;
	return -ENOSYS;
#endif
}

/** The same by mapping the file piece by piece: 1, 0, or a negative errno. */
static int cache_core(int fd, uint64_t size)
{
	unsigned char pages[CACHE_VECTOR];
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	int found = 0;

	for (uint64_t off = 0; off < size && found == 0; off += CACHE_VECTOR * page) {
		uint64_t len = size - off < CACHE_VECTOR * page ? size - off : CACHE_VECTOR * page;
		void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, (off_t)off);
		if (map == MAP_FAILED) {
			return -errno;
		}
		if (mincore(map, len, pages) != 0) {
			found = -errno;
		}
		for (uint64_t i = 0; found == 0 && i < (len + page - 1) / page; i++) {
			found = pages[i] & 1;
		}
		(void)munmap(map, len); /* ours, just mapped */
	}
	return found;
}

uint64_t ucp_cache_holds(int fd)
{
	int64_t pages = cache_stat(fd);

	return pages > 0 ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

bool ucp_cache_may_hold(int fd)
{
	int64_t pages = cache_stat(fd);

	return pages > 0 || (pages < 0 && pages != -ENOSYS);
}

void ucp_cache_forget(int fd)
{
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* a hint */
}

bool ucp_cache_drop(int fd, uint64_t size)
{
	ucp_cache_forget(fd); /* what it did shows below */
	int64_t found = cache_stat(fd);
	if (found < 0) {
		found = cache_core(fd, size);
	}
	return found == 0;
}

bool ucp_cache_is_inline(int fd, uint64_t size)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extent;
	} ask = {.map = {.fm_length = UINT64_MAX, .fm_extent_count = 1}};

	return size > 0 && size <= CACHE_INLINE && ioctl(fd, FS_IOC_FIEMAP, &ask) == 0 &&
	       ask.map.fm_mapped_extents > 0 &&
	       (ask.extent.fe_flags & FIEMAP_EXTENT_DATA_INLINE) != 0;
}
