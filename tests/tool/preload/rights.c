/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Whom a copy is open to on its way: preloaded, it looks at $RIGHTS_OF after
 * every call that may have changed its mode, owner or ACL, and adds a line to
 * $RIGHTS_LOG:
 *
 *     owner <uid> <rwx> setid <0 or 1> group <rwx> named <rwx> other <rwx>
 *
 * as octal digits; "named" is what the ACL gives to any user or group by name.
 */
#include <dlfcn.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
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

/* An ACL as the kernel gives it out: posix_acl_xattr.h. */
enum { TAG_USER = 2, TAG_GROUP_OBJ = 4, TAG_GROUP = 8, TAG_MASK = 16 };

struct acl_entry {
	uint16_t tag, perm;
	uint32_t id;
};

struct acl {
	uint32_t version;
	struct acl_entry entries[64];
};

/** Note how things are. */
static void look(void)
{
	const char *path = getenv("RIGHTS_OF"), *log = getenv("RIGHTS_LOG");
	unsigned int group, mask = 7, named = 0;
	int err = errno; /* of the call before */
	struct stat st;
	struct acl acl;

	if (path == NULL || log == NULL || lstat(path, &st) != 0) {
		errno = err;
		return;
	}
	group = st.st_mode >> 3 & 7;
	ssize_t len = lgetxattr(path, "system.posix_acl_access", &acl, sizeof(acl));
	size_t n = len > 4 ? ((size_t)len - 4) / sizeof(struct acl_entry) : 0;
	for (size_t i = 0; i < n; i++) {
		unsigned int perm = le16toh(acl.entries[i].perm);
		switch (le16toh(acl.entries[i].tag)) {
		case TAG_MASK:
			mask = perm;
			break;
		case TAG_GROUP_OBJ:
			group = perm;
			break;
		case TAG_USER:
		case TAG_GROUP:
			named |= perm;
			break;
		}
	}
	FILE *out = fopen(log, "ae");
	if (out != NULL) {
		fprintf(out, "owner %u %o setid %d group %o named %o other %o\n", st.st_uid,
			st.st_mode >> 6 & 7, (st.st_mode & 06000) != 0, group & mask,
			named & mask, st.st_mode & 7);
		fclose(out);
	}
	errno = err;
}

int openat(int dir, const char *name, int flags, ...)
{
	NEXT(openat)
	va_list args;

	va_start(args, flags);
	mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
	va_end(args);
	int fd = next(dir, name, flags, mode);
	if ((flags & O_CREAT) != 0 && fd >= 0) {
		look();
	}
	return fd;
}

int openat64(int dir, const char *name, int flags, ...) __attribute__((alias("openat")));

int mkdirat(int dir, const char *name, mode_t mode)
{
	NEXT(mkdirat)
	int rc = next(dir, name, mode);
	look();
	return rc;
}

int mknodat(int dir, const char *name, mode_t mode, dev_t dev)
{
	NEXT(mknodat)
	int rc = next(dir, name, mode, dev);
	look();
	return rc;
}

int fchmod(int fd, mode_t mode)
{
	NEXT(fchmod)
	int rc = next(fd, mode);
	look();
	return rc;
}

int fchmodat(int dir, const char *name, mode_t mode, int flags)
{
	NEXT(fchmodat)
	int rc = next(dir, name, mode, flags);
	look();
	return rc;
}

int fchown(int fd, uid_t uid, gid_t gid)
{
	NEXT(fchown)
	int rc = next(fd, uid, gid);
	look();
	return rc;
}

int fchownat(int dir, const char *name, uid_t uid, gid_t gid, int flags)
{
	NEXT(fchownat)
	int rc = next(dir, name, uid, gid, flags);
	look();
	return rc;
}

int fsetxattr(int fd, const char *name, const void *value, size_t len, int flags)
{
	NEXT(fsetxattr)
	int rc = next(fd, name, value, len, flags);
	look();
	return rc;
}

int setxattr(const char *path, const char *name, const void *value, size_t len, int flags)
{
	NEXT(setxattr)
	int rc = next(path, name, value, len, flags);
	look();
	return rc;
}

int fremovexattr(int fd, const char *name)
{
	NEXT(fremovexattr)
	int rc = next(fd, name);
	look();
	return rc;
}

int removexattr(const char *path, const char *name)
{
	NEXT(removexattr)
	int rc = next(path, name);
	look();
	return rc;
}

int lremovexattr(const char *path, const char *name)
{
	NEXT(lremovexattr)
	int rc = next(path, name);
	look();
	return rc;
}
