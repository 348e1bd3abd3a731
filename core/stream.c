/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/stream.h"

#include "core/copy.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	STREAM_BUF = 128 * 1024, /* bytes */
	STREAM_POLL_MS = 200,    /* how often a waiting read looks whether to stop */
};

/** Wait until a descriptor is ready, or the run is canceled: 0 or -ECANCELED. */
static int stream_wait(struct ucp_worker *w, int fd, short events)
{
	struct pollfd pfd = {.fd = fd, .events = events};

	while (!ucp_worker_is_canceled(w)) {
		if (poll(&pfd, 1, STREAM_POLL_MS) > 0) {
			return 0;
		}
	}
	return -ECANCELED;
}

/** Read once: bytes, 0 at the end, or a negative errno. */
static ssize_t stream_read(struct ucp_worker *w, int fd, bool may_block, uint8_t *buf)
{
	while (!ucp_worker_is_canceled(w)) {
		int err = may_block ? stream_wait(w, fd, POLLIN) : 0;
		if (err < 0) {
			return err;
		}
		ssize_t n = read(fd, buf, STREAM_BUF);
		if (n >= 0) {
			return n;
		}
		if (errno != EINTR && errno != EAGAIN) {
			return -errno;
		}
		may_block = may_block || errno == EAGAIN; /* such as /proc/kmsg */
	}
	return -ECANCELED;
}

/** Write all: 0, or a negative errno. */
static int stream_write(struct ucp_worker *w, int fd, const uint8_t *buf, size_t len)
{
	while (len > 0) {
		if (ucp_worker_is_canceled(w)) {
			return -ECANCELED;
		}
		ssize_t n = write(fd, buf, len);
		if (n == 0) {
			return -ENOSPC; /* nothing goes in any more */
		}
		if (n > 0) {
			buf += n;
			len -= (size_t)n;
			continue;
		}
		if (errno == EAGAIN) {
			int err = stream_wait(w, fd, POLLOUT);
			if (err < 0) {
				return err;
			}
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

/** Copy to end of file: the bytes, or -1, told. */
static int64_t stream_copy(struct ucp_worker *w, struct ucp_file *file, uint8_t *buf)
{
	bool may_block = !S_ISREG(file->entry.st.st_mode);
	int64_t total = 0;

	for (;;) {
		ssize_t n = stream_read(w, file->src_fd, may_block, buf);
		if (n == 0) {
			return total;
		}
		if (n < 0) {
			ucp_copy_fail(file, UCP_FAIL_READ, n);
			return -1;
		}
		int err = stream_write(w, file->copy.fd, buf, (size_t)n);
		if (err < 0) {
			ucp_copy_fail(file, UCP_FAIL_WRITE, err);
			return -1;
		}
		if (file->digest != NULL) {
			ucp_digest_update(file->digest, buf, (size_t)n);
		}
		ucp_count(&w->counts.bytes, (uint64_t)n);
		total += n;
	}
}

int ucp_stream_await(struct ucp_worker *w, int fd)
{
	/* Chains of other files go on meanwhile. */
	int err = ucp_engine_kick(w->eng, false);

	return err < 0 ? err : stream_wait(w, fd, POLLIN);
}

/** Whether a regular source of size 0 may have contents all the same, as in /proc. */
static bool stream_may_lie(struct ucp_worker *w, const struct ucp_file *file)
{
	return file->copy.size == 0 &&
	       !ucp_fs_get(&w->fs, file->entry.st.st_dev, file->entry.dir->dev[UCP_DST],
			   file->src_fd, file->copy.fd)->size_is_true;
}

int ucp_stream_try(struct ucp_worker *w, struct ucp_file *file)
{
	if (S_ISREG(file->entry.st.st_mode) && file->copy.is_regular && !stream_may_lie(w, file)) {
		return 0;
	}
	uint8_t *buf = malloc(STREAM_BUF);
	if (buf == NULL) {
		ucp_copy_fail(file, UCP_FAIL_MEMORY, -ENOMEM);
		return -1;
	}
	file->attempt.road = UCP_ROAD_STREAM;
	int64_t total = stream_copy(w, file, buf);
	free(buf);
	if (total < 0) {
		return -1;
	}
	file->copy.size = (uint64_t)total;
	return 1;
}
