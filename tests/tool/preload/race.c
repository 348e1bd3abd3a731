/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Somebody else, at just the wrong moment. Preloaded, it does what it is asked:
 *
 *     RACE_RELINK=SRC:DST  before DST is opened to be overwritten: makes it a hard link to SRC
 *     RACE_GONE=PATH       this directory can be opened once, and then is not there
 *     RACE_SLOW=NAME       the first look at an open, writable file of this name takes a second
 *     RACE_GROW=1          an attribute is empty when its size is first asked for, and then is not
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/** The call of this name in the C library. */
#define NEXT(name)                                                                                 \
	static __typeof__(name) *next;                                                             \
	if (next == NULL) {                                                                        \
		*(void **)&next = dlsym(RTLD_NEXT, #name);                                         \
	}

/** Whether a name is the last component of a path. */
static bool is_last(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash != NULL ? slash + 1 : path, name) == 0;
}

/** The path of what is open, or "". */
static const char *path_of(int fd, char *path, size_t size)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t len = readlink(link, path, size - 1);
	path[len > 0 ? len : 0] = '\0';
	return path;
}

/** RACE_RELINK. */
static void relink(const char *name, int flags)
{
	const char *asked = getenv("RACE_RELINK");
	char src[4096];

	if (asked == NULL || (flags & (O_WRONLY | O_CREAT | O_DIRECTORY)) != O_WRONLY) {
		return;
	}
	const char *dst = strchr(asked, ':') + 1;
	snprintf(src, sizeof(src), "%.*s", (int)(dst - asked - 1), asked);
	if (is_last(dst, name) && unlink(dst) == 0 && link(src, dst) != 0) {
		perror("link");
	}
}

int openat(int dir, const char *name, int flags, ...)
{
	NEXT(openat)
	static atomic_bool was_opened;
	const char *gone = getenv("RACE_GONE");
	char path[4096];
	va_list args;

	va_start(args, flags);
	mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
	va_end(args);
	relink(name, flags);
	int fd = next(dir, name, flags, mode);
	if (gone != NULL && fd >= 0 && strcmp(path_of(fd, path, sizeof(path)), gone) == 0 &&
	    atomic_exchange(&was_opened, true)) {
		close(fd);
		errno = ENOENT;
		return -1;
	}
	return fd;
}

int openat64(int dir, const char *name, int flags, ...) __attribute__((alias("openat")));

int fstat(int fd, struct stat *st)
{
	NEXT(fstat)
	static atomic_bool was_slow;
	const char *slow = getenv("RACE_SLOW");
	char path[4096];

	int rc = next(fd, st);
	if (rc != 0 || slow == NULL || (fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY) {
		return rc;
	}
	if (is_last(path_of(fd, path, sizeof(path)), slow) && !atomic_exchange(&was_slow, true)) {
		sleep(1);
	}
	return rc;
}

int fstat64(int fd, struct stat64 *st) __attribute__((alias("fstat")));

ssize_t fgetxattr(int fd, const char *name, void *value, size_t room)
{
	NEXT(fgetxattr)
	static atomic_bool was_empty;

	if (getenv("RACE_GROW") != NULL && value == NULL && !atomic_exchange(&was_empty, true)) {
		return 0;
	}
	return next(fd, name, value, room);
}
