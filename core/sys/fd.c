/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/fd.h"

#include "core/sys/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int ucp_fd_openat(int dir, const char *name, int flags, mode_t mode)
{
	int fd = UCP_RETRY(openat(dir, name, flags | O_CLOEXEC, mode));

	return fd >= 0 ? fd : -errno;
}

int ucp_fd_open_dir(int dir, const char *name, int flags)
{
	int fd = ucp_fd_openat(dir, name, O_RDONLY | O_DIRECTORY | flags, 0);

	return fd == -EACCES ? ucp_fd_openat(dir, name, O_PATH | O_DIRECTORY | flags, 0) : fd;
}

int ucp_fd_close(int fd)
{
	if (fd < 0 || close(fd) == 0 || errno == EINTR) {
		return 0;
	}
	return -errno;
}

void ucp_fd_drop(int *fd)
{
	/* Nothing was written through it, so there is nothing to lose. */
	(void)ucp_fd_close(*fd);
	*fd = -1;
}

int ucp_fd_statat(int dir, const char *name, int flags, struct stat *ret_st)
{
	return UCP_RETRY(fstatat(dir, name, ret_st, flags)) == 0 ? 0 : -errno;
}

int ucp_fd_stat(int fd, struct stat *ret_st)
{
	return fstat(fd, ret_st) == 0 ? 0 : -errno;
}

int ucp_fd_readlinkat(int dir, const char *name, size_t size, char **ret_text)
{
	/* One byte more than expected tells a whole target from a cut one. */
	size_t room = size > 0 ? size + 1 : 128;

	for (;;) {
		char *text = malloc(room + 1);
		if (text == NULL) {
			return -ENOMEM;
		}

		ssize_t len = UCP_RETRY(readlinkat(dir, name, text, room));
		if (len < 0) {
			int err = -errno;
			free(text);
			return err;
		}
		if ((size_t)len < room) {
			text[len] = '\0';
			*ret_text = text;
			return 0;
		}
		free(text);
		room *= 2;
	}
}

int ucp_fd_flush(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0) {
		return 0; /* out of descriptors: then closing the last one tells */
	}
	/* Not again after EINTR: on Linux it is closed by then. */
	return close(copy) == 0 || errno == EINTR ? 0 : -errno;
}
