/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/fs.h"

#include "core/sys/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

/* Not in every linux/magic.h. */
#define FS_XFS_MAGIC 0x58465342
#define FS_CIFS_MAGIC 0xff534d42
#define FS_SMB2_MAGIC 0xfe534d42
#define FS_ZFS_MAGIC 0x2fc12fc1
#define FS_NTFS_MAGIC 0x5346544e
#define FS_NTFS3_MAGIC 0x7366746e
#define FS_HFS_MAGIC 0x4244
#define FS_HFSPLUS_MAGIC 0x482b
#define FS_VBOXSF_MAGIC 0x786f4256
#define FS_CEPH_MAGIC 0x00c36400
#define FS_LUSTRE_MAGIC 0x0bd00bd0
#ifndef EXFAT_SUPER_MAGIC
#define EXFAT_SUPER_MAGIC 0x2011bab0
#endif
#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif
#define FS_BCACHEFS_MAGIC 0xca451a4e

enum { FS_READ_AHEAD = 64 * 1024 }; /* bytes that need none */

/** The type of a filesystem, or 0. */
static uint64_t fs_type(int fd)
{
	struct statfs sfs;

	return fstatfs(fd, &sfs) == 0 ? (uint64_t)(uint32_t)sfs.f_type : 0;
}

/** Where copy_file_range(2) shares extents or stays on the server; elsewhere chains do better. */
static bool fs_offloads(uint64_t type)
{
	switch (type) {
	case BTRFS_SUPER_MAGIC:
	case FS_BCACHEFS_MAGIC:
	case NFS_SUPER_MAGIC:
	case FS_CIFS_MAGIC:
	case FS_SMB2_MAGIC:
	case FS_ZFS_MAGIC:
		return true;
	default:
		return false;
	}
}

/** Where an empty st_size is the truth. */
static bool fs_size_is_true(uint64_t type)
{
	switch (type) {
	case EXT4_SUPER_MAGIC: /* ext2 and ext3 as well */
	case FS_XFS_MAGIC:
	case BTRFS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case FS_BCACHEFS_MAGIC:
		return true;
	default:
		return false;
	}
}

/** Where buffered reads support IOCB_NOWAIT, so that O_NONBLOCK stays without effect. */
static bool fs_nowait_is_fine(uint64_t type)
{
	return type == EXT4_SUPER_MAGIC || type == FS_XFS_MAGIC || type == BTRFS_SUPER_MAGIC;
}

bool ucp_fs_syncs(int fd)
{
	switch (fs_type(fd)) {
	case EXT4_SUPER_MAGIC:
	case FS_XFS_MAGIC:
	case BTRFS_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case TMPFS_MAGIC: /* as durable as it gets */
		return true;
	default:
		/* FUSE does not pass it on; what servers make of it is not known. */
		return false;
	}
}

/** Where each name, open and read may be a question to a server, or to another process. */
static bool fs_is_far(uint64_t type)
{
	switch (type) {
	case NFS_SUPER_MAGIC:
	case FS_CIFS_MAGIC:
	case FS_SMB2_MAGIC:
	case SMB_SUPER_MAGIC:
	case V9FS_MAGIC:
	case FS_CEPH_MAGIC:
	case FS_LUSTRE_MAGIC:
	case AFS_FS_MAGIC:
	case AFS_SUPER_MAGIC:
	case FUSE_SUPER_MAGIC:
	case FS_VBOXSF_MAGIC:
		return true;
	default:
		return false;
	}
}

bool ucp_fs_is_far(int fd)
{
	return fs_is_far(fs_type(fd));
}

int ucp_fs_is_far_at(const char *path)
{
	struct statfs sfs;

	return UCP_RETRY(statfs(path, &sfs)) == 0 ? fs_is_far((uint64_t)(uint32_t)sfs.f_type)
						  : -errno;
}

bool ucp_fs_reads_oddly(int fd)
{
	return fs_type(fd) == FUSE_SUPER_MAGIC;
}

bool ucp_fs_hides_cache(int fd)
{
	uint64_t type = fs_type(fd);

	return type == OVERLAYFS_SUPER_MAGIC || type == FS_ZFS_MAGIC;
}

bool ucp_fs_stores_plainly(int fd)
{
	uint64_t type = fs_type(fd);

	return type == EXT4_SUPER_MAGIC || type == FS_XFS_MAGIC || type == TMPFS_MAGIC;
}

