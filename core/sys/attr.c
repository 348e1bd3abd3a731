/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/attr.h"

#include "core/sys/fd.h"
#include "core/sys/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

/** The name of a descriptor that the kernel follows to the file itself. */
struct attr_path {
	char text[32];
};

/** Whether a call failed because the descriptor has only a path; then that path. */
static bool attr_is_path(ssize_t rc, int fd, struct attr_path *ret_path)
{
	if (rc >= 0 || errno != EBADF) {
		return false;
	}
	(void)snprintf(ret_path->text, sizeof(ret_path->text), "/proc/self/fd/%d", fd);
	return true;
}

int ucp_attr_chmod(int fd, mode_t mode)
{
	struct attr_path path;

	int rc = UCP_RETRY(fchmod(fd, mode));
	if (attr_is_path(rc, fd, &path)) {
		rc = UCP_RETRY(chmod(path.text, mode));
	}
	return rc == 0 ? 0 : -errno;
}

int ucp_attr_chown(int fd, uid_t uid, gid_t gid)
{
	struct attr_path path;

	int rc = UCP_RETRY(fchown(fd, uid, gid));
	if (attr_is_path(rc, fd, &path)) {
		rc = UCP_RETRY(chown(path.text, uid, gid));
	}
	return rc == 0 ? 0 : -errno;
}

int ucp_attr_utimens(int fd, const struct timespec times[2])
{
	struct attr_path path;

	int rc = UCP_RETRY(futimens(fd, times));
	if (attr_is_path(rc, fd, &path)) {
		rc = UCP_RETRY(utimensat(AT_FDCWD, path.text, times, 0));
	}
	return rc == 0 ? 0 : -errno;
}

ssize_t ucp_attr_list(int fd, char *list, size_t room)
{
	struct attr_path path;

	ssize_t rc = UCP_RETRY(flistxattr(fd, list, room));
	if (attr_is_path(rc, fd, &path)) {
		rc = UCP_RETRY(listxattr(path.text, list, room));
	}
	return rc >= 0 ? rc : -errno;
}

ssize_t ucp_attr_get(int fd, const char *name, void *value, size_t room)
{
	struct attr_path path;

	ssize_t rc = UCP_RETRY(fgetxattr(fd, name, value, room));
	if (attr_is_path(rc, fd, &path)) {
		rc = UCP_RETRY(getxattr(path.text, name, value, room));
	}
	return rc >= 0 ? rc : -errno;
}

int ucp_attr_set(int fd, const char *name, const void *value, size_t len)
{
	struct attr_path path;

	int rc = UCP_RETRY(fsetxattr(fd, name, value, len, 0));
	if (attr_is_path(rc, fd, &path)) {
		rc = UCP_RETRY(setxattr(path.text, name, value, len, 0));
	}
	return rc == 0 ? 0 : -errno;
}

int ucp_attr_remove(int fd, const char *name)
{
	struct attr_path path;

	int rc = UCP_RETRY(fremovexattr(fd, name));
	if (attr_is_path(rc, fd, &path)) {
		rc = UCP_RETRY(removexattr(path.text, name));
	}
	return rc == 0 ? 0 : -errno;
}

/** A path for a name below a held directory, to be freed, or NULL: these calls take no directory. */
static char *attr_path_at(int dir, const char *name)
{
	char *path = NULL;

	if (dir == AT_FDCWD) {
		return strdup(name);
	}
	return asprintf(&path, "/proc/self/fd/%d/%s", dir, name) >= 0 ? path : NULL;
}

ssize_t ucp_attr_list_at(int dir, const char *name, bool follow, char *list, size_t room)
{
	char *path = attr_path_at(dir, name);
	if (path == NULL) {
		return -ENOMEM;
	}
	ssize_t rc = follow ? listxattr(path, list, room) : llistxattr(path, list, room);
	if (rc < 0) {
		rc = -errno;
	}
	free(path);
	return rc;
}

ssize_t ucp_attr_get_at(int dir, const char *name, const char *attr, void *value, size_t room)
{
	char *path = attr_path_at(dir, name);
	if (path == NULL) {
		return -ENOMEM;
	}
	ssize_t rc = lgetxattr(path, attr, value, room);
	if (rc < 0) {
		rc = -errno;
	}
	free(path);
	return rc;
}

int ucp_attr_set_at(int dir, const char *name, const char *attr, const void *value, size_t len)
{
	char *path = attr_path_at(dir, name);
	if (path == NULL) {
		return -ENOMEM;
	}
	int err = lsetxattr(path, attr, value, len, 0) == 0 ? 0 : -errno;
	free(path);
	return err;
}

int ucp_attr_remove_at(int dir, const char *name, const char *attr)
{
	char *path = attr_path_at(dir, name);
	if (path == NULL) {
		return -ENOMEM;
	}
	int err = lremovexattr(path, attr) == 0 ? 0 : -errno;
	free(path);
	return err;
}

/** Sync the filesystem of a directory that may be written and not read: 0 or a negative errno. */
static int attr_sync_around(const char *path)
{
	/* Any file of that filesystem will do, and this one is never to be seen. */
	int fd = ucp_fd_openat(AT_FDCWD, path, O_TMPFILE | O_WRONLY, 0600);
	if (fd < 0) {
		return -EACCES;
	}
	int err = UCP_RETRY(syncfs(fd)) == 0 ? 0 : -errno;
	ucp_fd_drop(&fd);
	return err;
}

bool ucp_attr_has_no_sync(int err)
{
	return err == -EINVAL || err == -ENOSYS || err == -EOPNOTSUPP;
}

int ucp_attr_sync_instead(int fd)
{
	return UCP_RETRY(syncfs(fd)) == 0 ? 1 : -errno;
}

/** fsync of a directory that is open, or what is done instead: as ucp_attr_sync_dir(). */
static int attr_sync_open(int fd)
{
	if (UCP_RETRY(fsync(fd)) == 0) {
		return 0;
	}
	return ucp_attr_has_no_sync(-errno) ? ucp_attr_sync_instead(fd) : -errno;
}

int ucp_attr_sync_dir(int fd)
{
	struct attr_path path;

	int rc = attr_sync_open(fd);
	errno = -rc;
	if (!attr_is_path(rc, fd, &path)) {
		return rc;
	}
	int again = ucp_fd_openat(AT_FDCWD, path.text, O_RDONLY | O_DIRECTORY, 0);
	if (again < 0) {
		return again == -EACCES ? attr_sync_around(path.text) : again;
	}
	rc = attr_sync_open(again);
	ucp_fd_drop(&again);
	return rc;
}
