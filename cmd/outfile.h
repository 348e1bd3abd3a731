/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The file of --manifest: written at the end of a run, whole or not at all.
 *
 * It is begun under a temporary name beside the final one and renamed. What
 * exists is replaced only when it is empty or a manifest itself, so that a
 * forgotten "=FILE" never costs a file its contents.
 */
#ifndef UCP_CMD_OUTFILE_H
#define UCP_CMD_OUTFILE_H

#include "core/job.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/** Where the lines go. */
struct ucp_outfile {
	const char *name; /**< borrowed: as given; "-" is standard output */
	FILE *stream;     /**< owned, unless standard output; NULL until it is open */
	char *path;       /**< owned: the final name, symlinks resolved; NULL when not renamed */
	char *tmp;        /**< owned: the temporary name, or NULL */
};

/**
 * Before the run: see that the file may be written; opens what is not regular.
 *
 * Returns 0, or a negative errno: -EEXIST when it has contents that are not a
 * manifest.
 */
int ucp_outfile_check(struct ucp_outfile *out, const char *name);

/** After the run: open the stream. The file gets mode 0666 less mask. Returns 0 or a negative errno. */
int ucp_outfile_open(struct ucp_outfile *out, mode_t mask);

/** Where an open file gets its name, borrowed from it: false when it is given none. */
bool ucp_outfile_home(const struct ucp_outfile *out, struct ucp_job_home *ret_home);

/**
 * The lines are written, or not: give the file its name, or remove it.
 *
 * @err          of what came before: 0, or a negative errno
 * @sync         fsync the file and its directory
 * @ret_unsynced set to true when that failed
 * Returns err, or a negative errno of its own; 1 when all went well, but its directory
 * has no fsync, so that the filesystem was asked to sync all.
 */
int ucp_outfile_close(struct ucp_outfile *out, int err, bool sync, bool *ret_unsynced);

#endif