bool ucp_fs_lacks_modes(int fd)
{
	switch (fs_type(fd)) {
	case MSDOS_SUPER_MAGIC:
	case EXFAT_SUPER_MAGIC:
	case FS_NTFS_MAGIC:
	case FS_NTFS3_MAGIC:
	case FS_HFS_MAGIC:
	case FS_CIFS_MAGIC:
	case FS_SMB2_MAGIC:
		return true;
	default:
		return false;
	}
}

bool ucp_fs_ready_read(int fd, uint64_t size)
{
	uint64_t type = fs_type(fd);

	if (!fs_nowait_is_fine(type)) {
		(void)fcntl(fd, F_SETFL, 0); /* opened O_NONBLOCK: now it would only give -EAGAIN */
	}
	if (size > FS_READ_AHEAD) {
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* without effect is as well */
	}
	return type == FUSE_SUPER_MAGIC;
}

bool ucp_fs_is_btrfs(int fd)
{
	return fs_type(fd) == BTRFS_SUPER_MAGIC;
}

/** Where close(2) has nothing to tell: all others write behind, or ask a server. */
static bool fs_tells_late(uint64_t type)
{
	return type != EXT4_SUPER_MAGIC && type != FS_XFS_MAGIC && type != BTRFS_SUPER_MAGIC &&
	       type != F2FS_SUPER_MAGIC && type != TMPFS_MAGIC && type != FS_BCACHEFS_MAGIC;
}

/** Whether a directory has the flag that makes its names fold: ext4, f2fs, tmpfs. */
static bool fs_dir_folds(int dir)
{
	int flags = 0;

	return ioctl(dir, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_CASEFOLD_FL) != 0;
}

bool ucp_fs_folds(int dir)
{
	switch (fs_type(dir)) {
	case MSDOS_SUPER_MAGIC:
	case EXFAT_SUPER_MAGIC:
	case FS_NTFS_MAGIC:
	case FS_NTFS3_MAGIC:
	case FS_HFS_MAGIC:
	case FS_HFSPLUS_MAGIC:
	case FS_CIFS_MAGIC:
	case FS_SMB2_MAGIC:
	case SMB_SUPER_MAGIC:
	case NFS_SUPER_MAGIC: /* what is behind these is not to be seen from here */
	case V9FS_MAGIC:
	case FUSE_SUPER_MAGIC:
	case FS_VBOXSF_MAGIC:
	case FS_ZFS_MAGIC: /* a property of the dataset */
		return true;
	case EXT4_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case OVERLAYFS_SUPER_MAGIC:
		return fs_dir_folds(dir);
	default:
		return false;
	}
}

struct ucp_fs *ucp_fs_get(struct ucp_fs_cache *cache, uint64_t src_dev, uint64_t dst_dev,
			  int src_fd, int dst_fd)
{
	const uint32_t room = sizeof(cache->pairs) / sizeof(cache->pairs[0]);

	for (uint32_t i = 0; i < cache->n_used; i++) {
		struct ucp_fs *fs = &cache->pairs[i];
		if (fs->src_dev == src_dev && fs->dst_dev == dst_dev) {
			return fs;
		}
	}

	struct ucp_fs *fs;
	if (cache->n_used < room) {
		fs = &cache->pairs[cache->n_used++];
	} else {
		fs = &cache->pairs[cache->next];
		cache->next = (cache->next + 1) % room;
	}

	uint64_t src_type = fs_type(src_fd);
	uint64_t dst_type = fs_type(dst_fd);
	*fs = (struct ucp_fs){
		.src_dev = src_dev,
		.dst_dev = dst_dev,
		.offload = src_type == dst_type && fs_offloads(dst_type) ? UCP_FS_UNKNOWN
									 : UCP_FS_NO,
		.size_is_true = fs_size_is_true(src_type),
		.nowait_is_fine = fs_nowait_is_fine(src_type),
		.reads_oddly = src_type == FUSE_SUPER_MAGIC,
		.tells_late = fs_tells_late(dst_type),
	};
	/* Devices differ between subvolumes of one btrfs, so only types can rule cloning out. */
	fs->clone = src_type == dst_type ? UCP_FS_UNKNOWN : UCP_FS_NO;
	return fs;
}
