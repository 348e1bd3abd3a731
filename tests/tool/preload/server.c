/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A server's filesystem, which copies on its own side: preloaded, it calls every
 * filesystem NFS, and makes copy_file_range(2) what the environment asks for:
 *
 *     SERVER_STEP=N     no more than N bytes a call
 *     SERVER_AFTER=N    after N bytes in all, calls fail
 *     SERVER_ERRNO=E    with this number; 0: they copy nothing, and say so
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/statfs.h>
#include <unistd.h>

/** A number in the environment. */
static size_t asked(const char *name, size_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

int fstatfs(int fd, struct statfs *sfs)
{
	static int (*next)(int, struct statfs *);

	if (next == NULL) {
		*(void **)&next = dlsym(RTLD_NEXT, "fstatfs");
	}
	int rc = next(fd, sfs);
	if (rc == 0) {
		sfs->f_type = NFS_SUPER_MAGIC;
	}
	return rc;
}

ssize_t copy_file_range(int in, off64_t *in_off, int out, off64_t *out_off, size_t len,
			unsigned int flags)
{
	static ssize_t (*next)(int, off64_t *, int, off64_t *, size_t, unsigned int);
	static atomic_size_t n_copied;

	if (next == NULL) {
		*(void **)&next = dlsym(RTLD_NEXT, "copy_file_range");
	}
	if (n_copied >= asked("SERVER_AFTER", (size_t)-1)) {
		errno = (int)asked("SERVER_ERRNO", 0);
		return errno == 0 ? 0 : -1;
	}
	size_t step = asked("SERVER_STEP", len);
	ssize_t n = next(in, in_off, out, out_off, step < len ? step : len, flags);
	n_copied += n > 0 ? (size_t)n : 0;
	return n;
}
