/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/progress.h"

#include "cmd/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	PROGRESS_BAR = 20,      /* characters */
	PROGRESS_WIDTH = 80,    /* when nobody knows better */
	PROGRESS_LINE = 256,
};

/** Seconds on the monotonic clock. */
static double progress_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void ucp_progress_init(struct ucp_progress *pr, bool wanted)
{
	*pr = (struct ucp_progress){.is_wanted = wanted,
				    .is_terminal = isatty(STDERR_FILENO) == 1,
				    .started = progress_now()};
	pr->last_time = pr->started;
	(void)pthread_mutex_init(&pr->lock, NULL); /* cannot fail with default attributes */
}

void ucp_progress_lock(struct ucp_progress *pr)
{
	pthread_mutex_lock(&pr->lock);
}

void ucp_progress_unlock(struct ucp_progress *pr)
{
	pthread_mutex_unlock(&pr->lock);
}

double ucp_progress_elapsed(const struct ucp_progress *pr)
{
	return progress_now() - pr->started;
}

void ucp_progress_clear(struct ucp_progress *pr)
{
	if (pr->is_shown) {
		fputs("\r\033[K", stderr);
		pr->is_shown = false;
	}
}

/** Columns of the terminal. */
static size_t progress_width(void)
{
	struct winsize ws;
	const char *text = getenv("COLUMNS");
	int columns = text != NULL ? atoi(text) : 0;

	if (columns <= 0 && ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0) {
		columns = ws.ws_col;
	}
	if (columns <= 0) {
		columns = PROGRESS_WIDTH;
	}
	return columns < PROGRESS_LINE ? (size_t)columns : PROGRESS_LINE - 1;
}

/** Follow the rate of bytes, smoothed so that it can be read. */
static void progress_follow(struct ucp_progress *pr, uint64_t bytes)
{
	double now = progress_now();
	double passed = now - pr->last_time;

	if (passed <= 0.01) {
		return;
	}
	double rate = (double)(bytes - pr->last_bytes) / passed;
	pr->rate = pr->last_bytes == 0 ? rate : pr->rate * 0.7 + rate * 0.3;
	pr->last_time = now;
	pr->last_bytes = bytes;
}

/** Entries that are done. */
static uint64_t progress_done(const struct ucp_counts *c)
{
	return c->files + c->dirs + c->symlinks + c->hardlinks + c->specials + c->skipped;
}

/** How much of the whole is done, 0 to 1; negative while the whole is not known. */
static double progress_fraction(struct ucp_progress *pr, const struct ucp_counts *c, bool is_walked)
{
	bool is_one_stream = c->found == 1 && c->found_bytes == 0; /* no size to compare with */
	if (!is_walked || c->found == 0 || is_one_stream) {
		return -1;
	}
	/* Of files and bytes the one that is behind: a last large file counts by its bytes. */
	double files = (double)progress_done(c) / (double)c->found;
	double bytes = c->found_bytes > 0 ? (double)(c->bytes + c->shared_bytes + c->hole_bytes) /
					    (double)c->found_bytes : files;
	double fraction = c->found <= 4 ? bytes : files < bytes ? files : bytes;
	fraction = fraction > 1 ? 1 : fraction;
	pr->fraction = fraction > pr->fraction ? fraction : pr->fraction;
	return pr->fraction;
}

/** Put one more field on a line, if it still fits as a whole. */
static void progress_append(char *line, size_t width, const char *field)
{
	size_t used = strlen(line);
	const char *gap = used > 0 ? "  " : "";

	if (used + strlen(gap) + strlen(field) < width) {
		(void)snprintf(line + used, width - used, "%s%s", gap, field);
	}
}

/**
 * Compose the line, in less than width bytes:
 *
 *     [#####     ]  37%  1234/5678 files  1.20 GiB  345 MiB/s  0:12 elapsed
 *
 * The bar and the total come when all directories have been read.
 */
static void progress_compose(struct ucp_progress *pr, const struct ucp_job *job, char *line,
			     size_t width)
{
	struct ucp_counts c;
	char field[PROGRESS_BAR + 32];
	char bytes[16];

	ucp_job_counts(job, &c);
	progress_follow(pr, c.bytes + c.shared_bytes);
	double fraction = progress_fraction(pr, &c, ucp_job_is_walked(job));
	line[0] = '\0';
	if (fraction >= 0) {
		int full = (int)(fraction * PROGRESS_BAR);
		(void)snprintf(field, sizeof(field), "[%.*s%*s] %3d%%", full,
			       "####################", PROGRESS_BAR - full, "",
			       (int)(fraction * 100));
		progress_append(line, width, field);
		(void)snprintf(field, sizeof(field), "%" PRIu64 "/%" PRIuFAST64 " files",
			       progress_done(&c), c.found);
	} else {
		(void)snprintf(field, sizeof(field), "%" PRIu64 " files", progress_done(&c));
	}
	progress_append(line, width, field);
	progress_append(line, width, ucp_report_bytes(c.bytes + c.shared_bytes, bytes));
	(void)snprintf(field, sizeof(field), "%s/s", ucp_report_bytes((uint64_t)pr->rate, bytes));
	progress_append(line, width, field);
	unsigned int seconds = (unsigned int)ucp_progress_elapsed(pr);
	(void)snprintf(field, sizeof(field), "%u:%02u elapsed", seconds / 60, seconds % 60);
	progress_append(line, width, field);
}

void ucp_progress_draw(struct ucp_progress *pr, const struct ucp_job *job)
{
	char line[PROGRESS_LINE];

	if (!pr->is_wanted) {
		return;
	}
	ucp_progress_lock(pr);
	progress_compose(pr, job, line, progress_width());
	if (pr->is_terminal) {
		fprintf(stderr, "\r%s\033[K", line);
		pr->is_shown = true;
	} else {
		fprintf(stderr, "%s\n", line); /* -g into a file: a line each time */
	}
	(void)fflush(stderr); /* a lost status line is no loss */
	ucp_progress_unlock(pr);
}

void ucp_progress_print(struct ucp_progress *pr, const struct ucp_job *job, const char *name)
{
	char line[PROGRESS_LINE];

	ucp_progress_lock(pr);
	progress_compose(pr, job, line, sizeof(line));
	ucp_progress_clear(pr);
	fprintf(stderr, "%s: %s\n", name, line);
	ucp_progress_unlock(pr);
}
