/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/mode_clean.h"

#include "cmd/quote.h"
#include "cmd/status.h"
#include "core/replace.h"
#include "core/sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * A copy that is under way holds a lock on a temporary file that will have a name
 * for long. One that is only about to be renamed has its name for a moment; so has
 * a link. What has not changed for a minute and is not locked is nobody's.
 */
enum { CLEAN_AGE = 60 }; /* seconds */

/** What the walk needs to know. */
struct clean {
	const struct ucp_options *opts; /**< borrowed */
	const char *name;               /**< for messages */
	bool has_failed;
};

/** Tell what failed. */
static void clean_fail(struct clean *clean, const char *what, const char *path, int err)
{
	(void)fflush(stdout); /* checked at exit */
	fprintf(stderr, "%s: %s %s: %s\n", clean->name, what, ucp_quote(0, path), strerror(err));
	clean->has_failed = true;
}

/** Whether a temporary is in use, as far as can be told. */
static bool clean_is_used(const FTSENT *ent)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail */
	if (now.tv_sec - ent->fts_statp->st_ctim.tv_sec < CLEAN_AGE) {
		return true;
	}
	if (!S_ISREG(ent->fts_statp->st_mode)) {
		return false;
	}
	int fd = ucp_fd_openat(AT_FDCWD, ent->fts_accpath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0) {
		return true; /* somebody else's, who alone can tell */
	}
	bool is_used = !ucp_replace_is_free(fd);
	ucp_fd_drop(&fd);
	return is_used;
}

/** One entry of the walk; the working directory is the one it is in. */
static void clean_entry(struct clean *clean, const FTSENT *ent)
{
	switch (ent->fts_info) {
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		clean_fail(clean, "cannot access", ent->fts_path, ent->fts_errno);
		return;
	case FTS_D:
	case FTS_DP:
	case FTS_DC:
	case FTS_DOT:
		return;
	default:
		break;
	}
	if (!ucp_replace_is_temp(ent->fts_name) || clean_is_used(ent)) {
		return;
	}
	if (unlink(ent->fts_accpath) == 0) {
		if (clean->opts->set.tell_copied) {
			printf("removed %s\n", ucp_quote(0, ent->fts_path)); /* checked at exit */
		}
	} else if (errno != ENOENT) {
		clean_fail(clean, "cannot remove", ent->fts_path, errno);
	}
}

int ucp_mode_clean(const struct ucp_options *opts)
{
	struct clean clean = {.opts = opts, .name = opts->called_as_cp ? "cp" : "ucp"};
	int flags = FTS_PHYSICAL | FTS_COMFOLLOW | (opts->set.one_filesystem ? FTS_XDEV : 0);

	if (opts->n_operands == 0) {
		fprintf(stderr, "%s: missing directory operand\n", clean.name);
		ucp_options_try_help(clean.name);
		return opts->called_as_cp ? UCP_STATUS_FAILED : UCP_STATUS_USAGE;
	}
	char **paths = calloc(opts->n_operands + 1, sizeof(*paths));
	if (paths == NULL) {
		clean_fail(&clean, "cannot clean", opts->operands[0], ENOMEM);
		return UCP_STATUS_FAILED;
	}
	for (uint32_t i = 0; i < opts->n_operands; i++) {
		paths[i] = (char *)(uintptr_t)opts->operands[i]; /* fts(3) does not change them */
	}
	/* It changes its working directory on the way, and checks where it has come to. */
	FTS *fts = fts_open(paths, flags, NULL);
	if (fts == NULL) {
		clean_fail(&clean, "cannot access", opts->operands[0], errno);
	}
	errno = 0;
	for (FTSENT *ent = fts != NULL ? fts_read(fts) : NULL; ent != NULL; ent = fts_read(fts)) {
		clean_entry(&clean, ent);
		errno = 0;
	}
	if (fts != NULL && errno != 0) {
		clean_fail(&clean, "cannot go on below", opts->operands[0], errno);
	}
	if (fts != NULL) {
		(void)fts_close(fts); /* only read from */
	}
	free(paths);
	return clean.has_failed ? UCP_STATUS_FAILED : UCP_STATUS_OK;
}
