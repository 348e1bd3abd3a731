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
	*pr = (struct ucp_progress){.is_wanted = wanted, .started = progress_now()};
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
	if (!is_walked || c->found == 0) {
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

/** Compose the line: "[#####     ]  37%  1234/5678 files  1.2 GiB  345 MiB/s  0:12". */
static void progress_compose(struct ucp_progress *pr, const struct ucp_job *job, char *line,
			     size_t size)
{
	struct ucp_counts c;
	char bar[PROGRESS_BAR + 16] = "";
	char bytes[16], rate[16];

	ucp_job_counts(job, &c);
	progress_follow(pr, c.bytes + c.shared_bytes);
	double fraction = progress_fraction(pr, &c, ucp_job_is_walked(job));
	if (fraction >= 0) {
		int full = (int)(fraction * PROGRESS_BAR);
		(void)snprintf(bar, sizeof(bar), "[%.*s%*s] %3d%%  ", full,
			       "####################", PROGRESS_BAR - full, "",
			       (int)(fraction * 100));
	}
	unsigned int seconds = (unsigned int)ucp_progress_elapsed(pr);
	(void)snprintf(line, size, "%s%" PRIu64 "/%" PRIuFAST64 "%s files  %s  %s/s  %u:%02u", bar,
		       progress_done(&c), c.found, fraction < 0 ? "+" : "",
		       ucp_report_bytes(c.bytes + c.shared_bytes, bytes),
		       ucp_report_bytes((uint64_t)pr->rate, rate), seconds / 60, seconds % 60);
}

void ucp_progress_draw(struct ucp_progress *pr, const struct ucp_job *job)
{
	char line[PROGRESS_LINE];

	if (!pr->is_wanted) {
		return;
	}
	ucp_progress_lock(pr);
	progress_compose(pr, job, line, sizeof(line));
	size_t width = progress_width();
	if (strlen(line) >= width) {
		line[width - 1] = '\0';
	}
	fprintf(stderr, "\r%s\033[K", line);
	(void)fflush(stderr); /* a lost status line is no loss */
	pr->is_shown = true;
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
