/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/replace.h"

#include "core/sys/retry.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { REPLACE_TRIES = 100 }; /* names of 32 random bits: more means that something is wrong */

/** What a name is to become. */
struct replace_link {
	const char *from; /**< the file, or the target of a symlink */
	int from_dir;
	int flags;
	bool is_symlink;
};

/** Make the link under a name that is free: 0, or a negative errno. */
static int replace_make(const struct replace_link *link, int dir, const char *name)
{
	int rc = link->is_symlink
			 ? UCP_RETRY(symlinkat(link->from, dir, name))
			 : UCP_RETRY(linkat(link->from_dir, link->from, dir, name, link->flags));

	return rc == 0 ? 0 : -errno;
}

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

/** Make the link beside a name: 0 with the temporary name, to be freed, or a negative errno. */
static int replace_make_beside(const struct replace_link *link, int dir, const char *name,
			       char **ret_tmp)
{
	const char *slash = strrchr(name, '/');
	int base = slash != NULL ? (int)(slash - name) + 1 : 0;
	int err = -EEXIST;

	for (int i = 0; i < REPLACE_TRIES && err == -EEXIST; i++) {
		char *tmp = NULL;
		if (asprintf(&tmp, "%.*s.ucp-%08x", base, name, replace_random()) < 0) {
			return -ENOMEM;
		}
		err = replace_make(link, dir, tmp);
		if (err == 0) {
			*ret_tmp = tmp;
		} else {
			free(tmp);
		}
	}
	return err;
}

/** Replace a name: 0, or a negative errno. */
static int replace_name(const struct replace_link *link, int dir, const char *name)
{
	char *tmp = NULL;

	int err = replace_make_beside(link, dir, name, &tmp);
	if (err < 0) {
		return err;
	}
	if (UCP_RETRY(renameat(dir, tmp, dir, name)) != 0) {
		err = -errno;
	}
	/* Left over when that failed, and when both were links to one file by then. */
	(void)unlinkat(dir, tmp, 0);
	free(tmp);
	return err;
}

int ucp_replace_by_link(int from_dir, const char *from, int flags, int dir, const char *name)
{
	const struct replace_link link = {.from = from, .from_dir = from_dir, .flags = flags};

	return replace_name(&link, dir, name);
}

int ucp_replace_by_symlink(const char *target, int dir, const char *name)
{
	const struct replace_link link = {.from = target, .is_symlink = true};

	return replace_name(&link, dir, name);
}
