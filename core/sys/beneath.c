/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/beneath.h"

#include "core/sys/fd.h"
#include "core/sys/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/** openat2(2) of a path that fits: a descriptor or a negative errno. */
static int beneath_open2(int dir, const char *path, int flags)
{
	const struct open_how how = {
		.flags = (uint64_t)(flags | O_DIRECTORY | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	int fd = (int)UCP_RETRY(syscall(SYS_openat2, dir, path, &how, sizeof(how)));

	return fd >= 0 ? fd : -errno;
}

/** One component or, where the kernel can, several: a descriptor or a negative errno. */
static int beneath_open_part(int dir, const char *part, int flags)
{
	int fd = beneath_open2(dir, part, flags);

	if (fd != -ENOSYS && fd != -EPERM) {
		return fd;
	}
	if (strchr(part, '/') != NULL) {
		return -ENOSYS;
	}
	return strcmp(part, "..") == 0
		       ? -EXDEV
		       : ucp_fd_openat(dir, part, flags | O_DIRECTORY | O_NOFOLLOW, 0);
}

/** Bytes of the next part: up to the last slash that fits into room; one component for no room. */
static size_t beneath_part_len(const char *path, size_t room)
{
	if (room == 0) {
		return strcspn(path, "/");
	}
	size_t len = strnlen(path, room + 1);

	if (len <= room) {
		return len;
	}
	const char *slash = memrchr(path, '/', room + 1);
	return slash != NULL && slash > path ? (size_t)(slash - path) : room + 1;
}

/** Open part after part, each with at most room bytes: a descriptor or a negative errno. */
static int beneath_walk(int dir, const char *path, int flags, size_t room)
{
	char part[PATH_MAX];
	int at = dir;
	int fd;

	do {
		size_t len = beneath_part_len(path, room);
		if (len >= sizeof(part)) {
			fd = -ENAMETOOLONG;
		} else {
			memcpy(part, path, len);
			part[len] = '\0';
			path += len;
			path += strspn(path, "/");
			fd = beneath_open_part(at, part, *path != '\0' ? O_PATH : flags);
		}
		if (at != dir) {
			ucp_fd_drop(&at);
		}
		at = fd;
	} while (fd >= 0 && *path != '\0');
	return fd;
}

int ucp_beneath_open_dir(int dir, const char *path, int flags)
{
	if (path[0] == '\0') {
		return beneath_walk(dir, ".", flags, PATH_MAX - 1);
	}
	if (path[0] == '/') {
		return -EXDEV;
	}
	int fd = beneath_walk(dir, path, flags, PATH_MAX - 1);
	return fd == -ENOSYS ? beneath_walk(dir, path, flags, 0) : fd;
}
