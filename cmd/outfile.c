/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/outfile.h"

#include "core/replace.h"
#include "core/sys/attr.h"
#include "core/sys/fd.h"
#include "core/sys/path.h"
#include "hash/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUTFILE_PEEK = 80 }; /* bytes of the first line that tell a manifest */

/** Whether what exists may be replaced: 0, -EEXIST, or another negative errno. */
static int outfile_may_replace(const char *path)
{
	char text[OUTFILE_PEEK + 1];

	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		return errno == ENOENT ? 0 : -errno;
	}
	ssize_t n = read(fd, text, OUTFILE_PEEK);
	int err = n < 0 ? -errno : 0;
	(void)close(fd); /* only read from */
	if (err < 0 || n == 0) {
		return err;
	}
	text[n] = '\0';
	return ucp_manifest_looks_like(text) ? 0 : -EEXIST;
}

/** Resolve the final name, and see that its directory can be written to: 0 or a negative errno. */
static int outfile_resolve(struct ucp_outfile *out)
{
	out->path = realpath(out->name, NULL);
	if (out->path == NULL) {
		out->path = strdup(out->name); /* new, or a problem that opening will tell */
	}
	char *dir = out->path != NULL ? ucp_path_dir(out->path) : NULL;
	int err = dir == NULL ? -ENOMEM : 0;
	if (err == 0 && faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) != 0) {
		err = -errno;
	}
	free(dir);
	return err;
}

int ucp_outfile_check(struct ucp_outfile *out, const char *name)
{
	struct stat st;

	*out = (struct ucp_outfile){.name = name};
	if (strcmp(name, "-") == 0) {
		out->stream = stdout;
		return 0;
	}
	bool exists = stat(name, &st) == 0;
	if (exists && (!S_ISREG(st.st_mode) || strncmp(name, "/dev/", 5) == 0)) {
		out->stream = fopen(name, "we");
		return out->stream != NULL ? 0 : -errno;
	}
	int err = exists ? outfile_may_replace(name) : 0;
	return err < 0 ? err : outfile_resolve(out);
}

int ucp_outfile_open(struct ucp_outfile *out, mode_t mask)
{
	if (out->stream != NULL) {
		return 0;
	}
	int err = outfile_may_replace(out->path); /* the copy itself may have put something there */
	int fd = err == 0 ? ucp_replace_open(AT_FDCWD, out->path, O_WRONLY, 0666 & ~mask, &out->tmp)
			  : err;
	if (fd < 0) {
		return fd;
	}
	out->stream = fdopen(fd, "w");
	if (out->stream == NULL) {
		(void)close(fd); /* nothing was written */
		return -ENOMEM;
	}
	return 0;
}

bool ucp_outfile_home(const struct ucp_outfile *out, struct ucp_job_home *ret_home)
{
	char *dir = out->tmp != NULL ? ucp_path_dir(out->path) : NULL;
	bool is_known = dir != NULL && stat(dir, &ret_home->dir) == 0;

	free(dir);
	if (is_known) {
		const char *slash = strrchr(out->path, '/');
		ret_home->name = slash != NULL ? slash + 1 : out->path;
	}
	return is_known;
}

/** fsync of a directory: as ucp_attr_sync_dir(). */
static int outfile_sync_dir(const char *path)
{
	char *dir = ucp_path_dir(path);
	int fd = dir != NULL ? ucp_fd_open_dir(AT_FDCWD, dir, 0) : -ENOMEM;
	int err = fd < 0 ? fd : ucp_attr_sync_dir(fd);

	if (fd >= 0) {
		ucp_fd_drop(&fd);
	}
	free(dir);
	return err;
}

int ucp_outfile_close(struct ucp_outfile *out, int err, bool sync, bool *ret_unsynced)
{
	bool is_file = out->tmp != NULL;

	if (out->stream != NULL && fflush(out->stream) != 0 && err == 0) {
		err = -errno;
	}
	if (is_file && out->stream != NULL && err == 0 && sync && fsync(fileno(out->stream)) != 0) {
		err = -errno;
		*ret_unsynced = true;
	}
	if (out->stream != NULL && out->stream != stdout && fclose(out->stream) != 0 && err == 0) {
		err = -errno;
	}
	if (is_file && err == 0 && rename(out->tmp, out->path) != 0) {
		err = -errno;
	}
	if (is_file && err < 0) {
		(void)unlink(out->tmp); /* the first error is what is told */
	} else if (is_file && sync) {
		err = outfile_sync_dir(out->path);
		*ret_unsynced = *ret_unsynced || err < 0;
	}
	free(out->tmp);
	free(out->path);
	*out = (struct ucp_outfile){0};
	return err;
}
