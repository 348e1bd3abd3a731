/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A request with plain calls, step by step.
 *
 * This is all of the serial engine's work, and what finishes a chain that the
 * kernel broke off: the steps already done are skipped, a half-done step goes
 * on where it stopped.
 */
#include "core/engine/backend.h"
#include "core/sys/fd.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { STEP_DIRECT = 512 }; /* bytes: direct reads end at multiples of it, or of more */

/** After a failed call: 0 when it should be tried again, else the negative errno. */
static int step_again(int fd, short event)
{
	if (errno == EINTR) {
		return 0;
	}
	if (errno == EAGAIN) {
		struct pollfd pfd = {.fd = fd, .events = event};
		if (poll(&pfd, 1, -1) >= 0 || errno == EINTR) {
			return 0;
		}
	}
	return -errno;
}

/** One pread(2), uncached if that is asked for and can be had. */
static ssize_t step_pread(struct ucp_io *io, void *buf, size_t len, off_t off)
{
	if (io->is_uncached) {
		const struct iovec iov = {.iov_base = buf, .iov_len = len};
		ssize_t n = preadv2(io->fd, &iov, 1, off, RWF_DONTCACHE);
		if (n >= 0 || errno != EOPNOTSUPP) {
			return n;
		}
		io->is_uncached = false;
	}
	return pread(io->fd, buf, len, off);
}

/** One pwrite(2), likewise. */
static ssize_t step_pwrite(struct ucp_io *io, const void *buf, size_t len, off_t off)
{
	if (io->is_out_uncached) {
		const struct iovec iov = {.iov_base = (void *)buf, .iov_len = len};
		ssize_t n = pwritev2(io->out_fd, &iov, 1, off, RWF_DONTCACHE);
		if (n >= 0 || errno != EOPNOTSUPP) {
			return n;
		}
		io->is_out_uncached = false;
	}
	return pwrite(io->out_fd, buf, len, off);
}

/** Read until len bytes or end of file: the bytes that are in buf now, or a negative errno. */
static int64_t step_read(struct ucp_io *io, uint32_t moved)
{
	while (moved < io->len) {
		if (io->is_direct && moved % STEP_DIRECT != 0) {
			break;
		}
		ssize_t n = step_pread(io, io->buf + moved, io->len - moved,
				       (off_t)(io->off + moved));
		if (n == 0) {
			break;
		}
		if (n > 0) {
			moved += (uint32_t)n;
			continue;
		}
		int err = step_again(io->fd, POLLIN);
		if (err < 0) {
			return err;
		}
	}
	return moved;
}

/** Fill up what is to be written directly to whole blocks: the bytes to write. */
static uint32_t step_pad(const struct ucp_io *io, uint32_t len)
{
	uint32_t over = len % UCP_DIRECT_ALIGN;

	if (over == 0) {
		return len;
	}
	memset(io->buf + len, 0, UCP_DIRECT_ALIGN - over);
	return len + UCP_DIRECT_ALIGN - over;
}

/** Write len bytes: 0, or a negative errno. */
static int step_write(struct ucp_io *io, uint32_t moved, uint32_t len)
{
	uint32_t padded = io->is_out_direct ? step_pad(io, len) : len;

	while (moved < len) {
		ssize_t n = step_pwrite(io, io->buf + moved, padded - moved,
					(off_t)(io->off + moved));
		if (n > 0) {
			moved += (uint32_t)n;
			continue;
		}
		/* A write of more than nothing that wrote nothing has no reason to give. */
		int err = n == 0 ? -ENOSPC : step_again(io->out_fd, POLLOUT);
		if (padded > len && (err == -ENOSPC || err == -EDQUOT || err == -EFBIG)) {
			return -EINVAL; /* without what is behind it there may be room */
		}
		if (err < 0) {
			return err;
		}
	}
	return 0;
}

/** fsync or fdatasync: 0, or a negative errno. A failed sync is never tried again. */
static int step_sync(const struct ucp_io *io)
{
	int rc;

	do {
		rc = (io->steps & UCP_STEP_SYNC) != 0 ? fsync(io->out_fd) : fdatasync(io->out_fd);
	} while (rc != 0 && errno == EINTR);
	return rc == 0 ? 0 : -errno;
}

/** Note a final error. */
static void step_fail(struct ucp_io *io, enum ucp_io_step step, int64_t err)
{
	io->res = err;
	io->failed = step;
}

void ucp_step_finish(struct ucp_io *io, enum ucp_io_step step, uint32_t moved)
{
	bool moves = (io->steps & (UCP_STEP_READ | UCP_STEP_WRITE)) != 0;
	int64_t len = moves ? io->len : 0;

	if (step == UCP_STEP_READ && (io->steps & UCP_STEP_READ) != 0) {
		len = step_read(io, moved);
		if (len < 0) {
			step_fail(io, UCP_STEP_READ, len);
			return;
		}
		moved = 0;
	}
	if (step <= UCP_STEP_WRITE && (io->steps & UCP_STEP_WRITE) != 0) {
		int err = step_write(io, moved, (uint32_t)len);
		if (err < 0) {
			step_fail(io, UCP_STEP_WRITE, err);
			return;
		}
	}
	if ((io->steps & (UCP_STEP_DATASYNC | UCP_STEP_SYNC)) != 0) {
		int err = step_sync(io);
		if (err < 0) {
			step_fail(io, UCP_STEP_SYNC, err);
			return;
		}
	}
	io->res = len;
}

void ucp_step_run(struct ucp_io *io)
{
	switch (io->op) {
	case UCP_IO_OPEN:
		io->res = ucp_fd_openat(io->fd, io->path, io->flags, 0);
		break;
	case UCP_IO_CHAIN:
		ucp_step_finish(io, UCP_STEP_READ, 0);
		break;
	case UCP_IO_CLOSE:
		io->res = io->fd < 0 ? -EBADF : ucp_fd_close(io->fd);
		break;
	}
}
