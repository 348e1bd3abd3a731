/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A destination where case is ignored, for machines without such a filesystem:
 * preloaded, it makes names below $FOLD_DIR lower case on their way to the
 * kernel, and calls the filesystem vfat. Only what writes and looks; enough for
 * a copy of files.
 *
 *     FOLD_DIR=/dst LD_PRELOAD=fold.so ucp ...
 */
#include <ctype.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/** Whether a descriptor is of the directory in question, or of something below it. */
static bool folds(int fd)
{
	const char *dir = getenv("FOLD_DIR");
	char link[32], path[4096];

	if (dir == NULL) {
		return false;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t len = readlink(link, path, sizeof(path) - 1);
	return len > 0 && strncmp(path, dir, strlen(dir)) == 0;
}

/** A name as it is known there. */
static const char *fold(int fd, const char *name, char *room, size_t size)
{
	size_t i;

	if (!folds(fd)) {
		return name;
	}
	for (i = 0; i + 1 < size && name[i] != '\0'; i++) {
		room[i] = (char)tolower((unsigned char)name[i]);
	}
	room[i] = '\0';
	return room;
}

int openat(int dir, const char *name, int flags, ...)
{
	static int (*next)(int, const char *, int, ...);
	char room[4096];
	va_list args;

	va_start(args, flags);
	mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
	va_end(args);
	if (next == NULL) {
		next = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat");
	}
	return next(dir, fold(dir, name, room, sizeof(room)), flags, mode);
}

int fstatat(int dir, const char *name, struct stat *st, int flags)
{
	static int (*next)(int, const char *, struct stat *, int);
	char room[4096];

	if (next == NULL) {
		next = (int (*)(int, const char *, struct stat *, int))dlsym(RTLD_NEXT, "fstatat");
	}
	return next(dir, fold(dir, name, room, sizeof(room)), st, flags);
}

int mkdirat(int dir, const char *name, mode_t mode)
{
	static int (*next)(int, const char *, mode_t);
	char room[4096];

	if (next == NULL) {
		next = (int (*)(int, const char *, mode_t))dlsym(RTLD_NEXT, "mkdirat");
	}
	return next(dir, fold(dir, name, room, sizeof(room)), mode);
}

/* Slow, and not equally so, lest the later of two copies into one file always
 * write last; io_uring does not come by here. */
ssize_t pwrite(int fd, const void *buf, size_t len, off_t off)
{
	static ssize_t (*next)(int, const void *, size_t, off_t);

	if (next == NULL) {
		next = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
	}
	if (folds(fd)) {
		usleep(gettid() % 2 != 0 ? 3000 : 300);
	}
	return next(fd, buf, len, off);
}

int unlinkat(int dir, const char *name, int flags)
{
	static int (*next)(int, const char *, int);
	char room[4096];

	if (next == NULL) {
		next = (int (*)(int, const char *, int))dlsym(RTLD_NEXT, "unlinkat");
	}
	return next(dir, fold(dir, name, room, sizeof(room)), flags);
}

int fstatfs(int fd, struct statfs *sfs)
{
	static int (*next)(int, struct statfs *);

	if (next == NULL) {
		next = (int (*)(int, struct statfs *))dlsym(RTLD_NEXT, "fstatfs");
	}
	int rc = next(fd, sfs);
	if (rc == 0 && folds(fd)) {
		sfs->f_type = MSDOS_SUPER_MAGIC;
	}
	return rc;
}
