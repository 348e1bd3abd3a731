/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* What a pair of filesystems can do, found out once and remembered. */
#ifndef UCP_CORE_FS_H
#define UCP_CORE_FS_H

#include <stdbool.h>
#include <stdint.h>

/** Answers to "does it work", learnt by trying. */
enum ucp_fs_can {
	UCP_FS_UNKNOWN,
	UCP_FS_YES,
	UCP_FS_NO,
};

/** One source and one destination filesystem. */
struct ucp_fs {
	uint64_t src_dev;
	uint64_t dst_dev;
	enum ucp_fs_can clone;   /**< FICLONE between the two */
	enum ucp_fs_can offload; /**< copy_file_range shares or stays on the server */
	bool size_is_true;       /**< source: st_size 0 means empty, unlike in /proc */
	bool reads_oddly;        /**< source: not to be read by a ring, see ucp_fs_reads_oddly() */
	bool tells_late;         /**< destination: closing it may tell what writing did not */
	bool nowait_is_fine;     /**< source: O_NONBLOCK does not turn reads into -EAGAIN */
};

/** A few pairs; the oldest is forgotten when a new one comes. */
struct ucp_fs_cache {
	struct ucp_fs pairs[8];
	uint32_t n_used;
	uint32_t next; /**< the one to overwrite */
};

/**
 * Look up a pair by devices, asking the kernel the first time.
 *
 * @src_fd, @dst_fd  any descriptors on them
 * Owner:  the cache; valid until the next call.
 */
struct ucp_fs *ucp_fs_get(struct ucp_fs_cache *cache, uint64_t src_dev, uint64_t dst_dev,
			  int src_fd, int dst_fd);

/**
 * Whether syncfs(2) makes all durable that was written to a filesystem, and tells errors.
 *
 * @fd  open, for reading or writing
 */
bool ucp_fs_syncs(int fd);

/** Whether each name, open and read may be a question to a server, or to another process. */
bool ucp_fs_is_far(int fd);

/** The same of what a path leads to, which may wait for a server: 1, 0, or a negative errno. */
int ucp_fs_is_far_at(const char *path);

/**
 * Whether a short read by a ring may be gone on with wrongly.
 *
 * FUSE with direct_io moves the position by itself, and then io_uring reads the
 * beginning again (seen up to Linux 6.18).
 */
bool ucp_fs_reads_oddly(int fd);

/**
 * Whether the page cache that a descriptor shows is not the one that its data is in.
 *
 * Of overlayfs it is that of the layer below; ZFS has one of its own.
 */
bool ucp_fs_hides_cache(int fd);

/** Whether data takes as much space as there is of it: it is neither compressed nor shared. */
bool ucp_fs_stores_plainly(int fd);

/** Whether a filesystem has permission bits of its own making: vfat and its like. */
bool ucp_fs_lacks_modes(int fd);

/**
 * Prepare an open regular file for reading all of it.
 *
 * @size  in bytes; 64 KiB or less needs no read-ahead
 * Returns whether it is to be read by plain calls: ucp_fs_reads_oddly().
 */
bool ucp_fs_ready_read(int fd, uint64_t size);

/** Whether a descriptor is on btrfs. */
bool ucp_fs_is_btrfs(int fd);

/**
 * Whether different names in a directory may be one file, as where case is ignored.
 *
 * True also where only a server knows.
 * @dir  an open directory
 */
bool ucp_fs_folds(int dir);

#endif
