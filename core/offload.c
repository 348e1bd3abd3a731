/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/offload.h"

#include "core/copy.h"
#include "core/extent.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

/** Bytes a copy_file_range(2) call is asked for, so that an interrupt is noticed soon. */
#define OFFLOAD_STEP ((uint64_t)64 << 20)

/** Whether an error means "never between these two filesystems". */
static bool offload_is_never(int err)
{
	return err == -EOPNOTSUPP || err == -ENOTTY || err == -EXDEV || err == -ENOSYS;
}

/** FICLONE: 1 done, 0 not possible, or -1, told, with --reflink=always. */
static int offload_clone(struct ucp_worker *w, struct ucp_file *file, struct ucp_fs *fs)
{
	bool must = w->set->reflink == UCP_REFLINK_ALWAYS;

	if (fs->clone == UCP_FS_NO && !must) {
		return 0;
	}
	if (ioctl(file->copy.fd, FICLONE, file->src_fd) == 0) {
		fs->clone = UCP_FS_YES;
		file->attempt.road = UCP_ROAD_CLONE;
		ucp_count(&w->counts.shared_bytes, file->copy.size);
		return 1;
	}
	int err = -errno;
	if (fs->clone == UCP_FS_UNKNOWN && offload_is_never(err)) {
		fs->clone = UCP_FS_NO;
	}
	if (must) {
		ucp_copy_fail(file, UCP_FAIL_CLONE, err);
	}
	return must ? -1 : 0;
}

/** Copy one stretch: the end of what was copied, or a negative errno. */
static int64_t offload_stretch(struct ucp_worker *w, struct ucp_file *file, uint64_t off,
			       uint64_t end)
{
	while (off < end) {
		if (ucp_worker_is_canceled(w)) {
			return -ECANCELED;
		}
		off64_t in = (off64_t)off, out = (off64_t)off;
		uint64_t len = end - off < OFFLOAD_STEP ? end - off : OFFLOAD_STEP;
		ssize_t n = copy_file_range(file->src_fd, &in, file->copy.fd, &out, len, 0);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return -errno;
		}
		if (n == 0) {
			break; /* the end of the source, or so it says */
		}
		off += (uint64_t)n;
		ucp_count(&w->counts.shared_bytes, (uint64_t)n);
	}
	return (int64_t)off;
}

/** Whether the source ends by now where copying has ended. */
static bool offload_has_shrunk(const struct ucp_file *file, uint64_t end)
{
	struct stat st;

	return end > 0 && ucp_fd_stat(file->src_fd, &st) == 0 && (uint64_t)st.st_size <= end;
}

/** copy_file_range over all data: 1 done, 0 not possible, or -1, told. */
static int offload_ranges(struct ucp_worker *w, struct ucp_file *file, struct ucp_fs *fs)
{
	uint64_t off = 0, written_end = 0;
	bool is_sparse = ucp_extent_may_have_holes(&file->entry.st);

	while (off < file->copy.size) {
		uint64_t end = file->copy.size;
		int64_t data = is_sparse ? ucp_extent_next(file->src_fd, off, file->copy.size, &end)
					 : (int64_t)off;
		if (data < 0) {
			return 0;
		}
		if ((uint64_t)data >= file->copy.size) {
			break;
		}
		int64_t reached = offload_stretch(w, file, (uint64_t)data, end);
		if (reached < 0) {
			/* What came over so far is simply written again by the other road. */
			bool is_odd = reached == -EINVAL || reached == -EPERM ||
				      reached == -ETXTBSY;
			if (fs->offload == UCP_FS_UNKNOWN && offload_is_never((int)reached)) {
				fs->offload = UCP_FS_NO;
			}
			if (is_odd || offload_is_never((int)reached)) {
				return 0;
			}
			ucp_copy_fail(file, UCP_FAIL_COPY, reached); /* whose side is not said */
			return -1;
		}
		if ((uint64_t)reached < end && !offload_has_shrunk(file, (uint64_t)reached)) {
			return 0; /* no more came of it, not even an error: read it instead */
		}
		fs->offload = UCP_FS_YES;
		written_end = (uint64_t)reached;
		off = end;
		if (written_end < end) {
			file->copy.size = written_end;
			break;
		}
	}
	file->attempt.road = UCP_ROAD_OFFLOAD;
	uint64_t size = file->copy.size;
	if (written_end < size && UCP_RETRY(ftruncate(file->copy.fd, (off_t)size)) != 0) {
		ucp_copy_fail(file, UCP_FAIL_TRUNCATE, -errno);
		return -1;
	}
	return 1;
}

int ucp_offload_try(struct ucp_worker *w, struct ucp_file *file)
{
	const struct ucp_settings *set = w->set;
	bool is_plain = file->copy.is_regular && S_ISREG(file->entry.st.st_mode);

	if ((file->copy.size == 0 && set->reflink != UCP_REFLINK_ALWAYS) ||
	    set->reflink == UCP_REFLINK_NEVER || set->sparse != UCP_SPARSE_AUTO) {
		return 0;
	}
	if (set->reflink != UCP_REFLINK_ALWAYS &&
	    (!is_plain || set->digest != UCP_DIGEST_NONE)) {
		return 0;
	}
	struct ucp_fs *fs = ucp_fs_get(&w->fs, file->entry.st.st_dev, file->entry.dir->dev[UCP_DST],
				       file->src_fd, file->copy.fd);
	int rc = offload_clone(w, file, fs);
	if (rc != 0 || fs->offload == UCP_FS_NO || !is_plain) {
		return rc;
	}
	return offload_ranges(w, file, fs);
}
