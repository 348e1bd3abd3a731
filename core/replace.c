/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/replace.h"

#include "core/sys/fd.h"
#include "core/sys/path.h"
#include "core/sys/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { REPLACE_TRIES = 100 }; /* names of 32 random bits: more means that something is wrong */

/** A number that others do not come upon. */
static uint32_t replace_random(void)
{
	uint32_t number;
	struct timespec now;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number)) {
		(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
		number = (uint32_t)now.tv_nsec ^ (uint32_t)getpid();
	}
	return number;
}

/** What temporary names begin with; digits follow. */
#define REPLACE_PREFIX ".ucp-"

enum { REPLACE_DIGITS = 8 };

bool ucp_replace_is_temp(const char *name)
{
	const size_t len = sizeof(REPLACE_PREFIX) - 1;

	return strncmp(name, REPLACE_PREFIX, len) == 0 &&
	       strspn(name + len, "0123456789abcdef") == REPLACE_DIGITS &&
	       name[len + REPLACE_DIGITS] == '\0';
}

bool ucp_replace_is_free(int fd)
{
	/* Shared will do, and on servers an exclusive lock would need a file open for writing. */
	return UCP_RETRY(flock(fd, LOCK_SH | LOCK_NB)) == 0;
}

/** A temporary name beside a name, to be freed, or NULL. */
static char *replace_name(const char *name)
{
	size_t len;
	const char *last = ucp_path_last(name, &len);
	char *tmp = NULL;

	if (asprintf(&tmp, "%.*s" REPLACE_PREFIX "%0*x", (int)(last - name), name, REPLACE_DIGITS,
		     replace_random()) < 0) {
		return NULL;
	}
	return tmp;
}

/** Make it under a name that is free: 0, or a negative errno. */
static int replace_make(const struct ucp_replacement *what, int dir, const char *name)
{
	int rc;

	switch (what->type) {
	case S_IFREG:
		rc = UCP_RETRY(linkat(what->from_dir, what->from, dir, name, what->flags));
		break;
	case S_IFLNK:
		rc = UCP_RETRY(symlinkat(what->from, dir, name));
		break;
	default:
		rc = UCP_RETRY(mknodat(dir, name, what->type | what->mode, what->rdev));
		break;
	}
	return rc == 0 ? 0 : -errno;
}

int ucp_replace_begin(const struct ucp_replacement *what, int dir, const char *name,
		      char **ret_tmp)
{
	int err = -EEXIST;

	for (int i = 0; i < REPLACE_TRIES && err == -EEXIST; i++) {
		char *tmp = replace_name(name);
		if (tmp == NULL) {
			return -ENOMEM;
		}
		err = replace_make(what, dir, tmp);
		if (err == 0) {
			*ret_tmp = tmp;
		} else {
			free(tmp);
		}
	}
	return err;
}

int ucp_replace_end(int dir, char *tmp, const char *name)
{
	int err = UCP_RETRY(renameat(dir, tmp, dir, name)) == 0 ? 0 : -errno;

	/* Left over when that failed, and when both were links to one file by then. */
	(void)unlinkat(dir, tmp, 0);
	free(tmp);
	return err;
}

int ucp_replace(const struct ucp_replacement *what, int dir, const char *name)
{
	char *tmp = NULL;

	int err = ucp_replace_begin(what, dir, name, &tmp);
	return err < 0 ? err : ucp_replace_end(dir, tmp, name);
}

int ucp_replace_open(int dir, const char *name, int flags, mode_t mode, char **ret_tmp)
{
	int fd = -EEXIST;

	for (int i = 0; i < REPLACE_TRIES && fd == -EEXIST; i++) {
		char *tmp = replace_name(name);
		if (tmp == NULL) {
			return -ENOMEM;
		}
		fd = ucp_fd_openat(dir, tmp, flags | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
		if (fd >= 0) {
			(void)!flock(fd, LOCK_EX | LOCK_NB); /* for --clean-temps; nobody else knows it */
			*ret_tmp = tmp;
		} else {
			free(tmp);
		}
	}
	return fd;
}
