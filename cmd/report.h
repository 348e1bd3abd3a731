/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Events -> messages. All output of a run goes through here, one line at a time. */
#ifndef UCP_CMD_REPORT_H
#define UCP_CMD_REPORT_H

#include "cmd/options.h"
#include "cmd/progress.h"
#include "core/event.h"
#include "core/job.h"

#include <stdbool.h>
#include <stdio.h>

/** Where and how to report. */
struct ucp_report {
	const char *name;              /**< of the program, in messages */
	FILE *out;                     /**< borrowed: for -v and --stats */
	struct ucp_progress *progress; /**< borrowed: its line makes way for messages */
	bool dir_sync_told;            /**< UCP_WARN_DIR_SYNC, which is once a run */
};

/** A listener that reports to standard error and output. rep is borrowed. */
struct ucp_listener ucp_report_listener(struct ucp_report *rep);

/** Tell a failure that is not of one entry: "ucp: what 'name': reason". name may be NULL, err 0. */
void ucp_report_error(struct ucp_report *rep, const char *what, const char *name, int err);

/** Print the summary of a run. */
void ucp_report_stats(FILE *out, const struct ucp_counts *counts, double seconds);

/** A number of bytes in a few characters, "1.3 GiB"; text has room for 16. */
const char *ucp_report_bytes(uint64_t bytes, char *text);

#endif
